# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Microsoft's services over real connections: TLS with the fleet's authority, plain HTTP, pages for browsers."""

from __future__ import annotations

import socket
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.catalog.offline_ids import confirmation_id
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.fleet import Fleet
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.server import FleetServer

from .. import fake_fleet
from ..batch_client import (
    ACTION,
    IID,
    OTHER_IID,
    STRANGER,
    ask,
    envelope,
    fleet,
    inner,
    pid_of,
    remaining,
    rows_of,
    send,
    session,
)
from ..wmi_client import Asker, fleet_of


def get(server: FleetServer, url: str, **parameters: str) -> requests.Response:
    with session(server) as client:
        return client.get(url, params=parameters, timeout=20)


def faulty(*faults: dict[str, Any]) -> Fleet:
    return fleet(service={"faults": list(faults)})


class TestBatch:
    @pytest.mark.parametrize("scheme", ["https", "http"])
    def test_it_is_served_by_https_and_by_http(self, scheme: str) -> None:
        ours = fleet()
        with FleetServer(ours) as server:
            response = send(server, envelope(inner([(pid_of(ours), IID)])), scheme=scheme)

        assert response.status_code == 200 and response.headers["Content-Type"] == "text/xml; charset=utf-8"
        assert rows_of(response.content)[0]["CID"] == confirmation_id(IID)
        assert remaining(ours) == 2

    def test_the_certificate_has_to_be_trusted(self) -> None:
        with FleetServer(fleet()) as server, session(server) as client, pytest.raises(requests.exceptions.SSLError):
            client.verify = True
            client.post(server.microsoft_urls["microsoft"], data=b"", timeout=20)

    def test_a_get_is_answered_with_an_error_page_though_the_service_is_well(self) -> None:
        ours = fleet()
        with FleetServer(ours) as server:
            response = get(server, server.microsoft_urls["microsoft"])
            assert ask(server, (pid_of(ours), None), kind=2)[0]["ActivationRemaining"] == "3"

        assert response.status_code == 500 and "<html>" in response.text

    def test_one_connection_serves_many_calls(self) -> None:
        ours = fleet()
        with FleetServer(ours) as server, session(server) as client:
            headers = {"SOAPAction": ACTION, "Content-Type": "text/xml; charset=utf-8"}
            for _time in range(3):
                body = envelope(inner([(pid_of(ours), IID)]))
                assert client.post(server.microsoft_urls["microsoft"], body, headers=headers, timeout=20).ok

        assert ours.microsoft.journal.total == 3

    @pytest.mark.parametrize("action", ["drop_before", "drop_after", "truncate"])
    def test_an_answer_can_get_lost(self, action: str) -> None:
        ours = faulty({"do": action})
        with FleetServer(ours) as server:
            with pytest.raises(requests.exceptions.RequestException):
                ask(server, (pid_of(ours), IID))
            assert remaining(ours) == (3 if action == "drop_before" else 2)
            assert ask(server, (pid_of(ours), IID))[0]["CID"]

        assert remaining(ours) == 2

    def test_it_can_be_out_of_order(self) -> None:
        ours = faulty({"do": "status", "status": 503})
        with FleetServer(ours) as server:
            assert send(server, envelope(inner([(STRANGER, IID)]))).status_code == 503

    def test_a_delayed_answer_outlasts_a_client_and_not_the_server(self) -> None:
        ours = faulty({"do": "delay", "seconds": 3600})
        with FleetServer(ours) as server:
            with session(server) as client, pytest.raises(requests.exceptions.ReadTimeout):
                client.post(
                    server.microsoft_urls["microsoft"],
                    envelope(inner([(pid_of(ours), IID)])),
                    headers={"SOAPAction": ACTION, "Content-Type": "text/xml"},
                    timeout=(20, 0.5),
                )
            assert ask(server, (pid_of(ours), OTHER_IID))[0]["CID"]

    def test_a_service_nobody_reaches_hangs_up(self) -> None:
        with FleetServer(fleet(reachable=False)) as server, pytest.raises(requests.exceptions.ConnectionError):
            ask(server, (STRANGER, IID))


