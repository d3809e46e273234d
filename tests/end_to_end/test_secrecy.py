# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No key and no password in any output, file or process argument, however loud the run and however it ends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from .playbook_runs import Playground, task
from .secret_search import leaks, watched_arguments

Serve = Callable[..., Playground]

PASSWORD = "correct-Horse-battery-71"
MAK = "BBBBB-CCCCC-DDDDD-FFFFF-GGGGG"
UNKNOWN_KEY = "BCDFG-BCDFG-BCDFG-BCDFG-BCDFG"
OWN_KEY = "HHHHH-JJJJJ-KKKKK-MMMMM-PPPPP"
MALFORMED_KEY = "THIS-IS-NO-KEY-AT-ALL-SECRET"
SECRETS = (PASSWORD, MAK, UNKNOWN_KEY, OWN_KEY, MALFORMED_KEY)

MACHINES: dict[str, dict[str, object]] = {
    "srv": {"system": "server_2022_datacenter", "channel": "retail", "status": "notification"},
    "home": {"system": "windows_11_home", "channel": "oem", "status": "notification"},
    "broken": {
        "system": "server_2022_datacenter",
        "faults": [{"on": "InstallProductKey", "do": "drop_before", "times": 0}],
    },
}
WORLD = {"microsoft": {"maks": {"made up": {"key": MAK, "remaining": 5}}}}
WAYS = [("winrm", "basic", "https"), ("winrm", "ntlm", "http"), ("psrp", "ntlm", "http"), ("psrp", "basic", "https")]


def _tasks() -> list[dict]:
    """Return tasks that succeed and tasks that fail, every module among them; nobody hides anything with no_log."""
    tasks = [
        task("license_info", installation_ids=True, products="all"),
        task("product_key", product_key="{{ mak }}"),
        task("product_key", product_key="{{ mak }}", partial_product_key="XXXXX"),
        task("product_key", product_key="{{ unknown_key }}"),
        task("product_key", product_key="{{ malformed_key }}"),
        task("product_key", product_key="{{ mak }}", state="absent"),
        task("product_key", product_key="{{ mak }}", state="{{ unknown_key }}"),
        task(
            "kms_client",
            kms_host="kms.corp.example",
            replace_licensed=True,
            extra_gvlks=[{"edition_id": "Core", "product_key": "{{ own_key }}"}],
        ),
        task("kms_client", extra_gvlks=[{"edition_id": "Core", "product_key": "{{ malformed_key }}"}]),
        task("kms_client", extra_gvlks=[{"edition_id": "Core", "product_key": "{{ own_key }}", "bild": 1}]),
        *_adba_tasks(),
        task("activate", force=True),
        task("activate", activation_id="{{ unknown_key }}"),
        {
            "name": "simulated_fleet",
            "delegate_to": "localhost",
            "run_once": True,
            "vars": {"ansible_connection": "local"},
            "volume.activation.simulated_fleet": {
                "state": "started",
                "directory": "{{ playbook_dir }}/fleet",
                "machines": {
                    "one": {
                        "system": "windows_10_pro",
                        "channel": "mak",
                        "product_key": "{{ mak }}",
                        "credentials": {"username": "somebody", "password": "{{ ansible_password }}"},
                    }
                },
            },
        },
        {
            "name": "simulated_fleet",
            "delegate_to": "localhost",
            "run_once": True,
            "vars": {"ansible_connection": "local"},
            "volume.activation.simulated_fleet": {"state": "stopped", "directory": "{{ playbook_dir }}/fleet"},
        },
    ]
    return [{**item, "ignore_errors": True} for item in tasks]


def _adba_tasks() -> list[dict]:
    """Return tasks of adba_client: one that succeeds, and those that are refused for what they are given."""
    return [
        task(
            "adba_client",
            activation_type="any",
            replace_licensed=True,
            extra_gvlks=[{"edition_id": "Core", "product_key": "{{ own_key }}"}],
        ),
        task("adba_client", extra_gvlks=[{"edition_id": "Core", "product_key": "{{ malformed_key }}"}]),
        task("adba_client", product_key="{{ own_key }}"),
    ]


@pytest.mark.parametrize("arguments", [("--diff",), ("--check", "--diff")], ids=["real", "check"])
@pytest.mark.parametrize("way", WAYS, ids="-".join)
def test_nothing_secret_is_seen_anywhere(serve: Serve, tmp_path: Path, way: tuple, arguments: tuple) -> None:
    connection, transport, scheme = way
    machines = {
        name: {**machine, "credentials": {"username": "admin", "password": PASSWORD}}
        for name, machine in MACHINES.items()
    }
    ground = serve(machines, world=WORLD, connection=connection, transport=transport, scheme=scheme)
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    keys = {"mak": MAK, "unknown_key": UNKNOWN_KEY, "own_key": OWN_KEY, "malformed_key": MALFORMED_KEY}
    (secrets / "keys.yml").write_text(yaml.safe_dump(keys))
    log = tmp_path / "ansible.log"

    with watched_arguments() as commands:
        run = ground.play(
            *_tasks(),
            arguments=("-vvvvv", *arguments, "-e", f"@{secrets / 'keys.yml'}"),
            environment={"ANSIBLE_LOG_PATH": str(log), "ANSIBLE_KEEP_REMOTE_FILES": "1"},
        )

    assert len([row for row in run.results if row["outcome"] == "failed"]) >= 6, run.output
    assert any(MAK[-5:] in str(row["result"]) for row in run.results), "the last five are what may be seen"
    assert log.stat().st_size > 10_000
    assert any("ansible-playbook" in line for line in commands)
    assert leaks(run.output, SECRETS) == []
    assert leaks("\n".join(commands), SECRETS) == []
    given = {secrets / "keys.yml", tmp_path / "inventory.yml"}
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path not in given]
    assert {str(path): leaks(path.read_text(errors="replace"), SECRETS) for path in written} == {
        str(path): [] for path in written
    }
    assert ground.server.counters.total().unsealed == 0
