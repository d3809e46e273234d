# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that a task on the controller reads and writes: whole, and only where their content differs."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from pathlib import Path

from ..._errors import Refusal
from ..._files import TooLarge, mode_of, read_whole, write_whole

__all__ = ["File", "check_folders", "file_text"]

_SHOWN = 200_000
"""Bytes of a file that a diff still shows."""


@dataclass(frozen=True)
class File:
    """What a task makes of a file: its path, what is to be in it, and the permissions that a new file gets."""

    path: str
    data: bytes
    mode: int = 0o600

    @property
    def _place(self) -> Path:
        return Path(self.path)

    def before(self) -> bytes | None:
        """Return what is in it now, None where there is none; raises Refusal (`file_unwritable`)."""
        try:
            return read_whole(self._place, max(len(self.data), _SHOWN))
        except TooLarge:
            return b""  # longer than what is to be in it, so it differs
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def differs(self) -> bool:
        """Tell whether writing would change anything; raises Refusal (`file_unwritable`)."""
        return self.before() != self.data

    def write(self) -> None:
        """Put it in place, durably; raises Refusal (`file_unwritable`), and the old file stays."""
        try:
            write_whole(self._place, self.data, mode_of(self._place) or self.mode)
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def diff(self) -> dict[str, str]:
        """Return what changes, in the form of a diff; a large file is told by its size alone."""
        before = self.before()
        return {
            "before_header": self.path,
            "after_header": self.path,
            "before": _shown(before) if before is not None else "",
            "after": _shown(self.data),
        }


def _shown(data: bytes) -> str:
    if len(data) > _SHOWN:
        return f"({len(data):,} bytes, too long to show)\n"
    return data.decode("utf-8", "replace")


def check_folders(paths: t.Iterable[str]) -> None:
    """See that each file has a folder to be in; raises Refusal (`no_folder`), before anything is written."""
    for path in paths:
        folder = Path(path).resolve().parent
        if not folder.is_dir():
            raise Refusal(
                f"There is no folder {folder} for the file {path}.",
                code="no_folder",
                cause="The path is misspelt, or nobody has made the folder yet. None is created by itself, so that a"
                " misspelt path does not end up somewhere.",
                remedy="Create it with ansible.builtin.file and state: directory, or correct the path.",
            )


def file_text(path: str, largest: int, missing: Refusal) -> bytes:
    """Return what is in a file; raises `missing` where there is none, and Refusal (`file_unreadable`)."""
    try:
        found = read_whole(Path(path), largest)
    except OSError as error:
        raise Refusal(
            f"The file {path} cannot be read: {error.strerror or type(error).__name__}.",
            code="file_unreadable",
            remedy="Check the path and the permissions of the file.",
        ) from error
    if found is None:
        raise missing
    return found


def _unwritable(path: str, error: OSError) -> Refusal:
    return Refusal(
        f"The file {path} cannot be written: {error.strerror or type(error).__name__}.",
        code="file_unwritable",
        cause="What was there before is still there, whole.",
        remedy="Check the path, the permissions of the folder and the room on the disk. Then run the task again.",
    )
