# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A forest with a real directory behind it: its activation objects are read and written there, by LDAP with TLS.

A method of the licensing service writes as its caller, so the directory itself enforces who may; everything is read
live, with the forest's own login. No call takes longer than its time limit, and none is made under the world's lock.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import types
import typing as t
import uuid
from dataclasses import dataclass
from urllib.parse import urlsplit

from ..._errors import MissingLibrary, pip_install
from ..._secrets import Secret, reveal
from ..catalog.hresults import Failure, Hresult
from .forest import SimulatedActivationObject, SimulatedCaller, Writer, container_of, escaped

__all__ = ["DirectoryAddress", "DirectoryForest"]

_SECONDS = 5.0
_LDAPS_PORT = 636
_CLASS = "msSPP-ActivationObject"
_FILTER = f"(objectClass={_CLASS})"
_FAILURES: t.Mapping[str, int] = {
    "SERVER_DOWN": Hresult.DS_SERVER_DOWN,
    "CONNECT_ERROR": Hresult.DS_SERVER_DOWN,
    "TIMEOUT": Hresult.DS_SERVER_DOWN,
    "UNAVAILABLE": Hresult.DS_SERVER_DOWN,
    "INVALID_CREDENTIALS": Hresult.LOGON_FAILURE,
    "INSUFFICIENT_ACCESS": Hresult.ACCESS_DENIED,
    "STRONG_AUTH_REQUIRED": Hresult.ACCESS_DENIED,
    "ALREADY_EXISTS": Hresult.OBJECT_ALREADY_EXISTS,
    "NO_SUCH_OBJECT": Hresult.DS_NO_SUCH_OBJECT,
    "OPERATIONS_ERROR": Hresult.DS_OPERATIONS_ERROR,
    "CONSTRAINT_VIOLATION": Hresult.DS_CONSTRAINT_VIOLATION,
    "UNWILLING_TO_PERFORM": Hresult.DS_UNWILLING_TO_PERFORM,
    "NAMING_VIOLATION": Hresult.DS_NAMING_VIOLATION,
    "INVALID_DN_SYNTAX": Hresult.DS_INVALID_DN_SYNTAX,
}
"""What python-ldap raises, and what a Windows host makes of it (winerror.h)."""
_READ = ("displayName", "cn", "msSPP-CSVLKPartialProductKey", "msSPP-CSVLKPid", "msSPP-CSVLKSkuId", "msSPP-KMSIds")
_SIMULATED = "This is no licence: a simulated fleet wrote it, and it activates nothing."

Attributes = t.Mapping[str, list[bytes]]


@dataclass(frozen=True)
class DirectoryAddress:
    """Where a directory is, and the login by which domain members read it."""

    uri: str
    ca_path: str
    user: str
    password: Secret


class DirectoryForest:
    """The forest of a real directory; it needs python-ldap."""

    def __init__(self, domain: str, address: DirectoryAddress) -> None:
        _ldap()
        self.domain = domain
        self._address = address

    def objects(self) -> tuple[SimulatedActivationObject, ...]:
        """Return the activation objects that are there now, by their names; raises Failure."""
        with self._bound(self._address.user, self._address.password) as connection:
            container = _container(connection)
            try:
                found = connection.search_ext_s(container, _ldap().SCOPE_ONELEVEL, _FILTER, list(_READ))
            except _ldap().NO_SUCH_OBJECT:
                return ()
            rows = [_read(dn, values) for dn, values in found if dn]
        return tuple(sorted(rows, key=lambda row: row.dn.lower()))

    @contextlib.contextmanager
    def opened_as(self, caller: SimulatedCaller) -> t.Iterator[Writer]:
        """Let a caller in by its own login; raises Failure where the schema or the container is missing."""
        if not caller.reaches_directory or caller.username is None:
            raise Failure(Hresult.DS_OPERATIONS_ERROR)  # as every search of somebody who has not logged in
        with self._bound(_full_name(caller.username, self.domain), caller.password) as connection:
            _require_schema(connection)
            container = _container(connection)
            connection.search_ext_s(container, _ldap().SCOPE_BASE, attrlist=["cn"])
            yield _DirectoryWriter(connection, container)

    @contextlib.contextmanager
    def _bound(self, user: str, password: Secret) -> t.Iterator[t.Any]:
        """Log in for the block; what the directory answers in it becomes a Failure."""
        if not password:
            raise Failure(Hresult.LOGON_FAILURE)  # a simple bind without a password would be an anonymous one
        _require_answer(self._address)
        connection = None
        try:
            connection = self._connection()
            connection.simple_bind_s(user, reveal(password))
            yield connection
        except _ldap().LDAPError as error:
            raise Failure(_FAILURES.get(type(error).__name__, Hresult.UNSPECIFIED)) from None
        finally:
            if connection is not None:
                with contextlib.suppress(_ldap().LDAPError):
                    connection.unbind_s()

    def _connection(self) -> t.Any:
        ldap = _ldap()
        # A trace, which the environment can ask for, would show the password.
        connection = ldap.initialize(self._address.uri, trace_level=-1)
        for option, value in (
            (ldap.OPT_REFERRALS, 0),
            (ldap.OPT_NETWORK_TIMEOUT, _SECONDS),
            (ldap.OPT_TIMEOUT, _SECONDS),
            (ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND),
            (ldap.OPT_X_TLS_CACERTFILE, self._address.ca_path),
            (ldap.OPT_X_TLS_NEWCTX, 0),  # the last one: it takes over the others
        ):
            connection.set_option(option, value)
        return connection


