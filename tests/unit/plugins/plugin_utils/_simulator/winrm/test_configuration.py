# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration of WinRM, as foreign clients ask for it."""

from __future__ import annotations

import pytest
from pypsrp.exceptions import WSManFaultError
from pypsrp.wsman import WSMan

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.server import FleetServer

from ..wmi_client import fleet_of

CONFIGURATION = "http://schemas.microsoft.com/wbem/wsman/1/config"


def client_of(server: FleetServer, name: str) -> WSMan:
    """Return pypsrp's client, by Basic over https."""
    return WSMan(
        "127.0.0.1",
        port=server.https_port,
        path=f"wsman/{name}",
        auth="basic",
        cert_validation=str(server.ca_file),
        no_proxy=True,
        **server.login,
    )


def test_an_administrator_reads_the_limits_and_nobody_else_does() -> None:
    machines = {
        "web1": "server_2022_standard",
        "web2": {"system": "server_2022_standard", "administrator": False},
    }
    with FleetServer(fleet_of(machines)) as server:
        found = client_of(server, "web1").get(CONFIGURATION)
        texts = {element.tag.rpartition("}")[2]: element.text for element in found.iter()}
        assert (texts["MaxEnvelopeSizekb"], texts["MaxTimeoutms"]) == ("500", "60000")
        with pytest.raises(WSManFaultError) as caught:
            client_of(server, "web2").get(CONFIGURATION)
        assert caught.value.code == 5
        with pytest.raises(WSManFaultError) as caught:
            client_of(server, "web1").get(f"{CONFIGURATION}/nothing")
        assert caught.value.code == 2150858811
