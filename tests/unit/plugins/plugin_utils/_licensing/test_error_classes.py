# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a code means for the count: when two of these answers contradict each other, a budget is overspent."""

from __future__ import annotations

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    Verdict,
    blames_kms_host,
    denies_count,
    is_not_dispatched,
    is_temporary,
    is_uncounted,
    is_wrong_confirmation,
    may_have_counted,
    stops_key,
    verdict,
)
from ansible_collections.volume.activation.plugins.plugin_utils._licensing.tables import table

VERDICTS = table("verdicts")
TEXTS = [table(name)["errors"] for name in ("errors", "wire_errors", "windows_errors")]
CODES = sorted({int(code, 16) for texts in (*TEXTS, VERDICTS["codes"]) for code in texts})


@pytest.mark.parametrize(
    ("code", "temporary", "counted", "denied", "stops"),
    [
        (0x80072EE2, True, True, False, None),  # no answer in time
        (0x80072EFE, True, True, False, None),  # the connection ended
        (0x80072EE7, True, False, False, None),  # no such name
        (0x80072EFD, True, False, False, None),  # no connection
        (0x8004FE33, False, False, False, None),  # a proxy wants a login
        (0xC004C012, True, True, False, None),  # the server's network
        (0xC004C001, False, False, True, None),  # the key is not one
        (0xC004C008, False, False, False, None),  # the key is used up, for KMS, and perhaps by an earlier attempt
        (0xC004C020, False, False, False, "exhausted"),
        (0xC004C021, False, False, False, "exhausted"),
        (0xC004C003, False, False, False, "blocked"),
        (0xC004F051, False, False, False, "blocked"),
        (0xC004F050, False, False, False, None),  # the machine's own word, which tells nothing of Microsoft
    ],
    ids=lambda value: f"0x{value:08X}" if isinstance(value, int) and not isinstance(value, bool) else None,
)
def test_what_a_code_means(code: int, temporary: bool, counted: bool, denied: bool, stops: str | None) -> None:
    assert (is_temporary(code), may_have_counted(code), denies_count(code), stops_key(code)) == (
        temporary,
        counted,
        denied,
        stops,
    )


@pytest.mark.parametrize("code", CODES, ids=lambda code: f"0x{code:08X}")
def test_no_two_verdicts_on_a_code_contradict_each_other(code: int) -> None:
    if may_have_counted(code):
        assert is_temporary(code)
        assert not is_uncounted(code)
    if stops_key(code) or denies_count(code):
        assert is_uncounted(code)
    if denies_count(code):
        assert not may_have_counted(code)
        assert not stops_key(code), "a key that is gone says nothing of an earlier attempt"
    if stops_key(code):
        assert not is_temporary(code)
    if is_wrong_confirmation(code):
        assert not is_temporary(code)
        assert not stops_key(code)


@pytest.mark.parametrize("code", VERDICTS["codes"])
def test_every_verdict_is_well_formed_and_its_code_has_a_text(code: str) -> None:
    row = VERDICTS["codes"][code]
    assert set(row) == {"class", "marks"}
    assert row["class"] in VERDICTS["meta"]["classes"] and set(row["marks"]) <= set(VERDICTS["meta"]["marks"])
    assert any(code in texts for texts in TEXTS)


@pytest.mark.parametrize("code", CODES, ids=lambda code: f"0x{code:08X}")
def test_each_code_has_one_class(code: int) -> None:
    found = verdict(code)
    assert is_temporary(code) is (found.kind == "retry")
    assert (stops_key(code) is not None) is (found.kind == "key")
    assert blames_kms_host(code) or found.kind != "kms_host"


@pytest.mark.parametrize(
    ("older", "newer"),
    [(0xC004C003, 0x803FA067), (0xC004C020, 0x803FA07F), (0xC004C001, 0x803FA065), (0xC004C008, 0x803FA071)],
)
def test_a_code_of_the_store_era_has_the_verdict_of_its_sibling(older: int, newer: int) -> None:
    assert verdict(older) == verdict(newer)


@pytest.mark.parametrize("code", [0x80070005, 0x80041003, 0x80338104, 0x80338105, 0xC004F025, 5])
def test_access_that_is_denied_is_about_the_rights_of_the_caller(code: int) -> None:
    assert verdict(code).kind == "rights"


