# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""adba_object and adba_object_info: who asks the directory and the machine, and in which order."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.module_utils._directory import (
    DirectoryAnswerLost,
    DirectoryError,
    DirectoryLibraryMissing,
    DirectoryRefusal,
    DirectoryUnreachable,
)
from ansible_collections.volume.activation.plugins.plugin_utils._errors import AnswerLost
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import Fault

from ..plugin_utils._planning.forest_samples import NEEDS_LDAP, forest, held
from .fake_directory import CONTROLLER, KEY, ONLINE, FakeDirectory, present
from .fake_task import PASSWORD, FakeTask, Row

COMPUTER, SERVICE = "Win32_ComputerSystem", "SoftwareLicensingService"
MEMBER = {**CONTROLLER, "Name": "APP1", "DomainRole": "3"}


def test_an_object_is_created_and_shown(stage: FakeTask, directory: FakeDirectory) -> None:
    result = stage.run("adba_object", present(), diff=True)
    assert (result["changed"], result["object"]["name"]) == (True, "Corp")
    assert stage.machine.calls == [(ONLINE, {"ProductKey": KEY, "ActivationObjectName": "Corp"})]
    assert stage.machine.queries == [COMPUTER, SERVICE]
    assert result["requests"] == 3
    assert result["diff"] == {"before": "activation_object: (none)\n", "after": "activation_object: Corp, key PPPPP\n"}
    assert KEY not in str(result)
    assert (directory.closed, stage.machine.closed) == (True, 1)


@NEEDS_LDAP
def test_check_mode_asks_for_nothing_and_foretells_the_same(stage: FakeTask, directory: FakeDirectory) -> None:
    foretold = stage.run("adba_object", present(), check=True, diff=True)
    assert stage.machine.methods == []
    done = stage.run("adba_object", present(), diff=True)
    assert {name: foretold[name] for name in ("changed", "steps", "diff")} == {
        name: done[name] for name in ("changed", "steps", "diff")
    }
    assert foretold["object"]["dn"] == done["object"]["dn"]


def test_a_machine_is_not_talked_to_when_the_directory_shows_the_key(stage: FakeTask, directory: FakeDirectory) -> None:
    directory.forest = forest(held("Corp"))
    result = stage.run("adba_object", present(domain="corp.example"))
    assert (result["changed"], result["requests"], stage.machine.settings) == (False, 0, [])


def test_of_two_objects_with_the_key_the_one_of_the_name_is_shown(stage: FakeTask, directory: FakeDirectory) -> None:
    directory.forest = forest(held("First"), held("Corp"))
    result = stage.run("adba_object", present(domain="corp.example"))
    assert (result["changed"], result["object"]["name"]) == (False, "Corp")


def test_the_domain_and_the_login_are_those_of_the_machine(stage: FakeTask, directory: FakeDirectory) -> None:
    stage.run("adba_object_info")
    (settings,) = directory.settings
    assert (settings.domain, settings.bind_user, settings.bind_password) == (
        "corp.example",
        "admin@corp.example",
        PASSWORD,
    )
    assert stage.machine.queries == [COMPUTER]


def test_a_plain_name_on_a_domain_controller_is_one_of_its_domain(stage: FakeTask, directory: FakeDirectory) -> None:
    stage.user = "Administrator"
    stage.run("adba_object_info", {"server": "dc1.corp.example"})
    assert directory.settings[0].bind_user == "Administrator@corp.example"


def test_a_plain_name_elsewhere_is_not_guessed_to_be_one_of_the_domain(
    stage: FakeTask, directory: FakeDirectory
) -> None:
    stage.user, stage.machine.domain = "Administrator", dict(MEMBER)
    result = stage.run("adba_object_info", {"server": "dc1.corp.example"})
    assert (result["code"], directory.settings) == ("directory_login_missing", [])


@pytest.mark.parametrize(
    ("options", "login"),
    [
        ({"bind_user": "reader@corp.example", "bind_password": "other"}, ("reader@corp.example", "other")),
        ({"security": "gssapi"}, (None, None)),
    ],
)
def test_another_login_of_the_directory_leaves_the_machine_alone(
    stage: FakeTask, directory: FakeDirectory, options: Row, login: tuple[str | None, str | None]
) -> None:
    stage.run("adba_object_info", {"domain": "corp.example", **options})
    assert (directory.settings[0].bind_user, directory.settings[0].bind_password) == login
    assert stage.machine.settings == []


