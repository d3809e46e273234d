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

from ansible_collections.volume.activation.plugins.plugin_utils._action.features.audit_task import Audit, writable
from ansible_collections.volume.activation.plugins.plugin_utils._auditing import GIVEN_UP, LOST, ReaderPool, Row
from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._findings import AuditSettings
from ansible_collections.volume.activation.plugins.plugin_utils._session import CONTROLLER_LIMIT

SETTINGS = AuditSettings(expiring_days=30, clock_skew_minutes=240, mak_share_limit=10.0, kms_hosts=())
KEY = "BBBBB-CCCCC-DDDDD-FFFFF-GGGGG"


def unread(name: str, code: str) -> Row:
    error = {"code": code, "message": f"No {KEY}.", "cause": None, "remedy": None}
    row = {"name": name, "reached": False, "error": error, "observed_at": None, "license": None, "counts": None}
    return {**row, "inventory": {"group_names": ["b", "a"]}}


def read(name: str) -> Row:
    row = unread(name, "none")
    return {**row, "reached": True, "error": None, "license": {"products": []}}


class Rows:
    """Stands for a crew that has read these rows."""

    def __init__(self, *rows: Row) -> None:
        self._rows = rows

    def read(self, _names: t.Any, _source: t.Any) -> t.Iterator[Row]:
        yield from self._rows


def audit(*rows: Row, shown: list[str] | None = None) -> Audit:
    show = [] if shown is None else shown
    return Audit.of(t.cast(ReaderPool, Rows(*rows)), t.cast(t.Any, None), [row["name"] for row in rows], show.append)


def test_what_is_no_windows_machine_is_skipped_and_counted_nowhere() -> None:
    shown: list[str] = []
    found = audit(
        unread("z", "foreign_connection"),
        unread("m", "connect_timeout"),
        unread("a", "foreign_connection"),
        shown=shown,
    )
    assert list(found.skipped.values()) == [["z", "a"]]
    assert [row["name"] for row in found.rows] == ["m"]
    assert shown[-2].startswith("1 machines in ") and shown[-2].endswith(" s, 1 of them could not be read")
    assert shown[-1].startswith("2 skipped: a, z. ")
    document = found.document(SETTINGS)
    assert (document["skipped"], document["summary"]["machines"]) == (["a", "z"], 1)
    assert [row["machines"] for row in document["skipped_by_reason"]] == [["a", "z"]]
    assert document["machines"][0]["groups"] == ["a", "b"]


def test_what_is_skipped_is_no_failure() -> None:
    shown: list[str] = []
    names = [f"m{number}" for number in range(50)]
    audit(*(unread(name, "foreign_connection" if name != "m7" else "connect_timeout") for name in names), shown=shown)
    assert shown[0] == "5 of 50 done"
    assert shown[-3] == "50 of 50 done, 1 failed"


def test_nothing_that_looks_like_a_key_is_in_the_document() -> None:
    assert KEY not in json.dumps(audit(unread("m", "x"), unread(KEY, "foreign_connection")).document(SETTINGS))


@pytest.mark.parametrize("code", [CONTROLLER_LIMIT, GIVEN_UP, LOST])
def test_machines_that_the_audit_itself_left_unread_make_it_fail(code: str) -> None:
    found = audit(unread("c", "connect_timeout"), unread("b", code), unread("a", code))
    incomplete = found.incomplete(found.document(SETTINGS))
    assert incomplete == [{"code": code, "machines": ["a", "b"]}]
    failed = found.failure(found.document(SETTINGS), "/srv/audit.json", 100)
    assert (failed["failed"], failed["code"]) == (True, "audit_incomplete")
    assert f"{code} (2)" in failed["msg"]
    assert "/srv/audit.json" in failed["cause"] and failed["remedy"]


@pytest.mark.parametrize(
    ("reached", "lost", "limit", "fails"),
    [(9, 1, 10, False), (8, 2, 10, True), (1, 9, 100, False), (0, 2, 100, True), (0, 0, 100, True), (2, 0, 0, False)],
)
def test_it_fails_when_nothing_was_read_or_more_is_unread_than_allowed(
    reached: int, lost: int, limit: float, fails: bool
) -> None:
    rows = [read(f"r{number}") for number in range(reached)]
    rows += [unread(f"u{number}", "login_refused") for number in range(lost)]
    found = audit(*rows, unread("linux", "foreign_connection"))
    document = found.document(SETTINGS)
    failed = found.failure(document, None, limit)
    assert found.incomplete(document) == []
    assert (failed.get("failed", False), failed.get("code")) == (fails, "too_few_read" if fails else None)
    if fails:
        assert f"{reached} of {reached + lost}" in failed["msg"]


@pytest.mark.parametrize("names", [[], ["a"], ["a", "b", "c"]])
def test_what_is_kept_is_the_document_and_its_owner_alone_may_read_it(tmp_path: Path, names: list[str]) -> None:
    found, warned = audit(*(unread(name, "connect_timeout") for name in names)), list[str]()
    document = found.document(SETTINGS)
    path = tmp_path / "audit.json"
    assert found.keep(document, path, warned.append) == str(path)
    assert json.loads(path.read_text(encoding="ascii")) == document
    assert path.read_bytes().startswith(b'{"format": ') and path.read_bytes().endswith(b"]}\n")
    assert (stat.S_IMODE(path.stat().st_mode), warned) == (0o600, [])
    path.chmod(0o640)
    found.keep(document, path, warned.append)
    assert (stat.S_IMODE(path.stat().st_mode), warned) == (0o640, [])


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
