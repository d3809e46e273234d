# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time limits that hold for calls which know none."""

from __future__ import annotations

import threading
import time

import pytest

from ansible_collections.volume.activation.plugins.module_utils._directory.limits import (
    DirectoryClock,
    OutOfTime,
    within,
)


def test_what_comes_back_in_time_is_passed_on() -> None:
    assert within(10, lambda: "answer") == "answer"


def test_what_is_raised_in_time_is_passed_on() -> None:
    def fail() -> None:
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        within(10, fail)


def test_a_call_that_hangs_is_left_behind() -> None:
    release = threading.Event()
    begin = time.monotonic()
    with pytest.raises(OutOfTime):
        within(0.05, lambda: release.wait(30))
    release.set()
    assert time.monotonic() - begin < 10


def test_a_request_gets_its_own_limit_or_what_is_left() -> None:
    assert DirectoryClock(1, 60).next() == 1
    assert DirectoryClock(60, 1).next() <= 1


def test_nothing_is_begun_when_the_time_is_over() -> None:
    with pytest.raises(OutOfTime):
        DirectoryClock(1, 0).next()
