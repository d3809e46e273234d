# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kerberos from the ticket to the sealed message, without TLS; who says so is the server's own log, and the wire."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.volume.activation.tests.samba_controller import DomainController, ForestObjects, wait_until
from ansible_collections.volume.activation.tests.tcp_proxy import Relay

from .playbook_runs import task
from .samba_fleet import Serve, forest_of


def test_a_look_with_a_ticket_is_sealed_on_the_wire_and_in_the_servers_log(
    serve: Serve, samba: DomainController, forest_objects: ForestObjects, tmp_path: Path
) -> None:
    forest = forest_of(serve, samba, forest_objects)
    name = forest_objects.name("Sealed")
    dn = forest_objects.add(name)
    ticket = samba.kinit(tmp_path, samba.user)
    since = samba.audit_position()
    with Relay(samba.address, 389, address=samba.address) as relay:
        look = {"server": samba.host, "port": relay.port, "security": "gssapi", "name": name}
        run = forest.play(
            {**task("adba_object_info", **look), "delegate_to": "localhost"},
            play={"hosts": "dc1"},
            environment=samba.environment(ticket),
        )
    assert run.code == 0, run.output
    (found,) = run.result("dc1")["objects"]
    assert (found["dn"], run.result("dc1")["forest"]["may_create"]) == (dn, False)
    # The names that were asked for and told are nowhere on the wire, and neither is what every directory would say.
    wire = relay.sent + relay.received
    assert len(wire) > 2000
    for clear in (name, "msSPP-ActivationObject", "Activation Objects", "configurationNamingContext"):
        assert clear.encode() not in wire
    seen = wait_until(
        lambda: [row for row in samba.authorizations(since=since) if row["account"] == "reader" and _is_krb5(row)]
    )
    assert {row["transportProtection"] for row in seen} == {"SEAL"}


def _is_krb5(row: dict[str, object]) -> bool:
    return "krb5" in str(row["authType"])


def test_an_object_is_created_and_removed_with_a_ticket_alone(
    serve: Serve, samba: DomainController, forest_objects: ForestObjects, tmp_path: Path
) -> None:
    forest = forest_of(serve, samba, forest_objects)
    name = forest_objects.name("Ticket")
    forest.options = {"server": samba.host, "security": "gssapi", "timeout": 20}
    run = forest.play(
        forest.object_task("create", name=name),
        forest.object_task("again", name=name),
        forest.object_task("remove", state="absent", name=name),
        play={"hosts": "dc1"},
        environment=samba.environment(samba.kinit(tmp_path)),
    )
    changed = {title: run.result("dc1", title)["changed"] for title in ("create", "again", "remove")}
    assert changed == {"create": True, "again": False, "remove": True}, run.output
    assert forest.held() == []
