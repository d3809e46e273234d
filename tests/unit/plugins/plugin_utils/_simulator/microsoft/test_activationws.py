# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both kinds of ActivationWs tell refusals in words, pass failures on, and the newer one answers from its own table."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.catalog.offline_ids import confirmation_id
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.fleet import Fleet
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.microsoft.activationws import ActivationWs
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.microsoft.batch_service import BatchService

from ..batch_client import IID, NS, OTHER_IID, STRANGER, fault_of, fleet, pid_of, remaining

ACQUIRE, RETRIEVE = "AcquireConfirmationId", "RetrieveActivationCount"


class Site:
    """Asks both services without a network."""

    def __init__(self, ours: Fleet) -> None:
        self.fleet, self.pid = ours, pid_of(ours)
        self.front = ActivationWs(BatchService(ours.microsoft, lambda _seconds: None))

    def soap(self, operation: str, **parameters: str) -> tuple[int, str]:
        rows = "".join(f"<{name}>{value}</{name}>" for name, value in parameters.items())
        call = f'<{operation} xmlns="{NS["t"]}">{rows}</{operation}>'
        body = f'<s:Envelope xmlns:s="{NS["s"]}"><s:Body>{call}</s:Body></s:Envelope>'
        reply = self.front.post(f'"{NS["t"]}{operation}"', body.encode())
        if reply.status != 200:
            return reply.status, fault_of(reply.body)[1]
        path = f"s:Body/t:{operation}Response/t:{operation}Result"
        return reply.status, ElementTree.fromstring(reply.body).findtext(path, namespaces=NS) or ""

    def acquire(self, installation: str = IID, pid: str | None = None) -> tuple[int, str]:
        return self.soap(ACQUIRE, installationId=installation, extendedProductId=pid or self.pid)

    def rest(self, operation: str, **parameters: str) -> tuple[int, dict[str, Any]]:
        reply = self.front.get(operation, urlencode(parameters))
        return reply.status, json.loads(reply.body)

    def confirmation(self, installation: str = IID, pid: str | None = None) -> tuple[int, dict[str, Any]]:
        return self.rest(
            "ConfirmationId", hostName="box", installationId=installation, extendedProductId=pid or self.pid
        )

    @property
    def fronts(self) -> list[str]:
        return [row["front"] for row in self.fleet.microsoft.describe()["requests"]]


def site(*faults: dict[str, Any], **more: Any) -> Site:
    return Site(fleet(service={"faults": list(faults)}, **more))


class TestSoap:
    def test_it_gives_confirmation_ids_and_counts(self) -> None:
        ours = site()

        assert ours.acquire() == (200, confirmation_id(IID))
        assert ours.soap(RETRIEVE, extendedProductId=ours.pid) == (200, "2")
        assert ours.fronts == ["activationws_soap"] * 2

    @pytest.mark.parametrize(
        ("code", "words"),
        [
            ("0x7F", "exceeded its limit"),
            ("0x67", "blocked"),
            ("0x68", "Invalid product key"),
            ("0x86", "Invalid key type"),
            ("0x90", "Installation ID"),
            ("0x80004003", "(0x80004003)"),
        ],
    )
    def test_a_refusal_is_a_fault_with_words(self, code: str, words: str) -> None:
        status, text = site({"do": "code", "code": code}).acquire()

        assert status == 500 and words in text

    def test_real_refusals_come_the_same_way(self) -> None:
        ours = site(remaining=0)

        assert "exceeded its limit" in ours.acquire()[1]
        assert "Installation ID" in ours.acquire("123")[1]
        assert "Invalid product key" in ours.acquire(pid=STRANGER)[1]

    def test_a_failure_behind_it_is_a_fault_too(self) -> None:
        ours = site({"do": "drop_after"})

        assert ours.acquire()[0] == 500 and remaining(ours.fleet) == 2
        assert ours.acquire()[0] == 200 and remaining(ours.fleet) == 2

    @pytest.mark.parametrize(
        ("action", "body"),
        [
            (None, b"<a/>"),
            ("http://tempuri.org/Other", b"<a/>"),
            (f"http://tempuri.org/{ACQUIRE}", b"<a/>"),
            (f"http://tempuri.org/{ACQUIRE}", b"no XML"),
        ],
    )
    def test_what_is_no_call_is_the_clients_fault(self, action: str | None, body: bytes) -> None:
        reply = site().front.post(action, body)

        assert reply.status == 500 and fault_of(reply.body)[0] == "soap:Client"


class TestRest:
    def test_it_gives_a_confirmation_id_and_answers_the_same_question_from_its_table(self) -> None:
        ours = site(repeats_cost=True)

        assert ours.confirmation() == (200, {"confirmationId": confirmation_id(IID), "cached": False})
        assert ours.confirmation() == (200, {"confirmationId": confirmation_id(IID), "cached": True})
        assert ours.confirmation(OTHER_IID)[1]["cached"] is False
        assert ours.rest("activationcount", extendedProductId=ours.pid) == (200, {"remainingActivationCount": 1})
        assert ours.fronts == ["activationws_rest"] * 3

    @pytest.mark.parametrize(
        "given",
        [
            {"installationId": "123", "extendedProductId": STRANGER, "hostName": "box"},
            {"installationId": IID, "extendedProductId": "nonsense", "hostName": "box"},
            {"installationId": IID, "extendedProductId": STRANGER},
            {},
        ],
    )
    def test_arguments_are_checked_before_anybody_is_asked(self, given: dict[str, str]) -> None:
        ours = site()
        status, problem = ours.rest("ConfirmationId", **given)

        assert (status, problem["status"], problem["title"]) == (400, 400, "ArgumentException")
        assert ours.fronts == []

    @pytest.mark.parametrize(
        ("rule", "status", "detail"),
        [
            ({"do": "code", "code": "0x7F"}, 409, "exceeded its limit"),
            ({"do": "code", "code": "0x71"}, 409, "0x71"),
            ({"do": "status", "status": 500}, 503, "did not answer"),
            ({"do": "drop_before"}, 503, "did not answer"),
            ({"do": "truncate"}, 503, "closed"),
            ({"do": "status_after", "status": 404}, 503, "closed"),
            ({"do": "code_after", "code": "0x71"}, 409, "0x71"),
            ({"do": "empty"}, 500, "unexpected"),
            ({"do": "malformed"}, 500, "unexpected"),
        ],
    )
    def test_what_fails_behind_it_is_a_problem(self, rule: dict[str, Any], status: int, detail: str) -> None:
        ours = site(rule)
        code, problem = ours.confirmation()

        assert (code, problem["status"]) == (status, status) and detail in problem["detail"]
        assert ours.confirmation()[1]["cached"] is False

    def test_a_microsoft_that_cannot_be_reached_is_a_problem(self) -> None:
        assert site(reachable=False).confirmation()[0] == 503

    def test_there_are_two_operations(self) -> None:
        assert site().rest("Other")[0] == 404
