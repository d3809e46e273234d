# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A ledger on each of its databases, and a clock that stands still until it is moved."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._ledger import Ledger, Pool, PoolWish

from .demands import Clock


@pytest.fixture(params=["sqlite", "postgresql"])
def location(request: pytest.FixtureRequest) -> str:
    """Where a new ledger may be: a file that does not exist yet, or an empty database of a real server."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("tmp_path") / "ledger.sqlite")
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def clock() -> Clock:
    """The clock that `ledger` goes by."""
    return Clock()


@pytest.fixture
def ledger(location: str, clock: Clock) -> Iterator[Ledger]:
    """A new ledger."""
    with Ledger.open(location, now=clock) as opened:
        yield opened


@pytest.fixture
def pool(ledger: Ledger) -> Pool:
    """A pool of three, one of them in reserve, not bound to a key yet."""
    return ledger.declare(PoolWish(name="labs", limit=3, reserve=1))
