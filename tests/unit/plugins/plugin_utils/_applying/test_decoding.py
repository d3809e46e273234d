# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From rows as Windows gives them to values as we mean them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._applying import queries as q
from ansible_collections.volume.activation.plugins.plugin_utils._applying.decoding import (
    machine_from,
    product_from,
    service_from,
)
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    APPLICATION_IDS,
    ActivationType,
    Application,
    Channel,
    LicenseStatus,
    Product,
    Service,
)

from .cim_rows import MACHINE, PRODUCT, SERVICE, UTC

CORE = {**q.PRODUCT_PROPERTIES, **q.PRODUCT_DETAILS}


def test_the_rows_here_are_what_is_asked_for() -> None:
    assert set(SERVICE) == {*q.SERVICE_PROPERTIES, *q.LATER_SERVICE_PROPERTIES}
    assert set(PRODUCT) == {*CORE, *q.LATER_PRODUCT_PROPERTIES, *q.DIRECTORY_PROPERTIES}
    assert set(MACHINE) == set(q.MACHINE_PROPERTIES)


def test_a_service_on_which_nothing_is_set() -> None:
    assert service_from(SERVICE) == Service(
        version="10.0.20348.1",
        client_machine_id="00000000-1111-2222-3333-444444444444",
        remaining_rearms=1000,
    )


def test_a_service_on_which_everything_is_set() -> None:
    row = {
        **SERVICE,
        "KeyManagementServiceMachine": "kms.example.com",
        "KeyManagementServicePort": 1700,
        "KeyManagementServiceLookupDomain": "example.com",
        "KeyManagementServiceHostCaching": False,
        "DiscoveredKeyManagementServiceMachineName": "found.example.com",
        "DiscoveredKeyManagementServiceMachinePort": 1688,
        "IsKeyManagementServiceMachine": 1,
    }
    found = service_from(row)
    assert (found.kms_host, found.kms_port, found.lookup_domain) == ("kms.example.com", 1700, "example.com")
    assert (found.discovered_kms_host, found.discovered_kms_port) == ("found.example.com", 1688)
    assert found.host_caching is False
    assert found.is_kms_host is True


def test_a_service_that_says_nothing_at_all() -> None:
    assert service_from(dict.fromkeys(q.SERVICE_PROPERTIES)) == Service(version="")


def test_a_product() -> None:
    assert product_from(PRODUCT) == Product(
        id="00000000-5555-6666-7777-888888888888",
        name="Windows(R), ServerStandard edition",
        description="Windows(R) Operating System, VOLUME_KMSCLIENT channel",
        application=Application.WINDOWS,
        application_id=APPLICATION_IDS[Application.WINDOWS],
        family="ServerStandard",
        channel=Channel.KMS_CLIENT,
        partial_product_key="GGGGG",
        status=LicenseStatus.LICENSED,
        reason=0x4004F040,
        grace_minutes=1440,
        activated_by=ActivationType.KMS,
        discovered_kms_host="kms.example.com",
        discovered_kms_port=1688,
        ad_object_dn="",
    )


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("Betriebssystem Windows(R), VOLUME_KMSCLIENT-Kanal", Channel.KMS_CLIENT),
        ("Windows(R) オペレーティング システム、VOLUME_MAK チャネル", Channel.MAK),
        ("Système d'exploitation Windows(R), canal VOLUME_KMS_WS22", Channel.KMS_HOST),
        ("Betriebssystem", Channel.UNKNOWN),
        (None, Channel.UNKNOWN),
    ],
)
def test_without_its_later_properties_a_product_tells_its_channel_by_its_localised_text(
    description: str | None, expected: Channel
) -> None:
    row = {name: PRODUCT[name] for name in CORE}
    found = product_from({**row, "Description": description})
    assert found.channel is expected
    assert (found.ad_object, found.ad_object_dn) == (None, None)
    assert found.installation_id is None


def test_a_product_that_says_nothing_at_all() -> None:
    assert product_from(dict.fromkeys(PRODUCT)) == Product(id="", ad_object_dn="")


def test_a_product_shows_the_settings_that_are_in_force() -> None:
    settings = {
        "KeyManagementServiceMachine": "kms.example.com",
        "KeyManagementServicePort": 1700,
        "KeyManagementServiceLookupDomain": "example.com",
        "VLActivationTypeEnabled": 2,
    }
    found = product_from({**PRODUCT, **settings})
    assert (found.kms_host, found.kms_port, found.lookup_domain) == ("kms.example.com", 1700, "example.com")
    assert found.activation_type is ActivationType.KMS


