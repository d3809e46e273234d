# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole circle in a real directory: an object is created, a member activates by it, it goes, the next cannot."""

from __future__ import annotations

from ansible_collections.volume.activation.tests.samba_controller import DomainController, ForestObjects

from .playbook_runs import task
from .samba_fleet import CLIENT, ONLINE, Serve, forest_of


def test_from_the_key_to_the_member_and_back(
    serve: Serve, samba: DomainController, forest_objects: ForestObjects
) -> None:
    kms = {"system": CLIENT, "channel": "kms_client", "status": "licensed"}
    forest = forest_of(serve, samba, forest_objects, covers="windows_11", first=kms, second=kms)
    name = forest_objects.name("Circle")
    one = "inventory_hostname == 'dc1'"
    run = forest.play(
        {**forest.object_task("create", name=name), "when": one},
        {**task("adba_object_info", **forest.options, name=name), "name": "list", "when": one},
        {**task("adba_client"), "name": "member", "when": "inventory_hostname == 'first'"},
        {**forest.object_task("remove", name=name, state="absent"), "when": one},
        {
            **task("adba_client"),
            "name": "too late",
            "when": "inventory_hostname == 'second'",
            "ignore_errors": True,
        },
    )
    assert run.code == 0, run.output
    created = run.result("dc1", "create")["object"]
    assert (created["name"], created["partial_product_key"]) == (name, forest.key[-5:])
    assert created["dn"] == forest_objects.dn(name)
    assert run.result("dc1", "list")["objects"] == [created]
    by = run.result("first", "member")["activation"]
    assert (by["path"], by["object"], by["object_dn"]) == ("ad", name, created["dn"])
    assert (by["extended_pid"], by["activation_id"]) == (created["extended_pid"], created["activation_id"])
    assert run.result("dc1", "remove")["changed"]
    late = run.result("second", "too late")
    assert late["code"] == "0xC004F081"
    assert forest.held() == []
    assert forest.invoked() == [ONLINE]
