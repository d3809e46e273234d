# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A failed exchange becomes ours: could the service have carried the request out, and is another attempt of use?

It could not have where no connection came about: no address, a closed port, a certificate that is not trusted, a proxy
that refuses the tunnel. Whatever is answered after the request has left, with any HTTP status, does not prove that the
service did not count, since proxies, filters and servers that break down answer for it.

The library's own texts are not passed on, for they quote URLs. What the system or OpenSSL says of the cause is.
"""

from __future__ import annotations

import re
import socket
import ssl
import typing as t
import urllib.parse

from .._deadlines import AnswerTooLarge
from .batch_messages import ANSWER_LIMIT
from .outcomes import ServiceUnavailable
from .settings import ServiceSettings

__all__ = ["encoded", "explained", "http_failure", "too_large", "truncated", "unusable"]

_TUNNEL = re.compile(r"Tunnel connection failed: (\d{3})")
# Names of urllib3's classes, which is the library's library: no connection came about.
_NEVER_CONNECTED = ("ConnectTimeoutError", "NewConnectionError", "NameResolutionError")
_WAY_OUT = (
    "Where a proxy leads to the internet, and alone knows its names, set proxy of the service, or https_proxy in the"
    " environment of Ansible."
)
_RETRY_LATER = frozenset({408, 425, 429})


def explained(error: Exception, left: bool | None, settings: ServiceSettings) -> ServiceUnavailable:
    """Return what to raise for an exception of the library; `left` is None where nobody watched the request leave."""
    case = _Case(error, left, settings)
    for attempt in (_beyond_a_limit, _proxy_failed, _tls_failed, _not_connected, _broken):
        failure = attempt(case)
        if failure is not None:
            return failure
    return case.failure("request_failed", f"The request to {case.place} failed.", arrived=case.may_have_left)


def http_failure(status: int, settings: ServiceSettings) -> ServiceUnavailable:
    """Return the failure for an HTTP status that carries no answer of the service; the request has left by then."""
    place = _place(settings.address)
    code = f"http_{status}"
    if status == 407:
        return _proxy_login_wanted(settings, arrived=True)
    if status >= 500 or status == 408 or status < 300:
        return ServiceUnavailable(
            f"{place} answered HTTP {status} and nothing usable.",
            may_have_arrived=True,
            code=code,
            cause="The service, or something on the way to it, is out of order.",
            remedy="Run the task again later. What has been obtained so far is kept and is not asked for again.",
        )
    return ServiceUnavailable(
        f"{place} turned the request away (HTTP {status}).",
        may_have_arrived=True,
        code=code,
        cause="Something else than the activation service answers there." if status < 400 else None,
        remedy="Check url of the service (redirects are not followed), and proxies and filters on the way.",
        retryable=status in _RETRY_LATER,
        for_all=True,
    )


def unusable(what: str, settings: ServiceSettings) -> ServiceUnavailable:
    """Return the failure for an answer that came whole and says nothing that can be used."""
    return ServiceUnavailable(
        f"The answer of {_place(settings.address)} cannot be used.",
        may_have_arrived=True,
        code="unusable_answer",
        cause=what,
        remedy="Run the task again later. If it stays, check url and backend of the service.",
    )


def too_large(limit: int) -> ServiceUnavailable:
    """Return the failure for an answer beyond the bound; it would be as large again."""
    return ServiceUnavailable(
        f"The service's answer is larger than {limit} bytes and was not read.",
        may_have_arrived=True,
        code="answer_too_large",
        remedy="Check url and backend of the service, and what answers there.",
        retryable=False,
    )


def encoded() -> ServiceUnavailable:
    """Return the failure for a compressed answer, which is not read: its size is known only when it is too late."""
    return ServiceUnavailable(
        "The service's answer is compressed, which was not asked for, and was not read.",
        may_have_arrived=True,
        code="answer_encoded",
        remedy="Check url of the service, and what answers there.",
        retryable=False,
    )


def truncated(cause: str | None = None) -> ServiceUnavailable:
    """Return the failure for an answer that broke off."""
    return ServiceUnavailable(
        "The service's answer broke off before its end.",
        may_have_arrived=True,
        code="answer_truncated",
        cause=cause,
        remedy="Run the task again; what has been obtained so far is kept.",
    )


class _Case:
    """One failed exchange."""

    def __init__(self, error: Exception, left: bool | None, settings: ServiceSettings) -> None:
        self.settings = settings
        self.place = _place(settings.address)
        self.left = left
        self.chain = list(_chain(error))

    @property
    def may_have_left(self) -> bool:
        """Whether the request has possibly been sent; what nobody watched may have."""
        return self.left is not False

    def find(self, *kinds: type[BaseException]) -> BaseException | None:
        """Return the first exception of one of these kinds behind it."""
        return next((link for link in self.chain if isinstance(link, kinds)), None)

    def named(self, *names: str) -> bool:
        """Tell whether an exception of a class with one of these names is behind it."""
        return any(type(link).__name__ in names for link in self.chain)

    def never_connected(self) -> bool:
        """Return whether the kind of the failure says that no connection came about."""
        return bool(self.find(socket.gaierror, ConnectionRefusedError)) or self.named(*_NEVER_CONNECTED)

    def failure(
        self, code: str, message: str, *, arrived: bool, remedy: str | None = None, retryable: bool = True
    ) -> ServiceUnavailable:
        """Return the failure, with the cause in the system's words; what was seen leaving may have arrived."""
        arrived = arrived or self.left is True
        outcome = "it may have been carried out." if arrived else "nothing was sent."
        return ServiceUnavailable(
            f"{message.rstrip('.')}; {outcome}",
            may_have_arrived=arrived,
            code=code,
            cause=self._words(),
            remedy=remedy or "Run the task again later; what has been obtained so far is kept.",
            retryable=retryable,
        )

    def _words(self) -> str:
        for link in reversed(self.chain):
            if isinstance(link, ssl.SSLCertVerificationError):
                return f"{link.verify_message}."
            if isinstance(link, OSError) and link.strerror:
                return f"{link.strerror}."
        return f"{type(self.chain[0]).__name__}."


