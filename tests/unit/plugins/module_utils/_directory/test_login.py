# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins at a real directory: what protects them, who is let in, and what is said to the others."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.module_utils._directory import (
    DirectoryError,
    DirectoryLoginFailed,
    DirectoryUnreachable,
    Security,
    open_directory,
)
from ansible_collections.volume.activation.plugins.module_utils._directory import connection as connection_module
from ansible_collections.volume.activation.plugins.module_utils._directory.discovery import DirectoryEndpoint
from ansible_collections.volume.activation.plugins.module_utils._directory.limits import DirectoryClock
from ansible_collections.volume.activation.tests.samba_controller import DomainController, wait_until
from ansible_collections.volume.activation.tests.tcp_proxy import Relay

from .directory_sessions import DECLINED, STARTED, Impostor, opened, settings_for, survey_alone

each_tls = pytest.mark.parametrize("security", [Security.LDAPS, Security.STARTTLS])


def failure(samba: DomainController, **changes: Any) -> DirectoryError:
    """Return the error that these settings meet; it never holds the password."""
    settings = settings_for(samba, **changes)
    with pytest.raises(DirectoryError) as caught, open_directory(settings):
        pass
    texts = str([vars(error) for error in (caught.value, caught.value.__cause__) if error])
    assert str(settings.bind_password) not in texts
    assert caught.value.remedy
    return caught.value


@each_tls
def test_a_password_travels_under_tls(samba: DomainController, security: Security) -> None:
    begin = samba.audit_position()
    with opened(samba, security=security) as directory:
        assert directory.survey().server == samba.host
    rows = wait_until(lambda: [row for row in samba.authorizations(since=begin) if row["authType"] == "simple bind"])
    assert {row["transportProtection"] for row in rows} == {"TLS"}


def test_with_starttls_the_password_is_not_on_the_wire(samba: DomainController) -> None:
    with Relay(samba.address, 389) as relay:
        changes = {"server": relay.address, "port": relay.port, "security": Security.STARTTLS}
        with opened(samba, **changes) as directory:
            directory.survey()
        assert relay.sent
        assert samba.password.encode() not in relay.sent
        assert samba.administrator.encode() not in relay.sent


@each_tls
def test_another_ca_is_refused_before_the_password_is_sent(samba: DomainController, security: Security) -> None:
    with Relay(samba.address, 636 if security is Security.LDAPS else 389) as relay:
        changes = {"server": relay.address, "port": relay.port, "ca_path": str(samba.other_ca_path)}
        error = failure(samba, security=security, **changes)
        # OpenLDAP and the look at the reason, and neither came as far as a login.
        assert relay.connections == 2
        assert samba.password.encode() not in relay.sent
    assert isinstance(error, DirectoryUnreachable)
    assert error.code == "certificate_refused"
    assert "ca_path" in (error.remedy or "")


@pytest.mark.parametrize("security", ["ldaps", "starttls"])
def test_another_name_in_the_certificate_is_refused(samba: DomainController, security: str) -> None:
    found = survey_alone(
        samba.environment(),
        server=f"other.{samba.domain}",
        security=security,
        ca_path=str(samba.ca_path),
        bind_user=samba.administrator,
        bind_password=samba.password,
    )
    assert (found["code"], "another name" in found["message"]) == ("certificate_refused", True)


def by_password(samba: DomainController, environment: dict[str, str], **options: Any) -> dict[str, Any]:
    """Look into the forest from a process with this environment."""
    login = {"bind_user": samba.administrator, "bind_password": samba.password}
    return survey_alone(environment, server=samba.address, **login, **options)


def test_no_setting_of_the_system_lets_a_certificate_pass(samba: DomainController) -> None:
    lax = {"LDAPTLS_REQCERT": "never", "LDAPTLS_CACERT": str(samba.ca_path)}
    assert by_password(samba, lax, ca_path=str(samba.other_ca_path))["code"] == "certificate_refused"


def test_without_a_ca_of_ours_the_one_of_the_system_counts(samba: DomainController) -> None:
    assert by_password(samba, {"LDAPTLS_CACERT": str(samba.ca_path)})["server"] == samba.host
    assert by_password(samba, {"LDAPTLS_CACERT": str(samba.other_ca_path)})["code"] == "certificate_refused"


def test_a_trace_that_the_environment_asks_for_does_not_show_the_password(samba: DomainController) -> None:
    # The helper fails if the process writes it anywhere.
    traced = {"PYTHON_LDAP_TRACE_LEVEL": "9", "PYTHON_LDAP_TRACE_FILE": "/dev/stderr"}
    assert by_password(samba, traced, ca_path=str(samba.ca_path))["server"] == samba.host


def test_referrals_are_not_followed(samba: DomainController, python_ldap: Any) -> None:
    connection = connection_module.connect(DirectoryEndpoint(samba.address, 636), settings_for(samba))
    assert not connection._handle.get_option(python_ldap.OPT_REFERRALS)
    # The root of a domain refers to its other partitions.
    root = ",".join(f"DC={label}" for label in samba.domain.split("."))
    clock = DirectoryClock(10, 10)
    referring = connection._handle.search_ext_s(root, python_ldap.SCOPE_SUBTREE, "(objectClass=domain)", ["dc"])
    assert any(dn is None for dn, _values in referring)
    connection._handle.result3 = lambda *_number, **_options: (101, referring, 1, [])
    found = connection.search(root, ["dc"], clock=clock)
    connection.close()
    assert found is not None
    assert [entry.dn for entry in found[0]] == [root]


