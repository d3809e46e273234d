# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The base action: what is refused at the door, what check mode leaves alone, and what never gets into a result."""

from __future__ import annotations

import errno
import json
import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._action import base as base_module
from ansible_collections.volume.activation.plugins.plugin_utils._errors import (
    AnswerLost,
    ConnectionFailed,
    MissingLibrary,
)
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import reveal
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import Fault

from ...action.fake_task import KEY, MODULES, PASSWORD, FakeTask, licensed, on_mak, windows
from .._planning.state_samples import gvlk

ARGS: dict[str, dict[str, t.Any]] = {
    "license_info": {},
    "kms_client": {"kms_host": "kms.example.com", "replace_licensed": True},
    "product_key": {"product_key": KEY, "replace_licensed": True},
    "activate": {"force": True},
}
each_module = pytest.mark.parametrize("module", MODULES)
FAILED = {"changed": False, "failed": True, "steps": [], "refused": True, "requests": 0}


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> FakeTask:
    return FakeTask(monkeypatch)


@each_module
@pytest.mark.parametrize(
    ("keywords", "code"),
    [
        ({"become": True}, "become_not_supported"),
        ({"background": 30}, "async_not_supported"),
        ({"connection": "ansible.builtin.local"}, "foreign_connection"),
        ({"connection": "ansible.builtin.ssh"}, "foreign_connection"),
    ],
)
def test_what_cannot_be_is_refused_at_the_door(
    stage: FakeTask, module: str, keywords: dict[str, t.Any], code: str
) -> None:
    found = stage.run(module, ARGS[module], **keywords)
    assert found["code"] == code
    assert found["msg"]
    assert found["remedy"]
    assert FAILED.items() <= found.items()
    assert stage.machine.settings == []
    assert stage.machine.queries == []


def test_the_remedy_names_what_to_change(stage: FakeTask) -> None:
    remedies = [
        stage.run("license_info", {}, **keywords)["remedy"]
        for keywords in ({"become": True}, {"background": 1}, {"connection": "ansible.builtin.local"})
    ]
    assert [word in remedy for word, remedy in zip(("become", "async", "winrm or psrp"), remedies, strict=True)] == [
        True
    ] * 3


@each_module
@pytest.mark.parametrize("connection", ["ansible.builtin.winrm", "ansible.builtin.psrp"])
def test_both_connections_are_used_without_being_connected(stage: FakeTask, module: str, connection: str) -> None:
    found = stage.run(module, ARGS[module], check=True, connection=connection)
    assert not found.get("failed")
    (settings,) = stage.machine.settings
    assert settings.host == "app01.example.com"
    assert stage.machine.closed == 1


@each_module
def test_check_mode_invokes_nothing_and_predicts(stage: FakeTask, module: str) -> None:
    stage.machine.products = [on_mak()] if module != "activate" else [windows()]
    found = stage.run(module, ARGS[module], check=True)
    assert stage.machine.calls == []
    assert found["changed"] is (module != "license_info")
    assert bool(found["steps"]) is found["changed"]
    assert found["requests"] == len(stage.machine.queries)


@pytest.mark.parametrize("module", ["kms_client", "product_key", "activate"])
def test_for_real_it_does_what_check_mode_said(stage: FakeTask, module: str) -> None:
    stage.machine.products = [on_mak()] if module != "activate" else [windows()]
    predicted = stage.run(module, ARGS[module], check=True, diff=True)
    done = stage.run(module, ARGS[module], diff=True)
    assert stage.machine.calls
    for part in ("changed", "steps", "diff"):
        assert done[part] == predicted[part]
    shown = [(product["status"], product["partial_product_key"]) for product in done["license"]["products"]]
    if module != "product_key":  # which product a key belongs to, only the machine knows
        assert shown == [
            (product["status"], product["partial_product_key"]) for product in predicted["license"]["products"]
        ]
    assert done["requests"] == len(stage.machine.queries) - predicted["requests"] + len(stage.machine.calls)


