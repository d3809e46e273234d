# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a connection failed: ports that are closed, silent, or something else, and certificates that do not fit."""

from __future__ import annotations

import socket
import ssl

import pytest

from ansible_collections.volume.activation.plugins.module_utils._directory import Security, diagnosis
from ansible_collections.volume.activation.plugins.module_utils._directory.diagnosis import DirectoryFinding, look_at
from ansible_collections.volume.activation.plugins.module_utils._directory.discovery import DirectoryEndpoint
from ansible_collections.volume.activation.tests.samba_controller import DomainController

from .directory_sessions import DECLINED, STARTED, Impostor


def look(server: Impostor, security: Security = Security.LDAPS, seconds: float = 5) -> DirectoryFinding:
    found = look_at(DirectoryEndpoint(server.address, server.port), security, None, seconds)
    assert found is not None
    assert found.remedy
    return found


def look_at_samba(
    samba: DomainController, security: Security, ca_path: object, host: str = ""
) -> DirectoryFinding | None:
    port = 636 if security is Security.LDAPS else 389
    return look_at(DirectoryEndpoint(host or samba.address, port), security, str(ca_path), 10)


each_tls = pytest.mark.parametrize("security", [Security.LDAPS, Security.STARTTLS])


@each_tls
def test_nothing_is_found_where_nothing_is_wrong(samba: DomainController, security: Security) -> None:
    assert look_at_samba(samba, security, samba.ca_path) is None


@each_tls
def test_another_ca_is_told_from_another_name(samba: DomainController, security: Security) -> None:
    found = look_at_samba(samba, security, samba.other_ca_path)
    assert found is not None
    assert found.code == "certificate_refused"
    assert "not trusted" in found.message
    assert "ca_path" in found.remedy


@pytest.mark.parametrize(
    ("verdict", "message", "remedy"),
    [
        (9, "is not valid at this time", "clock"),
        (10, "is not valid at this time", "clock"),
        (18, "is not trusted", "ca_path"),
        (62, "is made out to another name", "server"),
        (64, "is made out to another name", "server"),
    ],
)
def test_the_verdict_of_openssl_is_said_with_its_remedy(verdict: int, message: str, remedy: str) -> None:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = verdict, "its words"
    found = diagnosis._bad_certificate(DirectoryEndpoint("dc1.corp.test", 636), error)
    assert (found.code, found.cause) == ("certificate_refused", "its words")
    assert message in found.message
    assert remedy in found.remedy


def test_a_closed_port_is_said_to_be_closed() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        found = look_at(DirectoryEndpoint(*reserved.getsockname()), Security.GSSAPI, None, 5)
    assert found is not None
    assert "refused the connection" in found.message


def test_a_name_without_an_address_is_said_to_have_none() -> None:
    found = look_at(DirectoryEndpoint("nowhere.invalid", 636), Security.LDAPS, None, 5)
    assert found is not None
    assert "has no address" in found.message


@each_tls
def test_a_silent_server_is_not_waited_for_longer_than_allowed(security: Security) -> None:
    with Impostor() as server:
        assert "in time" in look(server, security, 0.2).message


def test_a_server_without_tls_is_told_from_a_silent_one() -> None:
    with Impostor(b"220 mail.corp.test ready\r\n", speaks_first=True) as server:
        found = look(server)
    assert found.code == "not_sealed"
    assert "speaks no TLS" in found.message
    assert "port" in found.remedy


@pytest.mark.parametrize("reply", [DECLINED, b"220 mail.corp.test ready\r\n", b"\x30"])
def test_a_server_that_does_not_start_tls_is_named(reply: bytes) -> None:
    with Impostor(reply) as server:
        found = look(server, Security.STARTTLS)
    assert (found.code, "no StartTLS" in found.message) == ("not_sealed", True)


def test_a_server_that_starts_tls_and_speaks_none_is_named() -> None:
    with Impostor(STARTED) as server:
        assert look(server, Security.STARTTLS).code == "not_sealed"


def test_kerberos_asks_for_no_tls() -> None:
    with Impostor() as server:
        assert look_at(DirectoryEndpoint(server.address, server.port), Security.GSSAPI, None, 5) is None
        assert server.heard == b""
