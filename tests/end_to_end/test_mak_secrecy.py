# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No MAK, no password of the ledger and none of the proxy: in output, results, files, the database, or an argument."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.volume.activation.tests.postgres import GUARDED_PASSWORD

from .playbook_runs import Playground, Run, task
from .secret_search import leaks, leaks_in_bytes, watched_arguments

Serve = Callable[..., Playground]

PASSWORD = "correct-Horse-battery-72"
PROXY_PASSWORD = "wrong-Zebra-capacitor-73"
MAK = "BBBBB-CCCCC-DDDDD-FFFFF-GGGGG"
USED_UP = "BBBBB-CCCCC-DDDDD-FFFFF-HHHHH"
UNKNOWN_KEY = "BCDFG-BCDFG-BCDFG-BCDFG-BCDFG"
MALFORMED_KEY = "THIS-IS-NO-KEY-AT-ALL-SECRET"
SECRETS = (PASSWORD, PROXY_PASSWORD, GUARDED_PASSWORD, MAK, USED_UP, UNKNOWN_KEY, MALFORMED_KEY)

SERVER = {"system": "server_2022_standard", "channel": "kms_client", "status": "notification"}
MACHINES: dict[str, dict[str, Any]] = {
    "online": SERVER,
    "isolated": {**SERVER, "internet": False},
    "broken": {**SERVER, "faults": [{"on": "Activate", "do": "drop_before", "times": 0}]},
    "reserved": {**SERVER, "faults": [{"on": "InstallProductKey", "do": "drop_before", "times": 0}]},
}
WORLD = {"microsoft": {"maks": {"made up": {"key": MAK, "remaining": 9}, "used up": {"key": USED_UP, "remaining": 0}}}}


def _mak(**options: Any) -> dict[str, Any]:
    given = {"product_key": "{{ mak }}", "pool": "p", "service": "{{ service }}", "wait_seconds": 0, "retries": 0}
    return task("mak", **{**given, **options})


def _on_machines() -> list[dict[str, Any]]:
    """Return what every machine meets, well and badly; nobody hides anything with no_log."""
    return [
        _mak(activate="never", pool="{{ omit }}"),
        _mak(product_key="{{ malformed_key }}"),
        _mak(product_key="{{ unknown_key }}"),
        _mak(product_key=" {{ mak | lower }} ", pool="nowhere"),
        _mak(product_key="{{ used_up }}", pool="q"),
        _mak(products="{{ unknown_key }}"),
        _mak(confirmation_id="{{ unknown_key }}"),
        _mak(pool="{{ mak }}"),
        _mak(activate="{{ mak }}"),
        _mak(activate="proxy", service="{{ behind_proxy }}"),
        _mak(activate="proxy", service="{{ login_in_url }}"),
        _mak(justification="for {{ mak }}"),
        _mak(activate="{{ 'proxy' if inventory_hostname == 'isolated' else 'online' }}", justification="for a reason"),
        _mak(),
        _mak(ledger="{{ closed_ledger }}", ledger_password="{{ ledger_secret }}"),
        _mak(ledger="{{ ledger_with_password }}"),
        {**_mak(activate="never", pool="{{ omit }}"), "register": "prepared"},
        task("mak_reconcile"),
        task("mak_reconcile", assume="unspent", quiet_seconds=0),
    ]


def _on_controller() -> list[dict[str, Any]]:
    """Return what is done once, after the machines."""
    prepared = "groups.all | map('extract', hostvars, 'prepared') | selectattr('installation', 'defined')"
    wanted = f"{{{{ {prepared} | map(attribute='installation') | select | list }}}}"
    asked = {"requests": wanted, "pool": "p"}
    file = "{{ playbook_dir }}/exchange.json"
    tasks = [
        task("mak_pool", name="p", limit=7, product_key="{{ malformed_key }}"),
        task("mak_pool", name="{{ mak }}", limit=1, product_key="{{ unknown_key }}"),
        task("mak_count_info", pool="p", service="{{ service }}"),
        task("mak_count_info", pool="p", service="{{ behind_proxy }}"),
        task("mak_count_info", extended_pid="{{ mak }}", service="{{ service }}"),
        task("confirmation_id", **asked, product_key="{{ used_up }}", service="{{ service }}"),
        task("confirmation_id", **asked, service="{{ behind_proxy }}"),
        task("confirmation_id", requests=[{"installation_id": "{{ mak }}"}], pool="p", service="{{ service }}"),
        task("mak_exchange", step="export", path=file, **asked, justification="for {{ mak }}"),
        task("mak_exchange", step="export", path=file, **asked, product_key="{{ mak }}"),
        task("mak_exchange", step="answer", path=file, service="{{ behind_proxy }}"),
        task("mak_exchange", step="answer", path=file, service="{{ service }}"),
        task("mak_exchange", step="import", path=file),
        task("mak_exchange", step="import", path="{{ playbook_dir }}/{{ mak }}"),
        task("mak_exchange", step="sheet", path=file, sheet_path="{{ playbook_dir }}/sheet.html"),
        task("confirmation_id", **asked, service="{{ service }}"),
        task("mak_ledger_info", entries=True, confirmations=True),
        task("mak_ledger_info", pool="{{ mak }}"),
        task("mak_ledger_info", ledger="{{ closed_ledger }}", ledger_password="{{ ledger_secret }}"),
        task("mak_ledger_info", ledger="{{ ledger_with_password }}"),
    ]
    return [{**item, "run_once": True} for item in tasks]


