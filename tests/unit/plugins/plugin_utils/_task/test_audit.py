# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An audit as a task: who is a machine, what is kept and where, and what is refused before anybody is asked."""

from __future__ import annotations

import json
import os
import stat
import typing as t
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._auditing import Crew, Row
from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._findings import Settings
from ansible_collections.volume.activation.plugins.plugin_utils._task._audit import Audit, check_bounds, writable

SETTINGS = Settings(expiring_days=30, clock_skew_minutes=240, mak_share_limit=10.0, kms_hosts=())
KEY = "BBBBB-CCCCC-DDDDD-FFFFF-GGGGG"


def unread(name: str, code: str) -> Row:
    error = {"code": code, "message": f"No {KEY}.", "cause": None, "remedy": None}
    row = {"name": name, "reached": False, "error": error, "observed_at": None, "license": None, "counts": None}
    return {**row, "inventory": {"group_names": ["b", "a"]}}


class Rows:
    """Stands for a crew that has read these rows."""

    def __init__(self, *rows: Row) -> None:
        self._rows = rows

    def read(self, _names: t.Any, _source: t.Any) -> t.Iterator[Row]:
        yield from self._rows


def audit(*rows: Row, shown: list[str] | None = None) -> Audit:
    show = [] if shown is None else shown
    return Audit.of(t.cast(Crew, Rows(*rows)), t.cast(t.Any, None), [row["name"] for row in rows], show.append)


def test_what_is_no_windows_machine_is_skipped_and_counted_nowhere() -> None:
    shown: list[str] = []
    found = audit(
        unread("z", "foreign_connection"),
        unread("m", "connect_timeout"),
        unread("a", "foreign_connection"),
        shown=shown,
    )
    assert found.skipped == ["a", "z"]
    assert [row["name"] for row in found.rows] == ["m"]
    assert shown[-1].startswith("1 machines in ") and shown[-1].endswith(" s, 1 of them could not be read")
    document = found.document(SETTINGS)
    assert (document["skipped"], document["summary"]["machines"]) == (["a", "z"], 1)
    assert document["machines"][0]["groups"] == ["a", "b"]


def test_what_is_skipped_is_no_failure() -> None:
    shown: list[str] = []
    names = [f"m{number}" for number in range(50)]
    audit(*(unread(name, "foreign_connection" if name != "m7" else "connect_timeout") for name in names), shown=shown)
    assert shown[0] == "5 of 50 done"
    assert shown[-2] == "50 of 50 done, 1 failed"


def test_nothing_that_looks_like_a_key_is_in_the_document() -> None:
    assert KEY not in json.dumps(audit(unread("m", "x"), unread(KEY, "foreign_connection")).document(SETTINGS))


@pytest.mark.parametrize("names", [[], ["a"], ["a", "b", "c"]])
def test_what_is_kept_is_the_document_and_everybody_may_read_it(tmp_path: Path, names: list[str]) -> None:
    found, warned = audit(*(unread(name, "connect_timeout") for name in names)), list[str]()
    document = found.document(SETTINGS)
    path = tmp_path / "audit.json"
    assert found.keep(document, path, warned.append) == str(path)
    assert json.loads(path.read_text(encoding="ascii")) == document
    assert path.read_bytes().startswith(b'{"format": ') and path.read_bytes().endswith(b"]}\n")
    assert (stat.S_IMODE(path.stat().st_mode), warned) == (0o644, [])


def test_what_cannot_be_kept_is_warned_of(tmp_path: Path) -> None:
    warned: list[str] = []
    path = tmp_path / "nowhere" / "audit.json"
    assert audit().keep(audit().document(SETTINGS), path, warned.append) is None
    assert warned == [f"The audit could not be written to {path}: No such file or directory."]


def test_a_place_is_checked_before_anybody_is_asked(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text("{}")
    assert writable(None) is None
    for name in ("old.json", "new.json"):
        assert writable(str(tmp_path / name)) == tmp_path / name


@pytest.mark.parametrize("place", ["", "pipe", "nowhere/audit.json", "old.json/audit.json", "locked/audit.json"])
def test_a_place_that_cannot_be_written_to_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    (tmp_path / "old.json").write_text("{}")
    (tmp_path / "locked").mkdir()
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setattr(os, "access", lambda folder, mode: (folder.name, mode) != ("locked", os.W_OK))
    with pytest.raises(Refusal) as caught:
        writable(str(tmp_path / place))
    assert caught.value.code == "unwritable" and caught.value.remedy
    is_other = place in ("", "pipe")
    assert ("something that is no file" in (caught.value.cause or "")) is is_other


@pytest.mark.parametrize(("value", "refused"), [(0.9, True), (1, False), (5, False), (5.1, True), (float("nan"), True)])
def test_numbers_have_bounds(value: float, refused: bool) -> None:
    if not refused:
        return check_bounds({"n": value, "other": 99}, {"n": (1, 5)})
    with pytest.raises(Refusal, match=r"^n is ") as caught:
        check_bounds({"n": value}, {"n": (1, 5)})
    assert (caught.value.code, caught.value.remedy) == ("bad_option", "Give a number from 1 to 5.")
    return None
