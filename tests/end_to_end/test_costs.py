# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task costs a machine, counted by the machine: requests beyond those of the login."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .playbook_runs import Playground, task

Serve = Callable[..., Playground]

LICENSED = {"system": "server_2022_datacenter", "status": "licensed", "kms_host": "kms.corp.example", "lease_days": 120}
FIRST = {
    "fresh volume media": {"system": "server_2022_datacenter", "channel": "kms_client", "status": "notification"},
    "a server on its retail key": {"system": "server_2019_standard", "channel": "retail", "status": "notification"},
    "a client on its firmware key": {"system": "windows_11_pro", "channel": "oem", "status": "notification"},
    "with Office and an add-on": {
        "system": "windows_10_pro",
        "status": "notification",
        "office": ["office_2021"],
        "addons": ["esu_windows_10_year_1"],
    },
}


def _requests(ground: Playground) -> int:
    tally = ground.server.counters.of("srv")
    return tally.requests - tally.logins


@pytest.mark.parametrize("transport", [("basic", "https"), ("ntlm", "http")], ids=["https", "sealed"])
@pytest.mark.parametrize("office", [[], ["office_2021"]], ids=["windows", "with-office"])
def test_an_unchanged_client_costs_at_most_three_requests_and_eight_kilobytes(
    serve: Serve, transport: tuple[str, str], office: list
) -> None:
    ground = serve({"srv": {**LICENSED, "office": office}}, transport=transport[0], scheme=transport[1])
    run = ground.play(task("kms_client", kms_host="kms.corp.example"))
    assert (run.code, run.result("srv")["changed"]) == (0, False), run.output
    assert _requests(ground) == run.result("srv")["requests"] <= 3
    tally = ground.server.counters.of("srv")
    assert tally.bytes_in + tally.bytes_out - tally.login_bytes_in - tally.login_bytes_out <= 8192


FOREST = {"ad": {"corp.example": ["For all"]}, "kms_hosts": {"kms.corp.example": {"count": 50}}}


@pytest.mark.parametrize("transport", [("basic", "https"), ("ntlm", "http")], ids=["https", "sealed"])
@pytest.mark.parametrize(("path", "requests"), [("ad", 2), ("kms", 3)])
def test_an_unchanged_client_of_active_directory_costs_two_requests_and_one_by_kms_the_domain_too(
    serve: Serve, transport: tuple[str, str], path: str, requests: int
) -> None:
    machine = {**LICENSED, "activated_by": path}
    ground = serve({"srv": machine}, world=FOREST, transport=transport[0], scheme=transport[1])
    run = ground.play(task("adba_client", activation_type="any"))
    assert (run.code, run.result("srv")["changed"]) == (0, False), run.output
    assert run.result("srv")["activation"]["path"] == path
    assert _requests(ground) == run.result("srv")["requests"] == requests
    tally = ground.server.counters.of("srv")
    assert tally.bytes_in + tally.bytes_out - tally.login_bytes_in - tally.login_bytes_out <= 12288


def test_the_way_from_kms_to_active_directory_costs_at_most_ten_requests(serve: Serve) -> None:
    ground = serve({"srv": {**LICENSED, "activated_by": "kms"}}, world=FOREST)
    run = ground.play(task("adba_client"))
    assert run.code == 0, run.output
    assert run.result("srv")["activation"]["path"] == "ad"
    assert _requests(ground) == run.result("srv")["requests"] <= 10


@pytest.mark.parametrize("machine", FIRST.values(), ids=FIRST)
def test_a_first_activation_costs_at_most_ten_requests(serve: Serve, machine: dict) -> None:
    ground = serve({"srv": machine})
    run = ground.play(task("kms_client", kms_host="kms.corp.example"))
    assert run.code == 0, run.output
    assert run.result("srv")["license"]["products"][0]["status"] == "licensed"
    assert _requests(ground) == run.result("srv")["requests"] <= 10


def test_the_role_is_one_remote_task(serve: Serve) -> None:
    ground = serve({"srv": LICENSED})
    play = {"roles": [{"role": "volume.activation.kms_default"}], "tasks": []}
    run = ground.play(play=play, variables={"kms_default_kms_host": "kms.corp.example"})
    assert run.code == 0, run.output
    assert _requests(ground) <= 3
    assert [row["task"] for row in run.results if "requests" in row["result"]] != []
    assert sum("requests" in row["result"] for row in run.results) == 1
