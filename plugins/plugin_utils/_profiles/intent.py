# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a machine is to have: what its inventory says, or what the rules say where that is `auto`."""

from __future__ import annotations

import dataclasses
import typing as t

from .._errors import Refusal
from .decision import Recommendation, first_rule, recommend
from .facts import PROFILE_VARIABLE, RULES_VARIABLE, facts_of
from .rule_parsing import parse_rules
from .values import truth
from .vocabulary import WISHES

__all__ = ["Intended", "check_wish", "intended", "needs_domain", "recommended", "wished_of"]

Variables = t.Mapping[str, t.Any]

_SAID = "The inventory says so in activation_profile."


@dataclasses.dataclass(frozen=True)
class Intended:
    """What the inventory wished, what the machine is to have, and for `auto` the rule that decided."""

    wished: str | None
    profile: str | None
    rule: str | None = None


def intended(
    variables: Variables,
    license: t.Any = None,
    *,
    rules: t.Any = None,
    kms_counts: t.Any = None,
    forecast: t.Any = None,
) -> Intended:
    """Return the profile of a machine, None where nothing is wished; `license` is None for one that was not read.

    Raises `Refusal` for a wish that does not exist (`unknown_profile`) and for bad rules (`bad_profile_rules`).
    """
    wished = wished_of(variables)
    if wished is None:
        return Intended(None, None)
    if wished != "auto":
        return Intended(wished, wished)
    facts = facts_of(variables, license, kms_counts=kms_counts, forecast=forecast)
    decided = first_rule(facts, _rules(variables, rules))
    return Intended(wished, decided.profile, decided.name)


def recommended(
    variables: Variables,
    license: t.Any = None,
    *,
    rules: t.Any = None,
    kms_counts: t.Any = None,
    forecast: t.Any = None,
) -> Recommendation:
    """Return what a machine is to have and why; one for which nothing is wished is taken as `auto`.

    `rules` go before those of the inventory, and these before the collection's own. Raises as `intended` does.
    """
    wished = wished_of(variables)
    if wished not in (None, "auto"):
        return Recommendation(profile=str(wished), rule=None, why=_SAID)
    facts = facts_of(variables, license, kms_counts=kms_counts, forecast=forecast)
    return recommend(facts, _rules(variables, rules))


def wished_of(variables: Variables) -> str | None:
    """Return what the inventory wishes, None where it says nothing; raises `Refusal` (`unknown_profile`)."""
    said = variables.get(PROFILE_VARIABLE)
    word = said.strip() if isinstance(said, str) else said
    if word is None or word == "":
        return None
    if not isinstance(word, str) or word not in WISHES:
        raise Refusal(
            f"There is no activation profile {word!r}.",
            code="unknown_profile",
            remedy=f"Set {PROFILE_VARIABLE} to one of {', '.join(WISHES)}.",
        )
    return str(word)


def check_wish(variables: Variables) -> None:
    """Raise as `intended` does, for a wish or for rules that cannot be used, whether they are needed or not."""
    wished_of(variables)
    rules = _rules(variables, None)
    if rules is not None:
        parse_rules(rules)


def needs_domain(variables: Variables) -> bool:
    """Tell whether `intended` needs the machine's domain: for `auto`, where the inventory does not say enough.

    Raises as `intended` does.
    """
    if wished_of(variables) != "auto":
        return False
    if truth(variables.get("activation_domain_member")) is None:
        return True
    own = _rules(variables, None)
    asked = {condition.fact.name for rule in parse_rules(own) for condition in rule.when} if own is not None else set()
    return "domain" in asked


def _rules(variables: Variables, given: t.Any) -> t.Any:
    """Return the rules that hold, None for the collection's own; an empty list is rules that are wrong."""
    own = (given, variables.get(RULES_VARIABLE))
    return next((rules for rules in own if rules is not None and rules != ""), None)
