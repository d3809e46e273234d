# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time since a stored moment, whatever the wall clock did in between."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.volume.activation.plugins.plugin_utils._ledger.clock import elapsed, is_recent

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=timezone.utc)
SPAN = timedelta(minutes=15)
MOMENTS = st.datetimes(timezones=st.just(timezone.utc))


@given(MOMENTS, MOMENTS)
def test_elapsed_time_is_never_negative_and_never_overflows(since: datetime, now: datetime) -> None:
    assert elapsed(since, now) == max(now - since, timedelta())


@given(MOMENTS, MOMENTS)
def test_a_moment_is_recent_for_little_more_than_the_span(since: datetime, now: datetime) -> None:
    if is_recent(since, now, SPAN):
        assert since - timedelta(minutes=1) <= now < since + SPAN


def test_clocks_of_two_controllers_may_differ_a_little() -> None:
    assert is_recent(NOW + timedelta(seconds=60), NOW, SPAN)
    assert not is_recent(NOW + timedelta(seconds=61), NOW, SPAN)
    assert is_recent(NOW - SPAN + timedelta(seconds=1), NOW, SPAN)
    assert not is_recent(NOW - SPAN, NOW, SPAN)


def test_a_span_of_zero_makes_nothing_recent_that_has_happened() -> None:
    assert not is_recent(NOW, NOW, timedelta())
