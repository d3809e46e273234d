# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings of a KMS host are written once each, and come into force even where a later one fails."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._applying.commands import work_for
from ansible_collections.volume.activation.plugins.plugin_utils._cim import Repository
from ansible_collections.volume.activation.plugins.plugin_utils._errors import (
    ActivationError,
    AnswerLost,
    ConnectionFailed,
    MachineRefused,
    NotConverged,
)
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import PublishDomain
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    DesiredState,
    FirewallWish,
    HostKey,
    HostSettings,
    Step,
)

from .._planning.kms_host_samples import KEY, RULE, hosting
from .._planning.state_samples import VERSION, licensed, machine
from .fake_kms_host import FakeKmsHost, lost
from .fake_machine import Fault

PORT, PRIORITY = "SetKeyManagementServiceListeningPort", "EnableKeyManagementServiceLowPriority"
RESTART = ["StopService", "StartService"]
REFUSED = Fault(MachineRefused("no", hresult=0xC004F06A))


def bench(*products: Any, faults: dict[str, Any] | None = None, **changes: Any) -> FakeKmsHost:
    """Return a KMS host on the bench."""
    return FakeKmsHost(hosting(*products, **changes), faults or {})


def wish(**settings: Any) -> DesiredState:
    """Return the wish for these settings."""
    return DesiredState(hosting=HostSettings(**settings))


def failed(box: FakeKmsHost, asked: DesiredState, kind: type[ActivationError]) -> tuple[ActivationError, list[str]]:
    """Return the error, and what was done before it."""
    applier = box.applier()
    with pytest.raises(kind) as error:
        box.carry_out(asked, applier)
    return error.value, [step.action for step in applier.done]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"port": 1700}, [(PORT, {"PortNumber": 1700})]),
        ({"dns_publishing": False}, [("DisableKeyManagementServiceDnsPublishing", {"DisablePublishing": True})]),
        ({"low_priority": True}, [(PRIORITY, {"EnableLowPriority": True})]),
        ({"activation_interval": 15}, [("SetVLActivationInterval", {"ActivationInterval": 15})]),
        ({"renewal_interval": 15}, [("SetVLRenewalInterval", {"RenewalInterval": 15})]),
    ],
)
def test_a_setting_is_one_call_of_the_service_and_a_restart(
    settings: dict[str, Any], expected: list[tuple[str, dict[str, Any]]]
) -> None:
    box = bench()
    box.carry_out(wish(**settings), box.applier())
    assert [(method, given) for _name, _keys, method, given in box.calls[:-2]] == expected
    assert box.changes[-2:] == RESTART


def test_the_default_port_is_set_by_clearing_it() -> None:
    box = bench(port=1700)
    box.carry_out(wish(port=1688), box.applier())
    assert box.changes == ["ClearKeyManagementServiceListeningPort", *RESTART]


def test_the_firewall_is_changed_by_the_keys_of_the_rule_that_was_read() -> None:
    box = bench()
    after = box.carry_out(
        wish(port=1700, restart=False, firewall=FirewallWish(enabled=True, profiles=3)), box.applier()
    )
    assert box.calls[1:] == [
        ("MSFT_NetProtocolPortFilter", dict(RULE.port_keys), "root/standardcimv2", {"LocalPort": ["1700"]}),
        ("MSFT_NetFirewallRule", dict(RULE.rule_keys), "root/standardcimv2", {"Profiles": 3}),
        ("MSFT_NetFirewallRule", dict(RULE.rule_keys), "Enable", {}),
    ]
    assert after.hosting is not None
    assert after.hosting.firewall == replace(RULE, ports=("1700",), profiles=3, enabled=True)


@pytest.mark.parametrize("domains", [(PublishDomain("b.example", 1, 2), PublishDomain("a.example")), ()])
def test_the_publish_list_is_written_or_deleted(domains: tuple[PublishDomain, ...]) -> None:
    box = bench(publish_domains=(PublishDomain("old.example"),))
    after = box.carry_out(wish(publish_domains=domains), box.applier())
    assert box.changes == ["SetMultiStringValue" if domains else "DeleteValue", *RESTART]
    assert after.hosting is not None
    assert after.hosting.publish_domains == domains


def test_a_mark_that_was_read_is_kept_by_its_step_alone() -> None:
    box = bench(version_mark="")
    box.carry_out(wish(), box.applier())
    assert box.changes == ["SetStringValue"] * 2
    assert [given["sValue"] for *_call, given in box.calls] == [VERSION] * 2


