# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Activations: only when one is missing, on the product as it will be, and never one that spends a count."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import Product, State
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    AbsentKey,
    Activate,
    ActivatePolicy,
    Activation,
    DesiredState,
    EditionKey,
    KmsSettings,
    plan,
)

from .state_samples import (
    DAY,
    TABLE,
    ActivationType,
    Channel,
    LicenseStatus,
    esu,
    licensed,
    machine,
    office,
    on_mak,
    state,
    windows,
)

FULL = 180 * DAY


def activation(actual: State, **wish: t.Any) -> Activate | None:
    """Return the one activation of a plan, or None."""
    found = plan(DesiredState(activation=Activation(**wish)), actual).steps
    assert len(found) <= 1
    step = found[0] if found else None
    assert step is None or isinstance(step, Activate)
    return step


def code(actual: State, **wish: t.Any) -> tuple[str | None, str]:
    with pytest.raises(Refusal) as caught:
        activation(actual, **wish)
    return caught.value.code, caught.value.remedy or ""


@pytest.mark.parametrize("status", [*LicenseStatus])
@pytest.mark.parametrize("when", [*ActivatePolicy])
def test_when_to_activate(status: LicenseStatus, when: ActivatePolicy) -> None:
    settled = status in (LicenseStatus.LICENSED, LicenseStatus.EXTENDED_GRACE)
    step = activation(state(windows(status=status)), when=when)
    expected = {ActivatePolicy.NEVER: False, ActivatePolicy.ALWAYS: True, ActivatePolicy.IF_NEEDED: not settled}[when]
    assert (step is not None) is expected
    if step:
        assert step.was == status.label
        assert (step.product_id, step.becomes) == ("id-windows", "licensed anew" if settled else "licensed")


@pytest.mark.parametrize("threshold", [1, 30, 179])
@pytest.mark.parametrize("beyond", [-1, 0, 1])
def test_a_lease_is_renewed_below_the_threshold_and_not_at_it(threshold: int, beyond: int) -> None:
    actual = state(licensed(grace_minutes=threshold * DAY + beyond))
    step = activation(actual, renew_below_days=threshold)
    assert (step is not None) is (beyond < 0)
    if step:
        assert f"{threshold - 1} days left, fewer than {threshold}" in step.why
        assert step.was == f"licensed, {threshold - 1} days left"


def test_a_licence_without_an_end_is_not_renewed() -> None:
    assert activation(state(licensed(grace_minutes=0)), renew_below_days=179) is None
    assert activation(state(on_mak()), renew_below_days=179) is None


def test_a_renewal_is_done_when_the_lease_is_longer() -> None:
    actual = state(licensed(grace_minutes=20 * DAY))
    step = activation(actual, renew_below_days=30)
    assert step is not None
    assert not step.is_done(actual)
    assert not step.is_done(state(licensed(grace_minutes=20 * DAY - 1)))
    assert step.is_done(state(licensed(grace_minutes=FULL - 1)))
    assert step.predicted(actual) == state(licensed(grace_minutes=FULL))


@pytest.mark.parametrize(
    ("before", "after", "done"), [(FULL, FULL, True), (FULL, FULL - 1, False), (FULL - 1, FULL, True)]
)
def test_a_full_lease_is_renewed_when_it_is_full_again(before: int, after: int, done: bool) -> None:
    step = activation(state(licensed(grace_minutes=before)), when=ActivatePolicy.ALWAYS)
    assert step is not None
    assert step.is_done(state(licensed(grace_minutes=after))) is done


def test_a_first_activation_is_done_whatever_the_lease() -> None:
    step = activation(state(windows()))
    assert step is not None
    assert not step.is_done(state(windows(status=LicenseStatus.NOTIFICATION)))
    assert step.is_done(state(licensed(grace_minutes=1)))
    assert step.is_done(state(windows(status=LicenseStatus.EXTENDED_GRACE)))


def test_nothing_is_done_where_the_product_is_not_to_be_seen() -> None:
    step = activation(state(windows()))
    assert step is not None
    assert not step.is_done(state())
    assert not step.is_done(state(office(status=LicenseStatus.LICENSED)))


@pytest.mark.parametrize("channel", [Channel.RETAIL, Channel.OEM, Channel.AVMA])
def test_a_licence_without_a_lease_predicts_no_lease(channel: Channel) -> None:
    step = activation(state(windows(channel=channel)))
    assert step is not None
    assert step.predicted(state(windows(channel=channel))) == state(
        windows(channel=channel, status=LicenseStatus.LICENSED)
    )


def test_the_predicted_licence_has_no_reason_left_and_the_full_lease() -> None:
    actual = state(windows(reason=0xC004F074), office())
    step = activation(actual)
    assert step is not None
    assert step.predicted(actual) == state(licensed(grace_minutes=FULL), office())


@pytest.mark.parametrize("when", [ActivatePolicy.IF_NEEDED, ActivatePolicy.ALWAYS])
@pytest.mark.parametrize(
    ("channel", "expected"), [(Channel.MAK, "mak_activation"), (Channel.KMS_HOST, "kms_host_activation")]
)
def test_a_finite_activation_is_never_spent(channel: Channel, expected: str, when: ActivatePolicy) -> None:
    found, remedy = code(state(windows(channel=channel)), when=when)
    assert found == expected
    assert "kms_client" in remedy


