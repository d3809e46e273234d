# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""MSFT_NetFirewallRule and MSFT_NetProtocolPortFilter: a machine's rule for KMS, and the port it is for.

Both are one rule. Which networks it is for and which ports are changed by putting the whole instance back; what the
model does not have cannot be changed, and is refused rather than passed over.
"""

from __future__ import annotations

import re
import typing as t

from ..catalog.hresults import Failure, Hresult
from ..catalog.languages import words
from ..host.firewall import Firewall
from ..host.identity import Host
from .declarations import WmiMethod, declare

__all__ = ["CHANGEABLE", "FIREWALL_RULE", "PORT_FILTER", "change_firewall", "read_firewall_rule", "read_port_filter"]

_NAME = "SPPSVC-In-TCP"
_PATH = f"MSFT|FW|FirewallRule|{_NAME}"
_NAMESPACES = ("root/standardcimv2",)
_ENABLED, _DISABLED = 1, 2
_INBOUND, _ALLOW = 1, 2
_ALL_PROFILES = 7
_PORTS = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?\Z", re.ASCII)
_PORT_WORDS = ("any", "rpc", "rpcepmap", "iphttpsin")

FIREWALL_RULE = declare(
    "MSFT_NetFirewallRule",
    """
    Action uint16
    Caption string
    CommonName string
    ConditionListType uint16
    CreationClassName string!
    Description string
    Direction uint16
    DisplayGroup string
    DisplayName string
    EdgeTraversalPolicy uint16
    ElementName string
    Enabled uint16
    EnforcementStatus uint16[]
    ExecutionStrategy uint16
    InstanceID string
    LocalOnlyMapping boolean
    LooseSourceMapping boolean
    Mandatory boolean
    Owner string
    Platforms string[]
    PolicyDecisionStrategy uint16
    PolicyKeywords string[]
    PolicyRoles string[]
    PolicyRuleName string!
    PolicyStoreSource string
    PolicyStoreSourceType uint16
    PrimaryStatus uint16
    Priority uint16
    Profiles uint16
    RuleGroup string
    RuleUsage string
    SequencedActions uint16
    Status string
    StatusCode uint32
    SystemCreationClassName string!
    SystemName string!
    """,
    methods={name: WmiMethod(name) for name in ("Disable", "Enable")},
    namespaces=_NAMESPACES,
)
PORT_FILTER = declare(
    "MSFT_NetProtocolPortFilter",
    """
    Caption string
    CreationClassName string!
    Description string
    DynamicTransport uint32
    ElementName string
    IcmpType string[]
    InstallDate datetime
    InstanceID string
    IsNegated boolean
    LocalPort string[]
    Name string!
    OperationalStatus uint16[]
    Protocol string
    RemotePort string[]
    Status string
    StatusDescriptions string[]
    SystemCreationClassName string!
    SystemName string!
    """,
    namespaces=_NAMESPACES,
)
CHANGEABLE: t.Mapping[str, frozenset[str]] = {
    FIREWALL_RULE.name: frozenset({"Enabled", "Profiles"}),
    PORT_FILTER.name: frozenset({"LocalPort"}),
}
"""What a Put may change, by the name of the class."""

Reader = t.Callable[[Host, Firewall], t.Any]


def _constant(value: t.Any) -> Reader:
    return lambda _host, _firewall: value


_RULE: t.Mapping[str, Reader] = {
    "Action": _constant(_ALLOW),
    "CreationClassName": _constant(_PATH),
    "Direction": _constant(_INBOUND),
    "DisplayName": lambda host, _firewall: words(host.language).firewall_rule,
    "EdgeTraversalPolicy": _constant(0),
    "ElementName": lambda host, _firewall: words(host.language).firewall_rule,
    "Enabled": lambda _host, firewall: _ENABLED if firewall.enabled else _DISABLED,
    "InstanceID": _constant(_NAME),
    "LocalOnlyMapping": _constant(False),
    "LooseSourceMapping": _constant(False),
    "PolicyRuleName": _constant(""),
    "PolicyStoreSource": _constant("PersistentStore"),
    "PolicyStoreSourceType": _constant(1),
    "PrimaryStatus": _constant(1),
    "Profiles": lambda _host, firewall: firewall.profiles,
    "Status": _constant("OK"),
    "StatusCode": _constant(65536),
    "SystemCreationClassName": _constant(""),
    "SystemName": _constant(""),
}
_FILTER: t.Mapping[str, Reader] = {
    "CreationClassName": _constant(_PATH),
    "DynamicTransport": _constant(0),
    "InstanceID": _constant(_NAME),
    "LocalPort": lambda _host, firewall: firewall.ports,
    "Name": _constant(""),
    "Protocol": _constant("TCP"),
    "RemotePort": _constant(("Any",)),
    "SystemCreationClassName": _constant(""),
    "SystemName": _constant(""),
}


def read_firewall_rule(host: Host, firewall: Firewall, name: str) -> t.Any:
    """Return a property of the rule."""
    reader = _RULE.get(name)
    return None if reader is None else reader(host, firewall)


def read_port_filter(host: Host, firewall: Firewall, name: str) -> t.Any:
    """Return a property of the rule's ports."""
    reader = _FILTER.get(name)
    return None if reader is None else reader(host, firewall)


def change_firewall(firewall: Firewall, values: t.Mapping[str, t.Any]) -> None:
    """Take over changed properties of either class, all of them or none; raises Failure for a value that is none."""
    enabled, profiles = values.get("Enabled", _ENABLED), values.get("Profiles", 0)
    ports = values.get("LocalPort", firewall.ports)
    is_known = enabled in (_ENABLED, _DISABLED) and profiles in range(_ALL_PROFILES + 1)
    if not is_known or not ports or not all(_is_port(text) for text in ports):
        raise Failure(Hresult.INVALID_PARAMETER)
    if "Enabled" in values:
        firewall.enabled = enabled == _ENABLED
    if "Profiles" in values:
        firewall.profiles = profiles
    firewall.ports = tuple(ports)


def _is_port(text: str | None) -> bool:
    """Return whether a text is a port, a range of them, or one of the words in their place."""
    match = _PORTS.match(text or "")
    if match is None:
        return (text or "").lower() in _PORT_WORDS
    first, last = int(match.group(1)), int(match.group(2) or match.group(1))
    return 0 < first <= last < 65536
