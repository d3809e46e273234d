# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a machine's state proves about an open activation, and what it does not."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._ledger import (
    Entry,
    EntryState,
    Evidence,
    MachineIdentity,
    Method,
    concerns,
    judged,
)
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import LicenseStatus, Product

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=timezone.utc)
HERE = MachineIdentity(name="pc1", client_machine_id="image-1", bios_uuid="HARDWARE-1")
PRODUCT = Product(id="id-windows", partial_product_key="GGGGG")
LICENSED = replace(PRODUCT, status=LicenseStatus.LICENSED)


def entry(**changes: t.Any) -> Entry:
    """Return an activation that nobody knows the outcome of."""
    base = Entry(
        id=1,
        pool="lab",
        state=EntryState.UNCERTAIN,
        method=Method.ONLINE,
        machine=HERE,
        product_id="id-windows",
        fingerprint="f" * 64,
        partial="GGGGG",
        installation_id=None,
        extended_pid=None,
        reason="first_activation",
        justification="",
        user="",
        code=None,
        attempts=1,
        from_reserve=False,
        reserved_at=NOW - timedelta(hours=1),
        held_at=NOW - timedelta(hours=1),
        settled_at=None,
    )
    return replace(base, **changes)


def evidence(*products: Product, machine: MachineIdentity = HERE) -> Evidence:
    """Return what the machine says now."""
    return Evidence(machine=machine, products=products, now=NOW)


@pytest.mark.parametrize("state", [EntryState.RESERVED, EntryState.UNCERTAIN])
@pytest.mark.parametrize("method", list(Method))
@pytest.mark.parametrize("live", [False, True])
def test_a_licence_with_the_key_confirms(state: EntryState, method: Method, live: bool) -> None:
    found = judged(entry(state=state, method=method, held_at=NOW), evidence(LICENSED), live=live)
    assert found.state is EntryState.CONFIRMED
    assert not found.assumed


@pytest.mark.parametrize(
    "product",
    [
        replace(LICENSED, id="id-office"),
        replace(LICENSED, partial_product_key="HHHHH"),
        replace(LICENSED, partial_product_key=None),
    ],
)
def test_a_licence_of_another_product_or_key_says_nothing(product: Product) -> None:
    found = judged(entry(), evidence(product), live=False)
    assert found.state is None
    assert "activate: never" in found.why


@pytest.mark.parametrize("state", [EntryState.RESERVED, EntryState.UNCERTAIN])
def test_an_online_activation_without_a_licence_is_released(state: EntryState) -> None:
    spelled = replace(PRODUCT, id="ID-WINDOWS", partial_product_key="ggggg")
    assert judged(entry(state=state), evidence(spelled), live=False).state is EntryState.RELEASED


@pytest.mark.parametrize(
    "status", [status for status in LicenseStatus if not replace(PRODUCT, status=status).is_licensed]
)
def test_no_grace_is_a_licence(status: LicenseStatus) -> None:
    found = judged(entry(), evidence(replace(PRODUCT, status=status)), live=False)
    assert found.state is EntryState.RELEASED


@pytest.mark.parametrize("code", ["outcome_unknown", "0xC004C008", "0x80072EFD", "", None])
def test_other_codes_do_not_stand_in_the_way(code: str | None) -> None:
    assert judged(entry(code=code), evidence(PRODUCT), live=False).state is EntryState.RELEASED


def test_a_failure_behind_which_microsoft_may_have_counted_leaves_it_open() -> None:
    by_entry = judged(entry(code="0x80072EE2"), evidence(PRODUCT), live=False)
    by_machine = judged(entry(), evidence(replace(PRODUCT, reason=0x80072EFE)), live=False)
    assert (by_entry.state, by_machine.state) == (None, None)
    assert "Microsoft may have counted" in by_entry.why


