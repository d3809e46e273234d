# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A policy is read by its name; one that is not there is the failure that reading alone can bring about."""

from __future__ import annotations

import pytest

from ..wmi_client import Asker, Faulted, asker


@pytest.fixture
def box() -> Asker:
    return asker("server_2022_standard")


def failure(box: Asker, method: str, **parameters: str) -> tuple[int | None, str]:
    with pytest.raises(Faulted) as raised:
        box.product(box.primary["id"], method, **parameters)
    return raised.value.fault.number, raised.value.fault.reason


def test_a_policy_has_its_type(box: Asker) -> None:
    row = box.primary["id"]

    number = box.product(row, "GetPolicyInformationDWord", PolicyName="Kernel-ProductInfo")
    text = box.product(row, "GetPolicyInformationString", PolicyName="security-spp-reserved-family")

    assert number.values == {"PolicyValue": ("7",), "ReturnValue": ("0",)}
    assert text.values == {"PolicyValue": ("ServerStandard",), "ReturnValue": ("0",)}


@pytest.mark.parametrize("method", ["GetPolicyInformationDWord", "GetPolicyInformationString"])
def test_a_name_that_is_not_there_fails_with_a_number_of_the_licensing_service(box: Asker, method: str) -> None:
    number, reason = failure(box, method, PolicyName="No-Such-Policy")

    assert number == 0xC004F012
    assert reason.endswith("HRESULT 0xc004f012")


def test_a_policy_of_the_other_type_is_a_mismatch_and_no_name_a_bad_parameter(box: Asker) -> None:
    assert failure(box, "GetPolicyInformationString", PolicyName="Kernel-ProductInfo")[0] == 0xC004F01E
    assert failure(box, "GetPolicyInformationDWord")[0] == 0x80070057
    assert failure(box, "GetPolicyInformationDWord", PolicyName="")[0] == 0x80070057


def test_the_policies_of_windows_are_not_those_of_office() -> None:
    box = asker({"system": "server_2022_standard", "office": ["office_2021"]})
    (office,) = (row for row in box.machine.describe()["products"] if row["family"].startswith("Office"))

    with pytest.raises(Faulted) as raised:
        box.product(office["id"], "GetPolicyInformationDWord", PolicyName="Kernel-ProductInfo")
    assert raised.value.fault.number == 0xC004F012


def test_it_is_reading_so_it_takes_no_administrator() -> None:
    box = asker({"system": "server_2022_standard", "administrator": False})

    assert box.product(box.primary["id"], "GetPolicyInformationDWord", PolicyName="Kernel-ProductInfo")
    assert failure(box, "GetPolicyInformationDWord", PolicyName="No-Such-Policy")[0] == 0xC004F012
