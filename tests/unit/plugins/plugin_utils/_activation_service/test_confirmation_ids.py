# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The confirmation desk on a real ledger: what is stored is not paid for again, and the budget holds."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._activation_service import (
    ConfirmationIdClient,
    Installation,
    Outcome,
    ProxyRequest,
)
from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._ledger import (
    EntryState,
    Ledger,
    MachineIdentity,
    Method,
    PoolWish,
)

from .fake_http_service import CIDS, IIDS, PID
from .fake_service import OTHER_KEY, POOL, Service, codes, entries, granting, request, run, states, unavailable


def test_what_is_obtained_is_stored_and_counted(ledger: Ledger, service: Service) -> None:
    found = run(ledger, service, request(1, reason="hardware_change", justification="new board", user="ann"))[0]
    assert (found.confirmation_id, found.from_store, found.spent, found.error) == (CIDS[0], False, True, None)
    entry = entries(ledger)[0]
    assert entry.state is EntryState.CONFIRMED and entry.method is Method.PROXY
    assert (entry.reason, entry.justification, entry.user) == ("hardware_change", "new board", "ann")
    stored = ledger.confirmation(IIDS[0])
    assert stored and (stored.confirmation_id, stored.source, stored.partial) == (CIDS[0], "microsoft", "GGGGG")
    assert (stored.entry_id, stored.extended_pid, stored.uses) == (entry.id, PID, 0)


def test_what_is_stored_is_not_asked_for_again(ledger: Ledger, service: Service) -> None:
    run(ledger, service, request(1))
    imaged = MachineIdentity(name="pc-1", client_machine_id="another", bios_uuid="uuid-1")
    installation = Installation(PID.replace("0012026", "0992026"), IIDS[0])
    again = run(ledger, service, request(1, machine=imaged, installation=installation))[0]
    assert (again.confirmation_id, again.from_store, again.spent) == (CIDS[0], True, False)
    assert len(service.asked) == 1 and states(ledger) == ["confirmed"]


def test_the_store_serves_a_pool_that_is_used_up_and_one_that_is_stopped(ledger: Ledger, service: Service) -> None:
    ledger.declare(PoolWish(name=POOL, limit=1))
    run(ledger, service, request(1))
    assert codes(run(ledger, service, request(1), request(2))) == [None, "pool_exhausted"]
    assert len(service.asked) == 1


def test_ids_in_groups_are_the_same_ids(ledger: Ledger, service: Service) -> None:
    run(ledger, service, request(1))
    spelled = "-".join(IIDS[0][start : start + 7] for start in range(0, 63, 7))
    assert run(ledger, service, request(1, installation=Installation(f" {PID} ", spelled)))[0].from_store


@pytest.mark.parametrize(
    ("installation", "code"),
    [(Installation(PID, "123"), "bad_installation_id"), (Installation("no-pid", IIDS[0]), "bad_extended_pid")],
)
def test_malformed_ids_fail_before_anything_is_reserved(
    ledger: Ledger, service: Service, installation: Installation, code: str
) -> None:
    results = run(ledger, service, request(1, installation=installation), request(2))
    assert codes(results) == [code, None]
    assert service.asked == [[IIDS[1]]]


@pytest.mark.parametrize(("size", "batches"), [(1, [1, 1, 1, 1, 1]), (2, [2, 2, 1]), (10, [5])])
def test_requests_travel_in_batches(ledger: Ledger, service: Service, size: int, batches: list[int]) -> None:
    told: list[str] = []
    results = run(ledger, service, *map(request, range(1, 6)), batch_size=size, tell=told.append)
    assert [result.confirmation_id for result in results] == list(CIDS[:5])
    assert [len(batch) for batch in service.asked] == batches
    assert len(told) == len(batches) and told[-1] == "5 of 5 requests done, 5 with a confirmation ID"


def test_the_budget_holds_and_the_rest_is_refused_at_the_gate(ledger: Ledger, service: Service) -> None:
    results = run(ledger, service, *map(request, range(1, 8)), batch_size=3)
    assert codes(results) == [None] * 5 + ["pool_exhausted"] * 2
    assert sum(map(len, service.asked)) == 5 and ledger.balance(POOL).left == 0


@pytest.mark.parametrize("size", [1, 3])
def test_the_same_machine_twice_is_paid_for_once(ledger: Ledger, service: Service, size: int) -> None:
    results = list(ConfirmationIdClient(ledger, service, batch_size=size).obtain([request(1), request(1), request(2)]))
    assert [result.confirmation_id for result in results] == [CIDS[0], CIDS[0], CIDS[1]]
    assert [result.spent for result in results] == [True, False, True]
    assert states(ledger) == ["confirmed", "confirmed"]


def test_a_forecast_says_what_would_be_spent_and_changes_nothing(ledger: Ledger, service: Service) -> None:
    run(ledger, service, request(1))
    ledger.declare(PoolWish(name=POOL, limit=3))
    desk = ConfirmationIdClient(ledger, service)
    wanted = [request(number) for number in (1, 2, 2, 3, 4)]
    foreseen = list(desk.foresee([*wanted, request(5, installation=Installation(PID, "1"))]))
    assert codes(foreseen) == [None, None, None, None, "pool_exhausted", "bad_installation_id"]
    assert [one.spent for one in foreseen] == [False, True, False, True, False, False]
    assert foreseen[0].confirmation_id == CIDS[0]
    assert len(service.asked) == 1 and states(ledger) == ["confirmed"]


def test_a_forecast_counts_what_is_open_already_only_once(ledger: Ledger, service: Service) -> None:
    service.answering = lambda _one: unavailable(arrived=True)
    run(ledger, service, request(1))
    ledger.declare(PoolWish(name=POOL, limit=1))
    foreseen = list(ConfirmationIdClient(ledger, service).foresee([request(1), request(2)]))
    assert codes(foreseen) == [None, "pool_exhausted"]


def test_a_request_and_its_demand_say_the_same() -> None:
    wanted = request(1, use_reserve=True, justification="why", user="ann")
    again = ProxyRequest.of(wanted.demand())
    assert again == wanted and again.installation.host == "pc-1"


def test_the_host_is_told_to_the_service_by_its_name(ledger: Ledger) -> None:
    hosts: list[str] = []

    def noting(one: Installation) -> Outcome:
        hosts.append(one.host)
        return granting(one)

    run(ledger, Service(noting), request(1))
    assert hosts == ["pc-1"]


def test_no_record_of_the_desk_holds_a_key() -> None:
    assert not [field.name for field in dataclasses.fields(ProxyRequest) if field.name in ("key", "product_key")]


def test_a_pool_of_another_key_is_refused_before_anything_is_asked(ledger: Ledger, service: Service) -> None:
    ledger.declare(PoolWish(name=POOL, fingerprint=OTHER_KEY, partial="FFFFF"))
    result = run(ledger, service, request(1))[0]
    assert isinstance(result.error, Refusal) and result.error.code == "pool_of_another_key"
    assert service.asked == []
