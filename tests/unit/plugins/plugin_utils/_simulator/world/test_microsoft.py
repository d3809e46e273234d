# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Microsoft counts honestly: a MAK is paid once an installation, over both ways together, and never overspent."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.catalog.hresults import Failure
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.catalog.offline_ids import (
    confirmation_id,
    extended_pid,
)
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.catalog.product_keys import (
    KeyFacts,
    gvlk_for,
    made_up_key,
    masked,
)
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.description.microsoft import (
    microsoft_description,
)
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.description.world import clock_setting
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.world.clock import SimulatedClock
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.world.microsoft import (
    Microsoft,
    ServiceRefused,
)

from ..wmi_client import NOON

IID, OTHER_IID = "1234567" * 9, "7654321" * 9
RETAIL = "RRRRR-TTTTT-BBBBB-CCCCC-DDDDD"


def microsoft(**description: Any) -> Microsoft:
    clock = SimulatedClock(clock_setting({"now": NOON, "frozen": True}))
    return Microsoft(microsoft_description(description, "microsoft"), clock)


def lab(remaining: int = 2, **more: Any) -> Microsoft:
    return microsoft(maks={"lab": {"remaining": remaining}}, **more)


def mak(service: Microsoft) -> KeyFacts:
    found = service.default_mak(frozenset({"any"}))
    assert found is not None
    return found


def pid(key: KeyFacts) -> str:
    return extended_pid(key, "en-US", 20348, SimulatedClock(clock_setting({"now": NOON})).now())


def left(service: Microsoft) -> int:
    return int(service.describe()["maks"]["lab"]["remaining"])


def failure(call: Any, *args: Any, **kwargs: Any) -> int:
    with pytest.raises(Failure) as raised:
        call(*args, **kwargs)
    return raised.value.hresult


def refusal(call: Any, *args: Any) -> str:
    with pytest.raises(ServiceRefused) as raised:
        call(*args)
    return raised.value.code


def online(service: Microsoft, installation: str = IID, *, again: bool = False, internet: bool = True) -> None:
    service.activate_online(mak(service), installation, again=again, internet=internet)


class TestOnline:
    def test_a_mak_is_paid_once_for_an_installation_and_again_when_it_is_activated_while_licensed(self) -> None:
        service = lab()

        online(service)
        online(service)
        assert left(service) == 1
        online(service, again=True)
        assert left(service) == 0
        assert failure(online, service, OTHER_IID) == 0xC004C020

    @pytest.mark.parametrize(
        ("description", "internet", "hresult"),
        [
            ({}, False, 0x80072EE7),
            ({"reachable": False}, True, 0x80072EE2),
            ({"maks": {"default": {"blocked": True}}}, True, 0xC004C003),
            ({"maks": {"default": {"remaining": 0}}}, True, 0xC004C020),
        ],
    )
    def test_why_microsoft_refuses(self, description: dict[str, Any], internet: bool, hresult: int) -> None:
        service = microsoft(**description)

        assert failure(online, service, internet=internet) == hresult
        assert all(row["spent"] == 0 for row in service.describe()["maks"].values())

    def test_a_mak_nobody_sold_is_invalid(self) -> None:
        stranger = KeyFacts(mak(microsoft()).text, "mak", frozenset({"any"}))
        service = microsoft(maks={"other": {}})

        assert failure(service.activate_online, stranger, IID, again=False, internet=True) == 0xC004C001


