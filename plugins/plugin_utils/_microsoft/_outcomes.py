# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two ways in which the service gives no confirmation ID: it refuses, or no usable answer comes."""

from __future__ import annotations

from .._errors import ActivationError
from .._licensing import Explanation, explain_service

__all__ = ["ServiceRefusal", "ServiceUnavailable"]

_STOPS = frozenset({"0x7F", "0x67", "0x68", "0x86"})
_NEVER_GRANTED = frozenset({"0x68", "0x86", "0x90"})


class ServiceRefusal(ActivationError):
    """The service answered, and refuses; `service_code` is its code (`0x7F`), with cause and remedy.

    `stops`: the code concerns the key, so that every other machine would be refused as well.
    `retryable`: the code tells of the service's own trouble, and later it may answer otherwise.
    `earlier_unanswered`: an earlier attempt for the same machine got no answer, and may have been granted.
    """

    def __init__(self, code: str, *, told: str | None = None, earlier_unanswered: bool = False) -> None:
        explained = _unexplained(code) if code.startswith("http_") else explain_service(code)
        self.service_code = explained.code
        self.earlier_unanswered = earlier_unanswered
        cause = f"{explained.cause} It said: {_bounded(told)}" if told else explained.cause
        message = f"The activation service refused ({explained.code}). {explained.message}"
        super().__init__(message, code=explained.code, cause=cause, remedy=explained.remedy)

    @property
    def stops(self) -> bool:
        """Whether the whole key is concerned."""
        return self.service_code in _STOPS

    @property
    def retryable(self) -> bool:
        """Whether the same question may be answered later: 0x71, and all that looks like an HRESULT of a failure."""
        return self.service_code == "0x71" or (len(self.service_code) == 10 and self.service_code[2] in "89ABCDEF")

    @property
    def never_granted(self) -> bool:
        """Whether no earlier attempt for these IDs can have been granted either."""
        return self.service_code in _NEVER_GRANTED


class ServiceUnavailable(ActivationError):
    """No usable answer came, so nothing is known of what was asked: never a count of zero, never a refusal.

    `may_have_arrived` is False where it is certain that the service did not carry the request out (no address, port
    closed, certificate not trusted, proxy wants a login). `retryable` is False where trying again at once is useless.
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
    ) -> None:
        super().__init__(message, code=code, cause=cause, remedy=remedy)
        self.may_have_arrived = may_have_arrived
        self.retryable = retryable

    def having_arrived(self, arrived: bool) -> ServiceUnavailable:
        """Return the same failure for one whose request has, or has not, possibly arrived."""
        return ServiceUnavailable(
            self.message,
            may_have_arrived=arrived,
            code=self.code or "unavailable",
            cause=self.cause,
            remedy=self.remedy,
            retryable=self.retryable,
        )


def _unexplained(code: str) -> Explanation:
    """Return what can be said of a refusal that has a status only, as an ActivationWs gives it for malformed IDs."""
    message = "It does not say why in words that are known."
    remedy = "Read the IDs anew from the machine, with mak and activate: never; look into the server's own log."
    return Explanation(code, None, message, "The server answered, and Microsoft's code is not in it.", remedy, False)


def _bounded(text: str) -> str:
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return plain if len(plain) <= 200 else f"{plain[:200]}..."
