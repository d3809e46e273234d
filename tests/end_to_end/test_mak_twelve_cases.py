# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A MAK is put in, replaced and taken away: each in check mode and for real, the first time and again."""

from __future__ import annotations

from typing import Any

from .ledger_helpers import mak_task
from .mak_cases import ACTIVATE, DEPOSIT, INSTALL, OTHER_MAK, REFRESH, Case, Serve, served

TWELVE: list[tuple[str, str, dict[str, Any], tuple[str, ...]]] = [
    ("create", "mak", {}, (INSTALL, ACTIVATE, REFRESH)),
    (
        "modify",
        "mak",
        {"product_key": OTHER_MAK, "pool": "other", "activate": "proxy", "replace_licensed": True},
        (INSTALL, DEPOSIT, REFRESH),
    ),
    (
        "remove",
        "product_key",
        {"partial_product_key": OTHER_MAK[-5:], "state": "absent"},
        ("UninstallProductKey", REFRESH),
    ),
]


def test_twelve_cases(serve: Serve) -> None:
    books = served(serve, {"srv": Case()})
    books.declare("srv")
    books.declare("other")
    tasks = []
    for stage, module, options, _methods in TWELVE:
        body = mak_task(stage, **options) if module == "mak" else {"volume.activation.product_key": options}
        tasks += [
            {**body, "name": f"{stage} {again} {mode}", "check_mode": mode == "check", "diff": True}
            for again in ("first", "again")
            for mode in ("check", "real")
        ]
    run = books.play({"srv": {}}, *tasks)
    assert run.code == 0, run.output
    for stage, *_rest in TWELVE:
        predicted, done = run.result("srv", f"{stage} first check"), run.result("srv", f"{stage} first real")
        assert predicted["changed"] and done["changed"]
        assert (predicted["steps"], predicted["diff"]) == (done["steps"], done["diff"])
        assert predicted["diff"]["before"] != predicted["diff"]["after"]
        for mode in ("check", "real"):
            again = run.result("srv", f"{stage} again {mode}")
            assert (again["changed"], again["steps"], again["diff"]) == (False, [], {"before": "", "after": ""})
    assert books.invoked("srv") == [method for *_rest, methods in TWELVE for method in methods]
    assert (books.spent("srv"), books.spent("other")) == (1, 1)
    assert [(row.pool, row.state.value) for row in books.entries("srv")] == [
        ("srv", "confirmed"),
        ("other", "confirmed"),
    ]
