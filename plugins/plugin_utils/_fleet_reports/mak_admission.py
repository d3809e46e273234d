# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which machines may get a MAK now, so that no licence is given up for a confirmation ID that cannot be obtained.

An installation ID exists only once the key is installed, so the key has to come first. What can be checked before that
is checked: the ledger, the pool, the service and Microsoft's count. What remains unknown is found out on one licensed
machine of each account, and the others keep their licences until that one has its confirmation ID.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._licensing import Explanation, explain_service

__all__ = ["mak_admission"]

Facts: t.TypeAlias = t.Mapping[str, t.Any]
Failure: t.TypeAlias = dict[str, t.Any]

_EXHAUSTED = "0x7F"
_READABLE = frozenset({"licensed_before", "obtained", "ready"})
"""States of machines that answered, and that hold the MAK if `installed` says so."""
_OF_ONE_MACHINE = frozenset(
    {"0x90", "activation_in_progress", "bad_installation_id", "bad_machine", "confirmation_differs"}
)
"""Codes of a refused request that say nothing about the requests of other machines."""
_OF_THE_KEY = frozenset({"kms_client_key", "malformed_key", "not_a_mak"})
"""Codes of a failed installation that every other machine would get as well."""
_WITHOUT_COUNT = frozenset({"http_404", "unusable_answer"})
"""How an ActivationWs server answers that does not serve counts."""


def mak_admission(
    machines: t.Mapping[str, Facts],
    ledgers: t.Sequence[Facts] = (),
    counts: t.Sequence[Facts] = (),
    writes: t.Sequence[Facts] = (),
    *,
    foresee: bool = False,
) -> dict[str, t.Any]:
    """Return the machines that may get the key now (`admitted`) and the others with the reason (`left`).

    `machines` are in the order in which they are served. `scouts` names, for each account whose pool has not seen an
    extended product ID, the machine to read one from. With `foresee` no machine waits for another one.
    """
    by_account = [_by_account(results) for results in (ledgers, counts, writes)]
    admitted: list[str] = []
    left: dict[str, Failure] = {}
    scouts: dict[str, str] = {}
    for name in dict.fromkeys(row["account"] for row in machines.values() if row["state"] == "ready"):
        mine = {host: row for host, row in machines.items() if row["account"] == name}
        account = _Account(mine, *(results.get(name) for results in by_account))
        scout = account.scout
        if scout is not None:
            scouts[name] = scout
        chosen, others = account.sorted(foresee=foresee)
        admitted += chosen
        left |= others
    return {"admitted": admitted, "left": left, "scouts": scouts}


