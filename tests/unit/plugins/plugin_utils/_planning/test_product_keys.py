# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Product keys: which one the machine should have, and every reason to leave the decision to somebody."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import Product, State
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    AbsentKey,
    DesiredState,
    EditionKey,
    InstallKey,
    KeyWish,
    KmsSettings,
    PresentKey,
    UninstallKey,
    need,
    plan,
)

from .state_samples import (
    KEY,
    OTHER_KEY,
    TABLE,
    Channel,
    LicenseStatus,
    esu,
    gvlk,
    licensed,
    machine,
    office,
    on_mak,
    state,
    windows,
)

EDITION = EditionKey(table=TABLE)
REPLACING = EditionKey(table=TABLE, replace_licensed=True)


def install(wish: KeyWish, actual: State) -> InstallKey:
    """Return the one step of a plan, which installs a key."""
    (step,) = plan(DesiredState(key=wish), actual).steps
    assert isinstance(step, InstallKey)
    return step


def refusal(wish: KeyWish, actual: State) -> Refusal:
    with pytest.raises(Refusal) as caught:
        plan(DesiredState(key=wish), actual)
    return caught.value


@pytest.mark.parametrize("wish", [EDITION, REPLACING])
@pytest.mark.parametrize("status", [*LicenseStatus])
def test_a_kms_client_keeps_its_key(wish: EditionKey, status: LicenseStatus) -> None:
    own = windows(status=status, partial_product_key="HHHHH", family="EnterpriseS")
    assert not plan(DesiredState(key=wish), state(own))


@pytest.mark.parametrize(
    ("family", "build"),
    [
        ("ServerStandard", 20348),
        ("ServerStandardCor", 20348),
        ("ServerDatacenter", 17763),
        ("ServerStandardACor", 17763),
        ("ServerStandard", 9600),
        ("ServerTurbine", 20348),
        ("Enterprise", 19041),
        ("EnterpriseN", 22621),
        ("EnterpriseS", 19041),
        ("EnterpriseS", 14393),
    ],
)
def test_an_edition_gets_the_key_published_for_it(family: str, build: int) -> None:
    other = on_mak(family=family, status=LicenseStatus.NOTIFICATION)
    step = install(EDITION, state(other, version=f"10.0.{build}.1"))
    assert step.key == gvlk(family, build)
    assert step.becomes == f"kms_client *****-*****-*****-*****-{step.key.partial}"
    assert step.was == "mak MMMMM"
    assert "MMMMM" in step.why


def test_2019_and_its_semi_annual_sister_take_different_keys() -> None:
    keys = {
        family: install(EDITION, state(windows(family=family, channel=Channel.RETAIL), version="10.0.17763.1")).key
        for family in ("ServerStandard", "ServerStandardACor")
    }
    assert len(set(keys.values())) == 2


def test_a_key_of_the_inventory_wins() -> None:
    table = TABLE.extended([{"edition_id": "ServerStandard", "product_key": "BBBBB-CCCCC-DDDDD-FFFFF-GGGGG"}])
    assert install(EditionKey(table=table), state(windows(channel=Channel.MAK))).key == KEY


def test_the_operating_system_tells_the_edition_where_no_product_does() -> None:
    step = install(EDITION, state(office(), machine=machine("ServerDatacenter"), version="10.0.20348.1"))
    assert step.key == gvlk("ServerDatacenter")
    assert (step.was, step.edition) == ("(none)", "ServerDatacenter")


def test_the_operating_system_tells_the_build_too() -> None:
    client = windows(family="EnterpriseS", channel=Channel.RETAIL)
    step = install(EDITION, state(client, machine=machine("EnterpriseS", 14393), version="10.0.19041.1"))
    assert step.key == gvlk("EnterpriseS", 14393) != gvlk("EnterpriseS", 19041)


@pytest.mark.parametrize(
    "evaluation",
    [
        windows(channel=Channel.EVALUATION),
        windows(channel=Channel.MAK, family="ServerStandardEval"),
        on_mak(family="EnterpriseEval"),
    ],
)
@pytest.mark.parametrize("wish", [EDITION, REPLACING])
def test_an_evaluation_edition_is_refused(evaluation: Product, wish: EditionKey) -> None:
    found = refusal(wish, state(evaluation))
    assert found.code == "evaluation_edition"
    assert "Set-Edition" in (found.remedy or "")


@pytest.mark.parametrize(("family", "build"), [("Core", 19041), ("ServerStandard", 99999), ("Something", 20348)])
def test_an_edition_without_a_published_key_is_refused(family: str, build: int) -> None:
    found = refusal(EDITION, state(windows(family=family, channel=Channel.RETAIL), version=f"10.0.{build}.1"))
    assert found.code == "no_published_key"
    assert family in found.message
    assert str(build) in found.message
    assert "extra_gvlks" in (found.remedy or "")
    assert "product_key to keep" in (found.remedy or "")


