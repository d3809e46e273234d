# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Planning of MAKs: nothing that is there already, nothing that would be lost unasked, and each count with a reason."""

from __future__ import annotations

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import Application, Product, State
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    FIRST_ACTIVATION,
    HARDWARE_CHANGE,
    ActivateMak,
    Activation,
    ActivationMethod,
    CountedActivation,
    DepositConfirmation,
    DesiredState,
    InstallMak,
    Mak,
    holder_of,
    plan,
    reason_of,
)

from .state_samples import KEY, OTHER_KEY, Channel, LicenseStatus, esu, licensed, office, on_mak, state, windows

CONFIRMATION = "123456" * 8
WINDOWS = Mak(key=KEY)
OFFICE = Mak(key=KEY, application=Application.OFFICE)
ESU = Mak(key=KEY, application=None, activation_id="ID-ESU")


def wish(
    mak: Mak = WINDOWS, way: ActivationMethod = ActivationMethod.ONLINE, confirmation_id: str | None = None
) -> DesiredState:
    """Return the wish to have a key and to be licensed by it."""
    return DesiredState(
        key=mak, activation=Activation(counted=CountedActivation(mak=mak, way=way, confirmation_id=confirmation_id))
    )


def holding(**changes: object) -> Product:
    """Return Windows with the key in it, unlicensed, with changes."""
    return on_mak(**{"partial_product_key": KEY.partial, "status": LicenseStatus.NOTIFICATION, **changes})


def kinds(asked: DesiredState, actual: State) -> list[type]:
    return [type(step) for step in plan(asked, actual).steps]


def refusal(asked: DesiredState, actual: State) -> str | None:
    with pytest.raises(Refusal) as caught:
        plan(asked, actual)
    assert caught.value.remedy
    return caught.value.code


# What is to be done


@pytest.mark.parametrize(
    "product",
    [windows(), licensed(), holding(partial_product_key="JJJJJ"), windows(channel=Channel.RETAIL)],
    ids=["kms client", "leased", "another MAK, unlicensed", "retail, unlicensed"],
)
def test_a_product_without_the_key_gets_it_and_is_activated(product: Product) -> None:
    assert kinds(wish(), state(product)) == [InstallMak, ActivateMak]


def test_windows_without_any_key_gets_it_too() -> None:
    assert kinds(wish(), state()) == [InstallMak, ActivateMak]


def test_a_key_that_is_in_is_only_activated() -> None:
    assert kinds(wish(), state(holding())) == [ActivateMak]


LICENSED = (LicenseStatus.LICENSED, LicenseStatus.EXTENDED_GRACE)


@pytest.mark.parametrize("way", ActivationMethod)
@pytest.mark.parametrize("status", LICENSED)
def test_a_licensed_product_is_left_alone(way: ActivationMethod, status: LicenseStatus) -> None:
    actual = state(holding(status=status))
    assert kinds(wish(way=way), actual) == []
    assert kinds(wish(way=way, confirmation_id=CONFIRMATION), actual) == []


@pytest.mark.parametrize("status", [status for status in LicenseStatus if status not in LICENSED])
def test_every_other_status_needs_an_activation(status: LicenseStatus) -> None:
    assert kinds(wish(), state(holding(status=status))) == [ActivateMak]


def test_a_key_alone_is_installed_and_not_activated() -> None:
    assert kinds(DesiredState(key=WINDOWS), state(windows())) == [InstallMak]
    assert kinds(DesiredState(key=WINDOWS), state(holding())) == []


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        (wish(), ActivateMak),
        (wish(way=ActivationMethod.PROXY), DepositConfirmation),
        (wish(confirmation_id=CONFIRMATION), DepositConfirmation),
    ],
    ids=["online", "proxy", "telephone"],
)
def test_the_way_decides_the_step(asked: DesiredState, kind: type) -> None:
    assert kinds(asked, state(holding())) == [kind]


# Why


@pytest.mark.parametrize(
    ("product", "reason"),
    [
        (holding(), FIRST_ACTIVATION),
        (holding(status=LicenseStatus.OOB_GRACE), FIRST_ACTIVATION),
        (holding(status=LicenseStatus.OOT_GRACE), HARDWARE_CHANGE),
        (holding(reason=0xC004F00F), HARDWARE_CHANGE),
        (windows(), FIRST_ACTIVATION),
    ],
)
def test_the_reason_is_the_machines_own(product: Product, reason: str) -> None:
    assert reason_of(product) == reason
    step = plan(wish(), state(product)).steps[-1]
    assert isinstance(step, ActivateMak)
    assert step.reason == reason
    assert ("hardware" in step.why) is (reason == HARDWARE_CHANGE)


# Which product


def test_windows_means_its_primary_product_and_no_add_on() -> None:
    add_on = esu(partial_product_key=KEY.partial)
    assert kinds(wish(), state(windows(), add_on)) == [InstallMak, ActivateMak]
    assert holder_of(WINDOWS, state(windows(), add_on)) is None


