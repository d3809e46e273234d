# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong between us and a directory, told apart by what became of it.

* Did *we* decline (`DirectoryRefusal`)? Then nothing was changed, and the wish or the forest has to change.
* Could the directory not be used at all (`DirectoryUnreachable`)? Then nothing was changed, and trying again is safe.
* Was a change sent without an answer (`DirectoryAnswerLost`)? Then only another look can tell.

These classes stand beside the engine's own, and not below them, since a module that runs on a host brings this package
along and nothing else.
"""

from __future__ import annotations

import sys

__all__ = [
    "DirectoryAnswerLost",
    "DirectoryError",
    "DirectoryLibraryMissing",
    "DirectoryLoginFailed",
    "DirectoryRefusal",
    "DirectoryUnreachable",
    "pip_install",
    "python_ldap_missing",
]


class DirectoryError(Exception):
    """The root: one sentence, a code (a slug), and where known the cause and the remedy."""

    def __init__(
        self, message: str, *, code: str | None = None, cause: str | None = None, remedy: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.cause = cause
        self.remedy = remedy


class DirectoryRefusal(DirectoryError):
    """We decline what was asked; nothing was changed."""


class DirectoryUnreachable(DirectoryError):
    """The directory could not be used: no name, no connection, no trust, or no login. Nothing was changed."""


class DirectoryLoginFailed(DirectoryUnreachable):
    """The login did not come about; another domain controller would say the same, and count a wrong password again."""


class DirectoryAnswerLost(DirectoryError):
    """A change was sent and no answer came, so it may have happened or not."""


class DirectoryLibraryMissing(DirectoryRefusal):
    """A Python library is missing where this runs."""


def pip_install(requirement: str) -> str:
    """Return the command that installs a requirement for the Python that runs this."""
    return f"{sys.executable} -m pip install {requirement}"


def python_ldap_missing(error: ImportError) -> DirectoryLibraryMissing:
    """Return the refusal to work without python-ldap."""
    return DirectoryLibraryMissing(
        "The Python library python-ldap is missing where this task runs.",
        code="python_ldap_missing",
        cause=str(error),
        remedy="Install it there for Ansible's Python: the system's package (python3-ldap on Debian, python3-ldap or"
        f" python-ldap elsewhere), or, with the headers of OpenLDAP and SASL: {pip_install('python-ldap')}",
    )
