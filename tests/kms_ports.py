# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports of KMS hosts, each on an address of its own: one that accepts, one that refuses, one that never answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.dns.kms_ports import Ports

State = Literal["open", "closed", "silent"]


@dataclass(frozen=True)
class Host:
    """One host and how its port behaves."""

    name: str
    state: State
    port: int = 1688
    resolves: bool = True


@contextmanager
def opened(states: Mapping[str, State], port: int = 1688) -> Iterator[dict[str, str]]:
    """Open ports while the block lasts; tell the address of each by its name."""
    ports = Ports()
    try:
        yield ports.follow([Host(name, state, port) for name, state in states.items()])
    finally:
        ports.stop()
