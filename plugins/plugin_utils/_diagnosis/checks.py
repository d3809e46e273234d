# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Judges what was seen: each check in its order, and none after one that makes the rest meaningless."""

from __future__ import annotations

import typing as t

from .._licensing import State
from . import connection_checks, kms_checks, licence_checks, windows_checks
from .context import DiagnosisContext
from .observations import Expected, Observations
from .result import CHECKS, Check, Diagnosis, skipped

__all__ = ["judge"]

_WAY: t.Mapping[str, t.Callable[[Observations], Check]] = {
    "name": connection_checks.name,
    "port": connection_checks.port,
    "tls": connection_checks.tls,
    "login": connection_checks.login,
    "rights": connection_checks.rights,
    "wmi": connection_checks.wmi,
}
_REST: t.Mapping[str, t.Callable[[DiagnosisContext], Check]] = {
    "clock": windows_checks.clock,
    "edition": windows_checks.edition,
    "key": windows_checks.key,
    "settings": kms_checks.settings,
    "srv": kms_checks.srv,
    "kms": kms_checks.kms,
    "threshold": kms_checks.threshold,
    "licence": licence_checks.licence,
    "last_error": licence_checks.last_error,
}


def judge(machine: str, seen: Observations, expected: Expected) -> Diagnosis:
    """Return the diagnosis of a machine; pure, so that it judges what was seen and nothing else."""
    state = seen.talk.state if seen.talk else None
    made: list[Check] = []
    broken: Check | None = None
    for check in CHECKS:
        if broken is not None:
            made.append(skipped(check, f"Not made, since the check {broken.check} has failed."))
            continue
        made.append(_made(check, seen, state, expected))
        # A machine that has told everything is examined to the end, whatever its login may not do.
        broken = made[-1] if made[-1].status == "wrong" and state is None else None
    attempts = (product.last_attempt for product in (state.judged if state else ()))
    return Diagnosis(machine, state is not None, tuple(made), next(filter(None, attempts), None))


def _made(check: str, seen: Observations, state: State | None, expected: Expected) -> Check:
    if check in _WAY:
        return _WAY[check](seen)
    if state is None:
        return skipped(check, "Not made, since the machine has told nothing.")
    return _REST[check](DiagnosisContext(seen, state, expected))
