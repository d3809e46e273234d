# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One machine becomes one row, whatever it answers and whether it answers at all."""

from __future__ import annotations

import concurrent.futures
import json
import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._auditing import LockoutGuard, Row, Target, read_target
from ansible_collections.volume.activation.plugins.plugin_utils._auditing import read_machine as reading
from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._session import (
    ConnectionSettings,
    Tls,
    WinRMSettings,
    controller_limits,
    open_session,
)
from ansible_collections.volume.activation.plugins.plugin_utils._simulator import Fleet, FleetServer

MACHINES: dict[str, t.Any] = {
    "app": {"system": "server_2022_standard", "lease_days": 150, "domain": "corp.example"},
    "desk": {
        "system": "windows_11_enterprise",
        "language": "de-DE",
        "office": [{"product": "office_2021", "lease_days": 99}],
    },
    "host": {"system": "server_2022_standard", "channel": "kms_host", "office_host": ["office_2021"]},
    "refused": {
        "system": "server_2022_standard",
        "status": "unlicensed",
        "reason": "0xC004F056",
        "last_attempt": {"code": "0x800706BA", "host": "kms.corp.example"},
    },
    "closed": {"system": "server_2022_standard", "faults": [{"on": "any", "do": "refuse", "times": 0}]},
    "broken": {"system": "server_2022_standard", "faults": [{"on": "enumerate", "do": "access_denied", "times": 0}]},
}
INVENTORY = {"activation_profile": "auto", "group_names": ["a"]}
KEYS = ["name", "reached", "error", "observed_at", "inventory", "license", "counts"]


@pytest.fixture(scope="module")
def server() -> t.Iterator[FleetServer]:
    with FleetServer(Fleet.from_description({"machines": MACHINES})) as serving:
        yield serving


def target(server: FleetServer, name: str, password: str | None = None, **changes: t.Any) -> Target:
    variables = server.host_variables()[name]
    settings: ConnectionSettings = WinRMSettings(
        host=variables["ansible_host"],
        port=variables["ansible_port"],
        path=variables["ansible_winrm_path"],
        user=variables["ansible_user"],
        password=Secret(password or variables["ansible_password"]),
        tls=Tls(ca=str(server.ca_file)),
        transports=("basic",),
    )
    return Target(name, settings, inventory=INVENTORY, **changes)


def read(target: Target) -> Row:
    return read_target(target, LockoutGuard())


def test_a_row_has_what_the_machine_and_what_the_inventory_say(server: FleetServer) -> None:
    row = read(target(server, "app"))
    assert list(row) == KEYS
    assert row["reached"] and row["error"] is None and row["counts"] is None
    assert row["inventory"] == INVENTORY
    assert row["observed_at"].endswith("+00:00") and len(row["observed_at"]) == len("2026-11-22T13:00:00+00:00")
    license = row["license"]
    assert list(license) == ["machine", "service", "products"]
    assert license["machine"]["edition"] == "ServerStandard"
    [product] = license["products"]
    assert (product["status"], product["channel"]) == ("licensed", "kms_client")
    assert 0 <= 150 * 24 * 60 - product["grace_minutes"] < 24 * 60


def test_every_product_with_a_key_is_read(server: FleetServer) -> None:
    products = read(target(server, "desk"))["license"]["products"]
    assert {product["application"] for product in products} == {"windows", "office"}


def test_the_domain_is_asked_for_only_where_it_is_needed(server: FleetServer) -> None:
    before = server.counters.total().requests
    plain = read(target(server, "app"))
    between = server.counters.total().requests
    told = read(target(server, "app", with_domain=True))
    assert "domain" not in plain["license"]
    assert told["license"]["domain"] == "corp.example"
    assert (between - before, server.counters.total().requests - between) == (3, 4)


def test_a_kms_host_tells_whom_it_counts(server: FleetServer) -> None:
    counts = read(target(server, "host"))["counts"]
    assert set(counts) == {"windows", "office"}
    assert isinstance(counts["windows"], int)


def test_a_reason_is_its_code_and_name_alone(server: FleetServer) -> None:
    [product] = read(target(server, "refused"))["license"]["products"]
    assert list(product["reason"]) == ["code", "name"]
    assert product["reason"]["code"] == "0xC004F056"


