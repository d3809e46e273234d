# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""KMS host keys: installed where a host can be, activated once like any counted key, and taken off again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    Application,
    Channel,
    LicenseStatus,
    Product,
    ProductKey,
    State,
)
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    ActivateMak,
    Activation,
    CountedActivation,
    DesiredState,
    HostKey,
    InstallKey,
    InstallMak,
    Mak,
    Plan,
    RetiredHost,
    UninstallKey,
    is_host,
    need,
    plan,
)

from .kms_host_samples import HOSTING, KEY, host
from .state_samples import TABLE, gvlk, licensed, machine, office, on_mak, state, windows

NEWER = ProductKey("HHHHH-JJJJJ-KKKKK-MMMMM-RRRRR")
RETIRED = DesiredState(key=RetiredHost(table=TABLE))
OFFICE_HOST = office(id="id-office-host", channel=Channel.KMS_HOST, partial_product_key="FFFFF")


def wish(key: ProductKey = KEY, *, activate: bool = True, **changes: Any) -> DesiredState:
    """Return the wish for a host key."""
    named = HostKey(key=key, **changes)
    return DesiredState(key=named, activation=Activation(counted=CountedActivation(mak=named)) if activate else None)


def server(*products: Product, edition: str | None = "ServerStandard", **changes: Any) -> State:
    """Return a server whose edition was read."""
    return replace(state(*products, machine=machine(edition), **changes), hosting=HOSTING)


def refusal_of(asked: DesiredState, found: State) -> Refusal:
    """Return the refusal that planning raises."""
    with pytest.raises(Refusal) as refusal:
        plan(asked, found)
    assert refusal.value.remedy
    return refusal.value


@pytest.mark.parametrize("product", [windows(), licensed(), None], ids=["unlicensed", "licensed", "keyless"])
def test_a_client_gets_the_host_key_and_its_licence(product: Product | None) -> None:
    found = server(*([product] if product else []))
    steps = plan(wish(), found)
    assert [type(step) for step in steps.steps] == [InstallMak, ActivateMak]
    install = steps.steps[0]
    assert isinstance(install, InstallMak)
    assert (install.key, install.product_id, install.becomes) == (KEY, None, f"kms_host {KEY}")
    after = steps.predicted(found)
    assert is_host(after)
    assert plan(wish(), after) == Plan(())


def test_without_leave_to_activate_the_key_is_only_installed() -> None:
    found = server(windows())
    steps = plan(wish(activate=False), found)
    assert [step.action for step in steps.steps] == ["install_key"]
    assert not is_host(steps.predicted(found))


def test_a_host_goes_over_to_a_newer_key() -> None:
    found = server(host())
    assert refusal_of(wish(NEWER), found).code == "licensed_by_other_key"
    steps = plan(wish(NEWER, replace_licensed=True), found)
    assert [step.action for step in steps.steps] == ["install_key", "activate"]
    assert "PPPPP" in (steps.steps[0].was or "")
    assert [product.partial_product_key for product in steps.predicted(found).products] == ["RRRRR"]


def test_a_key_that_is_there_and_licensed_is_left_alone() -> None:
    assert plan(wish(), server(host())) == Plan(())


def test_a_key_that_is_there_and_not_licensed_is_only_activated() -> None:
    found = server(host(status=LicenseStatus.NOTIFICATION))
    assert [step.action for step in plan(wish(), found).steps] == ["activate"]


def test_an_office_key_leaves_windows_and_other_office_keys_alone() -> None:
    found = server(licensed(), OFFICE_HOST)
    steps = plan(wish(application=Application.OFFICE), found)
    partials = {product.partial_product_key for product in steps.predicted(found).products}
    assert partials == {"PPPPP", "FFFFF", licensed().partial_product_key}


@pytest.mark.parametrize(
    ("product", "edition", "code"),
    [
        (windows(), "ServerTurbine", "azure_edition"),
        (windows(), "ServerTurbineCor", "azure_edition"),
        (windows(), "ServerStandardEval", "evaluation_edition"),
        (windows(channel=Channel.EVALUATION), "ServerStandard", "evaluation_edition"),
        (windows(), "Core", "not_a_volume_edition"),
        (on_mak(), "ServerStandard", "licensed_by_other_key"),
        (licensed(channel=Channel.RETAIL), "ServerStandard", "licensed_by_other_key"),
    ],
)
def test_what_cannot_be_a_host_or_would_lose_a_licence_is_refused(product: Product, edition: str, code: str) -> None:
    assert refusal_of(wish(), server(product, edition=edition)).code == code


