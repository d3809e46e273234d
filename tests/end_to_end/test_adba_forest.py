# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook adba_forest on a real directory: the inventory's objects come about, and nobody is told a key."""

from __future__ import annotations

from typing import Any

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.catalog.offline_ids import confirmation_id
from ansible_collections.volume.activation.tests.samba_controller import DomainController, ForestObjects

from .playbook_runs import Run
from .samba_fleet import DEPOSIT, ONLINE, PREPARE, Forest, Serve, forest_of

PLAYBOOK = "volume.activation.adba_forest"
THROUGH = ("-e", "adba_forest_hosts=dc1")
UNKNOWN = "HHHHH-JJJJJ-KKKKK-MMMMM-QQQQQ"


def _run(forest: Forest, objects: list[dict[str, Any]], *arguments: str) -> Run:
    variables = {
        "adba_forest_objects": objects,
        "adba_forest_ledger": str(forest.ground.folder / "ledger.sqlite"),
        "adba_ldap": forest.options,
    }
    environment = forest.samba.environment()
    run = forest.ground.run(PLAYBOOK, variables=variables, arguments=(*THROUGH, *arguments), environment=environment)
    # What is looped over is printed, and so it must not have the key.
    assert forest.key not in run.output and forest.key not in str(run.results)
    return run


def _done(run: Run) -> list[dict[str, Any]]:
    return list(run.result("dc1", "Bring the activation objects about")["results"])


def _lines(run: Run) -> str:
    return "\n".join(run.result("dc1", "Tell which objects the forest has")["msg"])


def test_the_forest_gets_the_objects_of_the_inventory_and_a_second_run_changes_nothing(
    serve: Serve, samba: DomainController, forest_objects: ForestObjects
) -> None:
    forest = forest_of(serve, samba, forest_objects)
    name, old = forest_objects.name("Corp"), forest_objects.name("Old")
    forest_objects.add(old)
    wished = [{"name": name, "product_key": forest.key}, {"name": old, "state": "absent"}]

    foretold = _run(forest, wished, "--check", "-vvvvv")
    assert foretold.code == 0, foretold.output
    assert [row["changed"] for row in _done(foretold)] == [True, True]
    assert forest.invoked() == [] and forest.held() == []

    done = _run(forest, wished, "-vvvvv")
    assert done.code == 0, done.output
    assert [row["changed"] for row in _done(done)] == [True, True]
    assert forest.held() == [forest_objects.dn(name)]
    assert f"{name}: key {forest.key[-5:]}" in _lines(done) and old not in _lines(done)

    again = _run(forest, wished)
    assert again.code == 0, again.output
    assert [row["changed"] for row in _done(again)] == [False, False]
    assert forest.invoked() == [ONLINE]


def test_an_object_goes_by_telephone_in_two_runs(
    serve: Serve, samba: DomainController, forest_objects: ForestObjects
) -> None:
    forest = forest_of(serve, samba, forest_objects)
    wished = {"name": forest_objects.name("Phone"), "product_key": forest.key, "activate": "offline"}
    first = _run(forest, [wished])
    assert first.code != 0
    (told,) = _done(first)
    installation = told["installation"]["installation_id"]
    assert told["code"] == "confirmation_id_needed" and f"installation ID {installation}" in _lines(first)

    second = _run(forest, [{**wished, "confirmation_id": confirmation_id(installation)}])
    assert second.code == 0, second.output
    assert forest.held() == [forest_objects.dn(wished["name"])]
    assert forest.invoked() == [PREPARE, PREPARE, DEPOSIT]


def test_an_object_that_fails_holds_up_no_other_one(
    serve: Serve, samba: DomainController, forest_objects: ForestObjects
) -> None:
    forest = forest_of(serve, samba, forest_objects)
    name, bad = forest_objects.name("Corp"), forest_objects.name("Bad")
    run = _run(forest, [{"name": bad, "product_key": UNKNOWN}, {"name": name, "product_key": forest.key}], "-vvvvv")
    assert run.code != 0
    assert forest.held() == [forest_objects.dn(name)]
    assert f"{bad} is not as wished" in _lines(run)
    assert UNKNOWN not in run.output
