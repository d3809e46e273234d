# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pywinrm as a channel: its login and its sealing, driven in an order that cannot leak.

`Transport.build_session` keeps a session before sealing is set up, so that after a failed first login its next message
would go out in clear. Here the library is told to build the session only (`never`), the gate is put in front of it,
and the sealing is set up by `setup_encryption`, the library's own, before any message exists.

`Transport.send_message` decrypts an answer only if a header asks for it, and returns any other as it came. So where
messages are encrypted, the library encrypts and decrypts, and the answer is read by `Opener`.
"""

from __future__ import annotations

import typing as t
import urllib.parse

from .._errors import ConnectionFailed, Unsealed
from .._secrets import reveal
from . import credssp as credssp_module
from .credentials import check_credentials
from .encrypted_frames import Opener
from .encryption_policy import must_seal
from .environment_isolation import built
from .guarded_adapter import GuardedAdapter
from .kerberos_ticket import KerberosTicket, SharedTicket
from .settings import WinRMSettings

__all__ = ["dial"]


def dial(settings: WinRMSettings, mechanism: str, gate: GuardedAdapter) -> _WinRMChannel:
    """Log in as far as pywinrm does so before a message, and return the channel."""
    sealing = must_seal(settings, mechanism)
    check_credentials(settings, mechanism)
    managed = settings.kinit if mechanism == "kerberos" else None
    ticket = SharedTicket.of(settings, managed) if managed else KerberosTicket()
    channel = _WinRMChannel(_transport(settings, mechanism), ticket, settings)
    try:
        channel.log_in(gate, sealing)
    except BaseException:
        channel.close()
        raise
    return channel


class _WinRMChannel:
    """pywinrm's transport; what it raises is left to the session to explain."""

    def __init__(self, transport: t.Any, ticket: KerberosTicket, settings: WinRMSettings) -> None:
        self._transport = transport
        self._ticket = ticket
        self._opener: Opener | None = None
        self._settings = settings

    def log_in(self, gate: GuardedAdapter, sealing: bool) -> None:
        """Build the session behind the gate, and where messages are to be sealed, authenticate with an empty one."""
        with self._ticket.in_use():
            session = built(self._transport, self._transport.build_session, self._settings)
            place = self._transport.endpoint
            gate.guard(session, place, encrypts=sealing)
            if self._transport.auth_method == "credssp":
                credssp_module.watch(session.auth, place)
            if not sealing:
                return
            if not getattr(session.auth, "winrm_encryption_available", True):
                raise Unsealed(
                    "The installed Kerberos library cannot seal messages, so nothing was sent.",
                    code="unsealed",
                    remedy="Install pykerberos 1.2.1 or later on the controller, or use https.",
                )
            self._transport.setup_encryption(session)
            if self._transport.auth_method == "credssp":
                credssp_module.require_complete(session.auth, place)
            self._opener = _opener(self._transport)

    def send(self, message: bytes) -> bytes:
        transport = self._transport
        with self._ticket.in_use():
            if self._opener is None:
                return bytes(transport.send_message(message))
            request = transport.encryption.prepare_encrypted_request(transport.session, transport.endpoint, message)
            return self._opener.open(transport.session.send(request, timeout=transport.read_timeout_sec))

    def close(self) -> None:
        self._transport.close_session()
        self._ticket.destroy()


def _opener(transport: t.Any) -> Opener:
    decrypt = getattr(transport.encryption, "_decrypt_message", None)
    if decrypt is None:
        raise ConnectionFailed("This version of pywinrm is not supported.", code="unsupported_library")
    host = urllib.parse.urlsplit(transport.endpoint).hostname
    return Opener(lambda part: bytes(decrypt(part.payload, host)), transport.endpoint)


def _transport(settings: WinRMSettings, mechanism: str) -> t.Any:
    from winrm.transport import Transport

    certificate = settings.certificate
    return Transport(
        settings.endpoint,
        username=settings.user,
        password=None if settings.password is None else reveal(settings.password),
        service=settings.kerberos.service,
        cert_pem=certificate.certificate if certificate else None,
        cert_key_pem=certificate.key if certificate else None,
        read_timeout_sec=t.cast(int, settings.read_timeout),
        server_cert_validation="validate" if settings.tls.validate else "ignore",
        kerberos_delegation=settings.kerberos.delegate,
        kerberos_hostname_override=settings.kerberos.hostname_override,
        auth_method=t.cast(t.Any, mechanism),
        message_encryption="never",  # not how messages travel, see above: `log_in` sets up the sealing
        credssp_disable_tlsv1_2=settings.credssp.disable_tls12,
        credssp_auth_mechanism=t.cast(t.Any, settings.credssp.mechanism),
        credssp_minimum_version=settings.credssp.minimum_version,
        send_cbt=settings.send_cbt,
    )
