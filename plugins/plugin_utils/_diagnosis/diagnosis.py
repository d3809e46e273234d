# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole of it: a machine is examined and judged, and if wished, what it said is kept as a transcript."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from .._licensing import State
from .._secrets import reveal
from .._session import ConnectionSettings, Session
from .._transcripts import Anonymiser, Recorder, Replay, Transcript, answered, ask, rows
from .checks import judge
from .examiner import Examiner
from .network import Surroundings, place_of
from .observations import Expected
from .recorded_network import Recorded, RecordingNetwork, expected_from, expected_row, place_from, place_row
from .result import Diagnosis

__all__ = ["Clocks", "Examined", "diagnose", "diagnose_and_record", "replayed", "summary"]

_GENERIC_USERS = frozenset({"administrator", "admin", "user", "root"})


@dataclass(frozen=True)
class Clocks:
    """The controller's time, and how to wait."""

    now: t.Callable[[], datetime]
    pause: t.Callable[[float], None]


@dataclass(frozen=True)
class Examined:
    """A diagnosis, and how many requests it took."""

    diagnosis: Diagnosis
    requests: int


def diagnose(
    machine: str,
    session: Session,
    settings: ConnectionSettings,
    surroundings: Surroundings,
    expected: Expected,
    clocks: Clocks,
) -> Examined:
    """Examine a machine and judge what was seen; what is wrong is in the diagnosis, and never raised."""
    examiner = _examiner(session, settings, surroundings, clocks)
    seen = examiner.examine(place_of(settings), expected)
    return Examined(judge(machine, seen, expected), examiner.requests)


def diagnose_and_record(
    machine: str,
    session: Session,
    settings: ConnectionSettings,
    surroundings: Surroundings,
    expected: Expected,
    clocks: Clocks,
    *,
    questions: bool = True,
    made_by: str = "volume.activation",
) -> tuple[Examined, Transcript]:
    """Diagnose a machine, and return what it said besides, made anonymous and ready to be written."""
    recorder, noted = Recorder(session), RecordingNetwork(surroundings)
    examiner = _examiner(recorder, settings, noted, clocks)
    seen = examiner.examine(place_of(settings), expected)
    state = seen.talk.state if seen.talk else None
    asked = _asked(recorder, state, settings.operation_timeout) if questions and state else 0
    diagnosis = judge(machine, seen, expected)
    names = _names(machine, settings, noted, state)
    anonymiser = Anonymiser(names)
    exchange = rows(recorder.entries, anonymiser)
    document = {
        "made_by": made_by,
        "clock": (state.observed_at if state else clocks.now()).isoformat(),
        "place": place_row(seen.place),
        "expected": expected_row(expected, anonymiser),
        "exchange": exchange,
        "around": noted.rows(anonymiser),
        "questions": answered(exchange) if questions else [],
        "diagnosis": summary(diagnosis),
    }
    transcript = Transcript(document, (*names, *_secrets(settings, state)))
    return Examined(diagnosis, examiner.requests + asked), transcript


def replayed(transcript: t.Mapping[str, t.Any]) -> Diagnosis:
    """Return the diagnosis of a recorded machine, made anew."""
    clock = datetime.fromisoformat(transcript["clock"])
    expected = expected_from(transcript["expected"])
    examiner = Examiner(
        Replay(transcript["exchange"]),
        Recorded(transcript["around"]),
        now=lambda: clock,
        pause=lambda _seconds: None,
    )
    return judge("machine", examiner.examine(place_from(transcript["place"]), expected), expected)


def summary(diagnosis: Diagnosis) -> dict[str, t.Any]:
    """Return a diagnosis without its words, which hold names and may change: check, status and code."""
    return {
        "reached": diagnosis.reached,
        "healthy": not diagnosis.wrong,
        "checks": [[check.check, check.status, check.code] for check in diagnosis.checks],
    }


def _examiner(session: Session, settings: ConnectionSettings, surroundings: Surroundings, clocks: Clocks) -> Examiner:
    return Examiner(
        session,
        surroundings,
        now=clocks.now,
        pause=clocks.pause,
        operation_timeout=settings.operation_timeout,
        max_envelope_size=settings.max_envelope_size,
    )


def _asked(recorder: Recorder, state: State, operation_timeout: float) -> int:
    product = state.primary
    return ask(
        recorder,
        version=state.service.version,
        product_id=product.id if product else None,
        operation_timeout=operation_timeout,
    )


def _names(machine: str, settings: ConnectionSettings, noted: RecordingNetwork, state: State | None) -> list[str]:
    """Return every name that is known to say whose machine this is."""
    told = [] if state is None else _told(state)
    found = [machine, settings.host, *noted.names(), *told, _account(settings)[1]]
    return list(dict.fromkeys(name for name in found if name))


def _told(state: State) -> list[str]:
    service = state.service
    per_product = [
        name
        for row in state.products
        for name in (row.kms_host, row.lookup_domain, row.discovered_kms_host, row.ad_object)
    ]
    names = [service.kms_host, service.lookup_domain, service.discovered_kms_host, state.domain, *per_product]
    return [name for name in (state.machine.name if state.machine else None, *names) if name]


def _account(settings: ConnectionSettings) -> tuple[str, str]:
    """Return the name of who logs in and the domain before or behind it."""
    before, _backslash, rest = (settings.user or "").rpartition("\\")
    user, _at, behind = rest.partition("@")
    return user, before or behind


def _secrets(settings: ConnectionSettings, state: State | None) -> list[str]:
    """Return what must not be in a transcript either, and is no name that could be replaced."""
    user, _domain = _account(settings)
    held = [reveal(secret) for secret in settings.secrets]
    machine_id = state.service.client_machine_id if state else None
    return [*held, *([] if user.lower() in _GENERIC_USERS else [user]), *([machine_id] if machine_id else [])]
