# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ActivationWs in both its forms: what is sent, and what comes of each kind of answer."""

from __future__ import annotations

import json
import typing as t
import urllib.parse

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._activation_service import (
    ActivationService,
    Installation,
    ServiceRefusal,
    ServiceSettings,
    ServiceUnavailable,
    service_for,
)
from ansible_collections.volume.activation.plugins.plugin_utils._activation_service.activationws_backend import code_in

from .fake_http_service import CIDS, DROP, IIDS, PID, Behaviour, Seen, Sent, Site, always

ONE, TWO = Installation(PID, IIDS[0], "pc-1"), Installation(PID, IIDS[1])
SOAP, REST = "activationws_soap", "activationws_rest"
BOTH = pytest.mark.parametrize("backend", [SOAP, REST])
Asking = t.Callable[..., tuple[ActivationService, list[float]]]

# What the two forms of the server say, cut down to what is told apart.
REFUSALS = [
    ("The MAK has exceeded its limit", "0x7F"),
    ("Activation limit exceeded", "0x7F"),
    ("This product key has been blocked", "0x67"),
    ("Product key blocked", "0x67"),
    ("Invalid product key.", "0x68"),
    ("Invalid key type", "0x86"),
    ("Please check the Installation ID", "0x90"),
    ("Invalid installation id", "0x90"),
    ("a remote error (0x71)", "0x71"),
    ("0x80004003", "0x80004003"),
]


