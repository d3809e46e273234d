# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What we tell python-ldap, in which order, and what of its words reaches a reader; a handle of rows stands in."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.module_utils._directory import (
    ActivationObject,
    Directory,
    DirectoryAnswerLost,
    DirectoryError,
    DirectoryRefusal,
    DirectorySettings,
    DirectoryUnreachable,
    Security,
)
from ansible_collections.volume.activation.plugins.module_utils._directory import connection as connection_module
from ansible_collections.volume.activation.plugins.module_utils._directory.discovery import DirectoryEndpoint

PASSWORD = "a-password-of-this-test"
PLACE = DirectoryEndpoint("dc1.corp.test", 636)
CONFIGURATION = "CN=Configuration,DC=corp,DC=test"
CONTAINER = f"CN=Activation Objects,CN=Microsoft SPP,CN=Services,{CONFIGURATION}"
ROOT = {
    "configurationNamingContext": [CONFIGURATION.encode()],
    "schemaNamingContext": [f"CN=Schema,{CONFIGURATION}".encode()],
    "dnsHostName": [b"dc1.corp.test"],
}
FOUND = ActivationObject(
    dn=f"CN=Corp,{CONTAINER}",
    name="Corp",
    cn="Corp",
    guid="0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9",
    activation_id=None,
    partial_product_key=None,
    extended_pid=None,
)


