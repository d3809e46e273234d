# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""mak_pool through `ansible-playbook`: create, again, modify, again, remove, again; each in check mode and for real."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from ansible_collections.volume.activation.plugins.plugin_utils._ledger import (
    Demand,
    EntryState,
    Ledger,
    MachineIdentity,
    Method,
    PoolWish,
)
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import ProductKey

from .playbook_runs import Run, run_ansible, task

KEY = "BBBBB-CCCCC-DDDDD-FFFFF-GGGGG"
OTHER_KEY = "BBBBB-CCCCC-DDDDD-FFFFF-HHHHH"

# What each stage asks for, and the settings that then differ.
STAGES: list[tuple[str, dict[str, Any], list[str]]] = [
    (
        "create",
        {"limit": 5, "description": "the lab"},
        ["ledger", "pool", "limit", "reserve", "product_key", "description", "stopped"],
    ),
    ("modify", {"limit": 7, "reserve": 2, "product_key": KEY}, ["limit", "reserve", "product_key"]),
    ("remove", {"state": "absent"}, ["pool", "limit", "reserve", "product_key", "description", "stopped"]),
]
# Against a pool of three of which two are spent, and which is bound to the key.
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"name": "used", "limit": 1}, "limit_below_spent"),
    ({"name": "used", "reserve": 4}, "reserve_above_limit"),
    ({"name": "used", "state": "absent"}, "pool_in_use"),
    ({"name": "used", "product_key": OTHER_KEY}, "pool_of_another_key"),
    ({"name": "new"}, "bad_limit"),
]


def play(folder: Path, tree: Path, tasks: list[dict[str, Any]], *arguments: str, **environment: str) -> Run:
    """Run a play of these tasks on the controller."""
    path = folder / "playbook.yml"
    whole = {"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks}
    path.write_text(yaml.safe_dump([whole], sort_keys=False), encoding="utf-8")
    return run_ansible(folder, tree, "-i", "localhost,", str(path), *arguments, environment=environment)


def pool_task(title: str, mode: str, **options: Any) -> dict[str, Any]:
    """Return a task that can fail without ending the play."""
    more = {"name": f"{title} {mode}", "check_mode": mode == "check", "diff": True, "ignore_errors": True}
    return {**task("mak_pool", **options), **more}


def test_twelve_cases(tmp_path: Path, collections_path: Path) -> None:
    tasks = [
        pool_task(f"{stage} {again}", mode, name="lab", **options)
        for stage, options, _settings in STAGES
        for again in ("first", "again")
        for mode in ("check", "real")
    ]
    place = tmp_path / "ledger.sqlite"
    run = play(tmp_path, collections_path, tasks, VOLUME_ACTIVATION_LEDGER=str(place))
    assert run.code == 0, run.output
    for mode in ("check", "real"):
        found = run.result("localhost", f"create first {mode}")
        assert (found["created"], found["ledger"]) == (True, str(place))
    for stage, _options, settings in STAGES:
        predicted, done = (run.result("localhost", f"{stage} first {mode}") for mode in ("check", "real"))
        assert predicted["changed"] and done["changed"]
        assert (predicted["pool"], predicted["diff"]) == (done["pool"], done["diff"])
        lines = (done["diff"]["after"] or done["diff"]["before"]).splitlines()
        assert [line.split(":")[0] for line in lines] == settings
        for mode in ("check", "real"):
            again = run.result("localhost", f"{stage} again {mode}")
            assert (again["changed"], again["pool"]) == (False, done["pool"])
            assert again["diff"] == {"before": "", "after": ""}
    # For its owner only.
    assert place.stat().st_mode & 0o077 == 0
    assert KEY not in run.output + str(run.results)
    assert KEY.encode() not in place.read_bytes()


def test_what_is_refused_in_check_mode_too(tmp_path: Path, collections_path: Path) -> None:
    place = tmp_path / "ledger.sqlite"
    key = ProductKey(KEY)
    with Ledger.open(str(place)) as ledger:
        ledger.declare(PoolWish(name="used", limit=3, fingerprint=key.fingerprint, partial=key.partial))
        for number in range(2):
            demand = Demand(
                pool="used",
                key_fingerprint=key.fingerprint,
                partial=key.partial,
                machine=MachineIdentity(name=f"pc{number}", bios_uuid=f"HARDWARE-{number}"),
                product_id="id-windows",
                method=Method.ONLINE,
                reason="first_activation",
            )
            ledger.settle(ledger.reserve(demand).entry.id, EntryState.CONFIRMED)
        before = ledger.pools()
    tasks = [
        pool_task(f"case {number}", mode, ledger=str(place), **options)
        for number, (options, _code) in enumerate(REFUSED)
        for mode in ("check", "real")
    ]
    told = {**task("mak_ledger_info", ledger=str(place), entries=True), "name": "told"}
    run = play(tmp_path, collections_path, [*tasks, told], "-vvvvv")
    for number, (_options, code) in enumerate(REFUSED):
        for mode in ("check", "real"):
            found = run.result("localhost", f"case {number} {mode}")
            assert (found["code"], found["refused"], found["changed"]) == (code, True, False)
            assert found["msg"] and found["remedy"]
    (pool,) = run.result("localhost", "told")["pools"]
    assert (pool["limit"], pool["spent"], pool["left"]) == (3, 2, 1)
    with Ledger.open(str(place)) as ledger:
        assert ledger.pools() == before
    assert KEY not in run.output
    assert OTHER_KEY not in run.output


def test_a_whole_play_in_check_mode_makes_no_file(tmp_path: Path, collections_path: Path) -> None:
    place = tmp_path / "mak" / "ledger.sqlite"
    tasks = [task("mak_pool", name="lab", limit=5, ledger=str(place))]
    run = play(tmp_path, collections_path, tasks, "--check", "--diff")
    assert run.code == 0, run.output
    assert run.result("localhost")["changed"]
    assert "+limit: 5" in run.output
    assert not place.parent.exists()


def test_a_job_does_not_begin_a_budget_that_is_lost_with_it(tmp_path: Path, collections_path: Path) -> None:
    ways: tuple[dict[str, Any], ...] = ({}, {"ledger": str(tmp_path / "ledger.sqlite")})
    tasks = [
        pool_task(f"way {number}", mode, name="lab", limit=2, **options)
        for number, options in enumerate(ways)
        for mode in ("check", "real")
    ]
    run = play(tmp_path, collections_path, tasks, AWX_HOST="https://awx.corp.example", JOB_ID="41")
    for mode in ("check", "real"):
        refused = run.result("localhost", f"way 0 {mode}")
        assert (refused["code"], refused["refused"], refused["changed"]) == ("disposable_ledger", True, False)
        assert "VOLUME_ACTIVATION_LEDGER" in refused["remedy"]
        assert run.result("localhost", f"way 1 {mode}")["created"]
    assert not (tmp_path / ".ansible" / "volume_activation").exists()
