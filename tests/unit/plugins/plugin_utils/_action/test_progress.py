# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Progress: seldom enough to be read, often enough to be believed."""

from __future__ import annotations

from ansible_collections.volume.activation.plugins.plugin_utils._action.progress import Progress


class Clock:
    """A clock that the test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_short_list_that_is_done_at_once_says_nothing() -> None:
    shown: list[str] = []
    progress = Progress(49, shown.append, Clock())
    for _number in range(49):
        progress.note(failed=False)
    assert shown == []


def test_a_slow_list_speaks_every_five_seconds() -> None:
    shown: list[str] = []
    clock = Clock()
    progress = Progress(10, shown.append, clock)
    for number in range(10):
        clock.now += 2.5
        progress.note(failed=number == 0)
    assert shown == [f"{done} of 10 done, 1 failed" for done in (2, 4, 6, 8, 10)]


def test_a_long_list_speaks_at_every_tenth() -> None:
    shown: list[str] = []
    progress = Progress(500, shown.append, Clock())
    for _number in range(500):
        progress.note(failed=False)
    assert shown == [f"{done} of 500 done" for done in range(50, 501, 50)]