@pytest.mark.parametrize("days", [None, 179])
def test_a_licensed_mak_is_left_alone_and_never_activated_again(days: int | None) -> None:
    assert activation(state(on_mak()), renew_below_days=days) is None
    assert code(state(on_mak()), when=ActivatePolicy.ALWAYS)[0] == "mak_activation"
    # Even where it claims to have a lease.
    assert activation(state(on_mak(grace_minutes=1)), renew_below_days=days) is None


@pytest.mark.parametrize("channel", [channel for channel in Channel if channel is not Channel.KMS_CLIENT])
def test_a_volume_activation_is_refused_on_any_other_key(channel: Channel) -> None:
    found, remedy = code(state(windows(channel=channel)), only_kms_client=True)
    if channel is Channel.EVALUATION:
        assert found == "evaluation_edition"
        return
    assert found == "not_a_kms_client"
    assert "product_key to gvlk" in remedy
    assert "activate to never" in remedy


def test_a_licence_on_another_key_needs_no_volume_activation() -> None:
    assert activation(state(on_mak()), only_kms_client=True) is None


@pytest.mark.parametrize("product", [windows(channel=Channel.EVALUATION), windows(family="ServerStandardEval")])
def test_an_evaluation_is_not_activated(product: Product) -> None:
    found, remedy = code(state(product))
    assert found == "evaluation_edition"
    assert "Set-Edition" in remedy


def test_token_activation_is_not_ours() -> None:
    found, remedy = code(state(windows(activation_type=ActivationType.TOKEN)))
    assert found == "token_activation"
    assert "activation_type to any or kms" in remedy


@pytest.mark.parametrize("actual", [state(), state(office(), esu()), state(windows(partial_product_key=None))])
def test_without_a_key_there_is_nothing_to_activate(actual: State) -> None:
    found, remedy = code(actual)
    assert found == "no_primary_product"
    assert "product_key" in remedy


@pytest.mark.parametrize("product_id", ["id-nothing", "id-keyless", ""])
def test_a_product_that_is_not_there_or_has_no_key_is_refused(product_id: str) -> None:
    found, remedy = code(state(windows(), office(id="id-keyless", partial_product_key=None)), product_id=product_id)
    assert found == "no_such_product"
    assert "license_info" in remedy


def test_another_product_is_activated_by_its_id_in_any_case() -> None:
    actual = state(licensed(), office())
    step = activation(actual, product_id="ID-OFFICE")
    assert step is not None
    assert step.product_id == "id-office"
    assert step.predicted(actual).primary == licensed()


def test_a_new_key_is_activated_whatever_the_old_one_was() -> None:
    wish = DesiredState(key=EditionKey(table=TABLE, replace_licensed=True), activation=Activation(only_kms_client=True))
    actual = state(on_mak(), office())
    found = plan(wish, actual)
    assert [step.action for step in found.steps] == ["install_key", "activate"]
    activate = found.steps[1]
    assert isinstance(activate, Activate)
    assert activate.product_id is None
    reached = found.predicted(actual)
    assert reached.primary is not None
    assert reached.primary.is_licensed
    assert reached.primary.grace_minutes == FULL
    assert office() in reached.products


def test_a_new_key_is_not_activated_when_that_is_not_wished_for() -> None:
    wish = DesiredState(key=EditionKey(table=TABLE), activation=Activation(when=ActivatePolicy.NEVER))
    assert [step.action for step in plan(wish, state(machine=machine())).steps] == ["install_key"]


def test_a_key_that_goes_takes_the_activation_with_it() -> None:
    wish = DesiredState(key=AbsentKey(partial="MMMMM"), activation=Activation())
    with pytest.raises(Refusal) as caught:
        plan(wish, state(on_mak()))
    assert caught.value.code == "no_primary_product"


def test_settings_come_before_the_activation_that_uses_them() -> None:
    wish = DesiredState(
        kms=KmsSettings(host="kms.example.com", activation_type=ActivationType.KMS), activation=Activation()
    )
    found = plan(wish, state(windows(activation_type=ActivationType.TOKEN)))
    assert [step.action for step in found.steps] == ["set_kms_host", "set_activation_type", "activate"]


def test_a_restriction_to_tokens_in_the_same_wish_is_refused_before_anything_is_sent() -> None:
    wish = DesiredState(kms=KmsSettings(activation_type=ActivationType.TOKEN), activation=Activation())
    with pytest.raises(Refusal) as caught:
        plan(wish, state(windows()))
    assert caught.value.code == "token_activation"


def test_the_settled_wish_asks_for_nothing_for_its_own_sake() -> None:
    wish = DesiredState(activation=Activation(when=ActivatePolicy.ALWAYS, renew_below_days=30, only_kms_client=True))
    assert wish.settled() == DesiredState(activation=Activation(renew_below_days=30, only_kms_client=True))
    for same in (DesiredState(), DesiredState(activation=Activation(when=ActivatePolicy.NEVER))):
        assert same.settled() == same


@pytest.mark.parametrize("channel", [Channel.RETAIL, Channel.OEM, Channel.MAK])
def test_only_a_lease_is_renewed(channel: Channel) -> None:
    """A licence of another kind shows no effect of another activation, so every run would ask for one more."""
    wish = DesiredState(activation=Activation(renew_below_days=30))
    assert plan(wish, state(licensed(channel=channel, grace_minutes=DAY))).steps == ()
