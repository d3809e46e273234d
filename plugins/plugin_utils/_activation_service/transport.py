# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One HTTP exchange with the service over `requests`, bounded in time and bytes, the certificate always checked."""

from __future__ import annotations

import base64
import dataclasses
import importlib.util
import io
import sys
import typing as t

from .._deadlines import TimedExchange, bounded
from .._errors import MissingLibrary, pip_install
from .._secrets import reveal
from .batch_messages import ANSWER_LIMIT
from .error_mapping import encoded, explained, http_failure, too_large, truncated
from .outcomes import ServiceUnavailable
from .settings import ServiceSettings

__all__ = ["HttpReply", "Transport"]

WIRE_LIMIT = 2 * ANSWER_LIMIT
"""Bytes of an answer with its headers, and with what chunks add to it."""


_OUT_OF_ORDER = (502, 503, 504)
"""Statuses of a service that does not work; others may be its answer to a request that asks for nothing."""


@dataclasses.dataclass(frozen=True)
class HttpReply:
    """What came back, whatever its status; `body` is whole and within the bound."""

    status: int
    body: bytes


class Transport:
    """Sends to one service; connections are kept, cookies and logins are not. Raises `MissingLibrary` when made."""

    def __init__(self, settings: ServiceSettings) -> None:
        _require("requests", "requests")
        if (settings.proxy_in_use or "").lower().startswith("socks"):
            _require("PySocks", "socks")
        self._settings = settings
        self._session: t.Any = None

    def post(self, body: bytes, headers: t.Mapping[str, str]) -> HttpReply:
        """Send one message to the service's URL; raises `ServiceUnavailable` where no whole answer comes."""
        watched = _WatchedBody(body)
        request = {"data": watched, "headers": dict(headers)}
        return self._exchange("POST", self._settings.address, request, lambda: watched.left)

    def get(self, path: str, parameters: t.Mapping[str, str]) -> HttpReply:
        """Ask for something below the service's URL; raises `ServiceUnavailable` where no whole answer comes."""
        url = f"{self._settings.address.rstrip('/')}/{path}"
        request = {"params": dict(parameters), "headers": {"Accept": "application/json"}}
        # Nothing tells when a request without a body has left, so only the kind of failure can say that it has not.
        return self._exchange("GET", url, request, lambda: None)

    def reach(self) -> None:
        """Raise `ServiceUnavailable` unless something answers at the service's URL that is not out of order."""
        reply = self._exchange("GET", self._settings.address, {"headers": {"Accept": "*/*"}}, lambda: None)
        if reply.status in _OUT_OF_ORDER:
            raise http_failure(reply.status, self._settings)

    def _exchange(
        self, method: str, url: str, request: dict[str, t.Any], departed: t.Callable[[], bool | None]
    ) -> HttpReply:
        seconds = self._settings.timeout
        limits = TimedExchange(seconds, "timeout of the service", most_bytes=WIRE_LIMIT, what="request to the service")
        try:
            with (
                limits,
                self._opened().request(
                    method, url, **request, timeout=seconds, allow_redirects=False, stream=True
                ) as response,
            ):
                outcome: HttpReply | ServiceUnavailable = HttpReply(response.status_code, _whole(response))
        except ServiceUnavailable as failure:
            outcome = failure
        except Exception as error:  # noqa: BLE001 - libraries raise errors of many families; each is translated
            outcome = explained(error, departed(), self._settings)
        if isinstance(outcome, ServiceUnavailable):
            # Raised here, where the library's exception is gone: that one holds the whole request.
            raise outcome
        return outcome

    def _opened(self) -> t.Any:
        if self._session is None:
            self._session = _session(self._settings)
        return self._session


class _WatchedBody(io.BytesIO):
    """A request body that knows whether any of it was taken to be sent."""

    left = False

    def read(self, size: int | None = -1, /) -> bytes:
        self.left = True
        return super().read(size)


def _session(settings: ServiceSettings) -> t.Any:
    import requests
    import requests.adapters

    class Adapter(requests.adapters.HTTPAdapter):
        """Logs in at the proxy by a header of our own, so that the password is in no URL that an error could quote."""

        def proxy_headers(self, proxy: str) -> dict[str, str]:
            return _proxy_login(settings) or dict(super().proxy_headers(proxy))

    session = requests.Session()
    # Neither proxies nor CAs nor a login from ~/.netrc come from the environment: see `_outbound`.
    session.trust_env = False
    session.verify = settings.ca_path or settings.outbound.ca or True
    # An empty proxy means none; None means the environment's.
    proxy = settings.proxy_in_use
    session.proxies = {"http": proxy, "https": proxy} if proxy else {}
    session.headers["Accept-Encoding"] = "identity"
    for scheme in ("http://", "https://"):
        session.mount(scheme, bounded(Adapter()))
    return session


def _proxy_login(settings: ServiceSettings) -> dict[str, str]:
    if not settings.proxy or not settings.proxy_username:
        return {}
    password = reveal(settings.proxy_password) if settings.proxy_password else ""
    login = f"{settings.proxy_username}:{password}".encode()
    return {"Proxy-Authorization": f"Basic {base64.b64encode(login).decode('ascii')}"}


def _whole(response: t.Any) -> bytes:
    """Read an answer to its end; an older library does not notice that it is shorter than it said."""
    # What is compressed has no bound: some kilobytes of it may be gigabytes. It was asked not to be.
    if response.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
        raise encoded()
    body = bytearray()
    for chunk in response.iter_content(65536):
        body += chunk
        if len(body) > ANSWER_LIMIT:
            raise too_large(ANSWER_LIMIT)
    declared = response.headers.get("Content-Length")
    if declared is not None and declared.isdigit() and len(body) < int(declared):
        raise truncated()
    return bytes(body)


def _require(requirement: str, package: str) -> None:
    if importlib.util.find_spec(package) is None:
        raise MissingLibrary(
            f"The Python library {requirement} is not installed for the controller's Python ({sys.executable}).",
            code="missing_library",
            remedy=f"Run: {pip_install(requirement)}",
        )