def test_what_another_login_may_do_says_nothing_about_the_machines(stage: FakeTask, directory: FakeDirectory) -> None:
    directory.forest = forest(may_create=False)
    refused = stage.run("adba_object", present())
    assert (refused["code"], refused["refused"], stage.machine.methods) == ("access_denied", True, [])
    assert stage.run("adba_object", present(bind_user="reader@corp.example", bind_password="other"))["changed"]


def test_a_login_that_ends_at_the_machine_is_refused_before_the_method(
    stage: FakeTask, directory: FakeDirectory
) -> None:
    stage.machine.domain = dict(MEMBER)
    for check in (True, False):
        result = stage.run("adba_object", present(), check=check)
        assert (result["code"], stage.machine.methods) == ("second_hop", [])
        assert "CredSSP" in result["remedy"]


def test_only_the_name_that_is_given_is_looked_for(stage: FakeTask, directory: FakeDirectory) -> None:
    stage.run("adba_object_info", {"name": "Corp"})
    stage.run("adba_object_info")
    assert directory.asked == ["Corp", None]


def test_a_machine_in_a_workgroup_tells_no_domain(stage: FakeTask, directory: FakeDirectory) -> None:
    stage.machine.domain = {"Name": "ALONE", "Domain": "WORKGROUP", "PartOfDomain": "false", "DomainRole": "2"}
    result = stage.run("adba_object_info", {"bind_user": "reader@corp.example", "bind_password": "other"})
    assert (result["code"], directory.settings) == ("not_a_domain_member", [])


def test_a_lost_answer_is_looked_up_and_nothing_asked_again(stage: FakeTask, directory: FakeDirectory) -> None:
    stage.machine.faults[ONLINE] = AnswerLost("gone")
    result = stage.run("adba_object", present())
    assert (result["changed"], stage.machine.methods) == (True, [ONLINE])


@NEEDS_LDAP
def test_what_windows_has_done_by_its_own_word_is_a_change_though_it_is_not_seen(
    stage: FakeTask, directory: FakeDirectory
) -> None:
    directory.replicates = False
    result = stage.run("adba_object", present())
    assert (result["failed"], result["code"], result["changed"]) == (True, "not_converged", True)
    assert [step["action"] for step in result["steps"]] == ["create_object"]


@NEEDS_LDAP
def test_a_refusal_of_windows_is_explained(stage: FakeTask, directory: FakeDirectory) -> None:
    stage.machine.faults[ONLINE] = Fault(0x80070005, hresult=0x80070005)
    directory.replicates = False
    result = stage.run("adba_object", present())
    assert (result["code"], result["changed"], result["steps"]) == ("0x80070005", False, [])
    assert result["steps_unknown"] == []
    assert result["remedy"]


def test_an_object_that_was_created_all_the_same_is_a_change(stage: FakeTask, directory: FakeDirectory) -> None:
    stage.machine.faults[ONLINE] = Fault(0x8007203A, hresult=0x8007203A)
    result = stage.run("adba_object", present())
    assert (result["failed"], result["code"], result["changed"]) == (True, "0x8007203A", True)
    assert [step["action"] for step in result["steps"]] == ["create_object"]


def test_an_object_is_removed_without_a_machine(stage: FakeTask, directory: FakeDirectory) -> None:
    directory.forest = forest(held("Corp"), held("Corp 2", "QQQQQ"))
    options = {"state": "absent", "name": "Corp", "domain": "corp.example"}
    assert stage.run("adba_object", options, check=True)["changed"]
    assert len(directory.forest.objects) == 2
    result = stage.run("adba_object", options)
    assert (result["changed"], result["object"], stage.machine.settings) == (True, None, [])
    assert [item.name for item in directory.forest.objects] == ["Corp 2"]
    assert not stage.run("adba_object", options)["changed"]


def test_a_removal_whose_answer_was_lost_is_looked_up(stage: FakeTask, directory: FakeDirectory) -> None:
    directory.forest = forest(held("Corp"))
    directory.removal = DirectoryAnswerLost("gone", code="outcome_unknown")
    result = stage.run("adba_object", {"state": "absent", "name": "Corp", "domain": "corp.example"})
    assert result["changed"]


