# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading: as few queries as the scope allows, narrow ones, and what to do where Windows lacks a property."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._applying import Products, Scope
from ansible_collections.volume.activation.plugins.plugin_utils._applying import queries as q
from ansible_collections.volume.activation.plugins.plugin_utils._errors import (
    MachineRefused,
    ProtocolViolation,
    Refusal,
)
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import APPLICATION_IDS, Application
from ansible_collections.volume.activation.plugins.plugin_utils._planning import MissingFacts

from .._planning.state_samples import NOW, state
from .cim_rows import PRODUCT, SERVICE
from .fake_repository import ROWS, Scripted

OLD = {*q.LATER_SERVICE_PROPERTIES, *q.LATER_PRODUCT_PROPERTIES, *q.DIRECTORY_PROPERTIES}
OLDER = {*OLD, "KeyManagementServicePort", "VLActivationTypeEnabled"}


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(), [q.SERVICE, q.PRODUCT]),
        (Scope(machine=True), [q.SERVICE, q.PRODUCT, q.OPERATING_SYSTEM]),
        (Scope(service=False), [q.PRODUCT]),
        (Scope(products=Products.NONE), [q.SERVICE]),
        (Scope(service=False, products=Products.NONE), []),
        (Scope(service=False, products=Products.NONE, machine=True), [q.OPERATING_SYSTEM]),
        (Scope(products=Products.ALL, offline=True), [q.SERVICE, q.PRODUCT]),
        (Scope(domain=True), [q.SERVICE, q.PRODUCT, q.COMPUTER_SYSTEM]),
    ],
)
def test_each_part_is_one_query(scope: Scope, expected: list[str]) -> None:
    repository = Scripted()
    found = repository.reader().read(scope)
    assert repository.classes == expected
    assert found.observed_at == NOW
    assert (found.machine is not None) is scope.machine
    assert bool(found.products) is (scope.products is not Products.NONE)
    assert bool(found.service.version) is scope.service
    assert found.domain == ("example.com" if scope.domain else None)


WINDOWS_ONLY = [
    f"ApplicationID = '{APPLICATION_IDS[Application.WINDOWS]}'",
    "PartialProductKey IS NOT NULL",
    "LicenseIsAddon = FALSE",
]


@pytest.mark.parametrize(
    ("products", "conditions"),
    [
        (Products.PRIMARY, WINDOWS_ONLY),
        (Products.INSTALLED, ["PartialProductKey IS NOT NULL"]),
        (Products.ALL, []),
    ],
)
def test_which_products_are_asked_for(products: Products, conditions: list[str]) -> None:
    repository = Scripted()
    repository.reader().read(Scope(service=False, products=products))
    assert [asked for _class, _properties, asked in repository.asked] == [conditions]


@pytest.mark.parametrize("wanted", [True, False])
def test_installation_ids_are_computed_only_on_request(wanted: bool) -> None:
    repository = Scripted()
    (product,) = repository.reader().read(Scope(offline=wanted)).products
    assert product.installation_id == ("12345" if wanted else None)
    assert any("OfflineInstallationId" in properties for _class, properties, _where in repository.asked) is wanted


@pytest.mark.parametrize("wanted", [True, False])
def test_details_are_read_only_on_request(wanted: bool) -> None:
    repository = Scripted()
    (product,) = repository.reader().read(Scope(service=False, details=wanted)).products
    assert product.name == (PRODUCT["Name"] if wanted else "")
    ((_class, asked, _where),) = repository.asked
    details = {*q.PRODUCT_DETAILS, *q.DIRECTORY_PROPERTIES}
    assert asked & details == (details if wanted else set())


def test_the_activation_object_is_read_without_the_other_details_too() -> None:
    repository = Scripted()
    (product,) = repository.reader().read(Scope(service=False, directory=True)).products
    ((_class, asked, _where),) = repository.asked
    assert asked == {*q.PRODUCT_PROPERTIES, *q.LATER_PRODUCT_PROPERTIES, *q.DIRECTORY_PROPERTIES}
    assert (product.name, product.ad_object_dn) == ("", "")


