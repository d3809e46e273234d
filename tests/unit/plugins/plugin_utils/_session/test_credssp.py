# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""CredSSP: a host that does not know the account gets no message, and only verified answers are believed."""

from __future__ import annotations

import struct
import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import (
    AnswerLost,
    AuthenticationFailed,
    ConnectionFailed,
)
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._session import (
    PsrpSettings,
    Session,
    WinRMSettings,
    open_session,
)

from .credssp_contexts import PROTOCOL, CredSSPHost, header_for
from .fake_listener import ANSWER, PASSWORD, USER
from .forged_answers import END, KINDS, Traffic, frame, written

MESSAGE = b"<s:Envelope><s:Body>BBBBB-CCCCC-DDDDD-FFFFF-GGGGG</s:Body></s:Envelope>"
LARGE = b"<s:Envelope>" + bytes(range(32, 127)) * 500 + b"</s:Envelope>"


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> CredSSPHost:
    """A host inside this process."""
    credssp = CredSSPHost()
    credssp.install(monkeypatch)
    return credssp


@pytest.fixture
def session(library: str, host: CredSSPHost) -> Session:
    """A session with it, over http."""
    values: dict[str, t.Any] = {"host": "host.test", "port": 5985, "scheme": "http", "user": USER}
    values["password"] = Secret(PASSWORD)
    if library == "pywinrm":
        return open_session(WinRMSettings(transports=("credssp",), **values))
    return open_session(PsrpSettings(auth="credssp", **values))


def test_messages_and_answers_of_one_part_and_of_several(host: CredSSPHost, session: Session) -> None:
    assert session.send(MESSAGE) == ANSWER
    host.text = LARGE
    assert session.send(MESSAGE) == LARGE  # a single part is answered by several
    assert session.send(LARGE) == LARGE
    host.text = ANSWER
    assert session.send(LARGE) == ANSWER
    assert host.messages == [MESSAGE, MESSAGE, LARGE, LARGE]


def _early_success(host: CredSSPHost, token: bytes) -> bytes | None:
    """Answer 200 as soon as there is a TLS connection, with whatever certificate."""
    if host.context._tls_object.version() is None or token[0] != 0x17:
        return None
    return b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def _closed(host: CredSSPHost, token: bytes) -> bytes | None:
    """Close the TLS connection where a token is awaited."""
    if token[0] != 0x17:
        return None
    import base64
    import ssl

    with pytest.raises(ssl.SSLWantReadError):
        host.context._tls_object.unwrap()
    closing = base64.b64encode(host.context._out_buff.read()).decode()
    return f"HTTP/1.1 401 No\r\nWWW-Authenticate: CredSSP {closing}\r\nContent-Length: 0\r\n\r\n".encode()


def test_a_login_that_ends_before_the_host_proved_anything_gets_no_message(host: CredSSPHost, session: Session) -> None:
    host.end_login = _early_success
    with pytest.raises(AuthenticationFailed) as caught:
        session.send(MESSAGE)
    assert caught.value.code == "login_failed"
    assert host.bodies == []


def test_a_tls_connection_that_is_closed_during_the_login_ends_it(host: CredSSPHost, session: Session) -> None:
    host.end_login = _closed
    with pytest.raises(ConnectionFailed):
        session.send(MESSAGE)
    assert host.bodies == []


@pytest.mark.parametrize("flag", [0x00080000, 0x20000000, 0x40000000, 0x00000020, 0x00000010])
def test_a_weak_challenge_inside_gets_no_reply(host: CredSSPHost, session: Session, flag: int) -> None:
    def weaken(token: bytes) -> bytes:
        place = token.find(b"NTLMSSP\x00\x02") + 20
        if place < 20:
            return token
        (flags,) = struct.unpack_from("<I", token, place)
        return token[:place] + struct.pack("<I", flags & ~flag) + token[place + 4 :]

    host.challenge = weaken
    with pytest.raises(AuthenticationFailed) as caught:
        session.send(MESSAGE)
    assert caught.value.code == "weak_ntlm"
    assert not any(b"NTLMSSP\x00\x03" in token for token in host.inside)
    assert host.bodies == []


ALTERED: dict[str, t.Callable[[CredSSPHost, Traffic], bytes]] = {
    "in clear": lambda _host, _seen: ANSWER,
    "no part": lambda _host, _seen: END,
    "a part without text": lambda _host, _seen: frame(b"\x10\0\0\0" + bytes(17), 0, protocol=PROTOCOL) + END,
    "an empty part": lambda _host, _seen: frame(b"\0\0\0\0", 0, protocol=PROTOCOL) + END,
    "a clear part": lambda _host, _seen: (
        frame(b"\x10\0\0\0" + bytes(16) + ANSWER, len(ANSWER), protocol=PROTOCOL) + END
    ),
    "replayed": lambda _host, seen: seen.earlier,
    "reflected": lambda _host, seen: seen.request,
    "flipped": lambda _host, seen: seen.answer[:-40] + bytes([seen.answer[-40] ^ 1]) + seen.answer[-39:],
    "cut": lambda _host, seen: seen.answer[: -len(END) - 3] + END,
    "other order": lambda host, _seen: b"".join(reversed(host.parts(LARGE))) + END,
    "first part missing": lambda host, _seen: b"".join(host.parts(LARGE)[1:]) + END,
    "a part repeated": lambda host, _seen: b"".join([host.parts(LARGE)[0]] * 2) + END,
    "earlier part first": lambda _host, seen: seen.earlier[: -len(END)] + seen.answer,
    "a clear part after it": lambda _host, seen: (
        seen.answer[: -len(END)] + frame(b"\x10\0\0\0" + bytes(16) + ANSWER, len(ANSWER), protocol=PROTOCOL) + END
    ),
    "an empty part after it": lambda _host, seen: (
        seen.answer[: -len(END)] + frame(b"\x10\0\0\0" + bytes(17), 0, protocol=PROTOCOL) + END
    ),
}


@pytest.mark.parametrize("name", list(ALTERED))
def test_an_altered_answer_is_lost(host: CredSSPHost, session: Session, name: str) -> None:
    assert session.send(MESSAGE) == ANSWER

    def forge(seen: Traffic) -> bytes:
        body = ALTERED[name](host, seen)
        return written(200, header_for(body), body)

    host.forge = forge
    with pytest.raises(AnswerLost) as caught:
        session.send(MESSAGE)
    assert caught.value.code == "unverified_answer"
    assert session.send(MESSAGE) == ANSWER


@pytest.mark.parametrize("name", ["exact", "bare", "twice", "other boundary"])
def test_an_answer_in_another_shape_is_lost(host: CredSSPHost, session: Session, name: str) -> None:
    host.forge = lambda seen: written(200, KINDS[name], seen.answer)
    with pytest.raises(AnswerLost) as caught:
        session.send(MESSAGE)
    assert caught.value.code == "unsealed_answer"


def test_a_release_of_requests_credssp_that_cannot_be_checked_is_not_used(
    host: CredSSPHost, session: Session, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pypsrp.wsman
    import winrm.transport

    auth: t.Any = (winrm.transport if library == "pywinrm" else pypsrp.wsman).HttpCredSSPAuth
    module = __import__(auth.__module__, fromlist=["CredSSPContext"])
    monkeypatch.setattr(module, "CredSSPContext", lambda *_args, **_kwargs: object())
    with pytest.raises(ConnectionFailed) as caught:
        session.send(MESSAGE)
    assert caught.value.code == "unsupported_library"