@pytest.mark.parametrize(
    ("code", "kind", "kms"),
    [
        (0x80072EFD, "retry", False),
        (0x8007274C, "retry", True),  # no answer in time
        (0x8007274D, "retry", True),  # refused
        (0x80072746, "retry", True),  # reset
        (0x80072AF9, "retry", True),  # the name was not found
        (0x800704CF, "retry", True),  # no network
        (0x800706BB, "kms_host", True),  # too busy
        (0x800706BE, "kms_host", True),  # the call failed
        (0x800706D9, "kms_host", True),  # nobody listens for it
        (0x8007232D, "kms_host", True),  # DNS refused
        (0x80070525, "rights", False),
    ],
)
def test_codes_of_one_kind_have_one_class_whatever_layer_reports_them(code: int, kind: str, kms: bool) -> None:
    assert (verdict(code).kind, blames_kms_host(code)) == (kind, kms)
    assert verdict(code & 0xFFFF) == verdict(code)


def test_a_code_that_is_not_listed_is_about_one_machine() -> None:
    assert verdict(0x8BADF00D) == verdict(-1) == Verdict("machine", frozenset())


@pytest.mark.parametrize(
    "code",
    [
        0x8BADF00D,  # a number that nothing knows
        0x800706BE,  # a remote procedure call broke off
        0x80041033,  # WMI is shutting down
        0x8000FFFF,  # a failure without a reason
        0x80072F8F,  # a certificate was not accepted, perhaps in the midst of an exchange
        0xC004C050,  # the activation server had a general error
        0xC004C532,  # a notification, which is no answer of Microsoft's
        0xC004F024,  # the host's own trouble
        0xC004F00F,  # the hardware is out of tolerance
        0xC004F075,  # the licensing service is stopping
    ],
    ids=lambda code: f"0x{code:08X}",
)
def test_a_code_that_is_not_listed_says_nothing_about_the_count(code: int) -> None:
    assert not is_uncounted(code)
    assert not is_not_dispatched(code)


@pytest.mark.parametrize("number", [2150858793, 2150858824, 0x80041001, 0x80041006, 0x80041013, 0x80041033, 0x8007000E])
def test_a_fault_that_may_follow_the_work_is_not_one_of_a_request_that_was_never_handed_on(number: int) -> None:
    assert not is_not_dispatched(number)


@pytest.mark.parametrize("number", [5, 2150858752, 2150858817, 2150858868, 2150859174, 2150859242, 0x80041010])
def test_a_fault_of_winrm_or_wmi_in_place_of_the_method_says_that_it_did_not_begin(number: int) -> None:
    assert is_not_dispatched(number)


@pytest.mark.parametrize("code", [0xC004F02F, 0xC004F031, 0xC004F04D])
def test_a_machine_tells_a_wrong_confirmation_id(code: int) -> None:
    assert is_wrong_confirmation(code)


def test_a_code_that_nobody_knows_is_tried_again_by_nobody() -> None:
    assert not is_temporary(0x8BADF00D)
    assert not may_have_counted(0x8BADF00D)
    assert not is_uncounted(0x8BADF00D)
    assert not denies_count(0x8BADF00D)
    assert stops_key(0x8BADF00D) is None


@pytest.mark.parametrize(
    "code",
    [
        0x800706BA,  # its RPC server is not there
        0x8007232A,  # the DNS server failed
        0x8007232B,  # no such name
        0x8007251D,  # no such record
        0x80072EE7,  # the name was not resolved
        0xC004F038,  # too few clients
        0xC004F039,  # KMS is switched off
        0xC004F041,  # the host is not activated
        0xC004F042,  # it does not serve this
        0xC004F06C,  # the clocks differ
        0xC004F074,  # no KMS host could be reached
    ],
    ids=lambda code: f"0x{code:08X}",
)
def test_for_what_a_kms_host_is_to_blame_another_one_may_be_asked(code: int) -> None:
    assert blames_kms_host(code)


@pytest.mark.parametrize(
    "code",
    [
        0,
        0x80070005,  # access is denied
        0xC004F015,  # the machine has no licence for this key
        0xC004F069,  # no such product
        0xC004F050,  # the key is not valid
        0xC004C003,  # Microsoft has blocked the key
        0xC004F00F,  # its own hardware has changed
        0xC004F035,  # the firmware is not a volume one
        0x80072EFD,  # Microsoft was not reached
        0x8BADF00D,
    ],
    ids=lambda code: f"0x{code:08X}",
)
def test_for_what_the_machine_or_its_key_is_to_blame_no_other_host_is_asked(code: int) -> None:
    assert not blames_kms_host(code)
