# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet that is described anew changes what was changed and nothing else."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.description.fields import InvalidDescription
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.fleet import Fleet

from ..wmi_client import STILL, Asker, Faulted, fleet_of

BOX = {"system": "windows_11_pro"}


def update(fleet: Fleet, machines: dict[str, Any], **more: Any) -> None:
    fleet.update({"machines": machines, "clock": STILL, **more})


def status(fleet: Fleet, name: str = "box") -> str:
    return str(fleet.machines[name].describe()["primary"]["status"])


@pytest.fixture
def activated() -> Fleet:
    """A fleet whose only machine was activated after it was described."""
    fleet = fleet_of({"box": BOX})
    Asker(fleet.machines["box"]).activate()
    return fleet


def test_the_same_description_changes_nothing(activated: Fleet) -> None:
    before = activated.describe()

    update(activated, {"box": dict(BOX)})

    assert activated.describe() == before


@pytest.mark.parametrize(
    "change",
    [
        {"faults": [{"do": "delay"}]},
        {"credentials": {"username": "me"}},
        {"vars": {"a": 1}},
        {"scheme": "http"},
        {"internet": False},
        {"clock_skew": "1h"},
    ],
)
def test_what_is_around_a_machine_changes_without_its_state(activated: Fleet, change: dict[str, Any]) -> None:
    update(activated, {"box": {**BOX, **change}})

    assert status(activated) == "licensed"
    (name,) = change
    assert activated.machines["box"].description[name] not in ((), {}, None, True)


@pytest.mark.parametrize(
    "change", [{"language": "de-DE"}, {"kms_host": "a.example"}, {"office": ["office_2021"]}, {"rearms": 5}]
)
def test_a_machine_that_is_described_otherwise_starts_anew(activated: Fleet, change: dict[str, Any]) -> None:
    update(activated, {"box": {**BOX, **change}})

    assert status(activated) == "notification"


def test_machines_come_and_go(activated: Fleet) -> None:
    update(activated, {"box": BOX, "new": "server_2022_standard"})
    assert set(activated.machines) == {"box", "new"} and status(activated) == "licensed"

    update(activated, {"new": "server_2022_standard"})
    assert set(activated.machines) == {"new"}
    update(activated, {"new": "server_2022_standard", "box": BOX})
    assert status(activated) == "notification"


def test_the_world_changes_under_the_machines_and_keeps_its_counts(activated: Fleet) -> None:
    activated.update(
        {"machines": {"box": BOX}, "clock": STILL, "world": {"kms_hosts": {"kms.corp.example": {"count": 3}}}}
    )

    assert status(activated) == "licensed"
    assert activated.describe()["world"]["kms_hosts"]["kms.corp.example"]["count"] == 4
    with pytest.raises(Faulted) as raised:
        Asker(activated.machines["box"]).activate()
    assert raised.value.fault.hresult == 0xC004F038


def test_rules_that_are_given_anew_strike_anew() -> None:
    def described(times: int) -> dict[str, Any]:
        return {"box": {**BOX, "faults": [{"on": "Activate", "do": "hresult", "code": "0xC004F074", "times": times}]}}

    fleet = fleet_of(described(1))
    box = Asker(fleet.machines["box"])
    with pytest.raises(Faulted):
        box.activate()
    box.activate()
    update(fleet, described(1))
    box.activate()
    update(fleet, described(2))
    with pytest.raises(Faulted):
        box.activate()


@pytest.mark.parametrize(
    "wrong",
    [
        {"machines": {"box": {**BOX, "language": "de-DE"}, "bad": "nonsense"}},
        {
            "machines": {
                "box": {**BOX, "internet": False},
                "bad": {**BOX, "product_key": "BBBBB-CCCCC-DDDDD-FFFFF-GGGGG"},
            },
            "clock": {"advance": "300d"},
        },
    ],
)
def test_a_description_that_is_refused_changes_nothing(activated: Fleet, wrong: dict[str, Any]) -> None:
    before = activated.describe()

    with pytest.raises(InvalidDescription):
        activated.update(wrong)

    assert activated.describe() == before
    assert activated.machines["box"].description["internet"] is True


def test_what_it_tells_is_json_and_holds_no_key() -> None:
    fleet = Fleet.from_description({"preset": "demo"})

    told = json.dumps(fleet.describe())

    assert "MMMMM-KKKKK" not in told and "lab-mak" in told
    assert "simulated" not in json.loads(told)["machines"]["lab-mak"]["primary"]["partial_product_key"]


def test_machines_of_one_system_share_their_product_ids_and_nothing_else() -> None:
    fleet = fleet_of({"a": BOX, "b": BOX})
    first, second = (fleet.machines[name].describe() for name in "ab")

    assert first["primary"]["id"] == second["primary"]["id"]
    assert first["client_machine_id"] != second["client_machine_id"]
    Asker(fleet.machines["a"]).activate()
    assert (status(fleet, "a"), status(fleet, "b")) == ("licensed", "notification")


def test_machines_with_one_cmid_count_as_one() -> None:
    clone = {**BOX, "cmid": "11111111-2222-3333-4444-555555555555"}
    fleet = fleet_of({"a": clone, "b": clone}, world={"kms_hosts": {"kms.corp.example": {"count": 23}}})

    for name in "ab":
        with pytest.raises(Faulted) as raised:
            Asker(fleet.machines[name]).activate()
        assert raised.value.fault.hresult == 0xC004F038


def test_it_is_asked_by_many_threads_while_it_is_described_anew() -> None:
    machines = {f"host-{number}": BOX for number in range(8)}
    fleet, errors = fleet_of(machines), []

    def ask(name: str) -> None:
        try:
            for _time in range(10):
                box = Asker(fleet.machines[name])
                box.activate()
                box.rows("SELECT ID, Name FROM SoftwareLicensingProduct")
        except Exception as error:  # whatever it is, it must not get lost in the thread
            errors.append(error)

    threads = [threading.Thread(target=ask, args=(name,)) for name in machines]
    for thread in threads:
        thread.start()
    for number in range(10):
        update(fleet, {name: {**BOX, "vars": {"turn": number}} for name in machines})
    for thread in threads:
        thread.join()

    assert errors == []
    assert {status(fleet, name) for name in machines} == {"licensed"}
