# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter kms_forecast: the forecast as it is, and a clear word for what is none of its inputs."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible.errors import AnsibleFilterError
from ansible.parsing.plugin_docs import read_docstring

from ansible_collections.volume.activation.plugins.filter.kms_forecast import FilterModule
from ansible_collections.volume.activation.plugins.plugin_utils._fleet_reports import kms_forecast
from ansible_collections.volume.activation.plugins.plugin_utils._fleet_reports.forecast_notes import CODES

PLUGIN = Path(__file__).resolve().parents[4] / "plugins" / "filter" / "kms_forecast.py"
FILTER = FilterModule().filters()["kms_forecast"]
DOCUMENTED = read_docstring(str(PLUGIN), verbose=False, ignore_errors=False)["returndocs"]["_value"]["contains"]
HOST = {"counts": {"windows": 7, "office": None}}


def test_it_returns_the_forecast() -> None:
    machines = [{"name": "a", "license": {"products": []}}]
    assert FILTER(iter(machines)) == kms_forecast(machines)


def test_it_takes_one_result_of_a_kms_host_or_several() -> None:
    assert FILTER([], HOST) == FILTER([], [HOST]) == kms_forecast([], [HOST])
    assert FILTER([], [HOST, {"counts": {"windows": 9, "office": None}}])["windows"]["count_now"] == 9


@pytest.mark.parametrize("given", ["text", {"name": "a"}, {}, 5, None, [1], [{}], [{"license": {}}], [{"name": ""}]])
def test_what_is_no_list_of_machines_is_refused(given: t.Any) -> None:
    with pytest.raises(AnsibleFilterError, match="name"):
        FILTER(given)


def test_a_kind_that_is_none_is_refused() -> None:
    with pytest.raises(AnsibleFilterError, match="app01"):
        FILTER([{"name": "app01", "kind": "desktop"}])


@pytest.mark.parametrize("given", ["kms.corp.example", 25, ["kms.corp.example"], [None]])
def test_what_is_no_result_of_a_kms_host_is_refused(given: t.Any) -> None:
    with pytest.raises(AnsibleFilterError, match="kms_host_info"):
        FILTER([], given)


def test_the_documentation_names_every_code_and_every_field() -> None:
    told = " ".join(DOCUMENTED["notes"]["contains"]["code"]["description"])
    assert [code for code in CODES if f"V({code})" not in told] == []
    forecast = kms_forecast([])
    for name in ("windows", "office"):
        assert set(DOCUMENTED[name]["contains"]) == set(forecast[name])
    for name in ("clients", "servers"):
        assert set(DOCUMENTED["windows"]["contains"][name]["contains"]) == set(forecast["windows"][name])
    assert set(DOCUMENTED["notes"]["contains"]) == set(forecast["notes"][0])
    assert set(DOCUMENTED) == set(forecast)
