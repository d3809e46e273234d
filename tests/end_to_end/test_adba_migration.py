# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook adba_migration: every machine is named with its path and the reason, and left as it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ansible_collections.volume.activation.tests.samba_controller import DomainController, ForestObjects

from .playbook_runs import Playground, Run, task
from .samba_fleet import Serve, forest_of

PLAYBOOK = "volume.activation.adba_migration"
DOMAIN = "corp.example"
SERVER = {"system": "server_2022_standard", "domain": DOMAIN}
AWAY = {"on": "login", "do": "refuse", "times": 0}
MACHINES: dict[str, dict[str, Any]] = {
    "by-kms": {**SERVER, "lease_days": 170, "office": [{"product": "office_2021", "lease_days": 170}]},
    "restricted": {**SERVER, "lease_days": 170, "activation_type": "kms"},
    "unlicensed": {**SERVER, "status": "notification"},
    "alone": {"system": "windows_11_pro", "domain_role": "workgroup", "lease_days": 170},
    "on-mak": {**SERVER, "channel": "mak"},
    "no-key": {**SERVER, "channel": "none"},
    "away": {**SERVER, "faults": [AWAY]},
}
WITHOUT_FOREST = {
    ("alone", "windows"): ("kms", "not_a_domain_member"),
    ("away", None): ("unknown", "unreachable"),
    ("by-kms", "windows"): ("kms", "forest_not_asked"),
    ("by-kms", "office"): ("kms", "forest_not_asked"),
    ("no-key", None): ("none", "no_product_key"),
    ("on-mak", "windows"): ("other", "not_a_volume_client"),
    ("restricted", "windows"): ("kms", "restricted_to_kms"),
    ("unlicensed", "windows"): ("none", "not_licensed"),
}


def _report(run: Run) -> dict[str, Any]:
    rows = [row["result"] for row in run.results if row["task"].endswith("Make the report")]
    assert rows, run.output
    return dict(rows[-1]["ansible_facts"]["adba_migration"])


def _told(run: Run) -> dict[tuple[str, str | None], tuple[str, str]]:
    rows = _report(run)["rows"]
    return {(row["machine"], row["application"]): (row["path"], row["why"]) for row in rows}


def test_each_machine_is_named_with_its_path_and_reason(serve: Callable[..., Playground]) -> None:
    ground = serve(MACHINES)
    reports = ground.folder / "reports"
    run = ground.run(PLAYBOOK, arguments=("-e", f"adba_migration_directory={reports}"))
    assert run.code == 0, run.output
    assert _told(run) == WITHOUT_FOREST
    # No file names a forest, and the machine that was asked has a login that no directory knows.
    assert _report(run)["summary"]["forest"]["failure"]
    written = json.loads((reports / "adba_migration.json").read_text(encoding="utf-8"))
    assert written == _report(run)
    table = (reports / "adba_migration.txt").read_text(encoding="utf-8")
    assert "on-mak" not in table
    assert all(f"{name} " in table for name in MACHINES if name != "on-mak")
    assert all(ground.fleet.machines[name].describe()["invoked"] == [] for name in MACHINES)


def test_check_mode_tells_the_same(serve: Callable[..., Playground]) -> None:
    ground = serve({name: MACHINES[name] for name in ("alone", "restricted")})
    run = ground.run(PLAYBOOK, arguments=("--check", "-e", "adba_migration_hosts=alone"))
    assert run.code == 0, run.output
    assert _told(run) == {("alone", "windows"): ("kms", "not_a_domain_member")}
    assert ground.server.counters.of("restricted").requests == 0


def test_a_fleet_of_which_no_machine_answers_is_reported_and_fails(serve: Callable[..., Playground]) -> None:
    run = serve({"away": MACHINES["away"]}).run(PLAYBOOK)
    assert run.code == 2, run.output
    assert _told(run) == {("away", None): ("unknown", "unreachable")}


def _with_forest(serve: Serve, samba: DomainController, objects: ForestObjects, *arguments: str) -> Run:
    """Activate one of three members by the forest, and let the report ask its directory."""
    kept = {"system": "server_2019_standard", "lease_days": 179}
    forest = forest_of(
        serve,
        samba,
        objects,
        covers="server_2019",
        member={"system": "server_2019_standard", "status": "notification"},
        stale={**kept, "lease_days": 100},
        restricted={**kept, "activation_type": "kms"},
        elsewhere={**kept, "domain": "else.example"},
    )
    for host, wish in (
        ("dc1", forest.object_task("create", name=objects.name("Corp"))),
        ("member", task("adba_client")),
    ):
        done = forest.play(wish, play={"hosts": host})
        assert done.code == 0 and done.result(host)["changed"], done.output
    login = {"bind_user": samba.user, "bind_password": samba.user_password}
    variables = {"adba_ldap": {**forest.options, **login}}
    return forest.ground.run(PLAYBOOK, variables=variables, arguments=arguments, environment=samba.environment())


def test_the_forest_is_asked_once_and_tells_more(
    serve: Serve, samba: DomainController, forest_objects: ForestObjects
) -> None:
    run = _with_forest(serve, samba, forest_objects, "-e", "adba_migration_hosts=all:!dc1", "-vvvvv")
    assert run.code == 0, run.output
    assert _told(run) == {
        ("elsewhere", "windows"): ("kms", "other_domain"),
        ("member", "windows"): ("ad", "by_ad"),
        ("restricted", "windows"): ("kms", "restricted_to_kms"),
        ("stale", "windows"): ("kms", "renewed_by_kms_before_the_object"),
    }
    forest = _report(run)["summary"]["forest"]
    assert (forest["asked"], forest["domains"], forest["failure"]) == (True, [samba.domain], None)
    assert samba.user_password not in run.output
    asked = [row for row in run.results if row["task"].endswith("Ask the forest for its activation objects")]
    assert len(asked) == 1
