# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action of fleet_audit: many machines read at once, and what there is to find among them."""

from __future__ import annotations

import typing as t

from ansible.utils.display import Display

from ansible_collections.volume.activation.plugins.plugin_utils._auditing import Crew
from ansible_collections.volume.activation.plugins.plugin_utils._findings import Settings
from ansible_collections.volume.activation.plugins.plugin_utils._task import ControllerAction
from ansible_collections.volume.activation.plugins.plugin_utils._task._audit import Audit, check_bounds, writable
from ansible_collections.volume.activation.plugins.plugin_utils._task._fleet import Fleet

ARGUMENT_SPEC: dict[str, t.Any] = {
    "hosts": {"type": "list", "elements": "str"},
    "dest": {"type": "path"},
    "states": {"type": "bool", "default": True},
    "concurrency": {"type": "int", "default": 64},
    "processes": {"type": "int", "default": 0},
    "connect_timeout": {"type": "float", "default": 10.0},
    "max_login_refusals": {"type": "int", "default": 6},
    "expiring_days": {"type": "int", "default": 30},
    "clock_skew_minutes": {"type": "int", "default": 240},
    "mak_share_limit": {"type": "float", "default": 10.0},
    "kms_hosts": {"type": "list", "elements": "str", "default": []},
}
_NAMED = 10
"""How many machines a warning names."""
_BOUNDS: dict[str, tuple[float, float]] = {
    "concurrency": (1, 1024),
    "processes": (0, 64),
    "connect_timeout": (0.1, 600),
    "max_login_refusals": (0, 1_000_000),
    "expiring_days": (0, 179),
    "clock_skew_minutes": (1, 1440),
    "mak_share_limit": (0, 100),
}


class ActionModule(ControllerAction):
    """Read the hosts of the play, all of them in one task, and judge what was read."""

    BYPASS_HOST_LOOP = True
    """Once for the play, also where run_once was forgotten: each host would read all the others."""
    SPEC = ARGUMENT_SPEC

    def performed(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
        """Read, judge and write; what is wrong with a machine is found, and is no failure of the task."""
        check_bounds(options, _BOUNDS)
        dest = None if self._task.check_mode else writable(options["dest"])
        fleet = Fleet(self._task, self._play_context, self._templar, self.task_vars, options["connect_timeout"])
        crew = Crew(options["concurrency"], options["processes"], options["max_login_refusals"])
        audit = Audit.of(crew, fleet, fleet.hosts(options["hosts"]), self._show)
        self._warn_of(audit.remarks)
        document = audit.document(
            Settings(
                expiring_days=options["expiring_days"],
                clock_skew_minutes=options["clock_skew_minutes"],
                mak_share_limit=options["mak_share_limit"],
                kms_hosts=tuple(options["kms_hosts"]),
            )
        )
        path = audit.keep(document, dest, self.warn) if dest else None
        return {"changed": False, "audit": document if options["states"] else _without_machines(document), "path": path}

    def _show(self, text: str) -> None:
        Display().display(f"fleet_audit: {text}")

    def _warn_of(self, remarks: dict[str, list[str]]) -> None:
        for remark, names in sorted(remarks.items()):
            others = f" and {len(names) - _NAMED} others" if len(names) > _NAMED else ""
            self.warn(
                f"{remark} Until then no drift of these can be seen: {', '.join(sorted(names)[:_NAMED])}{others}."
            )


def _without_machines(document: dict[str, t.Any]) -> dict[str, t.Any]:
    return {name: value for name, value in document.items() if name != "machines"}
