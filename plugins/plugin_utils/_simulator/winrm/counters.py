# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What passed over the wire, per machine: the measure behind every claim about requests and bytes."""

from __future__ import annotations

import threading
import typing as t
from dataclasses import asdict, dataclass, field

__all__ = ["Counters", "Tally"]


@dataclass
class Tally:
    """Counts of one machine.

    `requests` are all HTTP requests; `logins` those of them that only served the login (answered 401, or the empty
    one that opens a sealed session). Bytes are counted as HTTP, headers included, above TLS; `login_bytes` are the
    logins' part of them. `unsealed` are messages that came in clear over plain http; `kinds` and `methods` say what the
    messages were.
    """

    requests: int = 0
    logins: int = 0
    login_bytes_in: int = 0
    login_bytes_out: int = 0
    rejected: int = 0
    unsealed: int = 0
    faults: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    methods: dict[str, int] = field(default_factory=dict)


class Counters:
    """Tallies by machine name, kept by many threads at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tallies: dict[str, Tally] = {}
        self._requests = 0

    @property
    def requests(self) -> int:
        """The requests to all machines, kept as a number of its own: it is looked at again and again."""
        return self._requests

    def add(self, machine: str, **amounts: int) -> None:
        """Add to the plain counts of a machine, e.g. `add("web1", requests=1, bytes_in=512)`."""
        with self._lock:
            tally = self._tallies.setdefault(machine, Tally())
            for name, amount in amounts.items():
                setattr(tally, name, getattr(tally, name) + amount)
            self._requests += amounts.get("requests", 0)

    def add_message(self, machine: str, kind: str, method: str | None = None) -> None:
        """Count one message of that kind, and the method it invokes."""
        with self._lock:
            tally = self._tallies.setdefault(machine, Tally())
            tally.kinds[kind] = tally.kinds.get(kind, 0) + 1
            if method is not None:
                tally.methods[method] = tally.methods.get(method, 0) + 1

    def reset(self) -> None:
        """Forget everything counted so far."""
        with self._lock:
            self._tallies.clear()
            self._requests = 0

    def of(self, machine: str) -> Tally:
        """Return a copy of a machine's tally; a machine nobody talked to has zeros."""
        with self._lock:
            tally = self._tallies.get(machine, Tally())
            return Tally(**asdict(tally))

    def total(self) -> Tally:
        """Return the sum over all machines."""
        total = Tally()
        with self._lock:
            for tally in self._tallies.values():
                _accumulate(asdict(tally), vars(total))
        return total

    def as_dict(self) -> dict[str, dict[str, t.Any]]:
        """Return every machine's tally as plain data."""
        with self._lock:
            return {name: asdict(tally) for name, tally in self._tallies.items()}


def _accumulate(source: t.Mapping[str, t.Any], target: dict[str, t.Any]) -> None:
    for name, value in source.items():
        if isinstance(value, dict):
            _accumulate(value, target.setdefault(name, {}))
        else:
            target[name] = target.get(name, 0) + value
