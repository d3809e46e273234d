# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that hold secrets: readable by their owner alone from the first byte on, and never seen half written."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

__all__ = ["make_private_directory", "remove_files", "write_private"]


def write_private(path: Path, content: bytes | str) -> None:
    """Put `content` at `path` with mode 0600; whoever reads the path meets the old file or the new one, whole."""
    data = content.encode() if isinstance(content, str) else content
    # mkstemp creates with 0600, so there is no moment in which the file is wider open.
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def make_private_directory(path: Path) -> None:
    """Create `path` with mode 0700, parents as usual; one that is there already keeps its mode."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700)


def remove_files(paths: list[Path]) -> None:
    """Remove what of `paths` is there; a missing one is fine."""
    for path in paths:
        path.unlink(missing_ok=True)
