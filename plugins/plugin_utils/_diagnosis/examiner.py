# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Examines one machine: the way to it, what it says, and what it rests on; reads, and judges nothing."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import datetime

from .._applying import Products, Reader, Scope
from .._cim import Repository, from_lexical
from .._errors import ActivationError, AnswerLost, ConnectionFailed, MissingLibrary, RequestRejected, Unsealed
from .._licensing import State
from .._session import Session
from .context import DiagnosisContext
from .network import Surroundings
from .observations import Answering, Conversation, Expected, MachinePlace, Observations, Published, Reach

__all__ = ["Examiner"]

_REGISTRY = "StdRegProv"
_NAMESPACE = "root/default"
_LOCAL_MACHINE = 0x80000002
_SETTINGS = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\SoftwareProtectionPlatform"
_NAMES = r"SYSTEM\CurrentControlSet\Services\Tcpip\Parameters"
_SET_VALUE = 2
_HOPELESS = (ConnectionFailed, MissingLibrary, RequestRejected, Unsealed)
_EVERYTHING = Scope(products=Products.INSTALLED, details=True, machine=True, domain=True, attempts=True)


class Examiner:
    """Looks at one machine from the controller; nothing that it sends can change anything.

    `now` returns the controller's time, `pause` waits for seconds.
    """

    def __init__(
        self,
        session: Session,
        surroundings: Surroundings,
        *,
        now: t.Callable[[], datetime],
        pause: t.Callable[[float], None],
        operation_timeout: float = 60.0,
        max_envelope_size: int = 512_000,
    ) -> None:
        self._surroundings = surroundings
        self._repository = Repository(
            session.send, operation_timeout=operation_timeout, max_envelope_size=max_envelope_size, pause=pause
        )
        self._reader = Reader(self._repository, now=now)

    @property
    def requests(self) -> int:
        """How many WS-Management requests were sent so far."""
        return self._repository.requests

    def examine(self, place: MachinePlace, expected: Expected) -> Observations:
        """Return what is to be seen; what comes after something that fails is not looked at."""
        reach = None if place.proxied else self._surroundings.machine(place.host, place.port)
        if reach is not None and reach.answering not in (Answering.OPEN, Answering.UNKNOWN):
            return Observations(place=place, reach=reach)
        talk = self._talk()
        seen = Observations(place=place, reach=reach, talk=talk)
        if talk.state is None:
            return seen
        case = DiagnosisContext(seen, talk.state, expected)
        if case.discovering and case.lookup_domain is None:
            seen = replace(seen, dns_suffix=self._suffix())
            case = DiagnosisContext(seen, talk.state, expected)
        return replace(seen, published=self._published(case), kms_hosts=self._kms_hosts(case))

    def _talk(self) -> Conversation:
        granted, denied = self._rights()
        if denied is not None and _is_hopeless(denied):
            return Conversation(error=denied)
        try:
            return Conversation(granted=granted, denied=denied, state=self._state())
        except ActivationError as error:
            return Conversation(granted=granted, denied=denied, error=error)

    def _state(self) -> State:
        return self._reader.read(_EVERYTHING)

    def _rights(self) -> tuple[bool | None, ActivationError | None]:
        """Ask whether the login may set values where the licensing settings are."""
        given = {"hDefKey": _LOCAL_MACHINE, "sSubKeyName": _SETTINGS, "uRequired": _SET_VALUE}
        try:
            told = self._repository.invoke(_REGISTRY, {}, "CheckAccess", given, namespace=_NAMESPACE)
            return from_lexical(told.get("bGranted", ()), "boolean"), None
        except ActivationError as error:
            # ReturnValue 5 would be an answer too: the key may not even be opened.
            return (False, None) if _says_no(error) else (None, error)

    def _suffix(self) -> str | None:
        """Return the primary DNS suffix of a machine in no domain ("TCP/IP registry entries", Microsoft)."""
        given = {"hDefKey": _LOCAL_MACHINE, "sSubKeyName": _NAMES, "sValueName": "Domain"}
        try:
            told = self._repository.invoke(_REGISTRY, {}, "GetStringValue", given, namespace=_NAMESPACE)
            return from_lexical(told.get("sValue", ()), "string") or None
        except ActivationError:
            return None

    def _published(self, case: DiagnosisContext) -> Published | None:
        if not case.discovering or case.lookup_domain is None:
            return None
        return self._surroundings.published(case.lookup_domain.rstrip(".").lower())

    def _kms_hosts(self, case: DiagnosisContext) -> tuple[Reach, ...]:
        hosts = (case.set_host(product) or case.cached_host(product) for product in case.clients)
        return tuple(self._surroundings.kms_host(*host) for host in dict.fromkeys(hosts) if host is not None)


def _is_hopeless(error: ActivationError) -> bool:
    """Tell whether another message would end as this one did; who was silent once is not waited for again."""
    return isinstance(error, _HOPELESS) or (
        isinstance(error, AnswerLost) and error.code in ("read_timeout", "deadline_exceeded")
    )


def _says_no(error: ActivationError) -> bool:
    return getattr(error, "hresult", None) == _DENIED and getattr(error, "fault", None) is None


_DENIED = 5
