# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins, by the two client libraries themselves: Basic over https, NTLM over both, sealed over http."""

from __future__ import annotations

import base64
import os
import stat
from pathlib import Path
from typing import Any

import pytest
import spnego
from pypsrp.exceptions import AuthenticationError
from pypsrp.wsman import WSMan
from winrm.exceptions import InvalidCredentialsError
from winrm.protocol import Protocol

from ansible_collections.volume.activation.plugins.plugin_utils._errors import ActivationError
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.server import FleetServer
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.winrm import encryption
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.winrm.authentication import (
    Login,
    LoginAccount,
    LoginAccounts,
)
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import Batch, decode_answer

from ..fake_fleet import QUERY, connect, fleet, post, text

WINRM = [("https", "basic"), ("https", "ntlm"), ("http", "ntlm")]
PSRP = [("https", "basic"), ("https", "ntlm"), ("https", "negotiate"), ("http", "ntlm"), ("http", "negotiate")]


def winrm(server: FleetServer, name: str, scheme: str, transport: Any, **login: Any) -> Protocol:
    """Return pywinrm's client for a machine."""
    return Protocol(
        server.url(name, scheme),
        transport=transport,
        ca_trust_path=str(server.ca_file),
        proxy=None,
        **(login or server.login),
    )


def psrp(server: FleetServer, name: str, scheme: str, auth: str, **login: Any) -> WSMan:
    """Return pypsrp's client for a machine."""
    return WSMan(
        "127.0.0.1",
        port=server.https_port if scheme == "https" else server.http_port,
        path=f"wsman/{name}",
        ssl=scheme == "https",
        auth=auth,
        cert_validation=str(server.ca_file),
        no_proxy=True,
        **(login or server.login),
    )


def name_in(data: bytes) -> str:
    """Return the machine name in the answer to the query."""
    answer = decode_answer(data, QUERY)
    assert isinstance(answer, Batch)
    return str(answer.items[0].properties["Name"][0])


@pytest.mark.parametrize(("scheme", "transport"), WINRM)
def test_pywinrm_logs_in_and_stays_logged_in(scheme: str, transport: str) -> None:
    with FleetServer(fleet("web1", "web2")) as server:
        client = winrm(server, "web1", scheme, transport)
        assert [name_in(client.send_message(text(QUERY))) for _time in range(3)] == ["web1"] * 3
        tally = server.counters.of("web1")
        assert tally.kinds == {"enumerate": 3}
        assert tally.requests - tally.logins == 3
        assert (tally.unsealed, tally.rejected) == (0, 0)
        assert (client.transport.encryption is not None) == (scheme == "http")


@pytest.mark.parametrize(("scheme", "auth"), PSRP)
def test_pypsrp_logs_in_and_stays_logged_in(scheme: str, auth: str) -> None:
    with FleetServer(fleet("web1", "web2")) as server:
        client = psrp(server, "web2", scheme, auth)
        sent = text(QUERY).encode()
        assert [name_in(client.transport.send(sent)) for _time in range(3)] == ["web2"] * 3
        tally = server.counters.of("web2")
        assert tally.requests - tally.logins == 3
        assert (tally.unsealed, tally.rejected) == (0, 0)
        assert client.transport.wrap_required == (scheme == "http")


@pytest.mark.parametrize(("scheme", "transport"), WINRM)
def test_a_wrong_password_is_rejected_for_pywinrm(scheme: str, transport: str) -> None:
    with FleetServer(fleet("web1")) as server:
        client = winrm(server, "web1", scheme, transport, username=server.login["username"], password="wrong")
        with pytest.raises(InvalidCredentialsError):
            client.send_message(text(QUERY))
        tally = server.counters.of("web1")
        assert (tally.rejected, tally.kinds, tally.unsealed) == (1, {}, 0)


