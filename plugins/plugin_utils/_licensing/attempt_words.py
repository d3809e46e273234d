# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How an attempt to activate a product ended, as plain values and as a sentence."""

from __future__ import annotations

import typing as t

from .error_codes import explain
from .kms_attempts import KmsAttempt

__all__ = ["attempt_facts", "attempt_sentence"]


def attempt_facts(attempt: KmsAttempt) -> dict[str, t.Any]:
    """Return the `last_attempt` of a result; one that did not fail has no code."""
    meaning = explain(attempt.code, attempt.channel.value) if attempt.code else None
    return {
        "code": meaning.code if meaning else None,
        "name": meaning.name if meaning else None,
        "message": meaning.message if meaning else None,
        "cause": meaning.cause if meaning else None,
        "remedy": meaning.remedy if meaning else None,
        "host": attempt.host,
        "port": attempt.port or None,
        "at": attempt.at.isoformat(timespec="seconds") if attempt.at else None,
        "event": attempt.event,
        "count": attempt.count,
        "required_count": attempt.required_count,
    }


def attempt_sentence(attempt: KmsAttempt, *, explained: bool = True) -> str:
    """Return what the machine has logged of an attempt that failed; what its code means is left out on request."""
    meaning = explain(attempt.code, attempt.channel.value)
    when = f" at {attempt.at.isoformat(timespec='seconds')}" if attempt.at else ""
    place = f" with {attempt.place}" if attempt.place else ""
    counted = "" if attempt.count is None else f" The host had counted {attempt.count}."
    text = f": {meaning.message}" if explained else "."
    return f"The last attempt{place}{when} ended with {meaning.code} (event {attempt.event}){text}{counted}"
