# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""KMS client settings: compared as Windows and DNS mean them, changed only where they differ."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import Product
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    DesiredState,
    EditionKey,
    KmsSettings,
    SetActivationType,
    SetHostCaching,
    SetKmsHost,
    SetKmsPort,
    SetLookupDomain,
    Step,
    need,
    plan,
)

from .state_samples import TABLE, ActivationType, Channel, LicenseStatus, licensed, machine, office, on_mak, state

HOST = "kms.example.com"


def steps(wish: dict[str, t.Any], **present: t.Any) -> list[Step]:
    """Return the steps to some settings on a machine with others."""
    return list(plan(DesiredState(kms=KmsSettings(**wish)), state(licensed(), **present)).steps)


def told(found: list[Step]) -> list[tuple[str, str, str]]:
    return [(step.action, step.was, step.becomes) for step in found]


def test_settings_that_are_not_wished_for_stay() -> None:
    assert steps({}, kms_host=HOST, kms_port=1700, lookup_domain="example.com", host_caching=False) == []


@pytest.mark.parametrize("present", [HOST, "KMS.Example.COM", "kms.example.com."])
@pytest.mark.parametrize("wished", [HOST, "KMS.EXAMPLE.com."])
def test_a_host_is_the_same_whatever_its_case_and_final_dot(present: str, wished: str) -> None:
    assert steps({"host": wished}, kms_host=present) == []


@pytest.mark.parametrize(
    ("present", "was", "why"),
    [
        (None, "(from DNS)", "no KMS host is set"),
        ("old.example.com", "old.example.com", "another KMS host is set"),
        ("kms", "kms", "another KMS host is set"),
    ],
)
def test_another_host_is_set(present: str | None, was: str, why: str) -> None:
    (step,) = steps({"host": HOST}, kms_host=present)
    assert step == SetKmsHost(why=why, was=was, becomes=HOST, host=HOST)


@pytest.mark.parametrize(
    ("present", "wished", "expected"),
    [
        (0, 1688, None),
        (1688, 1688, None),
        (1700, 1700, None),
        (0, 1700, ("1688", "1700", 1700)),
        (1688, 1700, ("1688", "1700", 1700)),
        (1700, 1688, ("1700", "1688", None)),
        (1700, 1800, ("1700", "1800", 1800)),
    ],
)
def test_ports(present: int, wished: int, expected: tuple[str, str, int | None] | None) -> None:
    found = steps({"host": HOST, "port": wished}, kms_host=HOST, kms_port=present)
    told_ports = [(step.was, step.becomes, step.port) for step in found if isinstance(step, SetKmsPort)]
    assert told_ports == ([expected] if expected else [])
    assert len(found) == len(told_ports)


def test_a_port_left_over_from_an_earlier_host_goes_with_it() -> None:
    found = steps({"host": HOST}, kms_host="old.example.com", kms_port=1700)
    assert [type(step) for step in found] == [SetKmsHost, SetKmsPort]
    assert found[1].port is None  # type: ignore[attr-defined]


def test_a_port_alone_says_nothing() -> None:
    assert steps({"port": 1700}, kms_host=HOST) == []


@pytest.mark.parametrize(
    ("present", "expected"),
    [
        ({}, []),
        ({"kms_host": HOST}, [("set_kms_host", HOST, "(from DNS)")]),
        ({"kms_port": 1688}, [("set_kms_port", "1688", "(from DNS)")]),
        (
            {"kms_host": HOST, "kms_port": 1700},
            [("set_kms_host", HOST, "(from DNS)"), ("set_kms_port", "1700", "(from DNS)")],
        ),
    ],
)
def test_dns_discovery_clears_both(present: dict[str, t.Any], expected: list[tuple[str, str, str]]) -> None:
    found = steps({"dns_discovery": True}, **present)
    assert told(found) == expected
    assert all(getattr(step, "host", None) is None and getattr(step, "port", None) is None for step in found)


