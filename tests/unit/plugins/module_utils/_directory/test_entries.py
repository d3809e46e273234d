# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries as they come from the wire: bytes, some of them nonsense."""

from __future__ import annotations

import uuid

import pytest

from ansible_collections.volume.activation.plugins.module_utils._directory import ActivationObject
from ansible_collections.volume.activation.plugins.module_utils._directory.entries import LdapEntry, activation_object

ONE, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)
WHOLE = {
    "displayName": ["Größe".encode()],
    "cn": [b"Contoso"],
    "objectGUID": [ONE.bytes_le],
    "msSPP-CSVLKSkuId": [OTHER.bytes_le],
    "msSPP-CSVLKPid": [b"00000-00000-000-000000-00-1033-0000.0000-0000000"],
    "msSPP-CSVLKPartialProductKey": [b"PPPPP"],
    "msSPP-KMSIds": [OTHER.bytes_le, ONE.bytes_le],
    "whenCreated": [b"20260131120000.0Z"],
    "whenChanged": [b"20260201000000Z"],
}


def test_a_whole_entry_is_read() -> None:
    assert activation_object(LdapEntry("CN=Contoso", WHOLE)) == ActivationObject(
        dn="CN=Contoso",
        name="Größe",
        cn="Contoso",
        guid=str(ONE),
        activation_id=str(OTHER),
        partial_product_key="PPPPP",
        extended_pid="00000-00000-000-000000-00-1033-0000.0000-0000000",
        kms_ids=(str(ONE), str(OTHER)),
        created="2026-01-31T12:00:00Z",
        changed="2026-02-01T00:00:00Z",
    )


def test_the_case_of_attributes_makes_no_difference() -> None:
    shouted = {name.upper(): values for name, values in WHOLE.items()}
    assert activation_object(LdapEntry("x", shouted)) == activation_object(LdapEntry("x", WHOLE))


@pytest.mark.parametrize("attribute", sorted(WHOLE))
@pytest.mark.parametrize("values", [None, [], [b""], [b"\xff\xfe"]], ids=["absent", "none", "empty", "no UTF-8"])
def test_one_bad_attribute_leaves_the_others_alone(attribute: str, values: list[bytes] | None) -> None:
    entry = {name: found for name, found in WHOLE.items() if name != attribute}
    found = activation_object(LdapEntry("CN=Contoso", entry if values is None else {**entry, attribute: values}))
    whole = activation_object(LdapEntry("CN=Contoso", WHOLE))
    different = [name for name, value in vars(found).items() if value != vars(whole)[name]]
    assert len(different) == 1
    assert found.name


def test_a_malformed_kms_id_is_left_out() -> None:
    entry = LdapEntry("x", {"msSPP-KMSIds": [b"short", ONE.bytes_le]})
    assert activation_object(entry).kms_ids == (str(ONE),)


def test_without_any_name_the_dn_is_one() -> None:
    found = activation_object(LdapEntry("CN=x,DC=test", {}))
    assert (found.name, found.cn, found.guid, found.kms_ids) == ("CN=x,DC=test", "", None, ())


@pytest.mark.parametrize("text", [b"20261331120000.0Z", b"20260131120000.0+0100", b"yesterday"])
def test_what_is_no_time_in_utc_is_none(text: bytes) -> None:
    assert LdapEntry("x", {"whenCreated": [text]}).time("whenCreated") is None


@pytest.mark.parametrize(("data", "number"), [(b"88", 88), (b"", 0), (b"-1", 0), (b"many", 0)])
def test_numbers(data: bytes, number: int) -> None:
    assert LdapEntry("x", {"objectVersion": [data]}).number("objectVersion") == number
