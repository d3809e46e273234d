# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated forest whose directory does not answer, or not as it should: everybody is told so, and nobody waits."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.world import ldap_forest
from ansible_collections.volume.activation.tests.samba_controller import DomainController, ForestObjects
from ansible_collections.volume.activation.tests.tcp_proxy import Relay

from ..ldap_forest_fleet import address, fleet, hresult, online, stored
from ..wmi_client import Asker


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the time limit be short."""
    monkeypatch.setattr(ldap_forest, "_SECONDS", 0.5)


@pytest.fixture
def silent() -> Iterator[int]:
    """Return the port of a server that lets connect and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield int(listener.getsockname()[1])


@pytest.mark.usefixtures("hasty")
class TestUnreachable:
    MEMBERS: dict[str, Any] = {
        "app1": {"system": "server_2016_standard", "activation_type": "ad"},
        "app2": {"system": "server_2016_standard", "status": "licensed", "activated_by": "ad"},
        "app3": {"system": "server_2016_standard"},
    }

    @pytest.fixture
    def uris(self, silent: int) -> dict[str, str]:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            port = closed.getsockname()[1]
        return {"silent": f"ldaps://127.0.0.1:{silent}", "closed": f"ldaps://127.0.0.1:{port}"}

    @pytest.mark.parametrize("kind", ["silent", "closed"])
    def test_a_directory_that_does_not_answer_is_down(
        self, samba: DomainController, uris: dict[str, str], kind: str
    ) -> None:
        model = fleet(samba, self.MEMBERS, directory=address(samba, uri=uris[kind]))

        assert hresult(online, model, "Any") == 0x8007203A
        assert hresult(Asker(model.machines["app1"]).activate) == 0x8007203A
        assert Asker(model.machines["app2"]).primary["activation_object"] is None
        third = Asker(model.machines["app3"])
        third.activate()
        assert third.primary["activated_by"] == 2
        assert model.describe()["world"]["forests"][samba.domain] == {"objects": None, "failure": "0x8007203A"}

    def test_a_certificate_of_another_authority_is_not_believed(
        self, samba: DomainController, forest_objects: ForestObjects
    ) -> None:
        name = forest_objects.name()
        model = fleet(samba, directory=address(samba, ca_path=str(samba.other_ca_path)))

        assert hresult(online, model, name) == 0x8007203A
        assert stored(samba, forest_objects.dn(name)) == {}

    def test_a_directory_that_freezes_in_the_middle_holds_nobody_for_long(
        self, samba: DomainController, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with Relay(samba.address, 636) as relay:
            model = fleet(samba, directory=address(samba, uri=f"ldaps://{relay.address}:{relay.port}"))
            container = ldap_forest._container

            def freeze(connection: Any) -> str:
                found = container(connection)
                relay.hang()
                return found

            monkeypatch.setattr(ldap_forest, "_container", freeze)
            assert hresult(online, model, "Any") == 0x8007203A
