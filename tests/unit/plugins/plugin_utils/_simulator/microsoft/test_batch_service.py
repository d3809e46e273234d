# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The batch service answers from the world's counts, and its rules strike where they say."""

from __future__ import annotations

import threading
from typing import Any
from xml.etree import ElementTree

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.catalog.offline_ids import confirmation_id
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.fleet import Fleet
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.microsoft.batch_protocol import Asked
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.microsoft.batch_service import (
    BatchService,
    Unavailable,
)
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.winrm.fault_injection import WireReply

from ..batch_client import (
    ACTION,
    IID,
    OTHER_IID,
    STRANGER,
    envelope,
    fault_of,
    fleet,
    inner,
    pid_of,
    remaining,
    rows_of,
)


class Client:
    """Asks a service without a network."""

    def __init__(self, ours: Fleet) -> None:
        self.fleet, self.pid, self.paused = ours, pid_of(ours), list[float]()
        self.service = BatchService(ours.microsoft, self.paused.append)

    def post(self, *pairs: tuple[str, str | None], kind: int = 1) -> WireReply:
        return self.service.post(ACTION, envelope(inner(pairs, kind=kind)))

    def confirm(self, installation: str = IID) -> WireReply:
        return self.post((self.pid, installation))

    def count(self) -> WireReply:
        return self.post((self.pid, None), kind=2)


def client(*faults: dict[str, Any], **service: Any) -> Client:
    return Client(fleet(service={"faults": list(faults), **service}))


class TestAnswers:
    def test_one_good_and_one_bad_machine_of_a_call_do_not_hinder_each_other(self) -> None:
        ours = client()

        rows = rows_of(ours.post((ours.pid, IID), (STRANGER, IID), (ours.pid, "123"), (ours.pid, OTHER_IID)).body)

        assert [row.get("CID") or row["ErrorCode"] for row in rows] == [
            confirmation_id(IID),
            "0x68",
            "0x90",
            confirmation_id(OTHER_IID),
        ]
        assert remaining(ours.fleet) == 1

    def test_a_budget_that_ends_within_a_call_ends_there(self) -> None:
        ours = Client(fleet(remaining=1))

        rows = rows_of(ours.post((ours.pid, IID), (ours.pid, OTHER_IID), (ours.pid, IID)).body)

        assert [row.get("ErrorCode") for row in rows] == [None, "0x7F", None]

    def test_a_count_is_of_now(self) -> None:
        ours = client()
        ours.confirm()

        assert rows_of(ours.count().body) == [{"PID": ours.pid, "ActivationRemaining": "2"}]

    def test_the_rows_can_come_in_another_order(self) -> None:
        ours = client(reorder=True)

        assert [row["IID"] for row in rows_of(ours.post((ours.pid, IID), (ours.pid, OTHER_IID)).body)] == [
            OTHER_IID,
            IID,
        ]

    def test_more_than_it_takes_at_once_is_refused_as_a_whole(self) -> None:
        ours = client(batch_limit=1)

        reply = ours.post((ours.pid, IID), (ours.pid, OTHER_IID))

        assert reply.status == 500 and "more than the 1" in fault_of(reply.body)[1]
        assert remaining(ours.fleet) == 3 and ours.confirm().status == 200

    @pytest.mark.parametrize("action", [None, "", "http://tempuri.org/BatchActivate"])
    def test_another_action_is_a_fault(self, action: str | None) -> None:
        ours = client()

        reply = ours.service.post(action, envelope(inner([(ours.pid, IID)])))

        assert reply.status == 500 and fault_of(reply.body)[0] == "soap:Client"
        assert remaining(ours.fleet) == 3

    def test_the_action_may_stand_in_quotes(self) -> None:
        ours = client()

        assert ours.service.post(f'"{ACTION}"', envelope(inner([(ours.pid, IID)]))).status == 200

    def test_a_microsoft_nobody_reaches_does_not_answer(self) -> None:
        ours = Client(fleet(reachable=False))

        assert ours.confirm().delivery == "none"
        with pytest.raises(Unavailable) as raised:
            ours.service.relay("activationws_soap", "count", Asked(ours.pid))
        assert raised.value.transport


