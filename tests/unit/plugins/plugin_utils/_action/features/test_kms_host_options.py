# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a KMS host as wishes, and what is refused before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._action.features.kms_host_options import (
    check_settings,
    confirmation_of,
    host_key,
    retired_settings,
    wished_settings,
)
from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    Application,
    Hosting,
    ProductKey,
    PublishDomain,
)
from ansible_collections.volume.activation.plugins.plugin_utils._planning import FirewallWish, HostKey, HostSettings
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import reveal

from ..._planning.state_samples import gvlk

KEY, OTHER = "HHHHH-JJJJJ-KKKKK-MMMMM-PPPPP", "HHHHH-JJJJJ-KKKKK-MMMMM-RRRRR"
ID = "98ebfe73-2084-4c97-932c-c0cd1643bea7"
NOTHING: dict[str, Any] = {
    "state": "present",
    "product_keys": [],
    "activate": "online",
    "port": None,
    "dns_publishing": None,
    "publish_domains": None,
    "low_priority": None,
    "activation_interval": None,
    "renewal_interval": None,
    "firewall": None,
    "firewall_profiles": None,
    "restart_service": True,
    "replace_licensed": False,
}


def options(**given: Any) -> dict[str, Any]:
    """Return validated options."""
    return {**NOTHING, **given}


def row(key: str = KEY, products: str = "windows", confirmation: str | None = None) -> dict[str, Any]:
    """Return one of `product_keys`."""
    return {"product_key": key, "products": products, "confirmation_id": confirmation, "pool": None}


def domain(name: str, priority: int = 0, weight: int = 0) -> dict[str, Any]:
    """Return one of `publish_domains`."""
    return {"domain": name, "priority": priority, "weight": weight}


def test_what_is_left_out_is_left_alone() -> None:
    assert wished_settings(options()) == HostSettings()
    check_settings(options())


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"port": 1700}, HostSettings(port=1700)),
        ({"dns_publishing": False}, HostSettings(dns_publishing=False)),
        ({"low_priority": False}, HostSettings(low_priority=False)),
        ({"activation_interval": 15}, HostSettings(activation_interval=15)),
        ({"renewal_interval": 43200}, HostSettings(renewal_interval=43200)),
        ({"restart_service": False}, HostSettings(restart=False)),
        ({"publish_domains": []}, HostSettings(publish_domains=())),
        (
            {"publish_domains": [domain(" corp.example. ", 1, 2), domain("b")]},
            HostSettings(publish_domains=(PublishDomain("corp.example", 1, 2), PublishDomain("b"))),
        ),
        ({"firewall": False}, HostSettings(firewall=FirewallWish(enabled=False))),
        ({"firewall": True}, HostSettings(firewall=FirewallWish(enabled=True))),
        *[
            (
                {"firewall": True, "firewall_profiles": names},
                HostSettings(firewall=FirewallWish(enabled=True, profiles=bits)),
            )
            for names, bits in [
                (["domain"], 1),
                (["private"], 2),
                (["public"], 4),
                (["private", "domain", "private"], 3),
                (["domain", "private", "public"], 0),
            ]
        ],
    ],
)
def test_each_option_is_one_wish(given: dict[str, Any], expected: HostSettings) -> None:
    check_settings(options(**given))
    assert wished_settings(options(**given)) == expected


def test_a_retired_host_is_set_as_windows_sets_it_and_its_intervals_come_first() -> None:
    first, others = retired_settings()
    assert first == HostSettings(activation_interval=120, renewal_interval=10080, restart=False, mark=False)
    assert others == HostSettings(
        port=Hosting().effective_port,
        dns_publishing=Hosting().dns_publishing,
        publish_domains=(),
        low_priority=Hosting().low_priority,
        firewall=FirewallWish(enabled=False),
    )


