# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a machine and a KMS host have said, as far as counting goes."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._licensing import KMS_COUNT_TOO_LOW, KMS_WINDOW, ActivationType, is_server_edition
from .._results import moment, product_from

__all__ = ["COUNTS", "KINDS", "Facts", "ForecastHost", "ForecastState", "Member", "applications_of"]

Facts = t.Mapping[str, t.Any]

COUNTS = ("windows", "office")
"""The counts of a KMS host: one for Windows, clients and servers together, and one for Office."""

KINDS: t.Mapping[str, str] = {"client": "clients", "server": "servers"}
"""What an inventory may call a machine, and what the forecast calls it."""

_NO_ID = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class ForecastState:
    """What a machine has to do with one of the counts.

    `was_counted` says that by the machine's own state some host has it in its count, `was_granted_lately` that the host
    has counted enough machines within the time that it counts.
    """

    asks: bool = False
    is_licensed: bool = False
    was_counted: bool = False
    was_granted_lately: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A machine; `identity` is its client machine ID, and its name where the ID is not known."""

    name: str
    identity: str
    names: frozenset[str]
    client_machine_id: str | None = None
    kind: str | None = None
    is_read: bool = True
    windows: ForecastState = ForecastState()
    office: ForecastState = ForecastState()

    @classmethod
    def read(cls, machine: Facts) -> Member:
        """Return what a machine of the caller's list tells; one that was not read is what its `kind` says."""
        name, kind, license = str(machine["name"]), KINDS.get(str(machine.get("kind"))), _license(machine)
        if license is None:
            taken = ForecastState(asks=kind is not None)
            return cls(name=name, identity=_unnamed(name), names=_labels(name), kind=kind, is_read=False, windows=taken)
        facts, products = license.get("machine") or {}, license["products"] or ()
        client_id = _id((license.get("service") or {}).get("client_machine_id"))
        return cls(
            name=name,
            identity=client_id or _unnamed(name),
            names=_labels(name) | _labels(facts.get("name")),
            client_machine_id=client_id,
            kind=_kind(facts, products) or kind,
            windows=_standing(products, "windows"),
            office=_standing(products, "office"),
        )

    def standing(self, count: str) -> ForecastState:
        """Return what the machine has to do with this count."""
        return self.office if count == "office" else self.windows

    @property
    def asks(self) -> bool:
        """Whether it asks a KMS host for anything."""
        return self.windows.asks or self.office.asks


@dataclass(frozen=True, kw_only=True)
class ForecastHost:
    """A KMS host; `seen` and `names` are the IDs and the names in its counts, as far as its list of clients tells."""

    name: str
    is_read: bool
    counts: t.Mapping[str, int | None]
    lists_clients: bool
    is_truncated: bool
    seen: t.Mapping[str, frozenset[str]]
    names: t.Mapping[str, frozenset[str]]
    duplicates: t.Mapping[str, tuple[str, ...]]

    @classmethod
    def read(cls, result: Facts, applications: t.Mapping[str, str]) -> ForecastHost:
        """Return what a result of kms_host_info tells; one that failed tells nothing.

        Requests of servers and of Office look alike; `applications` has by activation ID what is known of products.
        """
        counts, clients = result.get("counts"), result.get("clients") or {}
        is_read = isinstance(counts, t.Mapping) and not result.get("failed")
        answered = filter(_was_answered, _recent(clients.get("rows") or ()))
        recent = [(row, _application(row, applications)) for row in answered]
        rows = {count: [row for row, told in recent if told in (count, None)] for count in COUNTS}
        return cls(
            name=str(result.get("name") or ""),
            is_read=is_read,
            counts={count: (counts or {}).get(count) if is_read else None for count in COUNTS},
            lists_clients="rows" in clients,
            is_truncated=bool(clients.get("truncated")),
            seen={count: frozenset(filter(None, map(_row_id, rows[count]))) for count in COUNTS},
            names={count: frozenset().union(*map(_row_labels, rows[count])) for count in COUNTS},
            duplicates=_told_duplicates(clients.get("duplicates") or ()),
        )

    @property
    def is_host(self) -> bool:
        """Whether it counts anything."""
        return any(count is not None for count in self.counts.values())

    def is_known(self, count: str) -> bool:
        """Tell whether its list of clients holds everybody in its count; an event log that has run over does not."""
        counted = self.counts[count] or 0
        return not counted or (self.lists_clients and not self.is_truncated and len(self.seen[count]) >= counted)

    def strangers(self, known: t.Mapping[str, t.Container[str]]) -> dict[str, list[str]]:
        """Return by ID the names that it has seen with an ID of several, without those of machines that are known."""
        return {
            client_id: [name for name in told if not any(label in known.get(client_id, ()) for label in _labels(name))]
            for client_id, told in self.duplicates.items()
        }


