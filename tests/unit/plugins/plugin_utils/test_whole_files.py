# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files are whole at every moment, and as open as was asked for."""

from __future__ import annotations

import os
import stat
import typing as t
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._files import ASIDE, TooLarge, read_whole, write_whole


@pytest.mark.parametrize(("given", "mode"), [({}, 0o600), ({"mode": 0o644}, 0o644)])
def test_a_file_has_the_permissions_asked_for_whatever_the_umask(
    tmp_path: Path, given: dict[str, int], mode: int
) -> None:
    path, before = tmp_path / "report.html", os.umask(0o077)
    try:
        write_whole(path, b"text", **given)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert list(tmp_path.iterdir()) == [path]


def test_whoever_reads_while_it_is_written_gets_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, seen = tmp_path / "report.html", []
    write_whole(path, b"old")
    monkeypatch.setattr(os, "fsync", lambda _handle: seen.append((path.read_bytes(), len(list(tmp_path.iterdir())))))
    write_whole(path, b"new")
    assert seen[0] == (b"old", 2)
    assert path.read_bytes() == b"new"


def test_a_failed_write_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.html"
    write_whole(path, b"old")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert not list(tmp_path.glob(f".*{ASIDE}"))


def test_what_a_link_leads_to_is_replaced_and_not_the_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    link = tmp_path / "audit.json"
    link.symlink_to(tmp_path / "real" / "today.json")
    write_whole(link, b"text")
    assert link.is_symlink()
    assert (tmp_path / "real" / "today.json").read_bytes() == b"text"


def test_both_the_file_and_its_name_are_made_durable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds: list[bool] = []
    monkeypatch.setattr(os, "fsync", lambda handle: kinds.append(stat.S_ISDIR(os.fstat(handle).st_mode)))
    write_whole(tmp_path / "audit.json", b"text")
    assert kinds == [False, True]


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_what_is_no_file_stays_what_it_is(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "null"
    (path.mkdir if kind == "folder" else lambda: os.mkfifo(path))()
    with pytest.raises(OSError, match="no file"):
        write_whole(path, b"text")
    assert path.is_dir() or path.is_fifo()
    assert list(tmp_path.iterdir()) == [path]


def test_reading_tells_no_file_from_one_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "audit.json"
    assert read_whole(path, 4) is None
    path.write_bytes(b"four")
    assert read_whole(path, 4) == b"four"
    with pytest.raises(TooLarge):
        read_whole(path, 3)


@pytest.mark.parametrize("kind", ["folder", "pipe", "device", "nul"])
def test_only_a_regular_file_is_read(tmp_path: Path, kind: str) -> None:
    path = {"device": Path("/dev/zero"), "nul": Path("a\0b")}.get(kind, tmp_path / kind)
    if kind in ("folder", "pipe"):
        (path.mkdir if kind == "folder" else lambda: os.mkfifo(path))()
    with pytest.raises(OSError, match="regular file|null"):
        read_whole(path, 1024)


def test_what_comes_in_pieces_is_put_in_place_when_the_last_one_has_come(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_bytes(b"old")
    seen: list[bytes] = []

    def pieces() -> t.Iterator[bytes]:
        for piece in (b"one ", b"two"):
            seen.append(place.read_bytes())
            yield piece

    write_whole(place, pieces())
    assert seen == [b"old", b"old"]
    assert place.read_bytes() == b"one two"
