# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Creating an activation object: asked for once, and believed only when the directory shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.module_utils._directory import (
    ActivationObject,
    DirectoryAnswerLost,
    DirectoryError,
    DirectoryLoginFailed,
    DirectoryRefusal,
    DirectoryUnreachable,
    Forest,
)
from ansible_collections.volume.activation.plugins.plugin_utils._applying import (
    ForestHost,
    PollPolicy,
    Reader,
    create_object,
    remove_object,
)
from ansible_collections.volume.activation.plugins.plugin_utils._cim import Repository
from ansible_collections.volume.activation.plugins.plugin_utils._errors import (
    ActivationError,
    AnswerLost,
    MachineRefused,
    NotConverged,
    ProtocolViolation,
    RequestRejected,
)
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import ProductKey
from ansible_collections.volume.activation.plugins.plugin_utils._planning import CreateObject, RemoveObject

from .._planning.forest_samples import NEEDS_LDAP, forest, held
from .._planning.state_samples import NOW

KEY = ProductKey("HHHHH-JJJJJ-KKKKK-MMMMM-PPPPP")
STEP = CreateObject(why="no activation object holds this key", key=KEY, name="Corp")
CONFIRMATION = "123456" * 8


@dataclass
class Writer(ForestHost):
    """A machine that writes the object at once, or only after some looks, or never; or fails before or after it."""

    visible_after: int | None = 0
    error: Exception | None = None
    asked: list[tuple[Any, ...]] = field(default_factory=list)
    looks: int = 0
    unreadable: int = 0
    """How many looks fail before the directory can be read again."""
    failure: DirectoryError = field(default_factory=lambda: DirectoryUnreachable("down", code="directory_unreachable"))

    def activate(self, key: ProductKey, name: str | None) -> None:
        self.asked.append(("online", key, name))
        if self.error:
            raise self.error

    def deposit(self, key: ProductKey, confirmation_id: str, name: str | None) -> None:
        self.asked.append(("offline", key, confirmation_id, name))

    def look(self) -> Forest:
        self.looks += 1
        if self.looks <= self.unreadable:
            raise self.failure
        shown = self.visible_after is not None and self.asked and self.looks > self.visible_after
        return STEP.predicted(forest()) if shown else forest()


@dataclass
class Clock:
    """A clock that moves only when somebody waits."""

    now: float = 0.0

    def patience(self, seconds: float) -> PollPolicy:
        return PollPolicy(seconds, lambda: self.now, self.wait)

    def wait(self, seconds: float) -> None:
        self.now += seconds


def created(writer: Writer, *, seconds: float = 30.0, confirmation_id: str | None = None) -> Forest:
    """Let a writer create the object."""
    patience = Clock().patience(seconds)
    return create_object(STEP, writer, look=writer.look, patience=patience, confirmation_id=confirmation_id)


@NEEDS_LDAP
def test_an_object_is_asked_for_by_its_name() -> None:
    writer = Writer()
    assert created(writer).holding("PPPPP")
    assert writer.asked == [("online", KEY, "Corp")]


@NEEDS_LDAP
def test_a_confirmation_id_is_deposited_and_nobody_is_asked_online() -> None:
    writer = Writer()
    assert created(writer, confirmation_id=CONFIRMATION).holding("PPPPP")
    assert writer.asked == [("offline", KEY, CONFIRMATION, "Corp")]


@NEEDS_LDAP
def test_an_object_that_was_written_elsewhere_is_waited_for() -> None:
    writer = Writer(visible_after=3)
    assert created(writer).holding("PPPPP")
    assert writer.looks == 4


@NEEDS_LDAP
def test_what_the_directory_never_shows_is_no_success() -> None:
    writer = Writer(visible_after=None)
    with pytest.raises(NotConverged, match=r"dc1\.corp\.example does not show it") as error:
        created(writer)
    assert error.value.code == "not_converged"
    assert len(writer.asked) == 1


@NEEDS_LDAP
def test_after_a_lost_answer_the_directory_decides() -> None:
    writer = Writer(error=AnswerLost("gone"), visible_after=1)
    assert created(writer).holding("PPPPP")
    assert len(writer.asked) == 1


@NEEDS_LDAP
def test_after_a_lost_answer_an_object_that_is_not_shown_is_an_unknown_outcome() -> None:
    writer = Writer(error=AnswerLost("gone"), visible_after=None)
    with pytest.raises(AnswerLost) as error:
        created(writer)
    assert error.value.code == "outcome_unknown"
    assert len(writer.asked) == 1


@NEEDS_LDAP
@pytest.mark.parametrize("sent", [True, False])
def test_a_status_in_place_of_an_answer_proves_nothing_once_the_request_has_left(sent: bool) -> None:
    rejected = RequestRejected("busy", code="http_503")
    rejected.sent = sent
    writer = Writer(error=rejected, visible_after=1)
    if sent:
        assert created(writer).holding("PPPPP")
    unseen = Writer(error=rejected, visible_after=None)
    with pytest.raises(RequestRejected):
        created(unseen)
    assert bool(unseen.looks) is sent


@NEEDS_LDAP
def test_a_directory_that_is_away_for_a_while_is_waited_for() -> None:
    writer = Writer(unreadable=2)
    assert created(writer).holding("PPPPP")
    assert writer.looks == 3


