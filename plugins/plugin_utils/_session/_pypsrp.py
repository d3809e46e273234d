# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pypsrp as a channel: its HTTP transport alone, without runspace, shell or envelope of its own."""

from __future__ import annotations

import typing as t
import xml.etree.ElementTree as ET

from .._errors import ConnectionFailed
from .._secrets import reveal
from ._gate import Gate
from ._sealing import must_seal
from ._settings import PsrpSettings

__all__ = ["dial"]


def dial(settings: PsrpSettings, mechanism: str, gate: Gate) -> _PsrpChannel:
    """Return a channel; pypsrp logs in with the first message, and seals it where needed."""
    must_seal(settings, mechanism)
    transport = _transport(settings, mechanism)
    # The library builds its session on the first send; it is built here, to put the gate in front of it.
    transport.session = transport._build_session()
    gate.guard(transport.session, transport.endpoint)
    return _PsrpChannel(transport)


class _PsrpChannel:
    """pypsrp's transport; what it raises is left to the session to explain."""

    def __init__(self, transport: t.Any) -> None:
        self._transport = transport

    def send(self, message: bytes) -> bytes:
        return bytes(self._transport.send(message))

    def close(self) -> None:
        self._transport.close()


def _transport(settings: PsrpSettings, mechanism: str) -> t.Any:
    from pypsrp.wsman import WSMan

    # Its constructor registers prefixes for every ElementTree of the process; ours are not its business.
    prefixes: dict[str, str] | None = getattr(ET, "_namespace_map", None)
    before = dict(prefixes or {})
    try:
        transport = WSMan(
            settings.host,
            port=settings.port,
            username=settings.user,
            password=None if settings.password is None else reveal(settings.password),
            ssl=settings.over_tls,
            path=settings.path.lstrip("/"),
            auth=mechanism,
            cert_validation=t.cast(bool, _validation(settings)),
            connection_timeout=t.cast(int, settings.connection_timeout),
            read_timeout=t.cast(int, settings.read_timeout),
            encryption=settings.encryption,
            proxy=reveal(settings.proxy.url) if settings.proxy.url else None,
            no_proxy=not settings.proxy.environment,
            **_login_options(settings),
        ).transport
    finally:
        if prefixes is not None:
            prefixes.clear()
            prefixes.update(before)
    if not hasattr(transport, "_build_session"):
        raise ConnectionFailed("This version of pypsrp is not supported.", code="unsupported_library")
    return transport


def _validation(settings: PsrpSettings) -> bool | str:
    # reconnection_retries stays at 0: urllib3 would repeat a message whose TLS connection broke after it was sent.
    return (settings.tls.ca or True) if settings.tls.validate else False


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
