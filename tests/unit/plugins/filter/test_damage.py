# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a playbook hands to a filter is used or refused with a sentence, and never ends in an error of Python."""

from __future__ import annotations

import copy
import random
import typing as t

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.volume.activation.plugins.filter import (
    adba_migration,
    diagnosis_report,
    kms_forecast,
    mak_admission,
    recommend_profile,
)
from ansible_collections.volume.activation.tests.mutations import damaged_value

from ..plugin_utils._audit_report.audit_documents import audit

SEEDS = range(3)
ROWS = audit(8)["machines"]
MACHINES = [{"machine": row["name"], "result": {"license": row["license"], "changed": False}} for row in ROWS]
MACHINES[0]["result"] = {"failed": True, "msg": "Off.", "code": "connect_timeout", "cause": None, "remedy": None}
for number, by in enumerate(("ad", "kms", "token"), 1):
    product = MACHINES[number]["result"]["license"]["products"][0]
    product.update(activated_by=by, ad_object_dn="CN=One,DC=corp" if by == "ad" else None)
MACHINES[4]["result"]["license"]["products"][0].update(
    status="notification",
    reason={"code": "0xC004F056", "name": "NAME", "message": "No KMS.", "remedy": "Look."},
    last_attempt={"code": "0xC004F038", "host": "kms.corp.example", "port": 1688, "event": 12288, "count": 3},
)
FOREST = {
    "forest": {"domains": ["corp.example"]},
    "objects": [{"dn": "CN=One,DC=corp", "created": "2026-11-20T10:00:00+00:00", "name": "One"}],
}
HOST = {
    "name": "kms01",
    "counts": {"windows": 30, "office": None},
    "clients": {
        "truncated": False,
        "rows": [
            {
                "kind": "windows_client",
                "activation_id": "00000000-5555-6666-7777-888888888888",
                "last_seen": "2026-11-21T10:00:00+00:00",
                "requests": 5,
                "failed": 1,
                "client_machine_id": f"id-{number}",
                "name": f"web{number}",
            }
            for number in range(3)
        ],
        "duplicates": [{"client_machine_id": "id-1", "names": ["a", "b"]}],
    },
}
CHECK = {
    "check": "kms",
    "status": "wrong",
    "code": "no_kms",
    "message": "None.",
    "cause": "It is off.",
    "remedy": "Go.",
}
DIAGNOSED = [
    {
        "machine": "web01",
        "result": {
            "diagnosis": {
                "healthy": False,
                "reached": True,
                "wrong": ["no_kms"],
                "checks": [CHECK, {"check": "dns", "status": "unknown"}, {"check": "clock", "status": "ok"}],
            }
        },
    },
    {"machine": "off01", "result": {"failed": True, "msg": "Off.", "code": "connect_timeout"}},
]
VARIABLES = {
    "activation_profile": "auto",
    "activation_profile_rules": [
        {"name": "r", "when": {"groups": ["x"]}, "profile": "none", "why": "So."},
        {"name": "rest", "when": {}, "profile": "kms_default", "why": "So."},
    ],
    "activation_kms_reachable": True,
    "activation_vdi": False,
    "activation_forest_object": True,
    "group_names": ["a", "b"],
}
FORECAST = kms_forecast.kms_forecast([{"name": "a", "license": {"products": []}}], HOST)
WAITING = {
    "one": {"state": "ready", "account": "a", "licensed": True, "installed": False, "backend": "microsoft"},
    "two": {"state": "failed", "account": "a", "stage": "ask", "code": "0x90", "msg": "No.", "remedy": None},
}
POOL = {
    "name": "p",
    "left": 2,
    "available": 1,
    "extended_pid": None,
    "stopped": {"code": "0x67", "message": "Blocked."},
}
LEDGERS = [{"item": "a", "pools": [{**POOL, "by_machine": [{"machine": "one", "confirmed": 0, "open": 1}]}]}]
COUNTS = [{"item": "a", "known": True, "remaining": 3, "code": None}]
CASES: dict[str, tuple[t.Callable[..., t.Any], tuple[t.Any, ...]]] = {
    "kms_forecast": (kms_forecast.kms_forecast, (ROWS, [HOST])),
    "kms_forecast of results": (kms_forecast.kms_forecast, ([{**row, "name": row["machine"]} for row in MACHINES],)),
    "adba_migration": (adba_migration.adba_migration, (MACHINES, FOREST)),
    "diagnosis_report": (diagnosis_report.diagnosis_report, (DIAGNOSED,)),
    "mak_admission": (mak_admission.mak_admission, (WAITING, LEDGERS, COUNTS, COUNTS)),
    "recommend_profile": (
        recommend_profile.recommend_profile,
        (VARIABLES, ROWS[1]["license"], VARIABLES["activation_profile_rules"], HOST["counts"], FORECAST, ["a"]),
    ),
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", CASES)
def test_damaged_values_are_used_or_refused(name: str, seed: int) -> None:
    print(f"seed {seed}")
    filter_of, given = CASES[name]
    assert filter_of(*given)
    draw = random.Random(seed)
    refused = 0
    for _case in range(150):
        place, damaged = draw.randrange(len(given)), list(copy.deepcopy(given))
        damaged[place] = damaged_value(damaged[place], draw)
        try:
            filter_of(*damaged)
        except AnsibleFilterError as error:
            assert name.split()[0] in str(error) or name == "recommend_profile"
            refused += 1
    assert refused > 10


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda: diagnosis_report.diagnosis_report([{"machine": "a", "result": {"diagnosis": {"checks": ["x"]}}}]),
            "[0].result.diagnosis.checks[0]: expected a mapping, found text",
        ),
        (
            lambda: adba_migration.adba_migration([{"machine": "a", "license": {"products": [{"id": {}}]}}]),
            "[0].license.products[0].id: expected text or null, found a mapping",
        ),
        (lambda: adba_migration.adba_migration([], {"objects": [1]}), "objects[0]: expected a mapping"),
        (
            lambda: kms_forecast.kms_forecast([{"name": "a", "license": {"products": "x"}}]),
            "[0].license.products: expected a list or null, found text",
        ),
        (
            lambda: kms_forecast.kms_forecast([], {"counts": {"windows": "many"}}),
            "[0].counts.windows: expected a whole number or null, found text",
        ),
    ],
)
def test_the_place_is_named(call: t.Callable[[], t.Any], told: str) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        call()
    assert told in str(caught.value)


@pytest.mark.parametrize("name", CASES)
def test_values_that_are_nested_too_deeply_are_refused(name: str) -> None:
    filter_of, given = CASES[name]
    nested: t.Any = []
    for _level in range(5_000):
        nested = [nested]
    for place, value in enumerate(given):
        damaged = list(copy.deepcopy(given))
        damaged[place] = (
            {**value, "products": nested, "activation_site": nested}
            if isinstance(value, dict)
            else [{"machine": "a", "x": nested}]
        )
        with pytest.raises(AnsibleFilterError, match="levels deep"):
            filter_of(*damaged)


def test_other_fields_of_a_result_may_be_anything() -> None:
    """A registered result holds what Ansible puts there, such as the time of a file."""
    row = {**MACHINES[1], "other": object()}
    row["result"] = {**row["result"], "invocation": {1: {2}}, "start": object()}
    assert adba_migration.adba_migration([row])["summary"]["machines"] == 1
