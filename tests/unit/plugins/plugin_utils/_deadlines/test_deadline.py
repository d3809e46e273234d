# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deadlines nest, name the one that ended first, and move by what was waited on purpose."""

from __future__ import annotations

import threading

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._deadlines import (
    AnswerTooLarge,
    Deadline,
    DeadlineExceeded,
    TimedExchange,
    check,
    pause,
    time_left,
)
from ansible_collections.volume.activation.plugins.plugin_utils._errors import AnswerLost, ConnectionFailed


class Clock:
    """A clock that stands still until it is told to move."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_without_a_deadline_a_time_out_is_what_it_is() -> None:
    assert (time_left(5.0), time_left(None)) == (5.0, None)
    check()


def test_a_wait_ends_at_the_deadline_at_the_latest(clock: Clock) -> None:
    with Deadline(10, "host", "an_option", clock=clock):
        assert (time_left(5.0), time_left(50.0), time_left(None)) == (5.0, 10.0, 10.0)
        clock.now += 8
        assert time_left(5.0) == 2.0
    assert time_left(5.0) == 5.0


def test_an_inner_deadline_is_never_later_than_an_outer_one(clock: Clock) -> None:
    with Deadline(10, "task", "outer", clock=clock), Deadline(60, "request", "inner", clock=clock) as inner:
        assert inner.left() == 10.0
        assert inner.first().option == "outer"
        clock.now += 11
        with pytest.raises(DeadlineExceeded) as caught:
            inner.check()
    assert caught.value.deadline.option == "outer"


def test_an_inner_deadline_that_ends_first_is_the_one_that_is_named(clock: Clock) -> None:
    with Deadline(60, "task", "outer", clock=clock), Deadline(10, "request", "inner", clock=clock):
        clock.now += 10
        with pytest.raises(DeadlineExceeded) as caught:
            time_left(1.0)
    assert caught.value.deadline.option == "inner"


def test_what_is_waited_on_purpose_moves_the_end_also_for_what_is_inside(clock: Clock) -> None:
    with Deadline(10, "task", "outer", clock=clock) as task:
        clock.now += 9
        task.postpone(30)
        with Deadline(60, "request", "inner", clock=clock) as request:
            assert request.left() == 31.0


def test_nothing_is_sent_after_the_deadline(clock: Clock) -> None:
    with Deadline(10, "query", "an_option", clock=clock):
        check()
        clock.now += 10
        with pytest.raises(ConnectionFailed) as caught:
            check()
    assert caught.value.code == "deadline_exceeded"
    assert "an_option" in (caught.value.remedy or "")


def test_a_pause_ends_at_the_deadline(clock: Clock) -> None:
    with Deadline(10, "query", "an_option", clock=clock):
        pause(4, clock.sleep)
        with pytest.raises(ConnectionFailed):
            pause(60, clock.sleep)
    assert clock.now == 1010.0


def test_the_error_says_how_long_and_what_to_raise(clock: Clock) -> None:
    error = Deadline(12.5, "request", "an_option", clock=clock).failure(AnswerLost, "https://host:5986/wsman")
    assert error.__class__ is AnswerLost
    assert "https://host:5986/wsman" in error.message and "12.5" in error.message
    assert "an_option" in (error.remedy or "")


def test_a_deadline_is_that_of_its_thread(clock: Clock) -> None:
    seen: list[float | None] = []
    with Deadline(10, "host", "an_option", clock=clock):
        thread = threading.Thread(target=lambda: seen.append(time_left(99.0)))
        thread.start()
        thread.join(10)
    assert seen == [99.0]


def test_only_an_exchange_counts_bytes() -> None:
    Deadline(10, "task", "an_option").received(10**9)
    exchange = TimedExchange(10, "an_option", most_bytes=100)
    exchange.received(60)
    exchange.received(40)
    with pytest.raises(AnswerTooLarge):
        exchange.received(1)
