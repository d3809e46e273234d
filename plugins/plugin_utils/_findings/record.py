# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One row of an audit as the rules see it, the settings of an audit, and a finding about a row."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime, timezone

from .._audit_report import fits
from .._licensing import CLOCK_SKEW_LIMIT, ENDS_SOON_DAYS, Product, State
from .._results import mapping, moment, state_from, text_of

__all__ = ["AuditSettings", "Finding", "Record", "Row", "listed", "sound"]

Row = t.Mapping[str, t.Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MOST = 2**32
"""The largest count that is taken for one."""
_TEXTS_OF_AN_ERROR = ("code", "message", "cause", "remedy")
_TEXTS_OF_A_FAULT = ("subcode", "code", "inner_code", "text")


@dataclass(frozen=True, slots=True)
class Record:
    """One machine; `state` is None where it was not read, `profile` where nothing is intended."""

    name: str
    state: State | None
    observed_at: datetime | None
    profile: str | None
    rule: str | None
    marks: tuple[str, ...]
    counts: t.Mapping[str, int | None]
    error: t.Mapping[str, t.Any]

    @classmethod
    def read(cls, row: Row) -> Record:
        """Return what a sound row says."""
        observed = moment(row["observed_at"])
        license = row["license"]
        return cls(
            name=row["name"],
            state=None if license is None else state_from(license, observed or _EPOCH),
            observed_at=observed,
            profile=text_of(row["profile"]["intended"]),
            rule=text_of(row["profile"]["rule"]),
            marks=tuple(row["marks"]),
            counts=row["counts"] or {},
            error=row["error"] or {},
        )

    @property
    def primary(self) -> Product | None:
        """Windows itself."""
        return self.state.primary if self.state else None

    @property
    def is_serving(self) -> bool:
        """Whether it is a KMS host that anybody asks; one that does not tell what it counts may well be."""
        told = [count for count in self.counts.values() if count is not None]
        return any(told) if told else bool(self.state and self.state.service.is_kms_host)


def sound(row: Row) -> dict[str, t.Any]:
    """Return the row with everything in its place and of its kind; what a machine made of it is left out.

    A row without the products says nothing of licences, and counts as one that was not read.
    """
    profile, license, counts = mapping(row.get("profile")), row.get("license"), row.get("counts")
    read = isinstance(license, t.Mapping) and isinstance(license.get("products"), list) and bool(row.get("reached"))
    return {
        "name": text_of(row.get("name")) or "",
        "reached": read,
        "error": None if read else _error(mapping(row.get("error"))),
        "observed_at": row["observed_at"] if moment(row.get("observed_at")) else None,
        "profile": {name: text_of(profile.get(name)) for name in ("wished", "intended", "rule")},
        "marks": _texts(row.get("marks")),
        "groups": _texts(row.get("groups")),
        "license": _license(t.cast(Row, license)) if read else None,
        "counts": {name: _count(counts.get(name)) for name in ("windows", "office")}
        if read and isinstance(counts, t.Mapping)
        else None,
    }


def _error(error: Row) -> dict[str, t.Any]:
    told = {name: text_of(error.get(name)) for name in _TEXTS_OF_AN_ERROR}
    fault = mapping(error.get("fault"))
    said = {"fault": {name: text_of(fault.get(name)) for name in _TEXTS_OF_A_FAULT}} if fault else {}
    code, message = told["code"] or "unknown", told["message"] or "The machine was not read."
    return {**told, "code": code, "message": message, **said}


def _license(license: Row) -> Row:
    """Return the licence facts without the parts that an audit cannot have; nearly all are as they should be."""
    if fits("license", license):
        return license
    kept = {name: value for name, value in license.items() if fits("license", {name: value, "products": []})}
    return {**kept, "products": [product for product in license["products"] if fits("product", product)]}


def _texts(values: t.Any) -> list[str]:
    return [value for value in values if isinstance(value, str)] if isinstance(values, (list, tuple)) else []


def _count(value: t.Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST else None


class Finding(t.NamedTuple):
    """A code, what is to be said of this machine, and the subject where the code has one.

    `cause` and `remedy` stand in for those of the code, where the machine's own error tells them better.
    """

    code: str
    detail: str
    subject: str | None = None
    cause: str | None = None
    remedy: str | None = None


def listed(details: t.Iterable[str]) -> str:
    """Return several details as one text."""
    return "; ".join(details)


@dataclass(frozen=True)
class AuditSettings:
    """From where on something is a finding; `kms_hosts` are those that machines may use, none given for any.

    A KMS host is a name, or a name and a port: `kms.corp.example:1688`.
    """

    expiring_days: int = ENDS_SOON_DAYS
    clock_skew_minutes: int = int(CLOCK_SKEW_LIMIT.total_seconds()) // 60
    mak_share_limit: float = 10.0
    """In percent."""
    kms_hosts: tuple[str, ...] = ()

    def facts(self) -> dict[str, t.Any]:
        """Return the settings as the document shows them."""
        return {
            "expiring_days": self.expiring_days,
            "clock_skew_minutes": self.clock_skew_minutes,
            "mak_share_limit": self.mak_share_limit,
            "kms_hosts": list(self.kms_hosts),
        }
