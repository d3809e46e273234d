# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every end-to-end test needs: somewhere to play."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .playbook_runs import Playground, playground

# What several tests assert alike tells as much as an assertion of their own.
pytest.register_assert_rewrite(f"{__package__}.faults")


@pytest.fixture
def serve(tmp_path: Path, collections_path: Path) -> Iterator[Callable[..., Playground]]:
    """A function that serves machines until the test ends, and returns where to play with them."""
    with contextlib.ExitStack() as stack:

        def start(machines: dict, **settings: object) -> Playground:
            return stack.enter_context(playground(tmp_path, collections_path, machines, **settings))

        yield start