@pytest.mark.parametrize(("variables", "query", "call"), [({}, 20, 60), ({"connection_timeout": 90}, 90, 90)])
def test_methods_may_take_as_long_as_a_host_allows_and_queries_as_long_as_the_connection_says(
    stage: FakeTask, variables: dict[str, t.Any], query: float, call: float
) -> None:
    stage.machine.products = [windows()]
    stage.run("activate", connection_options=variables)
    assert stage.machine.limits["Enumerate"] == {query}
    assert stage.machine.limits["Invoke"] == {call}


@pytest.mark.parametrize("wanted", [True, False])
def test_the_diff_is_there_when_it_is_asked_for(stage: FakeTask, wanted: bool) -> None:
    assert ("diff" in stage.run("activate", {"force": True}, diff=wanted, check=True)) is wanted


def test_a_refusal_of_the_planner_is_a_refusal_of_the_task(stage: FakeTask) -> None:
    stage.machine.products = [on_mak()]
    found = stage.run("kms_client", {"kms_host": "kms.example.com"})
    assert (found["code"], found["refused"], found["failed"]) == ("licensed_by_other_key", True, True)
    assert found["requests"] == len(stage.machine.queries) > 0
    assert stage.machine.calls == []
    assert stage.machine.closed == 1


def test_a_failure_carries_the_steps_that_were_done(stage: FakeTask) -> None:
    stage.machine.products = [on_mak()]
    stage.machine.faults["Activate"] = Fault(2150859180, hresult=0xC004F074)
    found = stage.run("kms_client", ARGS["kms_client"])
    assert [step["action"] for step in found["steps"]] == ["set_kms_host", "install_key"]
    assert (found["changed"], found["failed"], found["refused"]) == (True, True, False)
    assert found["code"] == "0xC004F074"
    assert found["cause"]
    assert found["remedy"]
    assert found["requests"] == len(stage.machine.queries) + len(stage.machine.calls)
    assert stage.machine.methods[-1] == "RefreshLicenseStatus"
    assert stage.machine.closed == 1


def test_an_answer_that_never_came_is_an_unknown_outcome(stage: FakeTask) -> None:
    stage.machine.products = [windows()]
    stage.machine.faults["Activate"] = AnswerLost("The connection broke.")
    found = stage.run("activate", {"wait_seconds": 0})
    assert (found["code"], found["changed"], found["steps"]) == ("outcome_unknown", False, [])
    assert stage.machine.methods.count("Activate") == 1


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConnectionFailed("No route.", code="unreachable"), "unreachable"),
        (MissingLibrary("It is not installed.", code="missing_library"), "missing_library"),
        (MemoryError(), "controller_limit"),
        (OSError(errno.EMFILE, "Too many open files"), "controller_limit"),
        (RuntimeError("can't start new thread"), "controller_limit"),
    ],
)
def test_a_session_that_cannot_be_opened_is_a_result_too(
    stage: FakeTask, monkeypatch: pytest.MonkeyPatch, error: Exception, code: str
) -> None:
    def refuse(_settings: object) -> t.NoReturn:
        raise error

    monkeypatch.setattr(base_module, "open_session", refuse)
    found = stage.run("license_info", {})
    assert (found["code"], found["failed"], found["refused"]) == (code, True, False)


def test_the_session_is_closed_also_when_something_breaks(stage: FakeTask) -> None:
    stage.machine.faults["SoftwareLicensingService"] = RuntimeError("not one of ours")
    with pytest.raises(RuntimeError):
        stage.run("license_info", {})
    assert stage.machine.closed == 1


# Secrets: the key in any spelling, own keys of the table, the password.


def _hidden(text: str, *keys: str) -> bool:
    groups = [group for key in keys for group in key.upper().split("-")[:4]]
    return not any(group in text.upper() for group in groups) and PASSWORD not in text


@pytest.mark.parametrize("spelled", [KEY, KEY.lower(), f"  {KEY} "])
@pytest.mark.parametrize("check", [True, False])
def test_no_key_and_no_password_is_in_a_result_or_on_the_screen(stage: FakeTask, spelled: str, check: bool) -> None:
    found = stage.run("product_key", {"product_key": spelled}, check=check, diff=True)
    assert found["changed"] is True
    assert "*****-GGGGG" in json.dumps(found)
    assert _hidden(json.dumps(found) + "".join(stage.shown), KEY)
    assert bool(stage.shown) is not check


