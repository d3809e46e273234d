# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fault rules: that each strikes as often as it says, at the side of the work it says, and the way a client sees it."""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest
import requests
from winrm.exceptions import (
    InvalidCredentialsError,
    WinRMOperationTimeoutError,
    WinRMTransportError,
    WSManFaultError,
)
from winrm.protocol import Protocol

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.server import FleetServer
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.winrm.fault_injection import (
    MODEL_ACTIONS,
    FaultInjector,
    WireReply,
)

from ..fake_fleet import ACTIVATE, QUERY, Fleet, fleet, machine, text

EACH_TRANSPORT = pytest.mark.parametrize(("scheme", "transport"), [("https", "basic"), ("http", "ntlm")])


def failing(**rule: Any) -> Fleet:
    """Return a fleet of one machine with one rule, for `Activate` where nothing else is said."""
    return fleet(web1={"faults": [{"on": "Activate", **rule}]})


def client_of(server: FleetServer, scheme: str = "https", transport: Any = "basic") -> Protocol:
    """Return pywinrm's client for the machine."""
    return Protocol(
        server.url("web1", scheme),
        transport=transport,
        ca_trust_path=str(server.ca_file),
        proxy=None,
        **server.login,
    )


def test_a_rule_strikes_as_often_as_it_says_and_then_never_again() -> None:
    desk = FaultInjector()
    web1 = machine("web1", {"faults": [{"on": "Activate", "do": "quota", "times": 2}]})
    assert [desk.due(web1, "any", "invoke", "Activate") is not None for _time in range(4)] == [True, True, False, False]


def test_a_rule_strikes_once_when_it_does_not_say_and_always_for_zero() -> None:
    desk = FaultInjector()
    once = machine("a", {"faults": [{"on": "any", "do": "quota"}]})
    always = machine("b", {"faults": [{"on": "any", "do": "quota", "times": 0}]})
    assert [desk.due(once, "any") is not None for _time in range(3)] == [True, False, False]
    assert [desk.due(always, "any") is not None for _time in range(3)] == [True, True, True]


def test_the_next_rule_follows_when_the_first_is_used_up() -> None:
    desk = FaultInjector()
    web1 = machine("web1", {"faults": [{"on": "any", "do": "quota"}, {"on": "enumerate", "do": "truncate"}]})
    assert [(desk.due(web1, "any", "enumerate") or {}).get("do") for _time in range(3)] == ["quota", "truncate", None]


def test_a_rule_is_for_its_occasion_in_any_case_of_letters() -> None:
    desk = FaultInjector()
    web1 = machine("web1", {"faults": [{"on": "Activate", "do": "quota", "times": 0}]})
    assert desk.due(web1, "any", "invoke", "InstallProductKey") is None
    assert desk.due(web1, "any", "enumerate", None) is None
    assert desk.due(web1, "any", "invoke", "activate") is not None


def test_rules_that_are_the_models_are_left_to_it() -> None:
    web1 = machine("web1", {"faults": [{"on": "any", "do": do, "code": "0xC004F074"} for do in MODEL_ACTIONS]})
    assert FaultInjector().due(web1, "any") is None


def test_changed_rules_start_afresh() -> None:
    desk = FaultInjector()
    rules = [{"on": "any", "do": "quota"}]
    assert desk.due(machine("web1", {"faults": rules}), "any") is not None
    assert desk.due(machine("web1", {"faults": rules}), "any") is None
    assert desk.due(machine("web1", {"faults": [{"on": "any", "do": "access_denied"}]}), "any") is not None


def test_a_rule_that_many_threads_ask_for_is_handed_out_as_often_as_it_says() -> None:
    desk, web1 = FaultInjector(), machine("web1", {"faults": [{"on": "any", "do": "quota", "times": 50}]})
    struck: list[bool] = []
    threads = [
        threading.Thread(target=lambda: struck.extend(desk.due(web1, "any") is not None for _time in range(20)))
        for _thread in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(struck) == 50


@EACH_TRANSPORT
@pytest.mark.parametrize(("do", "done"), [("refuse", 0), ("drop_before", 0), ("drop_after", 1)])
def test_a_drop_looks_the_same_before_and_after_the_work(scheme: str, transport: str, do: str, done: int) -> None:
    machines = failing(do=do)
    with FleetServer(machines) as server:
        client = client_of(server, scheme, transport)
        with pytest.raises(requests.exceptions.ConnectionError):
            client.send_message(text(ACTIVATE))
        assert machines.machines["web1"].invoked == ["Activate"] * done
        assert server.counters.of("web1").faults == 1


@EACH_TRANSPORT
def test_a_truncated_answer_announces_more_than_it_brings(scheme: str, transport: str) -> None:
    machines = failing(do="truncate")
    with FleetServer(machines) as server:
        with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError)):
            client_of(server, scheme, transport).send_message(text(ACTIVATE))
        assert machines.machines["web1"].invoked == ["Activate"]


