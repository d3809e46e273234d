# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was invoked on a machine and put: the proof that a check mode did neither. Of keys it has the last five only."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from ..._secrets import Secret, reveal
from ..._wsman import Fault, Invoke, Put, Value
from ..catalog.product_keys import is_well_formed, masked

__all__ = ["JournalEntry", "entry"]

_SECRET_PARAMETERS = frozenset({"productkey", "confirmationid", "license", "licensepackage", "certchain"})


@dataclass(frozen=True)
class JournalEntry:
    """One method call, or one Put, whose method is `Put` and whose parameters are the instance."""

    time: datetime
    class_name: str
    method: str
    selectors: t.Mapping[str, str]
    parameters: t.Mapping[str, str | None]
    failure: int | None

    def describe(self) -> dict[str, t.Any]:
        """Return the call, for JSON."""
        return {
            "time": self.time.isoformat(),
            "class": self.class_name,
            "method": self.method,
            "selectors": dict(self.selectors),
            "parameters": dict(self.parameters),
            "failure": None if self.failure is None else f"0x{self.failure:08X}",
        }


def entry(request: Invoke | Put, fault: Fault | None, time: datetime) -> JournalEntry:
    """Return what to keep of a call."""
    given = request.instance.properties if isinstance(request, Put) else request.parameters
    return JournalEntry(
        time=time,
        class_name=request.resource.class_name,
        method=request.method if isinstance(request, Invoke) else "Put",
        selectors=dict(request.resource.selectors),
        parameters={name: _shown(name, values) for name, values in given.items()},
        failure=None if fault is None else fault.number,
    )


def _shown(name: str, values: tuple[Value, ...]) -> str | None:
    shown = [_shown_value(name, value) for value in values if isinstance(value, (str, Secret))]
    return ", ".join(shown) if shown else None


def _shown_value(name: str, value: str | Secret) -> str:
    text = reveal(value)
    if is_well_formed(text):
        return str(masked(text))
    return str(Secret(text)) if name.lower() in _SECRET_PARAMETERS else text
