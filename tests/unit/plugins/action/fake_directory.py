# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A directory in place of `open_directory`, which shows what the machine behind the task was asked to write."""

from __future__ import annotations

import types
import typing as t
from dataclasses import dataclass, field, replace

import pytest

from ansible_collections.volume.activation.plugins.module_utils._directory import (
    ActivationObject,
    DirectoryError,
    DirectorySettings,
    DirectoryUnreachable,
    Forest,
)
from ansible_collections.volume.activation.plugins.plugin_utils._action.features import forest_access as task_forest

from ..plugin_utils._planning.forest_samples import forest, held
from .fake_task import FakeTask, Row

KEY = "HHHHH-JJJJJ-KKKKK-MMMMM-PPPPP"
ONLINE, PREPARE = "DoActiveDirectoryOnlineActivation", "GenerateActiveDirectoryOfflineActivationId"
DEPOSIT = "DepositActiveDirectoryOfflineActivationConfirmation"
CONTROLLER = {"Name": "DC1", "Domain": "corp.example", "PartOfDomain": "true", "DomainRole": "5"}


@dataclass
class FakeDirectory:
    """A directory that shows a forest, and the object that was asked for once a machine has seen the method."""

    forest: Forest
    machine: t.Any
    error: DirectoryError | None = None
    removal: DirectoryError | None = None
    kept: bool = False
    """Whether a removal leaves the object where it is."""
    settings: list[DirectorySettings] = field(default_factory=list)
    surveys: int = 0
    asked: list[str | None] = field(default_factory=list)
    """The names that were looked for."""
    broken: int | None = None
    """The look, from 0, that finds the connection broken."""
    replicates: bool = True
    """Whether what a machine has written is seen here."""
    away: tuple[int, ...] = ()
    """The logins, from 0, that find no domain controller."""

    def open(self, settings: DirectorySettings, **_more: t.Any) -> FakeDirectory:
        """Stand in for `open_directory`."""
        self.settings.append(settings)
        if self.error:
            raise self.error
        if len(self.settings) - 1 in self.away:
            raise DirectoryUnreachable("away", code="directory_unreachable")
        return self

    def __enter__(self) -> FakeDirectory:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: types.TracebackType | None
    ) -> None:
        self.closed = True

    def survey(self, *, name: str | None = None) -> Forest:
        self.surveys += 1
        self.asked.append(name)
        if self.surveys - 1 == self.broken:
            raise DirectoryUnreachable("broken", code="directory_unreachable")
        written = [given["ActivationObjectName"] for method, given in self.machine.calls if method in (ONLINE, DEPOSIT)]
        created = tuple(held(name or "Named by Windows") for name in written)
        return replace(self.forest, objects=(*self.forest.objects, *(created if self.replicates else ())))

    def remove(self, found: ActivationObject) -> None:
        if not self.kept:
            self.forest = replace(self.forest, objects=tuple(item for item in self.forest.objects if item != found))
        if self.removal:
            raise self.removal


def make_directory(stage: FakeTask, monkeypatch: pytest.MonkeyPatch) -> FakeDirectory:
    """Return a forest without objects, and make the machine a domain controller of it."""
    stage.machine.domain = dict(CONTROLLER)
    stage.user = "admin@corp.example"
    fake = FakeDirectory(forest(), stage.machine)
    monkeypatch.setattr(task_forest, "open_directory", fake.open)
    monkeypatch.setattr(task_forest, "open_session", stage.machine.open)
    return fake


def present(**more: t.Any) -> Row:
    """Return options that ask for an object."""
    return {"name": "Corp", "product_key": KEY, "wait_seconds": 0, **more}
