# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one door between the libraries and the network.

Both libraries send through `requests`, whose sessions send through an adapter. The gate is mounted as that adapter, in
front of the library's own, so that nothing reaches a socket past it: neither the library's paths after a failed login,
nor a redirect, nor the extra rounds of a login. It holds six promises:

* where messages are to be encrypted, no request leaves with a body that is not, and no reply to a weak NTLM challenge;
* no redirect is followed, and no message is sent to a place other than the one asked for;
* it knows whether a byte of the message has left, which tells "nothing happened" from "outcome unknown" without
  guessing from the class of an exception;
* an encrypted message has one shape of answer, whatever its status; any other is lost, since its writer is unknown,
  and none starts another login, which would repeat a message encrypted for the old one;
* a proxy does not get the login of the host;
* no answer is larger than the bound, compressed, or shorter than it says, and none outlasts its request's deadline.
"""

from __future__ import annotations

import io
import typing as t
import urllib.parse

from .._deadlines import bounded, pause
from .._errors import AnswerLost, AuthenticationFailed, ConnectionFailed, RequestRejected, Unsealed
from .encrypted_frames import is_answer_type, is_encrypted
from .ntlm_policy import check_token
from .response_sender import sender
from .tls_context import trusting

__all__ = ["ANSWER_LIMIT", "WIRE_LIMIT", "GuardedAdapter"]

ANSWER_LIMIT = 1024 * 1024
"""Bytes of one body: twice the 500 KiB that each request says an envelope may have."""
WIRE_LIMIT = ANSWER_LIMIT + 512 * 1024
"""Bytes of all answers to one request: login rounds, headers, and what chunks add to a body."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# HTTP requests that one message may need: the longest login, by CredSSP, takes about eight.
_MOST_REQUESTS = 16
# Statuses that requests and the login handlers act on by themselves, before the answer could be decrypted.
_ACTED_UPON = _REDIRECTS | {401, 407}


