# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a KMS host: its settings, its counts, and its clients where they are asked for."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._applying import Products, Scope

from ..plugin_utils._simulator.wmi_client import Asker, Faulted
from .fake_task import FakeTask, Keywords, Row
from .simulated_task import HOST, OFFICE_KEY, SERVER, SimulatedTask

CLIENT = {"system": "windows_11_enterprise", "kms_host": "host01.corp.example"}


def test_a_host_tells_of_itself_in_one_result(host: SimulatedTask) -> None:
    host.become({**HOST, "office_host": [{"product": "office_2021", "status": "licensed", "product_key": OFFICE_KEY}]})
    found = host.run("kms_host_info")
    assert (found["changed"], host.changes) == (False, [])
    assert not {"license", "steps", "clients", "deferred"} & set(found)
    assert (found["hosting"]["is_kms_host"], found["hosting"]["port"]) == (True, 1688)
    assert found["hosting"]["publish_domains"] == []
    assert found["hosting"]["firewall"]["ports"] == ["1688"]
    assert found["counts"] == {"windows": 0, "office": 0}
    assert {row["application"] for row in found["products"]} == {"windows", "office"}
    assert all(row["status"] == "licensed" for row in found["products"])
    assert found["requests_served"]["total"] == 0


def test_a_machine_that_is_no_host_has_neither_counts_nor_products(host: SimulatedTask) -> None:
    found = host.run("kms_host_info", {"clients": True})
    assert (found["hosting"]["is_kms_host"], found["counts"]) == (False, {"windows": None, "office": None})
    assert (found["products"], found["clients"]["rows"]) == ([], [])


def test_its_clients_are_told_where_they_are_asked_for(host: SimulatedTask) -> None:
    host.become(HOST, client01=CLIENT, client02={**CLIENT, "cmid": "9e6b7a3c-0000-4000-8000-000000000001"})
    for name in ("client01", "client02", "client01"):
        with pytest.raises(Faulted):
            Asker(host.fleet.machines[name]).activate()
    before = datetime.now(timezone.utc).replace(microsecond=0)
    clients = host.run("kms_host_info", {"clients": True, "clients_days": 1})["clients"]
    after = datetime.now(timezone.utc)
    assert (clients["events"], clients["truncated"], clients["duplicates"]) == (3, False, [])
    first, second = clients["rows"]
    assert (first["name"].lower(), first["requests"], second["requests"]) == ("client01.corp.example", 2, 1)
    assert (first["kind"], first["required_count"]) == ("windows_client", 25)
    since = datetime.fromisoformat(clients["since"])
    # However long the machine that runs the test takes.
    assert before - timedelta(days=1) <= since <= after - timedelta(days=1)
    assert since.microsecond == 0
    cut = host.run("kms_host_info", {"clients": True, "clients_limit": 1})["clients"]
    assert (cut["events"], cut["truncated"]) == (1, True)


@pytest.mark.parametrize(
    ("args", "named"),
    [
        ({"clients_days": 0}, "clients_days"),
        ({"clients_days": 3651}, "clients_days"),
        ({"clients_limit": 0}, "clients_limit"),
        ({"clients_limit": 100_001}, "clients_limit"),
    ],
)
def test_limits_out_of_range_are_refused_before_anything_is_read(host: SimulatedTask, args: Row, named: str) -> None:
    found = host.run("kms_host_info", {"clients": True, **args})
    assert (found["code"], found["refused"], host.opened) == ("bad_option", True, 0)
    assert named in found["msg"]


@pytest.mark.parametrize("args", [{"clients_days": 1, "clients_limit": 1}, {"clients_days": 3650}])
def test_limits_at_the_edge_are_not(host: SimulatedTask, args: Row) -> None:
    host.become(SERVER)
    assert not host.run("kms_host_info", {"clients": True, **args}).get("failed")


def test_all_of_a_host_is_read(stage: FakeTask) -> None:
    expected = Scope(products=Products.INSTALLED, hosting=True, registry=True, firewall=True)
    assert stage.action("kms_host_info", {}, Keywords()).scope({}) == expected
