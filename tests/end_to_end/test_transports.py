# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every way to a machine: both libraries, both logins, and what has to be a clear error."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import ActivationError

from .playbook_runs import Playground, task

MACHINE = {"srv": {"system": "server_2022_datacenter", "channel": "kms_client", "status": "notification"}}
WAYS = [
    pytest.param(
        {"connection": connection, "transport": transport, "scheme": scheme}, id=f"{connection}-{scheme}-{transport}"
    )
    for connection in ("winrm", "psrp")
    for transport, scheme in (("basic", "https"), ("ntlm", "http"), ("ntlm", "https"))
]
Serve = Callable[..., Playground]


@pytest.mark.parametrize("way", WAYS)
def test_a_machine_is_brought_to_kms_without_a_shell(serve: Serve, way: dict) -> None:
    ground = serve(MACHINE, **way)
    run = ground.play(task("kms_client", kms_host="kms.corp.example"), task("license_info"))
    assert run.code == 0, run.output
    assert run.result("srv")["license"]["products"][0]["status"] == "licensed"
    tally = ground.server.counters.of("srv")
    assert not {"shell", "command"} & set(tally.kinds), tally
    assert tally.unsealed == 0


@pytest.mark.parametrize("connection", ["winrm", "psrp"])
def test_a_wrong_password_is_a_refused_login(serve: Serve, connection: str) -> None:
    ground = serve(MACHINE, connection=connection, transport="ntlm", scheme="http")
    run = ground.play(task("license_info"), arguments=("-e", "ansible_password=wrong"))
    assert run.result("srv")["code"] == "login_refused"
    assert run.result("srv")["remedy"]


@pytest.mark.parametrize("connection", ["winrm", "psrp"])
def test_an_unknown_certificate_authority_stops_the_connection_before_the_password(
    serve: Serve, connection: str
) -> None:
    ground = serve(MACHINE, connection=connection, transport="basic", scheme="https")
    run = ground.play(
        task("license_info"),
        arguments=("-e", "ansible_winrm_ca_trust_path=/etc/ssl/cert.pem", "-e", "ansible_psrp_ca_cert="),
    )
    assert run.code != 0
    assert "ca" in run.result("srv")["remedy"].lower()
    assert ground.server.counters.of("srv").requests == 0


@pytest.mark.parametrize("connection", ["winrm", "psrp"])
def test_a_sealed_login_without_sealed_messages_is_refused(serve: Serve, connection: str) -> None:
    ground = serve(MACHINE, connection=connection, transport="ntlm", scheme="http")
    unsealed = ("-e", "ansible_winrm_message_encryption=never", "-e", "ansible_psrp_message_encryption=never")
    run = ground.play(task("license_info"), arguments=unsealed)
    assert run.code != 0
    assert run.result("srv")["code"] == "unsealed"
    tally = ground.server.counters.of("srv")
    assert (tally.unsealed, tally.kinds) == (0, {})


def test_basic_over_http_is_refused_before_the_password_travels(serve: Serve) -> None:
    ground = serve(MACHINE, connection="winrm", transport="ntlm", scheme="http")
    run = ground.play(task("license_info"), arguments=("-e", '{"ansible_winrm_transport": ["basic"]}'))
    assert run.result("srv")["code"] == "unsealed"
    assert ground.server.counters.of("srv").requests == 0


def test_a_closed_port_is_a_connection_failure_and_changes_nothing(serve: Serve) -> None:
    machine = {"srv": {**MACHINE["srv"], "faults": [{"on": "any", "do": "refuse", "times": 0}]}}
    run = serve(machine).play(task("license_info"))
    assert run.result("srv")["code"] == "connection_refused"
    assert run.result("srv")["refused"] is False


def _has_ipv6() -> bool:
    with socket.socket(socket.AF_INET6) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError:
            return False
        return True


