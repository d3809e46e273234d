# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action of fleet_report: files made from an audit."""

from __future__ import annotations

import typing as t

from ansible_collections.volume.activation.plugins.plugin_utils._action import ControllerAction
from ansible_collections.volume.activation.plugins.plugin_utils._action.features.report_files import (
    File,
    check_folders,
    file_text,
)
from ansible_collections.volume.activation.plugins.plugin_utils._audit_report import (
    LARGEST,
    Audit,
    as_csv,
    as_html,
    as_json,
    as_prometheus,
    encoded,
    load,
)
from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import scrub_lines

KINDS = ("html", "csv", "json", "prometheus")
_MODES = {"prometheus": 0o644}
"""Permissions of a new file: the node exporter runs as another user, and the metrics do not name any machine."""
_COLLECTED = ".prom"
"""The textfile collector ignores files with other endings (README of prometheus/node_exporter)."""
ARGUMENT_SPEC: dict[str, t.Any] = {
    "audit": {"type": "dict"},
    "src": {"type": "path"},
    "title": {"type": "str", "default": "Volume activation audit"},
    **{kind: {"type": "path"} for kind in KINDS},
}


class ActionModule(ControllerAction):
    """Write what was asked for, each file as a whole and only where it differs."""

    SPEC = ARGUMENT_SPEC
    RULES = {
        "mutually_exclusive": [["audit", "src"]],
        "required_one_of": [["audit", "src"], list(KINDS)],
    }

    def performed(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
        """Make the files; nothing is written before all of them are made."""
        paths = {kind: options[kind] for kind in KINDS if options[kind]}
        _check_distinct(paths)
        _check_collected(options["prometheus"])
        check_folders(paths.values())
        audit = _audit(options)
        title = scrub_lines(options["title"])
        made = {kind: _made(kind, audit, title) for kind in paths}
        files = {kind: File(path, made[kind], _MODES.get(kind, 0o600)) for kind, path in paths.items()}
        changed = {kind: file.differs() for kind, file in files.items()}
        result: dict[str, t.Any] = {
            "changed": any(changed.values()),
            "files": [
                {"kind": kind, "path": file.path, "changed": changed[kind], "bytes": len(file.data)}
                for kind, file in files.items()
            ],
            "summary": audit["summary"],
        }
        different = [file for kind, file in files.items() if changed[kind]]
        if self._task.diff:
            result["diff"] = [file.diff() for file in different]
        if not self._task.check_mode:
            for file in different:
                file.write()
        return result


def _audit(options: dict[str, t.Any]) -> Audit:
    src = options["src"]
    if src is None:
        return t.cast(Audit, scrub_lines(load(options["audit"])))
    missing = Refusal(
        f"There is no audit {src}.",
        code="no_audit",
        remedy="Correct the path, or make the audit first with fleet_audit and dest.",
    )
    # The file may have been edited, or be that of an earlier release: what it holds goes into pages and tables.
    return t.cast(Audit, scrub_lines(load(file_text(src, LARGEST, missing))))


def _made(kind: str, audit: Audit, title: str) -> bytes:
    if kind == "html":
        return encoded(as_html(audit, title=title))
    return encoded({"csv": as_csv, "json": as_json, "prometheus": as_prometheus}[kind](audit))


def _check_collected(path: str | None) -> None:
    if path and not path.endswith(_COLLECTED):
        raise Refusal(
            f"prometheus is {path!r}, which the node exporter does not read.",
            code="bad_option",
            remedy=f"Set prometheus to a file whose name ends with {_COLLECTED}, in the folder of the node exporter's"
            " textfile collector.",
        )


def _check_distinct(paths: dict[str, str]) -> None:
    if len(set(paths.values())) < len(paths):
        raise Refusal(
            "Two reports have the same path.",
            code="bad_option",
            remedy="Give each of html, csv, json and prometheus a path of its own.",
        )