def test_a_removal_by_somebody_else_is_as_good(stage: FakeTask, directory: FakeDirectory) -> None:
    directory.forest = forest(held("Corp"))
    directory.removal = DirectoryRefusal("gone already", code="object_gone")
    result = stage.run("adba_object", {"state": "absent", "name": "Corp", "domain": "corp.example"})
    assert result["changed"]


@pytest.mark.parametrize("code", ["access_denied", "outcome_unknown"])
def test_what_is_still_there_was_not_removed(stage: FakeTask, directory: FakeDirectory, code: str) -> None:
    directory.forest = forest(held("Corp"))
    directory.kept, directory.removal = True, DirectoryAnswerLost("gone", code=code)
    result = stage.run("adba_object", {"state": "absent", "name": "Corp", "domain": "corp.example"})
    assert (result["failed"], result["code"], result["changed"]) == (True, code, False)


def test_a_connection_that_broke_is_made_anew_for_the_second_look(stage: FakeTask, directory: FakeDirectory) -> None:
    directory.broken = 1
    assert stage.run("adba_object", present())["changed"]
    assert len(directory.settings) == 2


def test_a_domain_controller_that_stays_away_for_a_while_is_asked_again_at_each_look(
    stage: FakeTask, directory: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    directory.broken, directory.away = 1, (1, 2)
    result = stage.run("adba_object", present(wait_seconds=1))
    assert (result.get("code"), result["changed"], stage.machine.methods) == (None, True, [ONLINE])
    assert len(directory.settings) == 4


@pytest.mark.parametrize(
    ("error", "refused"),
    [
        (DirectoryRefusal("no", code="bad_option", remedy="mend"), True),
        (DirectoryLibraryMissing("no", code="python_ldap_missing", remedy="install"), False),
        (DirectoryUnreachable("no", code="directory_unreachable", remedy="look"), False),
    ],
)
@pytest.mark.parametrize("module", ["adba_object", "adba_object_info"])
def test_what_the_directory_says_is_told_as_it_is(
    stage: FakeTask, directory: FakeDirectory, module: str, error: DirectoryError, refused: bool
) -> None:
    directory.error = error
    result = stage.run(module, present() if module == "adba_object" else {})
    assert (result["failed"], result["code"], result["remedy"], result["refused"]) == (
        True,
        error.code,
        error.remedy,
        refused,
    )


def test_a_password_alone_is_no_login_and_not_replaced_by_the_connections(
    stage: FakeTask, directory: FakeDirectory
) -> None:
    stage.run("adba_object_info", {"domain": "corp.example", "bind_password": "other"})
    (settings,) = directory.settings
    assert (settings.bind_user, settings.bind_password, stage.machine.settings) == (None, "other", [])


def test_become_is_refused(stage: FakeTask, directory: FakeDirectory) -> None:
    assert stage.run("adba_object", present(), become=True)["code"] == "become_not_supported"


@pytest.mark.parametrize("options", [{}, {"bind_user": "reader@corp.example", "bind_password": "other"}])
def test_on_the_controller_a_domain_has_to_be_named(stage: FakeTask, directory: FakeDirectory, options: Row) -> None:
    result = stage.run("adba_object_info", options, connection="local")
    assert (result["code"], result["refused"]) == ("bad_option", True)


def test_on_the_controller_a_login_has_to_be_named(stage: FakeTask, directory: FakeDirectory) -> None:
    result = stage.run("adba_object_info", {"domain": "corp.example"}, connection="local")
    assert result["code"] == "directory_login_missing"


def test_another_host_asks_the_directory_itself(
    stage: FakeTask, directory: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ansible.plugins.action import ActionBase

    asked: list[Row] = []

    def execute(_self: t.Any, **given: t.Any) -> Row:
        asked.append(given)
        return {"changed": False, "objects": []}

    monkeypatch.setattr(ActionBase, "_execute_module", execute)
    options = {"domain": "corp.example", "bind_user": "reader@corp.example", "bind_password": "other"}
    assert stage.run("adba_object_info", options, connection="ssh") == {"changed": False, "objects": []}
    (given,) = asked
    assert given["module_name"] == "volume.activation.adba_object_info"
    assert given["module_args"] == options
    assert directory.settings == []
