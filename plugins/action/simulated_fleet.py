# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action of simulated_fleet: machines that are a process on the controller, started, changed and stopped."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible.plugins.action import ActionBase

from ansible_collections.volume.activation.plugins.plugin_utils._action import worded
from ansible_collections.volume.activation.plugins.plugin_utils._errors import ActivationError
from ansible_collections.volume.activation.plugins.plugin_utils._misplaced import refuse_misplaced_keys
from ansible_collections.volume.activation.plugins.plugin_utils._results import failure
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import scrub
from ansible_collections.volume.activation.plugins.plugin_utils._simulator import Lifecycle
from ansible_collections.volume.activation.plugins.plugin_utils._validation import valid_path

ARGUMENT_SPEC: dict[str, t.Any] = {
    "state": {"type": "str", "choices": ["started", "stopped"], "default": "started"},
    "directory": {"type": "path", "required": True},
    "machines": {"type": "dict"},
    "preset": {"type": "str"},
    "count": {"type": "int"},
    "world": {"type": "dict"},
    "clock": {"type": "dict"},
    "connection": {"type": "str", "choices": ["winrm", "psrp"], "default": "winrm"},
    "transport": {"type": "str", "choices": ["basic", "ntlm"]},
    "scheme": {"type": "str", "choices": ["https", "http"], "default": "https"},
    "ipv6": {"type": "bool", "default": False},
    "dns": {"type": "bool", "default": False},
    "idle_minutes": {"type": "int"},
}


class ActionModule(ActionBase):
    """Start, change or stop the process that simulates a fleet."""

    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Run the task; what fails comes back as `msg`, `code`, `cause` and `remedy`."""
        result: dict[str, t.Any] = {}
        try:
            # The descriptions of machines and world have keys in many places, and all of them are made up.
            described = {name: {**ARGUMENT_SPEC[name], "no_log": True} for name in ("machines", "world")}
            refuse_misplaced_keys(self._task.args, {**ARGUMENT_SPEC, **described}, str(self._task.action))
            result = super().run(tmp, task_vars)
            _validation, options = self.validate_argument_spec(ARGUMENT_SPEC)
            valid_path(options["directory"], "directory")
            outcome = self._outcome(options)
        except ActivationError as error:
            failed = t.cast("dict[str, t.Any]", scrub(failure(error), ()))
            return worded({**result, **failed}, ARGUMENT_SPEC, None)
        diff = {side: f"{outcome.pop(side)}\n" for side in ("before", "after")}
        if self._task.diff:
            outcome["diff"] = diff
        # Its passwords are for add_host, not for the screen: the registered result has them, no output does.
        return {**result, **outcome, "_ansible_no_log": "inventory" in outcome}

    def _outcome(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
        lifecycle = Lifecycle(Path(options["directory"]), check=bool(self._task.check_mode))
        return lifecycle.started(options) if options["state"] == "started" else lifecycle.stopped()