def soap(operation: str, result: str) -> bytes:
    """Return the answer of the SOAP front end."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">'
        f'<soap:Body><{operation}Response xmlns="http://tempuri.org/"><{operation}Result>{result}</{operation}Result>'
        f"</{operation}Response></soap:Body></soap:Envelope>"
    ).encode()


def soap_fault(text: str) -> Behaviour:
    """Return the failure of the SOAP front end: always HTTP 500."""
    body = (
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><soap:Fault>'
        f"<faultcode>soap:Server</faultcode><faultstring>{text}</faultstring></soap:Fault></soap:Body></soap:Envelope>"
    )
    return always(body.encode(), 500)


def problem(status: int, title: str = "", detail: str = "", **more: str) -> Behaviour:
    """Return the failure of the REST front end."""
    body = json.dumps({"title": title, "detail": detail, "status": status, **more}).encode()
    return always(body, status, {"Content-Type": "application/problem+json"})


def answering(seen: Seen) -> Sent:
    """Answer as both front ends would; each installation gets the confirmation ID with its number."""
    if seen.method == "POST":
        asked = next((iid for iid in IIDS if iid.encode() in seen.body), None)
        if asked:
            return Sent(soap("AcquireConfirmationId", CIDS[IIDS.index(asked)]))
        return Sent(soap("RetrieveActivationCount", "17"))
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(seen.path).query))
    if "installationId" in query:
        cid = CIDS[IIDS.index(query["installationId"])]
        return Sent(json.dumps({"confirmationId": cid, "cached": False}).encode())
    return Sent(b'{"remainingActivationCount": "17"}')


@pytest.fixture
def asking(settings_for: t.Callable[..., ServiceSettings]) -> Asking:
    """A service with one further attempt, and the pauses it takes."""

    def service(site: Site, backend: str) -> tuple[ActivationService, list[float]]:
        pauses: list[float] = []
        return service_for(settings_for(site, backend=backend, retries=1), pause=pauses.append), pauses

    return service


Start = t.Callable[..., Site]


@BOTH
@pytest.mark.parametrize("tls", [False, True])
def test_confirmation_ids_and_counts_come_one_by_one(start: Start, asking: Asking, backend: str, tls: bool) -> None:
    site = start(answering, tls=tls)
    service, pauses = asking(site, backend)
    assert service.source == "activationws"
    assert service.confirmation_ids([ONE, TWO]) == {ONE: CIDS[0], TWO: CIDS[1]}
    assert service.remaining(PID) == 17
    assert len(site.seen) == 3 and pauses == []


def test_what_the_soap_front_end_is_sent(start: Start, asking: Asking) -> None:
    site = start(answering)
    asking(site, SOAP)[0].confirmation_ids([ONE])
    seen = site.seen[0]
    assert (seen.method, seen.path) == ("POST", "/page")
    assert seen.headers["SOAPAction"] == '"http://tempuri.org/AcquireConfirmationId"'
    ids = f"<installationId>{IIDS[0]}</installationId><extendedProductId>{PID}</extendedProductId>"
    assert f'<AcquireConfirmationId xmlns="http://tempuri.org/">{ids}<'.encode() in seen.body


def test_what_the_rest_front_end_is_sent(start: Start, asking: Asking) -> None:
    site = start(answering)
    asking(site, REST)[0].confirmation_ids([ONE, TWO])
    parts = [urllib.parse.urlsplit(seen.path) for seen in site.seen]
    assert {part.path for part in parts} == {"/page/api/ActivationService/ConfirmationId"}
    assert urllib.parse.parse_qs(parts[0].query) == {
        "hostName": ["pc-1"],
        "installationId": [IIDS[0]],
        "extendedProductId": [PID],
    }
    # It turns an empty name away.
    assert urllib.parse.parse_qs(parts[1].query)["hostName"] == ["unnamed"]


@pytest.mark.parametrize(("words", "code"), REFUSALS)
def test_refusals_are_found_in_the_words_of_a_soap_fault(start: Start, asking: Asking, words: str, code: str) -> None:
    site = start(soap_fault(f"Server was unable to process request. ---> {words}"))
    refusal = asking(site, SOAP)[0].confirmation_ids([ONE])[ONE]
    assert isinstance(refusal, ServiceRefusal) and refusal.service_code == code
    assert words in (refusal.cause or "")


@pytest.mark.parametrize(("words", "code"), REFUSALS)
def test_refusals_are_found_in_the_words_of_a_problem(start: Start, asking: Asking, words: str, code: str) -> None:
    site = start(problem(409, "BasException", words))
    refusal = asking(site, REST)[0].confirmation_ids([ONE])[ONE]
    assert isinstance(refusal, ServiceRefusal) and refusal.service_code == code


def test_a_code_in_a_field_of_its_own_is_taken(start: Start, asking: Asking) -> None:
    site = start(problem(403, "Refused", errorCode="0x67"))
    refusal = asking(site, REST)[0].confirmation_ids([ONE])[ONE]
    assert isinstance(refusal, ServiceRefusal) and refusal.service_code == "0x67"


@pytest.mark.parametrize("status", [400, 409])
def test_a_refusal_without_a_code_is_still_one(start: Start, asking: Asking, status: int) -> None:
    site = start(problem(status, "ArgumentException", "that will not do"))
    refusal = asking(site, REST)[0].confirmation_ids([ONE])[ONE]
    assert isinstance(refusal, ServiceRefusal)
    assert refusal.service_code == f"http_{status}" and not refusal.stops and not refusal.retryable
    assert "that will not do" in (refusal.cause or "") and len(site.seen) == 1


@pytest.mark.parametrize("status", [500, 503])
def test_a_problem_of_the_server_is_no_refusal(start: Start, asking: Asking, status: int) -> None:
    site = start(problem(status, "HttpRequestException", "0x80072EE7 and then some"))
    service, pauses = asking(site, REST)
    failure = service.confirmation_ids([ONE])[ONE]
    assert isinstance(failure, ServiceUnavailable)
    assert failure.code == f"http_{status}" and failure.may_have_arrived and len(pauses) == 1


def test_a_fault_that_hides_its_reason_is_no_refusal(start: Start, asking: Asking) -> None:
    failure = asking(start(soap_fault("Server was unable to process request.")), SOAP)[0].confirmation_ids([ONE])[ONE]
    assert isinstance(failure, ServiceUnavailable) and failure.code == "http_500"


@BOTH
@pytest.mark.parametrize("trouble", [DROP, always(b""), always(b"<html>"), always(b"[]"), always(b"<a/>")])
def test_no_usable_answer_is_asked_again(start: Start, asking: Asking, backend: str, trouble: Behaviour) -> None:
    site = start(answering)
    site.script = [trouble]
    service, pauses = asking(site, backend)
    assert service.confirmation_ids([ONE]) == {ONE: CIDS[0]} and len(pauses) == 1


@BOTH
def test_those_that_were_not_asked_have_not_arrived(start: Start, asking: Asking, backend: str) -> None:
    outcomes = asking(start(always(b"", 503)), backend)[0].confirmation_ids([ONE, TWO])
    arrived = [outcome.may_have_arrived for outcome in outcomes.values() if isinstance(outcome, ServiceUnavailable)]
    assert arrived == [True, False]


@pytest.mark.parametrize(
    ("backend", "body"),
    [
        (SOAP, soap("RetrieveActivationCount", "-1")),
        (SOAP, soap("RetrieveActivationCount", "")),
        (REST, b'{"remainingActivationCount": null}'),
        (REST, b'{"remainingActivationCount": true}'),
        (REST, b"{}"),
    ],
)
def test_a_count_that_is_not_told_is_unknown(start: Start, asking: Asking, backend: str, body: bytes) -> None:
    with pytest.raises(ServiceUnavailable):
        asking(start(always(body)), backend)[0].remaining(PID)


def test_a_count_that_is_refused(start: Start, asking: Asking) -> None:
    for backend, behaviour in ((SOAP, soap_fault("Invalid key type")), (REST, problem(409, "", "Invalid key type"))):
        with pytest.raises(ServiceRefusal) as caught:
            asking(start(behaviour), backend)[0].remaining(PID)
        assert caught.value.service_code == "0x86"


def test_older_forms_spell_the_answer_otherwise(start: Start, asking: Asking) -> None:
    site = start(always(json.dumps({"confirmationID": CIDS[0]}).encode()))
    assert asking(site, REST)[0].confirmation_ids([ONE]) == {ONE: CIDS[0]}


def test_a_server_that_talks_at_length_is_quoted_in_short(start: Start, asking: Asking) -> None:
    refusal = asking(start(problem(409, "x", "y\n\x1b[31m" * 5000)), REST)[0].confirmation_ids([ONE])[ONE]
    assert isinstance(refusal, ServiceRefusal)
    assert len(refusal.cause or "") < 500 and (refusal.cause or "").isprintable()


@pytest.mark.parametrize("text", ["", "all is well", "0x", "build 10x7F00", "deadbeef0x7F1"])
def test_words_that_mean_nothing_are_no_code(text: str) -> None:
    assert code_in(text) is None