@pytest.mark.parametrize("assume", [None, EntryState.CONFIRMED, EntryState.RELEASED])
def test_what_is_under_way_is_left_whatever_is_assumed(assume: EntryState | None) -> None:
    live = judged(entry(state=EntryState.RESERVED), evidence(PRODUCT), live=True, assume=assume)
    fresh = judged(entry(held_at=NOW - timedelta(seconds=119)), evidence(PRODUCT), live=False, assume=assume)
    assert (live.state, fresh.state) == (None, None)
    later = judged(entry(held_at=NOW - timedelta(seconds=120)), evidence(PRODUCT), live=False)
    assert later.state is EntryState.RELEASED


@pytest.mark.parametrize(("ahead", "expected"), [(30, None), (3600, EntryState.RELEASED)])
def test_an_attempt_in_the_future_is_not_a_moment_ago(ahead: int, expected: EntryState | None) -> None:
    found = judged(entry(held_at=NOW + timedelta(seconds=ahead)), evidence(PRODUCT), live=False)
    assert found.state is expected


@pytest.mark.parametrize("method", [Method.PROXY, Method.TELEPHONE, Method.EXCHANGE])
@pytest.mark.parametrize("state", [EntryState.RESERVED, EntryState.UNCERTAIN])
def test_only_the_answer_settles_what_was_asked_elsewhere(method: Method, state: EntryState) -> None:
    found = judged(entry(method=method, state=state), evidence(PRODUCT), live=False)
    assert found.state is None
    assert "answer" in found.why


OTHERS = [
    replace(HERE, client_machine_id="image-0"),
    replace(HERE, bios_uuid="HARDWARE-0"),
    MachineIdentity(name="pc1"),
]


@pytest.mark.parametrize("machine", OTHERS)
@pytest.mark.parametrize("product", [PRODUCT, LICENSED])
def test_a_machine_does_not_speak_for_another_image_or_hardware(machine: MachineIdentity, product: Product) -> None:
    assert judged(entry(machine=machine), evidence(product), live=False).state is None


@pytest.mark.parametrize("assume", [EntryState.CONFIRMED, EntryState.RELEASED])
@pytest.mark.parametrize(
    "doubtful",
    [
        *(entry(machine=machine) for machine in OTHERS),
        entry(method=Method.PROXY),
        entry(method=Method.EXCHANGE, held_at=NOW),
        entry(code="0x80072EE2"),
        entry(product_id="id-office"),
    ],
)
def test_a_person_s_word_settles_what_no_machine_can_tell(doubtful: Entry, assume: EntryState) -> None:
    found = judged(doubtful, evidence(PRODUCT), live=False, assume=assume)
    assert (found.state, found.assumed) == (assume, True)
    assert found.why.startswith("assumed")


def test_what_the_machine_can_tell_is_not_assumed() -> None:
    licensed = judged(entry(), evidence(LICENSED), live=False, assume=EntryState.RELEASED)
    without = judged(entry(), evidence(PRODUCT), live=False, assume=EntryState.CONFIRMED)
    assert (licensed.state, without.state) == (EntryState.CONFIRMED, EntryState.RELEASED)
    assert not licensed.assumed
    assert not without.assumed


@pytest.mark.parametrize(
    ("machine", "expected"),
    [
        (HERE, True),
        (MachineIdentity(name="PC1 "), True),
        (replace(HERE, name="renamed", client_machine_id="image-0", bios_uuid="hardware-1"), True),
        (MachineIdentity(name="renamed", client_machine_id="IMAGE-1"), True),
        (MachineIdentity(name="clone", client_machine_id="image-1", bios_uuid="HARDWARE-2"), False),
        (MachineIdentity(name="pc2", client_machine_id="image-2", bios_uuid="HARDWARE-2"), False),
        (MachineIdentity(name="pc2"), False),
    ],
)
def test_whose_entries_are_looked_at(machine: MachineIdentity, expected: bool) -> None:
    assert concerns(entry(machine=machine), HERE) is expected
