# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who still renews by KMS, and why: a report over what machines and the forest have said. Pure, and in a fixed order.

A product on a KMS client key asks Active Directory first and a KMS host after it, at each renewal. So a licence by KMS
has a reason, and most reasons can be told from what is known anyway. What cannot be told is said to be so:

- Whether an activation object covers a product stands in no place that can be read. It is known where the object has
  activated the same product on another machine. Else the one hint is the time: an object that was there when KMS
  renewed the licence was of no use to it.
- When a licence was renewed is reckoned from what is left of it, since each lasts 180 days.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from .._licensing import LEASE, NO_ACTIVATION_OBJECT
from .._results import moment
from .adba_migration_texts import texts
from .inputs import message_of

__all__ = ["migration_report"]

GRACE_OF_AN_OBJECT = timedelta(days=1)
"""How long a new object may take to be at every domain controller; who was renewed meanwhile is not blamed."""

PATHS = ("ad", "kms", "none", "other", "unknown")

_NO_OBJECT_CODE = f"0x{NO_ACTIVATION_OBJECT:08X}"
_UNREACHABLE = frozenset(
    {
        "answer_truncated",
        "connect_timeout",
        "connection_dropped",
        "connection_failed",
        "connection_refused",
        "deadline_exceeded",
        "name_not_resolved",
        "proxy_failed",
        "read_timeout",
    }
)


def migration_report(
    machines: t.Iterable[t.Mapping[str, t.Any]], forest: t.Mapping[str, t.Any] | None = None
) -> dict[str, t.Any]:
    """Return `rows`, one for each product with a key and for each machine without, and their `summary`.

    A machine has `machine`, its name, and `result`, what became of license_info; or, in its place, the `license` of
    such a result, or an `error`, a failed result.
    `forest` is what adba_object_info returned, a failed result too; None when it was not asked.
    """
    found, known = [_sorted_out(machine) for machine in machines], _Forest.read(forest)
    witnesses = _witnesses(found)
    rows = [row for machine in found for row in _rows(machine, known, witnesses)]
    rows.sort(key=_order)
    return {"rows": rows, "summary": _summary(rows, found, known)}


@dataclass(frozen=True)
class _Forest:
    """What is known of the forest: its domains, and when each object came, by DN; `created` is None when unasked."""

    domains: frozenset[str] = frozenset()
    created: t.Mapping[str, datetime | None] | None = None
    failure: str | None = None

    @classmethod
    def read(cls, forest: t.Mapping[str, t.Any] | None) -> _Forest:
        """Return what a result of adba_object_info tells, or why there is none."""
        if not forest:
            return cls()
        if "objects" not in forest:
            return cls(failure=str(forest.get("msg") or "The forest gave no answer."))
        domains = (forest.get("forest") or {}).get("domains") or ()
        return cls(
            domains=frozenset(_name(domain) for domain in domains),
            created={_name(found.get("dn")): moment(found.get("created")) for found in forest["objects"]},
        )


@dataclass(frozen=True)
class _Case:
    """One product of one machine, with everything that its verdict rests on."""

    product: t.Mapping[str, t.Any]
    license: t.Mapping[str, t.Any]
    forest: _Forest
    witnesses: t.Mapping[str, frozenset[str]]

    @property
    def domain(self) -> str:
        """The domain of the machine, empty for a workgroup."""
        return _name(self.license.get("domain"))

    @property
    def is_licensed(self) -> bool:
        """Whether the product may be used for now."""
        return self.product.get("status") in ("licensed", "extended_grace")

    @property
    def renewed(self) -> datetime | None:
        """When the licence was last renewed, None where that cannot be told."""
        clock = moment((self.license.get("service") or {}).get("clock"))
        left = timedelta(minutes=self.product.get("grace_minutes") or 0)
        return clock - (LEASE - left) if clock and timedelta() < left <= LEASE else None

    @property
    def covering(self) -> frozenset[str]:
        """The forest's objects that have activated this product on some machine."""
        seen = self.witnesses.get(_name(self.product.get("id")), frozenset())
        return frozenset(self.forest.created or ()) & seen


def _sorted_out(machine: t.Mapping[str, t.Any]) -> t.Mapping[str, t.Any]:
    result = machine.get("result")
    if not isinstance(result, t.Mapping):
        return machine
    license = result.get("license")
    return {"machine": machine.get("machine"), "license": license, "error": None if license else result}


def _rows(
    machine: t.Mapping[str, t.Any], forest: _Forest, witnesses: t.Mapping[str, frozenset[str]]
) -> t.Iterator[dict[str, t.Any]]:
    name, found = str(machine.get("machine") or ""), machine.get("license")
    if not isinstance(found, t.Mapping):
        yield _unread(name, machine.get("error"))
        return
    products = [product for product in found.get("products") or () if product.get("partial_product_key")]
    if not products:
        yield {**_row(name, {}, found), **_told("none", "no_product_key")}
    for product in products:
        case = _Case(product, found, forest, witnesses)
        yield {**_row(name, product, found), **_told(*_verdict(case), case)}


