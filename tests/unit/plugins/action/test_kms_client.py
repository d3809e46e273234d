# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of kms_client, and the wish that each states."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._applying import Products, Scope
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import ActivationType, ProductKey
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    ActivatePolicy,
    Activation,
    DesiredState,
    EditionKey,
    KmsSettings,
)

from .fake_task import KEY, FakeTask, Keywords, licensed, on_mak, windows


def wish(stage: FakeTask, **args: t.Any) -> DesiredState:
    """Return the wish behind a task's options."""
    action = stage.action("kms_client", args, Keywords())
    return t.cast(DesiredState, action.wish(action._validated()))


def test_without_options_the_edition_key_and_an_activation_are_meant(stage: FakeTask) -> None:
    found = wish(stage)
    assert found.kms == KmsSettings()
    assert isinstance(found.key, EditionKey)
    assert found.key.replace_licensed is False
    assert found.activation == Activation(only_kms_client=True)


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({"kms_host": "kms"}, KmsSettings(host="kms")),
        ({"kms_host": "kms", "kms_port": "1700"}, KmsSettings(host="kms", port=1700)),
        ({"dns_discovery": "yes"}, KmsSettings(dns_discovery=True)),
        ({"lookup_domain": "example.com"}, KmsSettings(lookup_domain="example.com")),
        ({"lookup_domain": ""}, KmsSettings(lookup_domain="")),
        ({"host_caching": False}, KmsSettings(host_caching=False)),
        *[
            ({"activation_type": name}, KmsSettings(activation_type=kind))
            for name, kind in [
                ("any", ActivationType.ANY),
                ("ad", ActivationType.AD),
                ("kms", ActivationType.KMS),
                ("token", ActivationType.TOKEN),
            ]
        ],
    ],
)
def test_settings(stage: FakeTask, args: dict[str, t.Any], expected: KmsSettings) -> None:
    assert wish(stage, **args).kms == expected


@pytest.mark.parametrize("when", [*ActivatePolicy])
def test_activations(stage: FakeTask, when: ActivatePolicy) -> None:
    expected = Activation(when=when, renew_below_days=150, only_kms_client=True)
    assert wish(stage, activate=when.value, renew_below_days=150).activation == expected


def test_keys(stage: FakeTask) -> None:
    assert wish(stage, product_key="keep").key is None
    own = wish(
        stage, replace_licensed=True, extra_gvlks=[{"edition_id": "ServerStandard", "build": 20348, "product_key": KEY}]
    ).key
    assert isinstance(own, EditionKey)
    assert own.replace_licensed is True
    assert own.table.key_for("ServerStandard", 20348) == ProductKey(KEY)
    assert own.table.key_for("ServerStandard", 17763) not in (None, ProductKey(KEY))


@pytest.mark.parametrize(
    ("args", "named"),
    [
        ({"kms_host": "kms", "kms_port": 0}, "kms_port"),
        ({"kms_host": "kms", "kms_port": 65536}, "kms_port"),
        ({"kms_port": -1}, "kms_port"),
        ({"renew_below_days": 0}, "renew_below_days"),
        ({"renew_below_days": 180}, "renew_below_days"),
        ({"kms_host": ""}, "kms_host"),
        ({"kms_host": "  "}, "kms_host"),
        ({"kms_host": "."}, "kms_host"),
        ({"kms_host": " . "}, "kms_host"),
        ({"kms_host": " kms.example.com"}, "kms_host"),
        ({"kms_host": "kms.example.com\n"}, "kms_host"),
        ({"kms_host": "kms example"}, "kms_host"),
        ({"kms_host": "kms.example.com:1688"}, "kms_port"),
        ({"kms_host": "192.0.2.5:1688"}, "kms_port"),
        ({"kms_host": "[2001:db8::5]:1688"}, "kms_port"),
        ({"kms_host": "[kms:example]"}, "kms_port"),
        ({"kms_host": "2001:db8::g"}, "kms_port"),
        ({"kms_host": "_vlmcs._tcp.corp.example"}, "_vlmcs._tcp.corp.example"),
        ({"kms_host": "https://kms.corp.example"}, "https://kms.corp.example"),
        ({"kms_host": "kms.corp.example/"}, "kms.corp.example/"),
        ({"kms_host": "kms..corp.example"}, "kms..corp.example"),
        ({"kms_host": "-kms.corp.example"}, "-kms.corp.example"),
        ({"kms_host": "a" * 70 + ".example"}, "a" * 70),
        ({"kms_host": "a.example,b.example"}, "a.example,b.example"),
        ({"kms_host": "1688"}, "kms_port"),
        ({"kms_host": "10.0.0.300"}, "10.0.0.300"),
        ({"kms_host": "fe80::1%eth0"}, "fe80::1%eth0"),
        ({"kms_port": 99999}, "99999"),
        ({"wait_seconds": -1}, "wait_seconds is -1"),
        ({"wait_seconds": 10**11}, "wait_seconds"),
        ({"lookup_domain": "_vlmcs._tcp.corp.example"}, "lookup_domain"),
        ({"lookup_domain": "192.0.2.5"}, "lookup_domain"),
        ({"lookup_domain": "corp example"}, "lookup_domain"),
    ],
)
def test_values_out_of_range_are_refused_before_anything_is_read(
    stage: FakeTask, args: dict[str, t.Any], named: str
) -> None:
    found = stage.run("kms_client", args)
    assert (found["code"], found["refused"]) == ("bad_option", True)
    assert named in found["msg"] + found["remedy"]
    assert stage.machine.settings == []