def _tasks() -> list[dict[str, Any]]:
    before = [
        {**task("mak_pool", name="p", limit=9, description="for {{ mak }}"), "run_once": True},
        {**task("mak_pool", name="p", limit=9, product_key="{{ mak }}"), "run_once": True},
        {**task("mak_pool", name="q", limit=9), "run_once": True},
    ]
    # The pools are there in check mode as well, or there would be nothing to look at.
    before = [{**item, "check_mode": False} for item in before]
    return [{**item, "ignore_errors": True} for item in (*before, *_on_machines(), *_on_controller())]


def _variables(ground: Playground) -> dict[str, Any]:
    service = {"url": ground.server.microsoft_urls["microsoft"], "ca_path": str(ground.server.ca_file), "retries": 0}
    login = {"proxy_username": "somebody", "proxy_password": "{{ proxy_secret }}"}
    return {
        "service": service,
        "behind_proxy": {**service, "proxy": "http://127.0.0.1:1", **login},
        "login_in_url": {**service, "proxy": "http://somebody:{{ proxy_secret }}@127.0.0.1:1"},
        "closed_ledger": "postgresql+psycopg://somebody@127.0.0.1:1/none",
        "ledger_with_password": "postgresql+psycopg://somebody:{{ ledger_secret }}@127.0.0.1:1/none",
    }


def _secrets(folder: Path) -> Path:
    given = {
        "mak": MAK,
        "used_up": USED_UP,
        "unknown_key": UNKNOWN_KEY,
        "malformed_key": MALFORMED_KEY,
        "ledger_secret": GUARDED_PASSWORD,
        "proxy_secret": PROXY_PASSWORD,
    }
    path = folder / "secrets.yml"
    path.write_text(yaml.safe_dump(given), encoding="utf-8")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """The options of a ledger that works: a file, or a server that wants a password."""
    if request.param == "sqlite":
        return {"ledger": str(tmp_path / "ledger.sqlite")}
    return {"ledger": request.getfixturevalue("guarded_postgres_url"), "ledger_password": "{{ ledger_secret }}"}


@pytest.mark.parametrize("arguments", [("--diff",), ("--check", "--diff")], ids=["real", "check"])
def test_nothing_secret_is_seen_anywhere(
    serve: Serve, tmp_path: Path, ledger: dict[str, str], arguments: tuple[str, ...]
) -> None:
    login = {"credentials": {"username": "admin", "password": PASSWORD}}
    ground = serve({name: {**machine, **login} for name, machine in MACHINES.items()}, world=WORLD)
    secrets = _secrets(tmp_path)
    log = tmp_path / "ansible.log"

    with watched_arguments() as commands:
        run = ground.play(
            *_tasks(),
            play={"module_defaults": {"group/volume.activation.mak": ledger}},
            variables=_variables(ground),
            arguments=("-vvvvv", *arguments, "-e", f"@{secrets}"),
            environment={"ANSIBLE_LOG_PATH": str(log), "ANSIBLE_KEEP_REMOTE_FILES": "1"},
        )

    _assert_it_was_worth_looking(run, check="--check" in arguments)
    assert log.stat().st_size > 10_000
    assert leaks(run.output, SECRETS) == []
    assert leaks("\n".join(commands), SECRETS) == []
    given = {secrets, tmp_path / "inventory.yml"}
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path not in given]
    assert {str(path): leaks_in_bytes(path.read_bytes(), SECRETS) for path in written} == {
        str(path): [] for path in written
    }
    if "ledger_password" in ledger:
        assert leaks_in_bytes(_dumped(ledger["ledger"]), SECRETS) == []
    elif "--check" not in arguments:
        assert {"ledger.sqlite", "exchange.json", "sheet.html"} <= {path.name for path in written}


def _assert_it_was_worth_looking(run: Run, *, check: bool) -> None:
    """Every module has succeeded somewhere and failed somewhere, and something was really written."""
    outcomes: dict[str, set[bool]] = {}
    for row in run.results:
        outcomes.setdefault(row["task"].rpartition(" ")[2], set()).add(row["outcome"] == "ok")
    modules = {"mak", "mak_pool", "mak_ledger_info", "confirmation_id", "mak_count_info", "mak_exchange"}
    # In check mode no key is installed, so there is nothing to ask for and nothing to answer.
    both = {"mak", "mak_pool", "mak_ledger_info"} if check else modules
    assert {name: outcomes[name] for name in both} == {name: {True, False} for name in both}, run.output
    assert modules | {"mak_reconcile"} <= set(outcomes)
    assert any(MAK[-5:] in str(row["result"]) for row in run.results), "the last five are what may be seen"
    reached = {row["result"].get("code") for row in run.results}
    assert {"ledger_unreachable", "password_in_url", "malformed_key", "unknown_pool"} <= reached


def _dumped(url: str) -> bytes:
    """Return every row of every table."""
    import psycopg
    from psycopg import sql

    administrator = url.replace("+psycopg", "").replace("//guarded@", "//postgres@")
    with psycopg.connect(administrator) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        assert len(names) >= 3
        rows = [
            connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(name))).fetchall() for (name,) in names
        ]
    return repr(rows).encode()


@pytest.mark.parametrize("around", ["", "x", "xy", "xyz"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_a_key_is_found_in_bytes_however_it_is_written(around: str, encoding: str) -> None:
    for text in (MAK, MAK.replace("-", ""), MAK.lower()):
        data = f"{around}{text}{around}".encode(encoding)
        assert leaks_in_bytes(b"..." + data + b"...", SECRETS) == [MAK]
        if text != MAK.lower():
            assert leaks_in_bytes(base64.b64encode(data), SECRETS) == [MAK]
    assert leaks_in_bytes(b"nothing of the kind GGGGG", SECRETS) == []