def test_the_domain_is_enough_where_dns_knows_it(samba: DomainController) -> None:
    found = survey_alone(
        samba.environment(),
        domain=samba.domain,
        dns_servers=[samba.address],
        ca_path=str(samba.ca_path),
        bind_user=samba.administrator,
        bind_password=samba.password,
    )
    assert found["server"] == samba.host


@each_tls
def test_a_wrong_password_is_said_to_be_wrong(samba: DomainController, security: Security) -> None:
    error = failure(samba, security=security, bind_password="Not-a-real-0-password")
    assert isinstance(error, DirectoryLoginFailed)
    assert error.code == "directory_login_refused"
    assert "the user or the password is wrong" in error.message


def test_an_empty_password_is_not_sent(samba: DomainController) -> None:
    with Relay(samba.address, 636) as relay:
        settings = settings_for(samba, server=relay.address, port=relay.port, bind_password="")
        with pytest.raises(DirectoryError) as caught, open_directory(settings):
            pass
        assert relay.connections == 0
    assert caught.value.code == "bad_option"


def test_a_refused_port_is_unreachable(samba: DomainController) -> None:
    error = failure(samba, port=1)
    assert (error.code, "refused the connection" in error.message) == ("directory_unreachable", True)


def test_plain_text_where_tls_is_expected_gets_no_password(samba: DomainController) -> None:
    with Impostor(b"220 mail.corp.test ready\r\n", speaks_first=True) as server:
        error = failure(samba, server=server.address, port=server.port)
        assert samba.password.encode() not in server.heard
    assert error.code == "not_sealed"


@pytest.mark.parametrize("reply", [DECLINED, STARTED])
def test_a_server_that_takes_tls_away_gets_no_password(samba: DomainController, reply: bytes) -> None:
    with Impostor(reply) as server:
        error = failure(samba, server=server.address, port=server.port, security=Security.STARTTLS, timeout=2.0)
        assert samba.password.encode() not in server.heard
    assert isinstance(error, DirectoryUnreachable)


@each_tls
def test_without_tls_in_force_no_password_is_sent_whatever_openldap_says(
    samba: DomainController, security: Security, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module._Attempt, "_connect_by_tls", lambda _attempt: None)
    assert failure(samba, security=security).code == "not_sealed"


@each_tls
def test_a_silent_server_is_not_waited_for_longer_than_allowed(samba: DomainController, security: Security) -> None:
    begin = time.monotonic()
    with Impostor() as server:
        error = failure(samba, server=server.address, port=server.port, security=security, timeout=0.5)
    assert (error.code, "in time" in error.message) == ("directory_unreachable", True)
    assert time.monotonic() - begin < 10


def gssapi(samba: DomainController, ccache: str, name: str = "", **options: Any) -> dict[str, Any]:
    """Look into the forest by ticket."""
    settings = {"server": samba.host, "security": "gssapi", "timeout": 10, **options}
    return survey_alone(samba.environment(ccache), name, **settings)


def test_a_ticket_opens_a_sealed_connection_without_tls(
    samba: DomainController, forest_objects: Any, tmp_path: Path
) -> None:
    name = forest_objects.name("Sealed")
    forest_objects.add(name)
    begin = samba.audit_position()
    with Relay(samba.address, 389) as relay:
        ccache = samba.kinit(tmp_path)
        found = gssapi(samba, ccache, name, server=relay.address, port=relay.port)
        assert [item["name"] for item in found["objects"]] == [name]
        assert name.encode() not in relay.sent + relay.received
    rows = wait_until(lambda: [row for row in samba.authorizations(since=begin) if row["authType"] == "krb5"])
    assert {row["transportProtection"] for row in rows} == {"SEAL"}


def test_a_ticket_finds_the_domain_controller_by_dns(samba: DomainController, tmp_path: Path) -> None:
    ccache = samba.kinit(tmp_path)
    found = gssapi(samba, ccache, server=None, domain=samba.domain, dns_servers=[samba.address])
    assert found["server"] == samba.host


def test_without_a_ticket_kinit_is_the_remedy(samba: DomainController, tmp_path: Path) -> None:
    found = gssapi(samba, f"FILE:{tmp_path / 'nowhere'}")
    assert (found["kind"], found["code"]) == ("DirectoryLoginFailed", "no_ticket")
    assert "kinit" in found["remedy"]


def test_a_weak_seal_is_refused_after_the_login(
    samba: DomainController, monkeypatch: pytest.MonkeyPatch, python_ldap: Any
) -> None:
    class Weak:
        """A handle whose login by ticket succeeds with the seal of an old DES key."""

        def set_option(self, option: int, value: object) -> None:
            """Take everything."""

        def sasl_interactive_bind_s(self, who: str, how: object) -> None:
            """Succeed."""

        def get_option(self, option: int) -> int:
            """Return the strength, for nothing else is asked."""
            assert option == python_ldap.OPT_X_SASL_SSF
            return 56

        def unbind_ext_s(self) -> None:
            """Close."""

    monkeypatch.setattr(python_ldap, "initialize", lambda *_where, **_options: Weak())
    settings = settings_for(samba, security=Security.GSSAPI, bind_user=None, bind_password=None)
    with pytest.raises(DirectoryUnreachable) as caught:
        connection_module.connect(DirectoryEndpoint(samba.address, 389), settings)
    assert (caught.value.code, "56" in (caught.value.cause or "")) == ("not_sealed", True)
