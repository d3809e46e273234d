# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A CIM repository with fixed rows."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from datetime import datetime

from ansible_collections.volume.activation.plugins.plugin_utils._applying import Reader
from ansible_collections.volume.activation.plugins.plugin_utils._applying import queries as q
from ansible_collections.volume.activation.plugins.plugin_utils._cim import UnknownInSchema

from .._planning.state_samples import NOW
from .cim_rows import MACHINE, PRODUCT, SERVICE


@dataclass
class Scripted:
    """A repository with fixed rows that does not know some properties, and remembers what it was asked."""

    unknown: set[str] = field(default_factory=set)
    rows: dict[str, list[dict[str, t.Any]]] = field(default_factory=dict)
    asked: list[tuple[str, set[str], list[str]]] = field(default_factory=list)

    def select(
        self, class_name: str, properties: t.Mapping[str, str], conditions: t.Iterable[str] = ()
    ) -> list[dict[str, t.Any]]:
        self.asked.append((class_name, set(properties), list(conditions)))
        if self.unknown & set(properties):
            raise UnknownInSchema("The machine refused Enumerate.", hresult=2150858778)
        return [{name: row.get(name) for name in properties} for row in {**ROWS, **self.rows}[class_name]]

    def reader(self) -> Reader:
        """Return a reader of this repository at a fixed time."""
        return Reader(t.cast(t.Any, self), _now)

    @property
    def classes(self) -> list[str]:
        """The classes asked for, in order."""
        return [class_name for class_name, _properties, _conditions in self.asked]


def _now() -> datetime:
    return NOW


ROWS: dict[str, list[dict[str, t.Any]]] = {
    q.SERVICE: [SERVICE],
    q.PRODUCT: [{**PRODUCT, "OfflineInstallationId": "12345"}],
    q.OPERATING_SYSTEM: [MACHINE],
    q.COMPUTER_SYSTEM: [{"Domain": "example.com", "PartOfDomain": True}],
}
