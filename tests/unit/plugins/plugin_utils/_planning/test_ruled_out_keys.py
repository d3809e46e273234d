# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keys that published tables or the products of a machine rule out are refused before anything is installed."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import Application, ProductKey, State
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    DesiredState,
    HostKey,
    InstallKey,
    Mak,
    PresentKey,
    misplaced_remedy,
    need,
    plan,
)

from .state_samples import KEY, TABLE, gvlk, machine, state, windows

ESU = "f520e45e-7413-4a34-a497-d2765967d094"
OTHER = "0a1b2c3d-0001-4002-8003-0123456789ab"
CLIENT = "10.0.19041.1"


def refusal(wish: PresentKey | Mak, actual: State) -> Refusal:
    with pytest.raises(Refusal) as caught:
        plan(DesiredState(key=wish), actual)
    return caught.value


def present(key: ProductKey) -> PresentKey:
    return PresentKey(partial=key.partial, key=key)


@pytest.mark.parametrize(
    "key",
    [gvlk("ServerDatacenter"), gvlk("ServerStandard", 17763), gvlk("Enterprise", 19045), gvlk("EnterpriseS", 17763)],
)
def test_a_published_key_of_another_edition_or_release_is_refused(key: ProductKey) -> None:
    found = refusal(present(key), state(windows(partial_product_key="ZZZZZ")))
    assert found.code == "key_of_another_edition"
    assert key.partial in found.message and "ServerStandard" in found.message and gvlk().partial in str(found.remedy)


@pytest.mark.parametrize("key", [gvlk(), KEY])
def test_the_key_of_the_edition_and_keys_that_are_not_published_are_not(key: ProductKey) -> None:
    actual = state(windows(partial_product_key="ZZZZZ"))
    (step,) = plan(DesiredState(key=present(key)), actual).steps
    assert isinstance(step, InstallKey) and step.key == key


def test_a_key_that_is_listed_for_a_server_and_belongs_to_none_is_refused() -> None:
    # Microsoft lists four keys of Windows 8 under Windows Server 2012.
    [*keys] = [row.key for row in TABLE._published if not row.edition and not row.for_office]
    assert len(keys) == 4
    for key in keys:
        assert refusal(present(key), state(windows(partial_product_key="ZZZZZ"))).code == "key_of_another_edition"
        assert not TABLE.rules_out(key, "Core", 9200)


def test_one_key_serves_the_releases_of_a_client() -> None:
    key = gvlk("Enterprise", 26100)
    actual = state(windows(family="Enterprise", partial_product_key="ZZZZZ"), version=CLIENT)
    assert plan(DesiredState(key=present(key)), actual)


def test_a_key_of_office_is_not_about_the_edition_of_windows() -> None:
    office = next(row for row in TABLE._published if row.for_office)
    assert plan(DesiredState(key=present(office.key)), state(windows(partial_product_key="ZZZZZ")))


def test_a_published_key_is_refused_on_an_evaluation() -> None:
    actual = state(windows(family="ServerStandardEval", partial_product_key="ZZZZZ"))
    assert refusal(present(gvlk()), actual).code == "evaluation_edition"


def test_without_a_product_the_operating_system_tells_the_edition() -> None:
    wish = DesiredState(key=present(gvlk("ServerDatacenter")))
    assert need(wish, state()).machine and not need(wish, state(machine=machine())).machine
    assert refusal(present(gvlk("ServerDatacenter")), state(machine=machine())).code == "key_of_another_edition"


@pytest.mark.parametrize("wish", [Mak(key=KEY, application=None, activation_id=OTHER)])
def test_an_activation_id_that_no_product_has_is_refused_before_the_key_is_installed(wish: Mak) -> None:
    actual = state(windows())
    assert need(DesiredState(key=wish), actual).product_id == OTHER
    assert need(DesiredState(key=wish), state(windows(id=OTHER.upper()))).product_id is None
    known = dataclasses.replace(actual, known_ids=frozenset({OTHER}))
    assert need(DesiredState(key=wish), known).product_id is None and plan(DesiredState(key=wish), known)
    absent = dataclasses.replace(actual, absent_ids=frozenset({OTHER}))
    found = refusal(wish, absent)
    assert (found.code, OTHER in found.message) == ("no_such_product", True)
    given = PresentKey(partial=KEY.partial, key=KEY, activation_id=OTHER)
    assert refusal(given, absent).code == "no_such_product"


def test_an_absent_esu_product_is_named_with_its_year() -> None:
    wish = Mak(key=KEY, application=None, activation_id=ESU)
    assert need(DesiredState(key=wish), state(windows(), version=CLIENT)).machine
    actual = state(windows(), version=CLIENT, machine=machine("Professional", 19045))
    found = refusal(wish, dataclasses.replace(actual, absent_ids=frozenset({ESU})))
    assert found.code == "no_such_product"
    assert "year 1" in found.message and "KB5046613" in str(found.cause)


def test_an_esu_key_on_another_build_is_refused_with_the_build_that_it_needs() -> None:
    wish = Mak(key=KEY, application=None, activation_id=ESU)
    found = refusal(wish, state(windows(), version=CLIENT, machine=machine("Professional", 19044)))
    assert found.code == "esu_not_supported"
    assert "19044" in found.message and "22H2" in str(found.cause)


def test_an_office_host_key_in_no_product_names_the_volume_licence_pack() -> None:
    assert "volume licence pack" in misplaced_remedy(HostKey(key=KEY, application=Application.OFFICE))
    assert "volume licence pack" not in misplaced_remedy(Mak(key=KEY, application=Application.OFFICE))
