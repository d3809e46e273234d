# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""mak_count_info: a count, or that it is not known; never a zero that nobody said."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._activation_service import (
    ServiceRefusal,
    ServiceUnavailable,
)
from ansible_collections.volume.activation.plugins.plugin_utils._errors import ActivationError

from .fake_budgets import EXTENDED_PID, Budgets, request

ASKED: dict[str, t.Any] = {"extended_pid": EXTENDED_PID}
OUTAGES = [
    ServiceUnavailable("No answer came.", may_have_arrived=True, code="read_timeout", remedy="Later."),
    ServiceUnavailable("Refused.", may_have_arrived=False, code="connection_refused", retryable=False),
    ServiceRefusal("0x80004003"),
    ServiceRefusal("0x71"),
]


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("count", [42, 0])
def test_a_count(budgets: Budgets, count: int, check: bool) -> None:
    budgets.service.count = count
    found = budgets.run("mak_count_info", ASKED, check=check)
    assert (found["changed"], found["known"], found["remaining"]) == (False, True, count)
    assert found["extended_pid"] == EXTENDED_PID
    assert not budgets.path.exists()


@pytest.mark.parametrize("outage", OUTAGES, ids=lambda outage: outage.code)
def test_an_outage_is_unknown_and_no_failure(budgets: Budgets, outage: ActivationError) -> None:
    budgets.service.count = outage
    found = budgets.run("mak_count_info", ASKED)
    assert not found.get("failed")
    assert (found["known"], found["remaining"], found["code"]) == (False, None, outage.code)
    assert found["cause"]
    assert "warnings" not in found
    warned = budgets.run("mak_count_info", {**ASKED, "warn_below": 0})
    assert "unknown" in warned["warnings"][0]


@pytest.mark.parametrize("code", ["0x67", "0x68", "0x7F", "0x86"])
def test_a_refusal_fails_with_its_code(budgets: Budgets, code: str) -> None:
    budgets.service.count = ServiceRefusal(code)
    found = budgets.run("mak_count_info", ASKED)
    assert (found["failed"], found["code"], found["refused"]) == (True, code, False)
    assert found["msg"] and found["cause"] and found["remedy"]
    assert "remaining" not in found


@pytest.mark.parametrize(("below", "warned"), [(43, True), (42, False), (0, False)])
def test_a_low_count_warns(budgets: Budgets, below: int, warned: bool) -> None:
    found = budgets.run("mak_count_info", {**ASKED, "warn_below": below})
    assert ("warnings" in found) is warned
    assert not found.get("failed")


def test_the_pool_knows_the_extended_product_id(budgets: Budgets) -> None:
    budgets.declare()
    without = budgets.run("mak_count_info", {"pool": "lab"})
    assert (without["code"], without["refused"]) == ("no_extended_pid", True)
    budgets.run("confirmation_id", {"requests": [request(1)], "pool": "lab"})
    assert budgets.run("mak_count_info", {"pool": "lab"})["remaining"] == 42
    assert budgets.service.counted == [EXTENDED_PID]


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ({}, "bad_option"),
        ({"extended_pid": EXTENDED_PID, "pool": "lab"}, "bad_option"),
        ({"extended_pid": "no"}, "bad_extended_pid"),
        ({"pool": "lab"}, "no_ledger"),
    ],
)
def test_what_cannot_be_is_refused(budgets: Budgets, args: dict[str, t.Any], code: str) -> None:
    found = budgets.run("mak_count_info", args)
    assert (found["code"], found["refused"]) == (code, True)
    assert budgets.service.counted == []
