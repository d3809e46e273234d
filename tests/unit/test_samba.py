# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests' own Active Directory: it answers in every way a real one is asked, and no run leaves it behind."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.volume.activation.tests import samba_setup, shared_server
from ansible_collections.volume.activation.tests.samba_controller import DomainController, ForestObjects, wait_until

BY_NAME = """
import ldap.sasl
connection = ldap.initialize("ldap://dc1.ad.corp.test")
connection.set_option(ldap.OPT_X_SASL_NOCANON, 1)
connection.sasl_interactive_bind_s("", ldap.sasl.gssapi(""))
print(connection.get_option(ldap.OPT_X_SASL_SSF))
"""
CLASS = "(&(objectClass=classSchema)(lDAPDisplayName=msSPP-ActivationObject))"


@pytest.fixture
def ldap(samba: DomainController) -> Any:
    return pytest.importorskip("ldap")


def plain(controller: DomainController) -> Any:
    """An LDAP connection without TLS yet, which trusts the controller's CA."""
    import ldap

    connection = ldap.initialize(f"ldap://{controller.address}")
    connection.set_option(ldap.OPT_REFERRALS, 0)
    connection.set_option(ldap.OPT_NETWORK_TIMEOUT, 10.0)
    connection.set_option(ldap.OPT_X_SASL_NOCANON, 1)
    connection.set_option(ldap.OPT_X_TLS_CACERTFILE, str(controller.ca_path))
    connection.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND)
    connection.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
    return connection


def schema_classes(controller: DomainController) -> list[Any]:
    import ldap

    found = controller.ldap().search_s(f"CN=Schema,{controller.configuration}", ldap.SCOPE_ONELEVEL, CLASS, ["cn"])
    return [entry for entry in found if entry[0]]


def test_ldaps_answers_by_address_and_says_where_the_configuration_is(samba: DomainController, ldap: Any) -> None:
    [(_dn, root)] = samba.ldap().search_s("", ldap.SCOPE_BASE, attrlist=["configurationNamingContext", "dnsHostName"])
    assert root["configurationNamingContext"] == [samba.configuration.encode()]
    assert root["dnsHostName"] == [samba.host.encode()]


def test_another_ca_is_not_the_one_that_signed(samba: DomainController, ldap: Any) -> None:
    connection = plain(samba)
    connection.set_option(ldap.OPT_X_TLS_CACERTFILE, str(samba.other_ca_path))
    connection.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
    with pytest.raises(ldap.CONNECT_ERROR):
        connection.start_tls_s()


def test_starttls_lets_the_ordinary_user_log_in(samba: DomainController, ldap: Any) -> None:
    connection = plain(samba)
    connection.start_tls_s()
    connection.simple_bind_s(samba.user, samba.user_password)
    [(_dn, container)] = connection.search_s(
        samba.container, ldap.SCOPE_BASE, attrlist=["allowedChildClassesEffective"]
    )
    assert "allowedChildClassesEffective" not in container


def test_a_simple_bind_without_tls_is_refused(samba: DomainController, ldap: Any) -> None:
    with pytest.raises(ldap.STRONG_AUTH_REQUIRED):
        plain(samba).simple_bind_s(samba.user, samba.user_password)


