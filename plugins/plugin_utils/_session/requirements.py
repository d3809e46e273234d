# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The libraries that a session needs: which one is missing or too old, and the command that installs it."""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import sys

from .._errors import MissingLibrary, pip_install
from .._secrets import reveal
from .settings import ConnectionSettings

__all__ = [
    "OLDEST",
    "OLD_DIGEST",
    "is_too_old",
    "missing",
    "require_library",
    "require_login",
    "require_proxy",
    "too_old",
]

# A mechanism's own package, and what brings it.
_OF_LOGINS = {
    ("pywinrm", "kerberos"): ("kerberos", "pywinrm[kerberos]"),
    ("pywinrm", "credssp"): ("requests_credssp", "pywinrm[credssp]"),
    ("pywinrm", "ntlm"): ("requests_ntlm", "requests-ntlm>=1.1.0"),
    ("pypsrp", "kerberos"): ("gssapi", "pypsrp[kerberos]"),
    ("pypsrp", "credssp"): ("requests_credssp", "pypsrp[credssp]"),
}
_PACKAGES = {"pywinrm": "winrm", "pypsrp": "pypsrp"}
OLDEST = {"pywinrm": "0.5", "pypsrp": "0.9", "requests": "2.28", "requests-ntlm": "1.1", "pyspnego": "0.10"}
"""The sessions use what older releases do not have yet; see requirements.txt for the reasons."""
_OF_NTLM = {"pywinrm": ("requests-ntlm", "pyspnego"), "pypsrp": ("pyspnego",)}
_CURRENT_NTLM = {"pywinrm": ("requests-ntlm>=1.2.0", "pyspnego>=0.10.2"), "pypsrp": ("pyspnego>=0.10.2",)}
"""These have an MD4 of their own, which NTLM needs; OpenSSL 3 has none (requests/requests-ntlm#127)."""

OLD_DIGEST = "unsupported hash type md4"
"""What Python says where a library asks OpenSSL for MD4; the text is never localised."""


def require_library(library: str) -> None:
    """Raise MissingLibrary unless pywinrm or pypsrp is there and new enough."""
    _require(library, _PACKAGES[library])
    _require_versions(library)


def require_login(settings: ConnectionSettings, mechanism: str) -> None:
    """Raise MissingLibrary unless what this login needs is there and new enough."""
    package, requirement = _OF_LOGINS.get((settings.library, mechanism), ("", ""))
    if package:
        _require(requirement, package)
    of_login = _OF_NTLM[settings.library] if mechanism in ("credssp", "negotiate", "ntlm") else ()
    _require_versions("requests", *of_login)


def require_proxy(settings: ConnectionSettings) -> None:
    """Raise MissingLibrary where the connection goes through a SOCKS proxy and PySocks is not installed."""
    if reveal(settings.proxy_url or "").lower().startswith("socks"):
        _require("PySocks", "socks", f"the SOCKS proxy of {settings.proxy_variable or settings.names.proxy}")


def too_old(settings: ConnectionSettings) -> MissingLibrary:
    """Return the error for a login library that fails since it is older than OpenSSL 3."""
    requirements = _CURRENT_NTLM[settings.library]
    return missing(f"The installed NTLM library is too old; {' and '.join(requirements)} are needed.", *requirements)


def missing(words: str, *requirements: str) -> MissingLibrary:
    """Return the error for requirements that are not met, with the command for the Python that runs this."""
    return MissingLibrary(words, code="missing_library", remedy=f"Run: {pip_install(*requirements)}")


def _require(requirement: str, package: str, purpose: str = "") -> None:
    if importlib.util.find_spec(package) is not None:
        return
    what = f"{requirement}, which {purpose} needs," if purpose else requirement
    words = f"The Python library {what} is not installed for the controller's Python ({sys.executable})."
    raise missing(words, requirement)


def _require_versions(*libraries: str) -> None:
    for library in libraries:
        if is_too_old(library):
            wanted = f"{library}>={OLDEST[library]}"
            raise missing(f"The installed {library} is too old; {wanted} is needed.", wanted)


@functools.cache
def is_too_old(library: str) -> bool:
    """Return whether a library is older than what the sessions use of it."""
    try:
        installed = importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError:
        return False  # it was not installed by pip, or not at all
    return _numbers(installed) < _numbers(OLDEST[library])


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
