# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remote shells by pywinrm itself: enough for a playbook of shell tasks to be measured, and nothing is run."""

from __future__ import annotations

import json
import uuid

import pytest
from pypsrp.powershell import RunspacePool
from pypsrp.wsman import WSMan
from winrm.exceptions import WSManFaultError
from winrm.protocol import Protocol

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.server import FleetServer

from ..fake_fleet import fleet

INVALID_SELECTORS = 2150858843


def client_of(server: FleetServer, name: str = "web1") -> Protocol:
    """Return pywinrm's client, by Basic over https."""
    return Protocol(server.url(name), transport="basic", ca_trust_path=str(server.ca_file), proxy=None, **server.login)


def test_a_command_runs_from_its_input_to_its_output() -> None:
    with FleetServer(fleet("web1")) as server:
        client = client_of(server)
        shell = client.open_shell(codepage=65001)
        command = client.run_command(shell, "PowerShell", ["-EncodedCommand", "JgA <&> \u00e4"])
        client.send_command_input(shell, command, b"begin &", end=False)
        client.send_command_input(shell, command, b"exec", end=True)
        stdout, stderr, code = client.get_command_output(shell, command)
        client.cleanup_command(shell, command)
        client.close_shell(shell)
        result = json.loads(stdout)
        assert (result["changed"], result["rc"], stderr, code) == (True, 0, b"", 0)
        assert server.counters.of("web1").kinds == {"shell": 7}


def test_a_shell_is_gone_once_it_is_deleted() -> None:
    with FleetServer(fleet("web1")) as server:
        client = client_of(server)
        shell = client.open_shell()
        client.close_shell(shell, close_session=False)
        with pytest.raises(WSManFaultError) as caught:
            client.run_command(shell, "whoami")
        assert caught.value.wsman_fault_code == INVALID_SELECTORS


def test_a_shell_belongs_to_its_machine() -> None:
    with FleetServer(fleet("web1", "web2")) as server:
        shell = client_of(server, "web1").open_shell()
        with pytest.raises(WSManFaultError) as caught:
            client_of(server, "web2").run_command(shell, "whoami")
        assert caught.value.wsman_fault_code == INVALID_SELECTORS


def test_an_action_no_shell_knows_is_a_fault() -> None:
    with FleetServer(fleet("web1")) as server:
        client = client_of(server)
        shell = client.open_shell()
        header = client.build_wsman_header("http://schemas.xmlsoap.org/ws/2004/09/transfer/Put", "x", shell_id=shell)
        assert header["env:Header"]["w:SelectorSet"]["w:Selector"]["#text"] == shell
        with pytest.raises(WSManFaultError):
            client.run_command(str(uuid.uuid4()), "whoami")


def test_there_is_no_powershell_behind_a_simulated_machine() -> None:
    with FleetServer(fleet("web1")) as server:
        connection = WSMan(
            "127.0.0.1",
            port=server.https_port,
            path="wsman/web1",
            auth="basic",
            cert_validation=str(server.ca_file),
            no_proxy=True,
            **server.login,
        )
        with pytest.raises(Exception, match="not PowerShell"):
            RunspacePool(connection).open()
