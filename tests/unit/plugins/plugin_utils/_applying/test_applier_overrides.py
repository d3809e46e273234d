# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings of products that override the machine's: cleared before an activation, on a product of a new key as well."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import (
    ActivationError,
    AnswerLost,
    MachineRefused,
)
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import ActivationType, State
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    ActivatePolicy,
    Activation,
    DesiredState,
    EditionKey,
    KmsSettings,
)

from .._planning.state_samples import TABLE, licensed, on_mak, state, windows
from .fake_machine import FakeMachine, Fault

HOST, OTHER = "kms.example.com", "old.example.com"
PRODUCT = "SoftwareLicensingProduct"
ACTIVATION = Activation(only_kms_client=True)


def wish(activation: Activation | None = ACTIVATION, **settings: t.Any) -> DesiredState:
    return DesiredState(kms=KmsSettings(**{"host": HOST, **settings}), activation=activation)


def on_products(bench: FakeMachine) -> list[tuple[str, str]]:
    """Return the methods that were called on products, with their IDs."""
    return [(method, keys["ID"]) for class_name, keys, method, _given in bench.calls if class_name == PRODUCT]


def test_what_a_product_has_of_its_own_is_cleared_before_it_is_activated() -> None:
    own = windows(kms_host=OTHER, kms_port=1700, lookup_domain="old.example")
    bench = FakeMachine(state(own, kms_host=HOST))
    after = bench.carry_out(wish(lookup_domain=""), bench.applier())
    assert on_products(bench) == [
        ("ClearKeyManagementServiceMachine", "id-windows"),
        ("ClearKeyManagementServicePort", "id-windows"),
        ("ClearKeyManagementServiceLookupDomain", "id-windows"),
        ("Activate", "id-windows"),
    ]
    assert after.primary is not None
    assert (after.primary.kms_host, after.primary.kms_port, after.primary.lookup_domain) == (HOST, 0, None)


def test_clearing_a_setting_alone_needs_no_refresh() -> None:
    bench = FakeMachine(state(licensed(kms_host=OTHER), kms_host=HOST))
    bench.carry_out(wish(), bench.applier())
    assert bench.log == ["ClearKeyManagementServiceMachine", "read"]


def test_with_another_host_of_the_machine_the_one_that_a_product_shows_is_cleared_too() -> None:
    bench = FakeMachine(state(licensed(kms_host=OTHER), kms_host=OTHER))
    applier = bench.applier()
    bench.carry_out(wish(), applier)
    assert bench.log == ["SetKeyManagementServiceMachine", "ClearKeyManagementServiceMachine", "read"]
    assert [step.action for step in applier.done] == ["set_kms_host"]


def test_an_own_activation_type_is_cleared() -> None:
    bench = FakeMachine(state(licensed(activation_type=ActivationType.AD)), own_types=("id-windows",))
    bench.carry_out(DesiredState(kms=KmsSettings(activation_type=ActivationType.KMS)), bench.applier())
    assert bench.log == ["SetVLActivationTypeEnabled", "ClearVLActivationTypeEnabled", "read"]
    assert bench.state.products[0].activation_type is ActivationType.KMS


@pytest.mark.parametrize("activation", [ACTIVATION, Activation(when=ActivatePolicy.NEVER)])
def test_what_the_product_of_a_new_key_has_of_its_own_is_cleared_before_it_is_activated(
    activation: Activation,
) -> None:
    own = {"kms_host": OTHER, "kms_port": 1700, "activation_type": ActivationType.AD}
    bench = FakeMachine(state(on_mak()), lands=own)
    settings = KmsSettings(host=HOST, activation_type=ActivationType.KMS)
    key = EditionKey(table=TABLE, replace_licensed=True)
    applier = bench.applier()
    # The bench gives a type to every product, also to one that is to have its own.
    bench.own_types = ("id-new",)
    after = bench.carry_out(DesiredState(kms=settings, key=key, activation=activation), applier)
    calls = ["ClearKeyManagementServiceMachine", "ClearKeyManagementServicePort", "ClearVLActivationTypeEnabled"]
    expected = [(method, "id-new") for method in calls]
    assert on_products(bench) == [*expected, ("Activate", "id-new")][: 3 + (activation is ACTIVATION)]
    assert {"clear_product_kms_host", "clear_product_kms_port"} < {step.action for step in applier.done}
    assert after.primary is not None
    assert after.primary.kms_host == HOST


def test_where_the_product_of_a_new_key_has_nothing_of_its_own_nothing_is_cleared_and_nothing_more_read() -> None:
    bench = FakeMachine(state(on_mak()), lands={"kms_host": HOST})
    bench.carry_out(
        DesiredState(
            kms=KmsSettings(host=HOST), key=EditionKey(table=TABLE, replace_licensed=True), activation=ACTIVATION
        ),
        bench.applier(),
    )
    assert on_products(bench) == [("Activate", "id-new")]
    assert bench.log.count("read") == 2


@pytest.mark.parametrize("error", [AnswerLost("no answer"), MachineRefused("no", hresult=0x80070005)])
def test_a_product_that_keeps_its_own_host_is_not_activated_with_it(error: ActivationError) -> None:
    faults = {"ClearKeyManagementServiceMachine": Fault(error)}
    bench = FakeMachine(state(windows(kms_host=OTHER), kms_host=HOST), faults=faults)
    applier = bench.applier()
    with pytest.raises(type(error)):
        bench.carry_out(wish(), applier)
    assert "Activate" not in bench.log
    assert applier.done == []


def test_a_lost_answer_to_the_host_of_the_machine_does_not_hide_one_of_the_product() -> None:
    before: State = state(windows(kms_host=OTHER), kms_host=OTHER)
    bench = FakeMachine(before, faults={"SetKeyManagementServiceMachine": Fault(AnswerLost("no answer"), works=True)})
    with pytest.raises(AnswerLost):
        bench.carry_out(wish(), bench.applier())
    assert "Activate" not in bench.log
    bench.carry_out(wish(), bench.applier())
    assert on_products(bench)[-2:] == [("ClearKeyManagementServiceMachine", "id-windows"), ("Activate", "id-windows")]
