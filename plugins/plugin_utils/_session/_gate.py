# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one door between the libraries and the network.

Both libraries send through `requests`, whose sessions send through an adapter. The gate is mounted as that adapter, in
front of the library's own, so that nothing reaches a socket past it: neither the library's paths after a failed login,
nor a redirect, nor the extra rounds of a login. It holds five promises:

* over http no request leaves with a body that is not sealed;
* no redirect is followed, and no message is sent to a place other than the one asked for;
* it knows whether a byte of the message has left, which tells "nothing happened" from "outcome unknown" without
  guessing from the class of an exception;
* a sealed message is not answered in clear: such a success is not believed, and a login asked for anew is not given
  by repeating a message that was sealed for the old one;
* no answer is larger than the bound, and none shorter than it says.
"""

from __future__ import annotations

import io
import time
import typing as t
import urllib.parse

from .._errors import AnswerLost, ConnectionFailed, RequestRejected, Unsealed
from ._trust import trusting

__all__ = ["ANSWER_LIMIT", "Gate"]

# Bytes. A Windows host's default envelope is 500 KiB, its largest sensible one a few MiB.
ANSWER_LIMIT = 8 * 1024 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Gate:
    """A `requests` transport adapter that checks what passes; see the module's text for its promises."""

    def __init__(
        self,
        endpoint: str,
        *,
        limit: int = ANSWER_LIMIT,
        retries: int = 0,
        backoff: float = 0.0,
        connection_timeout: float | None = None,
    ) -> None:
        self.left = False
        self.response: t.Any = None
        self._endpoint = endpoint
        self._place: tuple[str, str] = ("", "")
        self._limit = limit
        self._retries = retries
        self._backoff = backoff
        self._connection_timeout = connection_timeout
        self._inner: t.Any = None

    def guard(self, session: t.Any, endpoint: str) -> None:
        """Stand in front of the adapter through which this `requests` session would reach the endpoint."""
        import requests

        # As requests spells it: lower case, IDNA, and so on.
        self._place = _place(requests.Request("POST", endpoint).prepare().url or "")
        self._inner = trusting(session.get_adapter(endpoint))
        session.mount("http://", self)
        session.mount("https://", self)

    def reset(self) -> None:
        """Forget the last exchange: a new message is about to be sent."""
        self.left = False
        self.response = None

    @property
    def status(self) -> int | None:
        """The HTTP status of the last request, `None` if it was not answered."""
        return None if self.response is None else int(self.response.status_code)

    @property
    def sealed(self) -> bool:
        """Whether the last request that was answered was a sealed one."""
        return self.response is not None and _is_sealed(self.response.request.headers)

    def send(self, request: t.Any, **kwargs: t.Any) -> t.Any:
        """Pass one HTTP request (the name and shape are those of `requests` adapters)."""
        self.response = None
        self._admit(request)
        response = self._dial(request, kwargs)
        # The login handlers send their further rounds through the response's connection: that has to be the gate.
        response.request = request
        response.connection = self
        response.raw.stream = _bounded(response, self._limit)
        self.response = response
        self._accept(request, response)
        return response

    def close(self) -> None:
        """Close the sockets."""
        if self._inner is not None:
            self._inner.close()

    def _admit(self, request: t.Any) -> None:
        if _place(request.url) != self._place:
            raise ConnectionFailed(f"A request to another place than {self._endpoint} was stopped.", code="elsewhere")
        if request.body and self._place[0] != "https" and not _is_sealed(request.headers):
            raise Unsealed(
                f"A message to {self._endpoint} was stopped before it left in clear.",
                code="unsealed",
                remedy="Use https (port 5986); over http the login must have set up sealing first.",
            )

    def _dial(self, request: t.Any, kwargs: dict[str, t.Any]) -> t.Any:
        import requests

        given = kwargs.get("timeout")
        if self._connection_timeout is not None and isinstance(given, (int, float)):
            # pywinrm has one number for both, and a machine that is off would hold its caller up for as long.
            kwargs["timeout"] = (self._connection_timeout, given)
        for attempt in range(self._retries):
            try:
                return self._inner.send(self._watched(request), **kwargs)
            except requests.exceptions.SSLError:
                raise
            except requests.exceptions.ConnectionError:
                if self.left:
                    raise
            time.sleep(self._backoff * 2**attempt)
        return self._inner.send(self._watched(request), **kwargs)

    def _watched(self, request: t.Any) -> t.Any:
        if not request.body:
            return request
        watched = request.copy()
        body = request.body
        watched.body = _WatchedBody(body.encode("utf-8") if isinstance(body, str) else body, self._note_departure)
        return watched

    def _note_departure(self) -> None:
        self.left = True

    def _accept(self, request: t.Any, response: t.Any) -> None:
        status = response.status_code
        if status in _REDIRECTS:
            raise RequestRejected(
                f"{self._endpoint} answered with a redirect (HTTP {status}), which is not followed.",
                code=f"http_{status}",
                remedy="Point the connection at the machine itself.",
            )
        if not (request.body and _is_sealed(request.headers)):
            return
        if status == 401:
            # The answer itself came in clear, so it proves nothing: whether the message was opened stays unknown.
            raise AnswerLost(
                f"{self._endpoint} asks for a new login: its connection had been closed in between.",
                code="stale_security_context",
                remedy="Run the task again.",
            )
        if status == 200 and not _is_sealed(response.headers):
            raise AnswerLost(
                f"{self._endpoint} answered a sealed message in clear, and that answer is not believed.",
                code="unsealed_answer",
                cause="Somebody between the controller and the machine may have written it.",
            )


class _WatchedBody(io.BytesIO):
    """A request body that tells when its first byte is taken to be sent."""

    def __init__(self, body: bytes, departed: t.Callable[[], None]) -> None:
        super().__init__(body)
        self._departed = departed

    def read(self, size: int | None = -1, /) -> bytes:
        self._departed()
        return super().read(size)


def _place(url: str) -> tuple[str, str]:
    parts = urllib.parse.urlsplit(url)
    return parts.scheme, parts.netloc


def _is_sealed(headers: t.Mapping[str, t.Any]) -> bool:
    kind = headers.get("Content-Type") or ""
    if isinstance(kind, bytes):
        kind = kind.decode("latin-1")
    return kind.lower().startswith(("multipart/encrypted", "multipart/x-multi-encrypted"))


def _bounded(response: t.Any, limit: int) -> t.Callable[..., t.Iterator[bytes]]:
    stream = response.raw.stream
    declared = None if "Content-Encoding" in response.headers else response.headers.get("Content-Length")

    def bounded(*args: t.Any, **kwargs: t.Any) -> t.Iterator[bytes]:
        seen = 0
        for chunk in stream(*args, **kwargs):
            seen += len(chunk)
            if seen > limit:
                raise AnswerLost(f"The answer is larger than {limit} bytes and was not read.", code="answer_too_large")
            yield chunk
        if declared is not None and declared.isdigit() and seen < int(declared):
            raise AnswerLost("The answer broke off before its end.", code="answer_truncated")

    return bounded
