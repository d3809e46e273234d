# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pywinrm as a channel: its login and its sealing, driven in an order that cannot leak.

`Transport.build_session` keeps a session before sealing is set up, so that after a failed first login its next message
would go out in clear. Here the library is told to build the session only (`never`), the gate is put in front of it,
and the sealing is set up by `setup_encryption`, the library's own, before any message exists.
"""

from __future__ import annotations

import typing as t

from .._errors import Unsealed
from .._secrets import reveal
from ._gate import Gate
from ._sealing import must_seal
from ._settings import Proxy, Tls, WinRMSettings
from ._tickets import SharedTicket, Ticket

__all__ = ["dial"]


def dial(settings: WinRMSettings, mechanism: str, gate: Gate) -> _WinRMChannel:
    """Log in as far as pywinrm does so before a message, and return the channel."""
    sealing = must_seal(settings, mechanism)
    managed = settings.kinit if mechanism == "kerberos" else None
    ticket = SharedTicket.of(settings, managed) if managed else Ticket()
    channel = _WinRMChannel(_transport(settings, mechanism), ticket)
    try:
        channel.log_in(gate, sealing)
    except BaseException:
        channel.close()
        raise
    return channel


class _WinRMChannel:
    """pywinrm's transport; what it raises is left to the session to explain."""

    def __init__(self, transport: t.Any, ticket: Ticket) -> None:
        self._transport = transport
        self._ticket = ticket

    def log_in(self, gate: Gate, sealing: bool) -> None:
        """Build the session behind the gate, and where messages are to be sealed, authenticate with an empty one."""
        with self._ticket.in_use():
            session = self._transport.build_session()
            # What the environment says was taken over by now; requests would read it anew for each message.
            session.trust_env = False
            gate.guard(session, self._transport.endpoint)
            if not sealing:
                return
            if not getattr(session.auth, "winrm_encryption_available", True):
                raise Unsealed(
                    "The installed Kerberos library cannot seal messages, so nothing was sent.",
                    code="unsealed",
                    remedy="Install pykerberos 1.2.1 or later on the controller, or use https.",
                )
            self._transport.setup_encryption(session)

    def send(self, message: bytes) -> bytes:
        with self._ticket.in_use():
            return bytes(self._transport.send_message(message))

    def close(self) -> None:
        self._transport.close_session()
        self._ticket.destroy()


def _transport(settings: WinRMSettings, mechanism: str) -> t.Any:
    from winrm.transport import Transport

    certificate = settings.certificate
    return Transport(
        settings.endpoint,
        username=settings.user,
        password=None if settings.password is None else reveal(settings.password),
        service=settings.kerberos.service,
        ca_trust_path=settings.tls.ca or "legacy_requests",
        cert_pem=certificate.certificate if certificate else None,
        cert_key_pem=certificate.key if certificate else None,
        read_timeout_sec=t.cast(int, settings.read_timeout),
        server_cert_validation=_validation(settings.tls),
        kerberos_delegation=settings.kerberos.delegate,
        kerberos_hostname_override=settings.kerberos.hostname_override,
        auth_method=t.cast(t.Any, mechanism),
        message_encryption="never",  # not how messages travel, see above: `log_in` sets up the sealing
        credssp_disable_tlsv1_2=settings.credssp.disable_tls12,
        credssp_auth_mechanism=t.cast(t.Any, settings.credssp.mechanism),
        credssp_minimum_version=settings.credssp.minimum_version,
        send_cbt=settings.send_cbt,
        proxy=_proxy(settings.proxy),
    )


def _validation(tls: Tls) -> t.Literal["validate", "ignore"]:
    return "validate" if tls.validate else "ignore"


def _proxy(proxy: Proxy) -> str | None:
    if proxy.url:
        return reveal(proxy.url)
    return "legacy_requests" if proxy.environment else None
