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
from . import _queries as q

__all__ = ["SERVICE_NAME", "restart_service"]

SERVICE_NAME = "sppsvc"
_STOPPED, _RUNNING = "Stopped", "Running"
_NOT_ACTIVE, _ALREADY_RUNNING, _CANNOT_NOW = 6, 10, 5
_MEANINGS = {2: "the login may not do that", 3: "other services depend on it", 14: "it is disabled"}
"""What the most likely numbers say; they are Win32_Service's own, and no errors of Windows."""


def restart_service(repository: Repository, moments: t.Callable[[], t.Iterator[None]]) -> None:
    """Stop the service, see it stopped, and start it; `moments` yields as often as it may be looked at.

    Whatever became of the stop, the service is started again. Raises NotConverged (`service_not_restarted`).
    """
    stopped = False
    try:
        _tolerated(repository, "StopService", (_NOT_ACTIVE, _CANNOT_NOW))
        stopped = _reaches(repository, _STOPPED, moments())
    finally:
        _tolerated(repository, "StartService", (_ALREADY_RUNNING,))
    if not stopped or not _reaches(repository, _RUNNING, moments()):
        raise _not_restarted()


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


def _reaches(repository: Repository, wanted: str, moments: t.Iterator[None]) -> bool:
    return any(_state(repository) == wanted for _moment in moments)


def _state(repository: Repository) -> str:
    rows = repository.select(q.WINDOWS_SERVICE, {"State": "string"}, (equals("Name", SERVICE_NAME),))
    return str(rows[0]["State"]) if rows else ""


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