class TestOtherPaths:
    @pytest.mark.parametrize(
        ("method", "path", "headers", "status"),
        [
            ("POST", "/elsewhere", {}, 404),
            ("GET", "/elsewhere", {}, 404),
            ("GET", "/simulated-fleet/ActivationWs.asmx", {}, 200),
            ("GET", "/ActivationWs.asmx", {}, 404),
            ("POST", "/BatchActivation/BatchActivation.asmx", {"Content-Type": "text/xml"}, 404),
            ("POST", "/simulated-fleet/activationws/api/ActivationService/ConfirmationId", {}, 405),
            (
                "POST",
                "/simulated-fleet/BatchActivation/BatchActivation.asmx",
                {"Content-Type": "application/json"},
                415,
            ),
            ("POST", "/simulated-fleet/BatchActivation/BatchActivation.asmx", {"Content-Length": "99999999"}, 413),
            ("POST", "/simulated-fleet/BatchActivation/BatchActivation.asmx", {"Content-Length": "x"}, 400),
            ("PUT", "/simulated-fleet/BatchActivation/BatchActivation.asmx", {}, 501),
        ],
    )
    def test_they_are_answered_as_a_web_server_does(
        self, method: str, path: str, headers: dict[str, str], status: int
    ) -> None:
        with FleetServer(fleet()) as server:
            port = urlsplit(server.microsoft_urls_by("http")["microsoft"]).port
            fields = "".join(f"{name}: {value}\r\n" for name, value in {"Content-Length": "0", **headers}.items())
            with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
                connection.sendall(f"{method} {path} HTTP/1.1\r\nHost: a\r\n{fields}\r\n".encode())
                assert int(connection.recv(4096).split()[1]) == status


class TestActivationWs:
    def test_the_soap_service_is_called_over_tls(self) -> None:
        ours = fleet()
        body = (
            '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
            f'<RetrieveActivationCount xmlns="http://tempuri.org/"><extendedProductId>{pid_of(ours)}</extendedProductId>'
            "</RetrieveActivationCount></s:Body></s:Envelope>"
        )
        with FleetServer(ours) as server:
            action = '"http://tempuri.org/RetrieveActivationCount"'
            response = send(server, body.encode(), backend="activationws_soap", action=action)

        assert response.status_code == 200 and "<RetrieveActivationCountResult>3<" in response.text

    def test_the_rest_service_is_called_over_tls(self) -> None:
        ours = fleet()
        with FleetServer(ours) as server:
            base = f"{server.microsoft_urls['activationws_rest']}/api/ActivationService"
            given = {"hostName": "box", "installationId": IID, "extendedProductId": pid_of(ours)}
            first, second = (get(server, f"{base}/ConfirmationId", **given) for _time in range(2))
            refused = get(server, f"{base}/ActivationCount", extendedProductId=STRANGER)

        assert first.json() == {"confirmationId": confirmation_id(IID), "cached": False}
        assert second.json()["cached"] is True
        assert refused.status_code == 409 and refused.headers["Content-Type"].startswith("application/problem+json")
        assert refused.json()["detail"] == "Invalid product key"


class TestServer:
    def test_a_machine_without_internet_is_activated_by_what_the_controller_asks_for_it(self) -> None:
        machine = {"system": "server_2022_standard", "channel": "mak", "status": None, "internet": False}
        ours = fleet_of({"box": machine}, world={"microsoft": {"maks": {"lab": {"remaining": 1}}}})
        box = Asker(ours.machines["box"])
        told = box.primary
        with FleetServer(ours) as server:
            (row,) = ask(server, (told["extended_pid"], told["installation_id"]))
        method = "DepositOfflineConfirmationId"
        box.product(told["id"], method, InstallationId=told["installation_id"], ConfirmationId=row["CID"])

        assert (box.primary["status"], remaining(ours)) == ("licensed", 0)
        assert ours.microsoft.describe()["product_keys_seen"] == 0

    def test_a_key_that_is_sent_in_any_place_is_seen(self) -> None:
        ours, key = fleet(), "BBBBB-CCCCC-DDDDD-FFFFF-GGGGG"
        with FleetServer(ours) as server:
            get(server, server.microsoft_urls["activationws_rest"], key=key)
            send(server, f"<a>{key}</a>".encode())
            send(server, b"<a/>", action=key)
            send(server, envelope(inner([(key, IID)])))

        assert ours.microsoft.describe()["product_keys_seen"] == 4

    def test_the_services_are_gone_when_the_server_has_stopped(self) -> None:
        with FleetServer(fleet()) as server:
            url = urlsplit(server.microsoft_urls["microsoft"])
            assert server.microsoft_urls.keys() == {"microsoft", "activationws_soap", "activationws_rest"}
        assert server.microsoft_urls == {}
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((url.hostname or "", url.port or 0), timeout=20)

    def test_its_requests_count_as_somebody_at_work(self) -> None:
        ours = fleet()
        with FleetServer(ours) as server:
            ask(server, (pid_of(ours), None), kind=2)
            assert server.requests == 1

    def test_a_fleet_without_microsoft_has_none(self) -> None:
        with FleetServer(fake_fleet.fleet("web1")) as server:
            assert server.microsoft_urls == {} and server.requests == 0
