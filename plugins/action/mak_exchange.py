# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action of mak_exchange: requests out of an isolated network, answers into it."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible.utils.display import Display

from ansible_collections.volume.activation.plugins.plugin_utils._action import ControllerAction
from ansible_collections.volume.activation.plugins.plugin_utils._action.features.confirmation_requests import (
    REQUEST_SPEC,
    check_shape,
    key_of,
    requests_from,
)
from ansible_collections.volume.activation.plugins.plugin_utils._action.features.ledger_options import (
    LEDGER_SPEC,
    SERVICE_SPEC,
    ledger_from,
    service_from,
    user_from,
)
from ansible_collections.volume.activation.plugins.plugin_utils._errors import ActivationError, Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._exchange import (
    Answerer,
    Exporter,
    Importer,
    ImportOutcome,
    Line,
    Privacy,
    Report,
    Sheet,
    listed,
    load,
    read_whole,
    write_whole,
)

_display = Display()

ARGUMENT_SPEC: dict[str, t.Any] = {
    "step": {"type": "str", "choices": ["export", "answer", "import", "sheet"], "required": True},
    "path": {"type": "path"},
    "sheet_path": {"type": "path"},
    "requests": {"type": "list", "elements": "dict", "options": REQUEST_SPEC},
    "pool": {"type": "str"},
    "product_key": {"type": "str", "no_log": True},
    "justification": {"type": "str", "default": ""},
    "use_reserve": {"type": "bool", "default": False},
    "privacy": {"type": "str", "choices": ["full", "no_names", "service_only"], "default": "full"},
    "failures": {"type": "str", "choices": ["fail", "report"], "default": "fail"},
    **LEDGER_SPEC,
    **SERVICE_SPEC,
}
Options: t.TypeAlias = "dict[str, t.Any]"


class ActionModule(ControllerAction):
    """Carry activations through an air gap in a file, or on paper."""

    SPEC = ARGUMENT_SPEC
    RULES = {
        "required_if": [
            ["step", "export", ["path", "requests", "pool"]],
            ["step", "answer", ["path"]],
            ["step", "import", ["path"]],
            ["step", "sheet", ["sheet_path"]],
            ["step", "sheet", ["path", "requests"], True],
        ]
    }

    def performed(self, options: Options) -> dict[str, t.Any]:
        """Do one step of the exchange, or in check mode tell what it would come to."""
        steps: dict[str, t.Callable[[Options], Report]] = {
            "export": self._export,
            "answer": self._answer,
            "import": self._import,
            "sheet": self._sheet,
        }
        report = steps[options["step"]](options)
        result = {"path": options["path"], "sheet_path": options["sheet_path"], **report.facts()}
        if self._task.diff:
            result["diff"] = {"before": report.before, "after": report.after}
        error = report.error or (report.failure if options["failures"] == "fail" else None)
        return {**self._failed(error, report), **result} if error else result

    def _validated(self) -> Options:
        # Before the general check, which does not tell which one of a thousand is meant.
        check_shape(self._task.args.get("requests"))
        return super()._validated()

    def _failed(self, error: ActivationError, report: Report) -> dict[str, t.Any]:
        return {**self.failed(error), "refused": isinstance(error, Refusal) and not report.changed}

    def _export(self, options: Options) -> Report:
        with ledger_from(options, create=False) as ledger:
            key = key_of(ledger, options["pool"], options["product_key"])
            requests = requests_from(options, *key, user_from(self.task_vars))
            exporter = Exporter(ledger, Path(options["path"]), Privacy(options["privacy"]))
            return exporter.foresee(requests) if self._task.check_mode else exporter.export(requests)

    def _answer(self, options: Options) -> Report:
        service = service_from(options)
        size = (options["service"] or {}).get("batch_size") or 1
        answerer = Answerer(service, Path(options["path"]), batch_size=size, tell=self._progress)
        return answerer.foresee() if self._task.check_mode else answerer.answer()

    def _import(self, options: Options) -> Report:
        with ledger_from(options, create=False) as ledger:
            importer = Importer(ledger, Path(options["path"]), tell=self._progress)
            return importer.foresee() if self._task.check_mode else importer.import_answers()

    def _sheet(self, options: Options) -> Report:
        privacy, path = Privacy(options["privacy"]), Path(options["sheet_path"])
        if options["requests"] is not None:
            sheet = Sheet(tuple(listed(row) for row in options["requests"]), privacy)
        else:
            sheet = Sheet.of(load(Path(options["path"])), privacy)
        before, after = (read_whole(path) or b"").decode("utf-8", "replace"), sheet.html()
        if before != after and not self._task.check_mode:
            write_whole(path, after.encode())
        lines = tuple(Line(machine=name, outcome=ImportOutcome.LISTED) for name in sheet.names())
        return Report(lines=lines, changed=before != after, before=before, after=after)

    def _progress(self, text: str) -> None:
        """Tell of a long list's progress to everybody: it takes minutes, and silence looks like a fault."""
        _display.display(self.line(f"mak_exchange: {text}"))
