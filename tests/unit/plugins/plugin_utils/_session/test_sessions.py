# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Both libraries carry messages to a real socket and bring back the answer, a fault included."""

from __future__ import annotations

import typing as t
import warnings
import xml.etree.ElementTree as ET

import pytest
import requests

from ansible_collections.volume.activation.plugins.plugin_utils._errors import ConnectionFailed
from ansible_collections.volume.activation.plugins.plugin_utils._session import ClientCertificate, Tls

from .certificate_authority import Authority
from .fake_listener import ANSWER, FAULT, Machine, answer

MESSAGE = b"<s:Envelope><s:Body>a message with BBBBB-CCCCC-DDDDD-FFFFF-GGGGG</s:Body></s:Envelope>"
Start = t.Callable[..., Machine]


def test_ntlm_over_http_carries_the_message_sealed_and_brings_the_answer(
    machine: Start, settings: t.Any, opened: t.Any
) -> None:
    target = machine("ntlm")
    session = opened(settings(target))
    assert session.send(MESSAGE) == ANSWER
    assert target.messages == [MESSAGE]
    assert MESSAGE not in target.raw


def test_one_login_serves_many_messages(machine: Start, settings: t.Any, opened: t.Any) -> None:
    target = machine("ntlm")
    session = opened(settings(target))
    for _time in range(5):
        session.send(MESSAGE)
    assert target.connections == 1
    assert len(target.messages) == 5


@pytest.mark.parametrize("login", ["ntlm", "basic"])
def test_https_with_a_trusted_ca_carries_the_message(
    machine: Start, settings: t.Any, opened: t.Any, authority: Authority, login: str
) -> None:
    target = machine(login, authority.server())
    session = opened(settings(target, login, "https"))
    assert session.send(MESSAGE) == ANSWER
    assert session.send(MESSAGE) == ANSWER
    assert target.connections == 1


def test_always_seals_inside_tls_too(machine: Start, settings: t.Any, opened: t.Any, authority: Authority) -> None:
    target = machine("ntlm", authority.server())
    session = opened(settings(target, "ntlm", "https", encryption="always"))
    assert session.send(MESSAGE) == ANSWER
    assert MESSAGE not in target.raw


def test_a_certificate_logs_in(machine: Start, settings: t.Any, opened: t.Any, authority: Authority) -> None:
    target = machine("none", authority.server(wants_client=True))
    certificate, key = authority.issue("client")
    login = settings(target, "certificate", "https", certificate=ClientCertificate(str(certificate), str(key)))
    assert opened(login).send(MESSAGE) == ANSWER


@pytest.mark.parametrize("sealed", [True, False])
def test_a_fault_with_http_500_is_returned_and_the_session_goes_on(
    machine: Start, settings: t.Any, opened: t.Any, authority: Authority, sealed: bool
) -> None:
    target = machine("ntlm") if sealed else machine("basic", authority.server())
    session = opened(settings(target) if sealed else settings(target, "basic", "https"))
    target.on_message = [answer(500, FAULT), answer()]
    assert session.send(MESSAGE) == FAULT
    assert session.send(MESSAGE) == ANSWER
    assert target.connections == 1


def test_a_host_with_an_ipv6_address_is_reached(machine: Start, settings: t.Any, opened: t.Any) -> None:
    target = machine("ntlm", host="::1")
    assert opened(settings(target)).send(MESSAGE) == ANSWER


def test_a_large_message_arrives_whole(machine: Start, settings: t.Any, opened: t.Any) -> None:
    target = machine("ntlm")
    message = b"<s:Envelope>" + b"x" * 200_000 + b"</s:Envelope>"
    assert opened(settings(target)).send(message) == ANSWER
    assert target.messages == [message]


def test_validation_can_be_turned_off_by_the_user_alone_and_says_nothing(
    machine: Start, settings: t.Any, opened: t.Any, authority: Authority
) -> None:
    target = machine("basic", authority.server())
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        assert opened(settings(target, "basic", "https", tls=Tls(validate=False))).send(MESSAGE) == ANSWER
    # A collection of garbage in between may report what earlier tests have left open.
    assert [warning for warning in heard if warning.category is not ResourceWarning] == []


def test_an_unknown_ca_is_refused_before_anything_is_sent(
    machine: Start, settings: t.Any, opened: t.Any, authority: Authority
) -> None:
    target = machine("basic", authority.server())
    login = settings(target, "basic", "https", tls=Tls())
    with pytest.raises(ConnectionFailed) as caught:
        opened(login).send(MESSAGE)
    assert caught.value.code == "certificate_not_trusted"
    assert login.names.ca in (caught.value.remedy or "")
    assert not target.seen


def test_a_session_leaves_no_trace_in_the_process(machine: Start, settings: t.Any, opened: t.Any) -> None:
    filters, prefixes = list(warnings.filters), dict(ET._namespace_map)  # type: ignore[attr-defined]
    opened(settings(machine("ntlm"))).send(MESSAGE)
    assert list(warnings.filters) == filters
    assert dict(ET._namespace_map) == prefixes  # type: ignore[attr-defined]


def test_a_closed_session_logs_in_again_when_used(machine: Start, settings: t.Any, opened: t.Any) -> None:
    target = machine("ntlm")
    session = opened(settings(target))
    session.send(MESSAGE)
    session.close()
    assert session.send(MESSAGE) == ANSWER
    assert target.connections == 2


def test_a_connection_may_be_given_less_time_than_an_answer(
    machine: Start, settings: t.Any, opened: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[t.Any] = []
    send = requests.adapters.HTTPAdapter.send

    def noting(self: t.Any, request: t.Any, **kwargs: t.Any) -> t.Any:
        given.append(kwargs["timeout"])
        return send(self, request, **kwargs)

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", noting)
    opened(settings(machine("ntlm"), connection_timeout=3.5, read_timeout=40)).send(MESSAGE)
    assert set(given) == {(3.5, 40)}