def _row(name: str, product: t.Mapping[str, t.Any], found: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {
        "machine": name,
        "domain": found.get("domain"),
        "product": product.get("name") or product.get("family") or product.get("id"),
        "id": product.get("id"),
        "application": product.get("application"),
        "channel": product.get("channel"),
        "status": product.get("status"),
        "activation_type": product.get("activation_type"),
        "expires": product.get("expires"),
        "kms_host": _kms_host(product, found.get("service") or {}) if product.get("activated_by") == "kms" else None,
        "ad_object": product.get("ad_object_dn"),
    }


def _kms_host(product: t.Mapping[str, t.Any], service: t.Mapping[str, t.Any]) -> str | None:
    kms = product.get("kms") or {}
    named = kms.get("host") or service.get("kms_host")
    return named or kms.get("discovered_host") or service.get("discovered_kms_host")


def _unread(name: str, error: t.Any) -> dict[str, t.Any]:
    result = error if isinstance(error, t.Mapping) else {"msg": error}
    away = bool(result.get("unreachable")) or result.get("code") in _UNREACHABLE
    verdict = _told("unknown", "unreachable" if away else "not_read")
    said = message_of(result) or "The machine was not read."
    remedy = str(result.get("remedy") or verdict["remedy"])
    return {**_row(name, {}, {}), **verdict, "explanation": said, "remedy": remedy}


def _told(path: str, why: str, case: _Case | None = None) -> dict[str, str | None]:
    domain = case.domain if case is not None and "domain" in case.license else None
    explanation, remedy = texts(why, {} if case is None else case.product, domain)
    return {"path": path, "why": why, "explanation": explanation, "remedy": remedy}


def _verdict(case: _Case) -> tuple[str, str]:
    product = case.product
    if product.get("channel") != "kms_client":
        return "other", "not_a_volume_client"
    if not case.is_licensed:
        return "none", _why_unlicensed(case)
    by = product.get("activated_by")
    if by == "ad" and product.get("ad_object_dn"):
        return "ad", "by_ad"
    if by == "kms":
        return "kms", _why_kms(case)
    return "other", "by_token" if by == "token" else "path_unknown"


def _why_unlicensed(case: _Case) -> str:
    """Only a product that has itself complained of a missing object tells more than that it is not licensed."""
    reason = (case.product.get("reason") or {}).get("code")
    if reason != _NO_OBJECT_CODE or "domain" not in case.license:
        return "not_licensed"
    outside = _outside(case)
    return outside or ("no_object" if case.forest.created == {} else "no_object_for_product")


def _why_kms(case: _Case) -> str:
    """Name the nearest reason: what holds whatever the forest has comes first."""
    if case.product.get("application") == "office_2010":
        return "product_too_old"
    outside = _outside(case)
    if outside:
        return outside
    kind = case.product.get("activation_type")
    if kind in ("kms", "token"):
        return f"restricted_to_{kind}"
    if case.forest.created == {}:
        return "no_object"
    if kind == "ad":
        return "waiting_for_ad"
    return "forest_not_asked" if case.forest.created is None else _why_not_the_object(case)


def _outside(case: _Case) -> str | None:
    if "domain" not in case.license:
        return None
    if not case.domain:
        return "not_a_domain_member"
    return "other_domain" if case.forest.domains and case.domain not in case.forest.domains else None


def _why_not_the_object(case: _Case) -> str:
    created = case.forest.created or {}
    covering = case.covering
    times = [created[dn] for dn in sorted(covering or created)]
    known = [moment for moment in times if moment is not None]
    renewed = case.renewed
    if renewed is None or len(known) < len(times):
        return "cannot_be_told"
    if renewed <= min(known) + GRACE_OF_AN_OBJECT:
        return "renewed_by_kms_before_the_object"
    return "object_not_used" if covering else "no_object_for_product"


def _witnesses(machines: t.Iterable[t.Mapping[str, t.Any]]) -> dict[str, frozenset[str]]:
    """Return by product the DNs of the objects that have activated it somewhere."""
    seen: dict[str, set[str]] = {}
    for machine in machines:
        for product in (machine.get("license") or {}).get("products") or ():
            if product.get("activated_by") == "ad" and product.get("ad_object_dn"):
                seen.setdefault(_name(product.get("id")), set()).add(_name(product["ad_object_dn"]))
    return {product: frozenset(names) for product, names in seen.items()}


def _summary(
    rows: t.Sequence[t.Mapping[str, t.Any]], machines: t.Sequence[t.Mapping[str, t.Any]], forest: _Forest
) -> dict[str, t.Any]:
    paths = Counter(row["path"] for row in rows)
    return {
        "machines": len(machines),
        "products": sum(row["id"] is not None for row in rows),
        "paths": {path: paths[path] for path in PATHS},
        "why": dict(sorted(Counter(row["why"] for row in rows).items())),
        "forest": {
            "asked": forest.created is not None,
            "objects": None if forest.created is None else len(forest.created),
            "domains": sorted(forest.domains),
            "failure": forest.failure,
        },
    }


def _order(row: t.Mapping[str, t.Any]) -> tuple[str, str, bool, str, str]:
    """Order by machine, and on each by Windows first."""
    name = row["machine"]
    return name.casefold(), name, row["application"] != "windows", row["product"] or "", row["id"] or ""


def _name(text: t.Any) -> str:
    return str(text or "").strip().rstrip(".").casefold()
