# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The firewall's rule for the KMS: two instances, the rule and the filter that holds its ports.

Source: MSFT_NetFirewallRule and MSFT_NetProtocolPortFilter, Windows Filtering Platform reference. Their keys are read
from the machine, and not made up from the rule's name.
"""

from __future__ import annotations

from .._cim import Repository, equals
from .._licensing import FIREWALL_RULE, FirewallRule
from . import queries as q
from .decoding import firewall_from

__all__ = ["firewall_rule", "set_ports", "set_profiles", "switch_rule"]

_NO_RULE = FirewallRule(name="", enabled=False)


def firewall_rule(repository: Repository) -> FirewallRule:
    """Return the rule as it is; one without a name where the machine has none."""
    by_name = (equals("InstanceID", FIREWALL_RULE),)
    space = q.FIREWALL_NAMESPACE
    rules = repository.select(q.FIREWALL_RULE, q.RULE_PROPERTIES, by_name, namespace=space)
    if not rules:
        return _NO_RULE
    ports = repository.select(q.FIREWALL_PORTS, q.PORTS_PROPERTIES, by_name, namespace=space)
    return firewall_from(rules[0], ports[0] if ports else None)


def switch_rule(repository: Repository, rule: FirewallRule, *, enabled: bool) -> None:
    """Switch the rule on or off."""
    method = "Enable" if enabled else "Disable"
    repository.invoke(q.FIREWALL_RULE, dict(rule.rule_keys), method, namespace=q.FIREWALL_NAMESPACE)


def set_profiles(repository: Repository, rule: FirewallRule, profiles: int) -> None:
    """Let the rule hold in these profiles."""
    values = {"Profiles": profiles}
    repository.change(q.FIREWALL_RULE, dict(rule.rule_keys), values, namespace=q.FIREWALL_NAMESPACE)


def set_ports(repository: Repository, rule: FirewallRule, port: int) -> None:
    """Let the rule be about this port and no other."""
    values = {"LocalPort": [str(port)]}
    repository.change(q.FIREWALL_PORTS, dict(rule.port_keys), values, namespace=q.FIREWALL_NAMESPACE)
