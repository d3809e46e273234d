# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files are whole at every moment, and one task at a time works on them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._exchange import files


def test_a_file_is_for_its_owner_only_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "parcel.json"
    files.write_whole(path, b"one")
    path.chmod(0o644)
    files.write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_link_leads_to_is_replaced_and_not_the_link(tmp_path: Path) -> None:
    (tmp_path / "medium").mkdir()
    link = tmp_path / "parcel.json"
    link.symlink_to(tmp_path / "medium" / "parcel.json")
    files.write_whole(link, b"text")
    assert link.is_symlink()
    assert (tmp_path / "medium" / "parcel.json").read_bytes() == b"text"


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "parcel.json"
    files.write_whole(path, b"old")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refusal, match="No space left") as caught:
        files.write_whole(path, b"new")
    assert caught.value.code == "exchange_unwritable"
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as caught:
        files.write_whole(tmp_path / "nowhere" / "parcel.json", b"text")
    assert caught.value.code == "exchange_unwritable"
    assert "folder" in (caught.value.remedy or "")


def test_a_missing_file_and_an_unreadable_one_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as missing:
        files.load(tmp_path / "parcel.json")
    with pytest.raises(Refusal) as unreadable:
        files.load(tmp_path)
    assert (missing.value.code, unreadable.value.code) == ("no_exchange", "exchange_unreadable")


def test_a_second_task_is_turned_away_and_a_later_one_is_not(tmp_path: Path) -> None:
    path = tmp_path / "parcel.json"
    with files.held(path):
        with pytest.raises(Refusal) as caught, files.held(path):
            pass
        with files.held(tmp_path / "other.json"):
            pass
    with files.held(path):
        pass
    assert caught.value.code == "exchange_in_use"
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_task_left_behind_is_cleared_away(tmp_path: Path) -> None:
    path = tmp_path / "parcel[1].json"
    (tmp_path / ".parcel[1].json.abc.part").write_bytes(b"half")
    (tmp_path / ".parcel[1].json.lock").touch()
    (tmp_path / ".parcel1.json.abc.part").write_bytes(b"not ours")
    with files.held(path):
        pass
    assert [left.name for left in tmp_path.iterdir()] == [".parcel1.json.abc.part"]
