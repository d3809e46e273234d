# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One task for a whole play: every host by its own connection, and a row for each whatever is wrong with it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret

from .playbook_runs import Playground, Run, playground, task

ALWAYS = {"times": 0}
SERVER = {"system": "server_2022_standard", "lease_days": 170}
KEY = "BBBBB-CCCCC-DDDDD-FFFFF-GGGGG"
SITE_RULES = [
    {"name": "ours", "when": {"groups": ["no_such_group"]}, "profile": "none", "why": "It is in that group."},
    {"name": "the_rest", "when": {}, "profile": "kms_default", "why": "There is nothing else here."},
]
MACHINES: dict[str, Any] = {
    "by-winrm": SERVER,
    "by-psrp": {**SERVER, "connection": "psrp"},
    "by-ntlm": {**SERVER, "scheme": "http"},
    "by-psrp-ntlm": {**SERVER, "scheme": "http", "connection": "psrp"},
    "by-template": {**SERVER, "vars": {"ansible_port": "{{ the_port }}", "the_alias": "{{ inventory_hostname }}"}},
    KEY: SERVER,
    "desktop": {"system": "windows_11_enterprise", "status": "notification"},
    "kms": {"system": "server_2022_standard", "channel": "kms_host", "vars": {"activation_profile": "none"}},
    "linux": {**SERVER, "vars": {"ansible_connection": "ssh"}},
    "local": {**SERVER, "vars": {"ansible_connection": "local"}},
    "made-up": {**SERVER, "vars": {"ansible_connection": "no_such_plugin"}},
    "misses-option": {**SERVER, "vars": {"ansible_connection": "demanding"}},
    "odd-password": {**SERVER, "vars": {"ansible_password": ["told-to-nobody"]}},
    "odd-ticket": {**SERVER, "vars": {"ansible_winrm_transport": "kerberos", "ansible_winrm_kinit_args": "it's"}},
    "odd-template": {**SERVER, "vars": {"ansible_port": "{{ 1 // 0 }}", "activation_profile": "{{ 1 // 0 }}"}},
    "odd-port": {**SERVER, "vars": {"ansible_port": "many"}},
    "off": {**SERVER, "faults": [{"on": "any", "do": "refuse", **ALWAYS}]},
    "password": {**SERVER, "vars": {"ansible_password": "not-the-password"}},
    "undefined": {**SERVER, "vars": {"ansible_password": "{{ vault_nobody_has }}"}},
    "site-rules": {**SERVER, "vars": {"activation_profile": "auto", "activation_profile_rules": SITE_RULES}},
    "wrong-rules": {**SERVER, "vars": {"activation_profile": "auto", "activation_profile_rules": SITE_RULES[:1]}},
    "wish": {**SERVER, "vars": {"activation_profile": "mak_exception"}},
    "wrong-wish": {**SERVER, "vars": {"activation_profile": "kms_dfault"}},
}
SKIPPED = ["linux", "local", "made-up", "misses-option"]
UNREACHABLE = {
    "odd-password": "bad_connection_option",
    "odd-template": "bad_connection_option",
    "odd-ticket": "bad_connection_option",
    "odd-port": "bad_connection_option",
    "off": "connection_refused",
    "password": "login_refused",
    "undefined": "bad_connection_option",
}


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory, collections_path: Path) -> Iterator[Playground]:
    """Hosts of every kind, served as long as this file's tests last."""
    with playground(tmp_path_factory.mktemp("fleet"), collections_path, MACHINES) as place:
        yield place


@pytest.fixture(scope="module")
def run(fleet: Playground) -> Run:
    """One audit of them all, without run_once."""
    variables = {"the_port": fleet.server.https_port}
    audit = task("fleet_audit", dest=str(fleet.folder / "audit.json"), connect_timeout=5)
    return fleet.play(audit, variables=variables)


@pytest.fixture
def audit(run: Run) -> dict[str, Any]:
    """What it returned."""
    return run.results[-1]["result"]["audit"]


