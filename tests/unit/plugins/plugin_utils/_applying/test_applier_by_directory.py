# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Activations by Active Directory: a licence by KMS that runs on must not pass for their effect."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import AnswerLost, MachineRefused, NotConverged
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    ActivatePolicy,
    Activation,
    DesiredState,
    EditionKey,
    KmsSettings,
)

from .._planning.state_samples import TABLE, ActivationType, licensed, office, on_mak, state
from .fake_machine import LEASE, FakeMachine, Fault

LOST = AnswerLost("No answer came.")
NO_OBJECT = MachineRefused("The machine refused it.", hresult=0xC004F081)
BY_KMS = state(
    licensed(activated_by=ActivationType.KMS, ad_object_dn="", grace_minutes=LEASE - 1), domain="example.com"
)
BY_OBJECT: dict[str, t.Any] = {"activated_by": ActivationType.AD, "ad_object_dn": "CN=Object"}


def wish(when: ActivatePolicy = ActivatePolicy.IF_NEEDED) -> DesiredState:
    return DesiredState(
        kms=KmsSettings(activation_type=ActivationType.AD),
        activation=Activation(when=when, only_kms_client=True, by=ActivationType.AD),
    )


def called(bench: FakeMachine) -> list[str]:
    return [entry for entry in bench.log if entry != "read"]


ORDER = ["SetVLActivationTypeEnabled", "Activate", "RefreshLicenseStatus"]


@pytest.mark.parametrize("when", [ActivatePolicy.IF_NEEDED, ActivatePolicy.ALWAYS])
@pytest.mark.parametrize("fault", [Fault(None, works=True), Fault(LOST, works=True), Fault(LOST, works=True, late=1)])
def test_the_restriction_comes_first_and_then_one_activation(when: ActivatePolicy, fault: Fault) -> None:
    bench = FakeMachine(BY_KMS, faults={"Activate": fault}, activates=BY_OBJECT)
    after = bench.carry_out(wish(when), bench.applier(60))
    assert called(bench) == ORDER
    assert after.primary is not None
    assert (after.primary.is_by_directory, after.primary.grace_minutes) == (True, LEASE)


@pytest.mark.parametrize("when", [ActivatePolicy.IF_NEEDED, ActivatePolicy.ALWAYS])
def test_an_activation_without_an_answer_is_not_done_because_the_licence_by_kms_runs_on(when: ActivatePolicy) -> None:
    bench = FakeMachine(BY_KMS, faults={"Activate": Fault(LOST)})
    applier = bench.applier(10)
    with pytest.raises(AnswerLost) as caught:
        bench.carry_out(wish(when), applier)
    assert caught.value.code == "outcome_unknown"
    assert called(bench) == [*ORDER, "ClearVLActivationTypeEnabled"]
    assert [step.action for step in applier.done] == ["set_activation_type", "set_activation_type"]


def test_a_machine_that_takes_another_lease_from_kms_has_not_converged() -> None:
    bench = FakeMachine(BY_KMS)
    with pytest.raises(NotConverged) as caught:
        bench.carry_out(wish(), bench.applier(10))
    assert "licensed by KMS, not by Active Directory" in str(caught.value)
    assert sum(bench.pauses) == 10
    assert called(bench) == [*ORDER, "ClearVLActivationTypeEnabled"]


def test_a_forest_without_an_object_is_reported_and_the_restriction_is_reverted() -> None:
    bench = FakeMachine(BY_KMS, faults={"Activate": Fault(NO_OBJECT)})
    applier = bench.applier(10)
    with pytest.raises(MachineRefused) as caught:
        bench.carry_out(wish(), applier)
    assert caught.value is NO_OBJECT
    assert [step.becomes for step in applier.done] == ["ad", "any"]


def test_a_restriction_that_led_to_a_licence_stays_although_a_failure_was_reported() -> None:
    bench = FakeMachine(BY_KMS, faults={"Activate": Fault(NO_OBJECT, works=True)}, activates=BY_OBJECT)
    applier = bench.applier(10)
    with pytest.raises(MachineRefused):
        bench.carry_out(wish(), applier)
    assert [step.action for step in applier.done] == ["set_activation_type", "activate"]


def test_with_an_office_on_kms_the_restriction_is_set_on_windows() -> None:
    bench = FakeMachine(replace(BY_KMS, products=(*BY_KMS.products, office())), activates=BY_OBJECT)
    after = bench.carry_out(wish(), bench.applier(10))
    assert [keys for _class, keys, method, _given in bench.calls if method == ORDER[0]] == [{"ID": "id-windows"}]
    assert office() in after.products


def test_the_restriction_of_windows_is_set_on_the_product_that_took_the_new_key() -> None:
    bench = FakeMachine(state(on_mak(), office(), domain="example.com"), activates=BY_OBJECT)
    bench.carry_out(replace(wish(), key=EditionKey(table=TABLE, replace_licensed=True)), bench.applier(10))
    assert called(bench) == ["InstallProductKey", *ORDER]
    assert [keys for _class, keys, method, _given in bench.calls if method == ORDER[0]] == [{"ID": "id-new"}]
