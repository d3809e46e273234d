# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The decision: the first rule that holds, and of every other one why it does not decide."""

from __future__ import annotations

import dataclasses
import typing as t

from .facts import PROFILE_VARIABLE, variable_of
from .rule_parsing import default_rules, parse_rules
from .rules import Rule
from .vocabulary import FACTS, MARKS

__all__ = ["Recommendation", "Rejection", "first_rule", "recommend"]

Facts = t.Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Rejection:
    """A rule that did not decide, what it would have given, and why it did not."""

    rule: str
    profile: str
    why: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Recommendation:
    """What a machine is to get, by which rule and why; `method` is set for a MAK alone.

    `rejected` has all other rules in their order, those before the one that decided and those after it; `known` what
    the decision rests on. Both are empty where no rule was asked. `undecided` is True where no rule but the last one
    held, which leaves the machine alone; `missing` then has the variables that would decide.
    """

    profile: str
    rule: str | None
    why: str
    method: str | None = None
    rejected: tuple[Rejection, ...] = ()
    known: Facts = dataclasses.field(default_factory=dict)
    undecided: bool = False
    missing: tuple[str, ...] = ()

    def facts(self) -> dict[str, t.Any]:
        """Return the recommendation as plain values; a fact that is not known is None."""
        return {
            "profile": self.profile,
            "rule": self.rule,
            "why": self.why,
            "method": self.method,
            "undecided": self.undecided,
            "missing": list(self.missing),
            "rejected": [dataclasses.asdict(each) for each in self.rejected],
            "facts": {name: list(value) if isinstance(value, tuple) else value for name, value in self.known.items()},
        }


def recommend(facts: Facts, rules: t.Any = None) -> Recommendation:
    """Return what the first rule that holds says; facts of any kind are taken, and odd ones count as not known.

    `rules` is a list as in data/rules.json, or what `parse_rules` made of one; without it the collection's own hold.
    Bad rules raise `Refusal` (`bad_profile_rules`).
    """
    known = _read(facts)
    judged = [(rule, _objection(rule, known)) for rule in _policy(rules)]
    # There is one: the last rule always holds, and gives no MAK.
    decided = next(rule for rule, objection in judged if objection is None)
    undecided = not decided.when and decided.profile == "none"
    return Recommendation(
        profile=decided.profile,
        rule=decided.name,
        why=decided.why,
        method=decided.method,
        rejected=tuple(
            Rejection(rule.name, rule.profile, objection or f"It holds too, but {decided.name} comes before it.")
            for rule, objection in judged
            if rule is not decided
        ),
        known=known,
        undecided=undecided,
        missing=_missing((rule for rule, _objection in judged), known) if undecided else (),
    )


def _missing(rules: t.Iterable[Rule], known: Facts) -> tuple[str, ...]:
    """Return the variables that the inventory would have to set for a machine to be licensed, as few as possible.

    A rule for a MAK counts only where no other one is left, since a MAK has to have a ground. `activation_profile`
    always decides.
    """
    found = [(rule, rule.missing(known)) for rule in rules if rule.profile != "none"]
    wanted = [
        (rule.profile == "mak_exception", len(names), tuple(map(variable_of, names))) for rule, names in found if names
    ]
    settable = [each for each in wanted if None not in each[2]]
    best = min(settable, key=lambda each: each[:2], default=None)
    return tuple(filter(None, best[2])) if best else (PROFILE_VARIABLE,)


def first_rule(facts: Facts, rules: t.Any = None) -> Rule:
    """Return the rule that decides, as `recommend` does, without asking those after it: fleets are large."""
    known = _read(facts)
    return next(rule for rule in _policy(rules) if _objection(rule, known) is None)


def _policy(rules: t.Any) -> tuple[Rule, ...]:
    return default_rules() if rules is None else parse_rules(rules)


def _read(facts: Facts) -> dict[str, t.Any]:
    return {name: fact.read(facts.get(name)) for name, fact in FACTS.items()}


def _objection(rule: Rule, facts: Facts) -> str | None:
    """Return why a rule does not decide: by its conditions, and for a MAK by what the machine is."""
    objection = rule.objection(facts)
    if objection is not None or rule.profile != "mak_exception":
        return objection
    kind = facts["kind"]
    if kind in MARKS:
        return f"It is {MARKS[kind]}, which never gets a MAK by a rule."
    return FACTS["kind"].missing if kind is None else None
