# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stage with a simulated machine in place of the machine of rows, for tasks that need more of Windows."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._action import base
from ansible_collections.volume.activation.plugins.plugin_utils._simulator import Fleet
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import decode_call, encode_answer

from .fake_task import FakeTask, Row

HOST_KEY, NEWER_KEY = "HHHHH-JJJJJ-KKKKK-MMMMM-PPPPP", "HHHHH-JJJJJ-KKKKK-MMMMM-RRRRR"
OFFICE_KEY = "HHHHH-JJJJJ-KKKKK-MMMMM-FFFFF"
SERVER = {"system": "server_2022_standard", "firewall": "closed"}
HOST = {"system": "server_2022_standard", "channel": "kms_host", "status": "licensed", "product_key": HOST_KEY}
_READS = ("GetStringValue", "GetMultiStringValue", "CheckAccess")
_WORLD = {
    "microsoft": {
        "keys": {
            HOST_KEY: {"channel": "kms_host"},
            NEWER_KEY: {"channel": "kms_host"},
            OFFICE_KEY: {"channel": "kms_host", "edition": "office_2021"},
        }
    }
}


class SimulatedTask:
    """Runs tasks against one simulated machine, host01."""

    def __init__(self, stage: FakeTask, monkeypatch: pytest.MonkeyPatch) -> None:
        self.stage = stage
        self.opened = 0
        self.become(SERVER)
        monkeypatch.setattr(base, "open_session", self._open)

    def become(self, description: Row, **others: Row) -> None:
        """Begin anew with this machine, and perhaps others beside it."""
        self.fleet = Fleet.from_description({"machines": {"host01": description, **others}, "world": _WORLD})
        self.box = self.fleet.machines["host01"]

    def _open(self, _settings: t.Any) -> SimulatedTask:
        self.opened += 1
        return self

    def send(self, message: bytes) -> bytes:
        """Answer one message."""
        call = decode_call(message)
        return encode_answer(self.box.answer(call.request), call, language=self.box.language)

    def close(self) -> None:
        """Keep the machine for the next task."""

    def run(self, module: str, args: Row | None = None, **keywords: t.Any) -> Row:
        """Return the result of a task."""
        return self.stage.run(module, args, **keywords)

    @property
    def changes(self) -> list[str]:
        """What the machine was asked to change."""
        invoked = [entry["method"] for entry in self.box.describe()["invoked"]]
        return [method for method in invoked if method not in _READS]


def steps(result: Row) -> list[str]:
    """Return the steps of a result by name."""
    return [step["action"] for step in result["steps"]]
