# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No KMS host key in any output, file, ledger or process argument, however loud the run and however it ends."""

from __future__ import annotations

from pathlib import Path
from textwrap import wrap
from typing import Any

import pytest
import yaml

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.catalog.offline_ids import confirmation_id

from .mak_cases import HOST_KEY, Serve
from .playbook_runs import task
from .secret_search import leaks, watched_arguments

UNKNOWN_KEY = "HCDFG-BCDFG-BCDFG-BCDFG-BCDFG"
OFFICE_KEY = "HHHHH-JJJJJ-KKKKK-MMMMM-FFFFF"
MALFORMED_KEY = "THIS-IS-NO-HOST-KEY-AT-ALL"
PASSWORD = "correct-Horse-battery-72"
SECRETS = (HOST_KEY, UNKNOWN_KEY, OFFICE_KEY, MALFORMED_KEY, PASSWORD)
KEYS = {
    "host_key": HOST_KEY,
    "unknown_key": UNKNOWN_KEY,
    "office_key": OFFICE_KEY,
    "malformed_key": MALFORMED_KEY,
}
WORLD = {
    "microsoft": {
        "keys": {HOST_KEY: {"channel": "kms_host"}, OFFICE_KEY: {"channel": "kms_host", "edition": "office_2021"}}
    }
}
MACHINE = {
    "system": "server_2022_standard",
    "status": "notification",
    "office_host": ["office_2021"],
    "credentials": {"username": "admin", "password": PASSWORD},
}


def _tasks() -> list[dict[str, Any]]:
    both = [{"product_key": "{{ host_key }}"}, {"product_key": "{{ office_key }}", "products": "office"}]
    tasks = [
        task("kms_host", product_keys=[{"product_key": "{{ malformed_key }}"}]),
        task("kms_host", product_keys=[{"product_key": "{{ unknown_key }}"}]),
        task("kms_host", product_keys=[{"product_key": "{{ host_key }}", "prodcts": "windows"}]),
        task("kms_host", product_keys=[{"product_key": "{{ host_key }}", "products": "{{ unknown_key }}"}]),
        task("kms_host", product_keys="{{ host_key }}"),
        task("kms_host", product_keys=[{**both[0], "pool": "none"}], ledger="{{ playbook_dir }}/ledger.sqlite"),
        task("mak_pool", name="hosts", limit=6, ledger="{{ playbook_dir }}/ledger.sqlite"),
        task("kms_host", product_keys=[{**both[0], "pool": "hosts"}], ledger="{{ playbook_dir }}/ledger.sqlite"),
        task("kms_host", product_keys=both, firewall=True, port=1700),
        task("kms_host_info", clients=True),
        task("kms_host", product_keys=both, state="absent"),
        task("kms_host", state="absent"),
    ]
    return [{**item, "ignore_errors": True} for item in tasks]


@pytest.mark.parametrize("arguments", [("--diff",), ("--check", "--diff")], ids=["real", "check"])
@pytest.mark.parametrize("way", [("winrm", "ntlm", "http"), ("psrp", "basic", "https")], ids="-".join)
def test_nothing_secret_is_seen_anywhere(serve: Serve, tmp_path: Path, way: tuple, arguments: tuple) -> None:
    connection, transport, scheme = way
    ground = serve({"srv": MACHINE}, world=WORLD, connection=connection, transport=transport, scheme=scheme)
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "keys.yml").write_text(yaml.safe_dump(KEYS))
    log = tmp_path / "ansible.log"
    with watched_arguments() as commands:
        run = ground.play(
            *_tasks(),
            arguments=("-vvvvv", *arguments, "-e", f"@{secrets / 'keys.yml'}"),
            environment={"ANSIBLE_LOG_PATH": str(log)},
        )
    failed = [row["result"].get("code") for row in run.results if row["outcome"] == "failed"]
    assert len(failed) >= 6, run.output
    assert any(HOST_KEY[-5:] in str(row["result"]) for row in run.results), "the last five are what may be seen"
    assert leaks(run.output, SECRETS) == []
    assert leaks("\n".join(commands), SECRETS) == []
    given = {secrets / "keys.yml", tmp_path / "inventory.yml"}
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path not in given]
    assert {str(path): leaks(path.read_text(errors="replace"), SECRETS) for path in written} == {
        str(path): [] for path in written
    }
    assert ground.server.counters.total().unsealed == 0


def test_an_activation_from_a_pool_is_counted_once_and_a_second_host_of_the_key_too(
    serve: Serve, tmp_path: Path
) -> None:
    ground = serve({"one": MACHINE, "two": MACHINE}, world=WORLD)
    ledger = {"ledger": str(tmp_path / "ledger.sqlite")}
    keys = [
        {"product_key": HOST_KEY, "pool": "hosts"},
        {"product_key": OFFICE_KEY, "products": "office", "pool": "office hosts"},
    ]
    wish = {"product_keys": keys, "justification": "the two hosts", **ledger}
    run = ground.play(
        {**task("mak_pool", name="hosts", limit=6, **ledger), "run_once": True},
        {**task("mak_pool", name="office hosts", limit=2, **ledger), "run_once": True},
        {**task("kms_host", **wish), "name": "first"},
        {**task("kms_host", **wish), "name": "again"},
        {**task("mak_ledger_info", **ledger), "run_once": True},
    )
    assert run.code == 0, run.output
    assert [run.result(name, "again")["changed"] for name in ("one", "two")] == [False, False]
    pools = {pool["name"]: pool for pool in run.result("one", "mak_ledger_info")["pools"]}
    assert [(pools[name]["spent"], pools[name]["limit"]) for name in ("hosts", "office hosts")] == [(2, 6), (2, 2)]


def test_a_confirmation_id_is_asked_for_by_name_given_once_and_found_in_the_store_later(
    serve: Serve, tmp_path: Path
) -> None:
    ground = serve({"one": {**MACHINE, "internet": False}}, world=WORLD)
    ledger = {"ledger": str(tmp_path / "ledger.sqlite")}
    wish = {"activate": "offline", **ledger}
    key = {"product_key": HOST_KEY, "pool": "hosts"}
    asked = {**task("kms_host", **wish, product_keys=[key]), "ignore_errors": True}
    run = ground.play(task("mak_pool", name="hosts", limit=1, **ledger), asked)
    assert run.result("one")["code"] == "confirmation_id_needed"
    assert [step["action"] for step in run.result("one")["steps"]] == ["install_key"]
    primary = ground.fleet.machines["one"].describe()["primary"]
    assert "-".join(wrap(primary["installation_id"], 7)) in run.result("one")["msg"]
    row = {**key, "confirmation_id": confirmation_id(primary["installation_id"])}
    run = ground.play(
        {**task("kms_host", **wish, product_keys=[row]), "name": "given"},
        {**task("product_key", product_key=HOST_KEY, state="absent"), "name": "gone"},
        {**asked, "name": "stored"},
        {**asked, "name": "again"},
        task("mak_ledger_info", pool="hosts", **ledger),
    )
    assert run.code == 0, run.output
    assert run.result("one", "stored")["hosting"]["is_kms_host"] is True
    assert run.result("one", "again")["changed"] is False
    (pool,) = run.result("one", "mak_ledger_info")["pools"]
    assert pool["spent"] == 1
