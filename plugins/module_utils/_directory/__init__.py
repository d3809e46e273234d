# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Active Directory's activation objects, over LDAP.

Modules bring this package along to the host they run on, so it imports nothing of the engine, runs on Python 3.9, and
looks for its libraries (python-ldap, dnspython) only where it needs them.
"""

from __future__ import annotations

from .directory import Directory
from .errors import (
    DirectoryAnswerLost,
    DirectoryError,
    DirectoryLibraryMissing,
    DirectoryLoginFailed,
    DirectoryRefusal,
    DirectoryUnreachable,
)
from .facts import forest_facts, found_facts, object_facts
from .failures import rights_remedy
from .names import guid_text, same_name
from .objects import ActivationObject, Forest
from .opening import open_directory
from .settings import DIRECTORY_SPEC, DirectorySettings, Security, settings_from

__all__ = [
    "DIRECTORY_SPEC",
    "ActivationObject",
    "Directory",
    "DirectoryAnswerLost",
    "DirectoryError",
    "DirectoryLibraryMissing",
    "DirectoryLoginFailed",
    "DirectoryRefusal",
    "DirectorySettings",
    "DirectoryUnreachable",
    "Forest",
    "Security",
    "forest_facts",
    "found_facts",
    "guid_text",
    "object_facts",
    "open_directory",
    "rights_remedy",
    "same_name",
    "settings_from",
]