def test_an_add_on_is_meant_by_its_id_in_any_case() -> None:
    assert kinds(wish(ESU), state(licensed())) == [InstallMak, ActivateMak]
    assert kinds(wish(ESU), state(licensed(), esu(partial_product_key=KEY.partial))) == [ActivateMak]
    done = esu(partial_product_key=KEY.partial, status=LicenseStatus.LICENSED)
    assert kinds(wish(ESU), state(licensed(), done)) == []


def test_a_key_for_an_add_on_leaves_windows_its_own() -> None:
    actual = state(licensed())
    predicted = plan(wish(ESU), actual).predicted(actual)
    assert actual.products[0] in predicted.products
    assert len(predicted.products) == 2


def test_a_key_for_office_leaves_other_office_products_theirs() -> None:
    actual = state(licensed(), office(channel=Channel.MAK, status=LicenseStatus.LICENSED))
    steps = plan(wish(OFFICE), actual)
    assert [type(step) for step in steps.steps] == [InstallMak, ActivateMak]
    assert set(actual.products) <= set(steps.predicted(actual).products)


def test_of_two_holders_a_licensed_one_counts() -> None:
    idle = office(id="id-a", partial_product_key=KEY.partial, channel=Channel.MAK)
    done = office(id="id-b", partial_product_key=KEY.partial, channel=Channel.MAK, status=LicenseStatus.LICENSED)
    assert holder_of(OFFICE, state(idle, done)) == done
    assert kinds(wish(OFFICE), state(idle, done)) == []


def test_five_characters_are_compared_without_their_case() -> None:
    assert kinds(wish(), state(holding(partial_product_key=KEY.partial.lower()))) == [ActivateMak]


# What is refused


@pytest.mark.parametrize(
    ("product", "code"),
    [
        (on_mak(), "licensed_by_other_key"),
        (on_mak(channel=Channel.RETAIL), "licensed_by_other_key"),
        (on_mak(channel=Channel.OEM), "licensed_by_other_key"),
        (windows(channel=Channel.KMS_HOST), "kms_host_key"),
        (windows(channel=Channel.EVALUATION, family="ServerStandardEval"), "evaluation_edition"),
        (holding(channel=Channel.KMS_HOST), "not_a_mak"),
        (holding(channel=Channel.RETAIL), "not_a_mak"),
        (holding(channel=Channel.KMS_CLIENT), "not_a_mak"),
    ],
)
def test_what_would_be_lost_and_what_is_no_mak_is_refused(product: Product, code: str) -> None:
    assert refusal(wish(), state(product)) == code
    assert refusal(DesiredState(key=WINDOWS), state(product)) == code


def test_a_licence_goes_where_somebody_said_it_may() -> None:
    allowed = Mak(key=KEY, replace_licensed=True)
    assert kinds(wish(allowed), state(on_mak())) == [InstallMak, ActivateMak]
    assert refusal(wish(allowed), state(windows(channel=Channel.KMS_HOST))) == "kms_host_key"


def test_an_activation_of_a_key_that_nothing_holds_is_refused() -> None:
    assert refusal(DesiredState(activation=wish().activation), state(windows())) == "no_such_product"


# What is predicted, and told


@pytest.mark.parametrize("mak", [WINDOWS, OFFICE, ESU], ids=["windows", "office", "add-on"])
def test_what_is_predicted_needs_nothing_more(mak: Mak) -> None:
    actual = state(windows(), office())
    predicted = plan(wish(mak), actual).predicted(actual)
    found = holder_of(mak, predicted)
    assert found is not None
    assert (found.channel, found.is_licensed, found.partial_product_key) == (Channel.MAK, True, KEY.partial)
    assert kinds(wish(mak), predicted) == []


def test_a_plan_tells_the_last_five_and_no_more() -> None:
    steps = plan(wish(), state(windows()))
    assert KEY.partial in steps.steps[0].becomes
    assert "BBBBB" not in repr(steps)


def test_another_key_with_other_last_five_is_another_key() -> None:
    other = Mak(key=OTHER_KEY)
    assert kinds(wish(other), state(holding())) == [InstallMak, ActivateMak]


@pytest.mark.parametrize(
    "holder",
    [
        esu(id="id-esu-2", partial_product_key=KEY.partial),
        on_mak(partial_product_key=KEY.partial),
        office(channel=Channel.MAK, partial_product_key=KEY.partial),
    ],
    ids=["another year", "Windows", "Office"],
)
def test_a_key_that_went_into_another_product_than_the_one_named_is_not_installed_again(holder: Product) -> None:
    assert refusal(wish(ESU), state(windows(), holder)) == "no_such_product"
    assert kinds(wish(ESU), state(windows())) == [InstallMak, ActivateMak]
