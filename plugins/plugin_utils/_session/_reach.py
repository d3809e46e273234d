# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a machine takes connections at all, asked without a login and without sending anything."""

from __future__ import annotations

import socket

from ._failures import explained
from ._gate import Gate
from ._settings import ConnectionSettings, PsrpSettings

__all__ = ["check_reach"]


def check_reach(settings: ConnectionSettings) -> None:
    """Connect once; raises ConnectionFailed as a session would. What only a session can find out is left to it."""
    import requests

    # The system would take a port that is too large for another one.
    if not settings.host.isascii() or not 0 < settings.port < 65536 or _is_indirect(settings):
        return
    try:
        address = (settings.host.strip("[]"), settings.port)
        socket.create_connection(address, settings.connection_timeout or settings.read_timeout).close()
    except OSError as error:
        failure = requests.exceptions.ConnectionError(error)
        raise explained(failure, Gate(settings.endpoint), settings, settings.mechanisms[0]) from None
    except ValueError:
        return  # no name: the library has better words for it


def _is_indirect(settings: ConnectionSettings) -> bool:
    """Tell whether a proxy connects, or connecting is to be tried more than once."""
    import requests

    if isinstance(settings, PsrpSettings) and settings.reconnection_retries:
        return True
    if settings.proxy.url is not None or not settings.proxy.environment:
        return settings.proxy.url is not None
    proxies = requests.utils.get_environ_proxies(settings.endpoint)
    return requests.utils.select_proxy(settings.endpoint, proxies) is not None
