# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task asks of a fleet: to be there as described, or not to be there; and what it gets told."""

from __future__ import annotations

import typing as t
from pathlib import Path

from .control import CONTROL_FILE, Data, FleetControl
from .inventory import Settings, inventory_of
from .process import LOG_FILE, is_running, start, stop
from .service import INVENTORY_FILE, RunningFleet

__all__ = ["Lifecycle", "job_of"]

_DESCRIPTION = ("machines", "preset", "count", "world", "clock")
_REPORTED = ("counters", "total", "http_port", "https_port", "ca_file", "microsoft", "dns", "sandbox", "pid")
_SETTINGS = ("connection", "transport", "scheme", "ipv6", "dns", "idle_minutes")


class Lifecycle:
    """Brings the fleet of one directory into a state; with `check` it only says what that would change."""

    def __init__(self, directory: Path, *, check: bool = False) -> None:
        self.directory = directory.absolute()
        self.check = check

    def started(self, options: t.Mapping[str, t.Any]) -> Data:
        """See that a fleet as described by `options` runs, and return how to reach it."""
        job = job_of(options)
        if is_running(self.directory):
            changed = FleetControl(self.directory).update(job["description"], job["settings"], check=self.check)
            words = ("running", "running, with another description" if changed else "running")
        else:
            changed, words = True, ("stopped", "running")
            # An invalid description is refused here as well as there, so check mode tells.
            if self.check:
                RunningFleet.validate(job)
            else:
                start(self.directory, job)
        found = self._found() if is_running(self.directory) else {}
        return {**self._told("started", changed, words), **found}

    def stopped(self) -> Data:
        """See that no fleet runs, and that nothing secret is left of one."""
        changed = is_running(self.directory) if self.check else stop(self.directory)
        return self._told("stopped", changed, ("running" if changed else "stopped", "stopped"))

    def _told(self, state: str, changed: bool, words: tuple[str, str]) -> Data:
        return {
            "changed": changed,
            "state": state,
            "directory": str(self.directory),
            "inventory_file": str(self.directory / INVENTORY_FILE),
            "control_file": str(self.directory / CONTROL_FILE),
            "log_file": str(self.directory / LOG_FILE),
            "before": f"the simulated fleet is {words[0]}",
            "after": f"the simulated fleet is {words[1]}",
        }

    def _found(self) -> Data:
        control = FleetControl(self.directory)
        state = control.state()
        return {
            "inventory": inventory_of(control.hosts(), state["sandbox"]),
            **{name: state[name] for name in _REPORTED},
        }


def job_of(options: t.Mapping[str, t.Any]) -> Data:
    """Return the description for the model and the settings of the server half that a task's options hold."""
    settings = {name: options[name] for name in _SETTINGS if options.get(name) is not None}
    Settings.from_options(settings)
    description = {name: options[name] for name in _DESCRIPTION if options.get(name) is not None}
    return {"description": _plain(description), "settings": settings}


def _plain(value: t.Any) -> t.Any:
    """Return plain data: Ansible's texts carry tags, and vaulted ones are decrypted by being read."""
    if isinstance(value, t.Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return str(value)
