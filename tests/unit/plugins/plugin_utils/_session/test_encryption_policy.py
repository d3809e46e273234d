# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Over http a message leaves sealed or not at all, whatever the libraries would do."""

from __future__ import annotations

import typing as t

import pytest
import requests

from ansible_collections.volume.activation.plugins.plugin_utils._errors import (
    ActivationError,
    RequestRejected,
    Unsealed,
)
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._session import (
    PsrpSettings,
    WinRMSettings,
    open_session,
)
from ansible_collections.volume.activation.plugins.plugin_utils._session.guarded_adapter import GuardedAdapter

from .fake_listener import ANSWER, PASSWORD, USER, Behaviour, Machine, answer, delay, drop

MESSAGE = b"<s:Envelope><s:Body>BBBBB-CCCCC-DDDDD-FFFFF-GGGGG</s:Body></s:Envelope>"
Start = t.Callable[..., Machine]


def winrm(target: Machine, transport: str, **changes: t.Any) -> WinRMSettings:
    """Return settings for pywinrm over http."""
    values: dict[str, t.Any] = {"user": USER, "password": Secret(PASSWORD), "read_timeout": 2, **changes}
    return WinRMSettings(host=target.host, port=target.port, scheme="http", transports=(transport,), **values)


def psrp(target: Machine, auth: str, **changes: t.Any) -> PsrpSettings:
    """Return settings for pypsrp over http."""
    values: dict[str, t.Any] = {"user": USER, "password": Secret(PASSWORD), "read_timeout": 2, **changes}
    return PsrpSettings(host=target.host, port=target.port, scheme="http", auth=auth, **values)


@pytest.mark.parametrize("encryption", ["auto", "always", "never"])
@pytest.mark.parametrize("transport", ["basic", "plaintext", "ssl", "certificate"])
def test_pywinrm_logins_that_cannot_seal_are_refused_over_http(
    machine: Start, transport: str, encryption: t.Any
) -> None:
    target = machine("none")
    with pytest.raises(Unsealed) as caught:
        open_session(winrm(target, transport, encryption=encryption)).send(MESSAGE)
    assert caught.value.code == "unsealed"
    assert "ansible_winrm_transport" in (caught.value.remedy or "")
    assert not target.seen
    assert not target.connections


@pytest.mark.parametrize("encryption", ["auto", "always", "never"])
@pytest.mark.parametrize("auth", ["basic", "certificate"])
def test_pypsrp_logins_that_cannot_seal_are_refused_over_http(machine: Start, auth: str, encryption: t.Any) -> None:
    target = machine("none")
    with pytest.raises(Unsealed):
        open_session(psrp(target, auth, encryption=encryption)).send(MESSAGE)
    assert not target.connections


def test_message_encryption_never_is_refused_over_http(machine: Start) -> None:
    target = machine("none")
    for settings in (winrm(target, "ntlm", encryption="never"), psrp(target, "ntlm", encryption="never")):
        with pytest.raises(Unsealed) as caught:
            open_session(settings).send(MESSAGE)
        assert settings.names.encryption in str(caught.value)
    assert not target.connections


def test_always_is_refused_where_the_login_cannot_seal_even_over_https(machine: Start) -> None:
    target = machine("none")
    settings = WinRMSettings(host=target.host, port=target.port, transports=("basic",), encryption="always")
    with pytest.raises(Unsealed):
        open_session(settings).send(MESSAGE)
    assert not target.connections


FAILED_LOGINS: list[tuple[str, Behaviour]] = [
    ("503", answer(503, b"", "")),
    ("500", answer(500, b"busy", "text/plain")),
    ("drop", drop()),
    ("timeout", delay(2)),
]


@pytest.mark.parametrize("behaviour", [row[1] for row in FAILED_LOGINS], ids=[row[0] for row in FAILED_LOGINS])
def test_after_a_failed_login_the_next_message_is_never_sent_in_clear(
    machine: Start, settings: t.Any, opened: t.Any, behaviour: Behaviour
) -> None:
    target = machine("ntlm")
    target.on_login = [behaviour, behaviour]
    session = opened(settings(target, read_timeout=0.6))
    for _time in range(2):
        with pytest.raises(ActivationError):
            session.send(MESSAGE)
    assert session.send(MESSAGE) == ANSWER
    assert target.messages == [MESSAGE]
    assert b"BBBBB" not in target.raw


def test_pywinrm_alone_does_leak_after_a_failed_login(machine: Start) -> None:
    """What the gate is for: should a newer pywinrm be cured, this test says so."""
    from winrm.transport import Transport

    target = machine("ntlm")
    target.on_login = [answer(503, b"", "")]
    endpoint = f"http://127.0.0.1:{target.port}/wsman"
    transport = Transport(endpoint, USER, PASSWORD, auth_method="ntlm", message_encryption="always", read_timeout_sec=5)
    for _time in range(2):
        try:
            transport.send_message(MESSAGE)
        except Exception:
            continue
    transport.close_session()
    assert MESSAGE in target.raw


def test_the_gate_stops_what_is_not_sealed_before_the_socket(machine: Start) -> None:
    target = machine("none")
    endpoint = f"http://127.0.0.1:{target.port}/wsman"
    session, gate = requests.Session(), GuardedAdapter(endpoint)
    gate.guard(session, endpoint, encrypts=True)
    with pytest.raises(Unsealed):
        session.post(endpoint, data=MESSAGE)
    assert not gate.left
    assert not target.connections
    session.close()


def test_the_gate_stops_a_request_to_another_place(machine: Start) -> None:
    target = machine("none")
    gate = GuardedAdapter("https://127.0.0.1:1/wsman")
    with requests.Session() as session:
        gate.guard(session, "https://127.0.0.1:1/wsman", encrypts=False)
        with pytest.raises(ActivationError) as caught:
            session.post(f"http://127.0.0.1:{target.port}/wsman")
    assert caught.value.code == "elsewhere"
    assert not target.connections


def test_a_machine_that_asks_for_no_login_gets_no_message_in_clear(
    machine: Start, settings: t.Any, opened: t.Any
) -> None:
    target = machine("none")
    with pytest.raises(ActivationError) as caught:
        opened(settings(target)).send(MESSAGE)
    assert not isinstance(caught.value, RequestRejected)
    assert not target.messages
    assert MESSAGE not in target.raw