def _require_answer(address: DirectoryAddress) -> None:
    """Raise Failure unless a handshake succeeds within the time limit.

    libldap's own limits do not hold while TLS is negotiated: a server that accepts and says nothing would hold the
    machine for good.
    """
    parts = urlsplit(address.uri)
    host = parts.hostname or ""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(address.ca_path)
        with (
            socket.create_connection((host, parts.port or _LDAPS_PORT), timeout=_SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=host),
        ):
            pass
    except OSError:
        raise Failure(Hresult.DS_SERVER_DOWN) from None


class _DirectoryWriter:
    """A directory that a caller is logged in to."""

    def __init__(self, connection: t.Any, container: str) -> None:
        self.container = container
        self._connection = connection

    def require_free(self, name: str) -> None:
        """Raise Failure when an object of that name is there."""
        with contextlib.suppress(_ldap().NO_SUCH_OBJECT):
            self._connection.search_ext_s(f"CN={escaped(name)},{self.container}", _ldap().SCOPE_BASE, attrlist=["cn"])
            raise Failure(Hresult.OBJECT_ALREADY_EXISTS)

    def add(self, wanted: SimulatedActivationObject) -> None:
        """Create the object."""
        self._connection.add_ext_s(wanted.dn, list(_attributes(wanted).items()))


def _full_name(username: str, domain: str) -> str:
    """Return a user's name as a directory takes it: one without a domain is in this one."""
    return username if "@" in username or "\\" in username else f"{username}@{domain}"


def _root(connection: t.Any, name: str) -> str:
    """Return an attribute of the root DSE."""
    found = connection.search_ext_s("", _ldap().SCOPE_BASE, attrlist=[name])
    values = found[0][1].get(name) if found else None
    if not values:
        raise Failure(Hresult.DS_NO_SUCH_OBJECT)
    return str(values[0].decode())


def _container(connection: t.Any) -> str:
    return container_of(_root(connection, "configurationNamingContext"))


def _require_schema(connection: t.Any) -> None:
    """Raise Failure when the schema is older than activation objects."""
    schema = _root(connection, "schemaNamingContext")
    wanted = f"(&(objectClass=classSchema)(lDAPDisplayName={_CLASS}))"
    found = connection.search_ext_s(schema, _ldap().SCOPE_ONELEVEL, wanted, ["cn"])
    if not any(dn for dn, _values in found):
        raise Failure(Hresult.AD_SCHEMA_TOO_OLD)


def _attributes(wanted: SimulatedActivationObject) -> Attributes:
    """Return what an object has in the directory; a GUID is 16 bytes in Windows' order."""
    offline = {
        "msSPP-InstallationId": wanted.installation_id,
        "msSPP-ConfirmationId": wanted.confirmation_id,
    }
    licence = "msSPP-PhoneLicense" if wanted.confirmation_id else "msSPP-OnlineLicense"
    texts = {
        "objectClass": _CLASS,
        "displayName": wanted.name,
        "msSPP-CSVLKPartialProductKey": wanted.partial_product_key,
        "msSPP-CSVLKPid": wanted.extended_pid,
        **{name: _SIMULATED for name in ("msSPP-ConfigLicense", "msSPP-IssuanceLicense", licence)},
        **{name: text for name, text in offline.items() if text},
    }
    return {
        **{name: [text.encode()] for name, text in texts.items()},
        "msSPP-CSVLKSkuId": [uuid.UUID(wanted.sku_id).bytes_le],
        "msSPP-KMSIds": [uuid.UUID(found).bytes_le for found in sorted(wanted.kms_ids)],
    }


def _read(dn: str, values: Attributes) -> SimulatedActivationObject:
    """Return an object as the directory has it; what is missing or malformed there is empty here."""
    guids = _guids(values.get("msSPP-CSVLKSkuId", []))
    return SimulatedActivationObject(
        name=_text(values, "displayName") or _text(values, "cn"),
        dn=dn,
        partial_product_key=_text(values, "msSPP-CSVLKPartialProductKey"),
        extended_pid=_text(values, "msSPP-CSVLKPid"),
        sku_id=guids[0] if guids else "",
        kms_ids=frozenset(_guids(values.get("msSPP-KMSIds", []))),
    )


def _text(values: Attributes, name: str) -> str:
    return values.get(name, [b""])[0].decode(errors="replace")


def _guids(values: list[bytes]) -> list[str]:
    return [str(uuid.UUID(bytes_le=value)) for value in values if len(value) == 16]


def _ldap() -> types.ModuleType:
    try:
        import ldap
    except ImportError as error:
        raise MissingLibrary(
            "A simulated forest with a real directory behind it needs the Python library python-ldap.",
            code="missing_library",
            cause=str(error),
            remedy=f"Run: {pip_install('python-ldap')}",
        ) from None
    return t.cast(types.ModuleType, ldap)
