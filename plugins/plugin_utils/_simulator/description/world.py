# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads a description's `world`: DNS, KMS hosts, AD and Microsoft; what it leaves out is healthy and ordinary."""

from __future__ import annotations

import typing as t

from ..world.clock import ClockSetting
from ..world.world import SimulatedKmsHost, SimulatedRecord, WorldDescription
from .fields import Check, InvalidDescription, duration, fields, flag, listing, mapping, moment, number, text
from .forest import covered, described_forests
from .microsoft import microsoft_description

__all__ = ["DEFAULT_DOMAIN", "DEFAULT_KMS_HOST", "clock_setting", "world_description"]

DEFAULT_DOMAIN = "corp.example"
DEFAULT_KMS_HOST = f"kms.{DEFAULT_DOMAIN}"
_PORT = number(1, 65535)
_INTERVAL = number(15, 43_200)


def clock_setting(value: t.Any, path: str = "clock") -> ClockSetting:
    """Return what a description says about the time."""
    given = fields(value, path, {"now": moment, "advance": duration, "frozen": flag})
    return ClockSetting(**given)


_HOST_CHECKS: t.Mapping[str, Check] = {
    "port": _PORT,
    "count": number(0, 100_000),
    "office_count": number(0, 100_000),
    "reachable": flag,
    "silent": flag,
    "resolves": flag,
    "activated": flag,
    "products": covered,
    "clock_skew": duration,
    "activation_interval": _INTERVAL,
    "renewal_interval": _INTERVAL,
}


def _kms_hosts(value: t.Any, path: str) -> tuple[SimulatedKmsHost, ...]:
    hosts = mapping(value, path)
    # A name may be written with the dot at its end, as DNS has it.
    return tuple(
        SimulatedKmsHost(name.lower().rstrip("."), **fields(row, f"{path}.{name}", _HOST_CHECKS))
        for name, row in hosts.items()
    )


def _record(value: t.Any, path: str) -> SimulatedRecord:
    if isinstance(value, str):
        return SimulatedRecord(text(value, path).lower())
    numbers = number(0, 65535)
    given = fields(value, path, {"host": text, "port": _PORT, "priority": numbers, "weight": numbers})
    if "host" not in given:
        raise InvalidDescription(f"{path}.host", "it is missing", "Name the KMS host.")
    return SimulatedRecord(**{**given, "host": given["host"].lower()})


def _dns(value: t.Any, path: str) -> dict[str, tuple[SimulatedRecord, ...]]:
    zones = mapping(value, path)
    return {domain.lower(): listing(_record)(records or [], f"{path}.{domain}") for domain, records in zones.items()}


def world_description(value: t.Any, path: str = "world") -> WorldDescription:
    """Return the world; each part that is left out is as usual, and DNS lists the KMS hosts that there are."""
    checks = {
        "kms_hosts": _kms_hosts,
        "dns": _dns,
        "ad": described_forests,
        "clients_renew": flag,
        "microsoft": mapping,
    }
    parts = fields(value, path, checks)
    return WorldDescription(
        kms_hosts=parts.get("kms_hosts", (SimulatedKmsHost(DEFAULT_KMS_HOST),)),
        dns=parts.get("dns"),
        ad=parts.get("ad", {}),
        clients_renew=parts.get("clients_renew", False),
        microsoft=microsoft_description(parts.get("microsoft"), f"{path}.microsoft"),
    )
