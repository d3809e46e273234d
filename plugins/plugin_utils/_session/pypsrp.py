# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pypsrp as a channel: its HTTP transport alone, without runspace, shell or envelope of its own."""

from __future__ import annotations

import typing as t

from .._errors import AuthenticationFailed, ConnectionFailed
from .._secrets import reveal
from . import credssp as credssp_module
from .credentials import check_credentials
from .encrypted_frames import BOUNDARY, Opener
from .encryption_policy import must_seal
from .environment_isolation import built
from .guarded_adapter import GuardedAdapter
from .settings import PsrpSettings

__all__ = ["dial"]


def dial(settings: PsrpSettings, mechanism: str, gate: GuardedAdapter) -> _PlainChannel | _SealedChannel:
    """Return a channel, logged in where messages are to be encrypted; else pypsrp logs in with the first message."""
    sealing = must_seal(settings, mechanism)
    check_credentials(settings, mechanism)
    transport = _transport(settings, mechanism)
    # The library builds its session on the first send; it is built here, to put the gate in front of it.
    session = transport.session = built(transport, transport._build_session, settings)
    gate.guard(session, transport.endpoint, encrypts=sealing)
    if mechanism == "credssp":
        credssp_module.watch(session.auth, transport.endpoint)
    if not sealing:
        return _PlainChannel(transport)
    try:
        return _SealedChannel(transport)
    except BaseException:
        transport.close()
        raise


class _PlainChannel:
    """pypsrp's transport inside TLS; what it raises is left to the session to explain."""

    def __init__(self, transport: t.Any) -> None:
        self._transport = transport

    def send(self, message: bytes) -> bytes:
        return bytes(self._transport.send(message))

    def close(self) -> None:
        self._transport.close()


class _SealedChannel:
    """pypsrp's session and its encryption, with the answers read by `Opener`.

    The library's own `send` decrypts an answer only if a header asks for it, and returns any other as it came.
    """

    def __init__(self, transport: t.Any) -> None:
        import requests

        self._transport = transport
        self._send(requests.Request("POST", transport.endpoint)).raise_for_status()
        context, protocol = _security_context(transport)
        self._encryption = _encryption(context, protocol)
        self._opener = Opener(lambda part: bytes(context.unwrap_winrm(part.signature, part.data)), transport.endpoint)

    def send(self, message: bytes) -> bytes:
        import requests

        kind, body = self._encryption.wrap_message(message)
        header = f'{kind};protocol="{self._encryption.protocol}";boundary="{BOUNDARY}"'
        request = requests.Request("POST", self._transport.endpoint, data=body, headers={"Content-Type": header})
        return self._opener.open(self._send(request))

    def close(self) -> None:
        self._transport.close()

    def _send(self, request: t.Any) -> t.Any:
        session, times = self._transport.session, (self._transport.connection_timeout, self._transport.read_timeout)
        return session.send(session.prepare_request(request), timeout=times)


def _encryption(context: t.Any, protocol: str) -> t.Any:
    from pypsrp.encryption import WinRMEncryption

    return WinRMEncryption(context, protocol)


def _security_context(transport: t.Any) -> tuple[t.Any, str]:
    """Return what the login left behind to encrypt with, and the name WS-Management has for it."""
    from pypsrp.encryption import WinRMEncryption

    auth = transport.session.auth
    if transport.auth == "credssp":
        credssp_module.require_complete(auth, transport.endpoint)
    context = next(iter(auth.contexts.values()), None)
    if context is None:
        raise AuthenticationFailed(
            f"{transport.endpoint} asks for no login, so messages cannot be encrypted and none was sent.",
            code="login_failed",
            remedy="Check that the port is WinRM's (5985, or 5986 with https).",
        )
    if transport.auth == "credssp":
        return context, WinRMEncryption.CREDSSP
    kerberos = getattr(context, "response_auth_header", "") == "kerberos"
    return context, WinRMEncryption.KERBEROS if kerberos else WinRMEncryption.SPNEGO


def _transport(settings: PsrpSettings, mechanism: str) -> t.Any:
    from pypsrp import wsman

    # Not by way of `WSMan`: its constructor registers prefixes for every ElementTree of the process, which other
    # threads are using at the same time.
    transport_class: t.Any = getattr(wsman, "_TransportHTTP", None)
    if not hasattr(transport_class, "_build_session"):
        raise ConnectionFailed("This version of pypsrp is not supported.", code="unsupported_library")
    # reconnection_retries stays at 0: urllib3 would repeat a message whose TLS connection broke after it was sent.
    return transport_class(
        settings.host,
        port=settings.port,
        username=settings.user,
        password=None if settings.password is None else reveal(settings.password),
        ssl=settings.over_tls,
        path=settings.path.lstrip("/"),
        auth=mechanism,
        cert_validation=settings.verify,
        connection_timeout=settings.connection_timeout,
        read_timeout=settings.read_timeout,
        encryption=settings.encryption,
        **_login_options(settings),
    )


def _login_options(settings: PsrpSettings) -> dict[str, t.Any]:
    certificate = settings.certificate
    options: dict[str, t.Any] = {
        "certificate_pem": certificate.certificate if certificate else None,
        "certificate_key_pem": certificate.key if certificate else None,
        "credssp_auth_mechanism": settings.credssp.mechanism,
        "credssp_disable_tlsv1_2": settings.credssp.disable_tls12,
        "credssp_minimum_version": settings.credssp.minimum_version,
        "negotiate_send_cbt": settings.send_cbt,
        "negotiate_delegate": settings.kerberos.delegate,
        "negotiate_hostname_override": settings.kerberos.hostname_override,
        "negotiate_service": settings.kerberos.service,
    }
    if certificate and certificate.password:
        options["certificate_key_password"] = reveal(certificate.password)
    return options
