# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules as data: read from a list of mappings, and refused with the number of the rule that is wrong."""

from __future__ import annotations

import functools
import json
import pathlib
import re
import typing as t

from .._errors import Refusal
from .rules import COMPARISONS, Condition, Rule
from .vocabulary import FACTS, METHODS, PROFILES, Fact

__all__ = ["CODE", "default_rules", "parse_rules", "raw_rules"]

CODE = "bad_profile_rules"

_DATA = pathlib.Path(__file__).parent / "data" / "rules.json"
_FIELDS = ("name", "when", "profile", "method", "why")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")

Raw = t.Mapping[str, t.Any]


def raw_rules() -> list[dict[str, t.Any]]:
    """Return the collection's own rules as the list that they are written as."""
    rules: list[dict[str, t.Any]] = json.loads(_DATA.read_text(encoding="utf-8"))["rules"]
    return rules


@functools.cache
def default_rules() -> tuple[Rule, ...]:
    """Return the collection's own rules, read once and only where somebody asks."""
    return parse_rules(raw_rules())


def parse_rules(rules: t.Any) -> tuple[Rule, ...]:
    """Return the rules of a list of mappings, or of what this function made before.

    Raises `Refusal` (`bad_profile_rules`), which names the rule's number, its field, and what to write instead.
    """
    if isinstance(rules, (str, t.Mapping)) or not isinstance(rules, t.Sequence) or not rules:
        raise Refusal(
            "The profile rules are no list of rules.",
            code=CODE,
            remedy="Give a list of mappings, each with name, when, profile and why, as the guide on profiles shows it.",
        )
    if all(isinstance(rule, Rule) for rule in rules):
        return tuple(rules)
    parsed = tuple(_rule(number, raw) for number, raw in enumerate(rules, start=1))
    _refuse_doubles(parsed)
    _refuse_gaps(parsed)
    return parsed


def _refuse(number: int, field: str, what: str, remedy: str) -> Refusal:
    return Refusal(f"Rule {number} of the profile rules, field {field}: {what}", code=CODE, remedy=remedy)


def _rule(number: int, raw: t.Any) -> Rule:
    if not isinstance(raw, t.Mapping):
        raise _refuse(number, "name", "it is no mapping.", f"Write it with the fields {_listed(_FIELDS)}.")
    for field in raw:
        if field not in _FIELDS:
            raise _refuse(number, str(field), "there is no such field.", f"The fields are {_listed(_FIELDS)}.")
    return Rule(
        name=_name(number, raw),
        profile=_profile(number, raw),
        method=_method(number, raw),
        why=_why(number, raw),
        when=_conditions(number, raw),
    )


def _name(number: int, raw: Raw) -> str:
    name = raw.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        remedy = "Give it a name of lower-case letters, digits and underscores, which begins with a letter."
        raise _refuse(number, "name", "it is missing." if name is None else "it is no name.", remedy)
    return str(name)


def _profile(number: int, raw: Raw) -> str:
    profile = raw.get("profile")
    if not isinstance(profile, str) or profile not in PROFILES:
        what = "it is missing." if profile is None else f"there is no profile {profile!r}."
        raise _refuse(number, "profile", what, f"Choose one of {_listed(PROFILES)}.")
    return str(profile)


def _method(number: int, raw: Raw) -> str | None:
    method, is_mak = raw.get("method"), raw.get("profile") == "mak_exception"
    if method is None and not is_mak:
        return None
    if not is_mak:
        raise _refuse(number, "method", "only a MAK has a method.", "Leave it out, or give the profile mak_exception.")
    if not isinstance(method, str) or method not in METHODS:
        what = "it is missing." if method is None else f"there is no method {method!r}."
        raise _refuse(number, "method", what, f"Choose one of {_listed(METHODS)}.")
    return str(method)


def _why(number: int, raw: Raw) -> str:
    why = raw.get("why")
    if not isinstance(why, str) or not why.strip():
        what = "it is missing." if why is None else "it is no sentence."
        raise _refuse(number, "why", what, "Say in a sentence why such a machine gets this profile.")
    return str(why).strip()


