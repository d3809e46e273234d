# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a failure of a connection through a proxy says besides: which proxy, where it comes from, how to do without.

A proxy of the controller's environment is there for its way to the internet, and often does not reach the machines
(ansible-collections/ansible.windows#139, ansible/ansible#73748).
"""

from __future__ import annotations

import re
import urllib.parse

from .._errors import ActivationError, AuthenticationFailed, MissingLibrary, Refusal
from .._secrets import Secret, reveal, scrub_lines
from .controller_limits import CONTROLLER_LIMIT
from .settings import ConnectionSettings

__all__ = ["address_of", "by_proxy"]

_UNQUOTED = re.compile(r"[\s\\]")


def by_proxy(error: ActivationError, settings: ConnectionSettings) -> ActivationError:
    """Return the error with the proxy in its remedy, where there is one and it may be to blame."""
    has_nothing_to_do = isinstance(error, (AuthenticationFailed, MissingLibrary, Refusal))
    if settings.proxy_url is None or has_nothing_to_do or error.code == CONTROLLER_LIMIT:
        return error
    variable, names = settings.proxy_variable, settings.names
    source = f"the environment variable {variable}" if variable else names.proxy
    bypass = "To connect without it, " + (
        f"add the host to NO_PROXY, or {names.bypass}." if variable else f"{names.bypass}."
    )
    address = address_of(settings.proxy_url) or "(its URL cannot be read)"
    proxy = f"The connection goes through the proxy {address}, which {source} names. {bypass}"
    error.remedy = " ".join(filter(None, (error.remedy, proxy)))
    return error


def address_of(proxy: Secret | str) -> str | None:
    """Return host and port of a proxy, never its login; None where its URL cannot be read as it was meant.

    A login whose `/`, `#`, `?` or `\\` is not quoted ends the host there, and libraries take its parts for a host or a
    port and quote them in their errors.
    """
    text = reveal(proxy).strip()
    try:
        parts = urllib.parse.urlsplit(text if "://" in text else f"//{text.lstrip('/')}")
        is_whole = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return None
    if not is_whole or "@" in f"{parts.path}{parts.query}{parts.fragment}" or _UNQUOTED.search(text):
        return None
    return str(scrub_lines(parts.netloc.rpartition("@")[2]))
