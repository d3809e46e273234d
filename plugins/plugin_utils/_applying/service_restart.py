# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starting the licensing service anew: most settings of a KMS host come into force only then.

Source: Win32_Service, StopService and StartService. Nothing is lost by it: clients try again by themselves, and the
next question about a licence would start the service too.
"""

from __future__ import annotations

import typing as t

from .._cim import Repository, equals
from .._errors import AnswerLost, MachineRefused, NotConverged
from . import queries as q

__all__ = ["SERVICE_NAME", "restart_service"]

SERVICE_NAME = "sppsvc"
_STOPPED, _RUNNING = "Stopped", "Running"
_CANNOT_NOW, _NOT_ACTIVE, _PENDING, _ALREADY_RUNNING = 5, 6, 7, 10
"""Pending: the service was slower than its manager waits, and may arrive later ("service request timeout")."""
_MEANINGS = {2: "the login may not do that", 3: "other services depend on it", 14: "it is disabled"}
"""What the most likely numbers say; they are Win32_Service's own, and no errors of Windows."""


def restart_service(repository: Repository, moments: t.Callable[[], t.Iterator[None]]) -> None:
    """Stop the service, see it gone, and start it; `moments` yields as often as it may be looked at.

    Whatever became of the stop, the service is started again. Raises NotConverged (`service_not_restarted`).
    """
    before, gone = _look(repository), False
    try:
        _tolerated(repository, "StopService", (_NOT_ACTIVE, _CANNOT_NOW, _PENDING))
        gone = any(_is_gone(before, _look(repository)) for _moment in moments())
    finally:
        _tolerated(repository, "StartService", (_ALREADY_RUNNING, _PENDING))
    if not gone or not any(_look(repository).state == _RUNNING for _moment in moments()):
        raise _not_restarted()


class _Look(t.NamedTuple):
    """The service at one moment; its process is 0 while it does not run."""

    state: str
    process: int


def _is_gone(before: _Look, now: _Look) -> bool:
    """Tell whether the process of before is over; Windows may have started another one before anybody looked."""
    return now.state == _STOPPED or 0 != now.process != before.process


def _tolerated(repository: Repository, method: str, codes: t.Sequence[int]) -> None:
    """Call a method; that the service is so already, or that no answer came, is for the next look to judge."""
    try:
        repository.invoke(q.WINDOWS_SERVICE, {"Name": SERVICE_NAME}, method)
    except AnswerLost:
        return
    except MachineRefused as refusal:
        if refusal.fault is not None:
            raise
        if refusal.hresult not in codes:
            raise _not_restarted(_cause(method, refusal.hresult)) from refusal


def _look(repository: Repository) -> _Look:
    properties = {"State": "string", "ProcessId": "uint32"}
    rows = repository.select(q.WINDOWS_SERVICE, properties, (equals("Name", SERVICE_NAME),))
    return _Look(rows[0]["State"] or "", rows[0]["ProcessId"] or 0) if rows else _Look("", 0)


def _cause(method: str, number: int | None) -> str:
    meaning = _MEANINGS.get(number or 0)
    return f"{method} returned {number}: {meaning}." if meaning else f"{method} returned {number}."


def _not_restarted(cause: str = "It was busy, or something else on the machine starts or stops it.") -> NotConverged:
    return NotConverged(
        "The settings are written, but the licensing service did not start anew in time.",
        code="service_not_restarted",
        cause=cause,
        remedy="Restart the service Software Protection (sppsvc) or the machine; until then the host serves as before.",
    )
