# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a code means for the count: when two of these answers contradict each other, a budget is overspent."""

from __future__ import annotations

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    blames_kms_host,
    denies_count,
    is_temporary,
    is_wrong_confirmation,
    may_have_counted,
    stops_key,
)
from ansible_collections.volume.activation.plugins.plugin_utils._licensing._tables import table

CODES = sorted(int(code, 16) for code in table("errors")["errors"])


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
        (0xC004C008, False, False, True, None),  # the key is used up, for KMS
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
    if denies_count(code):
        assert not may_have_counted(code)
        assert not stops_key(code), "a key that is gone says nothing of an earlier attempt"
    if stops_key(code):
        assert not is_temporary(code)
    if is_wrong_confirmation(code):
        assert not is_temporary(code)
        assert not stops_key(code)


@pytest.mark.parametrize("code", [0xC004F02F, 0xC004F031, 0xC004F04D])
def test_a_machine_tells_a_wrong_confirmation_id(code: int) -> None:
    assert is_wrong_confirmation(code)


def test_a_code_that_nobody_knows_is_tried_again_by_nobody() -> None:
    assert not is_temporary(0x8BADF00D)
    assert not may_have_counted(0x8BADF00D)
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