@dataclass(frozen=True)
class _Account:
    """The machines that share key, pool, ledger and service, and what was read about these; None: not read."""

    machines: t.Mapping[str, Facts]
    ledger: Facts | None
    count: Facts | None
    write: Facts | None

    @property
    def ready(self) -> dict[str, Facts]:
        """The machines that passed their own check and do not have the key from this run."""
        return {name: row for name, row in self.machines.items() if row["state"] == "ready"}

    @property
    def pool(self) -> Facts:
        """The pool as the ledger shows it, empty if it was not read."""
        return next(iter((self.ledger or {}).get("pools") or ()), {})

    @property
    def scout(self) -> str | None:
        """The machine whose extended product ID the service can be asked about; None if the pool knows that of the key.

        Any key's will do to see that the service answers. That of the MAK itself gives the count too.
        """
        if self.pool.get("extended_pid"):
            return None
        readable = {name: row for name, row in self.machines.items() if row["state"] in _READABLE}
        rank = {name: (bool(row.get("installed")), bool(row.get("keyed"))) for name, row in readable.items()}
        return max(rank, key=rank.__getitem__)

    def sorted(self, *, foresee: bool) -> tuple[list[str], dict[str, Failure]]:
        """Return the machines that may get the key now, and the others with the reason."""
        trouble = self._ledger_trouble()
        if trouble is not None:
            return [], dict.fromkeys(self.ready, trouble)
        stored = [name for name, row in self.ready.items() if row.get("stored")]
        others = {name: row for name, row in self.ready.items() if name not in stored}
        trouble = self._pool_trouble() or self._service_trouble()
        if trouble is not None:
            return stored, dict.fromkeys(others, trouble)
        paid, left = self._afforded(others)
        if not foresee:
            paid, waiting = self._in_turn(paid)
            left |= waiting
        return [*stored, *paid], left

    def _ledger_trouble(self) -> Failure | None:
        for result in (self.ledger, self.write):
            if result is not None and result.get("code"):
                return _failure(result)
        return None if self.pool else _failure({"msg": "The pool could not be read from the ledger."})

    def _pool_trouble(self) -> Failure | None:
        stopped = self.pool.get("stopped")
        if not stopped:
            return None
        return {
            "code": "pool_stopped",
            "msg": f"Pool {self.pool.get('name')} is stopped ({stopped.get('code')}). {stopped.get('message')}",
            "remedy": "Solve the cause, then let the pool go on with volume.activation.mak_pool and resume.",
        }

    def _service_trouble(self) -> Failure | None:
        if self.remaining is not None:
            return _explained(explain_service(_EXHAUSTED)) if self.remaining <= 0 else None
        count = self.count or {}
        code = str(count.get("code") or "")
        if not code or (code.startswith("0x") and not self._knows_key):
            return None  # it was not asked, or it refused another kind of key: it answers
        if code in _WITHOUT_COUNT and self._backend.startswith("activationws"):
            return None
        return _failure(count)

    @property
    def remaining(self) -> int | None:
        """How many activations Microsoft has left on the key, None if that is not known."""
        count = self.count or {}
        return count.get("remaining") if self._knows_key and count.get("known") else None

    @property
    def _knows_key(self) -> bool:
        """Whether the count is that of the key, and not that of the key which a machine has now."""
        scout = self.scout
        return scout is None or bool(self.machines[scout].get("installed"))

    @property
    def _backend(self) -> str:
        return next((str(row.get("backend") or "") for row in self.machines.values()), "")

    def _afforded(self, machines: t.Mapping[str, Facts]) -> tuple[list[str], dict[str, Failure]]:
        """Return the machines that the pool and Microsoft have activations for, in order, and the others."""
        reserve = any(row.get("use_reserve") for row in machines.values())
        pool_room, service_room = self.pool.get("left" if reserve else "available") or 0, self.remaining
        paid: list[str] = []
        left: dict[str, Failure] = {}
        for name, row in machines.items():
            from_pool, from_service = self._cost(name, row)
            if from_pool > pool_room:
                left[name] = _pool_exhausted(name, self.pool)
            elif service_room is not None and from_service > service_room:
                left[name] = _explained(explain_service(_EXHAUSTED))
            else:
                paid.append(name)
                pool_room -= from_pool
                service_room = None if service_room is None else service_room - from_service
        return paid, left

    def _cost(self, name: str, row: Facts) -> tuple[int, int]:
        """Return what a machine may cost the pool and Microsoft.

        An open entry counts in the pool already. A machine without a licence that was paid for before may find its
        confirmation ID in the store, and loses nothing if it does not.
        """
        tallies: t.Iterable[Facts] = (self.ledger or {})["pools"][0].get("by_machine") or ()
        tally: Facts = next((one for one in tallies if str(one.get("machine")).lower() == name.lower()), {})
        if tally.get("confirmed") and not row.get("licensed"):
            return 0, 0
        return (0, 1) if tally.get("open") else (1, 1)

    def _in_turn(self, paid: list[str]) -> tuple[list[str], dict[str, Failure]]:
        """Return the machines whose turn it is: all that lose nothing, else one that is licensed, then the others."""
        licensed = [name for name in paid if self.ready[name].get("licensed")]
        now = [name for name in paid if name not in licensed]
        refused = self._refused_for_all()
        if refused is not None:
            return now, dict.fromkeys(licensed, refused)
        tried = [row for row in self.machines.values() if row["state"] == "obtained" or row.get("stage")]
        if any(row.get("spent") for row in tried) or (tried and self.remaining is not None):
            return paid, {}
        if not now:
            now, licensed = licensed[:1], licensed[1:]
        return now, dict.fromkeys(licensed, _NOT_TRIED)

    def _refused_for_all(self) -> Failure | None:
        """Return the first failure of this run that the other machines would meet as well, None without one."""
        for row in self.machines.values():
            code, stage = row.get("code"), row.get("stage")
            if (stage == "ask" and code not in _OF_ONE_MACHINE) or (stage == "install" and code in _OF_THE_KEY):
                return _failure(row)
        return None


_NOT_TRIED: Failure = {
    "code": "not_tried",
    "msg": "No confirmation ID was obtained for another machine first, so this one keeps its licence.",
    "remedy": "See why the other machines of the pool failed, and run the playbook again.",
}


def _by_account(results: t.Sequence[Facts]) -> dict[str, Facts]:
    return {str(result.get("item")): result for result in results if not result.get("skipped")}


def _failure(result: Facts) -> Failure:
    return {
        "code": result.get("code") or "failed",
        "msg": result.get("msg") or "The task failed.",
        "remedy": result.get("remedy") or "",
    }


def _explained(found: Explanation) -> Failure:
    return {"code": found.code, "msg": f"{found.message} {found.cause}", "remedy": found.remedy}


def _pool_exhausted(name: str, pool: Facts) -> Failure:
    return {
        "code": "pool_exhausted",
        "msg": f"Pool {pool.get('name')} has no activation left for {name}.",
        "remedy": "Raise the pool's limit if Microsoft grants more, or set mak_exception_use_reserve for it.",
    }