@pytest.mark.parametrize(
    "given",
    [
        {"port": 1},
        {"port": 65535},
        {"activation_interval": 15, "renewal_interval": 15},
        {"activation_interval": 43200, "renewal_interval": 43200},
        {"publish_domains": [domain("_x.a-b.example", 65535, 65535)]},
        {"publish_domains": [domain("a" * 63)]},
        {"product_keys": [row(), row(OTHER, "office")]},
        {"product_keys": [row(KEY, "office"), row(OTHER, "Office")]},
        {"product_keys": [row(), row(OTHER, ID)]},
        {"product_keys": [{**row(), "pool": "hosts"}]},
        {"product_keys": [{**row(), "pool": "hosts"}, {**row(OTHER, "office"), "pool": "office hosts"}]},
        {"product_keys": [{**row(), "pool": "hosts"}, row(OTHER, "office")]},
        {"state": "absent"},
    ],
)
def test_what_a_host_can_have_is_taken(given: dict[str, Any]) -> None:
    check_settings(options(**given))


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"port": 0}, "port"),
        ({"port": 65536}, "port"),
        ({"port": -1}, "port"),
        ({"activation_interval": 14}, "activation_interval"),
        ({"activation_interval": 43201}, "activation_interval"),
        ({"renewal_interval": 14}, "renewal_interval"),
        ({"renewal_interval": 43201}, "renewal_interval"),
        *[
            ({"publish_domains": [domain(name)]}, "publish_domains")
            for name in (
                "",
                " ",
                ".",
                "corp example",
                "corp,example",
                "a..b",
                "-a",
                "a-",
                "a" * 64,
                "_vlmcs._tcp.corp.example",
            )
        ],
        ({"publish_domains": [domain("a"), domain("b", -1)]}, "priority"),
        ({"publish_domains": [domain("a", 65536)]}, "priority"),
        ({"publish_domains": [domain("a", 0, -1)]}, "weight"),
        ({"publish_domains": [domain("a", 0, 65536)]}, "weight"),
        ({"firewall_profiles": ["domain"]}, "firewall_profiles"),
        ({"firewall_profiles": ["domain"], "firewall": False}, "firewall_profiles"),
        ({"firewall_profiles": [], "firewall": True}, "firewall_profiles"),
        ({"product_keys": [row(), row(KEY, "office")]}, "twice"),
        ({"product_keys": [row(), row(KEY.lower(), "office")]}, "twice"),
        ({"product_keys": [row(), row(OTHER)]}, "same product"),
        ({"product_keys": [row(), row(OTHER, " Windows ")]}, "same product"),
        ({"product_keys": [row(KEY, ID), row(OTHER, f"{{{ID.upper()}}}")]}, "same product"),
        ({"product_keys": [{**row(), "pool": "hosts"}, {**row(OTHER, "office"), "pool": "hosts"}]}, "pool"),
        ({"product_keys": [row()], "state": "absent"}, "absent"),
    ],
)
def test_what_no_host_can_have_is_refused_by_its_name(given: dict[str, Any], named: str) -> None:
    with pytest.raises(Refusal) as refusal:
        check_settings(options(**given))
    assert refusal.value.code == "bad_option"
    assert named in str(refusal.value)
    assert refusal.value.remedy


@pytest.mark.parametrize(
    ("products", "expected"),
    [
        ("windows", {"application": Application.WINDOWS}),
        (" Office ", {"application": Application.OFFICE}),
        (ID, {"application": None, "activation_id": ID}),
        (f" {{{ID}}} ", {"application": None, "activation_id": ID}),
    ],
)
def test_what_a_key_is_for(products: str, expected: dict[str, Any]) -> None:
    assert host_key(row(products=products), options()) == HostKey(key=ProductKey(KEY), **expected)


def test_leave_to_replace_a_licence_goes_with_the_key() -> None:
    assert host_key(row(), options(replace_licensed=True)).replace_licensed


@pytest.mark.parametrize("products", ["visio", "", "98ebfe73", f"{ID}-1"])
def test_a_key_for_nothing_we_know_is_refused(products: str) -> None:
    with pytest.raises(Refusal) as refusal:
        host_key(row(products=products), options())
    assert refusal.value.code == "bad_option"


def test_a_key_of_clients_is_refused() -> None:
    with pytest.raises(Refusal) as refusal:
        host_key(row(str(reveal(gvlk()))), options())
    assert refusal.value.code == "kms_client_key"


def test_a_confirmation_id_may_have_hyphens() -> None:
    assert confirmation_of(row()) is None
    assert confirmation_of(row(confirmation="123456-" * 7 + "123456")) == "123456" * 8
    with pytest.raises(Refusal) as refusal:
        confirmation_of(row(confirmation="123"))
    assert refusal.value.code == "bad_confirmation_id"