@pytest.mark.parametrize("args", [{"kms_port": 1}, {"kms_port": 65535}, {"renew_below_days": 1}])
def test_values_at_the_edge_are_not(stage: FakeTask, args: dict[str, t.Any]) -> None:
    assert not stage.run("kms_client", {**args, "dns_discovery": True}).get("failed")


@pytest.mark.parametrize("host", ["kms", "kms.example.com.", "192.0.2.5", "2001:db8::5", "[2001:db8::5]", "::1"])
def test_a_host_may_be_a_name_or_an_address(stage: FakeTask, host: str) -> None:
    assert wish(stage, kms_host=host).kms == KmsSettings(host=host)


def test_renewal_may_come_as_early_as_the_day_after(stage: FakeTask) -> None:
    found = stage.run("kms_client", {"renew_below_days": 179}, check=True)
    assert [step["action"] for step in found["steps"]] == ["activate"]
    assert found["license"]["products"][0]["grace_minutes"] == 180 * 24 * 60


def test_windows_itself_is_all_that_is_read(stage: FakeTask) -> None:
    assert stage.action("kms_client", {}, Keywords()).scope({}) == Scope(products=Products.PRIMARY)


@pytest.mark.parametrize(
    ("kind", "products"),
    [
        ("any", Products.PRIMARY),
        ("kms", Products.PRIMARY),
        ("ad", Products.INSTALLED),
        ("token", Products.INSTALLED),
    ],
)
def test_a_restriction_needs_every_product_that_it_may_cut_off(stage: FakeTask, kind: str, products: Products) -> None:
    found = stage.action("kms_client", {}, Keywords()).scope({"activation_type": kind})
    assert found == Scope(products=products, directory=products is Products.INSTALLED)


@pytest.mark.parametrize(
    ("there", "given"),
    [
        ("kms.example.com", "KMS.example.com."),
        ("2001:db8::5", "[2001:DB8:0:0::5]"),
        ("xn--bcher-kva.example", "b\u00fccher.example"),
    ],
)
def test_a_client_that_is_right_costs_two_requests_and_no_change(stage: FakeTask, there: str, given: str) -> None:
    stage.machine.service["KeyManagementServiceMachine"] = there
    found = stage.run("kms_client", {"kms_host": given})
    assert (found["changed"], found["steps"], found["requests"]) == (False, [], 2)
    assert stage.machine.calls == []


def test_from_nothing_to_licensed_within_ten_requests_and_again_without_a_change(stage: FakeTask) -> None:
    stage.machine.products = [windows(ProductKeyChannel="Retail", PartialProductKey="RRRRR")]
    first = stage.run("kms_client", {"kms_host": "kms.example.com"})
    assert [step["action"] for step in first["steps"]] == ["set_kms_host", "install_key", "activate"]
    assert first["requests"] <= 10
    assert first["license"]["products"][0]["status"] == "licensed"
    assert "machine" not in first["license"]
    second = stage.run("kms_client", {"kms_host": "kms.example.com"})
    assert (second["changed"], second["requests"]) == (False, 2)


def test_the_domain_is_read_where_a_host_is_set(stage: FakeTask) -> None:
    found = stage.run("kms_client", {"kms_host": "example.com"})
    assert (found["code"], found["requests"]) == ("domain_as_kms_host", 3)
    assert stage.machine.queries[-1] == "Win32_ComputerSystem"


@pytest.mark.parametrize("args", [{"product_key": "keep"}, {"product_key": "keep", "activate": "always"}])
def test_a_mak_is_left_alone(stage: FakeTask, args: dict[str, t.Any]) -> None:
    stage.machine.products = [on_mak()]
    found = stage.run("kms_client", args)
    assert stage.machine.calls == []
    assert found.get("code") == ("not_a_kms_client" if "activate" in args else None)


def test_a_lease_keeps_windows_from_being_asked_again(stage: FakeTask) -> None:
    stage.machine.products = [licensed()]
    assert stage.run("kms_client", {"renew_below_days": 100})["changed"] is False