def test_after_a_key_the_mark_is_left_to_its_step_where_it_was_read() -> None:
    for mark, expected in (("", ["InstallProductKey", "RefreshLicenseStatus"]), (None, None)):
        box = bench(licensed(), version_mark=mark)
        box.state = replace(box.state, machine=machine())
        box.channel = HostKey.channel
        box.carry_out(DesiredState(key=HostKey(key=KEY, replace_licensed=True)), box.applier())
        assert box.changes == (expected or ["InstallProductKey", "RefreshLicenseStatus", *["SetStringValue"] * 2])


@pytest.mark.parametrize(
    ("method", "asked"),
    [
        (PORT, wish(port=1700, restart=False)),
        ("SetMultiStringValue", wish(publish_domains=(PublishDomain("a.example"),), restart=False)),
        ("Put", wish(port=1688, firewall=FirewallWish(enabled=False), restart=False)),
        ("Enable", wish(firewall=FirewallWish(enabled=True))),
    ],
)
def test_after_a_lost_answer_the_machine_tells_whether_it_was_done(method: str, asked: DesiredState) -> None:
    if method == "Put":
        asked = wish(firewall=FirewallWish(enabled=True, profiles=1))
    box = bench(faults={method: lost(works=True)})
    box.carry_out(asked, box.applier())
    assert box.changes.count(method) == 1
    box = bench(faults={method: lost(works=False)})
    error, _done = failed(box, asked, AnswerLost)
    assert error.code == "outcome_unknown"
    assert box.changes.count(method) == 1


def test_what_was_set_comes_into_force_where_a_later_setting_fails() -> None:
    box = bench(faults={PRIORITY: REFUSED})
    error, done = failed(box, wish(port=1700, low_priority=True), MachineRefused)
    assert error.hresult == 0xC004F06A  # type: ignore[attr-defined]
    assert done == ["set_listening_port", "restart_service"]
    assert box.changes == [PORT, PRIORITY, *RESTART]


@pytest.mark.parametrize("fault", [lost(works=False), Fault(ConnectionFailed("down"))])
def test_so_it_does_where_its_outcome_is_unknown_or_the_machine_was_away(fault: Fault) -> None:
    box = bench(faults={"Put": fault})
    _error, done = failed(box, wish(port=1700, firewall=FirewallWish(enabled=True)), ActivationError)
    assert done == ["set_listening_port", "restart_service"]


@pytest.mark.parametrize(
    ("faults", "settings"),
    [
        ({PORT: REFUSED}, {"port": 1700, "low_priority": True}),
        ({PRIORITY: REFUSED}, {"port": 1700, "low_priority": True, "restart": False}),
        ({"Enable": REFUSED}, {"firewall": FirewallWish(enabled=True, profiles=1)}),
    ],
)
def test_nothing_is_restarted_for_nothing(faults: dict[str, Fault], settings: dict[str, Any]) -> None:
    box = bench(faults=faults)
    failed(box, wish(**settings), MachineRefused)
    assert "StopService" not in box.changes


def test_a_restart_that_failed_is_not_tried_a_second_time() -> None:
    box = bench()
    box.stuck = True
    error, done = failed(box, wish(port=1700), NotConverged)
    assert (error.code, done) == ("service_not_restarted", ["set_listening_port"])
    assert box.changes == [PORT, *RESTART]
    assert box.time == 60.0
    assert set(box.pauses) == {0.5}


def test_an_owed_restart_that_fails_hides_no_error() -> None:
    box = bench(faults={PRIORITY: REFUSED, "StartService": Fault(MachineRefused("no", hresult=14))})
    error, done = failed(box, wish(port=1700, low_priority=True), MachineRefused)
    assert error is REFUSED.error
    assert done == ["set_listening_port"]
    assert any("could not be restarted" in text for text in box.told)


def test_a_setting_that_does_not_stay_is_told() -> None:
    box = bench(faults={PORT: Fault(None, works=False)})
    error, _done = failed(box, wish(port=1700), NotConverged)
    assert error.code == "not_converged"
    assert "set_listening_port" in str(error)


@pytest.mark.parametrize("found", [replace(hosting(), hosting=None), hosting(firewall=None)])
def test_a_step_of_the_firewall_without_its_rule_is_a_mistake_of_ours(found: Any) -> None:
    steps = FakeKmsHost(hosting()).plan(wish(port=1700, firewall=FirewallWish(enabled=True, profiles=1))).steps
    works = [work_for(step) for step in steps if "firewall" in step.action]
    assert len(works) == 3
    for work in works:
        assert work is not None
        with pytest.raises(TypeError, match="rule that was read"):
            work(Repository(lambda _message: b""), found, lambda: iter([None]))


def test_what_is_one_call_of_the_service_needs_no_work_of_its_own() -> None:
    assert work_for(Step(why="", was="", becomes="")) is None