class TestBatch:
    def test_a_confirmation_id_is_paid_once_and_looking_at_the_count_costs_nothing(self) -> None:
        service = lab()
        number = pid(mak(service))

        assert service.count(number) == 2
        assert service.confirm(number, IID) == service.confirm(number, IID) == confirmation_id(IID)
        assert (service.count(number), service.count(number)) == (1, 1)

    def test_a_repeated_installation_can_be_made_to_cost(self) -> None:
        service = lab(repeats_cost=True)

        service.confirm(pid(mak(service)), IID)
        online(service)

        assert left(service) == 0
        assert refusal(service.confirm, pid(mak(service)), IID) == "0x7F"

    def test_both_ways_share_one_count_and_know_what_the_other_was_paid_for(self) -> None:
        service = lab()
        number = pid(mak(service))

        online(service)
        service.confirm(number, IID)
        service.confirm(number, OTHER_IID)
        online(service, OTHER_IID)

        assert service.count(number) == 0

    def test_a_new_image_has_another_product_id_and_is_still_the_same_key(self) -> None:
        service = lab()
        first = pid(mak(service))
        later = first[: -len("0602026")] + "3652031"

        service.confirm(first, IID)
        service.confirm(later, IID)

        assert first != later and left(service) == 1

    @pytest.mark.parametrize("kind", ["confirm", "count"])
    def test_which_keys_it_does_not_serve(self, kind: str) -> None:
        service = microsoft(
            maks={"lab": {"remaining": 0}, "bad": {"blocked": True}}, keys={RETAIL: {"channel": "retail"}}
        )
        gvlk = KeyFacts(masked(gvlk_for("ServerStandard", 20348) or ""), "kms_client", frozenset())
        retail, blocked = service.known_key(RETAIL), service.known_key(made_up_key("mak", "bad"))
        assert retail is not None and blocked is not None
        stranger = KeyFacts(masked(made_up_key("mak", "stranger")), "mak", frozenset())

        def code(number: str) -> str:
            return refusal(*((service.confirm, number, IID) if kind == "confirm" else (service.count, number)))

        assert (code(pid(gvlk)), code(pid(retail))) == ("0x86", "0x86")
        assert (code(pid(stranger)), code("nonsense"), code("")) == ("0x68", "0x68", "0x68")
        assert code(pid(blocked)) == "0x67"

    @pytest.mark.parametrize("installation", ["", "1" * 62, "1" * 64, "x" * 63, "\u0661" * 63])
    def test_what_is_no_installation_id_is_told_and_costs_nothing(self, installation: str) -> None:
        service = lab()

        assert refusal(service.confirm, pid(mak(service)), installation) == "0x90"
        assert left(service) == 2

    def test_the_installation_ids_of_old_systems_have_54_digits(self) -> None:
        service = lab()

        assert service.confirm(pid(mak(service)), "1" * 54) == confirmation_id("1" * 54)


class TestBudget:
    def test_one_that_is_set_anew_starts_anew_and_another_change_leaves_it(self) -> None:
        service = lab(1)
        online(service)

        service.update(microsoft_description({"maks": {"lab": {"remaining": 1}}, "repeats_cost": True}, ""))
        assert left(service) == 0
        service.update(microsoft_description({"maks": {"lab": {"remaining": 5}}}, ""))
        assert left(service) == 5

    @given(st.integers(0, 8), st.lists(st.tuples(st.integers(0, 12), st.booleans(), st.booleans()), max_size=40))
    @settings(max_examples=60, deadline=None)
    def test_it_is_never_overspent(self, budget: int, calls: list[tuple[int, bool, bool]]) -> None:
        service = lab(budget)
        granted = 0
        for number, again, by_batch in calls:
            try:
                if by_batch:
                    service.confirm(pid(mak(service)), f"{number:063d}")
                else:
                    online(service, f"{number:063d}", again=again)
                granted += 1
            except (Failure, ServiceRefused) as error:
                assert str(error) in ("0xC004C020", "0x7F")
        row = service.describe()["maks"]["lab"]

        assert row["remaining"] >= 0
        assert row["spent"] + row["remaining"] == budget
        assert row["spent"] <= granted

    def test_it_holds_when_many_ask_at_once_by_both_ways(self) -> None:
        service = lab(10)
        granted: list[int] = []
        number, start = pid(mak(service)), threading.Barrier(16)

        def work(worker: int) -> None:
            start.wait()
            for turn in range(5):
                installation = f"{worker * 10 + turn:063d}"
                try:
                    if worker % 2:
                        online(service, installation)
                    else:
                        service.confirm(number, installation)
                    granted.append(worker)
                except (Failure, ServiceRefused):
                    pass

        threads = [threading.Thread(target=work, args=(worker,)) for worker in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(granted) == 10


def test_what_is_told_names_no_key() -> None:
    service = lab()
    online(service)

    row = service.describe()["maks"]["lab"]
    assert row == {
        "key": made_up_key("mak", "lab")[-5:],
        "extended_pid": pid(mak(service))[: len("00000-00000-000-000000-00")],
        "spent": 1,
        "remaining": 1,
        "blocked": False,
    }