@EACH_TRANSPORT
@pytest.mark.parametrize("status", [413, 500, 503])
def test_a_status_comes_without_a_message_and_before_the_work(scheme: str, transport: str, status: int) -> None:
    machines = failing(do="status", status=status)
    with FleetServer(machines) as server:
        client = client_of(server, scheme, transport)
        with pytest.raises(WinRMTransportError) as caught:
            client.send_message(text(ACTIVATE))
        assert (caught.value.code, caught.value.response_text) == (status, "")
        assert machines.machines["web1"].invoked == []
        client.send_message(text(ACTIVATE))
        assert machines.machines["web1"].invoked == ["Activate"]


@EACH_TRANSPORT
@pytest.mark.parametrize("status", [403, 503, 520])
def test_a_status_can_also_come_after_the_work(scheme: str, transport: str, status: int) -> None:
    machines = failing(do="status_after", status=status)
    with FleetServer(machines) as server:
        client = client_of(server, scheme, transport)
        with pytest.raises(WinRMTransportError) as caught:
            client.send_message(text(ACTIVATE))
        assert (caught.value.code, caught.value.response_text) == (status, "")
        assert machines.machines["web1"].invoked == ["Activate"]


@EACH_TRANSPORT
@pytest.mark.parametrize(("do", "done"), [("timeout_before", 0), ("timeout_after", 1)])
def test_a_timeout_does_not_tell_whether_the_work_was_done(scheme: str, transport: str, do: str, done: int) -> None:
    machines = failing(do=do)
    with FleetServer(machines) as server:
        with pytest.raises(WinRMOperationTimeoutError):
            client_of(server, scheme, transport).send_message(text(ACTIVATE))
        assert machines.machines["web1"].invoked == ["Activate"] * done


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    ("do", "more", "number"),
    [("access_denied", {}, 5), ("quota", {}, 2150859174), ("fault", {"code": 2150858752}, 2150858752)],
)
def test_a_fault_is_answered_in_place_of_the_work_or_after_it(
    do: str, more: dict[str, Any], number: int, after: bool
) -> None:
    machines = failing(do=f"{do}_after" if after else do, **more)
    with FleetServer(machines) as server:
        with pytest.raises(WSManFaultError) as caught:
            client_of(server).send_message(text(ACTIVATE))
        assert number in (caught.value.wsman_fault_code, caught.value.wmierror_code)
        assert machines.machines["web1"].invoked == ["Activate"] * after


def test_a_delayed_answer_comes_in_the_end_and_a_shorter_patience_does_not_see_it() -> None:
    machines = fleet(web1={"faults": [{"on": "enumerate", "do": "delay", "seconds": 3600}]})
    with FleetServer(machines) as server:
        client = client_of(server)
        client.transport.read_timeout_sec = 1
        with pytest.raises(requests.exceptions.ReadTimeout):
            client.send_message(text(QUERY))
        client.send_message(text(QUERY))
    # Leaving did not wait for the hour to pass.


@EACH_TRANSPORT
def test_a_rule_for_any_strikes_messages_and_not_the_login(scheme: str, transport: str) -> None:
    with FleetServer(fleet(web1={"faults": [{"on": "any", "do": "access_denied"}]})) as server:
        client = client_of(server, scheme, transport)
        with pytest.raises(WSManFaultError):
            client.send_message(text(QUERY))
        client.send_message(text(QUERY))


@EACH_TRANSPORT
@pytest.mark.parametrize("rule", [{"do": "status", "status": 401}, {"do": "access_denied"}])
def test_a_login_can_be_turned_away_once(scheme: str, transport: str, rule: dict[str, Any]) -> None:
    with FleetServer(fleet(web1={"faults": [{"on": "login", **rule}]})) as server:
        with pytest.raises(InvalidCredentialsError):
            client_of(server, scheme, transport).send_message(text(QUERY))
        client_of(server, scheme, transport).send_message(text(QUERY))
        tally = server.counters.of("web1")
        assert (tally.kinds, tally.faults, tally.unsealed) == ({"enumerate": 1}, 1, 0)


@EACH_TRANSPORT
def test_a_login_can_be_dropped(scheme: str, transport: str) -> None:
    with FleetServer(fleet(web1={"faults": [{"on": "login", "do": "drop_before"}]})) as server:
        with pytest.raises(requests.exceptions.ConnectionError):
            client_of(server, scheme, transport).send_message(text(QUERY))
        client_of(server, scheme, transport).send_message(text(QUERY))


def test_a_machine_that_always_refuses_has_a_port_nobody_listens_on() -> None:
    described = {"faults": [{"on": "any", "do": "refuse", "times": 0}]}
    with FleetServer(fleet("web2", web1=described)) as server:
        hosts = server.host_variables()
        assert hosts["web2"]["ansible_port"] == server.https_port
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((hosts["web1"]["ansible_host"], hosts["web1"]["ansible_port"]), timeout=20)


def test_a_reply_is_whole_unless_it_says_otherwise() -> None:
    assert WireReply(200).delivery == "whole"
