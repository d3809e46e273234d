# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two ways in which the service gives no confirmation ID: it refuses, or no usable answer comes."""

from __future__ import annotations

from .._errors import ActivationError
from .._licensing import Explanation, explain_service, service_verdict

__all__ = ["ServiceRefusal", "ServiceUnavailable"]


class ServiceRefusal(ActivationError):
    """The service answered, and refuses; `service_code` is its code (`0x7F`), with cause and remedy.

    `stops`: the code concerns the key, so that every other machine would be refused as well; `stops_when_repeated`: it
    does once different machines have met it.
    `retryable`: the code tells of the service's own trouble, and later it may answer otherwise.
    `earlier_unanswered`: an earlier attempt for the same machine got no answer, and may have been granted.
    """

    def __init__(self, code: str, *, told: str | None = None, earlier_unanswered: bool = False) -> None:
        explained = _unexplained(code) if code.startswith("http_") else explain_service(code)
        self.service_code = explained.code
        self._verdict = service_verdict(explained.code)
        self.earlier_unanswered = earlier_unanswered
        cause = f"{explained.cause} It said: {_bounded(told)}" if told else explained.cause
        message = f"The activation service refused ({explained.code}). {explained.message}"
        super().__init__(message, code=explained.code, cause=cause, remedy=explained.remedy)

    @property
    def stops(self) -> bool:
        """Whether the whole key is concerned."""
        return self._verdict.kind == "key"

    @property
    def stops_when_repeated(self) -> bool:
        """Whether the whole key is concerned once a second machine meets the code."""
        return self._verdict.repeated == "key"

    @property
    def retryable(self) -> bool:
        """Whether the same question may be answered later."""
        return self._verdict.kind == "retry"

    @property
    def uncounted(self) -> bool:
        """Whether the service surely did not count the request that it refused; of any other code nothing is known."""
        return self._verdict.spent in ("none", "never")

    @property
    def never_granted(self) -> bool:
        """Whether no earlier attempt for these IDs can have been granted either."""
        return self._verdict.spent == "never"


class ServiceUnavailable(ActivationError):
    """No usable answer came, so nothing is known of what was asked: never a count of zero, never a refusal.

    `may_have_arrived` is False where it is certain that the service did not carry the request out (no address, port
    closed, certificate not trusted, tunnel refused). `retryable` is False where trying again at once is useless,
    `for_all` is True where what failed was not about one request, so that the next one would fail alike.
    """

    def __init__(
        self,
        message: str,
        *,
        may_have_arrived: bool,
        code: str,
        cause: str | None = None,
        remedy: str | None = None,
        retryable: bool = True,
        for_all: bool = False,
    ) -> None:
        super().__init__(message, code=code, cause=cause, remedy=remedy)
        self.may_have_arrived = may_have_arrived
        self.retryable = retryable
        self.for_all = for_all or not may_have_arrived

    def having_arrived(self, arrived: bool) -> ServiceUnavailable:
        """Return the same failure for one whose request has, or has not, possibly arrived."""
        return ServiceUnavailable(
            self.message,
            may_have_arrived=arrived,
            code=self.code or "unavailable",
            cause=self.cause,
            remedy=self.remedy,
            retryable=self.retryable,
            for_all=self.for_all,
        )


def _unexplained(code: str) -> Explanation:
    """Return what can be said of a refusal that has a status only, as an ActivationWs gives it for malformed IDs."""
    message = "It does not say why in words that are known."
    remedy = "Read the IDs anew from the machine, with mak and activate: never; look into the server's own log."
    return Explanation(code, None, message, "The server answered, and Microsoft's code is not in it.", remedy, False)


def _bounded(text: str) -> str:
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return plain if len(plain) <= 200 else f"{plain[:200]}..."
