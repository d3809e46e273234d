# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The activation type on simulated machines: who is restricted by it, and which failures are put down to it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._simulator import Fleet

from .fake_task import Row
from .simulated_task import SimulatedTask, steps

NOT_FOUND = "0xC004F081"
OFFICE_2021 = {"product": "office_2021", "status": "licensed"}
MEMBER = {"system": "server_2022_standard", "domain": "corp.example", "status": "licensed", "activated_by": "kms"}
FOREST = [{"name": "Servers", "products": ["server_2022"]}]


def become(host: SimulatedTask, description: Row, objects: list[Row] | None = None) -> None:
    """Put a member of a domain with a KMS host and these activation objects behind the task."""
    world = {
        "ad": {"corp.example": FOREST if objects is None else objects},
        "dns": {"corp.example": [{"host": "kms.corp.example"}]},
        "kms_hosts": {"kms.corp.example": {"count": 60}},
    }
    host.fleet = Fleet.from_description({"machines": {"host01": description}, "world": world})
    host.box = host.fleet.machines["host01"]


def standing(result: Row) -> dict[str, tuple[t.Any, ...]]:
    """Return how the products of a result stand, by application."""
    names = ("status", "activation_type", "activated_by")
    return {row["application"]: tuple(row[name] for name in names) for row in result["license"]["products"]}


def office_id(host: SimulatedTask) -> str:
    """Return the activation ID of the Office on the machine."""
    products = host.run("license_info")["license"]["products"]
    return next(str(row["id"]) for row in products if row["application"] == "office")


def test_an_office_on_kms_keeps_its_way_to_the_kms_host(host: SimulatedTask) -> None:
    become(host, {**MEMBER, "office": [OFFICE_2021]})
    foreseen, found = host.run("adba_client", check=True, diff=True), host.run("adba_client")
    assert steps(foreseen) == steps(found) == ["set_activation_type", "activate"]
    assert "Windows (ServerStandard)" in foreseen["diff"]["after"]
    assert standing(found) == {"windows": ("licensed", "ad", "ad"), "office": ("licensed", "any", "kms")}
    assert host.run("activate", {"activation_id": office_id(host), "force": True})["changed"] is True
    assert host.run("adba_client")["changed"] is False


def test_an_office_that_active_directory_has_licensed_is_restricted_with_the_machine(host: SimulatedTask) -> None:
    office = {**OFFICE_2021, "activated_by": "ad"}
    become(host, {**MEMBER, "office": [office]}, [*FOREST, {"name": "Office", "products": ["office_2021"]}])
    found = host.run("adba_client")
    assert standing(found) == {"windows": ("licensed", "ad", "ad"), "office": ("licensed", "ad", "ad")}


@pytest.mark.parametrize("office", [[], [OFFICE_2021]])
@pytest.mark.parametrize(("module", "kind"), [("kms_client", "any"), ("kms_client", "kms"), ("adba_client", "any")])
def test_the_restriction_can_be_lifted_wherever_it_was_set(
    host: SimulatedTask, office: list[Row], module: str, kind: str
) -> None:
    become(host, {**MEMBER, "office": office})
    host.run("adba_client")
    found = host.run(module, {"activation_type": kind})
    assert (found["changed"], standing(found)["windows"][1]) == (True, kind)
    assert host.run(module, {"activation_type": kind})["changed"] is False


@pytest.mark.parametrize("status", [{"status": "notification", "activated_by": None}, {"lease_days": 20}])
def test_kms_client_puts_a_failure_down_to_the_activation_type(host: SimulatedTask, status: Row) -> None:
    member = {name: value for name, value in {**MEMBER, **status}.items() if value is not None}
    become(host, {**member, "activation_type": "ad"}, [])
    failed = host.run("kms_client", {"dns_discovery": True, "renew_below_days": 150})
    assert (failed["failed"], failed["code"]) == (True, NOT_FOUND)
    assert "activation type" in failed["cause"]
    assert "activation_type any" in failed["remedy"]
    assert host.run("kms_client", {"activation_type": "any"})["changed"] is True
    assert host.run("activate", {"force": True})["changed"] is True


def test_activate_puts_the_failure_of_an_office_down_to_the_activation_type(host: SimulatedTask) -> None:
    become(host, {**MEMBER, "activated_by": "ad", "activation_type": "ad", "office": [OFFICE_2021]})
    failed = host.run("activate", {"activation_id": office_id(host), "force": True})
    assert failed["code"] == NOT_FOUND
    assert "activation type of Office" in failed["cause"]


def test_adba_client_puts_it_down_to_the_object(host: SimulatedTask) -> None:
    become(host, MEMBER, [])
    failed = host.run("adba_client")
    assert failed["code"] == NOT_FOUND
    assert "activation type" not in failed["cause"]


def test_another_failure_is_not_put_down_to_the_activation_type(host: SimulatedTask) -> None:
    fault = {"on": "SetKeyManagementServiceMachine", "do": "hresult", "code": NOT_FOUND, "times": 0}
    become(host, {**MEMBER, "status": "notification", "activation_type": "ad", "faults": [fault]}, [])
    failed = host.run("kms_client", {"kms_host": "kms.corp.example"})
    assert (failed["failed"], failed["steps"]) == (True, [])
    assert "activation type" not in (failed["cause"] or "")


@pytest.mark.parametrize("given", [{"status": "notification"}, {"status": "licensed"}])
@pytest.mark.parametrize("system", ["server_2022_standard", "windows_11_enterprise"])
def test_a_machine_with_a_host_key_by_mistake_is_recovered_as_the_finding_says(
    host: SimulatedTask, given: Row, system: str
) -> None:
    become(host, {"system": system, "domain": "corp.example", "channel": "kms_host", **given}, [])
    assert host.run("kms_client")["code"] == "kms_host_key"
    assert "failed" not in host.run("kms_host", {"state": "absent"})
    found = host.run("kms_client")
    assert standing(found) == {"windows": ("licensed", "any", "kms")}
