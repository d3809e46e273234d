# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which profile a machine gets: the words, the facts, and the rules over them as data. Pure: no network, no clock.

A fact has three values at least: what it is, what it is not, and not known. A rule that needs a fact which is not known
does not decide, so that nothing is concluded, and no activation spent, from what nobody has said.
"""

from __future__ import annotations

from .decision import Recommendation, Rejection, recommend
from .facts import RULES_VARIABLE, VARIABLES, facts_of
from .intent import Intended, check_wish, intended, needs_domain, recommended
from .mak_share import MakShare
from .reimaging import marks_of
from .rule_parsing import default_rules, parse_rules
from .rules import Condition, Rule
from .vocabulary import FACTS, MARKS, METHODS, PROFILES, WISHES, Fact

__all__ = [
    "FACTS",
    "MARKS",
    "METHODS",
    "PROFILES",
    "RULES_VARIABLE",
    "VARIABLES",
    "WISHES",
    "Condition",
    "Fact",
    "Intended",
    "MakShare",
    "Recommendation",
    "Rejection",
    "Rule",
    "check_wish",
    "default_rules",
    "facts_of",
    "intended",
    "marks_of",
    "needs_domain",
    "parse_rules",
    "recommend",
    "recommended",
]
