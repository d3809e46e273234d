# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build a library's `requests` session without the process's environment; see `_outbound` for the reason.

Both libraries merge the environment into the session that they build, and neither has an option against it. For a URL
without a host `requests` returns before it touches the proxy variables, so the endpoint is blank during the build.
What was merged is then replaced by the values of the settings.
"""

from __future__ import annotations

import typing as t

from .._secrets import reveal
from .settings import ConnectionSettings

__all__ = ["built"]


def built(transport: t.Any, build: t.Callable[[], t.Any], settings: ConnectionSettings) -> t.Any:
    """Return the session that `build`, a method of the library's `transport`, makes, with proxy and CA of the settings.

    The session reads neither proxies nor CA bundles nor `~/.netrc` from the environment, now or later.
    """
    endpoint, transport.endpoint = transport.endpoint, ""
    try:
        session = build()
    finally:
        transport.endpoint = endpoint
    proxy = settings.proxy_url
    session.trust_env = False
    session.proxies = {"http": reveal(proxy), "https": reveal(proxy)} if proxy else {}
    session.verify = settings.verify
    return session
