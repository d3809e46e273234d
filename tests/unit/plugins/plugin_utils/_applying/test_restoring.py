# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan that fails: the licence that it gave up is restored, and the error stays the one that ended it."""

from __future__ import annotations

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import (
    ActivationError,
    AnswerLost,
    ConnectionFailed,
    Refusal,
)
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    Activation,
    DesiredState,
    EditionKey,
    KmsSettings,
    Mak,
    PresentKey,
)

from .._planning.state_samples import (
    KEY,
    TABLE,
    ActivationType,
    Channel,
    LicenseStatus,
    gvlk,
    licensed,
    machine,
    on_mak,
    state,
)
from .counted_activations import (
    ACTIVATE,
    EXHAUSTED,
    INSTALL,
    LOST,
    NO_NAME,
    ONLINE,
    PROXY,
    REFRESH,
    fails,
    methods,
    refused,
)
from .fake_budget import FakeBudget
from .fake_machine import FakeMachine, Fault

CLIENT = state(licensed(activated_by=ActivationType.KMS), client_machine_id="CMID-1")


def bench(error: ActivationError | None = None, *, channel: Channel = Channel.MAK, **faults: Fault) -> FakeMachine:
    """Return a KMS client whose next activation fails."""
    first = {ACTIVATE: [Fault(error)]} if error else {}
    return FakeMachine(CLIENT, channel=channel, faults={**first, **faults})


def primary(box: FakeMachine) -> tuple[str | None, bool]:
    """Return Windows' key and whether it is licensed."""
    product = box.state.primary
    assert product is not None
    return product.partial_product_key, product.is_licensed


@pytest.mark.parametrize("code", [NO_NAME, EXHAUSTED])
def test_the_published_key_comes_back_when_microsoft_does_not_license_the_mak(code: int) -> None:
    error = refused(code)
    box, till = bench(error), FakeBudget()
    assert fails(box, ONLINE, till) is error
    assert primary(box) == (gvlk().partial, True)
    assert methods(box) == [INSTALL, ACTIVATE, REFRESH, INSTALL, ACTIVATE, REFRESH]


def test_restored_products_and_steps_are_listed() -> None:
    box = bench(refused(EXHAUSTED))
    applier = box.applier(gate=FakeBudget())
    with pytest.raises(ActivationError):
        box.carry_out(ONLINE, applier)
    assert applier.restored == {"id-windows"}
    assert [step.action for step in applier.done] == ["install_key", "install_key", "activate"]
    assert applier.after is not None and applier.after.primary is not None
    assert applier.after.primary.is_licensed


def test_an_activation_without_an_answer_is_waited_for_and_then_the_key_comes_back() -> None:
    box, till = bench(LOST), FakeBudget()
    assert fails(box, ONLINE, till, seconds=10).code == "outcome_unknown"
    assert sum(box.pauses) >= 10
    assert primary(box) == (gvlk().partial, True)
    assert "settle uncertain" in till.log


def test_a_licence_that_shows_late_is_kept() -> None:
    box, till = bench(), FakeBudget()
    box.faults = {ACTIVATE: [Fault(LOST, works=True, late=1)]}
    applier = box.applier(20, till)
    box.carry_out(ONLINE, applier)
    assert primary(box) == (KEY.partial, True)
    assert applier.restored == set()


@pytest.mark.parametrize("channel", [Channel.KMS_HOST, Channel.RETAIL, Channel.OEM])
def test_a_key_of_the_wrong_kind_is_replaced_by_the_published_one_at_once(channel: Channel) -> None:
    box, till = bench(channel=channel), FakeBudget()
    assert fails(box, ONLINE, till).code == "not_a_mak"
    assert primary(box) == (gvlk().partial, True)
    assert till.log == ["reserve_ahead", "probe", "withdraw"]


def test_a_key_of_another_product_that_replaced_windows_key_is_taken_back() -> None:
    box = bench(channel=Channel.KMS_HOST)
    with pytest.raises(Refusal) as caught:
        box.carry_out(DesiredState(key=PresentKey(partial=KEY.partial, key=KEY)), box.applier())
    assert caught.value.code == "licensed_by_other_key"
    assert primary(box) == (gvlk().partial, True)