class GuardedAdapter:
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
        self.encrypts = True
        self.read_timeout: float | None = None
        self._requests = 0
        self._endpoint = endpoint
        self._place: tuple[str, str] = ("", "")
        self._limit = limit
        self._retries = retries
        self._backoff = backoff
        self._connection_timeout = connection_timeout
        self._inner: t.Any = None

    def guard(self, session: t.Any, endpoint: str, *, encrypts: bool) -> None:
        """Mount the gate in front of the adapter through which this `requests` session would reach the endpoint.

        `encrypts` says whether the messages of this session are to be encrypted by the login (and not by TLS alone).
        """
        import requests

        self.encrypts = encrypts
        # As requests spells it: lower case, IDNA, and so on.
        self._place = _place(requests.Request("POST", endpoint).prepare().url or "")
        self._inner = bounded(trusting(session.get_adapter(endpoint)))
        # A few kilobytes of gzip become gigabytes; WinRM does not compress, and what does is not to be invited.
        session.headers["Accept-Encoding"] = "identity"
        session.mount("http://", self)
        session.mount("https://", self)

    def reset(self, read_timeout: float) -> None:
        """Forget the last exchange: a new message is about to be sent, and its answer may take so many seconds."""
        self.read_timeout = read_timeout
        self.left = False
        self.response = None
        self._requests = 0

    @property
    def status(self) -> int | None:
        """The HTTP status of the last request, `None` if it was not answered."""
        return None if self.response is None else int(self.response.status_code)

    @property
    def sealed(self) -> bool:
        """Whether the last request that was answered carried an encrypted message."""
        return self.response is not None and is_encrypted(self.response.request.headers)

    def send(self, request: t.Any, **kwargs: t.Any) -> t.Any:
        """Pass one HTTP request (the name and shape are those of `requests` adapters)."""
        self.response = None
        self._admit(request)
        response = self._dial(request, kwargs)
        # The login handlers send their further rounds through the response's connection: that has to be the gate.
        response.request = request
        response.connection = self
        response.raw.stream = self._bounded(response)
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
        in_clear = self.encrypts or self._place[0] != "https"
        if request.body and in_clear and not is_encrypted(request.headers):
            raise Unsealed(
                f"A message to {self._endpoint} was stopped before it left in clear.",
                code="unsealed",
                remedy="Use https (port 5986); over http the login must have set up sealing first.",
            )
        self._requests += 1
        if self._requests > _MOST_REQUESTS:
            raise AuthenticationFailed(
                f"The login at {self._endpoint} does not end.",
                code="login_failed",
                cause=f"After {_MOST_REQUESTS} requests the host still asks for another one.",
            )
        check_token(request.headers.get("Authorization"), self._endpoint, encrypts=self.encrypts)

    def _dial(self, request: t.Any, kwargs: dict[str, t.Any]) -> t.Any:
        import requests

        kwargs["timeout"] = self._timeouts(request, kwargs.get("timeout"))
        for attempt in range(self._retries):
            try:
                return self._inner.send(self._watched(request), **kwargs)
            except requests.exceptions.SSLError:
                raise
            except requests.exceptions.ConnectionError:
                if self.left:
                    raise
            pause(self._backoff * 2**attempt)
        return self._inner.send(self._watched(request), **kwargs)

    def _timeouts(self, request: t.Any, given: t.Any) -> t.Any:
        """Return the time-outs to connect and to read; a library has one read time-out for whatever it sends."""
        connect, read = given if isinstance(given, tuple) else (given, given)
        if self._connection_timeout is not None and not isinstance(given, tuple):
            # pywinrm has one number for both, and a machine that is off would hold its caller up for as long.
            connect = self._connection_timeout
        return connect, self.read_timeout if request.body and self.read_timeout is not None else read

    def _bounded(self, response: t.Any) -> t.Callable[..., t.Iterator[bytes]]:
        kind = AnswerLost if self.left else ConnectionFailed
        if response.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
            response.close()
            raise kind(
                f"{self._endpoint} sent a compressed answer, which was not read.",
                code="answer_encoded",
                cause="WinRM does not compress. The answer comes from something else, such as a proxy.",
                remedy="Point the connection at the host itself.",
            )
        stream, declared = response.raw.stream, response.headers.get("Content-Length")

        def bounded_stream(*args: t.Any, **kwargs: t.Any) -> t.Iterator[bytes]:
            seen = 0
            for chunk in stream(*args, **kwargs):
                seen += len(chunk)
                if seen > self._limit:
                    raise kind(
                        f"The answer is larger than {self._limit} bytes and was not read.", code="answer_too_large"
                    )
                yield chunk
            if declared is not None and declared.isdigit() and seen < int(declared):
                raise kind("The answer broke off before its end.", code="answer_truncated")

        return bounded_stream

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
        if request.body and is_encrypted(request.headers):
            if status in _ACTED_UPON or not is_answer_type(request.headers, response.headers):
                raise self._unverified(status, response.headers)
        elif status in _REDIRECTS:
            raise RequestRejected(
                f"{self._endpoint} answered with a redirect (HTTP {status}), which is not followed.",
                code=f"http_{status}",
                remedy="Point the connection at the machine itself.",
            )
        elif status == 407 and not request.body:
            raise ConnectionFailed(
                f"The proxy on the way to {self._endpoint} asks for a login (HTTP 407), which it does not get.",
                code="http_407",
                remedy="Give the proxy's user and password in its URL, or connect without a proxy.",
            )

    def _unverified(self, status: int, headers: t.Mapping[str, str]) -> AnswerLost:
        """Return the error for an encrypted message whose answer is not encrypted: its outcome is unknown."""
        if status in (400, 401):
            return AnswerLost(
                f"{self._endpoint} could not decrypt the message (HTTP {status}): the connection it was encrypted for "
                "had been closed in between.",
                code="stale_security_context",
                remedy="Run the task again.",
            )
        return AnswerLost(
            f"{self._endpoint} answered an encrypted message in clear (HTTP {status}); that answer is not believed.",
            code=f"http_{status}" if status >= 400 or status in _REDIRECTS else "unsealed_answer",
            cause="The host encrypts its answers, so a proxy or an attacker may have written this one."
            f" {sender(headers)}",
            remedy="Check the WinRM service of the host, and what lies between the controller and it. With https "
            "(port 5986) such an answer can be attributed.",
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
