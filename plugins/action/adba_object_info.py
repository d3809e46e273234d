# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action of adba_object_info: on the controller, unless the task's host is one that runs Python itself."""

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.volume.activation.plugins.module_utils._directory import DIRECTORY_SPEC, found_facts
from ansible_collections.volume.activation.plugins.plugin_utils._action import ControllerAction, runs_here
from ansible_collections.volume.activation.plugins.plugin_utils._action.features.forest_access import (
    ForestAccess,
    translated,
)
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import scrub_lines

ARGUMENT_SPEC: dict[str, t.Any] = {
    "name": {"type": "str"},
    **DIRECTORY_SPEC,
    "wait_seconds": {"type": "int"},
}


class ActionModule(ControllerAction):
    """List the activation objects of a forest."""

    SPEC = ARGUMENT_SPEC

    def performed(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
        """Look into the directory, from here or from the host that the task is for."""
        if not runs_here(self._connection):
            return self._execute_module(  # type: ignore[no-any-return]
                module_name="volume.activation.adba_object_info",
                module_args=dict(self._task.args),
                task_vars=self.task_vars,
            )
        with translated(), contextlib.ExitStack() as resources:
            access = ForestAccess(self._connection, self.settings, options, resources, self.tell)
            return {"changed": False, **scrub_lines(found_facts(access.directory.survey(name=options["name"])))}
