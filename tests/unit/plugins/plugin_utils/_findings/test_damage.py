# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one machine says cannot spoil the judging of the others, and the document can always be read back."""

from __future__ import annotations

import copy
import json
import random
import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._audit_report import as_json, load
from ansible_collections.volume.activation.plugins.plugin_utils._findings import AuditSettings, audited
from ansible_collections.volume.activation.tests.mutations import damaged_value

from .._audit_report.audit_documents import AUDITED, Fleet

MADE = ("method", "status", "expires", "days_left", "findings")
SEEDS = range(3)


def rows() -> list[dict[str, t.Any]]:
    """Return what was read of a few machines, one of them a KMS host."""
    fleet = Fleet(7)
    for number in range(8):
        fleet.add(number)
    found = [{name: value for name, value in row.items() if name not in MADE} for row in fleet.rows]
    found[0]["counts"] = {"windows": 50, "office": None}
    return found


def judged(given: t.Iterable[t.Mapping[str, t.Any]]) -> dict[str, t.Any]:
    """Return the audit of these rows."""
    return audited(given, AuditSettings(), audited_at=AUDITED.isoformat(), duration_seconds=1.0)


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_one_machine_says_the_others_are_judged_alike(seed: int) -> None:
    print(f"seed {seed}")
    draw = random.Random(seed)
    # What the fleet as a whole has is another matter: one machine more or less is a threshold reached or not.
    whole = ("below_threshold", "duplicate_client_machine_id", "mak_share")
    for _case in range(150):
        given = rows()
        place = draw.randrange(len(given))
        others = {row["name"]: row for row in judged(given)["machines"] if row["name"] != given[place]["name"]}
        name = given[place]["name"]
        damaged = damaged_value(given[place], draw)
        given[place] = {**(damaged if isinstance(damaged, dict) else {}), "name": name}
        document = judged(copy.copy(given))
        assert load(as_json(document)) == json.loads(as_json(document))
        for row in document["machines"]:
            if row["name"] != name:
                expected = others[row["name"]]
                assert [row[key] for key in MADE[:4]] == [expected[key] for key in MADE[:4]]
                own = [code for code in row["findings"] if code not in whole]
                assert own == [code for code in expected["findings"] if code not in whole]