def test_the_last_attempt_is_read_where_it_is_asked_for_and_only_of_what_is_not_licensed(server: FleetServer) -> None:
    requests = []
    for name, asked in (("app", True), ("refused", False), ("refused", True)):
        before = server.counters.total().requests
        [product, *_others] = read(target(server, name, with_attempts=asked))["license"]["products"]
        requests.append(server.counters.total().requests - before)
    assert requests[0] == requests[1] == 3 < requests[2]
    assert (product["last_attempt"]["code"], product["last_attempt"]["host"]) == ("0x800706BA", "kms.corp.example")
    assert not {"message", "cause", "remedy"} & set(product["last_attempt"])


@pytest.mark.parametrize(
    ("name", "password", "code"),
    [("closed", None, "connection_refused"), ("app", "not-the-password", "login_refused"), ("broken", None, None)],
)
def test_a_machine_that_cannot_be_read_says_why(
    server: FleetServer, name: str, password: str | None, code: str | None
) -> None:
    row = read(target(server, name, password))
    assert list(row) == KEYS
    assert not row["reached"] and row["license"] is None and row["observed_at"] is None
    assert row["error"]["code"] == code or code is None
    assert row["error"]["message"] and list(row["error"])[:4] == ["code", "message", "cause", "remedy"]
    assert ("fault" in row["error"]) == (name == "broken")
    assert row["inventory"] == INVENTORY
    assert "not-the-password" not in json.dumps(row)


def test_a_login_that_was_given_up_is_not_tried(server: FleetServer) -> None:
    accounts = LockoutGuard(1)
    codes = [read_target(target(server, "app", "not-the-password"), accounts)["error"]["code"] for _time in range(2)]
    assert codes == ["login_refused", "login_given_up"]


def test_what_the_inventory_refuses_is_told_as_it_is() -> None:
    refusal = Refusal("Nobody knows.", code="unknown", cause="Because.", remedy="Ask.")
    row = read(Target("x", None, refusal))
    assert row["error"] == {"code": "unknown", "message": "Nobody knows.", "cause": "Because.", "remedy": "Ask."}


def test_an_error_that_nobody_has_foreseen_is_one_machine_s_and_tells_no_secret(
    server: FleetServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(settings: ConnectionSettings) -> t.Any:
        raise ZeroDivisionError(f"with {server.login['password']} in it")

    monkeypatch.setattr(reading, "open_session", explode)
    row = read(target(server, "app"))
    assert row["error"]["code"] == "unexpected"
    assert row["error"]["cause"].startswith("ZeroDivisionError: with ")
    assert server.login["password"] not in json.dumps(row)


def test_an_unforeseen_error_is_the_controllers_when_memory_ran_out(
    server: FleetServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(settings: ConnectionSettings) -> t.Any:
        raise SystemError("error return without exception set")

    monkeypatch.setattr(reading, "open_session", explode)
    monkeypatch.setattr(controller_limits, "_peak", lambda: 990 << 20)
    monkeypatch.setattr(controller_limits, "_address_space", lambda: float(1000 << 20))
    assert read(target(server, "app"))["error"]["code"] == "controller_limit"


def test_a_machine_that_is_off_does_not_wait_for_others_to_have_logged_in(server: FleetServer) -> None:
    accounts, off = LockoutGuard(1), target(server, "closed")
    assert off.settings
    with concurrent.futures.ThreadPoolExecutor(1) as pool, accounts.trying(off.settings):
        assert pool.submit(read_target, off, accounts).result(20)["error"]["code"] == "connection_refused"


@pytest.mark.parametrize("name", ["app", "closed", "broken"])
def test_the_connection_is_closed_however_it_ends(
    server: FleetServer, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    closed: list[str] = []

    class Watched:
        def __init__(self, settings: ConnectionSettings) -> None:
            session = open_session(settings)
            self.send, self._close = session.send, session.close

        def close(self) -> None:
            closed.append(name)
            self._close()

    monkeypatch.setattr(reading, "open_session", Watched)
    read(target(server, name))
    assert closed == [name]


def test_reading_changes_nothing(server: FleetServer) -> None:
    def truth() -> dict[str, t.Any]:
        told = server.fleet.describe()["machines"]  # type: ignore[attr-defined]
        return {name: [row[part] for part in ("invoked", "kms", "primary")] for name, row in told.items()}

    before = truth()
    for name in MACHINES:
        read(target(server, name))
    assert truth() == before
    assert {name for name, [invoked, *_rest] in before.items() if invoked} == set()
