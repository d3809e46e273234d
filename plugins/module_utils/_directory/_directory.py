# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The forest's activation objects over LDAP: one look at them, and the removal of exactly one."""

from __future__ import annotations

import types

from ._objects import ActivationObject, Forest

__all__ = ["Directory"]


class Directory:
    """An open, logged-in connection to one domain controller; use it as a context manager."""

    def __enter__(self) -> Directory:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: types.TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; it may be closed already."""

    def survey(self, *, name: str | None = None) -> Forest:
        """Return the forest as it is now, with all its activation objects, or those called `name` only."""
        raise NotImplementedError

    def remove(self, found: ActivationObject) -> None:
        """Remove exactly this object, by its GUID."""
        raise NotImplementedError