@pytest.mark.parametrize("status", [LicenseStatus.LICENSED, LicenseStatus.UNLICENSED])
@pytest.mark.parametrize("wish", [EDITION, REPLACING])
def test_the_key_of_a_kms_host_is_refused(status: LicenseStatus, wish: EditionKey) -> None:
    found = refusal(wish, state(windows(channel=Channel.KMS_HOST, status=status)))
    assert found.code == "kms_host_key"
    assert found.cause
    assert "product_key" in (found.remedy or "")


OTHER_CHANNELS = [Channel.MAK, Channel.RETAIL, Channel.OEM, Channel.AVMA, Channel.UNKNOWN]


@pytest.mark.parametrize("channel", OTHER_CHANNELS)
@pytest.mark.parametrize("status", [LicenseStatus.LICENSED, LicenseStatus.EXTENDED_GRACE])
def test_a_licence_by_another_key_is_given_up_only_when_told_so(channel: Channel, status: LicenseStatus) -> None:
    actual = state(on_mak(channel=channel, status=status))
    found = refusal(EDITION, actual)
    assert found.code == "licensed_by_other_key"
    assert channel.value in found.message
    assert "replace_licensed" in (found.remedy or "")
    assert install(REPLACING, actual).key == gvlk()


@pytest.mark.parametrize("channel", OTHER_CHANNELS)
@pytest.mark.parametrize("status", [LicenseStatus.UNLICENSED, LicenseStatus.NOTIFICATION, LicenseStatus.OOB_GRACE])
def test_another_key_that_licenses_nothing_is_replaced(channel: Channel, status: LicenseStatus) -> None:
    assert install(EDITION, state(on_mak(channel=channel, status=status))).key == gvlk()


@pytest.mark.parametrize("wish", [EDITION, REPLACING])
def test_an_edition_lifted_by_a_subscription_is_refused(wish: EditionKey) -> None:
    lifted = licensed(family="Professional", channel=Channel.OEM)
    by_channel = licensed(family="Enterprise", channel=Channel.SUBSCRIPTION)
    for actual in (state(lifted, machine=machine("Enterprise", 19041)), state(by_channel)):
        found = refusal(wish, actual)
        assert found.code == "subscription_step_up"
        assert "Enterprise" in found.message
        assert "product_key to keep" in (found.remedy or "")


def test_a_core_installation_is_not_taken_for_a_lifted_one() -> None:
    actual = state(on_mak(family="ServerStandardCor"), machine=machine("ServerStandard"))
    assert install(REPLACING, actual).key == gvlk()


@pytest.mark.parametrize("actual", [state(), state(office(), esu()), state(machine=machine(None))])
def test_a_machine_that_tells_no_edition_is_refused(actual: State) -> None:
    found = refusal(EDITION, actual)
    assert found.code == "no_primary_product"
    assert "product_key" in (found.remedy or "")


@pytest.mark.parametrize("version", ["6.0.6002.18005", "6.1.7601.17514", "6.2.9200.1"])
def test_windows_before_8_1_is_refused_whatever_is_wished_for(version: str) -> None:
    with pytest.raises(Refusal) as caught:
        plan(DesiredState(), state(version=version))
    assert caught.value.code == "unsupported_windows"
    assert version in caught.value.message
    assert "8.1" in (caught.value.remedy or "")


@pytest.mark.parametrize("version", ["", "6.3.9600.1", "10.0.6001.1", "16.1.1.1"])
def test_later_windows_is_not(version: str) -> None:
    assert not plan(DesiredState(), state(version=version))


@pytest.mark.parametrize(
    ("wish", "actual", "expected"),
    [
        (EDITION, state(), True),
        (EDITION, state(office()), True),
        (EDITION, state(machine=machine()), False),
        (EDITION, state(windows()), False),
        (EDITION, state(windows(family="Professional")), False),
        (EDITION, state(on_mak()), False),
        (EDITION, state(on_mak(family="Professional")), True),
        (EDITION, state(on_mak(family="ProfessionalWorkstation")), True),
        (REPLACING, state(on_mak(family="Professional")), True),
        (REPLACING, state(on_mak(family="Professional"), machine=machine("Professional")), False),
        (EDITION, state(on_mak(family="Professional", status=LicenseStatus.NOTIFICATION)), False),
        (EDITION, state(on_mak(family="Enterprise")), False),
        (PresentKey(partial="GGGGG", key=KEY), state(), False),
        (AbsentKey(partial="GGGGG"), state(), False),
        (None, state(), False),
    ],
)
def test_the_operating_system_is_asked_only_where_it_decides(
    wish: KeyWish | None, actual: State, expected: bool
) -> None:
    assert need(DesiredState(key=wish), actual).machine is expected


