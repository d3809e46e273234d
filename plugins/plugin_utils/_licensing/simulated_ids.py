# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Identifiers of a simulated fleet, recognised by a mark that those of a real host do not have.

The mark is in the identifiers themselves, so it comes from the host inside its authenticated messages, needs no
request of its own, and stays with an activation wherever its identifiers go: into the ledger or into an exchange file.
The simulator writes the same marks by code of its own; a test holds the two together.
"""

from __future__ import annotations

import re

__all__ = ["is_simulated"]

_MARK = re.compile(
    # A client machine ID or BIOS UUID: a UUID of version 8, for one's own use (RFC 9562), with a fixed beginning.
    r"\{?51a0f1ee-[0-9a-f]{4}-8"
    # An extended product ID: neither this platform nor this group of keys exists.
    r"|00000-99999-"
    # An installation ID: two groups of seven digits, which one real host in 10^14 would have by accident.
    r"|00000009999999",
    re.ASCII | re.IGNORECASE,
)


def is_simulated(*identifiers: str | None) -> bool:
    """Return whether a simulated fleet made any of these identifiers of a host or of an activation.

    Each is a client machine ID, a BIOS UUID, an extended product ID or an installation ID (digits only), or None.
    """
    return any(_MARK.match(identifier.strip()) is not None for identifier in identifiers if identifier)
