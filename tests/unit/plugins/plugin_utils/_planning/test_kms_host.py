# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of a KMS host: compared first, changed where they differ, and brought into force by one restart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    Channel,
    FirewallRule,
    LicenseStatus,
    Product,
    PublishDomain,
)
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    DesiredState,
    FirewallWish,
    HostSettings,
    HostStep,
    MarkHost,
    Plan,
    RestartService,
    SetListeningPort,
    SetPublishDomains,
    deferred,
    is_host,
    plan,
)

from .kms_host_samples import CORP, HOSTING, actions, host, hosting, planned
from .state_samples import VERSION, licensed, office, state, windows


@pytest.mark.parametrize(
    ("wish", "action", "reached", "was", "becomes"),
    [
        ({"port": 1700}, "set_listening_port", {"port": 1700}, "1688", "1700"),
        ({"dns_publishing": False}, "set_dns_publishing", {"dns_publishing": False}, "on", "off"),
        (
            {"publish_domains": (CORP,)},
            "set_publish_domains",
            {"publish_domains": (CORP,)},
            "(none)",
            "corp.example, 10, 5",
        ),
        ({"low_priority": True}, "set_low_priority", {"low_priority": True}, "off", "on"),
        (
            {"activation_interval": 15},
            "set_activation_interval",
            {"activation_interval": 15},
            "120 minutes",
            "15 minutes",
        ),
        (
            {"renewal_interval": 43200},
            "set_renewal_interval",
            {"renewal_interval": 43200},
            "10080 minutes",
            "43200 minutes",
        ),
    ],
)
def test_a_setting_that_differs_is_changed_and_the_service_started_anew(
    wish: dict[str, Any], action: str, reached: dict[str, Any], was: str, becomes: str
) -> None:
    found = hosting()
    steps = planned(found, **wish)
    assert [step.action for step in steps.steps] == [action, "restart_service"]
    assert (steps.steps[0].was, steps.steps[0].becomes) == (was, becomes)
    after = steps.predicted(found)
    assert after == hosting(**reached)
    assert planned(after, **wish) == Plan(())


@pytest.mark.parametrize(
    ("found", "wish"),
    [
        ({}, {"port": 1688}),
        ({"port": 1688}, {"port": 1688}),
        ({"port": 1700}, {"port": 1700}),
        ({}, {"dns_publishing": True}),
        ({}, {"publish_domains": ()}),
        ({"publish_domains": None}, {"publish_domains": ()}),
        (
            {"publish_domains": (CORP, PublishDomain("b.example"))},
            {"publish_domains": (PublishDomain("B.example."), PublishDomain("CORP.example", 10, 5))},
        ),
        ({}, {"low_priority": False}),
        ({}, {"activation_interval": 120, "renewal_interval": 10080}),
        ({}, {"firewall": FirewallWish(enabled=False)}),
        ({}, {"firewall": FirewallWish(enabled=False, profiles=1)}),
        ({"firewall": None}, {"firewall": FirewallWish(enabled=True)}),
        ({}, {}),
    ],
)
def test_what_is_as_wished_or_not_wished_for_is_left_alone(found: dict[str, Any], wish: dict[str, Any]) -> None:
    assert planned(hosting(**found), **wish) == Plan(())


def test_the_default_port_is_wished_for_by_clearing_the_setting() -> None:
    found = hosting(port=1700)
    step = planned(found, port=1688).steps[0]
    assert isinstance(step, SetListeningPort)
    assert step.predicted(found) == hosting(port=0)
    assert (step.port, step.was, step.becomes) == (None, "1700", "1688")


def test_the_list_is_written_as_wished_and_told_in_order() -> None:
    wished = (PublishDomain("z.example"), PublishDomain("a.example", 1, 2))
    step = planned(hosting(publish_domains=(CORP,)), publish_domains=wished).steps[0]
    assert isinstance(step, SetPublishDomains)
    assert step.domains == wished
    assert (step.was, step.becomes) == ("corp.example, 10, 5", "a.example, 1, 2; z.example")


def test_another_weight_is_another_list() -> None:
    found = hosting(publish_domains=(CORP,))
    assert actions(found, publish_domains=(replace(CORP, weight=6),)) == ["set_publish_domains"]


def test_a_restart_comes_once_and_last() -> None:
    wish = {"port": 1700, "low_priority": True, "renewal_interval": 15, "firewall": FirewallWish(enabled=True)}
    names = [step.action for step in planned(hosting(version_mark=""), **wish).steps]
    assert names == [
        "set_listening_port",
        "set_low_priority",
        "set_renewal_interval",
        "mark_host",
        "set_firewall_port",
        "switch_firewall_rule",
        "restart_service",
    ]


