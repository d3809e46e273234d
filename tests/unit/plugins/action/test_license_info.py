# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of license_info: how much is read, and that nothing is changed."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._applying import Products, Scope
from ansible_collections.volume.activation.plugins.plugin_utils._planning import DesiredState
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import Fault

from .fake_task import KEY, PASSWORD, FakeTask, Keywords, windows

SERVICE, PRODUCT, SYSTEM = "SoftwareLicensingService", "SoftwareLicensingProduct", "Win32_OperatingSystem"
DOMAIN = "Win32_ComputerSystem"


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({}, Scope(products=Products.INSTALLED, details=True, machine=True)),
        ({"products": "primary"}, Scope(details=True, machine=True)),
        ({"products": "all"}, Scope(products=Products.ALL, details=True, machine=True)),
        (
            {"installation_ids": True},
            Scope(products=Products.INSTALLED, details=True, machine=True, offline=True),
        ),
        ({"subset": "products", "products": "primary"}, Scope(service=False, details=True)),
        ({"subset": ["service"]}, Scope(details=True, machine=True)),
        ({"subset": ["service"], "products": "all", "installation_ids": True}, Scope(details=True, machine=True)),
        ({"subset": ["machine"]}, Scope(service=False, products=Products.NONE, details=True, machine=True)),
        ({"subset": ["domain"]}, Scope(service=False, products=Products.NONE, details=True, domain=True)),
        ({"subset": []}, Scope(service=False, products=Products.NONE, details=True)),
    ],
)
def test_how_much_is_read(stage: FakeTask, args: dict[str, t.Any], expected: Scope) -> None:
    action = stage.action("license_info", args, Keywords())
    options = action._validated()
    assert action.scope(options) == expected
    assert action.wish(options) == DesiredState()


@pytest.mark.parametrize(
    ("subset", "queries"),
    [
        (["machine", "service", "products"], [SERVICE, PRODUCT, SYSTEM]),
        (["products"], [PRODUCT]),
        (["machine"], [SYSTEM]),
        (["domain"], [DOMAIN]),
        (["machine", "domain", "service", "products"], [SERVICE, PRODUCT, SYSTEM, DOMAIN]),
        (["service"], [SERVICE, PRODUCT, SYSTEM]),
        ([], []),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_parts_and_what_they_cost(stage: FakeTask, subset: list[str], queries: list[str], check: bool) -> None:
    found = stage.run("license_info", {"subset": subset}, check=check)
    assert set(found["license"]) == set(subset)
    assert stage.machine.queries == queries
    assert found["requests"] == len(queries)
    assert (found["changed"], stage.machine.calls) == (False, [])


def test_the_service_tells_the_activation_type_although_only_products_show_it(stage: FakeTask) -> None:
    stage.machine.products = [windows(VLActivationTypeEnabled="2")]
    found = stage.run("license_info", {"subset": ["service"]})
    assert found["license"]["service"]["activation_type"] == "kms"


def test_the_domain_of_a_member_and_that_of_a_workgroup(stage: FakeTask) -> None:
    assert stage.run("license_info", {"subset": "domain"})["license"] == {"domain": "example.com"}
    stage.machine.domain = {"Domain": "WORKGROUP", "PartOfDomain": "false"}
    assert stage.run("license_info", {"subset": "domain"})["license"] == {"domain": None}


def test_the_activation_object_of_a_product(stage: FakeTask) -> None:
    found = {"ADActivationObjectName": "Object", "ADActivationObjectDN": "CN=Object"}
    stage.machine.products = [windows(**found, ADActivationCsvlkPid="03612", ADActivationCsvlkSkuId="AAAA")]
    (product,) = stage.run("license_info")["license"]["products"]
    assert (product["ad_object"], product["ad_object_dn"]) == ("Object", "CN=Object")
    assert (product["ad_extended_pid"], product["ad_activation_id"]) == ("03612", "aaaa")


def test_products_are_a_list_whatever_their_number(stage: FakeTask) -> None:
    for rows in ([], [windows()], [windows(), windows(ID="x", ApplicationID="x")]):
        stage.machine.products = rows
        assert len(stage.run("license_info")["license"]["products"]) == len(rows)


def test_installation_ids_are_in_the_result_on_request(stage: FakeTask) -> None:
    stage.machine.products = [windows(OfflineInstallationId="123456")]
    assert "installation_id" not in stage.run("license_info")["license"]["products"][0]
    (product,) = stage.run("license_info", {"installation_ids": True})["license"]["products"]
    assert product["installation_id"] == "123456"


def test_windows_7_is_refused(stage: FakeTask) -> None:
    stage.machine.service["Version"] = "6.1.7601.17514"
    found = stage.run("license_info")
    assert (found["code"], found["refused"]) == ("unsupported_windows", True)


@pytest.mark.parametrize("args", [{"subset": "everything"}, {"products": "some"}, {"unknown": 1}])
def test_wrong_options(stage: FakeTask, args: dict[str, t.Any]) -> None:
    found = stage.run("license_info", args)
    assert (found["failed"], found["code"], found["refused"]) == (True, "bad_option", True)


def test_what_the_machine_said_is_passed_on_without_a_password_or_a_key(stage: FakeTask) -> None:
    said = f"The login {PASSWORD} or the key {KEY} is wrong."
    stage.machine.faults[SERVICE] = Fault(0, "w:InternalError", said)
    result = stage.run("license_info")
    assert (result["failed"], result["code"], result["fault"]["subcode"]) == (True, "InternalError", "InternalError")
    assert "The login" in result["fault"]["text"]
    assert PASSWORD not in str(result)
    assert KEY not in str(result)
