# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A rule: a profile, and the conditions under which a machine gets it. All of them have to hold.

A condition holds, fails, or cannot be told since the fact is not known. It says itself why it does not hold.
"""

from __future__ import annotations

import dataclasses
import operator
import typing as t

from .vocabulary import Fact

__all__ = ["COMPARISONS", "Condition", "Rule"]

COMPARISONS: t.Mapping[str, tuple[t.Callable[[t.Any, t.Any], bool], str]] = {
    "above": (operator.gt, "above"),
    "at_least": (operator.ge, "at least"),
    "below": (operator.lt, "below"),
    "at_most": (operator.le, "at most"),
}
"""How a number is compared, and how that is said."""


@dataclasses.dataclass(frozen=True)
class Condition:
    """One fact and what is asked of it.

    `wanted` is True or False, words of which one has to be there, or comparisons with numbers that all have to hold.
    """

    fact: Fact
    wanted: bool | tuple[str, ...] | tuple[tuple[str, int | float], ...]

    def objection(self, value: t.Any) -> str | None:
        """Return why the condition does not hold for a value of the fact, None where it does."""
        if value is None:
            return self.fact.missing
        if isinstance(self.wanted, bool):
            return None if value is self.wanted else (self.fact.yes if value else self.fact.no)
        if self.fact.type == "number":
            return self._objection_to_number(value)
        return self._objection_to_words(value)

    def _objection_to_number(self, value: int | float) -> str | None:
        for word, limit in t.cast("tuple[tuple[str, int | float], ...]", self.wanted):
            holds, said = COMPARISONS[word]
            if not holds(value, limit):
                return f"{self.fact.label} is {value}, not {said} {limit}."
        return None

    def _objection_to_words(self, value: str | tuple[str, ...]) -> str | None:
        wanted = t.cast("tuple[str, ...]", self.wanted)
        told = (value,) if isinstance(value, str) else value
        if any(_same(word, each) for word in wanted for each in told):
            return None
        if isinstance(value, str):
            return f"{self.fact.label} is {value}, not {' or '.join(wanted)}."
        return f"{self.fact.label} have none of {', '.join(wanted)} among them."


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule of the policy; one without conditions always holds."""

    name: str
    profile: str
    why: str
    method: str | None = None
    when: tuple[Condition, ...] = ()

    def objection(self, facts: t.Mapping[str, t.Any]) -> str | None:
        """Return why the rule does not hold, by its first condition that does not; None where it holds.

        A condition that fails is told before one whose fact is not known: to learn that fact would not change it.
        """
        missing = None
        for condition in self.when:
            value = facts[condition.fact.name]
            objection = condition.objection(value)
            if objection is not None and value is not None:
                return objection
            missing = missing or objection
        return missing

    def missing(self, facts: t.Mapping[str, t.Any]) -> tuple[str, ...] | None:
        """Return the facts that are not known and would make the rule hold; None where a condition fails."""
        known = [condition for condition in self.when if facts[condition.fact.name] is not None]
        if any(condition.objection(facts[condition.fact.name]) for condition in known):
            return None
        return tuple(condition.fact.name for condition in self.when if condition not in known)


def _same(word: str, other: str) -> bool:
    return word.casefold() == other.casefold()
