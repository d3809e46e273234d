# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which domain controllers are asked, and in which order."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.module_utils._directory import (
    DirectoryLibraryMissing,
    DirectoryLoginFailed,
    DirectorySettings,
    DirectoryUnreachable,
    Security,
    open_directory,
    opening,
)
from ansible_collections.volume.activation.plugins.module_utils._directory.discovery import DirectoryEndpoint
from ansible_collections.volume.activation.tests.samba_controller import DomainController
from ansible_collections.volume.activation.tests.tcp_proxy import Relay

from .directory_sessions import settings_for

# Nobody listens there.
CLOSED = "127.0.0.1"


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> list[DirectoryEndpoint]:
    """What DNS says; a test fills it."""
    endpoints: list[DirectoryEndpoint] = []
    monkeypatch.setattr(opening, "domain_controllers", lambda *_domain, **_options: tuple(endpoints))
    return endpoints


def by_domain(samba: DomainController, **changes: Any) -> Any:
    return settings_for(samba, server=None, domain=samba.domain, security=Security.STARTTLS, **changes)


def test_the_next_one_is_asked_when_one_cannot_be_used(samba: DomainController, known: list[DirectoryEndpoint]) -> None:
    known += [DirectoryEndpoint(CLOSED, 1), DirectoryEndpoint(samba.address, 389)]
    heard: list[str] = []
    with open_directory(by_domain(samba), tell=heard.append) as directory:
        assert directory.survey().server == samba.host
    assert len(heard) == 1
    assert "127.0.0.1:1 refused the connection" in heard[0]


def test_a_refused_login_is_not_tried_elsewhere_since_that_would_lock_the_user(
    samba: DomainController, known: list[DirectoryEndpoint]
) -> None:
    with Relay(samba.address, 389) as relay:
        known += [DirectoryEndpoint(samba.address, 389), DirectoryEndpoint(relay.address, relay.port)]
        with pytest.raises(DirectoryLoginFailed):
            open_directory(by_domain(samba, bind_password="Not-a-real-0-password"))
        assert relay.connections == 0


def test_if_none_can_be_used_each_is_named(samba: DomainController, known: list[DirectoryEndpoint]) -> None:
    known += [DirectoryEndpoint(CLOSED, 1), DirectoryEndpoint(CLOSED, 2)]
    with pytest.raises(DirectoryUnreachable) as caught:
        open_directory(by_domain(samba))
    assert caught.value.code == "directory_unreachable"
    assert "None of 2 domain controllers" in caught.value.message
    assert all(f"127.0.0.1:{port} refused" in (caught.value.cause or "") for port in (1, 2))


def test_an_only_one_speaks_for_itself(samba: DomainController, known: list[DirectoryEndpoint]) -> None:
    known += [DirectoryEndpoint(CLOSED, 1)]
    heard: list[str] = []
    with pytest.raises(DirectoryUnreachable, match="refused the connection"):
        open_directory(by_domain(samba), tell=heard.append)
    assert heard == []


def test_the_search_ends_after_some_of_many(samba: DomainController, known: list[DirectoryEndpoint]) -> None:
    known += [DirectoryEndpoint(CLOSED, port) for port in range(1, 9)]
    with pytest.raises(DirectoryUnreachable, match=r"None of 5 .* \(8 are known\)"):
        open_directory(by_domain(samba))


@pytest.mark.parametrize(
    ("security", "port", "asked"),
    [("ldaps", None, 636), ("starttls", None, 3389), ("gssapi", None, 3389), ("ldaps", 1636, 1636), ("gssapi", 1, 1)],
)
def test_the_port_follows_from_security_and_dns(
    samba: DomainController, known: list[DirectoryEndpoint], security: str, port: int | None, asked: int
) -> None:
    known += [DirectoryEndpoint("dc1.corp.test", 3389)]
    settings = settings_for(samba, server=None, domain="corp.test", security=Security(security), port=port)
    assert opening._endpoints(settings) == (DirectoryEndpoint("dc1.corp.test", asked),)


@pytest.mark.parametrize(("security", "asked"), [("ldaps", 636), ("starttls", 389), ("gssapi", 389)])
def test_a_named_server_is_asked_at_its_usual_port(samba: DomainController, security: str, asked: int) -> None:
    settings = settings_for(samba, server="dc1.corp.test.", security=Security(security))
    assert opening._endpoints(settings) == (DirectoryEndpoint("dc1.corp.test", asked),)


@pytest.mark.parametrize(
    ("library", "place", "code"),
    [("ldap", {"server": "127.0.0.1"}, "python_ldap_missing"), ("dns", {"domain": "corp.test"}, "dnspython_missing")],
)
def test_a_missing_library_is_named_with_what_installs_it(
    monkeypatch: pytest.MonkeyPatch, library: str, place: dict[str, Any], code: str
) -> None:
    for name in (library, *(name for name in sys.modules if name.startswith(f"{library}."))):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(DirectoryLibraryMissing) as caught:
        open_directory(DirectorySettings(**place, bind_user="admin@CORP.TEST", bind_password="Not-a-real-1-password"))
    assert caught.value.code == code
    assert "pip install" in (caught.value.remedy or "")