@pytest.mark.parametrize(
    ("present", "wished", "expected"),
    [
        (None, "example.com", "example.com"),
        ("old.example.com", "example.com", "example.com"),
        ("Example.com.", "example.com", ...),
        ("example.com", "", None),
        (None, "", ...),
    ],
)
def test_lookup_domain(present: str | None, wished: str, expected: t.Any) -> None:
    found = steps({"lookup_domain": wished}, lookup_domain=present)
    assert [step.domain for step in found if isinstance(step, SetLookupDomain)] == (
        [] if expected is ... else [expected]
    )


@pytest.mark.parametrize(("present", "wished"), [(True, False), (False, True), (True, True), (False, False)])
def test_host_caching(present: bool, wished: bool) -> None:
    found = steps({"host_caching": wished}, host_caching=present)
    assert [step.enabled for step in found if isinstance(step, SetHostCaching)] == (
        [] if present is wished else [wished]
    )
    assert told(found) in ([], [("set_host_caching", "on", "off")], [("set_host_caching", "off", "on")])


@pytest.mark.parametrize("present", [*ActivationType])
@pytest.mark.parametrize("wished", list(ActivationType)[1:])
def test_activation_type(present: ActivationType, wished: ActivationType) -> None:
    found = plan(DesiredState(kms=KmsSettings(activation_type=wished)), state(licensed(activation_type=present))).steps
    assert [(step.kind, step.product_id) for step in found if isinstance(step, SetActivationType)] == (
        [] if present is wished else [(wished, None)]
    )


def test_the_activation_type_is_read_from_windows_itself() -> None:
    beside = office(activation_type=ActivationType.KMS)
    wish = DesiredState(kms=KmsSettings(activation_type=ActivationType.KMS))
    assert [step.action for step in plan(wish, state(beside, licensed())).steps] == ["set_activation_type"]


def test_the_activation_type_follows_the_key_that_shows_it() -> None:
    wish = DesiredState(kms=KmsSettings(activation_type=ActivationType.KMS), key=EditionKey(table=TABLE))
    actual = state(machine=machine())
    found = plan(wish, actual)
    assert [step.action for step in found.steps] == ["install_key", "set_activation_type"]
    assert not plan(wish, found.predicted(actual))


def test_a_new_key_keeps_the_activation_type_of_the_old_one() -> None:
    wish = DesiredState(
        kms=KmsSettings(activation_type=ActivationType.AD), key=EditionKey(table=TABLE, replace_licensed=True)
    )
    found = plan(wish, state(on_mak(activation_type=ActivationType.AD)))
    assert [step.action for step in found.steps] == ["install_key"]


BY_KMS = {"status": LicenseStatus.LICENSED, "activated_by": ActivationType.KMS, "ad_object_dn": ""}
BY_AD = {"status": LicenseStatus.LICENSED, "activated_by": ActivationType.AD, "ad_object_dn": "CN=Office"}
WINDOWS_ONLY, MACHINE_WIDE = ["id-windows"], [None]


@pytest.mark.parametrize(
    ("kind", "beside", "expected"),
    [
        (ActivationType.AD, office(), WINDOWS_ONLY),
        (ActivationType.AD, office(**BY_KMS), WINDOWS_ONLY),
        (ActivationType.AD, office(**BY_AD), MACHINE_WIDE),
        (ActivationType.AD, office(**{**BY_AD, "ad_object_dn": ""}), WINDOWS_ONLY),
        (ActivationType.AD, office(**{**BY_AD, "status": LicenseStatus.NOTIFICATION}), WINDOWS_ONLY),
        (ActivationType.TOKEN, office(**BY_AD), WINDOWS_ONLY),
        (ActivationType.AD, office(channel=Channel.MAK), MACHINE_WIDE),
        (ActivationType.AD, office(partial_product_key=None), MACHINE_WIDE),
        (ActivationType.AD, office(is_addon=True), MACHINE_WIDE),
        (ActivationType.KMS, office(**BY_AD), MACHINE_WIDE),
    ],
)
@pytest.mark.parametrize("present", [ActivationType.ANY, ActivationType.UNKNOWN])
def test_a_restriction_that_would_cut_another_product_off_from_kms_is_set_for_windows_alone(
    kind: ActivationType, beside: Product, expected: list[str | None], present: ActivationType
) -> None:
    wish, actual = DesiredState(kms=KmsSettings(activation_type=kind)), state(licensed(activation_type=present), beside)
    found = plan(wish, actual)
    assert [getattr(step, "product_id", "") for step in found.steps] == expected
    assert (beside in found.predicted(actual).products) is (expected is WINDOWS_ONLY)
    assert not plan(wish, found.predicted(actual))
    assert all(("Windows (ServerStandard)" in step.becomes) is (expected is WINDOWS_ONLY) for step in found.steps)


