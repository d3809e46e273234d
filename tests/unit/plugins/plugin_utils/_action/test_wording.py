# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A failed result says in its message what to do, in the names that its reader has set."""

from __future__ import annotations

import types

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._action.wording import role_prefix, worded

OPTIONS = ("replace_licensed", "kms_host", "activation_type", "activate", "no_such_variable")
FAILED = {
    "failed": True,
    "msg": "It is licensed by another key.",
    "cause": None,
    "remedy": "Set replace_licensed to true.",
}


def test_the_message_ends_with_the_remedy_once() -> None:
    found = worded(FAILED, OPTIONS, None)
    assert found["msg"] == "It is licensed by another key. Set replace_licensed to true."
    assert (found["remedy"], found["cause"]) == (FAILED["remedy"], None)
    assert worded(found, OPTIONS, None) == found
    assert worded({**FAILED, "remedy": None}, OPTIONS, None)["msg"] == FAILED["msg"]
    unreachable = {"unreachable": True, "msg": "Down.", "remedy": "Check it."}
    assert worded(unreachable, OPTIONS, None)["msg"] == "Down. Check it."


def test_a_task_that_has_not_failed_keeps_its_result() -> None:
    result = {"changed": False, "msg": "Well.", "remedy": "Nothing."}
    assert worded(result, OPTIONS, "kms_default_") == result


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Set replace_licensed to true.", "Set kms_default_replace_licensed to true."),
        ("Give kms_host, or activation_type.", "Give kms_default_kms_host, or kms_default_activation_type."),
        ("Run volume.activation.kms_host.", "Run volume.activation.kms_host."),
        ("ansible HOST -m x -a activation_type=any", "ansible HOST -m x -a activation_type=any"),
        ("Code kms_host_unreachable, and activate it.", "Code kms_host_unreachable, and activate it."),
        ("Set no_such_variable.", "Set no_such_variable."),
    ],
)
def test_in_a_role_options_are_named_as_the_role_s_variables(text: str, expected: str) -> None:
    found = worded({**FAILED, "msg": text, "remedy": text}, OPTIONS, "kms_default_")
    assert (found["msg"], found["remedy"]) == (expected, expected)


def test_only_roles_of_the_collection_count() -> None:
    ours = types.SimpleNamespace(_role_name="kms_default", _role_collection="volume.activation")
    other = types.SimpleNamespace(_role_name="kms_default", _role_collection="other.collection")
    assert role_prefix(types.SimpleNamespace(_role=ours)) == "kms_default_"
    assert role_prefix(types.SimpleNamespace(_role=other)) is role_prefix(types.SimpleNamespace(_role=None)) is None
