# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The generic keys (GVLK) that Microsoft publishes for KMS and AD-based activation, chosen by EditionID and OS build.

Why the edition: on build 17763 `ServerStandard` is Windows Server 2019, and `ServerStandardACor` the semi-annual
release 1809 with another key. Why the build: `EnterpriseS` has been five long-term releases with three keys. How a
build is matched depends on the kind of release:

* servers: the exact build, for the next server release will have a key that nobody knows yet;
* long-term clients: the build or its servicing branch, whose first build is all that the licensing service's own
  version tells (19041 on 19044);
* other clients: a range, for one key has served every feature update of Windows 10 and 11.

A key is chosen for Windows alone. Office's keys stand in the table for recognising them.
"""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from .._errors import Refusal
from .._secrets import Secret
from .editions import canonical_edition
from .product_key import ProductKey
from .tables import table

__all__ = ["GvlkTable"]

_CLIENT_RANGES = {"Windows 10": range(10240, 22000), "Windows 11": range(22000, 1 << 31)}
_FIELDS = frozenset(["edition_id", "product_key", "build", "builds", "product"])


@dataclasses.dataclass(frozen=True)
class _Row:
    given: ProductKey | str  # a published key as a text
    edition: str  # casefolded canonical EditionID; empty: never chosen by edition
    builds: frozenset[int]
    product: str | None
    span: range = range(0)
    branched: bool = False
    for_office: bool = False
    any_build: bool = False

    @functools.cached_property
    def key(self) -> ProductKey:
        """The key, of a published row made when it is needed: all at once cost more than reading a machine does."""
        return ProductKey(self.given) if isinstance(self.given, str) else self.given

    def closeness(self, build: int | None) -> int:
        """How well this row fits a build: 0 not at all, and more the more exactly."""
        if build in self.builds:
            return 4
        if self.branched and not self.builds.isdisjoint(_branch(build)):
            return 3
        if build is not None and build in self.span:
            return 2
        return int(self.any_build)


class GvlkTable:
    """Published generic keys, and in front of them those of an inventory."""

    __slots__ = ("_own", "_with_published")

    def __init__(self, *, with_published: bool = False, own: tuple[_Row, ...] = ()) -> None:
        self._with_published = with_published
        self._own = own

    @property
    def _published(self) -> tuple[_Row, ...]:
        # Read when a key is looked up, which most tasks never do.
        return _published_rows() if self._with_published else ()

    @classmethod
    def published(cls) -> GvlkTable:
        """Return the table of keys on Microsoft's pages."""
        return cls(with_published=True)

    def extended(self, rows: t.Iterable[t.Mapping[str, t.Any]]) -> GvlkTable:
        """Return a table in which `rows` win over all that is here, later rows over earlier ones.

        A row is `{edition_id, product_key, build | builds, product}`; without a build it serves every build of the
        edition, but gives way to a row that names the build (or, for clients, one of its servicing branch). Raises
        `Refusal` (`bad_gvlk_row`) with the row's number.
        """
        added = tuple(_own_row(number, row) for number, row in enumerate(rows, start=1))
        return GvlkTable(with_published=self._with_published, own=self._own + added)

    def key_for(self, edition_id: str | None, build: int | None) -> ProductKey | None:
        """Return the generic key of a Windows edition on a build, or None if nobody published or gave one."""
        row = self._row_for(edition_id, build)
        return row.key if row else None

    def key_ending(self, partial: str, edition_id: str | None, build: int | None) -> ProductKey | None:
        """Return the generic key with these last five characters, that of the edition first; None if none is known."""
        named = self.key_for(edition_id, build)
        if named is not None and named.partial == partial.upper():
            return named
        found = {row.key.partial: row.key for row in self._published + self._own}
        return found.get(partial.upper())

    def product_name(self, edition_id: str | None, build: int | None) -> str | None:
        """Return what the key of an edition on a build is for, such as `Windows Server 2019 Standard`."""
        row = self._row_for(edition_id, build)
        return row.product if row else None

    def knows(self, key: ProductKey) -> bool:
        """Tell whether a key is one of the generic keys in this table, Office's too."""
        return any(row.key == key for row in self._own + self._published)

    def rules_out(self, key: ProductKey, edition_id: str | None, build: int | None) -> bool:
        """Return whether a key is one of the table, and certainly of another edition or release than this one."""
        rows = [row for row in self._own + self._published if row.key == key]
        if not rows or not edition_id or any(row.for_office for row in rows):
            return False
        wanted = canonical_edition(edition_id).casefold()
        mine = [row for row in rows if row.edition == wanted]
        if self.key_for(edition_id, build):
            return not any(row.closeness(build) for row in mine)
        # Of a build that is not in the table nothing is known but the edition, and of some keys not even that.
        return not mine and all(row.edition for row in rows)

    def product_of(self, key: ProductKey) -> str | None:
        """Return what a key of the table is for, such as `Windows Server 2019 Standard`."""
        return next((row.product for row in self._own + self._published if row.key == key), None)

    def is_for_office(self, key: ProductKey) -> bool:
        """Return whether a key is one of the generic keys of Office."""
        return any(row.key == key and row.for_office for row in self._published)

    def knows_partial(self, partial: str) -> bool:
        """Tell whether these are the last five characters of one of the generic keys in this table."""
        return any(row.key.partial == partial.upper() for row in self._own + self._published)

    def _row_for(self, edition_id: str | None, build: int | None) -> _Row | None:
        if not edition_id or not edition_id.strip():
            return None
        wanted = canonical_edition(edition_id).casefold()
        return _closest(self._own, wanted, build) or _closest(self._published, wanted, build)