def test_a_product_without_its_details_decides_the_same() -> None:
    row = {name: PRODUCT[name] for name in (*q.PRODUCT_PROPERTIES, *q.LATER_PRODUCT_PROPERTIES)}
    whole, bare = product_from(PRODUCT), product_from(row)
    assert replace(whole, name="", discovered_kms_host=None, discovered_kms_port=0, ad_object_dn=None) == bare


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (None, None),
        (datetime(1601, 1, 1, tzinfo=UTC), None),
        (datetime(1600, 12, 31, 16, tzinfo=timezone(timedelta(hours=-8))), None),
        (datetime(2026, 8, 1, tzinfo=UTC), datetime(2026, 8, 1, tzinfo=UTC)),
    ],
)
def test_filetime_zero_is_no_date(written: datetime | None, expected: datetime | None) -> None:
    assert product_from({**PRODUCT, "EvaluationEndDate": written}).evaluation_end == expected


@pytest.mark.parametrize("number", [-1, 7, 99, 0xFFFFFFFF])
def test_numbers_of_a_later_windows_are_unknown_and_no_error(number: int) -> None:
    found = product_from(
        {**PRODUCT, "LicenseStatus": number, "VLActivationType": number, "VLActivationTypeEnabled": number}
    )
    assert found.status is LicenseStatus.UNKNOWN
    assert found.activation_type is ActivationType.UNKNOWN
    assert found.activated_by is ActivationType.UNKNOWN


def test_an_installation_id_is_passed_on() -> None:
    assert product_from({**PRODUCT, "OfflineInstallationId": "1234567"}).installation_id == "1234567"


@pytest.mark.parametrize("written", ["00000000-AAAA-bbbb-CCCC-dddddddddddd", "{00000000-aaaa-bbbb-cccc-dddddddddddd}"])
def test_the_activation_object_is_passed_on_and_its_id_has_one_spelling(written: str) -> None:
    row = {
        **PRODUCT,
        "VLActivationType": 1,
        "ADActivationObjectName": "Object",
        "ADActivationObjectDN": "CN=Object,CN=Activation Objects",
        "ADActivationCsvlkPid": "03612-00206",
        "ADActivationCsvlkSkuId": written,
    }
    found = product_from(row)
    assert (found.ad_object, found.ad_object_dn) == ("Object", "CN=Object,CN=Activation Objects")
    assert (found.ad_extended_pid, found.ad_activation_id) == ("03612-00206", "00000000-aaaa-bbbb-cccc-dddddddddddd")
    assert found.is_by_directory


def test_no_object_shown_is_not_the_same_as_none_read() -> None:
    asked = {**PRODUCT, "VLActivationType": 1}
    unasked = {name: value for name, value in asked.items() if name not in q.DIRECTORY_PROPERTIES}
    assert (product_from(asked).ad_object_dn, product_from(asked).is_by_directory) == ("", False)
    assert (product_from(unasked).ad_object_dn, product_from(unasked).is_by_directory) == (None, True)


def test_a_machine() -> None:
    found = machine_from(MACHINE)
    assert (found.name, found.edition_id, found.build, found.sku, found.is_server) == (
        "APP01",
        "ServerStandard",
        20348,
        7,
        True,
    )
    assert found.clock == datetime(2026, 3, 1, 3, tzinfo=UTC)


@pytest.mark.parametrize("build", [None, "", "x", "٢٠٣٤٨", "20348 "])
def test_a_build_that_is_none_is_zero(build: str | None) -> None:
    assert machine_from({**MACHINE, "BuildNumber": build}).build == 0


@pytest.mark.parametrize(("kind", "expected"), [(1, False), (2, True), (3, True), (None, None)])
def test_what_kind_of_machine(kind: int | None, expected: bool | None) -> None:
    assert machine_from({**MACHINE, "ProductType": kind}).is_server is expected


def test_an_edition_that_is_not_in_the_table_is_not_made_up() -> None:
    found = machine_from({**MACHINE, "OperatingSystemSKU": 99999})
    assert (found.edition_id, found.sku) == (None, 99999)
