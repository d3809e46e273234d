# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How to reach a machine and log in there, as two frozen values: one for pywinrm, one for pypsrp.

Both say the same things in the words of their library; what they share stands in `ConnectionSettings`. The names of
the Ansible variables behind them live here too, so that an error can name the one to set.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import typing as t

from .._secrets import Secret

__all__ = [
    "ClientCertificate",
    "ConnectionSettings",
    "CredSSP",
    "Encryption",
    "Kerberos",
    "Kinit",
    "OptionNames",
    "Proxy",
    "PsrpSettings",
    "Tls",
    "WinRMSettings",
]

Encryption = t.Literal["auto", "always", "never"]


@dataclasses.dataclass(frozen=True)
class Tls:
    """Whether the machine's certificate is validated, and against which CA (`None`: the system's)."""

    validate: bool = True
    ca: str | None = None


@dataclasses.dataclass(frozen=True)
class ClientCertificate:
    """The PEM files of a certificate login, and the password of the key where it has one."""

    certificate: str
    key: str
    password: Secret | None = None


@dataclasses.dataclass(frozen=True)
class Kerberos:
    """The service principal asked for, and whether the ticket may be used onwards from the machine."""

    service: str = "HTTP"
    hostname_override: str | None = None
    delegate: bool = False


@dataclasses.dataclass(frozen=True)
class Kinit:
    """How a ticket is fetched with the password; `environment` names the variables that `kinit` may see."""

    command: str = "kinit"
    arguments: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class CredSSP:
    """The login inside CredSSP and the oldest server accepted (5: patched against CVE-2018-0886)."""

    mechanism: str = "auto"
    disable_tls12: bool = False
    minimum_version: int = 2


@dataclasses.dataclass(frozen=True)
class Proxy:
    """The proxy to use: the one given (its URL may hold a password), else the environment's, else none."""

    url: Secret | None = None
    environment: bool = True


@dataclasses.dataclass(frozen=True)
class OptionNames:
    """The Ansible variables that an error message may have to name."""

    login: str
    ca: str
    validation: str
    encryption: str
    read_timeout: str
    path: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class ConnectionSettings:
    """What both libraries need to know; times are in seconds, and None for a connection is as long as for an answer."""

    host: str
    port: int = 5986
    scheme: str = "https"
    path: str = "/wsman"
    user: str | None = None
    password: Secret | None = None
    operation_timeout: float = 20
    read_timeout: float = 30
    connection_timeout: float | None = None
    encryption: Encryption = "auto"
    tls: Tls = Tls()
    certificate: ClientCertificate | None = None
    kerberos: Kerberos = Kerberos()
    credssp: CredSSP = CredSSP()
    send_cbt: bool = True
    proxy: Proxy = Proxy()

    names: t.ClassVar[OptionNames]
    library: t.ClassVar[str]

    @property
    def endpoint(self) -> str:
        """The URL messages are posted to, with brackets around an IPv6 address."""
        return f"{self.scheme}://{_bracketed(self.host)}:{self.port}/{self.path.lstrip('/')}"

    @property
    def over_tls(self) -> bool:
        """Whether TLS protects what is sent."""
        return self.scheme == "https"

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """The logins to try, in this order."""
        raise NotImplementedError

    @property
    def can_go_on(self) -> bool:
        """Whether the machine can use this login at another one, too: by CredSSP, or by Kerberos with delegation."""
        return any(
            name == "credssp" or (name in ("kerberos", "negotiate") and self.kerberos.delegate)
            for name in self.mechanisms
        )

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Everything in here that must never be shown."""
        held = (self.password, self.proxy.url, self.certificate.password if self.certificate else None)
        return tuple(secret for secret in held if secret)


@dataclasses.dataclass(frozen=True, kw_only=True)
class WinRMSettings(ConnectionSettings):
    """Settings for pywinrm; `kinit` is set when the ticket is to be fetched with the password."""

    transports: tuple[str, ...] = ("ssl",)
    kinit: Kinit | None = None

    names: t.ClassVar[OptionNames] = OptionNames(
        login="ansible_winrm_transport",
        ca="ansible_winrm_ca_trust_path",
        validation="ansible_winrm_server_cert_validation",
        encryption="ansible_winrm_message_encryption",
        read_timeout="ansible_winrm_connection_timeout",
        path="ansible_winrm_path",
    )
    library: t.ClassVar[str] = "pywinrm"

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """The transports, as pywinrm names them."""
        return self.transports


@dataclasses.dataclass(frozen=True, kw_only=True)
class PsrpSettings(ConnectionSettings):
    """Settings for pypsrp; reconnection is tried only while nothing has been sent."""

    path: str = "wsman"
    auth: str = "negotiate"
    kerberos: Kerberos = Kerberos(service="WSMAN")
    connection_timeout: float | None = 30
    reconnection_retries: int = 0
    reconnection_backoff: float = 2.0
    max_envelope_size: int = 153600

    names: t.ClassVar[OptionNames] = OptionNames(
        login="ansible_psrp_auth",
        ca="ansible_psrp_ca_cert",
        validation="ansible_psrp_cert_validation",
        encryption="ansible_psrp_message_encryption",
        read_timeout="ansible_psrp_read_timeout",
        path="ansible_psrp_path",
    )
    library: t.ClassVar[str] = "pypsrp"

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """The one login pypsrp is told to use."""
        return (self.auth,)


def _bracketed(host: str) -> str:
    try:
        ipaddress.IPv6Address(host)
    except ipaddress.AddressValueError:
        return host
    return f"[{host}]"