def test_the_product_that_would_be_cut_off_is_named() -> None:
    (step,) = plan(DesiredState(kms=KmsSettings(activation_type=ActivationType.AD)), state(licensed(), office())).steps
    assert "ProPlusVL" in step.why


def test_a_type_that_is_set_for_windows_alone_follows_a_new_key() -> None:
    wish = DesiredState(
        kms=KmsSettings(activation_type=ActivationType.AD), key=EditionKey(table=TABLE, replace_licensed=True)
    )
    actual = state(on_mak(), office())
    found = plan(wish, actual)
    assert [(step.action, getattr(step, "product_id", None)) for step in found.steps] == [
        ("install_key", None),
        ("set_activation_type", ""),
    ]
    assert not plan(wish, found.predicted(actual))
    assert office() in found.predicted(actual).products


def test_without_a_product_that_shows_it_no_activation_type_is_set_blindly() -> None:
    with pytest.raises(Refusal) as caught:
        plan(DesiredState(kms=KmsSettings(activation_type=ActivationType.KMS)), state(office()))
    assert caught.value.code == "no_primary_product"
    assert "activation_type" in (caught.value.remedy or "")
    assert not plan(DesiredState(kms=KmsSettings(activation_type=ActivationType.ANY)), state(office()))


@pytest.mark.parametrize("host", ["example.com", "EXAMPLE.com", "example.com."])
@pytest.mark.parametrize("present", [None, "example.com"])
def test_a_domain_as_kms_host_is_refused(host: str, present: str | None) -> None:
    cases = [
        (KmsSettings(host=host, lookup_domain="example.com"), state(licensed(), kms_host=present)),
        (KmsSettings(host=host), state(licensed(), kms_host=present, domain="Example.com")),
    ]
    for wish, actual in cases:
        with pytest.raises(Refusal) as caught:
            plan(DesiredState(kms=wish), actual)
        assert caught.value.code == "domain_as_kms_host"
        assert host in caught.value.message
        assert "lookup_domain" in (caught.value.remedy or "")
        assert "kms_host" in (caught.value.remedy or "")


@pytest.mark.parametrize("domain", [None, "", "other.example.com"])
def test_a_host_in_a_domain_is_none(domain: str | None) -> None:
    assert told(steps({"host": HOST, "lookup_domain": "example.com"}, domain=domain))[0][0] == "set_kms_host"


@pytest.mark.parametrize(
    ("wish", "present", "expected"),
    [
        ({"host": HOST}, {}, True),
        ({"host": HOST}, {"kms_host": "old.example.com"}, True),
        ({"host": HOST}, {"kms_host": "KMS.example.com."}, False),
        ({"host": HOST}, {"domain": ""}, False),
        ({"host": HOST}, {"domain": "example.com"}, False),
        ({"dns_discovery": True}, {"kms_host": HOST}, False),
        ({"lookup_domain": "example.com"}, {}, False),
    ],
)
def test_the_domain_is_asked_only_when_a_host_would_be_written(
    wish: dict[str, t.Any], present: dict[str, t.Any], expected: bool
) -> None:
    asked = need(DesiredState(kms=KmsSettings(**wish)), state(licensed(), **present))
    assert asked.domain is expected
    assert asked.machine is False


def test_the_domain_is_not_asked_where_no_settings_are_wished_for() -> None:
    assert not need(DesiredState(), state(licensed()))
