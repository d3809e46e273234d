# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether KMS will have enough machines: a forecast over what machines and KMS hosts have said. Pure, in a fixed order.

A KMS host counts client machine IDs of the last 30 days, one count for Windows and one for Office, and licenses a
product when its count has reached what the product needs. A request that is refused counts like one that is granted.
So what decides is how many IDs come to what is there already, and no ID may come twice:

- Machines with one ID, as clones have, are one.
- A machine that asks already is in the count. The host's own list of clients tells who does, where it holds everybody
  in the count. Where it does not, a machine that KMS has licensed is taken to be in the count, and so is one that was
  refused for want of machines.
- Where no host told its count, a lease that was granted within the last 30 days proves that the count has reached what
  the machine needs.
- Hosts do not add their counts up. Of several the highest one decides whether machines can be licensed at all.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._licensing import KMS_THRESHOLDS
from .forecast_facts import COUNTS, Facts, ForecastHost, Member, applications_of
from .forecast_notes import note

__all__ = ["kms_forecast"]

REQUIRED_WINDOWS: t.Mapping[str, int] = {
    "clients": KMS_THRESHOLDS["windows_client"],
    "servers": KMS_THRESHOLDS["windows_server"],
}
CACHES: t.Mapping[str, int] = {"windows": 50, "office": 10}
"""How many IDs a KMS host remembers, twice the highest threshold; a count never shows more."""


def kms_forecast(machines: t.Iterable[Facts], host_info: Facts | t.Iterable[Facts] | None = None) -> dict[str, t.Any]:
    """Return the forecast for `windows` and `office`, the `duplicates` among the IDs, and `notes` on what it rests on.

    A machine has `name` and `license`, as license_info returns it, or its whole `result`, a failed one too. One that
    was not read counts as what its `kind` says, client or server, and not at all without one.
    `host_info` is what kms_host_info returned, of one host or of several, each with a `name` if it is to be named.
    """
    given = (host_info,) if isinstance(host_info, t.Mapping) else tuple(host_info or ())
    found = tuple(machines)
    members, applications = tuple(Member.read(machine) for machine in found), applications_of(found)
    hosts = tuple(ForecastHost.read(result, applications) for result in given)
    windows, office = (_Count.of(name, members, hosts) for name in COUNTS)
    duplicates = _duplicates(members, hosts)
    cloned = [name for duplicate in duplicates for name in duplicate["machines"]]
    return {
        "windows": _windows(windows),
        "office": {**office.facts(), "machines": _number(office.askers), **office.outlook(KMS_THRESHOLDS["office"])},
        "duplicates": duplicates,
        "notes": [
            *_notes_on_hosts(hosts, office),
            *note("clones", cloned),
            *_notes_on_machines(members, (windows, office)),
        ],
    }


@dataclass(frozen=True, kw_only=True)
class _Count:
    """One of the two counts: what it is now, None where no host told, and who comes to it.

    Where no host told, `proving` are the machines whose leases show that it was high enough for them lately.
    """

    name: str
    now: int | None
    proving: tuple[Member, ...]
    askers: tuple[Member, ...]
    joining: frozenset[str]
    is_known: bool

    @classmethod
    def of(cls, name: str, members: t.Iterable[Member], hosts: t.Iterable[ForecastHost]) -> _Count:
        """Put together what machines and hosts have said about a count."""
        telling = [host for host in hosts if host.counts[name] is not None]
        is_known = all(host.is_known(name) for host in telling)
        askers = tuple(member for member in members if member.standing(name).asks)
        counted = {member.identity for member in askers if telling and _is_counted(member, name, telling, is_known)}
        granted = tuple(
            member for member in askers if member.standing(name).was_granted_lately and _required(name, member)
        )
        return cls(
            name=name,
            now=max((host.counts[name] or 0 for host in telling), default=None),
            proving=() if telling else granted,
            askers=askers,
            joining=frozenset(member.identity for member in askers) - counted,
            is_known=is_known,
        )

    @property
    def proven(self) -> int:
        """The least that the count was lately, by the leases of machines."""
        return max((_required(self.name, member) for member in self.proving), default=0)

    @property
    def expected(self) -> int:
        """The count when every machine has asked, as the KMS host will show it."""
        now = self.now or 0
        return max(now, self.proven, min(CACHES[self.name], now + len(self.joining)))

    def facts(self) -> dict[str, t.Any]:
        """Return the count itself."""
        return {"count_now": self.now, "joining": len(self.joining), "count_expected": self.expected}

    def outlook(self, required: int) -> dict[str, t.Any]:
        """Return what the count means for those that need so many in it."""
        return {
            "required": required,
            "reached_now": True if self.proven >= required else None if self.now is None else self.now >= required,
            "reached": self.expected >= required,
            "missing": max(0, required - self.expected),
        }


