# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Activations by Active Directory: which licence is one, when the domain matters, and who is sent elsewhere."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import Product, State
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    Activate,
    ActivatePolicy,
    Activation,
    DesiredState,
    EditionKey,
    KmsSettings,
    MissingFacts,
    need,
    plan,
)

from .state_samples import DAY, TABLE, ActivationType, Channel, LicenseStatus, licensed, on_mak, state, windows

FULL = 180 * DAY
DN = "CN=Windows Server 2022,CN=Activation Objects,CN=Microsoft SPP,CN=Services,CN=Configuration,DC=example,DC=com"
AD, ANY, KMS = ActivationType.AD, ActivationType.ANY, ActivationType.KMS
DOMAIN = {"domain": "example.com"}


def by_directory(**changes: t.Any) -> Product:
    """Return Windows licensed by an activation object, with changes."""
    found = {"ad_object": "Windows Server 2022", "ad_object_dn": DN, "ad_extended_pid": "1", "ad_activation_id": "2"}
    return licensed(**{"activated_by": AD, "activation_type": AD, **found, **changes})


def by_kms(**changes: t.Any) -> Product:
    """Return Windows licensed by KMS, as it reads where the activation object was asked for."""
    return licensed(**{"activated_by": KMS, "ad_object_dn": "", **changes})


def client(kind: ActivationType = AD, *, key: bool = True, **activation: t.Any) -> DesiredState:
    """Return the wish for a client of Active Directory."""
    return DesiredState(
        kms=KmsSettings(activation_type=kind),
        key=EditionKey(table=TABLE, goal="AD-based activation") if key else None,
        activation=Activation(only_kms_client=True, by=kind, **activation),
    )


def actions(wish: DesiredState, actual: State) -> list[str]:
    return [step.action for step in plan(wish, actual).steps]


def refused(wish: DesiredState, actual: State) -> Refusal:
    with pytest.raises(Refusal) as caught:
        plan(wish, actual)
    return caught.value


@pytest.mark.parametrize(
    ("product", "expected"),
    [
        (windows(), ["set_activation_type", "activate"]),
        (by_kms(), ["set_activation_type", "activate"]),
        (by_kms(activation_type=AD), ["activate"]),
        (by_directory(activation_type=ANY), ["set_activation_type"]),
        (by_directory(), []),
        (by_directory(status=LicenseStatus.NOTIFICATION), ["activate"]),
        (licensed(activated_by=ActivationType.TOKEN), ["set_activation_type", "activate"]),
        (licensed(activated_by=None), ["set_activation_type", "activate"]),
        (by_directory(ad_object_dn=""), ["activate"]),  # it says so, but shows no object
        (by_directory(ad_object_dn=None), []),  # the object was not read: then it is taken at its word
    ],
)
def test_only_a_licence_by_the_directory_is_one(product: Product, expected: list[str]) -> None:
    assert actions(client(), state(product, **DOMAIN)) == expected


@pytest.mark.parametrize("product", [by_kms(), by_directory(activation_type=ANY), licensed()])
def test_where_any_path_may_be_gone_a_licence_by_kms_is_as_good(product: Product) -> None:
    assert actions(client(ANY), state(product, **DOMAIN)) == []


def test_where_any_path_may_be_gone_the_one_that_was_gone_is_not_foretold() -> None:
    actual = state(windows(), **DOMAIN)
    found = plan(client(ANY), actual)
    assert [step.becomes for step in found.steps] == ["licensed"]
    primary = found.predicted(actual).primary
    assert primary is not None
    assert (primary.is_licensed, primary.activated_by) == (True, None)


@pytest.mark.parametrize(
    ("product", "why"),
    [
        (windows(), "it is not licensed (unlicensed)"),
        (by_kms(), "it is licensed by KMS, not by Active Directory"),
        (licensed(activated_by=ActivationType.TOKEN), "it is licensed by a token, not by Active Directory"),
        (licensed(), "it is licensed otherwise than by Active Directory"),
        (by_directory(ad_object_dn=""), "it is licensed, but shows no activation object of Active Directory"),
    ],
)
def test_the_step_says_why_the_licence_will_not_do_and_what_it_becomes(product: Product, why: str) -> None:
    step = plan(client(), state(product, **DOMAIN)).steps[-1]
    assert isinstance(step, Activate)
    assert (step.why, step.becomes) == (why, "licensed by Active Directory")
    assert step.was != step.becomes


def test_a_licence_by_kms_is_not_the_effect_of_the_step_however_long() -> None:
    step = plan(client(), state(by_kms(), **DOMAIN)).steps[-1]
    assert not step.is_done(state(by_kms(grace_minutes=FULL)))
    assert not step.is_done(state(by_directory(status=LicenseStatus.NOTIFICATION)))
    assert step.is_done(state(by_directory(grace_minutes=1)))