@pytest.mark.parametrize(("scheme", "auth"), PSRP)
def test_a_wrong_password_is_rejected_for_pypsrp(scheme: str, auth: str) -> None:
    with FleetServer(fleet("web1")) as server:
        client = psrp(server, "web1", scheme, auth, username=server.login["username"], password="wrong")
        with pytest.raises(AuthenticationError):
            client.transport.send(text(QUERY).encode())
        assert server.counters.of("web1").kinds == {}


def test_an_unknown_user_is_rejected() -> None:
    with FleetServer(fleet("web1")) as server:
        client = winrm(server, "web1", "http", "ntlm", username="nobody", password=server.login["password"])
        with pytest.raises(InvalidCredentialsError):
            client.send_message(text(QUERY))


@pytest.mark.parametrize(("scheme", "transport"), WINRM)
def test_machines_may_share_a_user_name_and_not_its_password(scheme: str, transport: str) -> None:
    own = {"credentials": {"username": "Administrator", "password": "one's own 1"}}
    other = {"credentials": {"username": "Administrator", "password": "another's 2"}}
    with FleetServer(fleet("web3", web1=own, web2=other)) as server:
        for name, described in (("web1", own), ("web2", other), ("web1", own)):
            client = winrm(server, name, scheme, transport, **described["credentials"])
            assert name_in(client.send_message(text(QUERY))) == name
        for name, described in (("web1", other), ("web2", own), ("web3", own)):
            with pytest.raises(InvalidCredentialsError):
                winrm(server, name, scheme, transport, **described["credentials"]).send_message(text(QUERY))


def test_a_domain_user_logs_in_by_ntlm() -> None:
    login = {"username": "CONTOSO\\admin", "password": "p\u00e4ssw\u00f6rd {{ x }}"}
    with FleetServer(fleet(web1={"credentials": login})) as server:
        assert name_in(winrm(server, "web1", "http", "ntlm", **login).send_message(text(QUERY))) == "web1"


DOMAIN_NAMES = ["administrator@AD.CORP.TEST", "ADCORP\\administrator", "ad.corp.test\\administrator"]


@pytest.mark.parametrize("username", DOMAIN_NAMES)
@pytest.mark.parametrize(("scheme", "transport"), WINRM)
def test_pywinrm_logs_in_by_every_form_of_a_domain_users_name(scheme: str, transport: str, username: str) -> None:
    login = {"username": username, "password": "Not-a-real-1-password"}
    with FleetServer(fleet(web1={"credentials": login})) as server:
        assert name_in(winrm(server, "web1", scheme, transport, **login).send_message(text(QUERY))) == "web1"
        wrong = winrm(server, "web1", scheme, transport, username=username, password="wrong")
        with pytest.raises(InvalidCredentialsError):
            wrong.send_message(text(QUERY))


@pytest.mark.parametrize("username", DOMAIN_NAMES)
@pytest.mark.parametrize(("scheme", "auth"), PSRP)
def test_pypsrp_logs_in_by_every_form_of_a_domain_users_name(scheme: str, auth: str, username: str) -> None:
    login = {"username": username, "password": "Not-a-real-1-password"}
    with FleetServer(fleet(web1={"credentials": login})) as server:
        assert name_in(psrp(server, "web1", scheme, auth, **login).transport.send(text(QUERY).encode())) == "web1"


def test_a_password_beyond_ascii_logs_in_by_basic() -> None:
    login = {"username": "admin", "password": "p\u00e4ssw\u00f6rd"}
    with FleetServer(fleet(web1={"credentials": login})) as server:
        assert name_in(winrm(server, "web1", "https", "basic", **login).send_message(text(QUERY))) == "web1"
        assert name_in(psrp(server, "web1", "https", "basic", **login).transport.send(text(QUERY).encode())) == "web1"


