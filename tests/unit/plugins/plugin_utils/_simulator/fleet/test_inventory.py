# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory: what Ansible reads from the file, and that each connection gets what it needs and validates."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible.vars.manager import VariableManager

from ansible_collections.volume.activation.plugins.plugin_utils._errors import ActivationError
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.inventory import (
    Addresses,
    Settings,
    host_variables,
    inventory_of,
    sandbox_of,
    write_inventory,
)
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.winrm.authentication import LoginAccount

from ..fake_fleet import machine

ADDRESSES = Addresses("127.0.0.1", http_port=1001, https_port=1002, closed_port=1003, ca_file=Path("/fleet/ca.pem"))
ACCOUNT = LoginAccount("simulated", Secret("random"))


def variables(settings: Settings | None = None, closed: bool = False, **description: Any) -> dict[str, Any]:
    """Return the variables of a machine called `a b`."""
    return host_variables(machine("a b", description), ACCOUNT, settings or Settings(), ADDRESSES, closed=closed)


def test_winrm_over_https_validates_by_the_fleets_authority() -> None:
    assert variables() == {
        "ansible_connection": "winrm",
        "ansible_host": "127.0.0.1",
        "ansible_port": 1002,
        "ansible_user": "simulated",
        "ansible_password": "random",
        "ansible_winrm_scheme": "https",
        "ansible_winrm_path": "/wsman/a%20b",
        "ansible_winrm_transport": ["basic"],
        "ansible_winrm_proxy": None,
        "ansible_winrm_server_cert_validation": "validate",
        "ansible_winrm_ca_trust_path": "/fleet/ca.pem",
    }


def test_psrp_over_http_seals_by_ntlm() -> None:
    assert variables(Settings.from_options({"connection": "psrp", "scheme": "http"})) == {
        "ansible_connection": "psrp",
        "ansible_host": "127.0.0.1",
        "ansible_port": 1001,
        "ansible_user": "simulated",
        "ansible_password": "random",
        "ansible_psrp_protocol": "http",
        "ansible_psrp_path": "wsman/a%20b",
        "ansible_psrp_auth": "ntlm",
        "ansible_psrp_ignore_proxy": True,
    }


def test_a_machine_may_choose_for_itself_and_its_own_variables_come_last() -> None:
    own = variables(connection="psrp", transport="ntlm", vars={"ansible_user": "other", "site": "north"})
    assert (own["ansible_connection"], own["ansible_psrp_auth"], own["ansible_psrp_ca_cert"]) == (
        "psrp",
        "ntlm",
        "/fleet/ca.pem",
    )
    assert (own["ansible_user"], own["site"]) == ("other", "north")


def test_a_machine_on_the_other_scheme_gets_that_schemes_transport() -> None:
    assert variables(scheme="http")["ansible_winrm_transport"] == ["ntlm"]
    over_http = Settings.from_options({"scheme": "http"})
    assert variables(over_http, scheme="https")["ansible_winrm_transport"] == ["basic"]


@pytest.mark.parametrize(
    "options",
    [
        {"scheme": "http", "transport": "basic"},
        {"scheme": "ftp"},
        {"connection": "ssh"},
        {"transport": "kerberos"},
    ],
)
def test_what_no_windows_machine_would_take_is_refused(options: dict[str, str]) -> None:
    with pytest.raises(ActivationError) as caught:
        Settings.from_options(options)
    assert caught.value.code == "invalid_description"
    assert caught.value.remedy


def test_a_machine_that_refuses_is_listed_with_the_closed_port() -> None:
    assert variables(closed=True)["ansible_port"] == 1003


def test_ansible_reads_the_file_as_it_was_meant(tmp_path: Path) -> None:
    hosts = {
        name: {
            "ansible_password": "p{{ 1 }}\u00e4\"'#\n",
            "number": 7,
            "nothing": None,
            "list": ["a", {"b": "{{ c }}"}],
        }
        for name in ("web1", "yes", "null", "a b: c", "\u65e5\u672c")
    }
    path = tmp_path / "inventory.yml"
    write_inventory(path, inventory_of(hosts))
    loader = DataLoader()
    inventory = InventoryManager(loader=loader, sources=[str(path)])
    assert {host.name for host in inventory.groups["simulated"].get_hosts()} == set(hosts)
    read = VariableManager(loader=loader, inventory=inventory).get_vars(host=inventory.get_host("web1"))
    templated = Templar(loader, variables=read).template({name: read[name] for name in hosts["web1"]})
    assert templated == hosts["web1"]


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "inventory.yml"
    path.write_text("old")
    path.chmod(0o644)
    write_inventory(path, inventory_of({"web1": {}}))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["inventory.yml"]


SANDBOX = sandbox_of(Path("/fleet"), {"url": "https://127.0.0.1:1/simulated-fleet/x", "ca_path": "/fleet/ca.pem"})


def test_a_host_has_the_ledger_and_the_service_of_its_fleet_and_its_own_variables_still_come_last() -> None:
    described = machine("pc", {"vars": {"kms_host_ledger": "/mine"}})
    found = host_variables(described, ACCOUNT, Settings(), ADDRESSES, sandbox=SANDBOX)
    assert found["volume_activation_fleet"] == SANDBOX
    assert found["mak_exception_ledger"] == found["adba_forest_ledger"] == "/fleet/ledger.sqlite"
    assert found["mak_exception_service"] == SANDBOX["service"]
    assert (found["mak_exception_ledger_password"], found["kms_host_ledger"]) == ("", "/mine")


def test_a_fleet_without_a_service_names_none() -> None:
    found = host_variables(machine("pc", {}), ACCOUNT, Settings(), ADDRESSES, sandbox=sandbox_of(Path("/fleet"), {}))
    assert "mak_exception_service" not in found
    assert found["mak_exception_ledger"] == "/fleet/ledger.sqlite"


def test_tasks_on_the_controller_find_the_fleet_too(tmp_path: Path) -> None:
    path = tmp_path / "inventory.yml"
    write_inventory(path, inventory_of({"pc": {}}, SANDBOX))
    loader = DataLoader()
    inventory = InventoryManager(loader, sources=[str(path)])
    localhost = inventory.get_host("localhost")
    found = VariableManager(loader, inventory).get_vars(host=localhost, include_hostvars=False)
    assert found["volume_activation_fleet"] == SANDBOX
