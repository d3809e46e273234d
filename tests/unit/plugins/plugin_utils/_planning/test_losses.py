# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Licences that a plan gives up: refused, allowed because they can be restored, or given up explicitly."""

from __future__ import annotations

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import Product, State
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    Activation,
    CountedActivation,
    DesiredState,
    EditionKey,
    HostKey,
    Mak,
    PresentKey,
    SetActivationType,
    losses,
    plan,
    reverted_type,
)

from .state_samples import (
    KEY,
    OTHER_KEY,
    TABLE,
    ActivationType,
    Channel,
    LicenseStatus,
    gvlk,
    licensed,
    machine,
    office,
    on_mak,
    state,
    windows,
)

CHANNELS = [Channel.MAK, Channel.OEM, Channel.RETAIL, Channel.AVMA, Channel.UNKNOWN]
OFFICE_GVLK = "FXYTK-NJJ8C-GB6DW-3DYQT-6F7TH"


def counted(kind: type[Mak] = Mak, *, activate: bool = True, **changes: object) -> DesiredState:
    """Return the wish for a key of this kind, by default with its activation."""
    mak = kind(key=KEY, **changes)
    return DesiredState(key=mak, activation=Activation(counted=CountedActivation(mak=mak)) if activate else None)


def present(**changes: object) -> DesiredState:
    """Return the wish of product_key."""
    return DesiredState(key=PresentKey(partial=KEY.partial, key=KEY, **changes))


def server(*products: Product) -> State:
    """Return a server whose edition was read."""
    return state(*products, machine=machine())


def code(wish: DesiredState, found: State) -> str | None:
    """Return the code of the refusal, None if there is a plan."""
    try:
        plan(wish, found)
    except Refusal as refusal:
        return refusal.code
    return None


WISHES = {
    "mak": counted(),
    "host-key": counted(HostKey),
    "edition-key": DesiredState(key=EditionKey(table=TABLE), activation=Activation()),
    "product-key": present(),
}


@pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.value)
@pytest.mark.parametrize("wish", WISHES.values(), ids=WISHES.keys())
def test_a_licence_that_cannot_be_restored_is_given_up_explicitly_only(wish: DesiredState, channel: Channel) -> None:
    assert code(wish, server(on_mak(channel=channel))) == "licensed_by_other_key"
    assert code(wish, server(on_mak(channel=channel, status=LicenseStatus.NOTIFICATION))) is None


@pytest.mark.parametrize("wish", [counted(), counted(HostKey), present()], ids=["mak", "host-key", "product-key"])
def test_a_licence_on_a_published_key_may_be_replaced_since_it_can_be_restored(wish: DesiredState) -> None:
    found = server(licensed())
    (loss,) = losses(plan(wish, found).steps, found)
    assert (loss.product.id, loss.key) == ("id-windows", gvlk())


@pytest.mark.parametrize("wish", [counted(), counted(HostKey)], ids=["mak", "host-key"])
def test_a_client_key_that_is_not_published_cannot_be_restored(wish: DesiredState) -> None:
    assert code(wish, server(licensed(partial_product_key="ZZZZZ"))) == "licensed_by_other_key"


@pytest.mark.parametrize("kind", [Mak, HostKey])
def test_a_key_that_is_not_activated_takes_no_licence_away(kind: type[Mak]) -> None:
    assert code(counted(kind, activate=False), server(licensed())) == "licensed_by_other_key"
    assert code(counted(kind, activate=False, replace_licensed=True), server(licensed())) is None
    assert code(counted(kind, activate=False), server(windows())) is None


def test_a_published_key_is_found_by_its_edition_or_else_by_its_end() -> None:
    assert TABLE.key_ending(gvlk().partial, "ServerStandard", 20348) == gvlk()
    assert TABLE.key_ending(gvlk().partial.lower(), None, None) == gvlk()
    assert TABLE.key_ending(gvlk("ServerDatacenter").partial, "ServerStandard", 20348) == gvlk("ServerDatacenter")
    assert TABLE.key_ending("ZZZZZ", "ServerStandard", 20348) is None


def test_a_key_of_office_does_not_concern_windows() -> None:
    from ansible_collections.volume.activation.plugins.plugin_utils._licensing import ProductKey

    key = ProductKey(OFFICE_GVLK)
    wish = DesiredState(key=PresentKey(partial=key.partial, key=key))
    assert code(wish, server(on_mak())) is None
    assert code(counted(application=office().application), server(on_mak(), office())) is None


def test_a_key_for_a_product_that_is_named_leaves_windows_alone() -> None:
    assert code(present(activation_id="id-esu"), server(on_mak())) is None
    assert code(present(activation_id="id-windows"), server(on_mak())) == "licensed_by_other_key"


def test_another_mak_is_a_loss_and_the_same_one_is_none() -> None:
    same = Mak(key=KEY)
    assert losses(plan(DesiredState(key=same), server(on_mak(partial_product_key=KEY.partial))).steps, server()) == ()
    other = server(on_mak(partial_product_key=OTHER_KEY.partial))
    assert code(DesiredState(key=same), other) == "licensed_by_other_key"


@pytest.mark.parametrize(
    ("product", "kind", "reverted"),
    [
        (licensed(activated_by=ActivationType.KMS), ActivationType.AD, ActivationType.ANY),
        (windows(), ActivationType.AD, ActivationType.ANY),
        (licensed(activation_type=ActivationType.KMS), ActivationType.AD, ActivationType.KMS),
        (windows(), ActivationType.TOKEN, ActivationType.ANY),
        (licensed(activated_by=ActivationType.AD), ActivationType.KMS, ActivationType.ANY),
        (licensed(activated_by=ActivationType.KMS), ActivationType.KMS, None),
        (windows(activation_type=ActivationType.AD), ActivationType.KMS, None),
        (windows(activation_type=ActivationType.AD), ActivationType.ANY, None),
    ],
)
def test_a_restriction_that_keeps_a_product_from_its_licence_is_reverted(
    product: Product, kind: ActivationType, reverted: ActivationType | None
) -> None:
    step = reverted_type(SetActivationType(why="", kind=kind), server(product))
    assert (step.kind if step else None) is reverted