def test_an_evaluation_serves_no_office_either() -> None:
    found = server(windows(channel=Channel.EVALUATION))
    assert refusal_of(wish(application=Application.OFFICE), found).code == "evaluation_edition"


def test_the_refusal_to_take_a_licence_away_speaks_of_the_host_key() -> None:
    assert "host key" in str(refusal_of(wish(), server(on_mak())).remedy)


def test_with_leave_a_licence_may_go() -> None:
    steps = plan(wish(replace_licensed=True), server(on_mak()))
    assert [step.action for step in steps.steps] == ["install_key", "activate"]


def test_an_edition_that_nobody_could_tell_is_left_to_windows() -> None:
    assert plan(wish(), server(edition=None))


def test_a_mak_in_place_of_the_host_key_is_found_out() -> None:
    found = server(windows(channel=Channel.MAK, partial_product_key="PPPPP"))
    refused = refusal_of(wish(), found)
    assert refused.code == "not_a_host_key"
    assert "mak key" in str(refused)


def test_a_host_key_in_place_of_a_mak_is_found_out_too() -> None:
    key = Mak(key=KEY)
    assert refusal_of(DesiredState(key=key), server(host())).code == "not_a_mak"


def test_a_mak_does_not_replace_a_host_key() -> None:
    assert refusal_of(DesiredState(key=Mak(key=NEWER, replace_licensed=True)), server(host())).code == "kms_host_key"


@pytest.mark.parametrize(
    ("products", "asked", "needed"),
    [
        ((windows(),), wish(), True),
        ((), wish(), True),
        ((host(),), wish(), False),
        ((host(),), wish(NEWER), True),
        ((host(),), RETIRED, False),
        ((windows(),), DesiredState(key=Mak(key=KEY)), False),
    ],
)
def test_the_edition_is_read_only_where_a_key_is_to_be_installed(
    products: tuple[Product, ...], asked: DesiredState, needed: bool
) -> None:
    assert need(asked, state(*products)).machine is needed


def test_a_retired_host_is_a_client_by_the_key_of_its_edition() -> None:
    found = server(host())
    steps = plan(RETIRED, found)
    (step,) = steps.steps
    assert isinstance(step, InstallKey)
    assert (step.key, step.edition) == (gvlk(), "ServerStandard")
    assert step.becomes == f"kms_client {gvlk()}"
    after = steps.predicted(found)
    assert [product.channel for product in after.products] == [Channel.KMS_CLIENT]
    assert plan(RETIRED, after) == Plan(())


@pytest.mark.parametrize(
    ("products", "actions"),
    [
        ((host(), OFFICE_HOST), ["install_key", "uninstall_key"]),
        ((licensed(), OFFICE_HOST), ["uninstall_key"]),
        ((licensed(), OFFICE_HOST, replace(OFFICE_HOST, id="another")), ["uninstall_key"] * 2),
        ((licensed(), office()), []),
        ((on_mak(), office(channel=Channel.MAK)), []),
        ((host(is_addon=True),), ["uninstall_key"]),
        ((host(partial_product_key=None),), []),
        ((), []),
    ],
)
def test_only_host_keys_are_taken_off(products: tuple[Product, ...], actions: list[str]) -> None:
    found = server(*products)
    steps = plan(RETIRED, found)
    assert [step.action for step in steps.steps] == actions
    kept = {product.id for product in products if product.channel is not Channel.KMS_HOST}
    assert kept <= {product.id for product in steps.predicted(found).products}
    for step in steps.steps:
        assert isinstance(step, InstallKey) or (isinstance(step, UninstallKey) and step.product_id not in kept)


def test_a_host_whose_edition_has_no_published_key_stays_one() -> None:
    assert refusal_of(RETIRED, server(host(family="Unheard"), edition=None)).code == "no_published_key"
