# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A state comes back from what was reported of it, as far as any rule looks at it."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    Application,
    KmsAttempt,
    Product,
    State,
    named,
)
from ansible_collections.volume.activation.plugins.plugin_utils._planning import kms_hosts_at_odds
from ansible_collections.volume.activation.plugins.plugin_utils._results import license_facts, moment, state_from

from .._planning.state_samples import state, windows
from .._planning.strategies import states

PARTS = ("machine", "domain", "service", "products")


def again(state: State) -> State:
    """Return the state as it comes back from its JSON."""
    return state_from(json.loads(json.dumps(license_facts(state, PARTS))), state.observed_at)


def told(product: Product) -> dict[str, object]:
    """Return what a rule may ask of a product."""
    return {
        "id": product.id,
        "status": product.status,
        "channel": product.channel,
        "reason": product.reason,
        "grace": product.grace_minutes,
        "types": (product.activation_type, product.activated_by),
        "named": named(product),
        "is": (product.is_primary, product.is_licensed, product.is_leased, product.is_evaluation, product.asks_kms),
    }


@given(states())
def test_every_rule_says_the_same_of_it(state: State) -> None:
    back = again(state)
    assert [told(product) for product in back.products] == [told(product) for product in state.products]
    assert [product.id for product in back.judged] == [product.id for product in state.judged]
    for one, other in zip(state.products, back.products, strict=True):
        assert state.set_kms_host(one) == back.set_kms_host(other)
        assert state.found_kms_host(one) == back.found_kms_host(other)
        assert kms_hosts_at_odds(one, state) == kms_hosts_at_odds(other, back)


ATTEMPT = KmsAttempt(
    event=12288,
    code=0xC004F038,
    at=datetime(2026, 11, 22, 8, 0, tzinfo=timezone.utc),
    host="2001:db8::5",
    port=1700,
    count=0,
    required_count=25,
)


@pytest.mark.parametrize("attempt", [ATTEMPT, KmsAttempt(event=8198, code=0x8007232B), KmsAttempt(event=12288, code=0)])
def test_the_last_attempt_comes_back(attempt: KmsAttempt) -> None:
    given_state = state(windows(last_attempt=attempt))
    assert again(given_state).products[0].last_attempt == attempt
    assert again(state(windows())).products[0].last_attempt is None


@given(states())
def test_the_machine_and_its_edition_come_back(state: State) -> None:
    state = dataclasses.replace(state, service=dataclasses.replace(state.service, version="10.0.20348.1"))
    back = again(state)
    assert (back.edition_id, back.build, back.is_stepped_up) == (state.edition_id, state.build, state.is_stepped_up)
    assert back.service.client_machine_id == state.service.client_machine_id
    if state.machine is not None:
        assert back.machine is not None and back.machine.clock == state.machine.clock


@given(st.dictionaries(st.sampled_from(PARTS), st.one_of(st.none(), st.text(), st.integers(), st.lists(st.integers()))))
def test_what_is_of_another_kind_counts_as_missing(license: dict[str, object]) -> None:
    state = state_from(license, datetime(2026, 1, 1, tzinfo=timezone.utc))
    assert state.primary is None
    assert all(product.application is Application.OTHER for product in state.products)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22T13:00:00Z", datetime(2026, 11, 22, 13, tzinfo=timezone.utc)),
        ("2026-11-22T22:00:00+09:00", datetime(2026, 11, 22, 13, tzinfo=timezone.utc)),
        ("2026-11-22", datetime(2026, 11, 22, tzinfo=timezone.utc)),
        ("soon", None),
        ("", None),
        (None, None),
        (20261122, None),
    ],
)
def test_a_moment_without_an_offset_is_utc(text: object, expected: datetime | None) -> None:
    assert moment(text) == expected