@pytest.mark.parametrize("connection", ["winrm", "psrp"])
def test_ipv6_addresses_get_their_brackets(serve: Serve, connection: str) -> None:
    ground = serve(MACHINE, connection=connection, transport="basic", scheme="https", ipv6=True)
    if not _has_ipv6():
        # Nothing to connect to; what is left to hold is that the fleet says so.
        with pytest.raises(ActivationError, match="IPv6"):
            ground.inventory()
        return
    run = ground.play(task("license_info"))
    assert run.code == 0, run.output


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        ({"become": True, "become_method": "ansible.builtin.runas", "become_user": "other"}, "become_not_supported"),
        ({"vars": {"ansible_connection": "ssh"}}, "foreign_connection"),
        ({"vars": {"ansible_connection": "local"}}, "foreign_connection"),
    ],
)
def test_what_cannot_work_is_refused_by_name(serve: Serve, extra: dict, code: str) -> None:
    ground = serve(MACHINE)
    run = ground.play({**task("license_info"), **extra})
    result = run.result("srv")
    assert (result["code"], result["refused"]) == (code, True), run.output
    assert result["remedy"]
    assert ground.server.counters.of("srv").requests == 0


def test_async_is_refused_in_a_sentence(serve: Serve) -> None:
    ground = serve(MACHINE)
    run = ground.play({**task("license_info"), "async": 10, "poll": 1})
    assert run.code != 0
    assert "async" in run.result("srv")["remedy"]
    assert ground.server.counters.of("srv").requests == 0


def test_a_task_can_be_delegated_to_another_machine(serve: Serve) -> None:
    other = {"system": "windows_11_enterprise", "channel": "kms_client", "status": "licensed"}
    ground = serve({**MACHINE, "other": other})
    run = ground.play({**task("license_info", products="primary"), "delegate_to": "other"}, play={"hosts": "srv"})
    assert run.code == 0, run.output
    assert run.result("srv")["license"]["products"][0]["family"] == "Enterprise"
    assert ground.server.counters.of("srv").requests == 0


def test_module_defaults_of_the_group_reach_every_module(serve: Serve) -> None:
    ground = serve(MACHINE)
    defaults = {"group/volume.activation.kms": {"kms_host": "kms.corp.example"}}
    run = ground.play(task("kms_client"), play={"module_defaults": defaults})
    assert run.code == 0, run.output
    assert run.result("srv")["license"]["service"]["kms_host"] == "kms.corp.example"


def test_vaulted_passwords_and_keys_work_as_options(serve: Serve, tmp_path: Path) -> None:
    from ansible.parsing.vault import VaultLib, VaultSecret

    ground = serve({**MACHINE, "home": {"system": "windows_11_home", "channel": "retail", "status": "notification"}})
    secret = tmp_path / "vault-password"
    secret.write_text("opens the tests")
    vault = VaultLib([("default", VaultSecret(b"opens the tests"))])

    def vaulted(value: str) -> str:
        return "!vault |\n      " + vault.encrypt(value).decode().strip().replace("\n", "\n      ")

    variables = tmp_path / "vaulted.yml"
    variables.write_text(
        f"ansible_password: {vaulted(ground.server.login['password'])}\n"
        f"own_key: {vaulted('WX4NM-KYWYW-QJJR4-XV3QB-6VM33')}\n"
        f"own_rows:\n  - edition_id: Core\n    product_key: {vaulted('NPPR9-FWDCX-D2C8J-H872K-2YT43')}\n"
    )
    run = ground.play(
        {**task("product_key", product_key="{{ own_key }}"), "when": "inventory_hostname == 'srv'"},
        {
            **task("kms_client", kms_host="kms.corp.example", extra_gvlks="{{ own_rows }}"),
            "when": "inventory_hostname == 'home'",
        },
        arguments=("-e", f"@{variables}", "--vault-password-file", str(secret)),
    )
    assert run.result("srv", "product_key")["changed"] is False, run.output
    # The machine itself turns the key of another edition down: so the vaulted row arrived there as a key.
    assert run.result("home", "kms_client")["code"] == "0xC004F069", run.output
