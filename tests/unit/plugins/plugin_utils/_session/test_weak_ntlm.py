# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A weakened NTLM challenge is refused before anything derived from the password leaves."""

from __future__ import annotations

import itertools
import struct
import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import AuthenticationFailed
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._session import (
    ConnectionSettings,
    PsrpSettings,
    WinRMSettings,
    open_session,
)
from ansible_collections.volume.activation.plugins.plugin_utils._session.ntlm_policy import check_strength

from .certificate_authority import Authority
from .fake_listener import ANSWER, PASSWORD, USER, Machine
from .loopback_listener import Loopback

MESSAGE = b"<s:Envelope><s:Body>BBBBB-CCCCC-DDDDD-FFFFF-GGGGG</s:Body></s:Envelope>"
NTLM = b"NTLMSSP\x00"
EXTENDED, KEY_128, KEY_EXCH, SEAL, SIGN = 0x00080000, 0x20000000, 0x40000000, 0x00000020, 0x00000010
NEEDED = {"extended": EXTENDED, "128": KEY_128, "key exchange": KEY_EXCH, "seal": SEAL, "sign": SIGN}
COMBINATIONS = [
    chosen for count in range(1, len(NEEDED) + 1) for chosen in itertools.combinations(sorted(NEEDED), count)
]
LOGINS = [("pywinrm", "ntlm"), ("pypsrp", "ntlm"), ("pypsrp", "negotiate")]


def settings_for(library: str, login: str) -> ConnectionSettings:
    """Return settings for NTLM over http: raw, or inside SPNEGO (negotiate); nothing is ever connected."""
    values: dict[str, t.Any] = {"host": "host.test", "port": 5985, "scheme": "http", "user": USER}
    values["password"] = Secret(PASSWORD)
    if library == "pywinrm":
        return WinRMSettings(transports=(login,), **values)
    return PsrpSettings(auth=login, **values)


def without(flags: int) -> t.Callable[[bytes], bytes]:
    """Return a function that clears flags of the challenge in a token, wherever it is."""

    def weaken(token: bytes) -> bytes:
        place = token.index(NTLM + b"\x02\x00\x00\x00") + 20
        (before,) = struct.unpack_from("<I", token, place)
        return token[:place] + struct.pack("<I", before & ~flags) + token[place + 4 :]

    return weaken


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Loopback:
    """A host inside this process."""
    loopback = Loopback()
    loopback.install(monkeypatch)
    return loopback


def refused(host: Loopback, library: str, login: str) -> AuthenticationFailed:
    """Send a message to a host whose challenge was tampered with; the login must end before its reply."""
    session = open_session(settings_for(library, login))
    with pytest.raises(AuthenticationFailed) as caught:
        session.send(MESSAGE)
    session.close()
    assert [token for token in host.tokens if NTLM + b"\x03" in token] == [], "the reply to the challenge left"
    assert len(host.tokens) == 1
    assert host.bodies == b""
    return caught.value


@pytest.mark.parametrize(("library", "login"), LOGINS)
def test_an_untouched_challenge_is_answered(host: Loopback, library: str, login: str) -> None:
    session = open_session(settings_for(library, login))
    assert session.send(MESSAGE) == ANSWER
    assert any(NTLM + b"\x03" in token for token in host.tokens)
    assert host.tokens[0].startswith(NTLM) == (login == "ntlm")


@pytest.mark.parametrize(("library", "login"), LOGINS)
def test_a_challenge_without_a_needed_flag_is_refused(host: Loopback, library: str, login: str) -> None:
    for chosen in COMBINATIONS:
        host.tokens.clear()
        host.challenge = without(sum(NEEDED[name] for name in chosen))
        error = refused(host, library, login)
        assert error.code == "weak_ntlm", chosen
        assert "https" in (error.remedy or "")