def _required(count: str, member: Member) -> int:
    """Return how many machines a KMS host has to count to license this one; 0 where its kind is not known."""
    return KMS_THRESHOLDS["office"] if count == "office" else REQUIRED_WINDOWS.get(member.kind or "", 0)


def _is_counted(member: Member, count: str, hosts: t.Iterable[ForecastHost], is_known: bool) -> bool:
    """Tell whether a machine is in a host's count: by its ID, or by its name where it has not told its ID."""
    was_counted = member.standing(count).was_counted
    if member.client_machine_id is None:
        return was_counted or any(member.names & host.names[count] for host in hosts)
    seen = any(member.client_machine_id in host.seen[count] for host in hosts)
    return seen or (was_counted and not is_known)


def _windows(count: _Count) -> dict[str, t.Any]:
    kinds = {
        kind: {
            "machines": _number(member for member in count.askers if member.kind == kind),
            **count.outlook(required),
        }
        for kind, required in REQUIRED_WINDOWS.items()
    }
    return {**count.facts(), **kinds}


def _number(members: t.Iterable[Member]) -> int:
    return len({member.name for member in members})


def _duplicates(members: t.Iterable[Member], hosts: t.Iterable[ForecastHost]) -> list[dict[str, t.Any]]:
    """Return each ID that more than one machine has, by what machines say and by what hosts have seen."""
    names: dict[str, set[str]] = {}
    known: dict[str, set[str]] = {}
    for member in members:
        if member.client_machine_id and member.asks:
            names.setdefault(member.client_machine_id, set()).add(member.name)
            known.setdefault(member.client_machine_id, set()).update(member.names)
    for host in hosts:
        for client_id, told in host.strangers(known).items():
            names.setdefault(client_id, set()).update(told)
    return [
        {"client_machine_id": client_id, "machines": sorted(names[client_id])}
        for client_id in sorted(names)
        if len(names[client_id]) > 1
    ]


def _notes_on_hosts(hosts: t.Sequence[ForecastHost], office: _Count) -> t.Iterator[dict[str, t.Any]]:
    """Yield what somebody should know of the hosts who relies on the forecast."""
    read = [host for host in hosts if host.is_read]
    telling = [host for host in read if host.is_host]
    unsure = [host for host in telling if not all(host.is_known(count) for count in COUNTS)]
    yield from note("no_host_asked", when=not hosts)
    yield from note("host_not_read", _names(host for host in hosts if not host.is_read), when=len(read) < len(hosts))
    idle = [host for host in read if not host.is_host]
    yield from note("not_a_kms_host", _names(idle), when=bool(idle))
    yield from note("no_office_host", when=bool(telling and office.askers) and office.now is None)
    yield from note("several_hosts", _names(telling), when=len(telling) > 1)
    silent = [host for host in unsure if not host.lists_clients]
    yield from note("clients_not_read", _names(silent), when=bool(silent))
    partly = [host for host in unsure if host.lists_clients]
    yield from note("clients_incomplete", _names(partly), when=bool(partly))


def _notes_on_machines(members: t.Sequence[Member], counts: tuple[_Count, _Count]) -> t.Iterator[dict[str, t.Any]]:
    """Yield what somebody should know of the machines."""
    unread, read = ([member for member in members if member.is_read is told] for told in (False, True))
    elsewhere = (
        member
        for count in counts
        for member in count.askers
        if count.now is not None and member.standing(count.name).is_licensed and member.identity in count.joining
    )
    yield from note("licensed_elsewhere", _names(elsewhere))
    yield from note("licensed_lately", _names(member for count in counts for member in count.proving))
    yield from note("not_read_taken", _names(member for member in unread if member.kind))
    yield from note("not_read_left_out", _names(member for member in unread if not member.kind))
    yield from note("id_unknown", _names(member for member in read if member.asks and not member.client_machine_id))
    yield from note("kind_unknown", _names(member for member in read if member.windows.asks and not member.kind))
    yield from note("not_on_kms", _names(member for member in read if not member.windows.asks))


def _names(named: t.Iterable[ForecastHost | Member]) -> list[str]:
    return [each.name for each in named]