@pytest.mark.parametrize(
    ("found", "wish"),
    [
        ({}, {"port": 1700, "restart": False}),
        ({"version_mark": ""}, {}),
        ({}, {"firewall": FirewallWish(enabled=True, profiles=1)}),
        ({"port": 1700}, {"firewall": FirewallWish(enabled=True)}),
    ],
)
def test_without_leave_or_need_there_is_no_restart(found: dict[str, Any], wish: dict[str, Any]) -> None:
    steps = planned(hosting(**found), **wish).steps
    assert steps
    assert not any(isinstance(step, RestartService) for step in steps)


def test_a_restart_is_never_found_done_and_changes_no_state() -> None:
    step = planned(hosting(), port=1700).steps[-1]
    assert step.predicted(hosting()) == hosting()
    assert not step.is_done(hosting())


NO_HOSTS: dict[str, Product] = {
    "client": licensed(),
    "unlicensed": host(status=LicenseStatus.UNLICENSED),
    "in grace": host(status=LicenseStatus.OOB_GRACE),
}


@pytest.mark.parametrize("product", NO_HOSTS.values(), ids=NO_HOSTS)
def test_intervals_wait_until_the_machine_is_an_activated_host(product: Product) -> None:
    wish = HostSettings(activation_interval=15, renewal_interval=15, port=1700)
    found = hosting(product, version_mark=None)
    assert not is_host(found)
    assert deferred(wish, found) == ("activation_interval", "renewal_interval")
    assert [step.action for step in plan(DesiredState(hosting=wish), found).steps] == [
        "set_listening_port",
        "restart_service",
    ]


def test_only_intervals_that_differ_wait() -> None:
    wish = HostSettings(activation_interval=120, renewal_interval=15)
    assert deferred(wish, hosting(licensed())) == ("renewal_interval",)
    assert deferred(wish, hosting()) == ()
    assert deferred(None, hosting(licensed())) == ()
    assert deferred(wish, state(licensed())) == ()


def test_an_office_host_key_makes_a_host_too() -> None:
    found = hosting(licensed(), office(channel=Channel.KMS_HOST, status=LicenseStatus.LICENSED))
    assert is_host(found)
    assert actions(found, activation_interval=15) == ["set_activation_interval"]


def test_an_interval_that_was_not_told_is_set() -> None:
    step = planned(hosting(activation_interval=None), activation_interval=120).steps[0]
    assert (step.was, step.becomes) == ("(unknown)", "120 minutes")


@pytest.mark.parametrize(
    ("products", "mark", "marked"),
    [
        ((host(),), "", True),
        ((host(status=LicenseStatus.UNLICENSED),), "", True),
        ((licensed(), office(channel=Channel.KMS_HOST)), "", True),
        ((host(),), "10.0.14393.0", None),
        ((host(),), None, None),
        ((licensed(),), VERSION, False),
        ((), VERSION, False),
        ((licensed(),), "", None),
        ((licensed(),), None, None),
        ((host(partial_product_key=None),), "", None),
    ],
)
def test_the_mark_follows_the_host_keys_where_it_was_read(
    products: tuple[Product, ...], mark: str | None, marked: bool | None
) -> None:
    found = replace(state(*products), hosting=replace(HOSTING, version_mark=mark))
    steps = planned(found).steps
    assert [step.marked for step in steps if isinstance(step, MarkHost)] == ([] if marked is None else [marked])
    assert len(steps) == (marked is not None)
    after = Plan(steps).predicted(found).hosting
    assert after is not None
    if marked is not None:
        assert after.version_mark == (VERSION if marked else "")
        words = (mark or "(none)", VERSION if marked else "(none)")
        assert (steps[0].was, steps[0].becomes) == words


def test_nothing_is_marked_where_nothing_of_a_host_was_read() -> None:
    assert planned(state(host())) == Plan(())


def test_steps_can_be_predicted_where_nothing_was_read() -> None:
    """A step of the firewall may be asked for its effect on a state that has no rule."""
    bare = state(windows())
    steps = planned(hosting(), port=1700, firewall=FirewallWish(enabled=True, profiles=1)).steps
    reached = Plan(steps).predicted(bare).hosting
    assert reached is not None
    assert reached.port == 1700
    assert reached.firewall == FirewallRule(name="", enabled=True, ports=("1700",), profiles=1)
    assert all(step.is_done(Plan(steps).predicted(bare)) for step in steps if not isinstance(step, RestartService))
    assert all(isinstance(step, HostStep) for step in steps)


def test_the_mark_is_left_alone_where_a_later_stage_sees_to_it() -> None:
    for found in (hosting(version_mark=""), hosting(licensed())):
        assert planned(found)
        assert not planned(found, mark=False)
