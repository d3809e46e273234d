# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variable of a simulated fleet decides the defaults of ledger and service, and nothing that is named."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._action.features.ledger_options import ledger_from
from ansible_collections.volume.activation.plugins.plugin_utils._action.sandbox import sandboxed
from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._ledger import Ledger

URL = "https://127.0.0.1:4711/simulated-fleet/BatchActivation/BatchActivation.asmx"
FLEET = {
    "directory": "/srv/fleet",
    "ledger": "/srv/fleet/ledger.sqlite",
    "service": {"url": URL, "ca_path": "/srv/fleet/ca.pem"},
}
NOTHING = {"ledger": None, "ledger_password": None}


def test_without_a_fleet_nothing_is_changed() -> None:
    options = {**NOTHING, "service": {"backend": "microsoft", "url": None}}
    assert sandboxed(options, None) == {**options, "simulated_by": None}
    assert sandboxed({"dest": "/x"}, FLEET) == {"dest": "/x"}


def test_ledger_and_service_of_the_fleet_are_the_defaults() -> None:
    given = {**NOTHING, "ledger_password": "hush", "service": {"url": None, "proxy": "http://proxy:3128", "retries": 7}}
    found = sandboxed(given, FLEET)
    assert (found["ledger"], found["ledger_password"]) == (FLEET["ledger"], None)
    assert found["simulated_by"] == "/srv/fleet"
    assert found["service"] == {
        "url": URL,
        "ca_path": "/srv/fleet/ca.pem",
        "proxy": "",
        "proxy_username": None,
        "proxy_password": None,
        "retries": 7,
    }


def test_what_a_task_names_is_kept() -> None:
    given = {"ledger": "/mine.sqlite", "ledger_password": "hush", "service": {"url": "https://mine.example/"}}
    assert sandboxed(given, FLEET) == {**given, "simulated_by": "/srv/fleet"}


@pytest.mark.parametrize("value", ["/srv/fleet", ["x"], {"directory": "/srv/fleet"}, {"ledger": "/x"}])
def test_a_value_that_is_not_a_fleet_is_refused(value: t.Any) -> None:
    with pytest.raises(Refusal) as caught:
        sandboxed(NOTHING, value)
    assert caught.value.code == "bad_fleet_variable"


def test_a_task_of_a_fleet_creates_a_simulation_ledger_and_opens_no_real_one(tmp_path: Path) -> None:
    fleet = {**FLEET, "ledger": str(tmp_path / "fleet.sqlite")}
    with ledger_from(sandboxed(NOTHING, fleet), create=True) as ledger:
        assert ledger.simulated_by == "/srv/fleet"
    real = str(tmp_path / "real.sqlite")
    Ledger.open(real).close()
    with pytest.raises(Refusal) as caught:
        ledger_from(sandboxed({**NOTHING, "ledger": real}, fleet))
    assert caught.value.code == "simulated_host_real_ledger"
    with ledger_from(sandboxed({**NOTHING, "ledger": fleet["ledger"]}, None)) as ledger:
        assert ledger.simulated_by == "/srv/fleet"