def _conditions(number: int, raw: Raw) -> tuple[Condition, ...]:
    when = raw.get("when")
    if not isinstance(when, t.Mapping):
        what = "it is missing." if when is None else "it is no mapping."
        remedy = "Write facts and what is asked of them, and {} for a rule that always holds."
        raise _refuse(number, "when", what, remedy)
    return tuple(_condition(number, name, wanted) for name, wanted in when.items())


def _condition(number: int, name: t.Any, wanted: t.Any) -> Condition:
    fact = FACTS.get(name) if isinstance(name, str) else None
    if fact is None:
        raise _refuse(number, f"when.{name}", "there is no such fact.", f"The facts are {_listed(FACTS)}.")
    if fact.type == "yes_or_no":
        return Condition(fact, _yes_or_no(number, fact, wanted))
    if fact.type == "number":
        return Condition(fact, _comparisons(number, fact, wanted))
    return Condition(fact, _words(number, fact, wanted))


def _yes_or_no(number: int, fact: Fact, wanted: t.Any) -> bool:
    if not isinstance(wanted, bool):
        raise _refuse(number, f"when.{fact.name}", "it asks for neither true nor false.", "Write true or false.")
    return wanted


def _comparisons(number: int, fact: Fact, wanted: t.Any) -> tuple[tuple[str, int | float], ...]:
    field, remedy = f"when.{fact.name}", f"Write one or more of {_listed(COMPARISONS)}, each with a number."
    if not isinstance(wanted, t.Mapping) or not wanted:
        raise _refuse(number, field, "it compares with nothing.", remedy)
    for word, limit in wanted.items():
        if not isinstance(word, str) or word not in COMPARISONS:
            raise _refuse(number, f"{field}.{word}", "there is no such comparison.", remedy)
        if fact.read(limit) is None or isinstance(limit, str):
            raise _refuse(number, f"{field}.{word}", "it is no number from 0 up.", remedy)
    return tuple(wanted.items())


def _words(number: int, fact: Fact, wanted: t.Any) -> tuple[str, ...]:
    field, known = f"when.{fact.name}", f", of {_listed(fact.words)}" if fact.words else ""
    remedy = f"Write a word or a list of words{known}."
    told = [wanted] if isinstance(wanted, str) else wanted if isinstance(wanted, (list, tuple)) else []
    words = tuple(word.strip() for word in told if isinstance(word, str) and word.strip())
    if not words or len(words) < len(told):
        raise _refuse(number, field, "it names no words.", remedy)
    strange = [word for word in words if fact.words and word not in fact.words]
    if strange:
        raise _refuse(number, field, f"there is no {strange[0]!r} there.", remedy)
    return words


def _refuse_doubles(rules: tuple[Rule, ...]) -> None:
    names = [rule.name for rule in rules]
    for number, name in enumerate(names, start=1):
        first = names.index(name) + 1
        if first != number:
            what = f"rule {first} is called {name}, too."
            raise _refuse(number, "name", what, "Give each rule a name of its own; results name the rule that decided.")


def _refuse_gaps(rules: tuple[Rule, ...]) -> None:
    """Refuse rules of which none may hold, or behind which others are never asked; a MAK has to have a ground."""
    for number, rule in enumerate(rules[:-1], start=1):
        if not rule.when:
            remedy = "Give it a condition, or put it last."
            raise _refuse(number, "when", "it always holds, so no rule after it is ever asked.", remedy)
    last, number = rules[-1], len(rules)
    if last.when:
        remedy = "Add a last rule with when: {}, such as one that gives the profile none."
        raise _refuse(number, "when", "no rule holds for a machine that none of the rules is about.", remedy)
    if last.profile == "mak_exception":
        remedy = "Let the last rule give another profile, such as none."
        raise _refuse(number, "profile", "a machine of which nothing is known would be given a MAK.", remedy)


def _listed(words: t.Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
