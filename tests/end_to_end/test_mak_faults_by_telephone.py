# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong with confirmation IDs from the telephone: they count until the machine has judged them."""

from __future__ import annotations

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.catalog.offline_ids import confirmation_id

from .ledger_helpers import TwoCounts, keys_of
from .mak_faults import (
    WELL,
    WISH,
    Fault,
    Outcome,
    Serve,
    assert_never_below,
    assert_no_false_success,
    entries,
    faulty_fleet,
    once,
    spent,
    told,
)

TELEPHONE: dict[str, Fault] = {
    "drop-before": once("drop_before", Outcome("outcome_unknown", "uncertain")),
    "drop-after": once("drop_after", WELL),
    "401": once("status", Outcome("login_refused", "uncertain"), status=401),
    "503": once("status", Outcome("http_503", "uncertain"), status=503),
    "500": once("status", Outcome("outcome_unknown", "uncertain"), status=500),
    "no-quota": once("quota", WELL),
    "access-denied": once("access_denied", Outcome("0x00000005", "uncertain")),
}


def test_what_was_paid_for_over_the_telephone_counts_until_the_machine_has_judged_it(serve: Serve) -> None:
    description = faulty_fleet(TELEPHONE, "DepositOfflineConfirmationId", mended=False)
    books = TwoCounts(serve(description["machines"], world=description["world"]), keys_of(TELEPHONE))
    wishes = {name: {**WISH, "confirmation_id": _by_telephone(books, name)} for name in TELEPHONE}
    for name in TELEPHONE:
        books.declare(name)

    first = books.play(wishes)
    assert_no_false_success(first, books, TELEPHONE)
    assert_never_below(books, TELEPHONE)
    assert told(first, TELEPHONE) == {name: fault.first.code for name, fault in TELEPHONE.items()}
    assert entries(books, TELEPHONE) == {name: [fault.first.entry] for name, fault in TELEPHONE.items()}

    second = books.play(wishes)
    assert second.code == 0, second.output
    assert entries(books, TELEPHONE) == {name: ["confirmed"] for name in TELEPHONE}
    assert {name: books.counted(name) for name in TELEPHONE} == spent(books, TELEPHONE)
    with books.open() as ledger:
        # One that the machine took before its answer was lost is stored as well.
        assert {kept.confirmation_id for kept in ledger.confirmations()} == {
            wish["confirmation_id"] for wish in wishes.values()
        }


def _by_telephone(books: TwoCounts, name: str) -> str:
    (product,) = books.ground.fleet.machines[name].describe()["products"]
    return books.ground.fleet.microsoft.confirm(product["extended_pid"], product["installation_id"])


def test_a_wrong_confirmation_id_is_the_machines_to_refuse_and_costs_nothing(serve: Serve) -> None:
    faults = {"wrong": Fault((), Outcome("0xC004F04D", "released", 0))}
    description = faulty_fleet(faults, "DepositOfflineConfirmationId", mended=False)
    books = TwoCounts(serve(description["machines"], world=description["world"]), keys_of(faults))
    books.declare("wrong")
    run = books.play({"wrong": {**WISH, "confirmation_id": confirmation_id("another machine's")}})
    assert told(run, faults) == {"wrong": "0xC004F04D"}
    assert (entries(books, faults), books.spent("wrong")) == ({"wrong": ["released"]}, 0)
    with books.open() as ledger:
        assert ledger.confirmations() == []
