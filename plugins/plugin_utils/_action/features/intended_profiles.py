# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How each machine of an audit is meant to be activated: what its inventory says, or what the rules conclude.

It is decided when all have been read, since a decision about `auto` rests on what the KMS hosts among them count.
"""

from __future__ import annotations

import functools
import json
import sys
import typing as t

from ..._auditing import Row
from ..._errors import Refusal
from ..._profiles import RULES_VARIABLE, Intended, Rule, intended, marks_of, parse_rules

__all__ = ["Intentions", "told_of"]

Variables = t.Mapping[str, t.Any]


def told_of(variables: Variables) -> dict[str, t.Any]:
    """Return what an inventory says, fit for a row; a site's rules are the same for thousands, and become one text."""
    rules = variables.get(RULES_VARIABLE)
    return {**variables, **({RULES_VARIABLE: json.dumps(rules, default=str)} if rules else {})}


class Intentions:
    """Puts the intended profile into rows, and keeps what the inventory says without meaning anything.

    `remarks` has the names of the machines by what is wrong with their variables.
    """

    def __init__(self, rows: t.Iterable[Row]) -> None:
        self._counts = _counts(rows)
        self.remarks: dict[str, list[str]] = {}

    def settle(self, row: Row) -> None:
        """Put into a row what is intended, in the place of what the inventory says."""
        told = row.pop("inventory")
        found = self._intended(row, told)
        row["profile"] = {"wished": found.wished, "intended": found.profile, "rule": found.rule}
        row["marks"] = list(marks_of(told))
        row["groups"] = sorted(str(group) for group in told.get("group_names") or ())

    def _intended(self, row: Row, told: Variables) -> Intended:
        try:
            text = told.get(RULES_VARIABLE)
            rules = _parsed(sys.intern(text)) if isinstance(text, str) else None
            return intended(told, row["license"], rules=rules, kms_counts=self._counts)
        except Refusal as refusal:
            self.remarks.setdefault(f"{refusal.message} {refusal.remedy}", []).append(row["name"])
            # Shown as it was said; without a profile nothing drifts from it.
            return Intended(str(told.get("activation_profile")), None)


@functools.lru_cache(maxsize=64)
def _parsed(text: str) -> tuple[Rule, ...]:
    return parse_rules(json.loads(text))


def _counts(rows: t.Iterable[Row]) -> dict[str, int]:
    """Return the highest count of all KMS hosts that were read."""
    counts = [row["counts"]["windows"] for row in rows if row["counts"]]
    known = [count for count in counts if count is not None]
    return {"windows": max(known)} if known else {}
