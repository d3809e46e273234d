# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Results: changed, steps and diff as three views of one plan; failures with code, cause and remedy."""

from __future__ import annotations

import json
import typing as t
from dataclasses import replace
from pathlib import Path

import pytest
from ansible.parsing.plugin_docs import read_docstring
from hypothesis import given, settings

from ansible_collections.volume.activation.plugins.plugin_utils import _errors as errors
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import KmsAttempt, State
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    Activate,
    DesiredState,
    InstallKey,
    SetKmsHost,
    Step,
    plan,
)
from ansible_collections.volume.activation.plugins.plugin_utils._results import (
    Outcome,
    difference,
    failure,
    license_facts,
    success,
)

from .._planning.state_samples import KEY, licensed, state
from .._planning.strategies import states, wishes

MODULES = Path(__file__).resolve().parents[5] / "plugins" / "modules"
HOST = SetKmsHost(why="no KMS host is set", was="(from DNS)", becomes="kms", host="kms")
INSTALL = InstallKey(why="no product has this key", was="(none)", becomes=str(KEY), key=KEY)
ACTIVATE = Activate(why="it is not licensed", was="notification", becomes="licensed", product_id="x")
STEPS: tuple[Step, ...] = (HOST, INSTALL, ACTIVATE)


def _returned(module: str, when: str) -> set[str]:
    """Return the names that a module documents for a result of this kind."""
    documentation = read_docstring(str(MODULES / f"{module}.py"), verbose=False, ignore_errors=False)["returndocs"]
    return {name for name, part in documentation.items() if part["returned"].startswith(("always", when))}


def test_a_result_without_steps_has_not_changed() -> None:
    found = success(Outcome(state=state(licensed()), requests=2))
    assert found == {"changed": False, "steps": [], "license": license_facts(state(licensed())), "requests": 2}


def test_a_result_tells_its_steps_in_order() -> None:
    found = success(Outcome(state=state(licensed()), requests=7, steps=STEPS))
    assert found["changed"] is True
    assert found["steps"] == [
        {"action": "set_kms_host", "target": "kms", "why": "no KMS host is set"},
        {"action": "install_key", "target": "*****-*****-*****-*****-GGGGG", "why": "no product has this key"},
        {"action": "activate", "target": "licensed", "why": "it is not licensed"},
    ]
    assert "diff" not in found


def test_the_diff_is_the_plan_in_words() -> None:
    found = success(Outcome(state=state(licensed()), requests=7, steps=STEPS), diff=True)
    assert found["diff"] == {
        "before": "kms_host: (from DNS)\nproduct_key: (none)\nstatus: notification\n",
        "after": "kms_host: kms\nproduct_key: *****-*****-*****-*****-GGGGG\nstatus: licensed\n",
    }
    assert difference([]) == {"before": "", "after": ""}
    assert difference(iter(STEPS)) == found["diff"]


def test_with_several_keys_each_line_of_the_diff_names_its_product_and_key() -> None:
    steps = (
        HOST,
        InstallKey(
            why="", was="(none)", becomes="kms_host", key=KEY, holder="Windows (ServerStandard)", partial="GGGGG"
        ),
        Activate(why="", was="unlicensed", becomes="licensed", product_id="x", holder="Office 2021", partial="HHHHH"),
    )
    assert difference(steps)["before"].splitlines() == [
        "kms_host: (from DNS)",
        "product_key of Windows (ServerStandard), key GGGGG: (none)",
        "status of Office 2021, key HHHHH: unlicensed",
    ]
    assert difference(steps[:2])["before"].splitlines() == ["kms_host: (from DNS)", "product_key: (none)"]


@pytest.mark.parametrize("module", ["kms_client", "product_key", "activate"])
def test_the_names_are_the_documented_ones(module: str) -> None:
    own = {"license_changes", "recovery"} | ({"kms_hosts_tried", "checks"} if module == "kms_client" else set())
    good = success(Outcome(state=state(licensed()), requests=7, steps=STEPS), diff=True)
    assert set(good) - {"changed"} | own == _returned(module, "success")
    bad = failure(errors.Refusal("No.", code="no"))
    assert set(bad) - {"changed", "failed"} | own == _returned(module, "failure")


def test_only_the_parts_and_ids_asked_for_are_in_a_result() -> None:
    whole = state(licensed(installation_id="123"))
    found = success(Outcome(state=whole, requests=1, parts=("products",), installation_ids=True))
    assert set(found["license"]) == {"products"}
    assert found["license"]["products"][0]["installation_id"] == "123"


CLASSES = [
    (errors.Refusal, None, "failed"),
    (errors.ConnectionFailed, None, "connection_failed"),
    (errors.AuthenticationFailed, None, "authentication_failed"),
    (errors.Unsealed, None, "unsealed"),
    (errors.RequestRejected, None, "request_rejected"),
    (errors.AnswerLost, None, "outcome_unknown"),
    (errors.ProtocolViolation, None, "protocol_violation"),
    (errors.NotConverged, None, "not_converged"),
    (errors.MissingLibrary, None, "missing_library"),
    (errors.MachineRefused, None, "failed"),
    (errors.AnswerLost, "timeout", "timeout"),
    (errors.Refusal, "evaluation_edition", "evaluation_edition"),
]