def _beyond_a_limit(case: _Case) -> ServiceUnavailable | None:
    return too_large(ANSWER_LIMIT) if case.find(AnswerTooLarge) else None


def _proxy_failed(case: _Case) -> ServiceUnavailable | None:
    import requests

    tunnel = next((found for found in (_TUNNEL.search(str(link)) for link in case.chain) if found), None)
    if tunnel and tunnel[1] == "407":
        return _proxy_login_wanted(case.settings, arrived=case.left is True)
    if tunnel is None and case.find(requests.exceptions.ProxyError) is None:
        return None
    said = f" It answered HTTP {tunnel[1]}." if tunnel else ""
    # Older libraries give this class to every failure of a connection by proxy, also after the request has left.
    refused = bool(tunnel) or case.never_connected()
    return case.failure(
        "proxy_failed",
        f"The proxy did not let us through to {case.place}.{said}",
        arrived=case.may_have_left and not refused,
        remedy=_proxy_remedy(case.settings),
    )


def _proxy_remedy(settings: ServiceSettings) -> str:
    if settings.proxy_variable is None:
        return "Check proxy of the service, and what the proxy allows."
    host = _place(settings.address).rpartition(":")[0] or _place(settings.address)
    return (
        f"The proxy comes from the environment variable {settings.proxy_variable}. Check it and what the proxy allows,"
        f" set proxy of the service, or add {host} to NO_PROXY to connect without a proxy."
    )


def _proxy_login_wanted(settings: ServiceSettings, *, arrived: bool) -> ServiceUnavailable:
    given = "the one given was not accepted" if settings.proxy_username else "none was given"
    outcome = "" if arrived else "; nothing was sent"
    return ServiceUnavailable(
        f"The proxy on the way to {_place(settings.address)} wants a login, and {given}{outcome}.",
        may_have_arrived=arrived,
        code="proxy_login_refused",
        remedy="Set proxy, proxy_username and proxy_password of the service; the login is Basic.",
        retryable=False,
        for_all=True,
    )


def _tls_failed(case: _Case) -> ServiceUnavailable | None:
    import requests

    # A name that does not match has a class of its own in urllib3 before its second version.
    if case.find(ssl.SSLCertVerificationError) or case.named("CertificateError"):
        return case.failure(
            "certificate_not_trusted",
            f"The certificate of {case.place} is not trusted",
            arrived=False,
            remedy="If a proxy inspects TLS here, or the server has a certificate of your own CA, set ca_path of the "
            "service to a PEM file with that CA. Else check the name in url, and the controller's clock.",
            retryable=False,
        )
    if case.find(requests.exceptions.SSLError, ssl.SSLError) is None:
        return None
    # A server that hangs up in the middle shows as a TLS error too, so only what was watched tells.
    never = case.left is False or "WRONG_VERSION_NUMBER" in str(case.find(ssl.SSLError))
    return case.failure(
        "tls_failed",
        f"The TLS connection to {case.place} failed",
        arrived=not never,
        remedy="Check that url's port speaks TLS, and what filters the connection on the way.",
    )


def _not_connected(case: _Case) -> ServiceUnavailable | None:
    import requests

    reasons: list[tuple[bool, str, str, str]] = [
        (
            bool(case.find(socket.gaierror)),
            "name_not_resolved",
            "has no address",
            f"Check url of the service and DNS. {_WAY_OUT}",
        ),
        (
            bool(case.find(ConnectionRefusedError)),
            "connection_refused",
            "does not accept connections",
            f"Check url of the service and firewalls. {_WAY_OUT}",
        ),
        (
            bool(case.find(requests.exceptions.ConnectTimeout)) or case.named(*_NEVER_CONNECTED),
            "not_reached",
            "cannot be reached",
            f"Check url of the service, the route and firewalls. {_WAY_OUT}",
        ),
    ]
    for applies, code, what, remedy in reasons:
        if applies:
            return case.failure(code, f"{case.place} {what}", arrived=False, remedy=remedy)
    return None


def _broken(case: _Case) -> ServiceUnavailable | None:
    import requests

    errors = requests.exceptions
    if case.find(errors.Timeout, TimeoutError) or case.named("ReadTimeoutError"):
        seconds = f"{case.settings.timeout:g} seconds"
        remedy = "If the service is only slow, raise timeout of the service. Run the task again; nothing is lost."
        return case.failure(
            "read_timeout",
            f"{case.place} did not answer completely within {seconds}",
            arrived=case.may_have_left,
            remedy=remedy,
        )
    if case.find(errors.ChunkedEncodingError, errors.ContentDecodingError):
        return truncated()
    if case.find(errors.ConnectionError):
        message = f"The connection to {case.place} broke before an answer came"
        return case.failure("connection_dropped", message, arrived=case.may_have_left)
    return None


def _place(url: str) -> str:
    return urllib.parse.urlsplit(url).netloc.rpartition("@")[2]


def _chain(error: BaseException) -> t.Iterator[BaseException]:
    """Yield an exception and all behind it: causes, contexts, and those that libraries keep as arguments."""
    waiting: list[t.Any] = [error]
    seen: set[int] = set()
    while waiting:
        link = waiting.pop(0)
        if not isinstance(link, BaseException) or id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        waiting += [link.__cause__, link.__context__, getattr(link, "reason", None), *link.args]
