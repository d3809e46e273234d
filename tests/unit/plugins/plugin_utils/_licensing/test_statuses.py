# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Numbers of the licensing classes, known and not yet known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import ActivationType, LicenseStatus, table


def test_license_statuses_are_those_of_the_table() -> None:
    listed = {row["value"]: row["name"].lower() for row in table("constants")["license_status"]["values"]}
    ours = {int(status): status.label.replace("_", "") for status in LicenseStatus if status >= 0}
    assert ours == listed


def test_labels_are_lower_snake() -> None:
    assert LicenseStatus.OOB_GRACE.label == "oob_grace"
    assert ActivationType.KMS.label == "kms"


@given(st.integers())
def test_a_number_of_a_later_windows_is_unknown(number: int) -> None:
    status = LicenseStatus(number)
    assert status == number or status is LicenseStatus.UNKNOWN
    kind = ActivationType(number)
    assert kind == number or kind is ActivationType.UNKNOWN


def test_activation_types_are_those_of_the_table() -> None:
    configured = table("constants")["vl_activation_type"]["configured (VLActivationTypeEnabled)"]
    assert {str(int(kind)) for kind in ActivationType if kind >= 0} == set(configured)


@pytest.mark.parametrize("label", ["any", "ad", "kms", "token", " KMS "])
def test_a_label_leads_back_to_its_type(label: str) -> None:
    assert ActivationType.from_label(label).label == label.strip().lower()


@pytest.mark.parametrize("label", ["", "unknown", "2", "mak"])
def test_another_word_is_refused(label: str) -> None:
    with pytest.raises(Refusal) as caught:
        ActivationType.from_label(label)
    assert caught.value.code == "unknown_activation_type"
    assert "kms" in (caught.value.remedy or "")
