# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that was seen of a machine and around it, frozen: the only thing that a check may look at."""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass, field

from .._errors import ActivationError
from .._licensing import State
from .._validation import spelled_endpoint

__all__ = [
    "Answering",
    "Conversation",
    "DnsProblem",
    "Expected",
    "MachinePlace",
    "Observations",
    "Published",
    "PublishedHost",
    "Reach",
]


class Answering(enum.Enum):
    """What became of connecting to a port."""

    OPEN = "open"
    REFUSED = "refused"
    SILENT = "silent"
    NO_ROUTE = "no_route"
    NAMELESS = "nameless"
    """Its name has no address."""
    UNKNOWN = "unknown"
    """Nobody could tell an address."""


@dataclass(frozen=True)
class Reach:
    """What became of connecting to a host's port."""

    host: str
    port: int
    answering: Answering
    addresses: tuple[str, ...] = ()
    why: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether somebody listens there."""
        return self.answering is Answering.OPEN

    @property
    def spelled(self) -> str:
        """Host and port in one word."""
        return spelled_endpoint(self.host, self.port)


@dataclass(frozen=True)
class DnsProblem:
    """Something wrong with what a domain publishes."""

    code: str
    message: str
    cause: str | None = None
    remedy: str | None = None


@dataclass(frozen=True)
class PublishedHost:
    """A KMS host that a domain publishes, and whether its port accepts connections, None when that is not known."""

    target: str
    port: int
    reachable: bool | None


@dataclass(frozen=True)
class Published:
    """What a domain publishes about KMS; `asked` tells whether DNS servers were named to be asked."""

    domain: str
    hosts: tuple[PublishedHost, ...] = ()
    flaws: tuple[DnsProblem, ...] = ()
    asked: bool = False

    @property
    def codes(self) -> frozenset[str]:
        """The codes of the flaws."""
        return frozenset(flaw.code for flaw in self.flaws)


@dataclass(frozen=True, kw_only=True)
class MachinePlace:
    """How the machine is reached, from the settings of its connection."""

    host: str
    port: int
    user: str = ""
    over_tls: bool = True
    validated: bool = True
    proxied: bool = False


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """What came of talking to the machine.

    `granted` is what it says of the right to change licensing settings, `denied` what it says in place of that.
    `error` ended the talk; then there is no state.
    """

    granted: bool | None = None
    denied: ActivationError | None = None
    error: ActivationError | None = None
    state: State | None = None


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What is expected of the machine: its path (any, kms, ad, mak), and what KMS hosts have counted by application."""

    path: str = "any"
    lookup_domain: str | None = None
    counts: t.Mapping[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Observations:
    """One examination; a part that was not come to is None, or empty."""

    place: MachinePlace
    reach: Reach | None = None
    talk: Conversation | None = None
    dns_suffix: str | None = None
    """The primary DNS suffix, read where nothing else says in which domain KMS hosts are looked up."""
    published: Published | None = None
    kms_hosts: tuple[Reach, ...] = ()