def test_basic_is_offered_and_taken_over_https_only() -> None:
    with FleetServer(fleet("web1")) as server:
        pair = f"{server.login['username']}:{server.login['password']}".encode()
        header = f"Basic {base64.b64encode(pair).decode()}"
        plain = post(connect(server, tls=False), "/wsman", b"", Authorization=header)
        assert (plain.status, plain.headers.get_all("WWW-Authenticate")) == (401, ["Negotiate"])
        offered = post(connect(server), "/wsman", b"").headers.get_all("WWW-Authenticate")
        assert offered == ["Negotiate", 'Basic realm="WSMAN"']


def test_a_message_in_clear_over_http_is_refused_and_counted() -> None:
    with FleetServer(fleet("web1")) as server:
        # `never` makes pywinrm log in by NTLM and then send in clear.
        client = Protocol(server.url("web1", "http"), transport="ntlm", message_encryption="never", **server.login)
        with pytest.raises(InvalidCredentialsError):
            client.send_message(text(QUERY))
        tally = server.counters.of("web1")
        assert tally.kinds == {}
        assert tally.unsealed > 0


@pytest.mark.parametrize("token", ["!", "AAAA", "TlRMTVNTUAAB", "TlRMTVNTUAADAAAA"])
@pytest.mark.parametrize("scheme", ["Negotiate", "NTLM", "Basic", "Bearer"])
def test_a_token_that_is_none_is_rejected(scheme: str, token: str) -> None:
    with FleetServer(fleet("web1")) as server:
        connection = connect(server, tls=False)
        for _time in range(2):
            response = post(connection, "/wsman", b"", Authorization=f"{scheme} {token}")
            response.read()
            assert response.status == 401


