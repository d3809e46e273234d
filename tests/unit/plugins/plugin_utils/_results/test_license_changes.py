# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What results report about licences that changed, and the command that recovers one."""

from __future__ import annotations

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    ActivationType,
    Application,
    Channel,
    LicenseStatus,
    Product,
    State,
)
from ansible_collections.volume.activation.plugins.plugin_utils._results import license_changes, recovery

from .._planning.state_samples import KEY, esu, licensed, office, on_mak, state, windows

BY_KMS = licensed(activated_by=ActivationType.KMS)
LOST = on_mak(id="id-mak", partial_product_key=KEY.partial, status=LicenseStatus.NOTIFICATION)
NEW = on_mak(id="id-mak", partial_product_key=KEY.partial)


def row(before: State, after: State | None, restored: str = "") -> tuple[object, ...]:
    """Return the one row as product, whether licensed before and afterwards, given up, restored."""
    (found,) = license_changes(before, after, restored={restored} if restored else ())
    was, now = (bool(side and side["licensed"]) for side in (found["before"], found["after"]))
    return found["product"], was, now, found["given_up"], found["restored"]


def test_a_lost_a_replaced_and_a_restored_licence() -> None:
    assert row(state(BY_KMS), state(LOST)) == ("windows", True, False, True, False)
    assert row(state(BY_KMS), state(NEW)) == ("windows", True, True, True, False)
    assert row(state(BY_KMS), state(BY_KMS), "id-windows") == ("windows", True, True, False, True)
    assert row(state(BY_KMS), state(windows()), "id-windows") == ("windows", True, False, True, False)


def test_a_licence_gained_is_none_given_up() -> None:
    assert row(state(windows()), state(BY_KMS)) == ("windows", False, True, False, False)
    assert row(state(), state(windows())) == ("windows", False, False, False, False)


def test_what_did_not_change_has_no_row() -> None:
    assert (
        license_changes(
            state(BY_KMS, office()), state(licensed(activated_by=ActivationType.KMS, grace_minutes=9), office())
        )
        == []
    )
    assert license_changes(None, None) == []


def test_other_products_go_by_their_activation_id() -> None:
    found = license_changes(state(BY_KMS, office(), esu()), state(BY_KMS, office(status=LicenseStatus.LICENSED)))
    assert [(row["product"], row["after"] is None) for row in found] == [("id-esu", True), ("id-office", False)]


def test_a_host_that_could_not_be_read_is_taken_for_unlicensed() -> None:
    assert row(state(BY_KMS), None) == ("windows", True, False, True, False)
    assert recovery("web1", state(BY_KMS), None, failed=True) == "ansible web1 -m volume.activation.kms_client"


@pytest.mark.parametrize(
    ("before", "module"),
    [
        (BY_KMS, "kms_client"),
        (licensed(activated_by=ActivationType.AD), "adba_client"),
        (on_mak(), "mak"),
        (on_mak(channel=Channel.OEM), "product_key"),
        (on_mak(channel=Channel.RETAIL), "product_key"),
    ],
)
def test_the_command_that_recovers_a_licence_is_that_of_its_kind(before: Product, module: str) -> None:
    command = recovery("web1", state(before), state(LOST), failed=True)
    assert command is not None and command.startswith(f"ansible web1 -m volume.activation.{module}")
    assert recovery("web1", state(before), state(LOST), failed=False) == command


def test_the_key_of_a_kms_host_is_taken_off_first() -> None:
    stranded = on_mak(channel=Channel.KMS_HOST, status=LicenseStatus.NOTIFICATION)
    for before in (BY_KMS, stranded):
        command = recovery("web1", state(before), state(stranded), failed=True) or ""
        first, second = command.split(" && ")
        assert "kms_host" in first and "absent" in first and second.endswith("kms_client")


def test_a_host_that_had_no_licence_gets_one_from_kms_after_a_failure() -> None:
    assert recovery("web1", state(LOST), state(LOST), failed=True) == "ansible web1 -m volume.activation.kms_client"
    assert recovery("web1", state(LOST), state(LOST), failed=False) is None
    assert recovery("web1", state(BY_KMS), state(BY_KMS), failed=True) is None


@pytest.mark.parametrize("product", [windows(family="Core"), windows(channel=Channel.EVALUATION), office()])
def test_where_no_client_key_is_published_there_is_no_such_command(product: Product) -> None:
    assert product.application in (Application.WINDOWS, Application.OFFICE)
    assert recovery("web1", state(product), state(product), failed=True) is None
