# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which failures Ansible gets to see as an unreachable host, and which as a failed task."""

from __future__ import annotations

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._action.unreachable import unreached
from ansible_collections.volume.activation.plugins.plugin_utils._errors import (
    ActivationError,
    AuthenticationFailed,
    ConnectionFailed,
    Refusal,
)
from ansible_collections.volume.activation.plugins.plugin_utils._results import failure
from ansible_collections.volume.activation.plugins.plugin_utils._session import CONTROLLER_LIMIT, UNREACHABLE_CODES


def _of_session(code: str, kind: type[ActivationError] = ConnectionFailed) -> ActivationError:
    error = kind("No connection.", code=code, remedy="Check it.")
    error.of_session = True
    return error


@pytest.mark.parametrize("code", sorted(UNREACHABLE_CODES))
def test_a_host_that_the_session_did_not_reach_is_unreachable_and_not_failed(code: str) -> None:
    error = _of_session(code, AuthenticationFailed if "login" in code else ConnectionFailed)
    result = unreached(failure(error), error)
    assert (result["unreachable"], "failed" in result, result["code"]) == (True, False, code)
    assert (result["changed"], result["remedy"]) == (False, "Check it.")


@pytest.mark.parametrize("code", [CONTROLLER_LIMIT, "missing_library", "unsealed", "bad_connection_option"])
def test_what_is_wrong_on_the_controller_is_a_failed_task(code: str) -> None:
    error = _of_session(code)
    assert unreached(failure(error), error) == failure(error)


@pytest.mark.parametrize("error", [ConnectionFailed("Down.", code="connection_refused"), Refusal("No.", code="no")])
def test_another_service_that_is_not_reached_is_a_failed_task(error: ActivationError) -> None:
    assert unreached(failure(error), error) == failure(error)


def test_a_host_that_is_lost_after_it_was_changed_is_a_failed_task() -> None:
    error = _of_session("read_timeout")
    result = {**failure(error), "changed": True}
    assert unreached(result, error) == result