def sealed_session(server: FleetServer) -> tuple[Any, Any]:
    """Return a bare connection on which NTLM has been done, and its client context."""
    connection = connect(server, tls=False)
    client = spnego.client(**server.login, protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
    token = client.step()
    response = post(connection, "/wsman", b"", Authorization=f"NTLM {base64.b64encode(token or b'').decode()}")
    response.read()
    scheme, _blank, challenge = (response.headers["WWW-Authenticate"] or "").partition(" ")
    assert (response.status, scheme) == (401, "NTLM")
    answer = base64.b64encode(client.step(base64.b64decode(challenge)) or b"").decode()
    response = post(connection, "/wsman", b"", Authorization=f"NTLM {answer}")
    assert (response.status, response.read()) == (200, b"")
    return connection, client


def sealed(client: Any, message: bytes) -> bytes:
    """Return the frame that a client sends."""
    wrapped = client.wrap_winrm(message)
    return encryption.pack(wrapped.header, wrapped.data, len(message))


def test_the_answer_to_a_sealed_message_is_sealed_in_the_frame_of_windows() -> None:
    with FleetServer(fleet("web1")) as server:
        connection, client = sealed_session(server)
        body = sealed(client, text(QUERY).encode())
        response = post(connection, "/wsman", body, Content_Type=encryption.SEALED_TYPE)
        data = response.read()
        assert response.headers["Content-Type"] == encryption.SEALED_TYPE
        assert data.startswith(
            b"--Encrypted Boundary\r\n\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n\tOriginalContent: "
        )
        assert data.endswith(b"--Encrypted Boundary--\r\n")
        signature, inside, length = encryption.unpack(data)
        message = client.unwrap_winrm(signature, inside)
        assert (name_in(message), len(message)) == ("web1", length)
        assert b"web1" not in data


@pytest.mark.parametrize("damage", ["frame", "octet", "length", "stale"])
def test_a_message_that_was_not_sealed_for_this_connection_is_answered_400(damage: str) -> None:
    with FleetServer(fleet("web1")) as server:
        connection, client = sealed_session(server)
        body = sealed(client, text(QUERY).encode())
        if damage == "frame":
            body = body.replace(b"octet-stream", b"octets")
        elif damage == "octet":
            body = body[:-40] + bytes([body[-40] ^ 1]) + body[-39:]
        elif damage == "length":
            body = body.replace(b"Length=", b"Length=1")
        else:
            connection, _other = sealed_session(server)
        response = post(connection, "/wsman", body, Content_Type=encryption.SEALED_TYPE)
        assert (response.status, response.read()) == (400, b"")
        assert server.counters.of("web1").kinds == {}


def test_a_context_belongs_to_its_connection_and_its_account() -> None:
    other = {"credentials": {"username": "other", "password": "other"}}
    with FleetServer(fleet("web1", web2=other)) as server:
        fresh = connect(server, tls=False)
        assert post(fresh, "/wsman/web1", b"").status == 401
        client = winrm(server, "web1", "http", "ntlm")
        client.send_message(text(QUERY))
        client.transport.endpoint = server.url("web2", "http")
        with pytest.raises((InvalidCredentialsError, PermissionError)):
            client.send_message(text(QUERY))
        assert server.counters.of("web2").kinds == {}


def test_account_files_are_private_and_go_away(tmp_path: Path) -> None:
    with FleetServer(fleet("web1"), directory=tmp_path) as server:
        winrm(server, "web1", "http", "ntlm").send_message(text(QUERY))
        (path,) = (tmp_path / "accounts").iterdir()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE((tmp_path / "server.pem").stat().st_mode) == 0o600
        assert os.environ["NTLM_USER_FILE"] == str(path)
    assert not (tmp_path / "accounts").exists()
    assert not (tmp_path / "server.pem").exists()
    assert "NTLM_USER_FILE" not in os.environ


def test_credentials_are_completed_by_the_fleets(tmp_path: Path) -> None:
    accounts = LoginAccounts(tmp_path / "accounts", LoginAccount("fleet", Secret("x")))
    assert accounts.of({}) == LoginAccount("fleet", Secret("x"))
    assert accounts.of({"credentials": {"username": "me"}}) == LoginAccount("me", Secret("x"))
    assert accounts.of({"credentials": {"password": 12345}}) == LoginAccount("fleet", Secret("12345"))
    with pytest.raises(ActivationError, match="passwort"):
        accounts.of({"credentials": {"passwort": "x"}})


@pytest.mark.parametrize("username", ["a:b", "a\nb"])
def test_a_user_name_with_a_colon_or_a_line_break_is_refused(tmp_path: Path, username: str) -> None:
    accounts = LoginAccounts(tmp_path / "accounts", LoginAccount("admin", Secret("x")))
    with pytest.raises(ActivationError) as caught:
        accounts.of({"credentials": {"username": username}})
    assert caught.value.code == "invalid_description"


@pytest.mark.parametrize("password", ["a:b", ":", "a:b:c:d:e:f", "a\nb", "p\u20ac:\u00fc"])
@pytest.mark.parametrize("username", ["admin", "CORP\\admin", "admin@corp.example"])
@pytest.mark.parametrize("scheme", ["Basic", "Negotiate"])
def test_a_password_may_hold_what_separates_the_fields_of_an_account(
    tmp_path: Path, scheme: str, username: str, password: str
) -> None:
    accounts = LoginAccounts(tmp_path / "accounts", LoginAccount("other", Secret("other")))
    account = accounts.of({"credentials": {"username": username, "password": password}})

    assert logged_in(accounts, scheme, account, password)
    assert not logged_in(accounts, scheme, account, f"{password}:")


def logged_in(accounts: LoginAccounts, scheme: str, account: LoginAccount, password: str) -> bool:
    """Return whether a client with that password is let in."""
    login = Login(accounts, tls=True)
    if scheme == "Basic":
        given = base64.b64encode(f"{account.username}:{password}".encode()).decode()
        return login.check(f"Basic {given}", account).accepted
    options = spnego.NegotiateOptions.use_negotiate
    client = spnego.client(account.username, password, protocol="negotiate", options=options)
    challenge = None
    for _step in range(3):
        token = base64.b64encode(client.step(challenge) or b"").decode()
        verdict = login.check(f"Negotiate {token}", account)
        if verdict.accepted or verdict.rejected:
            return verdict.accepted
        challenge = base64.b64decode(verdict.offers[0].partition(" ")[2])
    return False
