# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A certificate authority of one hour's use: it signs one server certificate and is forgotten.

Clients are given the CA, so certificate validation stays on, as it should be against real machines.
"""

from __future__ import annotations

import datetime
import ipaddress
import ssl
import typing as t
from dataclasses import dataclass
from pathlib import Path

from ..._errors import MissingLibrary, pip_install
from .private_files import write_private

_LIFETIME = datetime.timedelta(days=365)
# Clients whose clock is a little behind must not find the certificate "not yet valid".
_CLOCK_SKEW = datetime.timedelta(days=1)
_ADDRESSES = ("127.0.0.1", "::1")


@dataclass(frozen=True)
class Credentials:
    """Where the PEM files are: `ca_file` may be read by anybody, `server_file` holds a private key."""

    ca_file: Path
    server_file: Path


def create_credentials(directory: Path) -> Credentials:
    """Write `ca.pem` and `server.pem` (key and certificate for loopback) into `directory`; raises MissingLibrary."""
    authority = _Authority()
    credentials = Credentials(directory / "ca.pem", directory / "server.pem")
    write_private(credentials.ca_file, authority.pem)
    write_private(credentials.server_file, authority.issue_for_loopback())
    return credentials


def server_context(credentials: Credentials) -> ssl.SSLContext:
    """Return the context of the HTTPS listener."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(credentials.server_file)
    return context


class _Authority:
    """Holds the CA's key for as long as a certificate is being issued; the key is never written."""

    def __init__(self) -> None:
        self._crypto = _libraries()
        self._key = self._crypto.ec.generate_private_key(self._crypto.ec.SECP256R1())
        self._name = self._crypto.name("Simulated fleet CA")
        builder = self._builder(self._name, self._key.public_key())
        self._certificate = self._sign(self._with_usage(builder, authority=True))

    @property
    def pem(self) -> bytes:
        """The CA certificate, for clients to trust."""
        return t.cast(bytes, self._certificate.public_bytes(self._crypto.serialization.Encoding.PEM))

    def issue_for_loopback(self) -> bytes:
        """Return key and certificate of a server called `localhost`, 127.0.0.1 and ::1, as one PEM text."""
        return self.issue("localhost", *_ADDRESSES)

    def issue(self, host: str, *addresses: str) -> bytes:
        """Return key and certificate of a server with this name and these addresses, as one PEM text."""
        crypto = self._crypto
        key = crypto.ec.generate_private_key(crypto.ec.SECP256R1())
        names: list[t.Any] = [crypto.x509.DNSName(host)]
        names += [crypto.x509.IPAddress(ipaddress.ip_address(address)) for address in addresses]
        builder = self._with_usage(self._builder(crypto.name(host), key.public_key()), authority=False)
        builder = builder.add_extension(crypto.x509.SubjectAlternativeName(names), critical=False)
        server_auth = crypto.x509.ExtendedKeyUsage([crypto.x509.ExtendedKeyUsageOID.SERVER_AUTH])
        certificate = self._sign(builder.add_extension(server_auth, critical=False))
        private = key.private_bytes(
            crypto.serialization.Encoding.PEM,
            crypto.serialization.PrivateFormat.PKCS8,
            crypto.serialization.NoEncryption(),
        )
        return t.cast(bytes, private + certificate.public_bytes(crypto.serialization.Encoding.PEM))

    def _builder(self, subject: t.Any, public_key: t.Any) -> t.Any:
        x509 = self._crypto.x509
        now = datetime.datetime.now(datetime.timezone.utc)
        # The key identifiers are asked for by Python 3.13's strict default verification.
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _CLOCK_SKEW)
            .not_valid_after(now + _LIFETIME)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )

    def _with_usage(self, builder: t.Any, *, authority: bool) -> t.Any:
        x509 = self._crypto.x509
        usage = x509.KeyUsage(
            digital_signature=True,
            key_cert_sign=authority,
            crl_sign=authority,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            encipher_only=False,
            decipher_only=False,
        )
        constraints = x509.BasicConstraints(ca=authority, path_length=0 if authority else None)
        return builder.add_extension(usage, critical=True).add_extension(constraints, critical=True)

    def _sign(self, builder: t.Any) -> t.Any:
        return builder.sign(self._key, self._crypto.hashes.SHA256())


class _Libraries(t.NamedTuple):
    """The parts of `cryptography` that are needed here."""

    x509: t.Any
    hashes: t.Any
    serialization: t.Any
    ec: t.Any

    def name(self, common_name: str) -> t.Any:
        """Return an X.509 name with nothing but a common name."""
        attribute = self.x509.NameAttribute(self.x509.oid.NameOID.COMMON_NAME, common_name)
        return self.x509.Name([attribute])


def _libraries() -> _Libraries:
    try:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec
    except ImportError as error:
        raise MissingLibrary(
            "The simulated fleet needs the Python library cryptography for its certificates.",
            code="missing_library",
            cause=str(error),
            remedy=f"Run: {pip_install('cryptography')}",
        ) from None
    return _Libraries(x509, hashes, serialization, ec)