@pytest.mark.parametrize(
    ("error", "code"), [(None, "not_converged"), (AnswerLost("gone"), "outcome_unknown")], ids=["answered", "lost"]
)
def test_a_directory_that_stays_away_is_no_success_and_said_to_be_the_cause(error: Exception, code: str) -> None:
    with pytest.raises(ActivationError, match="cannot be read") as failure:
        created(Writer(unreadable=100, error=error))
    assert failure.value.code == code


def test_a_login_that_is_refused_while_waiting_is_not_tried_again() -> None:
    writer = Writer(unreadable=100, failure=DirectoryLoginFailed("locked", code="directory_login_refused"))
    with pytest.raises(NotConverged, match="locked"):
        created(writer)
    assert writer.looks == 1


def test_a_refusal_for_want_of_rights_names_those_in_the_forest() -> None:
    with pytest.raises(MachineRefused) as error:
        created(Writer(error=MachineRefused("no", hresult=0x80070005)))
    assert "Enterprise Admins" in str(error.value.remedy)


def test_a_refusal_of_windows_is_passed_on_without_a_look() -> None:
    refused = MachineRefused("no", hresult=0xC004F082, remedy="Choose a shorter name.")
    writer = Writer(error=refused)
    with pytest.raises(MachineRefused) as error:
        created(writer)
    assert (error.value, writer.looks) == (refused, 0)


REMOVAL = RemoveObject(why="the object is to be absent", found=held("Corp"))
HELD, EMPTY = forest(held("Corp"), held("Other", "QQQQQ")), forest(held("Other", "QQQQQ"))
LOST = DirectoryAnswerLost("gone", code="outcome_unknown")


def looks(*found: Forest | DirectoryError) -> Callable[[], Forest]:
    """Return a function that shows one forest after the other, or fails in its place."""
    left = list(found)

    def look() -> Forest:
        shown = left.pop(0)
        if isinstance(shown, DirectoryError):
            raise shown
        return shown

    return look


def removal(error: DirectoryError | None = None) -> Callable[[ActivationObject], None]:
    """Return a removal that answers, or fails, whatever it has done."""

    def remove(found: ActivationObject) -> None:
        assert found == REMOVAL.found
        if error:
            raise error

    return remove


def test_an_object_is_removed_and_the_forest_looked_at_again() -> None:
    emptied = forest()
    assert remove_object(REMOVAL, HELD, removal(), look=looks(emptied)) == emptied


@pytest.mark.parametrize("error", [LOST, DirectoryRefusal("gone already", code="object_gone")])
def test_an_object_that_is_gone_was_removed_whatever_was_said(error: DirectoryError) -> None:
    assert remove_object(REMOVAL, HELD, removal(error), look=looks(EMPTY)) == EMPTY


@pytest.mark.parametrize("seen", [HELD, DirectoryUnreachable("down")], ids=["still there", "unreadable"])
@pytest.mark.parametrize("error", [LOST, DirectoryRefusal("no right", code="access_denied")])
def test_what_is_not_seen_to_be_gone_was_not_removed(error: DirectoryError, seen: Forest | DirectoryError) -> None:
    with pytest.raises(DirectoryError) as raised:
        remove_object(REMOVAL, HELD, removal(error), look=looks(seen))
    assert raised.value is error


def test_a_removal_that_was_answered_is_no_failure_though_nobody_can_look_again() -> None:
    assert remove_object(REMOVAL, HELD, removal(), look=looks(DirectoryUnreachable("broken"))) == EMPTY


@dataclass
class Answers(Repository):
    """A repository that remembers what was invoked, and answers with these values."""

    values: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    invoked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def select(self, class_name: str, properties: Any, conditions: Any = (), **more: Any) -> list[dict[str, Any]]:
        return [{**dict.fromkeys(properties), "Version": "10.0.20348.1"}]

    def invoke(self, class_name: str, keys: Any, method: str, parameters: Any = None, **more: Any) -> Any:
        self.invoked.append((method, {**keys, **parameters}))
        return self.values


def host(**values: tuple[Any, ...]) -> tuple[ForestHost, Answers]:
    """Return a host in front of a repository, and that."""
    answers = Answers(values=values)
    return ForestHost(answers, Reader(answers, now=lambda: NOW)), answers


def test_windows_is_called_with_its_own_names() -> None:
    machine, answers = host(InstallationID=("1234567" * 9,))
    assert machine.installation_id(KEY) == "1234567" * 9
    machine.activate(KEY, None)
    machine.deposit(KEY, CONFIRMATION, "Corp")
    version = {"Version": "10.0.20348.1", "ProductKey": KEY}
    assert answers.invoked == [
        ("GenerateActiveDirectoryOfflineActivationId", version),
        ("DoActiveDirectoryOnlineActivation", {**version, "ActivationObjectName": ""}),
        (
            "DepositActiveDirectoryOfflineActivationConfirmation",
            {**version, "ConfirmationID": CONFIRMATION, "ActivationObjectName": "Corp"},
        ),
    ]


def test_an_answer_without_an_installation_id_is_none() -> None:
    machine, _answers = host()
    with pytest.raises(ProtocolViolation):
        machine.installation_id(KEY)