def _license(machine: Facts) -> Facts | None:
    result = machine.get("result")
    license = result.get("license") if isinstance(result, t.Mapping) else machine.get("license")
    return license if isinstance(license, t.Mapping) and "products" in license else None


def _standing(products: t.Iterable[Facts], application: str) -> ForecastState:
    named = (product_from(product) for product in products if product.get("application") == application)
    asking = [product for product in named if product.asks_kms]
    granted = any(product.is_licensed and product.activated_by is ActivationType.KMS for product in asking)
    lately = any(product.granted_within(KMS_WINDOW) for product in asking)
    refused = any(product.attempt_error == KMS_COUNT_TOO_LOW for product in asking)
    return ForecastState(
        asks=bool(asking), is_licensed=granted, was_counted=granted or refused, was_granted_lately=lately
    )


def _kind(facts: Facts, products: t.Iterable[Facts]) -> str | None:
    families = (product.get("family") for product in products if product.get("is_primary"))
    edition = str(facts.get("edition") or next(families, None) or "")
    if not edition:
        return None
    return "servers" if is_server_edition(edition) else "clients"


def applications_of(machines: t.Iterable[Facts]) -> dict[str, str]:
    """Return by activation ID which application the products of these machines belong to."""
    products = [product for machine in machines for product in (_license(machine) or {}).get("products") or ()]
    known = {_id(product.get("id")): str(product.get("application")) for product in products}
    return {product: application for product, application in known.items() if product}


def _application(row: Facts, applications: t.Mapping[str, str]) -> str | None:
    """Return in which count a request is, None where that cannot be told."""
    return "windows" if row.get("kind") == "windows_client" else applications.get(_id(row.get("activation_id")) or "")


def _recent(rows: t.Iterable[Facts]) -> list[Facts]:
    """Leave out who has not asked for so long that the newest request proves them out of the count."""
    listed = [(row, moment(row.get("last_seen"))) for row in rows]
    newest = max((seen for row, seen in listed if seen is not None), default=None)
    return [row for row, seen in listed if newest is None or seen is None or newest - seen <= KMS_WINDOW]


def _was_answered(row: Facts) -> bool:
    """Tell whether the host has answered any request of a client: who was turned away each time is not counted.

    One that is told a count that is too low was answered: the host has no failure for that.
    """
    requests, failed = row.get("requests"), row.get("failed")
    return not (requests and failed and failed >= requests)


def _row_id(row: Facts) -> str | None:
    return _id(row.get("client_machine_id"))


def _row_labels(row: Facts) -> frozenset[str]:
    return _labels(row.get("name"))


def _told_duplicates(duplicates: t.Iterable[Facts]) -> dict[str, tuple[str, ...]]:
    told = ((_id(found.get("client_machine_id")), found.get("names") or ()) for found in duplicates)
    return {client_id: tuple(str(name) for name in names) for client_id, names in told if client_id}


def _id(text: t.Any) -> str | None:
    found = str(text or "").strip().strip("{}").casefold()
    return found if found and found != _NO_ID else None


def _unnamed(name: str) -> str:
    return f"name {name.casefold()}"


def _labels(name: t.Any) -> frozenset[str]:
    """Return the first label of a name, on which inventory, machine and event log agree; an address stays whole."""
    text = str(name or "").strip().rstrip(".").casefold()
    short = text.partition(".")[0]
    return frozenset({text if short.isdigit() else short}) - {""}
