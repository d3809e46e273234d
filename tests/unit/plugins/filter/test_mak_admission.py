# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter mak_admission: the decision as it is, and a clear message for what is not one of its inputs."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible.errors import AnsibleFilterError
from ansible.parsing.plugin_docs import read_docstring

from ansible_collections.volume.activation.plugins.filter.mak_admission import FilterModule
from ansible_collections.volume.activation.plugins.plugin_utils._fleet_reports import mak_admission

PLUGIN = Path(__file__).resolve().parents[4] / "plugins" / "filter" / "mak_admission.py"
FILTER = FilterModule().filters()["mak_admission"]
DOCUMENTED = read_docstring(str(PLUGIN), verbose=False, ignore_errors=False)["returndocs"]["_value"]["contains"]
MACHINES = {"one": {"state": "ready", "account": "a", "licensed": True}}
LEDGERS = [{"item": "a", "pools": [{"name": "p", "available": 1, "left": 1, "extended_pid": "00000"}]}]


def test_it_returns_the_decision_and_documents_its_parts() -> None:
    found = FILTER(MACHINES, LEDGERS)
    assert found == mak_admission(MACHINES, LEDGERS)
    assert found["admitted"] == ["one"]
    assert set(DOCUMENTED) == set(found)


@pytest.mark.parametrize(
    ("machines", "ledgers"),
    [
        ("text", LEDGERS),
        ([{"state": "ready"}], LEDGERS),
        ({"one": {"state": "ready"}}, LEDGERS),
        ({"one": {"state": "ready", "account": 5}}, LEDGERS),
        (MACHINES, {"item": "a"}),
        (MACHINES, [{"item": "a", "pools": [{"available": "many"}]}]),
        ({"one": {"state": "ready", "account": "MMMMM-KKKKK-BBBBB-CCCCC-VVVVV"}}, LEDGERS),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_name(machines: t.Any, ledgers: t.Any) -> None:
    with pytest.raises(AnsibleFilterError, match="mak_admission"):
        FILTER(machines, ledgers)
