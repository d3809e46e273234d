# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A KMS host of the fleet and its clients: what the host counts, logs and tells, and what its settings do to them."""

from __future__ import annotations

from typing import Any

from .mak_cases import HOST_KEY, Serve
from .playbook_runs import task

WORLD = {"microsoft": {"keys": {HOST_KEY: {"channel": "kms_host"}}}, "kms_hosts": {}}
HOST = {"system": "server_2022_standard", "channel": "kms_client", "status": "notification", "firewall": "closed"}
SERVER = {"system": "server_2019_standard", "channel": "kms_client", "status": "notification"}
CLIENT = {"system": "windows_11_enterprise", "channel": "kms_client", "status": "notification"}
KEEP_HOST = {"product_keys": [{"product_key": HOST_KEY}], "firewall": True}
ON_HOST, ON_CLIENTS = {"when": "inventory_hostname == 'kms'"}, {"when": "inventory_hostname != 'kms'"}


def _on(name: str, module: str, only: dict[str, Any], **options: Any) -> dict[str, Any]:
    return {**task(module, **options), **only, "name": name, "ignore_errors": True}


def test_a_host_from_nothing_counts_and_lists_the_clients_that_it_then_serves(serve: Serve) -> None:
    machines = {"kms": HOST, **{f"srv{number}": SERVER for number in range(5)}, "pc": CLIENT}
    # An image that was not generalised: two servers with one identity count once.
    machines |= {"srv3": {**SERVER, "cmid": "11111111-2222-3333-4444-555555555555"}}
    machines |= {"srv4": {**SERVER, "cmid": "11111111-2222-3333-4444-555555555555"}}
    ground = serve(machines, world=WORLD)
    client = {"kms_host": "kms.corp.example", "wait_seconds": 0}
    run = ground.play(
        _on("set up", "kms_host", ON_HOST, **KEEP_HOST),
        _on("ask", "kms_client", ON_CLIENTS, **client),
        _on("look", "kms_host_info", ON_HOST, clients=True),
    )
    told = run.result("kms", "look")
    assert (told["hosting"]["is_kms_host"], told["hosting"]["port"]) == (True, 1688)
    # Five servers with four identities and a client: a count of five serves the servers, never the client.
    assert told["counts"] == {"windows": 5, "office": None}
    assert run.result("pc", "ask")["code"] == "0xC004F038"
    (product,) = told["products"]
    assert (product["application"], product["status"], product["current_count"]) == ("windows", "licensed", 5)
    clients = told["clients"]
    assert {row["name"] for row in clients["rows"]} == {f"{name}.corp.example" for name in machines if name != "kms"}
    assert clients["duplicates"] == [
        {
            "client_machine_id": "11111111-2222-3333-4444-555555555555",
            "names": ["srv3.corp.example", "srv4.corp.example"],
        }
    ]
    row = next(row for row in clients["rows"] if row["name"] == "pc.corp.example")
    # The host answered it well, with its count; that this is too low is what the client concludes.
    assert (row["last_result"], row["required_count"], row["kind"]) == ("0x00000000", 25, "windows_client")
    assert (row["requests"], row["failed"], row["message"], row["status"]) == (1, 0, None, "notification")
    assert told["requests_served"]["total"] == clients["events"] == 6
    assert told["requests_served"]["failed"] == sum(row["failed"] for row in clients["rows"])
    assert "license" not in told and "steps" not in told


def test_a_port_that_was_changed_is_where_clients_have_to_ask(serve: Serve) -> None:
    ground = serve({"kms": HOST, **{f"srv{number}": SERVER for number in range(5)}}, world=WORLD)
    run = ground.play(
        _on("set up", "kms_host", ON_HOST, **KEEP_HOST, port=1700),
        _on("old port", "kms_client", ON_CLIENTS, kms_host="kms.corp.example", wait_seconds=0),
        _on("new port", "kms_client", ON_CLIENTS, kms_host="kms.corp.example", kms_port=1700, wait_seconds=0),
        _on("new port again", "kms_client", ON_CLIENTS, kms_host="kms.corp.example", kms_port=1700, wait_seconds=0),
    )
    for number in range(5):
        assert run.result(f"srv{number}", "old port")["code"] == "0xC004F074"
        assert run.result(f"srv{number}", "new port again")["license"]["products"][0]["status"] == "licensed"


def test_the_clients_are_bounded_by_number_and_told_as_such(serve: Serve) -> None:
    ground = serve({"kms": HOST, **{f"srv{number}": SERVER for number in range(5)}}, world=WORLD)
    run = ground.play(
        _on("set up", "kms_host", ON_HOST, **KEEP_HOST),
        _on("ask", "kms_client", ON_CLIENTS, kms_host="kms.corp.example", wait_seconds=0),
        _on("few", "kms_host_info", ON_HOST, clients=True, clients_limit=2),
        _on("all", "kms_host_info", ON_HOST, clients=True, clients_limit=5),
        _on("none", "kms_host_info", ON_HOST),
        _on("bad days", "kms_host_info", ON_HOST, clients_days=0),
        _on("bad limit", "kms_host_info", ON_HOST, clients_limit=100001),
    )
    few, everyone = run.result("kms", "few")["clients"], run.result("kms", "all")["clients"]
    assert (few["events"], few["truncated"], len(few["rows"])) == (2, True, 2)
    assert (everyone["events"], everyone["truncated"], len(everyone["rows"])) == (5, False, 5)
    assert "clients" not in run.result("kms", "none")
    for name in ("bad days", "bad limit"):
        assert run.result("kms", name)["code"] == "bad_option"


def test_a_machine_that_is_no_host_says_so(serve: Serve) -> None:
    ground = serve({"srv": SERVER}, world=WORLD)
    run = ground.play(task("kms_host_info", clients=True))
    told = run.result("srv")
    assert (told["hosting"]["is_kms_host"], told["hosting"]["service_version"]) == (False, None)
    assert (told["counts"], told["products"]) == ({"windows": None, "office": None}, [])
    assert set(told["requests_served"].values()) == {None}
    assert (told["clients"]["rows"], told["clients"]["duplicates"], told["clients"]["truncated"]) == ([], [], False)
    assert told["changed"] is False