def test_the_predicted_licence_is_by_the_directory_and_the_object_is_left_open() -> None:
    actual = state(by_kms(activation_type=AD, reason=0xC004F056), **DOMAIN)
    primary = plan(client(), actual).predicted(actual).primary
    assert primary == replace(by_directory(grace_minutes=FULL), **_OPEN)


_OPEN: dict[str, t.Any] = dict.fromkeys(("ad_object", "ad_object_dn", "ad_extended_pid", "ad_activation_id"))


@pytest.mark.parametrize("wish", [client(renew_below_days=30), client(when=ActivatePolicy.ALWAYS)])
def test_a_lease_of_the_directory_is_renewed_and_keeps_its_object(wish: DesiredState) -> None:
    actual = state(by_directory(grace_minutes=20 * DAY), **DOMAIN)
    (step,) = plan(wish, actual).steps
    assert (step.becomes, step.is_done(actual)) == ("licensed anew", False)
    assert step.predicted(actual).primary == by_directory(grace_minutes=FULL)
    assert plan(wish.settled(), step.predicted(actual)).steps == ()


@pytest.mark.parametrize(
    ("wish", "product", "expected"),
    [
        (client(), windows(), True),
        (client(), by_kms(), True),
        (client(ANY), by_kms(), True),
        (client(when=ActivatePolicy.NEVER), windows(), True),
        (client(), by_directory(), False),
        (client(ANY), by_directory(activation_type=ANY), False),
        (client(), by_directory(status=LicenseStatus.NOTIFICATION), True),
        (DesiredState(activation=Activation(only_kms_client=True)), windows(), False),
        (DesiredState(activation=Activation(by=AD, product_id="id-other")), by_directory(), True),
        (DesiredState(activation=Activation(by=AD, product_id="ID-WINDOWS")), by_directory(), False),
    ],
)
def test_the_domain_is_asked_for_unless_the_directory_has_licensed_the_machine(
    wish: DesiredState, product: Product, expected: bool
) -> None:
    assert need(wish, state(product)) == MissingFacts(machine=False, domain=expected)
    assert not need(wish, state(product, **DOMAIN)).domain


def test_without_a_product_the_domain_is_asked_for() -> None:
    assert need(client(), state()).domain


@pytest.mark.parametrize("kind", [AD, ANY])
@pytest.mark.parametrize("when", [*ActivatePolicy])
@pytest.mark.parametrize("product", [windows(), by_kms(), on_mak(), windows(channel=Channel.EVALUATION)])
def test_a_machine_outside_a_domain_is_refused_before_anything_else(
    product: Product, when: ActivatePolicy, kind: ActivationType
) -> None:
    found = refused(client(kind, when=when), state(product, domain=""))
    assert found.code == "not_a_domain_member"
    assert "kms_client" in (found.remedy or "")


def test_what_the_directory_has_licensed_is_left_alone_whatever_the_domain_is_now() -> None:
    assert actions(client(), state(by_directory(), domain="")) == []


def test_the_domain_is_no_matter_to_other_wishes() -> None:
    assert actions(DesiredState(activation=Activation()), state(windows(), domain="")) == ["activate"]


def test_a_licence_that_would_be_lost_is_told_with_the_goal() -> None:
    found = refused(client(), state(on_mak(), **DOMAIN))
    assert found.code == "licensed_by_other_key"
    assert "AD-based activation" in (found.remedy or "")


@pytest.mark.parametrize("product", [on_mak(), licensed(channel=Channel.RETAIL)])
def test_a_key_that_is_kept_must_be_one_that_the_directory_can_activate(product: Product) -> None:
    assert refused(client(key=False), state(product, **DOMAIN)).code == "not_a_kms_client"
    assert actions(client(ANY, key=False), state(product, **DOMAIN)) == []


def test_without_a_key_the_remedy_names_an_option_of_the_module() -> None:
    wish = DesiredState(activation=Activation(only_kms_client=True, by=AD))
    found = refused(wish, state(**DOMAIN))
    assert (found.code, "product_key to gvlk" in (found.remedy or "")) == ("no_primary_product", True)


def test_a_restriction_to_tokens_is_lifted() -> None:
    product = windows(activation_type=ActivationType.TOKEN)
    assert actions(client(), state(product, **DOMAIN)) == ["set_activation_type", "activate"]


def test_a_new_key_is_activated_by_the_directory() -> None:
    wish = client()
    assert isinstance(wish.key, EditionKey)
    wish = replace(wish, key=replace(wish.key, replace_licensed=True))
    actual = state(on_mak(), **DOMAIN)
    found = plan(wish, actual)
    assert [step.action for step in found.steps] == ["install_key", "set_activation_type", "activate"]
    primary = found.predicted(actual).primary
    assert primary is not None
    assert (primary.is_licensed, primary.is_by_directory) == (True, True)