def _closest(rows: tuple[_Row, ...], edition: str, build: int | None) -> _Row | None:
    ranked = [(row.closeness(build), number, row) for number, row in enumerate(rows) if row.edition == edition]
    closeness, _number, row = max(ranked, key=lambda rank: rank[:2], default=(0, 0, None))
    return row if closeness else None


def _branch(build: int | None) -> frozenset[int]:
    branches = (frozenset(branch) for branch in table("editions")["branches"])
    return next((branch for branch in branches if build in branch), frozenset())


@functools.cache
def _published_rows() -> tuple[_Row, ...]:
    return tuple(_published_row(raw) for raw in table("gvlk")["gvlk"])


def _published_row(raw: t.Mapping[str, t.Any]) -> _Row:
    group, product = raw["channel_group"], raw["product"]
    build = raw["build"]
    builds = build if isinstance(build, list) else [build] if build else []
    general = group == "Windows client GAC"
    return _Row(
        given=raw["gvlk"],
        edition="" if _is_disputed(raw) else canonical_edition(raw["edition_id"] or "").casefold(),
        builds=frozenset(builds),
        product=raw["edition"] if group == "Office" else f"{product} {raw['edition']}",
        span=_CLIENT_RANGES[product] if general else range(0),
        branched=group in ("Windows client LTSC", "Windows client LTSB"),
        for_office=group == "Office",
    )


def _is_disputed(raw: t.Mapping[str, t.Any]) -> bool:
    # Four keys stand on Microsoft's page under Windows Server 2012 and belong, by all else that is known, to home
    # editions of Windows 8. They are recognised, and offered to nobody.
    server = raw["product"].startswith("Windows Server")
    return server and not raw["edition_id"].startswith("Server")


def _own_row(number: int, row: t.Any) -> _Row:
    if not isinstance(row, t.Mapping):
        raise _bad_row(number, "it is not a mapping")
    if not _FIELDS.issuperset(row):
        raise _bad_row(number, f"it may hold {', '.join(sorted(_FIELDS))} and nothing else")
    edition = row.get("edition_id")
    if not isinstance(edition, str) or not edition.strip():
        raise _bad_row(number, "edition_id is missing")
    builds = _own_builds(number, row)
    return _Row(
        given=_own_key(number, row.get("product_key")),
        edition=canonical_edition(edition).casefold(),
        builds=builds,
        product=str(row["product"]) if row.get("product") else None,
        # Of a client we may know no more than the branch, whoever wrote the row.
        branched=not edition.strip().casefold().startswith("server"),
        any_build=not builds,
    )


def _own_key(number: int, key: t.Any) -> ProductKey:
    if not isinstance(key, (str, Secret)) or not key:
        raise _bad_row(number, "product_key is missing")
    try:
        return ProductKey.parse(key)
    except Refusal as refusal:
        raise _bad_row(number, refusal.message, refusal.remedy) from None


def _own_builds(number: int, row: t.Mapping[str, t.Any]) -> frozenset[int]:
    given = row.get("builds")
    if given is not None and not isinstance(given, (list, tuple)):
        raise _bad_row(number, "builds is not a list")
    single = [] if row.get("build") is None else [row["build"]]
    return frozenset(_own_build(number, build) for build in [*single, *(given or ())])


def _own_build(number: int, build: t.Any) -> int:
    text = str(build).strip()
    if isinstance(build, bool) or not (text.isascii() and text.isdigit()) or not int(text):
        raise _bad_row(number, "a build is not a number such as 17763")
    return int(text)


def _bad_row(number: int, what: str, remedy: str | None = None) -> Refusal:
    return Refusal(
        f"Row {number} of the generic keys given is not usable: {what.rstrip('.')}.",
        code="bad_gvlk_row",
        remedy=remedy
        or "Write each row with edition_id (such as ServerStandard), product_key and, as numbers, build or builds.",
    )