def test_the_key_does_reach_the_machine(stage: FakeTask) -> None:
    stage.run("product_key", {"product_key": KEY.lower()})
    assert ("InstallProductKey", {"ProductKey": KEY}) in stage.machine.calls


def test_no_published_key_is_in_a_result_either(stage: FakeTask) -> None:
    stage.machine.products = [on_mak()]
    found = stage.run("kms_client", ARGS["kms_client"], diff=True)
    assert _hidden(json.dumps(found) + "".join(stage.shown), reveal(gvlk()))


@pytest.mark.parametrize("spelled", [KEY, KEY.lower(), f"  {KEY} "])
def test_a_machine_that_echoes_a_key_is_not_quoted(stage: FakeTask, spelled: str) -> None:
    stage.machine.products = [licensed(LicenseFamily=f"Windows {KEY}", ID=KEY)]
    found = stage.run("product_key", {"product_key": spelled}, check=True)
    assert len(found["license"]["products"]) == 2
    assert _hidden(json.dumps(found), KEY)


@pytest.mark.parametrize("nonsense", ["e", "fail", "failed", "changed", "refused", 1])
def test_a_word_given_as_key_does_not_unmake_the_failure(stage: FakeTask, nonsense: str | int) -> None:
    found = stage.run("product_key", {"product_key": nonsense})
    assert (found["failed"], found["changed"], found["refused"]) == (True, False, True)
    assert found["code"] == "malformed_key"


ROW = {"edition_id": "ServerStandard", "product_key": KEY}


@pytest.mark.parametrize(
    ("module", "args"),
    [
        ("product_key", {"product_key": KEY, "state": "perhaps"}),
        ("product_key", {"product_key": KEY, "unknown_option": 1}),
        ("product_key", {"product_key": KEY, "state": KEY}),
        ("product_key", {"product_key": {"text": KEY}, "state": KEY}),
        ("kms_client", {"extra_gvlks": [{**ROW, "build": "many"}]}),
        ("kms_client", {"extra_gvlks": [{**ROW, "other": 1}]}),
        ("kms_client", {"extra_gvlks": [{**ROW, "edition_id": None, "build": KEY}]}),
        ("kms_client", {"extra_gvlks": [{"product_key": KEY}]}),
        ("kms_client", {"extra_gvlks": [ROW], "activate": KEY}),
        ("kms_client", {"extra_gvlks": {**ROW, "build": KEY}}),
        ("kms_client", {"extra_gvlks": [KEY]}),
        ("kms_client", {"extra_gvlks": KEY}),
        ("kms_client", {"extra_gvlks": [f"edition_id=ServerStandard product_key={KEY} build=x"]}),
    ],
)
def test_errors_in_options_do_not_quote_a_key(stage: FakeTask, module: str, args: dict[str, t.Any]) -> None:
    # No exception leaves the action: core would print the traceback of the one that quotes the option as it was given.
    found = stage.run(module, args)
    assert (found["failed"], found["refused"], found["code"]) == (True, True, "bad_option")
    assert found["msg"] and module in found["remedy"]
    assert _hidden(json.dumps(found), KEY)
    assert stage.machine.settings == []


@pytest.mark.parametrize(
    ("module", "args", "code"),
    [
        ("product_key", {"product_key": f"{KEY}-HHHHH"}, "malformed_key"),
        ("product_key", {"product_key": KEY[:-1] + "A"}, "malformed_key"),
        ("product_key", {"product_key": KEY, "partial_product_key": "HHHHH"}, "bad_option"),
        ("kms_client", {"extra_gvlks": [{**ROW, "product_key": KEY + "G"}]}, "bad_gvlk_row"),
    ],
)
def test_refused_options_do_not_quote_a_key(stage: FakeTask, module: str, args: dict[str, t.Any], code: str) -> None:
    found = stage.run(module, args)
    assert (found["code"], found["refused"]) == (code, True)
    assert _hidden(json.dumps(found), KEY)
    assert stage.machine.settings == []