@pytest.mark.parametrize(
    ("kms", "replace", "product", "expected"),
    [
        (KmsSettings(dns_discovery=True), True, on_mak(), True),
        (KmsSettings(), True, on_mak(channel=Channel.OEM), True),
        (KmsSettings(), False, on_mak(), False),
        (KmsSettings(), True, on_mak(status=LicenseStatus.NOTIFICATION), False),
        (KmsSettings(), True, licensed(), False),
        (KmsSettings(), True, windows(), False),
        (None, True, on_mak(), False),
    ],
)
def test_the_domain_is_read_where_a_licence_is_given_up_for_a_host_from_dns(
    kms: KmsSettings | None, replace: bool, product: Product, expected: bool
) -> None:
    wish = DesiredState(kms=kms, key=EditionKey(table=TABLE, replace_licensed=replace))
    assert need(wish, state(product)).domain is expected
    assert not need(wish, state(product, domain="corp.example")).domain


@pytest.mark.parametrize("key", [None, KEY])
@pytest.mark.parametrize("shown", ["GGGGG", "ggggg"])
def test_a_key_that_some_product_shows_is_there(key: t.Any, shown: str) -> None:
    actual = state(windows(), office(partial_product_key=shown))
    assert not plan(DesiredState(key=PresentKey(partial="GGGGG", key=key)), actual)
    assert not plan(DesiredState(key=PresentKey(partial="GGGGG", key=key, activation_id="ID-OFFICE")), actual)


def test_a_key_on_another_product_than_the_one_meant_is_not() -> None:
    actual = state(windows(), office(partial_product_key="GGGGG"))
    wish = PresentKey(partial="GGGGG", key=KEY, activation_id="ID-WINDOWS")
    step = install(wish, actual)
    assert not step.is_done(actual)
    reached = step.predicted(actual)
    assert [product.partial_product_key for product in reached.products] == ["GGGGG", "GGGGG"]
    assert not plan(DesiredState(key=wish), reached)


def test_a_missing_key_is_installed_beside_the_others() -> None:
    actual = state(windows())
    step = install(PresentKey(partial="HHHHH", key=OTHER_KEY), actual)
    assert step.key == OTHER_KEY
    assert step.becomes == "*****-*****-*****-*****-HHHHH"
    assert [product.partial_product_key for product in step.predicted(actual).products] == ["HHHHH", gvlk().partial]


def test_five_characters_cannot_be_installed() -> None:
    found = refusal(PresentKey(partial="GGGGG"), state(windows()))
    assert found.code == "key_unknown"
    assert "GGGGG" in found.message
    assert "product_key" in (found.remedy or "")


def test_an_absent_key_is_taken_off_its_product() -> None:
    actual = state(windows(), esu())
    (step,) = plan(DesiredState(key=AbsentKey(partial="xxxxx")), actual).steps
    assert isinstance(step, UninstallKey)
    assert (step.product_id, step.was, step.becomes) == ("id-esu", "mak XXXXX", "(none)")
    assert step.predicted(actual).products == (windows(),)


@pytest.mark.parametrize("wish", [AbsentKey(partial="GGGGG"), AbsentKey(partial="XXXXX", activation_id="id-windows")])
def test_a_key_that_is_not_there_is_left_at_that(wish: AbsentKey) -> None:
    assert not plan(DesiredState(key=wish), state(windows(), esu()))


def test_of_two_products_with_the_same_five_characters_one_must_be_named() -> None:
    actual = state(esu(), office(partial_product_key="XXXXX"))
    found = refusal(AbsentKey(partial="XXXXX"), actual)
    assert found.code == "ambiguous_key"
    assert "activation_id" in (found.remedy or "")
    assert "id-esu" in (found.remedy or "")
    assert "id-office" in (found.remedy or "")
    (step,) = plan(DesiredState(key=AbsentKey(partial="XXXXX", activation_id="ID-Office")), actual).steps
    assert isinstance(step, UninstallKey)
    assert step.product_id == "id-office"


def test_an_edition_key_is_not_taken_for_installed_because_office_shows_the_same_five() -> None:
    actual = state(windows(channel=Channel.MAK), office(partial_product_key=gvlk().partial))
    step = install(EDITION, actual)
    assert not step.is_done(actual)
    reached = step.predicted(actual)
    assert reached.primary is not None
    assert reached.primary.channel is Channel.KMS_CLIENT
    assert office(partial_product_key=gvlk().partial) in reached.products


def test_a_key_that_turned_out_to_be_of_another_channel_is_not_done() -> None:
    step = install(EDITION, state(windows(channel=Channel.MAK)))
    assert step.is_done(state(windows()))
    assert not step.is_done(state(windows(channel=Channel.MAK)))
