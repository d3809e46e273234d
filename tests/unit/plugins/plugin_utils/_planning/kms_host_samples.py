# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Short ways to write down KMS hosts and what is wished of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    Channel,
    FirewallRule,
    Hosting,
    Product,
    ProductKey,
    PublishDomain,
    State,
)
from ansible_collections.volume.activation.plugins.plugin_utils._planning import DesiredState, HostSettings, Plan, plan

from .state_samples import VERSION, licensed, state

RULE = FirewallRule(
    name="SPPSVC-In-TCP",
    enabled=False,
    ports=("1688",),
    rule_keys=(("CreationClassName", "rule"),),
    port_keys=(("CreationClassName", "ports"),),
)
HOSTING = Hosting(
    activation_interval=120, renewal_interval=10080, publish_domains=(), version_mark=VERSION, firewall=RULE
)
CORP = PublishDomain("corp.example", 10, 5)


def host(**changes: Any) -> Product:
    """Return Windows Server as an activated KMS host."""
    return licensed(**{"channel": Channel.KMS_HOST, "partial_product_key": "PPPPP", "grace_minutes": 0, **changes})


def hosting(*products: Product, **changes: Any) -> State:
    """Return a machine that serves in Windows' own way, with changes; an activated host where no product is given."""
    return replace(state(*(products or (host(),))), hosting=replace(HOSTING, **changes))


def planned(found: State, **wish: Any) -> Plan:
    """Return the plan for these settings."""
    return plan(DesiredState(hosting=HostSettings(**wish)), found)


def actions(found: State, **wish: Any) -> list[str]:
    """Return the steps for these settings by name, without the restart."""
    return [step.action for step in planned(found, **{"restart": False, **wish}).steps]


KEY = ProductKey("HHHHH-JJJJJ-KKKKK-MMMMM-PPPPP")
