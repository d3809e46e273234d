# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a connection to a domain controller failed: one look at the port and its certificate.

OpenLDAP says "Can't contact LDAP server" of nearly everything. After such a failure this asks the same port once more
with Python's own TLS, with the same CA and the same name, only to learn the reason; it never carries data.
"""

from __future__ import annotations

import socket
import ssl
import typing as t
from dataclasses import dataclass

from .discovery import DirectoryEndpoint
from .settings import Security

__all__ = ["DirectoryFinding", "look_at"]

# The extended request "start TLS" (RFC 4511, 4.14), as message 1.
_START_TLS = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037"
_EXTENDED_RESPONSE = 0x78
# OpenSSL's verdicts on a certificate (X509_V_ERR_…).
_OTHER_NAME = (62, 64)
_OTHER_TIME = (9, 10)


@dataclass(frozen=True)
class DirectoryFinding:
    """What is wrong: a code, one sentence, and what to do."""

    code: str
    message: str
    remedy: str
    cause: str | None = None


def look_at(
    endpoint: DirectoryEndpoint, security: Security, ca_file: str | None, seconds: float
) -> DirectoryFinding | None:
    """Return what is wrong with a port, None if nothing can be found."""
    try:
        with socket.create_connection((endpoint.host, endpoint.port), seconds) as connection:
            if security is Security.GSSAPI:
                return None
            return _tls(connection, endpoint, security, ca_file)
    except OSError as error:
        return _unreachable(endpoint, error)


def _tls(
    connection: socket.socket, endpoint: DirectoryEndpoint, security: Security, ca_file: str | None
) -> DirectoryFinding | None:
    if security is Security.STARTTLS and not _starts_tls(connection):
        return DirectoryFinding(
            "not_sealed",
            f"{endpoint} offers no StartTLS, so the password was not sent.",
            "Install a server certificate on the domain controller, or set security to gssapi, which needs none.",
        )
    try:
        context = ssl.create_default_context(cafile=ca_file)
        with context.wrap_socket(connection, server_hostname=endpoint.host):
            return None
    except ssl.SSLCertVerificationError as error:
        return _bad_certificate(endpoint, error)
    except ssl.SSLEOFError as error:
        raise ConnectionAbortedError("it ended during the TLS handshake") from error
    except ssl.SSLError as error:
        return _no_tls(endpoint, error)


def _starts_tls(connection: socket.socket) -> bool:
    """Ask for TLS, and tell whether the answer is an extended response with the result 0."""
    connection.sendall(_START_TLS)
    answer = connection.recv(4096)
    if not answer:
        raise ConnectionAbortedError("it ended instead of starting TLS")
    # The response's own tag follows the message's header and number; the result is the first element in it.
    start = answer.find(bytes([_EXTENDED_RESPONSE]), 2, 16)
    return start > 0 and b"\x0a\x01\x00" in answer[start : start + 10]


def _unreachable(endpoint: DirectoryEndpoint, error: OSError) -> DirectoryFinding:
    for kinds, message, remedy in _REASONS:
        if isinstance(error, kinds):
            return DirectoryFinding(
                "directory_unreachable", f"{endpoint} {message}", remedy, error.strerror or str(error)
            )
    return DirectoryFinding(
        "directory_unreachable", f"{endpoint} cannot be reached.", _NETWORK, error.strerror or str(error)
    )


def _bad_certificate(endpoint: DirectoryEndpoint, error: ssl.SSLCertVerificationError) -> DirectoryFinding:
    code, cause = error.verify_code, error.verify_message
    if code in _OTHER_NAME:
        message = f"The certificate of {endpoint} is made out to another name."
        remedy = "Set server to a name that stands in the certificate, or renew the certificate with this name."
    elif code in _OTHER_TIME:
        message = f"The certificate of {endpoint} is not valid at this time."
        remedy = "Renew the certificate on the domain controller, or set the clock where this task runs."
    else:
        message = f"The certificate of {endpoint} is not trusted."
        remedy = "Set ca_path to a PEM file with the certificate of the CA that signed it."
    return DirectoryFinding("certificate_refused", f"{message} The password was not sent.", remedy, cause)


def _no_tls(endpoint: DirectoryEndpoint, error: ssl.SSLError) -> DirectoryFinding:
    return DirectoryFinding(
        "not_sealed",
        f"{endpoint} speaks no TLS that can be used, so the password was not sent.",
        f"{_PORTS} TLS 1.2 is the least.",
        error.reason or str(error),
    )


_PORTS = "Check port and security: ldaps belongs to port 636, starttls and gssapi to port 389."
_NETWORK = "Check the name, the port, and the firewalls on the way."
_REASONS: tuple[tuple[t.Any, str, str], ...] = (
    (socket.gaierror, "has no address.", "Check server, and that this machine asks the domain's DNS servers."),
    (ConnectionRefusedError, "refused the connection.", "Check that the domain controller runs, and port."),
    ((TimeoutError, socket.timeout), "does not respond in time.", f"{_NETWORK} If it is only slow, raise timeout."),
    (ConnectionError, "closed the connection.", f"{_PORTS} If they are right, look at its event log."),
)
