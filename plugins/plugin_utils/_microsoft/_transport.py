# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One HTTP exchange with the service over `requests`, bounded and with the certificate always checked."""

from __future__ import annotations

import base64
import dataclasses
import importlib.util
import io
import shlex
import sys
import typing as t
from urllib.parse import urlsplit

from .._errors import MissingLibrary
from .._secrets import reveal
from ._failures import explained, too_large, truncated
from ._messages import ANSWER_LIMIT
from ._outcomes import ServiceUnavailable
from ._settings import ServiceSettings

__all__ = ["Reply", "Transport"]


@dataclasses.dataclass(frozen=True)
class Reply:
    """What came back, whatever its status; `body` is whole and within the bound."""

    status: int
    body: bytes


class Transport:
    """Sends to one service; connections are kept, cookies and logins are not. Raises `MissingLibrary` when made."""

    def __init__(self, settings: ServiceSettings) -> None:
        _require_requests()
        self._settings = settings
        self._session: t.Any = None

    def post(self, body: bytes, headers: t.Mapping[str, str]) -> Reply:
        """Send one message to the service's URL; raises `ServiceUnavailable` where no whole answer comes."""
        watched = _WatchedBody(body)
        request = {"data": watched, "headers": dict(headers)}
        return self._exchange("POST", self._settings.address, request, lambda: watched.left)

    def get(self, path: str, parameters: t.Mapping[str, str]) -> Reply:
        """Ask for something below the service's URL; raises `ServiceUnavailable` where no whole answer comes."""
        url = f"{self._settings.address.rstrip('/')}/{path}"
        request = {"params": dict(parameters), "headers": {"Accept": "application/json"}}
        # Nothing tells when a request without a body has left, so only the kind of failure can say that it has not.
        return self._exchange("GET", url, request, lambda: None)

    def _exchange(
        self, method: str, url: str, request: dict[str, t.Any], departed: t.Callable[[], bool | None]
    ) -> Reply:
        try:
            with self._opened().request(
                method,
                url,
                **request,
                timeout=self._settings.timeout,
                # Said with every request: what a session says of it gives way to the environment.
                verify=self._settings.ca_path or True,
                proxies=self._proxies(),
                allow_redirects=False,
                stream=True,
            ) as response:
                outcome: Reply | ServiceUnavailable = Reply(response.status_code, _whole(response))
        except ServiceUnavailable as failure:
            outcome = failure
        except Exception as error:
            outcome = explained(error, departed(), self._settings)
        if isinstance(outcome, ServiceUnavailable):
            # Raised here, where the library's exception is gone: that one holds the whole request.
            raise outcome
        return outcome

    def _opened(self) -> t.Any:
        if self._session is None:
            self._session = _session(self._settings)
        return self._session

    def _proxies(self) -> dict[str, str]:
        proxy = self._settings.proxy_url
        if proxy:
            return {"http": proxy, "https": proxy}
        # Said as empty, it means none; not said at all, it means the environment's.
        return {} if self._settings.proxy is None else {"no_proxy": urlsplit(self._settings.address).hostname or ""}


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
    # Or a login for the service's host would be taken from ~/.netrc, which is nobody's wish here.
    session.auth = _no_login
    session.headers["Accept-Encoding"] = "identity"
    for scheme in ("http://", "https://"):
        session.mount(scheme, Adapter())
    return session


def _no_login(request: t.Any) -> t.Any:
    return request


def _proxy_login(settings: ServiceSettings) -> dict[str, str]:
    if not settings.proxy or not settings.proxy_username:
        return {}
    password = reveal(settings.proxy_password) if settings.proxy_password else ""
    login = f"{settings.proxy_username}:{password}".encode()
    return {"Proxy-Authorization": f"Basic {base64.b64encode(login).decode('ascii')}"}


def _whole(response: t.Any) -> bytes:
    """Read an answer to its end; an older library does not notice that it is shorter than it said."""
    body = bytearray()
    for chunk in response.iter_content(65536):
        body += chunk
        if len(body) > ANSWER_LIMIT:
            raise too_large(ANSWER_LIMIT)
    declared = None if "Content-Encoding" in response.headers else response.headers.get("Content-Length")
    if declared is not None and declared.isdigit() and len(body) < int(declared):
        raise truncated()
    return bytes(body)


def _require_requests() -> None:
    if importlib.util.find_spec("requests") is None:
        command = shlex.join([sys.executable, "-m", "pip", "install", "requests"])
        raise MissingLibrary(
            f"The Python library requests is not installed for the controller's Python ({sys.executable}).",
            code="missing_library",
            remedy=f"Run: {command}",
        )
