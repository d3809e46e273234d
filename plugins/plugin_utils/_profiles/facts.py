# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The facts of a machine, from what its inventory says and from what it tells itself.

What the inventory says goes first, each time: it is what the audit has of a machine that does not answer, and somebody
who wants a machine treated otherwise than it looks has to have a word. What nobody tells is None.
"""

from __future__ import annotations

import typing as t

from .kms_threshold import threshold_reached
from .machine_facts import MachineFacts
from .reimaging import GROUP_VARIABLES, KIND_VARIABLE, kind_of
from .values import list_of_texts, text, truth
from .vocabulary import FACTS

__all__ = ["PROFILE_VARIABLE", "RULES_VARIABLE", "VARIABLES", "facts_of", "variable_of"]

Variables = t.Mapping[str, t.Any]

PROFILE_VARIABLE = "activation_profile"
RULES_VARIABLE = "activation_profile_rules"
VARIABLES: tuple[str, ...] = (
    PROFILE_VARIABLE,
    RULES_VARIABLE,
    "activation_system",
    "activation_is_kms_host",
    "activation_generic_key",
    "activation_domain_member",
    "activation_forest_object",
    "activation_kms_reachable",
    "activation_kms_count",
    "activation_site",
    "activation_site_clients",
    "activation_site_servers",
    "activation_days_off_network",
    "activation_isolated",
    "activation_internet",
    "kms_default_kms_host",
    "kms_default_kms_hosts",
    "kms_default_dns_discovery",
    KIND_VARIABLE,
    *(variable for variable, _usual in GROUP_VARIABLES.values()),
)
"""The inventory variables that the decision reads, beside `group_names`."""


def facts_of(
    variables: Variables,
    license: t.Any = None,
    *,
    kms_counts: t.Any = None,
    forecast: t.Any = None,
) -> dict[str, t.Any]:
    """Return every fact of the vocabulary by name, None where it is not known; odd values are as good as none.

    `license` is what license_info returned, `kms_counts` the `counts` of kms_host_info, `forecast` what kms_forecast
    returned.
    """
    seen = MachineFacts.of(license)
    facts: dict[str, t.Any] = {
        **{name: _said(variables, name) for name in ("site", "days_off_network", "isolated", "internet")},
        "kind": kind_of(variables),
        "groups": list_of_texts(variables.get("group_names")),
        "domain": text(seen.domain),
        "edition": seen.edition,
        "build": seen.build,
        "channel": seen.channel,
        "evaluation": seen.evaluation,
        "subscription": seen.subscription,
        "system": _first(_said(variables, "system"), seen.system),
        **{
            name: _first(_said(variables, name), getattr(seen, name))
            for name in ("is_kms_host", "generic_key", "domain_member", "forest_object")
        },
    }
    facts["kms_reachable"] = _kms_reachable(variables, facts, seen)
    facts["threshold_reached"] = threshold_reached(variables, facts, seen, kms_counts=kms_counts, forecast=forecast)
    facts["kms_configured"] = _kms_configured(variables, facts)
    return {name: facts[name] for name in FACTS}


def variable_of(fact: str) -> str | None:
    """Return the inventory variable that makes a fact known, None where only the machine reports it."""
    name = _VARIABLES_OF.get(fact, f"activation_{fact}")
    return name if name in VARIABLES else None


_VARIABLES_OF = {
    "kind": KIND_VARIABLE,
    "kms_configured": "kms_default_kms_host",
    "threshold_reached": "activation_kms_count",
}


def _said(variables: Variables, name: str) -> t.Any:
    return FACTS[name].read(variables.get(f"activation_{name}"))


def _first(*values: t.Any) -> t.Any:
    return next((value for value in values if value is not None), None)


def _kms_reachable(variables: Variables, facts: t.Mapping[str, t.Any], seen: MachineFacts) -> bool | None:
    """Tell whether it reaches a KMS host: one that is cut off does not, and one that a host has answered does.

    A lease lasts half a year, so it says nothing about a machine that was cut off meanwhile.
    """
    said = truth(variables.get("activation_kms_reachable"))
    if said is not None:
        return said
    return False if facts["isolated"] else seen.kms_reachable


def _kms_configured(variables: Variables, facts: t.Mapping[str, t.Any]) -> bool | None:
    """Return whether the inventory sets a KMS host or DNS discovery, False for a machine that reaches no KMS host."""
    if facts["kms_reachable"] is False:
        return False
    named = (text(variables.get("kms_default_kms_host")), list_of_texts(variables.get("kms_default_kms_hosts")))
    return True if any(named) or truth(variables.get("kms_default_dns_discovery")) else None
