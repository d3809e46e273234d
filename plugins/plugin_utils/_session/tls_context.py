# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The certificates of the CAs, read once a process and not once a machine, and only for TLS.

The system's bundle takes some 15 ms to read, which is more than all the rest of asking a machine a question. `requests`
reads it for each new connection; here its documented extension point hands the connections one TLS context in common.
Processes that Ansible forks inherit the context of the default bundle.
"""

from __future__ import annotations

import functools
import os
import ssl
import typing as t
from pathlib import Path

__all__ = ["preload_default_bundle", "trusting"]


def preload_default_bundle() -> None:
    """Read the CA bundle that `requests` uses by default, if there is one."""
    _context_for(True)


def trusting(adapter: t.Any) -> t.Any:
    """Return an adapter of `requests` that does the same and shares its trust; any other one comes back as it is."""
    import requests

    plain = requests.adapters.HTTPAdapter
    if adapter.__class__ is not plain or not hasattr(plain, "build_connection_pool_key_attributes"):
        return adapter
    return _adapter_class()(max_retries=adapter.max_retries)


@functools.cache
def _adapter_class() -> t.Any:
    import requests

    class Trusting(requests.adapters.HTTPAdapter):
        """Connects by a shared context wherever certificates are validated and none of our own is shown."""

        def build_connection_pool_key_attributes(self, request: t.Any, verify: t.Any, cert: t.Any = None) -> t.Any:
            place, tls = super().build_connection_pool_key_attributes(request, verify, cert)
            context = None if cert or not _is_https(request.url) else _context_for(verify)
            if context is not None:
                tls = {name: value for name, value in tls.items() if name not in ("ca_certs", "ca_cert_dir")}
                tls["ssl_context"] = context
            return place, tls

        def cert_verify(self, conn: t.Any, url: t.Any, verify: t.Any, cert: t.Any) -> None:
            super().cert_verify(conn, url, verify, cert)
            if not cert and _is_https(url) and _context_for(verify) is not None:
                conn.ca_certs = conn.ca_cert_dir = None  # they are in the context, and would be read once more

    return Trusting


def _is_https(url: str) -> bool:
    return url[:6].lower() == "https:"


def _context_for(verify: t.Any) -> ssl.SSLContext | None:
    """Return the context that trusts a bundle or a folder, None without one; `requests` then says what is wrong."""
    import requests

    if not verify:
        return None
    place = requests.utils.DEFAULT_CA_BUNDLE_PATH if verify is True else os.fspath(verify)
    try:
        return _read(place)
    except (OSError, ValueError):
        return None


@functools.lru_cache(maxsize=16)
def _read(place: str) -> ssl.SSLContext:
    from urllib3.util.ssl_ import ALPN_PROTOCOLS, create_urllib3_context

    context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED)
    context.load_verify_locations(**{"capath" if Path(place).is_dir() else "cafile": place})
    context.set_alpn_protocols(ALPN_PROTOCOLS)
    context.__class__ = _FrozenContext  # made by urllib3, for what it holds to be safe differs from version to version
    return context


class _FrozenContext(ssl.SSLContext):
    """A context that nobody changes any more, since threads make connections from it at the same time."""

    def set_alpn_protocols(self, alpn_protocols: t.Iterable[str]) -> None:
        """Leave it: urllib3 sets the same again for each connection, while others may be reading what it replaces."""
