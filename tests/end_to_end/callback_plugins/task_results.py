# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes every task result as a line of JSON to the file that VOLUME_ACTIVATION_RESULTS names; for the tests alone."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ansible.parsing.ajson import AnsibleJSONEncoder
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: task_results
type: notification
short_description: Task results as lines of JSON
description: Task results as lines of JSON, in the file that the environment names.
"""


class CallbackModule(CallbackBase):
    """One line a result: host, task, outcome and the result itself."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "task_results"
    CALLBACK_NEEDS_ENABLED = True

    def _write(self, outcome: str, result: Any) -> None:
        line = {
            "host": result._host.get_name(),
            "task": result._task.get_name(),
            "outcome": outcome,
            "result": result._result,
        }
        with Path(os.environ["VOLUME_ACTIVATION_RESULTS"]).open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line, cls=AnsibleJSONEncoder) + "\n")

    def v2_runner_on_ok(self, result: Any) -> None:
        """Record a result that was no failure."""
        self._write("ok", result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """Record a failure."""
        self._write("failed", result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """Record a machine that could not be reached."""
        self._write("unreachable", result)
