# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""fleet_report: files are written whole, where they differ and where they were asked for; else nothing is."""

from __future__ import annotations

import json
import os
import stat
import typing as t
from pathlib import Path

import pytest

from ..plugin_utils._audit_report.audit_documents import audit, healthy
from .fake_task import FakeTask

KINDS = {"html": "html", "csv": "csv", "json": "json", "prometheus": "prom"}
"""The ending of each kind of report."""


def run(stage: FakeTask, args: dict[str, t.Any], **keywords: t.Any) -> dict[str, t.Any]:
    """Return the result of a task, which talks to no machine."""
    result = stage.run("fleet_report", args, **keywords)
    assert stage.machine.settings == []
    return result


def paths(folder: Path) -> dict[str, str]:
    """Return a path for each report."""
    return {kind: str(folder / f"report.{ending}") for kind, ending in KINDS.items()}


def test_every_report_is_written_and_told(stage: FakeTask, tmp_path: Path) -> None:
    document = audit(30)
    found = run(stage, {"audit": document, "title": "Corp", **paths(tmp_path)})
    assert (found["changed"], found["summary"]) == (True, document["summary"])
    assert [(file["kind"], file["path"]) for file in found["files"]] == list(paths(tmp_path).items())
    for file in found["files"]:
        written = Path(file["path"])
        assert (file["changed"], file["bytes"]) == (True, written.stat().st_size)
        assert stat.S_IMODE(written.stat().st_mode) == (0o644 if file["kind"] == "prometheus" else 0o600)
    assert "<h1>Corp</h1>" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(f"report.{ending}" for ending in KINDS.values())


def test_a_second_run_changes_nothing(stage: FakeTask, tmp_path: Path) -> None:
    args = {"audit": audit(30), **paths(tmp_path)}
    run(stage, args)
    before = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in tmp_path.iterdir()}
    found = run(stage, args, diff=True)
    assert (found["changed"], found["diff"]) == (False, [])
    assert {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in tmp_path.iterdir()} == before


def test_only_the_report_that_differs_is_written(stage: FakeTask, tmp_path: Path) -> None:
    args = {"audit": audit(30), **paths(tmp_path)}
    run(stage, args)
    (tmp_path / "report.csv").write_text("old\n", encoding="utf-8")
    (tmp_path / "report.csv").chmod(0o640)  # somebody shares it
    found = run(stage, args, diff=True)
    assert stat.S_IMODE((tmp_path / "report.csv").stat().st_mode) == 0o640
    assert [file["kind"] for file in found["files"] if file["changed"]] == ["csv"]
    [change] = found["diff"]
    assert (change["before"], change["before_header"]) == ("old\n", str(tmp_path / "report.csv"))
    assert change["after"].startswith("\\ufeffname,")


def test_check_mode_tells_and_writes_nothing(stage: FakeTask, tmp_path: Path) -> None:
    found = run(stage, {"audit": audit(5), **paths(tmp_path)}, check=True, diff=True)
    assert found["changed"]
    assert [len(change["after"]) > 0 for change in found["diff"]] == [True] * 4
    assert list(tmp_path.iterdir()) == []


def test_a_long_file_is_told_by_its_size(stage: FakeTask, tmp_path: Path) -> None:
    found = run(stage, {"audit": audit(1500), "html": str(tmp_path / "x.html")}, check=True, diff=True)
    assert "bytes, too long to show" in found["diff"][0]["after"]


def test_the_audit_comes_from_a_file_too(stage: FakeTask, tmp_path: Path) -> None:
    document = audit(30)
    source = tmp_path / "audit.json"
    source.write_text(json.dumps(document), encoding="utf-8")
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    run(stage, {"src": str(source), **paths(tmp_path / "one")})
    run(stage, {"audit": document, **paths(tmp_path / "two")})
    for ending in KINDS.values():
        one, two = ((tmp_path / folder / f"report.{ending}").read_bytes() for folder in ("one", "two"))
        assert one == two
    assert json.loads((tmp_path / "one" / "report.json").read_text(encoding="utf-8")) == document


def test_a_file_that_is_there_already_may_be_of_any_length(stage: FakeTask, tmp_path: Path) -> None:
    path = tmp_path / "report.prom"
    path.write_bytes(b"x" * 3_000_000)
    assert run(stage, {"audit": healthy(), "prometheus": str(path)})["changed"]
    assert path.read_bytes().startswith(b"# HELP")


@pytest.mark.parametrize(
    ("args", "code", "named"),
    [
        ({}, "bad_option", "audit"),
        ({"audit": audit(1)}, "bad_option", "html"),
        ({"audit": audit(1), "src": "x", "html": "{tmp}/x"}, "bad_option", "mutually exclusive"),
        ({"audit": audit(1), "html": "{tmp}/x", "csv": "{tmp}/x"}, "bad_option", "same path"),
        ({"audit": audit(1), "prometheus": "{tmp}/x.txt"}, "bad_option", "x.txt"),
        ({"audit": audit(1), "html": "//server/share/x"}, "bad_option", "//server/share/x"),
        ({"audit": audit(1), "html": "{tmp}/nowhere/x", "csv": "{tmp}/x"}, "no_folder", "nowhere"),
        ({"audit": audit(1), "csv": "{tmp}/x", "html": "{tmp}"}, "file_unwritable", "{tmp}"),
        ({"audit": {"a": 1}, "html": "{tmp}/x"}, "foreign_audit", "no audit"),
        ({"src": "{tmp}/nothing.json", "html": "{tmp}/x"}, "no_audit", "nothing.json"),
        ({"src": "{tmp}", "html": "{tmp}/x"}, "file_unreadable", "{tmp}"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_written(
    stage: FakeTask, tmp_path: Path, args: dict[str, t.Any], code: str, named: str
) -> None:
    given = {name: value.format(tmp=tmp_path) if isinstance(value, str) else value for name, value in args.items()}
    found = run(stage, given)
    assert (found["failed"], found["refused"], found["code"]) == (True, True, code)
    assert named.format(tmp=tmp_path) in found["msg"]
    assert found["remedy"]
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_leaves_what_was_there(
    stage: FakeTask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.html"
    path.write_text("old", encoding="utf-8")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    found = run(stage, {"audit": audit(1), "html": str(path)})
    assert (found["code"], "No space left" in found["msg"]) == ("file_unwritable", True)
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]
