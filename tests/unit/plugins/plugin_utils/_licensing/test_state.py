# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a state tells about the machine it was read from."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    ActivationType,
    Application,
    Channel,
    LicenseStatus,
    Machine,
    Product,
    Service,
    State,
)

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
WINDOWS = Product(
    id="w",
    application=Application.WINDOWS,
    partial_product_key="GGGGG",
    family="ServerStandardCor",
    channel=Channel.MAK,
)


def state(*products: Product, machine: Machine | None = None, version: str = "10.0.17763.1") -> State:
    return State(service=Service(version=version), products=products, machine=machine, observed_at=NOW)


@pytest.mark.parametrize(
    ("status", "licensed"),
    [(status, status in (LicenseStatus.LICENSED, LicenseStatus.EXTENDED_GRACE)) for status in LicenseStatus],
)
def test_licensed_states(status: LicenseStatus, licensed: bool) -> None:
    assert dataclasses.replace(WINDOWS, status=status).is_licensed is licensed


@pytest.mark.parametrize("path", [None, *ActivationType])
@pytest.mark.parametrize(("shown", "expected"), [("CN=Object", True), (None, True), ("", False)])
def test_a_licence_is_by_the_directory_when_the_product_says_so_and_shows_an_object_if_asked(
    path: ActivationType | None, shown: str | None, expected: bool
) -> None:
    product = dataclasses.replace(WINDOWS, activated_by=path, ad_object_dn=shown)
    assert product.is_by_directory is (expected and path is ActivationType.AD)


@pytest.mark.parametrize(
    "change", [{"application": Application.OFFICE}, {"partial_product_key": None}, {"is_addon": True}]
)
def test_office_addons_and_keyless_products_are_not_primary(change: dict[str, object]) -> None:
    product = dataclasses.replace(WINDOWS, **change)
    assert not product.is_primary
    assert state(product).primary is None
    assert state(product, WINDOWS).primary is WINDOWS


def test_of_two_keyed_products_the_licensed_one_is_primary() -> None:
    licensed = dataclasses.replace(WINDOWS, id="l", status=LicenseStatus.LICENSED)
    assert state(WINDOWS, licensed).primary is licensed
    assert state(WINDOWS, dataclasses.replace(WINDOWS, id="x")).primary is WINDOWS


def test_an_evaluation_is_known_by_channel_or_family() -> None:
    assert dataclasses.replace(WINDOWS, channel=Channel.EVALUATION).is_evaluation
    assert dataclasses.replace(WINDOWS, family="ServerStandardEval").is_evaluation
    assert not WINDOWS.is_evaluation
    assert not dataclasses.replace(WINDOWS, family=None).is_evaluation


@pytest.mark.parametrize(
    ("version", "build"),
    [("10.0.17763.1", 17763), ("6.3.9600.16384", 9600), ("10.0.26100", 26100), ("10.0", 0), ("", 0), ("a.b.c.d", 0)],
)
def test_the_build_in_the_version_of_the_service(version: str, build: int) -> None:
    assert Service(version=version).build == build


def test_what_the_machine_says_comes_first() -> None:
    machine = Machine(name="h", edition_id="ServerDatacenterCore", build=20348)
    assert state(WINDOWS, machine=machine).edition_id == "ServerDatacenter"
    assert state(WINDOWS, machine=machine).build == 20348


@pytest.mark.parametrize("machine", [None, Machine()])
def test_without_a_machine_the_primary_product_and_the_service_tell(machine: Machine | None) -> None:
    assert state(WINDOWS, machine=machine).edition_id == "ServerStandard"
    assert state(WINDOWS, machine=machine).build == 17763
    assert state(machine=machine).edition_id is None


def test_what_was_read_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        WINDOWS.reason = 1  # type: ignore[misc]


GENERIC = dataclasses.replace(WINDOWS, channel=Channel.KMS_CLIENT, status=LicenseStatus.LICENSED, grace_minutes=9)


@pytest.mark.parametrize(
    ("changes", "leased", "asks"),
    [
        ({"activated_by": ActivationType.KMS}, True, True),
        ({"activated_by": ActivationType.AD}, True, False),
        ({"activated_by": ActivationType.TOKEN}, True, False),
        ({"activated_by": None}, True, True),
        ({"activation_type": ActivationType.AD}, True, False),
        ({"activation_type": ActivationType.KMS, "activated_by": ActivationType.KMS}, True, True),
        ({"status": LicenseStatus.NOTIFICATION, "activated_by": ActivationType.AD}, False, True),
        ({"grace_minutes": 0}, False, True),
        ({"channel": Channel.MAK}, False, False),
        ({"channel": Channel.KMS_HOST}, False, False),
    ],
)
def test_what_is_leased_and_what_asks_a_kms_host(changes: dict[str, t.Any], leased: bool, asks: bool) -> None:
    product = dataclasses.replace(GENERIC, **changes)
    assert (product.is_leased, product.asks_kms) == (leased, asks)


def test_windows_is_judged_first_and_office_by_its_volume_keys() -> None:
    office = dataclasses.replace(GENERIC, id="o", application=Application.OFFICE)
    retail = dataclasses.replace(office, id="r", channel=Channel.RETAIL)
    addon = dataclasses.replace(WINDOWS, id="a", is_addon=True)
    assert [row.id for row in state(retail, office, addon, WINDOWS).judged] == ["w", "o"]
    assert [row.id for row in state(office).judged] == ["o"]


@pytest.mark.parametrize(
    ("family", "running", "expected"),
    [
        ("Professional", "Enterprise", True),
        ("Professional", "Professional", False),
        ("ProfessionalN", "ProfessionalN", False),
        ("Enterprise", "Enterprise", False),
        ("ServerStandard", "ServerStandardCor", False),
    ],
)
def test_a_subscription_lifts_professional(family: str, running: str, expected: bool) -> None:
    product = dataclasses.replace(WINDOWS, family=family)
    assert state(product, machine=Machine(edition_id=running)).is_stepped_up is expected


def test_a_product_goes_by_its_own_kms_host_first() -> None:
    own = dataclasses.replace(GENERIC, kms_host="own", discovered_kms_host="seen", discovered_kms_port=1700)
    service = Service(version="", kms_host="all", kms_port=1689, discovered_kms_host="found")
    whole = State(service=service, products=(own,), observed_at=NOW)
    assert (whole.set_kms_host(own), whole.found_kms_host(own)) == (("own", 1689), ("seen", 1700))
    assert (whole.set_kms_host(GENERIC), whole.found_kms_host(GENERIC)) == (("all", 1689), ("found", 1688))
    assert state().set_kms_host(GENERIC) is None
