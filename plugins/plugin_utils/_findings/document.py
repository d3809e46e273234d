# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The audit document: rows, what is wrong among them, and the numbers that somebody wants to see first."""

from __future__ import annotations

import typing as t
from collections import Counter
from datetime import datetime, timezone

from .._fleet_reports import kms_forecast
from .._licensing import LEASE, LicenseStatus
from .._profiles import MakShare
from .._results import moment
from .collector import FindingCollector
from .fleet_rules import below_threshold, duplicates, mak_share
from .kms_demand import askers_of, count
from .license_summary import LicenseSummary, is_known
from .record import AuditSettings, Record, Row, sound
from .rules import judged

__all__ = ["FORMAT", "audited"]

FORMAT = "volume.activation audit 1"
"""The first thing in a document. The number changes with what a reader would have to learn anew."""

Document = dict[str, t.Any]

_LICENSED = frozenset({LicenseStatus.LICENSED.label, LicenseStatus.EXTENDED_GRACE.label})


def audited(rows: t.Iterable[Row], settings: AuditSettings, *, audited_at: str, duration_seconds: float) -> Document:
    """Return the document of an audit, plain values throughout; it does not depend on the order of the rows.

    A row is what was read of one machine: `name`, `reached`, `error`, `observed_at`, `profile` (`wished`, `intended`,
    `rule`), `marks`, `groups`, `license` as license_info returns it, and `counts` of a KMS host. The document has them
    with `method`, `status`, `expires`, `days_left` and the codes of their `findings`. `audited_at` is in ISO 8601.
    """
    findings, askers, machines = FindingCollector(), askers_of(), []
    today = (moment(audited_at) or datetime(1970, 1, 1, tzinfo=timezone.utc)).astimezone(timezone.utc).date()
    for row in rows:
        machine = sound(row)
        record = Record.read(machine)
        count(askers, record)
        if _is_left_alone(machine):
            findings.leave_alone(record.name)
        for hit in judged(record, settings, today):
            findings.add(record.name, hit)
        machine.update(_standing(LicenseSummary.of(record, today)))
        machines.append(machine)
    machines.sort(key=_name)
    share = _share(machines, settings)
    for name, hit in mak_share(share, [machine["name"] for machine in machines if machine["method"] == "mak"]):
        findings.add(name, hit)
    forecast = _forecast(machines, findings.machines("host_key_on_client"))
    if forecast is not None:
        for name, hit in (*duplicates(forecast), *below_threshold(forecast, askers)):
            findings.add(name, hit)
    _tell(machines, findings)
    return {
        "format": FORMAT,
        "audited_at": audited_at,
        "duration_seconds": duration_seconds,
        "settings": settings.facts(),
        "summary": {**_summary(machines), "by_severity": findings.severities(), "mak_share": share.facts()},
        "findings": findings.facts(),
        "expiry": {"days": _days(machines), "horizon_days": LEASE.days},
        "forecast": forecast,
        "machines": machines,
    }


def _standing(standing: LicenseSummary) -> Document:
    return {
        "method": standing.method,
        "status": standing.status,
        "expires": standing.expires.isoformat() if standing.expires else None,
        "days_left": standing.days_left,
    }


def _name(machine: Row) -> str:
    return str(machine["name"])


def _is_left_alone(machine: Row) -> bool:
    """Return whether the inventory says so; a rule that concludes the same only says that somebody has to decide."""
    return bool(machine["profile"]["wished"] == "none")


def _share(machines: t.Sequence[Row], settings: AuditSettings) -> MakShare:
    managed = [machine for machine in machines if not _is_left_alone(machine)]
    known = [machine["method"] for machine in managed if is_known(machine["method"])]
    return MakShare(machines=known.count("mak"), of=len(known), limit=settings.mak_share_limit)


def _forecast(machines: t.Sequence[Row], mistaken: t.Container[str]) -> Document | None:
    """Return the forecast over the whole fleet, None when nobody was reached.

    A machine that has a host key by mistake is no KMS host that others could wait for.
    """
    if not any(machine["reached"] for machine in machines):
        return None
    hosts = [
        {"name": machine["name"], "counts": machine["counts"]}
        for machine in machines
        if machine["counts"] and machine["name"] not in mistaken
    ]
    return kms_forecast(machines, hosts)


def _tell(machines: t.Iterable[Document], findings: FindingCollector) -> None:
    """Put the codes of the findings into the machines' own rows."""
    codes = findings.codes_by_machine()
    for machine in machines:
        machine["findings"] = codes.get(machine["name"], [])


def _summary(machines: t.Sequence[Row]) -> Document:
    return {
        "machines": len(machines),
        "reached": sum(machine["reached"] for machine in machines),
        "licensed": sum(machine["status"] in _LICENSED for machine in machines),
        "left_alone": sum(_is_left_alone(machine) for machine in machines),
        "with_findings": sum(bool(machine["findings"]) for machine in machines),
        "by_status": _counted(machine["status"] for machine in machines),
        "by_method": _counted(machine["method"] for machine in machines),
        "by_profile": _counted(machine["profile"]["intended"] or "unset" for machine in machines),
    }


def _counted(words: t.Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))


def _days(machines: t.Iterable[Row]) -> list[Document]:
    """Return who has a licence that ends, by day."""
    days: dict[str, Document] = {}
    for machine in machines:
        if machine["expires"] is not None:
            day = {"date": machine["expires"], "days_left": machine["days_left"], "machines": []}
            days.setdefault(machine["expires"], day)["machines"].append(machine["name"])
    return [days[day] for day in sorted(days)]
