# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether KMS has, or will have, enough machines for this one."""

from __future__ import annotations

import typing as t

from .._licensing import KMS_THRESHOLDS
from .machine_facts import MachineFacts
from .values import mapping, number, truth

__all__ = ["threshold_reached"]

_THRESHOLDS = {"client": KMS_THRESHOLDS["windows_client"], "server": KMS_THRESHOLDS["windows_server"]}
_FORECAST = {"client": "clients", "server": "servers"}


def threshold_reached(
    variables: t.Mapping[str, t.Any],
    facts: t.Mapping[str, t.Any],
    seen: MachineFacts,
    *,
    kms_counts: t.Any = None,
    forecast: t.Any = None,
) -> bool | None:
    """Tell whether enough machines ask the KMS host for it to license this one, None where nobody has said.

    One source that says so is enough, since a count grows until everybody has asked. For a machine that reaches no KMS
    host its site alone counts: what a host elsewhere counts does not help it.
    """
    system = facts.get("system")
    sources = [_by_number(_site(variables), system)]
    if facts.get("kms_reachable") is not False:
        sources += [
            True if seen.has_lease else None,
            _by_number(number(variables.get("activation_kms_count")), system),
            _by_number(number(mapping(kms_counts).get("windows")), system),
            _by_forecast(forecast, system),
        ]
    return True if True in sources else False if False in sources else None


def _by_number(count: int | float | None, system: str | None) -> bool | None:
    """Hold a count against the threshold; without knowing the system only where all thresholds agree."""
    if count is None:
        return None
    wanted = [_THRESHOLDS[system]] if system in _THRESHOLDS else list(_THRESHOLDS.values())
    found = {count >= threshold for threshold in wanted}
    return found.pop() if len(found) == 1 else None


def _site(variables: t.Mapping[str, t.Any]) -> int | float | None:
    """Return how many machines the site has for KMS, which has one count for clients and servers."""
    found = [number(variables.get(f"activation_site_{kind}")) for kind in ("clients", "servers")]
    told = [count for count in found if count is not None]
    return sum(told) if told else None


def _by_forecast(forecast: t.Any, system: str | None) -> bool | None:
    windows = mapping(mapping(forecast).get("windows"))
    found = {truth(mapping(windows.get(name)).get("reached")) for name in _wanted(system)}
    return found.pop() if len(found) == 1 else None


def _wanted(system: str | None) -> tuple[str, ...]:
    return (_FORECAST[system],) if system in _FORECAST else tuple(_FORECAST.values())
