# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The profiles and rules of many hosts are checked in one answer."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.volume.activation.plugins.filter.profile_error import FilterModule, profile_error

LAST = {"name": "rest", "when": {}, "profile": "none", "why": "The rest."}


def _hosts(count: int, **variables: t.Any) -> list[dict[str, t.Any]]:
    return [{"inventory_hostname": f"web{number}", **variables} for number in range(count)]


@pytest.mark.parametrize(
    "variables",
    [{}, {"activation_profile": "auto"}, {"activation_profile": "none", "activation_profile_rules": [LAST]}],
)
def test_what_can_be_used_is_no_error(variables: dict[str, t.Any]) -> None:
    assert profile_error(_hosts(2, **variables)) == ""


def test_a_wrong_rule_is_reported_once_with_its_number_and_hosts_also_where_no_host_needs_it() -> None:
    wrong = _hosts(7, activation_profile="kms_default", activation_profile_rules=[{**LAST, "wen": {}}])
    told = profile_error([*_hosts(1), *wrong])
    assert told.count("Rule 1 of the profile rules, field wen") == 1
    assert "web0, web1, web2, web3, web4 and 2 others." in told


def test_a_profile_that_does_not_exist_is_reported() -> None:
    assert "'kms'" in profile_error(_hosts(1, activation_profile="kms"))


def test_keys_and_other_input_are_refused() -> None:
    with pytest.raises(AnsibleFilterError, match="shape of a product key"):
        profile_error(_hosts(1, activation_profile="BBBBB-CCCCC-DDDDD-FFFFF-GGGGG"))
    with pytest.raises(AnsibleFilterError, match="takes a list"):
        profile_error("web0")
    assert FilterModule().filters() == {"profile_error": profile_error}
