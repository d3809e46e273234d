# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which domain controllers to ask, and in which order."""

from __future__ import annotations

import typing as t

from .connection import connect
from .directory import Directory
from .discovery import DirectoryEndpoint, domain_controllers
from .errors import DirectoryLoginFailed, DirectoryUnreachable
from .settings import DirectorySettings, Security

__all__ = ["open_directory"]

Tell = t.Callable[[str], None]

_LDAPS_PORT = 636
_LDAP_PORT = 389
# A large domain has dozens; if this many cannot be used, the reason is hardly theirs.
_MOST_ATTEMPTS = 5


def open_directory(settings: DirectorySettings, *, tell: Tell | None = None, page_size: int = 200) -> Directory:
    """Return a logged-in connection to the first domain controller that can be used.

    Each may take the time limit; `tell` hears of those that cannot be used. A login that fails ends the search, because
    every further try with a wrong password counts towards a lockout. Raises DirectoryRefusal, DirectoryUnreachable.
    """
    endpoints = _endpoints(settings.checked())
    failures: list[DirectoryUnreachable] = []
    for endpoint in endpoints[:_MOST_ATTEMPTS]:
        try:
            return Directory(connect(endpoint, settings), page_size=page_size)
        except DirectoryLoginFailed:
            raise
        except DirectoryUnreachable as error:
            failures.append(error)
            if tell is not None and len(endpoints) > 1:
                tell(f"{error.message} ({error.code})")
    raise _summary(settings, len(endpoints), failures)


def _endpoints(settings: DirectorySettings) -> tuple[DirectoryEndpoint, ...]:
    usual = _LDAPS_PORT if settings.security is Security.LDAPS else _LDAP_PORT
    if settings.server:
        return (DirectoryEndpoint(settings.server.rstrip("."), settings.port or usual),)
    found = domain_controllers(settings.domain or "", dns_servers=settings.dns_servers, timeout=settings.timeout)
    # DNS tells the port of LDAP without TLS, which is also the one for StartTLS and Kerberos.
    fixed = settings.port or (_LDAPS_PORT if settings.security is Security.LDAPS else None)
    return tuple(DirectoryEndpoint(endpoint.host, fixed or endpoint.port) for endpoint in found)


def _summary(
    settings: DirectorySettings, known: int, failures: t.Sequence[DirectoryUnreachable]
) -> DirectoryUnreachable:
    """Return the one failure, or one for all of them."""
    if len(failures) == 1:
        return failures[0]
    codes = {error.code for error in failures}
    return DirectoryUnreachable(
        f"None of {len(failures)} domain controllers of '{settings.domain}' can be used ({known} are known).",
        code=failures[0].code if len(codes) == 1 else "directory_unreachable",
        cause=" ".join(error.message for error in failures),
        remedy=failures[0].remedy,
    )
