# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads a description's `world.ad`: forests, with activation objects in memory or with a real directory behind them."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from pathlib import Path

from ..._secrets import Secret, reveal
from ..catalog.products import OFFICE
from ..catalog.systems import known_systems
from ..world.forest import DescribedObject, MemoryForest, SimulatedForest
from ..world.ldap_forest import DirectoryAddress, DirectoryForest
from .fields import InvalidDescription, fields, listing, mapping, one_of, text

__all__ = ["ForestDescription", "covered", "described_forests"]

_URI = re.compile(r"ldaps://[^/\s?#@]+/?", re.IGNORECASE)


@dataclass(frozen=True)
class ForestDescription:
    """Everything a description says about one forest."""

    objects: tuple[DescribedObject, ...] = ()
    directory: DirectoryAddress | None = None

    def forest(self, domain: str) -> SimulatedForest:
        """Return the forest; raises MissingLibrary when python-ldap is needed and not there."""
        if self.directory is None:
            return MemoryForest(domain, self.objects)
        return DirectoryForest(domain, self.directory)


def names(value: t.Any, path: str) -> frozenset[str]:
    """Return a text or a list of texts as a set."""
    return frozenset(listing(text)([value] if isinstance(value, str) else value, path))


def covered(value: t.Any, path: str) -> frozenset[str]:
    """Return the names of the products that a KMS host, a host key or an activation object covers."""
    known = {"all", "windows", "office", "windows_client", "windows_server"}
    known |= {system.line for system in known_systems().values()} | {office.line for office in OFFICE.values()}
    return frozenset(one_of(sorted(known))(name, path) for name in names(value, path))


def described_forests(value: t.Any, path: str) -> dict[str, ForestDescription]:
    """Return the forests by the lower-case name of their root domain."""
    return {name.lower(): _forest(row, f"{path}.{name}") for name, row in mapping(value, path).items()}


def _forest(value: t.Any, path: str) -> ForestDescription:
    """Return one forest: a list is that of its objects."""
    if value is None or isinstance(value, (list, tuple)):
        return ForestDescription(_objects(value or [], path))
    given = fields(value, path, {"objects": _objects, "directory": _directory})
    if given.get("objects") and given.get("directory"):
        problem = "the objects of a directory are those that are in it"
        raise InvalidDescription(f"{path}.objects", problem, "Leave out either objects or directory.")
    return ForestDescription(**given)


def _objects(value: t.Any, path: str) -> tuple[DescribedObject, ...]:
    found = t.cast("tuple[DescribedObject, ...]", listing(_object)(value, path))
    taken = {row.name.lower() for row in found}
    if len(taken) < len(found):
        raise InvalidDescription(path, "two objects have the same name", "Name each activation object once.")
    return found


def _object(value: t.Any, path: str) -> DescribedObject:
    if isinstance(value, str):
        return DescribedObject(text(value, path))
    given = fields(value, path, {"name": text, "products": covered})
    if "name" not in given:
        raise InvalidDescription(f"{path}.name", "it is missing", "Name the activation object.")
    return DescribedObject(**given)


def _directory(value: t.Any, path: str) -> DirectoryAddress | None:
    if value is None:
        return None
    given = fields(value, path, {"uri": _uri, "ca_path": _ca_path, "user": text, "password": _password})
    for name in ("uri", "ca_path", "user", "password"):
        if name not in given:
            raise InvalidDescription(f"{path}.{name}", "it is missing", "Give uri, ca_path, user and password.")
    return DirectoryAddress(**given)


def _uri(value: t.Any, path: str) -> str:
    found = text(value, path)
    if not _URI.fullmatch(found):
        remedy = "Write it as in ldaps://dc1.ad.example or ldaps://127.0.0.1:3636."
        raise InvalidDescription(path, "the address of a directory with TLS is expected", remedy)
    return found


def _ca_path(value: t.Any, path: str) -> str:
    found = Path(text(value, path)).expanduser()
    if not found.is_file():
        raise InvalidDescription(path, "there is no such file", "Name the certificate of the directory's authority.")
    return str(found.resolve())


def _password(value: t.Any, path: str) -> Secret:
    found = reveal(value) if isinstance(value, (str, Secret)) else ""
    if not found:
        raise InvalidDescription(path, "a password is expected", "Give the password of that user.")
    return Secret(found)
