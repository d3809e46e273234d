# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No key and no password is seen in anything that tasks about activation objects say, write or start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.catalog.offline_ids import confirmation_id
from ansible_collections.volume.activation.tests.samba_controller import DomainController, ForestObjects

from .playbook_runs import task
from .samba_fleet import Forest, Serve, forest_of
from .secret_search import leaks, leaks_in_bytes, watched_arguments

MALFORMED_KEY = "THIS-IS-NO-KEY-AT-ALL-SECRET"
WRONG_PASSWORD = "Never-seen-9-password"


def secret_tasks(forest: Forest, name: str) -> list[dict[str, Any]]:
    """Return tasks that succeed and tasks that fail, with secrets in all of them and no_log in none."""
    reached = forest.options
    login = {"bind_user": forest.samba.administrator, "bind_password": "{{ ldap_password }}"}
    wrong = {"bind_user": forest.samba.administrator, "bind_password": "{{ wrong_password }}"}
    ledger = {"ledger": str(forest.ground.folder / "ledger.sqlite")}
    made = {"product_key": "{{ host_key }}", "name": name, "wait_seconds": 0, **reached}
    tasks = [
        task("adba_object", **made, activate="never"),
        task("adba_object", **made, activate="offline", **ledger),
        task("adba_object", **made),
        task("adba_object", **made, **login),
        task("adba_object", **made, **wrong),
        task("adba_object", **{**made, "product_key": "{{ malformed_key }}"}),
        task("adba_object", **{**made, "name": "{{ host_key }}"}),
        task("adba_object", **{**made, "state": "{{ host_key }}"}),
        task("adba_object", **made, activate="offline", confirmation_id="{{ host_key }}", **ledger),
        task("adba_object_info", **reached, **login),
        task("adba_object_info", **reached, **wrong),
        task("adba_object_info", **reached, **{**login, "security": "{{ ldap_password }}"}),
        task("adba_object_info", **reached, **login, name="{{ ldap_password }}"),
        {**task("adba_object_info", **reached, **login), "delegate_to": "localhost"},
        # Core carries the options to the host there, in a file that is gone afterwards.
        forest.elsewhere("elsewhere", **login),
        forest.elsewhere("elsewhere in vain", **wrong),
        task("adba_object", state="absent", name=name, **reached, **wrong),
        task("adba_object", state="absent", name=name, **reached, **login),
        task("adba_object", **made, activate="offline", confirmation_id="{{ confirmation }}", **ledger),
    ]
    return [{**one, "ignore_errors": True} for one in tasks]


@pytest.mark.parametrize("arguments", [("--diff",), ("--check", "--diff")], ids=["real", "check"])
def test_nothing_secret_is_seen_anywhere(
    serve: Serve, samba: DomainController, forest_objects: ForestObjects, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    forest = forest_of(serve, samba, forest_objects)
    name = forest_objects.name("Secret")
    prepared = forest.play(forest.object_task("prepare", name=name, activate="never"), play={"hosts": "dc1"})
    confirmation = confirmation_id(prepared.result("dc1")["installation"]["installation_id"])
    secrets = {
        "host_key": forest.key,
        "malformed_key": MALFORMED_KEY,
        "ldap_password": samba.password,
        "wrong_password": WRONG_PASSWORD,
    }
    vault = tmp_path / "vault"
    vault.mkdir()
    (vault / "secrets.yml").write_text(yaml.safe_dump({**secrets, "confirmation": confirmation}))
    log = tmp_path / "ansible.log"

    with watched_arguments() as commands:
        run = forest.play(
            *secret_tasks(forest, name),
            play={"hosts": "dc1"},
            arguments=("-vvvvv", *arguments, "-e", f"@{vault / 'secrets.yml'}"),
            environment={"ANSIBLE_LOG_PATH": str(log)},
        )

    assert len([row for row in run.results if row["outcome"] == "failed"]) >= 6, run.output
    assert any(forest.key[-5:] in str(row["result"]) for row in run.results), "the last five are what may be seen"
    assert run.result("dc1", "elsewhere")["forest"]["server"] == samba.host, run.output
    assert log.stat().st_size > 10_000
    hidden = list(secrets.values())
    assert leaks(run.output, hidden) == []
    assert leaks(str(run.results), hidden) == []
    assert leaks("\n".join(commands), hidden) == []
    for path in _written(tmp_path, vault):
        assert leaks_in_bytes(path.read_bytes(), hidden) == [], path


def _written(folder: Path, vault: Path) -> list[Path]:
    """Return every file that the run has left, but those that the test gave it."""
    given = {"inventory.yml"}
    return [
        path for path in folder.rglob("*") if path.is_file() and vault not in path.parents and path.name not in given
    ]