@dataclass
class Handle:
    """A connection of python-ldap that remembers its calls, and answers with these entries or this error."""

    entries: dict[str, dict[str, list[bytes]]] = field(default_factory=dict)
    references: list[tuple[None, list[str]]] = field(default_factory=list)
    error: Exception | None = None
    stuck: threading.Event | None = None
    options: list[tuple[int, Any]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    asked: str = ""

    def set_option(self, option: int, value: Any) -> None:
        self.options.append((option, value))

    def get_option(self, _option: int) -> str:
        return "TLS1.3"

    def start_tls_s(self) -> None:
        self.calls.append("tls")

    def search_ext(self, base: str, _scope: int, *_more: Any, **_options: Any) -> int:
        self.calls.append("search")
        self.asked = base
        return 1

    def simple_bind(self, _user: str, _password: str) -> int:
        self.calls.append("bind")
        return 2

    def delete_ext(self, dn: str) -> int:
        self.calls.append(f"delete {dn}")
        return 3

    def result3(self, number: int, **_more: Any) -> tuple[Any, ...]:
        if self.stuck:
            self.stuck.wait(10)
        if self.error and self.calls[-1] != "search":
            raise self.error
        found = self.entries.get(self.asked)
        return 0, [*([] if found is None else [(self.asked, found)]), *self.references], number, []

    def unbind_ext_s(self) -> None:
        self.calls.append("close")


@pytest.fixture
def handle(python_ldap: Any, monkeypatch: pytest.MonkeyPatch) -> Handle:
    """What python-ldap returns in this test for a new connection."""
    made = Handle()
    monkeypatch.setattr(python_ldap, "initialize", lambda _uri, **_options: made)
    return made


def settings(security: Security = Security.LDAPS, **changes: Any) -> DirectorySettings:
    return DirectorySettings(
        server="dc1.corp.test",
        security=security,
        bind_user="admin@corp.test",
        bind_password=PASSWORD,
        **{"timeout": 5.0, **changes},
    )


def directory(**changes: Any) -> Directory:
    """Return a directory that has been logged in to."""
    return Directory(connection_module.connect(PLACE, settings(**changes)))


@pytest.mark.parametrize(
    ("security", "calls"), [(Security.LDAPS, ["search", "bind"]), (Security.STARTTLS, ["tls", "bind"])]
)
def test_the_password_follows_the_protection(handle: Handle, security: Security, calls: list[str]) -> None:
    connection_module.connect(PLACE, settings(security))
    assert handle.calls == calls


@pytest.mark.parametrize("security", [Security.LDAPS, Security.STARTTLS])
def test_a_login_that_nothing_protects_is_not_begun(handle: Handle, security: Security) -> None:
    with pytest.raises(DirectoryUnreachable) as caught:
        connection_module._Attempt(PLACE, settings(security)).log_in()
    assert (caught.value.code, handle.calls) == ("not_sealed", [])


def test_openldap_is_told_to_be_careful(handle: Handle, python_ldap: Any, tmp_path: Any) -> None:
    connection_module.connect(PLACE, settings(ca_path=str(tmp_path / "ca.pem")))
    told = dict(handle.options)
    assert {name: told[getattr(python_ldap, name)] for name in CAREFUL} == {
        name: getattr(python_ldap, value) if isinstance(value, str) else value for name, value in CAREFUL.items()
    }
    assert told[python_ldap.OPT_X_TLS_CACERTFILE] == str(tmp_path / "ca.pem")
    # No CA of the system beside ours.
    assert told[python_ldap.OPT_X_TLS_CACERTDIR] == ""
    # What comes after the new context is not in it.
    assert handle.options[-1] == (python_ldap.OPT_X_TLS_NEWCTX, 0)


CAREFUL: dict[str, str | int | float] = {
    "OPT_REFERRALS": "OPT_OFF",
    "OPT_X_TLS_REQUIRE_CERT": "OPT_X_TLS_DEMAND",
    "OPT_X_TLS_PROTOCOL_MIN": "OPT_X_TLS_PROTOCOL_TLS1_2",
    "OPT_X_SASL_NOCANON": "OPT_ON",
    "OPT_X_SASL_SSF_MIN": 128,
    "OPT_NETWORK_TIMEOUT": 5.0,
    "OPT_TIMEOUT": 5.0,
}


def said(python_ldap: Any, name: str, result: int) -> Exception:
    """Return an error in which the server repeats the password."""
    error: Exception = getattr(python_ldap, name)({"result": result, "desc": "No", "info": f"not with {PASSWORD}"})
    return error


def test_a_password_that_is_repeated_at_the_login_is_masked(handle: Handle, python_ldap: Any) -> None:
    handle.error = said(python_ldap, "INVALID_CREDENTIALS", 49)
    with pytest.raises(DirectoryUnreachable) as caught:
        directory()
    assert caught.value.cause == "No: not with ********"


@pytest.mark.parametrize("name", ["INSUFFICIENT_ACCESS", "UNWILLING_TO_PERFORM"])
def test_a_password_that_is_repeated_later_is_masked(handle: Handle, python_ldap: Any, name: str) -> None:
    opened = directory()
    handle.error = said(python_ldap, name, 50)
    with pytest.raises(DirectoryError) as caught:
        opened.remove(FOUND)
    assert caught.value.cause == "No: not with ********"


def test_a_removal_that_outlives_every_limit_may_have_happened(handle: Handle, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = directory(timeout=0.1)
    handle.stuck = threading.Event()
    monkeypatch.setattr(connection_module, "_GRACE", 0.1)
    with pytest.raises(DirectoryAnswerLost) as caught:
        opened.remove(FOUND)
    assert (caught.value.code, handle.calls[-1]) == ("outcome_unknown", f"delete <GUID={FOUND.guid}>")
    opened.close()
    # A call hangs in it still, so it must not be touched.
    assert "close" not in handle.calls
    handle.stuck.set()


def test_a_reference_to_another_server_is_no_entry(handle: Handle) -> None:
    handle.entries.update({"": ROOT, CONTAINER: {"cn": [b"Activation Objects"]}})
    handle.references.append((None, ["ldap://elsewhere.corp.test/DC=corp,DC=test"]))
    forest = directory().survey()
    assert (forest.has_container, forest.has_schema, forest.objects, forest.domains) == (True, False, (), ())


def test_a_server_without_a_configuration_is_no_active_directory(handle: Handle) -> None:
    with pytest.raises(DirectoryRefusal) as caught:
        directory().survey()
    assert caught.value.code == "not_active_directory"


@pytest.mark.parametrize(
    ("told", "may_create"),
    [
        ({}, None),
        ({"allowedChildClasses": [b"msSPP-ActivationObject"]}, False),
        ({"allowedChildClassesEffective": [b"msSPP-ActivationObject"]}, True),
    ],
)
def test_a_server_that_does_not_say_who_may_create_leaves_it_open(
    handle: Handle, told: dict[str, list[bytes]], may_create: bool | None
) -> None:
    handle.entries.update({"": ROOT, CONTAINER: {"cn": [b"Activation Objects"], **told}})
    assert directory().survey().may_create is may_create
