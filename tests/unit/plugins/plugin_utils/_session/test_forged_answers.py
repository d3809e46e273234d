# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No answer is believed that a stranger could have written: every status, content type and body, in both libraries."""

from __future__ import annotations

import itertools
import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import ActivationError, AnswerLost
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._session import (
    ConnectionSettings,
    PsrpSettings,
    WinRMSettings,
    open_session,
)

from .fake_listener import ANSWER, PASSWORD, SEALED, USER
from .forged_answers import ALTERED_BODIES, CLEAR_BODIES, EXACT, KINDS, STATUSES, Body, Traffic, written
from .loopback_listener import Loopback

MESSAGE = b"<s:Envelope><s:Body>BBBBB-CCCCC-DDDDD-FFFFF-GGGGG</s:Body></s:Envelope>"


def settings_for(library: str) -> ConnectionSettings:
    """Return settings for NTLM over http; nothing is ever connected."""
    values: dict[str, t.Any] = {"host": "host.test", "port": 5985, "scheme": "http", "user": USER}
    values["password"] = Secret(PASSWORD)
    if library == "pywinrm":
        return WinRMSettings(transports=("ntlm",), **values)
    return PsrpSettings(auth="negotiate", **values)


class Victim:
    """A session with one message behind it, to which one forged answer after another is sent.

    Logins cost time, so a login goes on after an answer that was not even decrypted; `is_alive` shows that it could.
    """

    def __init__(self, library: str, host: Loopback) -> None:
        self._settings = settings_for(library)
        self._host = host
        self.tried = 0
        self.believed: list[str] = []
        self.codes: set[str | None] = set()
        self.session: t.Any = None
        self.log_in()

    def log_in(self) -> None:
        """Open another session and send a message that is answered truly."""
        self.session = open_session(self._settings)
        assert self.is_alive()

    def is_alive(self) -> bool:
        """Whether the true answer of the host is accepted."""
        return bool(self.session.send(MESSAGE) == ANSWER)

    def receive(self, name: str, status: int, kind: bytes, body: Body) -> None:
        """Send a message, let it be answered by the forgery, and count what came of it."""
        used: list[Traffic] = []

        def forge(seen: Traffic) -> bytes:
            used.append(seen)
            return written(status, kind, body(seen))

        self._host.forge = forge
        self.tried += 1
        self.session.close = lambda: None
        try:
            self.session.send(MESSAGE)
        except ActivationError as error:
            self.codes.add(error.code)
            if error.__class__ is not AnswerLost:
                self.believed.append(f"{name}: {type(error).__name__} {error.code}")
        else:
            self.believed.append(name)
        del self.session.close
        assert len(used) == 1, f"{name}: the answer was not used, or the message was repeated"
        if "answer" in vars(used[0]) or kind == EXACT:
            self.session.close()
            self.log_in()


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Loopback:
    """A host inside this process."""
    loopback = Loopback()
    loopback.install(monkeypatch)
    return loopback


def test_an_encrypted_answer_is_believed_whatever_its_status(library: str, host: Loopback) -> None:
    """Windows encrypts its faults too; and this is what shows that the forgeries below fail for what they are."""
    victim = Victim(library, host)
    unknown = {301, 302, 303, 307, 308, 401, 407}  # acted upon by requests or the login, before anything is decrypted
    empty = {101, 102, 103, 204, 304}  # HTTP allows no body
    for status in set(STATUSES) - unknown - empty:
        host.forge = lambda seen, status=status: written(status, EXACT, seen.answer)
        assert victim.session.send(MESSAGE) == ANSWER


def test_blanks_around_the_parameters_do_not_matter(library: str, host: Loopback) -> None:
    victim = Victim(library, host)
    kind = b"Content-Type:\t" + SEALED.replace(";", " ;\t").encode() + b"\t\r\n"
    host.forge = lambda seen: written(200, kind, seen.answer)
    assert victim.session.send(MESSAGE) == ANSWER


def test_no_clear_answer_is_believed(library: str, host: Loopback, capsys: pytest.CaptureFixture[str]) -> None:
    """Every status with every content type, the bodies taking turns."""
    victim = Victim(library, host)
    bodies = itertools.cycle(CLEAR_BODIES.items())
    for status, (kind, lines) in itertools.product(STATUSES, KINDS.items()):
        name, body = next(bodies)
        victim.receive(f"{status}, {kind}, {name}", status, lines, body)
    assert victim.is_alive()
    with capsys.disabled():
        print(f"\n{library}: {victim.tried} clear answers tried, {len(victim.believed)} believed")
    assert victim.believed == []


@pytest.mark.parametrize("status", [200, 500])
def test_no_altered_answer_is_believed_in_the_right_shape(
    library: str, host: Loopback, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    victim = Victim(library, host)
    for name, body in {**CLEAR_BODIES, **ALTERED_BODIES}.items():
        victim.receive(f"{status}, {name}", status, EXACT, body)
    with capsys.disabled():
        print(f"\n{library}, HTTP {status}: {victim.tried} altered answers tried, {len(victim.believed)} believed")
    assert victim.believed == []
    assert victim.codes == {"unverified_answer"}


def test_a_true_answer_in_another_shape_is_lost(library: str, host: Loopback) -> None:
    victim = Victim(library, host)
    for name, lines in KINDS.items():
        if name == "exact":
            continue
        victim.receive(name, 200, lines, lambda seen: seen.answer)
    assert victim.believed == []
    assert victim.codes == {"unsealed_answer", "answer_encoded"}  # the latter where it says to be compressed


def test_after_a_forged_answer_the_next_message_logs_in_again(library: str, host: Loopback) -> None:
    victim = Victim(library, host)
    logins = len(host.tokens)
    host.forge = lambda _seen: written(200, KINDS["bare"], ANSWER)
    with pytest.raises(AnswerLost):
        victim.session.send(MESSAGE)
    assert victim.is_alive()
    assert len(host.tokens) == 2 * logins
    assert b"BBBBB" not in host.bodies
