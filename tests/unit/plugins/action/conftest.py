# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stage on which each test of an action runs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from .fake_budgets import Budgets, make_budgets
from .fake_directory import FakeDirectory, make_directory
from .fake_task import FakeTask
from .simulated_task import SimulatedTask


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> FakeTask:
    """A machine of rows, and Ansible in front of it."""
    return FakeTask(monkeypatch)


@pytest.fixture
def budgets(stage: FakeTask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Budgets:
    """The stage with a ledger of its own, in which nothing is yet."""
    return make_budgets(stage, tmp_path, monkeypatch)


@pytest.fixture
def directory(stage: FakeTask, monkeypatch: pytest.MonkeyPatch) -> FakeDirectory:
    """A forest without objects, whose domain controller the machine behind the task is."""
    return make_directory(stage, monkeypatch)


@pytest.fixture
def host(stage: FakeTask, monkeypatch: pytest.MonkeyPatch) -> SimulatedTask:
    """A simulated server that could be a KMS host."""
    return SimulatedTask(stage, monkeypatch)
