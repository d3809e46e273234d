# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What clients of KMS and of Active Directory may be asked for alike."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._action.features.volume_options import (
    LEASE_DAYS,
    VOLUME_SPEC,
    edition_key,
    volume_activation,
)
from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import ActivationType, ProductKey
from ansible_collections.volume.activation.plugins.plugin_utils._planning import ActivatePolicy, Activation, EditionKey
from ansible_collections.volume.activation.plugins.plugin_utils._planning.steps import KMS_LEASE_MINUTES

from ..._planning.state_samples import BUILD, TABLE

KEY = "BBBBB-CCCCC-DDDDD-FFFFF-GGGGG"


def options(**given: t.Any) -> dict[str, t.Any]:
    """Return options as they are once validated."""
    return {**{name: option.get("default") for name, option in VOLUME_SPEC.items()}, **given}


def test_the_key_of_the_edition_is_meant_unless_it_is_to_be_kept() -> None:
    found = edition_key(options(), "KMS")
    assert isinstance(found, EditionKey)
    assert (found.replace_licensed, found.goal) == (False, "KMS")
    assert found.table.key_for("ServerStandard", BUILD) == TABLE.key_for("ServerStandard", BUILD)
    assert edition_key(options(product_key="keep"), "KMS") is None


def test_keys_of_ones_own_go_before_the_published_ones() -> None:
    row = {"edition_id": "ServerStandard", "build": BUILD, "product_key": KEY}
    found = edition_key(options(extra_gvlks=[row], replace_licensed=True), "AD-based activation")
    assert found is not None
    assert found.table.key_for("ServerStandard", BUILD) == ProductKey(KEY)
    assert (found.replace_licensed, found.goal) == (True, "AD-based activation")


def test_a_row_of_ones_own_that_cannot_be_used_is_refused() -> None:
    with pytest.raises(Refusal) as caught:
        edition_key(options(extra_gvlks=[{"edition_id": "ServerStandard", "product_key": "no key"}]), "KMS")
    assert caught.value.code == "bad_gvlk_row"


@pytest.mark.parametrize("when", [*ActivatePolicy])
@pytest.mark.parametrize("by", [None, ActivationType.AD, ActivationType.ANY])
def test_a_volume_activation_is_meant(when: ActivatePolicy, by: ActivationType | None) -> None:
    found = volume_activation(options(activate=when.value, renew_below_days=150), by)
    assert found == Activation(when=when, renew_below_days=150, only_kms_client=True, by=by)


@pytest.mark.parametrize("days", [-1, 0, LEASE_DAYS, 1000])
def test_a_renewal_that_never_or_always_would_be_due_is_refused(days: int) -> None:
    with pytest.raises(Refusal) as caught:
        volume_activation(options(renew_below_days=days))
    assert caught.value.code == "bad_option"
    assert "renew_below_days" in caught.value.message


@pytest.mark.parametrize("days", [1, LEASE_DAYS - 1])
def test_a_renewal_at_the_edge_is_not(days: int) -> None:
    assert volume_activation(options(renew_below_days=days)).renew_below_days == days


def test_the_lease_is_the_planners() -> None:
    assert LEASE_DAYS * 24 * 60 == KMS_LEASE_MINUTES
