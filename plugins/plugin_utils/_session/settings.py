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
import urllib.parse

from .._deadlines import Deadline
from .._outbound import Outbound
from .._secrets import Secret, reveal

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

_HOST_SECONDS = 60.0
"""MaxTimeoutms of a default host: it lets no operation take longer, whatever is asked for."""
_ANSWER_SECONDS = 10.0
"""What an answer may take beyond the operation itself."""
_LOGIN_SECONDS = 10.0
"""What a request may take beyond connecting and being answered once: the rounds of a login."""
_TASK_REQUESTS, _TASK_CALLS = 10, 5
"""How many of the slowest requests, or calls, a task may take: it sends some 5 to 15, and nearly all are quick."""


@dataclasses.dataclass(frozen=True)
class Tls:
    """Whether the machine's certificate is validated, and against which CA (`None`: the environment's or system's)."""

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
    certificate: str
    proxy: str
    bypass: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class ConnectionSettings:
    """What both libraries need to know; times are in seconds, and None for a connection is as long as for an answer.

    `operation_timeout` and `read_timeout` are for queries. The connections have them for polling a shell, so they are
    short; a method that is cut off by such a limit goes on all the same, and only its result is lost.
    """

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
    outbound: Outbound = Outbound()  # noqa: RUF009 - frozen

    max_envelope_size: int = 512_000

    names: t.ClassVar[OptionNames]
    library: t.ClassVar[str]

    def __post_init__(self) -> None:
        object.__setattr__(self, "host", bare(self.host))

    @property
    def call_timeout(self) -> float:
        """Seconds that a call of a method or a change may take on the host."""
        return max(_HOST_SECONDS, self.operation_timeout)

    def read_timeout_of(self, seconds: float | None) -> float:
        """Return how long to wait for the answer to an operation that may take `seconds`; None is a query."""
        return self.read_timeout if seconds is None else max(self.read_timeout, seconds + _ANSWER_SECONDS)

    def request_timeout_of(self, seconds: float | None) -> float:
        """Return the seconds until the deadline of such a request: to connect, to log in and to be answered."""
        return self.read_timeout_of(seconds) + self._connecting

    @property
    def request_timeout(self) -> float:
        """Seconds until the deadline of one request of a query."""
        return self.request_timeout_of(None)

    @property
    def _connecting(self) -> float:
        """Seconds to connect and to log in."""
        return (self.connection_timeout or self.read_timeout) + _LOGIN_SECONDS

    def task_deadline(self) -> Deadline:
        """Return the deadline of a task at this host that begins now, without what the task waits on purpose."""
        calls = _TASK_CALLS * self.request_timeout_of(self.call_timeout)
        return Deadline(max(_TASK_REQUESTS * self.request_timeout, calls), "task", self.names.read_timeout)

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
    def fetches_ticket(self) -> bool:
        """Whether a Kerberos ticket is fetched with user and password."""
        return False

    @property
    def can_go_on(self) -> bool:
        """Whether the machine can use this login at another one, too: by CredSSP, or by Kerberos with delegation."""
        return any(
            name == "credssp" or (name in ("kerberos", "negotiate") and self.kerberos.delegate)
            for name in self.mechanisms
        )

    @property
    def proxy_url(self) -> Secret | None:
        """The URL of the proxy for this endpoint, None where it is reached directly."""
        if self.proxy.url or not self.proxy.environment:
            return self.proxy.url
        url = self.outbound.proxy_for(self.endpoint)
        return Secret(url) if url else None

    @property
    def proxy_variable(self) -> str | None:
        """The environment variable that the proxy comes from, None where it was given or there is none."""
        if self.proxy.url or not self.proxy.environment:
            return None
        return self.outbound.variable_for(self.endpoint)

    @property
    def verify(self) -> bool | str:
        """Which CAs may sign the certificate, as `requests` takes it: a path, True for its own, False for any."""
        return (self.tls.ca or self.outbound.ca or True) if self.tls.validate else False

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Everything in here that must never be shown."""
        held = (self.password, self.proxy_url, self.certificate.password if self.certificate else None)
        return tuple(secret for secret in held if secret)

    @property
    def quotable_secrets(self) -> tuple[Secret, ...]:
        """The same with the parts of a proxy's URL that a library may quote by themselves."""
        return (*self.secrets, *_login_in(self.proxy_url))


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
        certificate="ansible_winrm_cert_pem and ansible_winrm_cert_key_pem",
        proxy="ansible_winrm_proxy",
        bypass="set ansible_winrm_proxy to null",
    )
    library: t.ClassVar[str] = "pywinrm"

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """The transports, as pywinrm names them."""
        return self.transports

    @property
    def fetches_ticket(self) -> bool:
        """Whether a Kerberos ticket is fetched with user and password."""
        return self.kinit is not None


@dataclasses.dataclass(frozen=True, kw_only=True)
class PsrpSettings(ConnectionSettings):
    """Settings for pypsrp; reconnection is tried only while nothing has been sent."""

    path: str = "wsman"
    auth: str = "negotiate"
    kerberos: Kerberos = Kerberos(service="WSMAN")
    connection_timeout: float | None = 30
    reconnection_retries: int = 0
    reconnection_backoff: float = 2.0

    @property
    def _connecting(self) -> float:
        """Seconds to connect and to log in, with all attempts and the pauses between them."""
        attempts = self.reconnection_retries * (self.connection_timeout or self.read_timeout)
        pauses = sum(self.reconnection_backoff * 2.0**attempt for attempt in range(min(self.reconnection_retries, 60)))
        return super()._connecting + attempts + pauses

    names: t.ClassVar[OptionNames] = OptionNames(
        login="ansible_psrp_auth",
        ca="ansible_psrp_ca_cert",
        validation="ansible_psrp_cert_validation",
        encryption="ansible_psrp_message_encryption",
        read_timeout="ansible_psrp_read_timeout",
        path="ansible_psrp_path",
        certificate="ansible_psrp_certificate_pem and ansible_psrp_certificate_key_pem",
        proxy="ansible_psrp_proxy",
        bypass="set ansible_psrp_ignore_proxy to true",
    )
    library: t.ClassVar[str] = "pypsrp"

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """The one login pypsrp is told to use."""
        return (self.auth,)


def bare(host: str) -> str:
    """Return a host without the brackets that a URL has around an IPv6 address; inventories have them as well."""
    text = host.strip()
    return text[1:-1] if text.startswith("[") and text.endswith("]") else text


def _login_in(url: Secret | None) -> tuple[Secret, ...]:
    """Return the password in the URL of a proxy, as it is written there and as it is meant."""
    try:
        password = urllib.parse.urlsplit(reveal(url or "")).password
    except ValueError:
        return ()
    return tuple(map(Secret, {password, urllib.parse.unquote(password)})) if password else ()


def _bracketed(host: str) -> str:
    try:
        ipaddress.IPv6Address(host)
    except ipaddress.AddressValueError:
        return host
    return f"[{host}]"