class TestJournal:
    def test_it_tells_every_request_with_masked_numbers_and_what_became_of_it(self) -> None:
        ours = client()
        ours.post((ours.pid, IID), (STRANGER, OTHER_IID))
        ours.count()
        told = ours.fleet.describe()["world"]["microsoft"]

        assert [(row["front"], row["kind"], row["outcome"]) for row in told["requests"]] == [
            ("microsoft", "confirmation", "confirmed"),
            ("microsoft", "confirmation", "0x68"),
            ("microsoft", "count", "2"),
        ]
        assert told["totals"] == {"confirmation": 2, "count": 1}
        assert told["product_keys_seen"] == 0

    def test_a_key_inside_the_signed_document_is_seen(self) -> None:
        ours = client()
        ours.post(("BBBBB-CCCCC-DDDDD-FFFFF-GGGGG", IID))

        assert ours.fleet.microsoft.describe()["product_keys_seen"] == 1


class TestRules:
    @pytest.mark.parametrize(
        ("rule", "spent"),
        [
            ({"do": "status", "status": 503}, 0),
            ({"do": "drop_before"}, 0),
            ({"do": "drop_after"}, 1),
            ({"do": "truncate"}, 1),
            ({"do": "empty"}, 1),
            ({"do": "malformed"}, 1),
            ({"do": "code", "code": "0x80004003"}, 0),
            ({"do": "status_after", "status": 404}, 1),
            ({"do": "code_after", "code": "0x71"}, 1),
        ],
    )
    def test_each_strikes_before_or_after_the_work_and_only_as_often_as_it_says(
        self, rule: dict[str, Any], spent: int
    ) -> None:
        ours = client(rule)
        reply = ours.confirm()

        assert 3 - remaining(ours.fleet) == spent
        shape = {
            "status": lambda: (reply.status, reply.body) == (503, b""),
            "drop_before": lambda: reply.delivery == "none",
            "drop_after": lambda: reply.delivery == "none",
            "truncate": lambda: reply.delivery == "cut",
            "empty": lambda: b"<ResponseXml></ResponseXml>" in reply.body,
            "malformed": lambda: _is_broken(reply.body),
            "status_after": lambda: (reply.status, reply.body) == (404, b""),
            "code_after": lambda: rows_of(reply.body)[0]["ErrorCode"] == "0x71",
            "code": lambda: rows_of(reply.body)[0]["ErrorCode"] == "0x80004003",
        }
        assert shape[rule["do"]]()
        assert rows_of(ours.confirm().body)[0]["CID"] == confirmation_id(IID)
        assert remaining(ours.fleet) == 2

    def test_they_strike_on_what_they_name(self) -> None:
        ours = client({"on": "count", "do": "code", "code": "0x71", "times": 0})

        assert "CID" in rows_of(ours.confirm().body)[0]
        assert [rows_of(ours.count().body)[0]["ErrorCode"] for _time in range(3)] == ["0x71"] * 3

    def test_a_delay_comes_before_the_answer(self) -> None:
        ours = client({"do": "delay", "seconds": 90})

        assert rows_of(ours.confirm().body)[0]["CID"] and ours.paused == [90]

    def test_rules_that_are_changed_start_afresh(self) -> None:
        ours = client({"do": "drop_before"})
        ours.confirm()
        service = {"faults": [{"do": "status", "status": 500}]}
        ours.fleet.update(
            {
                "machines": {"box": "server_2022_standard"},
                "world": {"microsoft": {"maks": {"lab": {"remaining": 3}}, "service": service}},
            }
        )

        assert (ours.confirm().status, ours.confirm().status) == (500, 200)


def test_the_budget_holds_when_many_clients_call_at_once() -> None:
    ours = Client(fleet(remaining=10))
    confirmed: list[str] = []
    start = threading.Barrier(8)

    def work(worker: int) -> None:
        start.wait()
        for turn in range(3):
            rows = rows_of(ours.post(*((ours.pid, f"{worker}{turn}{row:061d}") for row in range(2))).body)
            confirmed.extend(row["CID"] for row in rows if "CID" in row)

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(confirmed)) == 10 and remaining(ours.fleet) == 0


def _is_broken(answer: bytes) -> bool:
    try:
        rows_of(answer)
    except ElementTree.ParseError:
        return True
    return False
