# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""adba_object through `ansible-playbook` on a real directory: create, again, remove, again, offline, again."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._ledger import Ledger
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.catalog.offline_ids import confirmation_id
from ansible_collections.volume.activation.tests.samba_controller import DomainController, ForestObjects

from .playbook_runs import Run, task
from .samba_fleet import CLIENT, DEPOSIT, ONLINE, PREPARE, SERVER, Forest, Serve, forest_of

MODES = ("check", "real")


def modes(forest: Forest, title: str, **options: Any) -> list[dict[str, Any]]:
    """Return the task twice in check mode and for real, then both again."""
    return [
        {**forest.object_task(f"{title} {again} {mode}", **options), "check_mode": mode == "check", "diff": True}
        for again in ("first", "again")
        for mode in MODES
    ]


def prepared(forest: Forest, name: str) -> str:
    """Return the installation ID of the forest for the test's key."""
    run = forest.play(forest.object_task("prepare", name=name, activate="never"))
    found = run.result("dc1", "prepare")
    assert (found["changed"], found["object"]) == (False, None), run.output
    assert found["installation"]["partial_product_key"] == forest.key[-5:]
    return str(found["installation"]["installation_id"])


def assert_stage(run: Run, title: str, target: str) -> dict[str, Any]:
    """Check a stage's four results against each other and return that of the work."""
    foretold, done = (run.result("dc1", f"{title} first {mode}") for mode in MODES)
    assert (foretold["changed"], done["changed"]) == (True, True), run.output
    assert (foretold["diff"], foretold["steps"]) == (done["diff"], done["steps"])
    assert [step["target"] for step in done["steps"]] == [target]
    for mode in MODES:
        again = run.result("dc1", f"{title} again {mode}")
        assert (again["changed"], again["steps"], again["object"]) == (False, [], done["object"])
        assert again["diff"] == {"before": "", "after": ""}
    return done


def test_twelve_cases(serve: Serve, samba: DomainController, forest_objects: ForestObjects) -> None:
    forest = forest_of(serve, samba, forest_objects)
    name, partial = forest_objects.name("Ümlaut, (Corp)"), forest.key[-5:]
    dn, ledger = forest_objects.dn(name), str(forest.ground.folder / "ledger.sqlite")
    confirmation = confirmation_id(prepared(forest, name))
    run = forest.play(
        *modes(forest, "create", name=name),
        *modes(forest, "remove", state="absent", dn=dn),
        *modes(forest, "offline", name=name, activate="offline", confirmation_id=confirmation, ledger=ledger),
    )
    assert run.code == 0, run.output
    created = assert_stage(run, "create", f"{name}, key {partial}")
    assert (created["object"]["dn"], created["object"]["name"]) == (dn, name)
    foretold = run.result("dc1", "create first check")["object"]
    assert (foretold["dn"], foretold["partial_product_key"]) == (dn, partial)
    removed = assert_stage(run, "remove", "(none)")
    assert removed["diff"]["before"] == f"activation_object: {name}, key {partial}\n"
    assert_stage(run, "offline", f"{name}, key {partial}")
    # What check mode and the second runs were spared is what the machine never saw.
    assert forest.invoked() == [PREPARE, ONLINE, PREPARE, DEPOSIT]
    assert [run.result("dc1", f"{stage} again real")["requests"] for stage in ("create", "remove")] == [0, 0]
    with Ledger.open(ledger, simulated_by="tests") as opened:
        (kept,) = opened.confirmations()
    assert (kept.confirmation_id, kept.partial, kept.source, kept.uses) == (confirmation, partial, "telephone", 1)


def test_a_stored_confirmation_id_creates_the_object_again_without_a_call(
    serve: Serve, samba: DomainController, forest_objects: ForestObjects
) -> None:
    forest = forest_of(serve, samba, forest_objects)
    name = forest_objects.name("Phone")
    offline = {"name": name, "activate": "offline", "ledger": str(forest.ground.folder / "ledger.sqlite")}
    installation = prepared(forest, name)
    run = forest.play(
        forest.object_task("without", **offline),
        forest.object_task("wrong", **offline, confirmation_id="1" * 48),
        forest.object_task("given", **offline, confirmation_id=confirmation_id(installation)),
        forest.object_task("removed", state="absent", name=name),
        forest.object_task("stored", **offline),
    )
    without = run.result("dc1", "without")
    assert (without["code"], without["refused"]) == ("confirmation_id_needed", True)
    assert without["installation"]["installation_id"] == installation
    assert run.result("dc1", "wrong")["code"] == "0xC004F04D"
    assert run.result("dc1", "given")["changed"], run.output
    assert run.result("dc1", "removed")["changed"]
    assert run.result("dc1", "stored")["object"]["dn"] == forest_objects.dn(name), run.output
    assert forest.held() == [forest_objects.dn(name)]


def test_a_name_that_windows_chooses_is_found_by_the_key(
    serve: Serve, samba: DomainController, forest_objects: ForestObjects
) -> None:
    forest = forest_of(serve, samba, forest_objects)
    run = forest.play(forest.object_task("create"), forest.object_task("again"))
    created, again = run.result("dc1", "create"), run.result("dc1", "again")
    forest_objects.names.append(created["object"]["name"])
    assert (created["changed"], again["changed"]) == (True, False), run.output
    assert again["object"] == created["object"]
    assert forest.invoked() == [ONLINE]


REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "long": ("dc1", {"name": "A" * 41}, "name_too_long"),
    "blank": ("dc1", {"name": " Corp"}, "bad_name"),
    "client key": ("dc1", {"product_key": "VDYBN-27WPP-V4HQT-9VMD4-VMK7H"}, "kms_client_key"),
    "malformed key": ("dc1", {"product_key": "not-a-key"}, "malformed_key"),
    "other name": ("dc1", {"name": "Elsewhere"}, "key_under_other_name"),
    "taken": ("dc1", {"name": "{{ taken }}", "product_key": "{{ other_key }}"}, "name_taken"),
    "second hop": ("member", {"product_key": "{{ other_key }}"}, "second_hop"),
    "ordinary user": ("weak", {"product_key": "{{ other_key }}"}, "access_denied"),
    "workgroup": ("alone", {"product_key": "{{ other_key }}"}, "directory_login_missing"),
    "workgroup with a login": ("alone", {"product_key": "{{ other_key }}", "login": True}, "not_a_domain_member"),
    "other forest": ("foreign", {"product_key": "{{ other_key }}", "login": True}, "other_forest"),
    "bad dn": ("dc1", {"state": "absent", "dn": "Corp"}, "bad_option"),
    "dn to create": ("dc1", {"dn": "CN=Corp"}, "bad_option"),
    "bad confirmation": ("dc1", {"activate": "offline", "confirmation_id": "12"}, "bad_confirmation_id"),
}


@pytest.fixture
def refusing(serve: Serve, samba: DomainController, forest_objects: ForestObjects) -> Forest:
    """A forest with one object, and machines that may not or cannot create another."""
    ordinary = {"username": samba.user, "password": samba.user_password}
    administrator = {"username": samba.administrator, "password": samba.password}
    forest = forest_of(
        serve,
        samba,
        forest_objects,
        member={"system": SERVER, "credentials": administrator},
        weak={"system": SERVER, "domain_role": "domain_controller", "credentials": ordinary},
        alone={"system": SERVER, "domain_role": "workgroup"},
        foreign={"system": SERVER, "domain": "corp.other"},
        unused=CLIENT,
    )
    forest_objects.add(msSPP_CSVLKPartialProductKey=forest.key[-5:])
    return forest


def test_what_is_refused_is_named_in_check_mode_too_and_reaches_no_machine(refusing: Forest) -> None:
    forest, other = refusing, "HHHHH-JJJJJ-KKKKK-MMMMM-" + refusing.key[:-6:-1]
    login = {"bind_user": forest.samba.administrator, "bind_password": forest.samba.password}
    tasks = []
    for title, (host, given, _code) in REFUSED.items():
        options = {name: value for name, value in given.items() if name != "login"}
        for mode in MODES:
            one = forest.object_task(f"{title} {mode}", **options, **(login if "login" in given else {}))
            tasks.append({**one, "check_mode": mode == "check", "when": f"inventory_hostname == '{host}'"})
    run = forest.play(*tasks, variables={"taken": forest.objects.names[0], "other_key": other})
    found = {
        (title, mode): run.result(host, f"{title} {mode}")
        for title, (host, _given, _code) in REFUSED.items()
        for mode in MODES
    }
    assert {key: result.get("code") for key, result in found.items()} == {
        (title, mode): code for title, (_host, _given, code) in REFUSED.items() for mode in MODES
    }
    assert all(result["refused"] and result["remedy"] and not result["changed"] for result in found.values())
    assert {name: forest.invoked(name) for name in forest.ground.fleet.machines} == dict.fromkeys(
        forest.ground.fleet.machines, []
    )


def test_an_ambiguous_name_removes_nothing_and_a_dn_does(
    serve: Serve, samba: DomainController, forest_objects: ForestObjects
) -> None:
    forest = forest_of(serve, samba, forest_objects)
    partial = {"msSPP_CSVLKPartialProductKey": forest.key[-5:]}
    name = forest_objects.name("Twin")
    forest_objects.add(name, **partial)
    second = forest_objects.add(displayName=name, **partial)
    run = forest.play(
        forest.object_task("by name", state="absent", name=name),
        forest.object_task("by a part", state="absent", name=name[:-1]),
        forest.object_task("by dn", state="absent", dn=second.replace("CN=Activation", "cn = ACTIVATION")),
        forest.object_task("by name again", state="absent", name=name),
        {**task("adba_object_info", **forest.options, name=name), "name": "left"},
    )
    assert run.result("dc1", "by name")["code"] == "ambiguous_name"
    assert second in run.result("dc1", "by name")["remedy"]
    assert not run.result("dc1", "by a part")["changed"]
    assert run.result("dc1", "by dn")["changed"], run.output
    assert run.result("dc1", "by name again")["changed"]
    assert run.result("dc1", "left")["objects"] == []
    assert forest.invoked() == []
