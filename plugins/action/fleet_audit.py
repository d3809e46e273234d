# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action of fleet_audit: many machines read at once, and what there is to find among them."""

from __future__ import annotations

import typing as t

from ansible.utils.display import Display

from ansible_collections.volume.activation.plugins.plugin_utils._action import ControllerAction
from ansible_collections.volume.activation.plugins.plugin_utils._action.features.audit_task import (
    Audit,
    some_of,
    writable,
)
from ansible_collections.volume.activation.plugins.plugin_utils._action.features.inventory_targets import (
    InventoryTargets,
)
from ansible_collections.volume.activation.plugins.plugin_utils._auditing import Descriptors, ReaderPool
from ansible_collections.volume.activation.plugins.plugin_utils._findings import AuditSettings
from ansible_collections.volume.activation.plugins.plugin_utils._validation import valid_endpoint, valid_number

ARGUMENT_SPEC: dict[str, t.Any] = {
    "hosts": {"type": "list", "elements": "str"},
    "dest": {"type": "path"},
    "states": {"type": "bool", "default": True},
    "concurrency": {"type": "int", "default": 64},
    "processes": {"type": "int", "default": 0},
    "connect_timeout": {"type": "float", "default": 10.0},
    "host_timeout": {"type": "float", "default": 180.0},
    "max_login_refusals": {"type": "int", "default": 2},
    "expiring_days": {"type": "int", "default": 30},
    "clock_skew_minutes": {"type": "int", "default": 240},
    "mak_share_limit": {"type": "float", "default": 10.0},
    "kms_hosts": {"type": "list", "elements": "str", "default": []},
    "fail_on_unread": {"type": "float", "default": 100.0},
    "events": {"type": "bool", "default": False},
}
_BOUNDS: dict[str, tuple[float, float]] = {
    "concurrency": (1, 1024),
    "processes": (0, 64),
    "connect_timeout": (0.1, 600),
    "host_timeout": (0.1, 86_400),
    "max_login_refusals": (0, 100),
    "expiring_days": (0, 179),
    "clock_skew_minutes": (1, 1440),
    "mak_share_limit": (0, 100),
    "fail_on_unread": (0, 100),
}


class ActionModule(ControllerAction):
    """Read the hosts of the play, all of them in one task, and judge what was read."""

    BYPASS_HOST_LOOP = True
    """Once for the play, also where run_once was forgotten: each host would read all the others."""
    SPEC = ARGUMENT_SPEC

    def performed(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
        """Read, judge and write. What is wrong with a machine is a finding; an incomplete audit fails the task."""
        for name, (least, most) in _BOUNDS.items():
            valid_number(options[name], name, least, most)
        for given in options["kms_hosts"]:
            valid_endpoint(given, "kms_hosts")
        dest = None if self._task.check_mode else writable(options["dest"])
        timeouts = options["connect_timeout"], options["host_timeout"]
        context = self._task, self._play_context, self._templar, self.task_vars
        fleet = InventoryTargets(*context, *timeouts, attempts=options["events"])
        hosts = fleet.hosts(options["hosts"])
        audit = Audit.of(self._crew(options, len(hosts)), fleet, hosts, self._show)
        self._warn_of(audit.remarks)
        document = audit.document(
            AuditSettings(
                expiring_days=options["expiring_days"],
                clock_skew_minutes=options["clock_skew_minutes"],
                mak_share_limit=options["mak_share_limit"],
                kms_hosts=tuple(options["kms_hosts"]),
            )
        )
        path = audit.keep(document, dest, self.warn) if dest else None
        return {
            "changed": False,
            "audit": document if options["states"] else _without_machines(document),
            "path": path,
            "incomplete": audit.incomplete(document),
            **audit.failure(document, path, options["fail_on_unread"]),
        }

    def _crew(self, options: dict[str, t.Any], hosts: int) -> ReaderPool:
        crew = ReaderPool(options["concurrency"], options["processes"], options["max_login_refusals"])
        descriptors = Descriptors.now()
        fitted = crew.fitted(hosts, descriptors)
        if fitted.concurrency < crew.concurrency:
            self.warn(
                f"{fitted.concurrency} hosts are read at a time and not {crew.concurrency}, because this process may"
                f" open {descriptors.most:g} files at most. Raise the limit (ulimit -n) to read more at a time."
            )
        return fitted

    def _show(self, text: str) -> None:
        Display().display(self.line(f"fleet_audit: {text}"))

    def _warn_of(self, remarks: dict[str, list[str]]) -> None:
        for remark, names in sorted(remarks.items()):
            self.warn(f"{remark} Until then no drift of these can be seen: {some_of(names)}.")


def _without_machines(document: dict[str, t.Any]) -> dict[str, t.Any]:
    return {name: value for name, value in document.items() if name != "machines"}
