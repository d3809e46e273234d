# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft's side of the world: which keys there are, what is left of them, and what was paid for.

Online activation and the batch activation service share one count a key. An activation is paid for once an installation
ID; whatever counts here counts under one lock, so a budget is never overspent, however many ask at once.
"""

from __future__ import annotations

import functools
import threading
import typing as t
from dataclasses import dataclass

from ..._secrets import reveal
from ..catalog.hresults import Failure, Hresult
from ..catalog.offline_ids import confirmation_id, has_installation_form, key_part, pid_of_key
from ..catalog.product_keys import KeyFacts, masked, published_texts
from .clock import SimulatedClock
from .microsoft_journal import ServiceJournal

__all__ = ["Microsoft", "MicrosoftDescription", "ServiceRefused", "SimulatedMak"]

EXHAUSTED, BLOCKED, UNKNOWN, WRONG_TYPE, BAD_INSTALLATION = "0x7F", "0x67", "0x68", "0x86", "0x90"
"""Error codes of the batch activation service."""
_ONLINE: t.Mapping[str, int] = {
    EXHAUSTED: Hresult.MAK_EXHAUSTED,
    BLOCKED: Hresult.KEY_BLOCKED_BY_MICROSOFT,
    UNKNOWN: Hresult.MAK_OUT_OF_RANGE,
}
"""What a machine says of the same refusals when it activates itself."""


@dataclass(frozen=True)
class SimulatedMak:
    """A multiple activation key and what Microsoft has left for it."""

    name: str
    key: KeyFacts
    remaining: int


@dataclass(frozen=True)
class MicrosoftDescription:
    """Everything a description says about Microsoft."""

    reachable: bool = True
    maks: tuple[SimulatedMak, ...] = ()
    keys: tuple[KeyFacts, ...] = ()
    """Other made-up keys that Microsoft and every machine know."""
    repeats_cost: bool = False
    """Whether the same installation pays again; the real rule is not documented."""
    faults: tuple[t.Mapping[str, t.Any], ...] = ()
    reorder: bool = False
    batch_limit: int | None = None


class ServiceRefused(Exception):
    """The service answers with an error code in place of a confirmation ID or a count."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Microsoft:
    """The activation service of one world, for machines and for the batch service in front of it."""

    name = "microsoft"

    def __init__(self, description: MicrosoftDescription, clock: SimulatedClock) -> None:
        self.journal = ServiceJournal(clock)
        self._lock = threading.Lock()
        self._spent: dict[str, int] = {}
        self._paid: set[tuple[str, str]] = set()
        self._take(description)

    def _take(self, description: MicrosoftDescription) -> None:
        self.description = description
        self._maks = {reveal(mak.key.text): mak for mak in description.maks}
        self._texts = {pid_of_key(mak.key): text for text, mak in self._maks.items()}
        self._others = {pid_of_key(key) for key in description.keys}

    @property
    def faults(self) -> tuple[t.Mapping[str, t.Any], ...]:
        """What goes wrong with the batch service."""
        return self.description.faults

    def update(self, description: MicrosoftDescription) -> None:
        """Take over a changed description; counts go on, and a key whose budget changes starts from the new one."""
        with self._lock:
            old, counted = self._maks, {reveal(key.text): key.remaining for key in self.description.keys}
            self._take(description)
            for key in description.keys:
                if counted.get(reveal(key.text)) != key.remaining:
                    self._spent.pop(reveal(key.text), None)
            for text, mak in self._maks.items():
                if text not in old or old[text].remaining != mak.remaining:
                    self._spent.pop(text, None)

    # Keys

    def known_key(self, text: str) -> KeyFacts | None:
        """Return what a made-up key of this world is for."""
        normal, maks = text.strip().upper(), self._maks
        if normal in maks:
            return maks[normal].key
        return next((key for key in self.description.keys if reveal(key.text) == normal), None)

    def default_mak(self, names: frozenset[str]) -> KeyFacts | None:
        """Return the first MAK that is for a product of one of these names."""
        return next((mak.key for mak in self._maks.values() if mak.key.editions & names), None)

    # Activation by the machine itself

    def activate_online(self, key: KeyFacts, installation: str, *, again: bool, internet: bool) -> None:
        """Activate a key for an installation ID; raises Failure.

        A machine that activates a MAK on which it is licensed already (`again`) spends another one: nothing but care on
        the client's side prevents that.
        """
        if not internet:
            raise Failure(Hresult.INTERNET_NAME_NOT_RESOLVED)
        if not self.description.reachable:
            raise Failure(Hresult.INTERNET_TIMEOUT)
        if key.channel != "mak":
            if key.blocked:
                raise Failure(Hresult.KEY_BLOCKED_BY_MICROSOFT)
            self._count_host(key, installation)
            return
        with self._lock:
            try:
                self._pay(self._maks.get(reveal(key.text)), installation, again or self.description.repeats_cost)
            except ServiceRefused as refused:
                raise Failure(_ONLINE[refused.code]) from None

    def _count_host(self, key: KeyFacts, installation: str) -> None:
        """Count a computer that a KMS host key is activated on, unless it is counted; raises Failure.

        Microsoft's planning guide allows six computers for each key, and several activations on each of them.
        """
        text = reveal(key.text)
        known = self.known_key(text)
        if known is None or known.remaining is None:
            return
        with self._lock:
            if (text, installation) in self._paid:
                return
            if self._spent.get(text, 0) >= known.remaining:
                raise Failure(Hresult.UNLOCKS_EXCEEDED)
            self._spent[text] = self._spent.get(text, 0) + 1
            self._paid.add((text, installation))

    def _pay(self, mak: SimulatedMak | None, installation: str, again: bool) -> None:
        """Count an activation of a key, unless it is paid for; the lock is held."""
        if mak is None:
            raise ServiceRefused(UNKNOWN)
        if mak.key.blocked:
            raise ServiceRefused(BLOCKED)
        text = reveal(mak.key.text)
        if (text, installation) in self._paid and not again:
            return
        spent = self._spent.get(text, 0)
        if spent >= mak.remaining:
            raise ServiceRefused(EXHAUSTED)
        self._spent[text] = spent + 1
        self._paid.add((text, installation))

    def has_activated(self, key: KeyFacts, installation: str) -> None:
        """Note a machine that is described as activated with a MAK: that activation was paid for long ago."""
        with self._lock:
            self._paid.add((reveal(key.text), installation))

    # The batch activation service

    def confirm(self, pid: str, installation: str) -> str:
        """Return the confirmation ID for an installation ID and pay for it; raises ServiceRefused."""
        with self._lock:
            mak = self._mak_of(pid)
            if not mak.key.blocked and not has_installation_form(installation):
                raise ServiceRefused(BAD_INSTALLATION)
            self._pay(mak, installation, self.description.repeats_cost)
            return confirmation_id(installation)

    def count(self, pid: str) -> int:
        """Return how many activations a MAK has left, which spends none; raises ServiceRefused."""
        with self._lock:
            mak = self._mak_of(pid)
            if mak.key.blocked:
                raise ServiceRefused(BLOCKED)
            return self._left(mak)

    def _mak_of(self, pid: str) -> SimulatedMak:
        """Return the MAK that an extended product ID belongs to; the service never sees a key."""
        prefix = key_part(pid)
        text = self._texts.get(prefix or "")
        if text is not None:
            return self._maks[text]
        raise ServiceRefused(WRONG_TYPE if prefix in self._others or prefix in _published_pids() else UNKNOWN)

    def _left(self, mak: SimulatedMak) -> int:
        return mak.remaining - self._spent.get(reveal(mak.key.text), 0)

    def describe(self) -> dict[str, t.Any]:
        """Return counts and requests as they are now, for JSON; no key and no whole number is in it."""
        with self._lock:
            maks = {mak.name: self._describe_mak(mak) for mak in self._maks.values()}
        return {"reachable": self.description.reachable, "maks": maks, **self.journal.describe()}

    def _describe_mak(self, mak: SimulatedMak) -> dict[str, t.Any]:
        left = self._left(mak)
        return {
            "key": mak.key.last_five,
            "extended_pid": pid_of_key(mak.key),
            "spent": mak.remaining - left,
            "remaining": left,
            "blocked": mak.key.blocked,
        }


@functools.lru_cache(maxsize=1)
def _published_pids() -> frozenset[str]:
    """Return the extended product IDs of the generic KMS client keys: the service serves none of them."""
    return frozenset(pid_of_key(KeyFacts(masked(text), "kms_client", frozenset())) for text in published_texts())