@pytest.mark.parametrize(("library", "login"), LOGINS)
@pytest.mark.parametrize(
    "offer",
    [
        "{scheme}  {token}",
        "Basic realm=x, {scheme} {token}",
        "{scheme} {token}, Basic realm=x",
        "{scheme} {token}\r\nWWW-Authenticate: Kerberos",
        "Basic realm=x\r\nWWW-Authenticate: {scheme} {token}",
        "{scheme}\r\nWWW-Authenticate: {scheme} {token}",
        '{scheme} {token}, Digest realm="a, b"',
        "{scheme}\r\n {token}",
        "{scheme} {token}\r\nProxy-Authenticate: NTLM",
    ],
)
def test_a_weak_challenge_is_refused_however_it_is_written(
    host: Loopback, library: str, login: str, offer: str
) -> None:
    """Some of these the library does not understand; those it does, it answers weakly, and that must not leave."""
    host.offer = offer
    host.challenge = without(KEY_128 | SIGN)
    refused(host, library, login)


@pytest.mark.parametrize(("library", "login"), LOGINS)
@pytest.mark.parametrize(
    "challenge",
    [
        lambda _token: b"",
        lambda _token: b"NTLMSSP\x00",
        lambda _token: b"garbage",
        lambda token: token[: token.find(NTLM) + 40],
        lambda token: token.replace(NTLM + b"\x02", NTLM + b"\x07"),
        lambda token: token.replace(NTLM + b"\x02", b"NTLMWHAT\x02") if NTLM in token else token,
        lambda token: without(KEY_128)(token).replace(NTLM, b"XXXXXXXX"),
        lambda token: b"\x60" + token,
    ],
    ids=["empty", "bare", "garbage", "cut off", "other type", "other signature", "weak, other signature", "prefix"],
)
def test_a_challenge_that_cannot_be_read_is_refused(
    host: Loopback, library: str, login: str, challenge: t.Callable[[bytes], bytes]
) -> None:
    """pyspnego reads some of these; its reply is then strong, and the host refuses it, since its checksum differs."""
    host.challenge = challenge
    with pytest.raises(AuthenticationFailed):
        open_session(settings_for(library, login)).send(MESSAGE)
    for token in host.tokens:
        check_strength(token, "host", encrypts=True)
    assert host.bodies == b""


def test_inside_tls_extended_session_security_is_required_and_the_rest_is_not(
    machine: t.Callable[..., Machine],
    settings: t.Any,
    opened: t.Any,
    authority: Authority,
) -> None:
    # The host itself refuses each of them, since the login protects the challenge by a checksum.
    for flags, code in ((KEY_128 | KEY_EXCH, "login_refused"), (EXTENDED, "weak_ntlm")):
        target = machine("ntlm", authority.server())
        target.challenge = without(flags)
        with pytest.raises(AuthenticationFailed) as caught:
            opened(settings(target, "ntlm", "https")).send(MESSAGE)
        assert caught.value.code == code
        replied = any("TlRMTVNTUAAD" in seen.headers.get("Authorization", "") for seen in target.seen)
        assert replied == (code == "login_refused")


@pytest.mark.parametrize(("library", "login"), LOGINS)
def test_a_login_that_never_ends_is_given_up(
    host: Loopback, library: str, login: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pypsrp goes on for as long as each answer has a token."""
    step = host.step
    challenges: list[bytes] = []

    def ask_again(authorization: str) -> bytes:
        challenges.append(step(authorization) if not challenges else challenges[0])
        return challenges[0]

    monkeypatch.setattr(host, "step", ask_again)
    with pytest.raises(AuthenticationFailed) as caught:
        open_session(settings_for(library, login)).send(MESSAGE)
    assert caught.value.code in ("login_failed", "login_refused")
    assert len(challenges) < 20
    assert host.bodies == b""


@pytest.mark.parametrize("length", range(12, 64))
def test_a_reply_that_is_too_short_for_its_flags_does_not_leave(length: int) -> None:
    with pytest.raises(AuthenticationFailed):
        check_strength((NTLM + b"\x03\x00\x00\x00" + b"\xff" * 64)[:length], "host", encrypts=True)