def test_every_class_of_error_is_here() -> None:
    names = {name for name in errors.__all__ if name != "ActivationError"}
    assert names == {kind.__name__ for kind, _given, _expected in CLASSES}


@pytest.mark.parametrize(("kind", "given_code", "expected"), CLASSES)
@pytest.mark.parametrize("done", [(), STEPS])
def test_failures_by_class(
    kind: type[errors.ActivationError], given_code: str | None, expected: str, done: tuple[Step, ...]
) -> None:
    error = kind("It failed.", code=given_code, cause="A cause.", remedy="A remedy.")
    found = failure(error, done=done, requests=3)
    assert found == {
        "failed": True,
        "changed": bool(done),
        "steps": [{"action": step.action, "target": step.becomes, "why": step.why} for step in done],
        "steps_unknown": [],
        "msg": "It failed.",
        "code": expected,
        "cause": "A cause.",
        "remedy": "A remedy.",
        "refused": kind is errors.Refusal and not done,
        "requests": 3,
    }


@pytest.mark.parametrize("done", [(), STEPS[:1]])
def test_a_step_of_unknown_effect_may_have_changed_the_host(done: tuple[Step, ...]) -> None:
    found = failure(errors.Refusal("It failed.", code="failed"), done=done, unknown=STEPS[2:])
    assert (found["changed"], found["refused"]) == (True, False)
    assert [step["action"] for step in found["steps"]] == [step.action for step in done]
    assert found["steps_unknown"] == [{"action": "activate", "target": "licensed", "why": "it is not licensed"}]


@pytest.mark.parametrize("number", [0xC004F074, 0xC004F074 - (1 << 32)])
def test_what_the_machine_refused_is_explained_by_its_number(number: int) -> None:
    found = failure(errors.MachineRefused("Activate did not work.", hresult=number))
    assert found["code"] == "0xC004F074"
    assert found["msg"].startswith("Activate did not work. ")
    assert len(found["msg"]) > len("Activate did not work. ")
    assert found["cause"]
    assert found["remedy"]
    assert found["refused"] is False


LOGGED = KmsAttempt(event=12288, code=0xC004F06C, host="kms.corp.example", port=1700)


def _logged(error: errors.ActivationError, attempt: KmsAttempt | None = LOGGED) -> dict[str, t.Any]:
    error.attempt = attempt
    return failure(error)


def test_the_cause_and_the_remedy_are_those_of_the_code_that_was_logged() -> None:
    bare = failure(errors.MachineRefused("No.", hresult=0xC004F074))
    found = _logged(errors.MachineRefused("No.", hresult=0xC004F074))
    assert (found["code"], found["last_attempt"]["code"]) == ("0xC004F074", "0xC004F06C")
    assert (found["cause"], found["remedy"]) == (found["last_attempt"]["cause"], found["last_attempt"]["remedy"])
    assert found["cause"] != bare["cause"]
    assert "kms.corp.example:1700" in found["msg"] and "0xC004F06C" in found["msg"]
    assert (found["last_attempt"]["host"], found["last_attempt"]["port"]) == ("kms.corp.example", 1700)
    assert "last_attempt" not in bare


def test_a_code_that_is_not_in_the_tables_takes_no_text_away() -> None:
    bare = failure(errors.MachineRefused("No.", hresult=0xC004F074))
    found = _logged(errors.MachineRefused("No.", hresult=0xC004F074), replace(LOGGED, code=0x87654321))
    assert (found["cause"], found["remedy"], found["code"]) == (bare["cause"], bare["remedy"], "0xC004F074")
    assert found["last_attempt"]["code"] == "0x87654321"


def test_what_a_code_means_is_told_once() -> None:
    found = _logged(errors.MachineRefused("No.", hresult=0xC004F06C))
    assert found["msg"].count(found["last_attempt"]["message"]) == 1
    assert "kms.corp.example:1700" in found["msg"]


def test_an_error_without_a_number_has_the_texts_of_the_code_that_was_logged() -> None:
    found = _logged(errors.NotConverged("It is not licensed."))
    assert (found["code"], found["cause"]) == ("not_converged", found["last_attempt"]["cause"])


def test_what_is_known_better_is_not_explained_away() -> None:
    error = errors.MachineRefused("No.", hresult=0xC004F074, code="own", cause="Own cause.", remedy="Own remedy.")
    found = failure(error)
    assert (found["code"], found["cause"], found["remedy"]) == ("own", "Own cause.", "Own remedy.")


@settings(max_examples=200, deadline=None)
@given(state=states(), wish=wishes())
def test_no_key_text_is_in_any_result(state: State, wish: DesiredState) -> None:
    try:
        steps = plan(wish, state).steps
    except errors.Refusal as refusal:
        shown: list[dict[str, t.Any]] = [failure(refusal)]
    else:
        good = Outcome(state=state, requests=1, steps=steps)
        shown = [success(good, diff=True), failure(errors.AnswerLost("Lost."), done=steps)]
    text = json.dumps(shown)
    assert "BBBBB" not in text
    for step in steps if len(shown) == 2 else ():
        if isinstance(step, InstallKey):
            assert f"*****-{step.key.partial}" in text
