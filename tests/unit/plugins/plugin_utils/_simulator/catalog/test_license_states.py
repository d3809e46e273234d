# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A status follows from the time alone: the clock may go on, and what it shows only ever gets worse."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.catalog.license_states import (
    LicenseState,
    Status,
    grace,
    lease,
    notification,
    perpetual,
    seen,
    trial,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
spans = st.timedeltas(timedelta(), timedelta(days=400))


@pytest.mark.parametrize(
    ("later", "status", "reason", "minutes"),
    [
        (timedelta(), Status.LICENSED, 0x4004F040, 259200),
        (timedelta(seconds=1), Status.LICENSED, 0x4004F040, 259199),
        (timedelta(days=179, hours=23, minutes=59), Status.LICENSED, 0x4004F040, 1),
        (timedelta(days=180), Status.OOT_GRACE, 0x4004F00D, 43200),
        (timedelta(days=209), Status.OOT_GRACE, 0x4004F00D, 1440),
        (timedelta(days=210), Status.NOTIFICATION, 0xC004F009, 0),
        (timedelta(days=4000), Status.NOTIFICATION, 0xC004F009, 0),
    ],
)
def test_a_lease_runs_out_by_way_of_a_grace(later: timedelta, status: Status, reason: int, minutes: int) -> None:
    found = seen(lease(NOW + timedelta(days=180)), NOW + later)

    assert (found.status, found.reason, found.minutes) == (status, reason, minutes)


def test_a_trial_ends_at_once() -> None:
    standing = trial(NOW + timedelta(days=10))

    assert seen(standing, NOW).status is Status.LICENSED
    assert seen(standing, NOW + timedelta(days=10)) == seen(notification(0xC004FC07), NOW)


def test_a_perpetual_licence_has_no_minutes_and_no_end() -> None:
    assert seen(perpetual(), NOW + timedelta(days=9999)) == seen(perpetual(), NOW)
    assert seen(perpetual(), NOW).minutes == 0


def _standings() -> st.SearchStrategy[LicenseState]:
    return st.one_of(
        spans.map(lambda span: lease(NOW + span)),
        spans.map(lambda span: trial(NOW + span)),
        st.builds(
            grace,
            st.sampled_from([Status.OOB_GRACE, Status.OOT_GRACE, Status.NON_GENUINE_GRACE, Status.EXTENDED_GRACE]),
            spans.map(lambda span: NOW + span),
        ),
        st.just(perpetual()),
    )


@given(_standings(), spans, spans)
def test_time_never_makes_a_standing_better(standing: LicenseState, first: timedelta, more: timedelta) -> None:
    early, late = seen(standing, NOW + first), seen(standing, NOW + first + more)

    assert not (late.status is Status.LICENSED and early.status is not Status.LICENSED)
    assert not (early.status is Status.NOTIFICATION and late.status is not Status.NOTIFICATION)
    assert early.status is not late.status or late.minutes <= early.minutes


@given(_standings(), spans, spans)
def test_a_clock_that_is_set_back_shows_what_it_showed_before(
    standing: LicenseState, first: timedelta, more: timedelta
) -> None:
    before = seen(standing, NOW + first)
    seen(standing, NOW + first + more)

    assert seen(standing, NOW + first) == before


@given(_standings(), spans)
def test_minutes_are_what_an_unsigned_number_below_half_a_year_holds(standing: LicenseState, later: timedelta) -> None:
    assert 0 <= seen(standing, NOW + later).minutes <= 259200