@pytest.mark.parametrize("scope", [Scope(details=True), Scope(directory=True), Scope()])
def test_a_windows_without_the_later_properties_is_asked_again_without_them(scope: Scope) -> None:
    repository = Scripted(unknown=OLD, rows={q.SERVICE: [{**SERVICE, "KeyManagementServiceMachine": "kms"}]})
    found = repository.reader().read(scope)
    assert repository.classes == [q.SERVICE, q.SERVICE, q.PRODUCT, q.PRODUCT]
    assert repository.asked[2][2] == repository.asked[3][2] == WINDOWS_ONLY
    assert (found.service.kms_host, found.service.lookup_domain) == ("kms", None)
    assert found.primary is not None
    assert found.primary.channel.value == "kms_client"
    assert found.primary.ad_object_dn is None


@pytest.mark.parametrize("scope", [Scope(), Scope(service=False), Scope(products=Products.NONE)])
def test_a_windows_without_the_core_is_too_old(scope: Scope) -> None:
    with pytest.raises(Refusal) as caught:
        Scripted(unknown=OLDER).reader().read(scope)
    assert caught.value.code == "unsupported_windows"
    assert "8.1" in (caught.value.remedy or "")


def test_any_other_refusal_is_passed_on_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    repository = Scripted()
    error = MachineRefused("Access is denied.", hresult=0x80070005)

    def refuse(*_args: t.Any) -> t.NoReturn:
        repository.asked.append(("", set(), []))
        raise error

    monkeypatch.setattr(repository, "select", refuse)
    with pytest.raises(MachineRefused) as caught:
        repository.reader().read(Scope())
    assert caught.value is error
    assert len(repository.asked) == 1


@pytest.mark.parametrize("class_name", [q.SERVICE, q.OPERATING_SYSTEM])
@pytest.mark.parametrize("count", [0, 2])
def test_of_what_there_is_one_there_must_be_one(class_name: str, count: int) -> None:
    repository = Scripted(rows={class_name: ROWS[class_name] * count})
    with pytest.raises(ProtocolViolation, match=f"{count} instances of {class_name}"):
        repository.reader().read(Scope(machine=True))


def test_products_come_in_one_order_whatever_the_machine_does() -> None:
    rows = [{**PRODUCT, "Name": name, "ID": number} for name, number in [("b", "1"), ("a", "2"), ("a", "1")]]
    orders = [rows, rows[::-1]]
    scope = Scope(details=True)
    found = [Scripted(rows={q.PRODUCT: order}).reader().read(scope).products for order in orders]
    assert found[0] == found[1]
    assert [(product.name, product.id) for product in found[0]] == [("a", "1"), ("a", "2"), ("b", "1")]


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        (MissingFacts(machine=False, domain=False), []),
        (MissingFacts(machine=True, domain=False), [q.OPERATING_SYSTEM]),
        (MissingFacts(machine=False, domain=True), [q.COMPUTER_SYSTEM]),
        (MissingFacts(machine=True, domain=True), [q.OPERATING_SYSTEM, q.COMPUTER_SYSTEM]),
    ],
)
def test_what_a_decision_rests_on_is_read_besides(missing: MissingFacts, expected: list[str]) -> None:
    repository = Scripted()
    found = repository.reader().complete(state(), missing)
    assert repository.classes == expected
    assert (found.machine is not None) is missing.machine
    assert found.domain == ("example.com" if missing.domain else None)


@pytest.mark.parametrize(
    ("domain", "member", "expected"),
    [("example.com", True, "example.com"), ("WORKGROUP", False, ""), (None, True, ""), ("WORKGROUP", None, "")],
)
def test_a_workgroup_is_no_domain(domain: str | None, member: bool | None, expected: str) -> None:
    repository = Scripted(rows={q.COMPUTER_SYSTEM: [{"Domain": domain, "PartOfDomain": member}]})
    assert repository.reader().complete(state(), MissingFacts(machine=False, domain=True)).domain == expected
    assert repository.reader().read(Scope(domain=True)).domain == expected


@pytest.mark.parametrize("there", [True, False])
def test_an_activation_id_is_looked_for_among_products_without_a_key_too(there: bool) -> None:
    sought = "0a1b2c3d-0001-4002-8003-0123456789ab"
    repository = Scripted(rows={q.PRODUCT: [{"ID": sought}] if there else []})
    found = repository.reader().complete(state(), MissingFacts(machine=False, domain=False, product_id=sought))
    assert (sought in found.known_ids, sought in found.absent_ids) == (there, not there)
    ((_class_name, properties, conditions),) = repository.asked
    assert list(properties) == ["ID"] and sought in str(conditions) and "PartialProductKey" not in str(conditions)
