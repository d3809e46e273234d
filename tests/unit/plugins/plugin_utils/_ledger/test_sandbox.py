# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts, ledgers and services are all real or all simulated; every other combination is refused and changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._ledger import (
    Confirmation,
    Demand,
    Ledger,
    MachineIdentity,
    Method,
    PoolWish,
    require_service,
)
from ansible_collections.volume.activation.plugins.plugin_utils._ledger.sandbox import require_ledger

from .demands import KEY

SIMULATED = {
    "client_machine_id": "51a0f1ee-0000-8000-8000-000000000001",
    "bios_uuid": "51a0f1ee-0000-8000-8000-000000000002",
    "installation_id": "0000000" + "9999999" + "1" * 49,
    "extended_pid": "00000-99999-123-456789-03-1033-22631.0000-0012026",
}
REAL = {
    "client_machine_id": "c3f1b6d2-0b7e-4a57-9c1c-0f3a5d2e7b11",
    "bios_uuid": "4c4c4544-0052-3510-8054-b4c04f565231",
    "installation_id": "1234567" * 9,
    "extended_pid": "03612-00206-271-298329-03-1033-22631.0000-0012026",
}


def demand(**identifiers: str) -> Demand:
    """Return a demand of a host with these identifiers."""
    return Demand(
        pool="labs",
        key_fingerprint=KEY,
        partial="AAAAA",
        machine=MachineIdentity(
            name="pc",
            client_machine_id=identifiers.get("client_machine_id"),
            bios_uuid=identifiers.get("bios_uuid"),
        ),
        product_id="product",
        method=Method.PROXY,
        reason="first_activation",
        installation_id=identifiers.get("installation_id"),
        extended_pid=identifiers.get("extended_pid"),
    )


def opened(location: str | Path, fleet: str | None) -> Ledger:
    """Return a ledger of that kind with a pool."""
    ledger = Ledger.open(str(location), simulated_by=fleet)
    ledger.declare(PoolWish(name="labs", limit=3))
    return ledger


@pytest.mark.parametrize(
    ("identifiers", "simulated", "code"),
    [
        (REAL, False, None),
        (SIMULATED, True, None),
        (SIMULATED, False, "simulated_host_real_ledger"),
        (REAL, True, "real_host_simulated_ledger"),
        *(({**REAL, name: SIMULATED[name]}, False, "simulated_host_real_ledger") for name in SIMULATED),
        *(({**REAL, name: SIMULATED[name]}, True, None) for name in SIMULATED),
    ],
)
def test_which_host_may_use_which_ledger(identifiers: dict[str, str], simulated: bool, code: str | None) -> None:
    try:
        require_ledger("a place", identifiers.values(), simulated=simulated)
    except Refusal as refusal:
        assert refusal.code == code
        assert refusal.cause and refusal.remedy and "a place" in refusal.message
    else:
        assert code is None


@pytest.mark.parametrize(
    ("service", "wanted", "code"),
    [
        (False, False, None),
        (True, True, None),
        (False, True, "simulated_host_real_service"),
        (True, False, "real_host_simulated_service"),
    ],
)
def test_which_host_may_be_asked_for_at_which_service(service: bool, wanted: bool, code: str | None) -> None:
    try:
        require_service("https://somewhere", simulated=service, wanted=wanted)
    except Refusal as refusal:
        assert refusal.code == code
        assert refusal.cause and refusal.remedy and "https://somewhere" in refusal.message
    else:
        assert code is None


@pytest.mark.parametrize(
    ("fleet", "own", "other", "code"),
    [
        (None, REAL, SIMULATED, "simulated_host_real_ledger"),
        ("/srv/fleet", SIMULATED, REAL, "real_host_simulated_ledger"),
    ],
)
def test_a_ledger_counts_hosts_of_its_own_kind_only(
    location: str, fleet: str | None, own: dict[str, str], other: dict[str, str], code: str
) -> None:
    with opened(location, fleet) as ledger:
        for refused in (ledger.check, ledger.reserve):
            with pytest.raises(Refusal) as caught:
                refused(demand(**other))
            assert caught.value.code == code
        with pytest.raises(Refusal) as caught:
            ledger.keep(Confirmation(installation_id=other["installation_id"], confirmation_id="1" * 48, source="x"))
        assert caught.value.code == code
        assert (ledger.entries(), ledger.confirmations()) == ([], [])
        reservation = ledger.reserve(demand(**own))
        kept = Confirmation(installation_id=own["installation_id"], confirmation_id="1" * 48, source="x")
        ledger.keep(kept, reservation.entry.id)
        assert ledger.balance("labs").counted == 1


def test_a_ledger_stays_what_it_was_created_as(location: str) -> None:
    with Ledger.open(location) as ledger:
        assert ledger.simulated_by is None
    with Ledger.open(location, simulated_by="/srv/fleet") as ledger:
        assert ledger.simulated_by is None


def test_a_simulation_ledger_stays_one(location: str) -> None:
    for fleet in ("/srv/fleet", None, "/srv/other"):
        with Ledger.open(location, simulated_by=fleet) as ledger:
            assert ledger.simulated_by == "/srv/fleet"