def test_a_key_that_was_replaced_explicitly_stays() -> None:
    box = bench(channel=Channel.KMS_HOST)
    box.carry_out(DesiredState(key=PresentKey(partial=KEY.partial, key=KEY, replace_licensed=True)), box.applier())
    assert primary(box) == (KEY.partial, False)


def test_what_the_service_is_known_to_refuse_leaves_the_key_alone() -> None:
    exhausted = Refusal("Nothing is left.", code="no_activations_left")
    box, till = bench(), FakeBudget(refuses={"probe": exhausted})
    assert fails(box, PROXY, till) is exhausted
    assert methods(box) == []
    assert till.log == ["reserve_ahead", "probe", "withdraw"]


def test_a_host_without_a_licence_is_not_worth_a_question_to_the_service() -> None:
    box, till = FakeMachine(state(on_mak(status=LicenseStatus.NOTIFICATION)), channel=Channel.MAK), FakeBudget()
    box.carry_out(PROXY, box.applier(gate=till))
    assert "probe" not in till.log


def test_a_key_whose_installation_fails_gives_the_reservation_back() -> None:
    error = refused(0xC004F050)
    box, till = bench(**{INSTALL: Fault(error)}), FakeBudget()
    assert fails(box, ONLINE, till) is error
    assert till.log == ["reserve_ahead", "probe", "heed 0xC004F050", "withdraw"]
    assert primary(box) == (gvlk().partial, True)


def test_restoring_is_tried_again_since_it_costs_nothing() -> None:
    error = refused(EXHAUSTED)
    box = bench(error)
    box.faults = {ACTIVATE: [Fault(error), Fault(refused(5)), Fault(refused(5))]}
    assert fails(box, ONLINE, FakeBudget()) is error
    assert primary(box) == (gvlk().partial, True)
    assert methods(box).count(ACTIVATE) == 4


def test_where_the_key_cannot_be_installed_again_the_first_error_is_reported() -> None:
    error = refused(EXHAUSTED)
    box = bench(error)
    box.faults = {ACTIVATE: Fault(error), INSTALL: [Fault(None, works=True), *[Fault(refused(5))] * 3]}
    applier = box.applier(gate=FakeBudget())
    with pytest.raises(ActivationError) as caught:
        box.carry_out(ONLINE, applier)
    assert caught.value is error
    assert applier.restored == set()
    assert applier.after is not None and applier.after.primary is not None
    assert not applier.after.primary.is_licensed


def test_a_host_that_can_no_longer_be_read_has_no_known_state() -> None:
    box = bench()
    box.faults = {ACTIVATE: Fault(AnswerLost("gone"), blinds=ConnectionFailed("gone"))}
    applier = box.applier(gate=FakeBudget())
    with pytest.raises(ActivationError):
        box.carry_out(ONLINE, applier)
    assert applier.after is None


def test_a_licence_that_was_given_up_explicitly_and_cannot_be_restored_is_left() -> None:
    box = FakeMachine(state(on_mak(), machine=machine()), faults={ACTIVATE: Fault(refused(0xC004F074))})
    wish = DesiredState(key=EditionKey(table=TABLE, replace_licensed=True), activation=Activation())
    applier = box.applier()
    with pytest.raises(ActivationError):
        box.carry_out(wish, applier)
    assert methods(box) == [INSTALL, ACTIVATE, REFRESH]
    assert applier.restored == set()


def test_a_plan_that_touches_no_key_restores_nothing() -> None:
    box = FakeMachine(CLIENT, faults={"SetKeyManagementServiceMachine": Fault(refused(5))})
    with pytest.raises(ActivationError):
        box.carry_out(DesiredState(kms=KmsSettings(host="kms.corp.example")), box.applier())
    assert methods(box) == ["SetKeyManagementServiceMachine"]


def test_a_mak_without_an_activation_needs_consent() -> None:
    box = bench()
    with pytest.raises(Refusal) as caught:
        box.carry_out(DesiredState(key=Mak(key=KEY)), box.applier())
    assert caught.value.code == "licensed_by_other_key"
    assert methods(box) == []