def row(audit: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the row of a machine."""
    [found] = [machine for machine in audit["machines"] if machine["name"] == name]
    return found


def test_the_task_runs_once_and_fails_for_nothing_that_it_finds(run: Run) -> None:
    assert run.code == 0, run.output
    assert len(run.results) == 1
    assert run.results[0]["result"]["changed"] is False


def test_each_windows_machine_has_its_row_and_others_are_skipped(audit: dict[str, Any]) -> None:
    shown = [name.replace(KEY, "********GGGGG") for name in MACHINES if name not in SKIPPED]
    assert sorted(machine["name"] for machine in audit["machines"]) == sorted(shown)
    assert audit["skipped"] == SKIPPED


@pytest.mark.parametrize("name", ["by-winrm", "by-psrp", "by-ntlm", "by-psrp-ntlm", "by-template"])
def test_a_machine_is_read_by_its_own_connection(audit: dict[str, Any], name: str) -> None:
    machine = row(audit, name)
    assert machine["reached"], machine["error"]
    assert (machine["status"], machine["method"]) == ("licensed", "kms")


@pytest.mark.parametrize(("name", "code"), UNREACHABLE.items())
def test_a_machine_that_cannot_be_reached_is_a_finding(audit: dict[str, Any], name: str, code: str) -> None:
    machine = row(audit, name)
    assert (machine["reached"], machine["error"]["code"]) == (False, code)
    assert machine["findings"] == ["unreachable"]


def test_what_is_wrong_is_found(audit: dict[str, Any]) -> None:
    found = {(finding["code"], *finding["machines"]) for finding in audit["findings"]}
    assert ("not_licensed", "desktop") in found
    assert ("profile_drift", "wish") in found


def test_the_inventory_s_wishes_stand_in_the_rows(audit: dict[str, Any]) -> None:
    assert row(audit, "wish")["profile"] == {"wished": "mak_exception", "intended": "mak_exception", "rule": None}
    assert row(audit, "wrong-wish")["profile"] == {"wished": "kms_dfault", "intended": None, "rule": None}
    assert row(audit, "site-rules")["profile"] == {"wished": "auto", "intended": "kms_default", "rule": "the_rest"}
    assert row(audit, "wrong-rules")["profile"] == {"wished": "auto", "intended": None, "rule": None}
    assert row(audit, "by-winrm")["profile"] == {"wished": None, "intended": None, "rule": None}


def test_a_wish_that_does_not_exist_is_warned_of(run: Run) -> None:
    told = " ".join(run.output.split()).replace("- ", "-")  # older versions wrap at hyphens too
    assert "There is no activation profile 'kms_dfault'." in told
    assert "no drift of these can be seen: wrong-wish." in told
    assert "no drift of these can be seen: wrong-rules." in told


def test_a_kms_host_says_what_it_counts(audit: dict[str, Any]) -> None:
    assert set(row(audit, "kms")["counts"]) == {"windows", "office"}


def test_the_file_is_what_was_returned(fleet: Playground, run: Run, audit: dict[str, Any]) -> None:
    assert json.loads((fleet.folder / "audit.json").read_text(encoding="ascii")) == audit
    assert run.results[-1]["result"]["path"] == str(fleet.folder / "audit.json")


def test_the_progress_is_shown_without_asking_for_it(run: Run) -> None:
    assert re.search(r"fleet_audit: 19 machines in [\d.]+ s, 7 of them could not be read", run.output)


def test_no_password_is_told(fleet: Playground, run: Run) -> None:
    told = run.output + (fleet.folder / "audit.json").read_text(encoding="ascii")
    for secret in (fleet.server.login["password"], "not-the-password", "told-to-nobody"):
        assert secret not in told
    assert KEY not in (fleet.folder / "audit.json").read_text(encoding="ascii")


def test_no_machine_is_changed(fleet: Playground, run: Run) -> None:
    assert run.code == 0
    machines = fleet.fleet.describe()["machines"]
    assert {name: machine["invoked"] for name, machine in machines.items() if machine["invoked"]} == {}


def test_in_check_mode_machines_are_read_and_nothing_is_written(fleet: Playground) -> None:
    dest = fleet.folder / "checked.json"
    audit = task("fleet_audit", hosts=["by-winrm"], dest=str(dest))
    found = fleet.play(audit, arguments=("--check",)).results[-1]["result"]
    assert [machine["reached"] for machine in found["audit"]["machines"]] == [True]
    assert (found["path"], dest.exists()) == (None, False)


def test_hosts_can_be_named_and_states_left_out(fleet: Playground) -> None:
    dest = fleet.folder / "named.json"
    audit = task("fleet_audit", hosts=["by-psrp", "by-psrp", "desktop"], states=False, dest=str(dest), processes=1)
    found = fleet.play(audit, play={"hosts": "localhost"}, arguments=("-v",)).results[-1]["result"]
    assert "machines" not in found["audit"]
    assert found["audit"]["summary"]["machines"] == 2
    assert [machine["name"] for machine in json.loads(dest.read_text())["machines"]] == ["by-psrp", "desktop"]


def test_a_password_in_a_vault_serves(fleet: Playground) -> None:
    (fleet.folder / "vault_password").write_text("made-up", encoding="ascii")
    vault = VaultLib([("default", VaultSecret(b"made-up"))])
    sealed = vault.encrypt(fleet.server.login["password"].encode()).decode()
    variables = fleet.folder / "host_vars"
    variables.mkdir()
    indented = "".join(f"  {line}\n" for line in sealed.splitlines())
    (variables / "by-winrm.yml").write_text(f"ansible_password: !vault |\n{indented}", encoding="ascii")
    run = fleet.play(
        task("fleet_audit", hosts=["by-winrm"]),
        arguments=("--vault-password-file", str(fleet.folder / "vault_password")),
    )
    [machine] = run.results[-1]["result"]["audit"]["machines"]
    assert machine["reached"], machine["error"]


@pytest.mark.parametrize(
    ("limit", "codes"), [(2, {"login_refused": 2, "login_given_up": 6}), (0, {"login_refused": 8})]
)
def test_a_wrong_password_is_not_tried_on_everybody(
    tmp_path: Path, collections_path: Path, limit: int, codes: dict[str, int]
) -> None:
    machines = {f"m{number}": {**SERVER, "vars": {"ansible_password": "not-the-password"}} for number in range(8)}
    with playground(tmp_path, collections_path, machines) as place:
        run = place.play(task("fleet_audit", max_login_refusals=limit, processes=1))
        result = run.results[-1]["result"]
        told = Counter(row["error"]["code"] for row in result["audit"]["machines"])
        assert told == codes
        given_up = [row["name"] for row in result["audit"]["machines"] if row["error"]["code"] == "login_given_up"]
        expected = [{"code": "login_given_up", "machines": given_up}] if given_up else []
        assert (run.code, result.get("code"), result["incomplete"]) == (
            (2, "audit_incomplete", expected) if given_up else (2, "too_few_read", [])
        )
        asked = [tally for tally in place.server.counters.as_dict().values() if tally["requests"]]
        assert len(asked) == codes["login_refused"]


@pytest.mark.parametrize(
    ("options", "code", "word"),
    [
        ({"hosts": ["nobody"]}, "unknown_host", "nobody"),
        ({"dest": "/no/such/directory/audit.json"}, "unwritable", "/no/such/directory"),
        ({"concurrency": 0}, "bad_option", "concurrency"),
        ({"mak_share_limit": 101}, "bad_option", "mak_share_limit"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anybody_is_asked(
    fleet: Playground, options: dict[str, Any], code: str, word: str
) -> None:
    before = fleet.server.counters.total().requests
    run = fleet.play(task("fleet_audit", **options))
    refused = run.results[-1]["result"]
    assert (run.code, refused["code"]) == (2, code)
    assert word in refused["msg"] and refused["remedy"]
    assert fleet.server.counters.total().requests == before