def test_a_kerberos_login_is_sealed_and_the_servers_log_says_so(
    samba: DomainController, ldap: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sasl = pytest.importorskip("ldap.sasl")
    for name, value in {"KRB5CCNAME": samba.kinit(tmp_path, samba.user), "KRB5_CONFIG": str(samba.krb5_conf)}.items():
        monkeypatch.setenv(name, value)
    connection = plain(samba)
    connection.set_option(ldap.OPT_X_SASL_SSF_MIN, 128)
    position = samba.audit_position()
    connection.sasl_interactive_bind_s("", sasl.gssapi(""))
    assert connection.get_option(ldap.OPT_X_SASL_SSF) == 256
    rows = wait_until(lambda: [row for row in samba.authorizations(since=position) if row["authType"] == "krb5"])
    assert ("reader", "SEAL") in {(row["account"], row["transportProtection"]) for row in rows}


def test_a_subprocess_finds_the_controller_by_its_name(samba: DomainController, tmp_path: Path) -> None:
    environment = {**os.environ, **samba.environment(samba.kinit(tmp_path))}
    done = subprocess.run([sys.executable, "-c", BY_NAME], env=environment, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("256\n", "")


def test_dns_names_the_controller(samba: DomainController, ldap: Any) -> None:
    resolver = pytest.importorskip("dns.resolver").Resolver(configure=False)
    resolver.nameservers = [samba.address]
    [service] = resolver.resolve(f"_ldap._tcp.dc._msdcs.{samba.domain}", "SRV", lifetime=10)
    assert (service.target.to_text(), service.port) == (f"{samba.host}.", 389)
    assert [record.to_text() for record in resolver.resolve(samba.host, "A", lifetime=10)] == [samba.address]


def test_a_forest_holds_activation_objects_and_forgets_those_of_a_test(samba: DomainController, ldap: Any) -> None:
    objects = ForestObjects(samba)
    dn = objects.add()
    connection = samba.ldap()
    [(found, attributes)] = connection.search_s(dn, ldap.SCOPE_BASE)
    assert (found, attributes["displayName"]) == (dn, [objects.names[0].encode()])
    objects.remove()
    with pytest.raises(ldap.NO_SUCH_OBJECT):
        connection.search_s(dn, ldap.SCOPE_BASE)


def test_an_ordinary_user_may_not_add_an_activation_object(
    samba: DomainController, forest_objects: ForestObjects, ldap: Any
) -> None:
    connection = samba.ldap(samba.user, samba.user_password)
    with pytest.raises(ldap.INSUFFICIENT_ACCESS):
        connection.delete_s(forest_objects.add())


def test_the_schema_of_2012_r2_has_the_class_of_activation_objects(samba: DomainController) -> None:
    assert len(schema_classes(samba)) == 1


def test_the_schema_of_2008_r2_does_not(old_samba: DomainController, samba: DomainController) -> None:
    assert schema_classes(old_samba) == []
    assert old_samba.address != samba.address


def test_a_port_that_is_taken_everywhere_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samba_setup, "_is_free", lambda _address, port, _kind: port != 53)
    with pytest.raises(pytest.fail.Exception, match=r"ports \[53\] are taken on every address"):
        samba_setup.draw_address()


def test_what_is_missing_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samba_setup, "_PATH", "/nowhere")
    said = samba_setup.what_is_missing()
    assert "apt-get install" in said
    assert {"samba-ad-dc", "krb5-user"} <= set(said.split())


@pytest.fixture
def led(samba: DomainController) -> Iterator[tuple[Path, subprocess.Popen[bytes]]]:
    """The folder of a controller of its own, and the process that is said to lead the run."""
    leader = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    folder = shared_server.choose_folder("va-ad", leader.pid) / "forest"
    folder.mkdir(parents=True)
    samba_setup.start(folder, "2012_R2")
    samba_setup.wait_until_ready(folder)
    yield folder, leader
    with contextlib.suppress(ValueError):
        leader.communicate()
    shared_server.dismiss(folder)
    shutil.rmtree(folder.parent, ignore_errors=True)


def members(folder: Path) -> list[int]:
    """The processes that belong to the server's session."""
    session = (folder / "server").read_text(encoding="ascii")
    return [int(stat.parent.name) for stat in Path("/proc").glob("[0-9]*/stat") if _session(stat) == session]


def _session(stat: Path) -> str:
    try:
        fields = stat.read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else fields[3]


def all_gone(pids: list[int]) -> bool:
    return not any(_session(Path(f"/proc/{pid}/stat")) for pid in pids)


def test_a_controller_does_not_outlive_a_run_that_was_killed(led: tuple[Path, subprocess.Popen[bytes]]) -> None:
    folder, leader = led
    pids = members(folder)
    assert len(pids) > 5
    leader.send_signal(signal.SIGKILL)
    leader.communicate()
    assert wait_until(lambda: all_gone(pids) and not folder.parent.exists(), seconds=60)


def test_a_controller_does_not_outlive_a_keeper_that_was_killed(led: tuple[Path, subprocess.Popen[bytes]]) -> None:
    folder, _leader = led
    pids = members(folder)
    os.kill(int((folder / "keeper").read_text()), signal.SIGKILL)
    assert wait_until(lambda: all_gone(pids), seconds=60)


def test_a_controller_is_dismissed_at_the_end_of_its_run(led: tuple[Path, subprocess.Popen[bytes]]) -> None:
    folder, _leader = led
    pids = members(folder)
    shared_server.dismiss(folder)
    assert wait_until(lambda: all_gone(pids), seconds=60)
