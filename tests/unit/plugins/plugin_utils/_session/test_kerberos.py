# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kerberos over http: only verified answers are believed, each of them once."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import ActivationError, AnswerLost
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._session import (
    PsrpSettings,
    Session,
    WinRMSettings,
    open_session,
)

from .fake_kerberos import KerberosHost
from .fake_listener import ANSWER, FAULT, PASSWORD
from .forged_answers import END, KINDS, STATUSES, Traffic, frame, written

MESSAGE = b"<s:Envelope><s:Body>BBBBB-CCCCC-DDDDD-FFFFF-GGGGG</s:Body></s:Envelope>"
Way = tuple[KerberosHost, Session]


@pytest.fixture(params=[("pywinrm", "Negotiate"), ("pypsrp", "Negotiate"), ("pypsrp", "Kerberos")], ids="-".join)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Way:
    """A host, and a session with it over http."""
    library, scheme = request.param
    host = KerberosHost(scheme)
    host.install(monkeypatch)
    values: dict[str, t.Any] = {"host": "host.test", "port": 5985, "scheme": "http", "user": "tester@HOST.TEST"}
    if library == "pywinrm":
        return host, open_session(WinRMSettings(transports=("kerberos",), **values))
    return host, open_session(PsrpSettings(auth="kerberos", password=Secret(PASSWORD), **values))


def lost(way: Way, status: int, kind: bytes, body: t.Callable[[Traffic], bytes]) -> str | None:
    """Send a message, answer it by a forgery, and return the code of the loss."""
    host, session = way
    host.forge = lambda seen: written(status, kind, body(seen))
    with pytest.raises(AnswerLost) as caught:
        session.send(MESSAGE)
    return caught.value.code


def test_messages_travel_encrypted_and_answers_are_believed(way: Way) -> None:
    host, session = way
    for _time in range(3):
        assert session.send(MESSAGE) == ANSWER
    host.forge = lambda _seen: written(500, host.header, host.encrypted(FAULT))
    assert session.send(MESSAGE) == FAULT
    assert host.messages == [MESSAGE] * 4
    assert not any(b"BBBBB" in body for body in host.bodies)


def test_a_host_that_proves_nothing_gets_no_message(way: Way) -> None:
    host, session = way
    host.proves = False
    with pytest.raises(ActivationError):
        session.send(MESSAGE)
    assert host.bodies == []


def test_an_earlier_answer_is_not_believed_again(way: Way) -> None:
    assert way[1].send(MESSAGE) == ANSWER
    assert lost(way, 200, way[0].header, lambda seen: seen.earlier) == "unverified_answer"


ALTERED: dict[str, t.Callable[[Traffic], bytes]] = {
    "in clear": lambda _seen: ANSWER,
    "no part": lambda _seen: END,
    "reflected": lambda seen: seen.request,
    "data flipped": lambda seen: seen.answer[:-25] + bytes([seen.answer[-25] ^ 1]) + seen.answer[-24:],
    "twice": lambda seen: seen.answer[: -len(END)] + seen.answer,
    "cut": lambda seen: seen.answer[: -len(END) - 1] + END,
    "length": lambda seen: seen.answer.replace(b"Length=", b"Length=1"),
}


@pytest.mark.parametrize("name", list(ALTERED))
def test_an_altered_answer_is_lost(way: Way, name: str) -> None:
    for status in (200, 500):
        assert way[1].send(MESSAGE) == ANSWER
        assert lost(way, status, way[0].header, ALTERED[name]) == "unverified_answer"


def test_a_framed_clear_answer_is_lost(way: Way) -> None:
    host = way[0]
    payload = b"\x10\0\0\0" + bytes(16) + ANSWER
    body = frame(payload, len(ANSWER), protocol=host.protocol) + END
    assert lost(way, 200, host.header, lambda _seen: body) == "unverified_answer"


def test_an_answer_in_another_shape_is_lost_whatever_its_status(way: Way) -> None:
    own = "kerberos" if "Kerberos" in way[0].protocol else "exact"
    for name, lines in KINDS.items():
        if name in ("bare", "exact", "kerberos", "other boundary", "twice") and name != own:
            assert lost(way, 200, lines, lambda seen: seen.answer) == "unsealed_answer", name
    for status in STATUSES:
        lost(way, status, KINDS["soap"], lambda _seen: FAULT)
