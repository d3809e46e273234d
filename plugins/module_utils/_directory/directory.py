# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The forest's activation objects over LDAP: one look at them, and the removal of exactly one."""

from __future__ import annotations

import types
import typing as t

from .connection import Connection
from .entries import ATTRIBUTES, LdapEntry, activation_object
from .errors import DirectoryError, DirectoryRefusal
from .limits import DirectoryClock
from .names import filter_text
from .objects import ActivationObject, Forest

__all__ = ["Directory"]

_CLASS = "msSPP-ActivationObject"
_CONTAINER = "CN=Activation Objects,CN=Microsoft SPP,CN=Services"
# A survey is several requests; all together they may take this many times the limit for one.
_SURVEY_LIMITS = 4
_MOST_PAGES = 500
_MOST_OBJECTS = 10_000
# References to partitions of the forest (1) that are domains (2).
_DOMAINS = "(&(objectClass=crossRef)(systemFlags:1.2.840.113556.1.4.803:=3))"


class Directory:
    """An open, logged-in connection to one domain controller; use it as a context manager."""

    def __init__(self, connection: Connection, *, page_size: int = 200) -> None:
        self._connection = connection
        self._page_size = page_size

    def __enter__(self) -> Directory:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: types.TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; it may be closed already."""
        self._connection.close()

    def survey(self, *, name: str | None = None) -> Forest:
        """Return the forest as it is now, with all its activation objects, or those called `name` only.

        A forest whose schema or container is missing is a Forest without objects. Raises DirectoryError.
        """
        return _Survey(self._connection, self._page_size).forest(name)

    def remove(self, found: ActivationObject) -> None:
        """Remove exactly this object, by its GUID: one that took its name in the meantime stays.

        Raises DirectoryRefusal (`object_gone`, `access_denied`) and DirectoryAnswerLost (`outcome_unknown`).
        """
        if found.guid is None:
            raise DirectoryRefusal(
                f"'{found.dn}' was not removed: its GUID cannot be read, so it cannot be named for certain.",
                code="access_denied",
                remedy="Log in as a user who may read the attribute objectGUID of activation objects.",
            )
        self._connection.delete(f"<GUID={found.guid}>", found.dn)


class _Survey:
    """One look at a forest."""

    def __init__(self, connection: Connection, page_size: int) -> None:
        self._connection = connection
        self._page_size = page_size
        self._clock = DirectoryClock(connection.timeout, connection.timeout * _SURVEY_LIMITS)

    def forest(self, name: str | None) -> Forest:
        root = self._root()
        configuration, schema = root.text("configurationNamingContext"), root.text("schemaNamingContext")
        if not configuration or not schema:
            raise _not_active_directory(self._connection.place)
        has_schema = bool(self._children(schema, f"(lDAPDisplayName={_CLASS})", ["cn"]))
        version = self._entry(schema, ["objectVersion"])
        container = f"{_CONTAINER},{configuration}"
        found = self._entry(container, ["cn", "allowedChildClasses", "allowedChildClassesEffective"])
        return Forest(
            server=root.text("dnsHostName") or self._connection.host,
            configuration=configuration,
            container=container,
            schema_version=version.number("objectVersion") if version else 0,
            has_schema=has_schema,
            has_container=found is not None,
            may_create=_may_create(found) if found else None,
            objects=tuple(self._objects(container, name)) if found and has_schema else (),
            domains=tuple(sorted(self._domains(configuration))),
        )

    def _root(self) -> LdapEntry:
        attributes = ["configurationNamingContext", "schemaNamingContext", "dnsHostName"]
        return self._entry("", attributes) or LdapEntry("", {})

    def _domains(self, configuration: str) -> t.Iterator[str]:
        for entry in self._children(f"CN=Partitions,{configuration}", _DOMAINS, ["dnsRoot"]):
            yield from entry.texts("dnsRoot")

    def _objects(self, container: str, name: str | None) -> t.Iterator[ActivationObject]:
        text = filter_text(name) if name is not None else None
        called = f"(|(cn={text})(displayName={text}))" if text is not None else ""
        for count, entry in enumerate(self._paged(container, f"(&(objectClass={_CLASS}){called})")):
            if count >= _MOST_OBJECTS:
                raise _too_many(self._connection.place)
            yield activation_object(entry)

    def _paged(self, base: str, children: str) -> t.Iterator[LdapEntry]:
        from ldap.controls import SimplePagedResultsControl

        cookie: t.Any = ""
        for _page in range(_MOST_PAGES):
            control = SimplePagedResultsControl(True, self._page_size, cookie)
            found = self._connection.search(base, ATTRIBUTES, clock=self._clock, children=children, controls=[control])
            entries, controls = found or ([], [])
            yield from entries
            cookie = next((item.cookie for item in controls if item.controlType == control.controlType), "")
            if not cookie:
                return
        raise _too_many(self._connection.place)

    def _entry(self, dn: str, attributes: t.Sequence[str]) -> LdapEntry | None:
        found = self._connection.search(dn, attributes, clock=self._clock)
        return found[0][0] if found and found[0] else None

    def _children(self, base: str, children: str, attributes: t.Sequence[str]) -> list[LdapEntry]:
        found = self._connection.search(base, attributes, clock=self._clock, children=children)
        return found[0] if found else []


def _may_create(container: LdapEntry) -> bool | None:
    """Tell whether this login may create objects; a server that lists no child classes at all does not say."""
    if _CLASS in container.texts("allowedChildClassesEffective"):
        return True
    return False if container.has("allowedChildClasses") else None


def _not_active_directory(place: str) -> DirectoryError:
    return DirectoryRefusal(
        f"{place} is no domain controller of an Active Directory.",
        code="not_active_directory",
        cause="It names no configuration and no schema partition.",
        remedy="Set server to a domain controller, or set domain to a domain of the forest.",
    )


def _too_many(place: str) -> DirectoryError:
    return DirectoryError(
        f"{place} lists more than {_MOST_OBJECTS} activation objects or {_MOST_PAGES} pages; the look was given up.",
        code="too_many_objects",
        cause="A forest has a handful of them.",
        remedy="Look at the container with another tool (ADSI Edit), or try another domain controller (server).",
    )
