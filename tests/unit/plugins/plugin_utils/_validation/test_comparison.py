# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names, addresses and GUIDs are compared by meaning."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._validation import same_guid, same_name

SAME: list[list[str | None]] = [
    ["kms.corp.example", "KMS.Corp.Example", "kms.corp.example."],
    ["2001:db8::5", "[2001:db8::5]", "2001:DB8:0:0:0:0:0:5", "[2001:0db8::0005]"],
    ["b\u00fccher.example", "B\u00dcCHER.example.", "xn--bcher-kva.example"],
    [None, "", "."],
    ["192.0.2.5", " 192.0.2.5"],
]


@pytest.mark.parametrize("spellings", SAME)
def test_spellings_of_one_name_are_the_same(spellings: list[str | None]) -> None:
    assert all(same_name(left, right) for left, right in itertools.product(spellings, repeat=2))


def test_different_names_are_not() -> None:
    firsts = [spellings[0] for spellings in SAME]
    assert not any(same_name(left, right) for left, right in itertools.combinations(firsts, 2))
    assert not same_name("kms", "kms.corp.example")


def test_a_guid_is_the_same_in_capital_letters_and_in_braces() -> None:
    guid = "0a1b2c3d-0001-4002-8003-0123456789ab"
    assert same_guid(guid, f"{{{guid.upper()}}}")
    assert not same_guid(guid, guid.replace("0a", "0b"))
    assert not same_guid(guid, None)
