# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Over real sockets, between both libraries and a simulated Windows host, a stranger can only break a session."""

from __future__ import annotations

import itertools
import os
import struct
import typing as t
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._cim import Repository
from ansible_collections.volume.activation.plugins.plugin_utils._errors import (
    ActivationError,
    AnswerLost,
    AuthenticationFailed,
    MachineRefused,
)
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._session import (
    PsrpSettings,
    Session,
    WinRMSettings,
    open_session,
)
from ansible_collections.volume.activation.plugins.plugin_utils._simulator import Fleet, FleetServer
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import (
    Enumerate,
    Identify,
    Identity,
    decode_answer,
    encode_request,
    wmi_resource,
)
from ansible_collections.volume.activation.tests.mitm import Exchange, ManInTheMiddle

from .fake_listener import PLAIN
from .forged_answers import ALTERED_BODIES, CLEAR_BODIES, EXACT, KINDS, STATUSES, Traffic, written

IDENTIFY = encode_request(Identify(), to="http://host/wsman", message_id="uuid:1")
LOGINS = [("pywinrm", "ntlm"), ("pypsrp", "ntlm"), ("pypsrp", "negotiate")]


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory, accounts: None) -> t.Iterator[FleetServer]:
    """A simulated host; the server borrows the variable that names pyspnego's accounts."""
    before = os.environ["NTLM_USER_FILE"]
    description = {"machines": {"web1": "server_2022_standard"}}
    with FleetServer(Fleet.from_description(description), directory=Path(tmp_path_factory.mktemp("fleet"))) as server:
        yield server
    os.environ["NTLM_USER_FILE"] = before


@pytest.fixture
def middle(fleet: FleetServer) -> t.Iterator[ManInTheMiddle]:
    """The way to the host leads past a stranger."""
    with ManInTheMiddle("127.0.0.1", fleet.http_port) as mitm:
        yield mitm


def session_for(fleet: FleetServer, middle: ManInTheMiddle, library: str, login: str) -> Session:
    """Return a session with the host, by way of the stranger."""
    values: dict[str, t.Any] = {
        "host": middle.address,
        "port": middle.port,
        "scheme": "http",
        "path": "/" + fleet.url("web1").split("/", 3)[3],
        "user": fleet.login["username"],
        "password": Secret(fleet.login["password"]),
        "read_timeout": 20,
    }
    if library == "pywinrm":
        return open_session(WinRMSettings(transports=(login,), **values))
    return open_session(PsrpSettings(auth=login, **values))


def identity(session: Session) -> object:
    """Ask the host what it is; returns the decoded answer."""
    return decode_answer(session.send(IDENTIFY), Identify())


def seen_by(exchange: Exchange) -> Traffic:
    """Return what the stranger has to forge from."""
    earlier = exchange.earlier[-1].body if exchange.earlier else b""
    return Traffic(exchange.request.body, earlier, lambda: exchange.pass_on().body)


@pytest.mark.parametrize(("library", "login"), LOGINS)
def test_what_passes_untouched_is_believed(
    fleet: FleetServer, middle: ManInTheMiddle, library: str, login: str
) -> None:
    session = session_for(fleet, middle, library, login)
    assert isinstance(identity(session), Identity)
    with pytest.raises(MachineRefused) as caught:
        Repository(session.send).select("No_SuchClass", {"ID": "string"})
    assert caught.value.hresult == 2150858778  # an encrypted fault, HTTP 500
    session.close()


@pytest.mark.parametrize("library", ["pywinrm", "pypsrp"])
def test_no_forgery_is_believed_over_the_wire(
    fleet: FleetServer, middle: ManInTheMiddle, library: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A sample of the combinations that are tried without sockets, in turn."""
    bodies = itertools.cycle({**CLEAR_BODIES, **ALTERED_BODIES}.items())
    kinds = itertools.cycle([*KINDS.items(), *[("exact", EXACT)] * 7])
    session = session_for(fleet, middle, library, "ntlm")
    tried, believed = 0, []
    for status in STATUSES:
        (kind, lines), (name, body) = next(kinds), next(bodies)
        assert isinstance(identity(session), Identity)
        middle.forge = lambda exchange, now=(status, lines, body): written(now[0], now[1], now[2](seen_by(exchange)))
        tried += 1
        try:
            session.send(IDENTIFY)
        except AnswerLost:
            continue
        except ActivationError as error:
            believed.append(f"{status}, {kind}, {name}: {type(error).__name__}")
        else:
            believed.append(f"{status}, {kind}, {name}")
    session.close()
    with capsys.disabled():
        print(f"\n{library}: {tried} forgeries over the wire, {len(believed)} believed")
    assert believed == []


@pytest.mark.parametrize("library", ["pywinrm", "pypsrp"])
def test_a_forged_fault_is_not_decoded_although_the_host_did_the_work(
    fleet: FleetServer, middle: ManInTheMiddle, library: str
) -> None:
    """The outcome of the message is unknown, whatever a stranger writes about it."""
    session = session_for(fleet, middle, library, "ntlm")
    resource = wmi_resource("No_SuchClass")
    request = encode_request(
        Enumerate(resource, "SELECT ID FROM No_SuchClass"), to="http://host/wsman", message_id="uuid:2"
    )
    clear: list[bytes] = []
    clear.append(session.send(request))
    assert b"Fault" in clear[0]
    for status in (200, 400, 403, 500):
        identity(session)

        def forge(exchange: Exchange, status: int = status) -> bytes:
            exchange.pass_on()
            return written(status, f"Content-Type: {PLAIN}\r\n".encode(), clear[0])

        middle.forge = forge
        with pytest.raises(AnswerLost):
            session.send(request)
    session.close()


@pytest.mark.parametrize(("library", "login"), LOGINS)
def test_a_weakened_challenge_ends_the_login(
    fleet: FleetServer, middle: ManInTheMiddle, library: str, login: str
) -> None:
    def weaken(token: bytes) -> bytes:
        place = token.find(b"NTLMSSP\x00\x02") + 20
        if place < 20:
            return token
        (flags,) = struct.unpack_from("<I", token, place)
        return token[:place] + struct.pack("<I", flags & ~0xA0000000) + token[place + 4 :]  # 56 and 128 bits

    middle.rewrite_challenge = weaken
    with pytest.raises(AuthenticationFailed) as caught:
        session_for(fleet, middle, library, login).send(IDENTIFY)
    assert caught.value.code == "weak_ntlm"
    assert not any(b"NTLMSSP\x00\x03" in token for token in middle.tokens)
    assert middle.bodies == b""
