# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter adba_migration: the report as it is, and a clear word for what is none of its inputs."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible.errors import AnsibleFilterError
from ansible.parsing.plugin_docs import read_docstring

from ansible_collections.volume.activation.plugins.filter.adba_migration import FilterModule
from ansible_collections.volume.activation.plugins.plugin_utils._fleet_reports import migration_report
from ansible_collections.volume.activation.plugins.plugin_utils._fleet_reports.adba_migration_texts import CODES

PLUGIN = Path(__file__).resolve().parents[4] / "plugins" / "filter" / "adba_migration.py"
FILTER = FilterModule().filters()["adba_migration"]
DOCUMENTED = read_docstring(str(PLUGIN), verbose=False, ignore_errors=False)["returndocs"]["_value"]["contains"]


def test_it_returns_the_report() -> None:
    machines = [{"machine": "a", "license": {"products": []}}]
    assert FILTER(iter(machines)) == migration_report(machines)


@pytest.mark.parametrize("given", ["text", {"machine": "a"}, 5, None, [1], [{}], [{"license": {}}]])
def test_what_is_no_list_of_machines_is_refused(given: t.Any) -> None:
    with pytest.raises(AnsibleFilterError, match="machine"):
        FILTER(given)


def test_what_is_no_forest_is_refused() -> None:
    with pytest.raises(AnsibleFilterError, match="adba_object_info"):
        FILTER([], ["object"])


def test_the_documentation_names_every_reason_and_every_field() -> None:
    told = " ".join(DOCUMENTED["rows"]["contains"]["why"]["description"])
    assert [code for code in CODES if f"V({code})" not in told] == []
    report = migration_report([{"machine": "a"}])
    assert set(DOCUMENTED["rows"]["contains"]) == set(report["rows"][0])
    assert set(DOCUMENTED["summary"]["contains"]) == set(report["summary"])
