# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a machine takes connections at all, asked without a login and without sending anything."""

from __future__ import annotations

from .._deadlines import Deadline, connected
from .error_mapping import explained
from .guarded_adapter import GuardedAdapter
from .settings import ConnectionSettings, PsrpSettings

__all__ = ["check_reach"]


def check_reach(settings: ConnectionSettings) -> None:
    """Connect once; raises ConnectionFailed as a session would. What only a session can find out is left to it."""
    import requests

    # The system would take a port that is too large for another one.
    if not settings.host.isascii() or not 0 < settings.port < 65536 or _is_indirect(settings):
        return
    try:
        with Deadline(settings.request_timeout, "request", settings.names.read_timeout):
            seconds = settings.connection_timeout or settings.read_timeout
            connected(settings.host, settings.port, seconds).close()
    except OSError as error:
        failure = requests.exceptions.ConnectionError(error)
        raise explained(failure, GuardedAdapter(settings.endpoint), settings, settings.mechanisms[0]) from None
    except ValueError:
        return  # no name: the library has better words for it


def _is_indirect(settings: ConnectionSettings) -> bool:
    """Return whether a proxy connects, or connecting may be tried more than once."""
    retries = isinstance(settings, PsrpSettings) and settings.reconnection_retries > 0
    return retries or settings.proxy_url is not None
