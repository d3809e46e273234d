# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Creating and removing activation objects: Windows writes them, the directory tells whether it did.

No machine is asked for what the directory shows already. An answer that was lost is looked for there, and the object is
not asked for a second time.
"""

from __future__ import annotations

import typing as t

from ...module_utils._directory import ActivationObject, DirectoryError, DirectoryLoginFailed, Forest, rights_remedy
from .._cim import Repository, from_lexical
from .._errors import ActivationError, AnswerLost, MachineRefused, NotConverged, ProtocolViolation
from .._licensing import ProductKey
from .._planning import CreateObject, RemoveObject
from . import queries as q
from .poll_policy import PollPolicy
from .reader import Products, Reader, Scope

_ACCESS_DENIED = 0x80070005

_Missing = t.Callable[[CreateObject, str], ActivationError]


class ForestHost:
    """A Windows machine whose licensing service creates activation objects, as the user who is logged in there."""

    def __init__(self, repository: Repository, reader: Reader) -> None:
        self._repository = repository
        self._reader = reader

    def installation_id(self, key: ProductKey) -> str:
        """Return the installation ID for which Microsoft gives a confirmation ID by telephone."""
        values = self._call("GenerateActiveDirectoryOfflineActivationId", {"ProductKey": key})
        found = from_lexical(values.get("InstallationID", ()), "string")
        if not found:
            raise ProtocolViolation("The machine answered well but gave no installation ID for the forest.")
        return str(found)

    def activate(self, key: ProductKey, name: str | None) -> None:
        """Create the object; the machine asks Microsoft for the licence itself."""
        self._call("DoActiveDirectoryOnlineActivation", {"ProductKey": key, "ActivationObjectName": name or ""})

    def deposit(self, key: ProductKey, confirmation_id: str, name: str | None) -> None:
        """Create the object from the confirmation ID that belongs to the installation ID."""
        parameters = {"ProductKey": key, "ConfirmationID": confirmation_id, "ActivationObjectName": name or ""}
        self._call("DepositActiveDirectoryOfflineActivationConfirmation", parameters)

    def _call(self, method: str, parameters: t.Mapping[str, t.Any]) -> t.Mapping[str, tuple[t.Any, ...]]:
        try:
            version = self._reader.read(Scope(products=Products.NONE)).service.version
        except ActivationError as error:
            error.sent = False  # what was lost is a query, and the call was never made
            raise
        return self._repository.invoke(q.SERVICE, {"Version": version}, method, parameters)


def create_object(
    step: CreateObject,
    host: ForestHost,
    *,
    look: t.Callable[[], Forest],
    patience: PollPolicy,
    confirmation_id: str | None = None,
) -> Forest:
    """Create an object, online or with a confirmation ID, and return the forest as it shows it.

    `look` reads the forest anew. Raises AnswerLost when the outcome stays unknown, MachineRefused when Windows
    declined, and NotConverged when it answered well but the directory does not show the object.
    """
    missing = _asked(step, host, confirmation_id)
    seen = ""
    for _moment in patience.moments():
        try:
            forest = look()
        except DirectoryLoginFailed as error:
            seen = f"the directory cannot be read ({error})"
            break  # each further try counts towards a lockout
        except DirectoryError as error:
            seen = f"the directory cannot be read ({error})"
            continue
        if step.is_done(forest):
            return forest
        seen = f"{forest.server} does not show it"
    raise missing(step, seen)


def remove_object(
    step: RemoveObject, forest: Forest, remove: t.Callable[[ActivationObject], None], *, look: t.Callable[[], Forest]
) -> Forest:
    """Remove the object that was found in `forest`, and return the forest without it.

    Of what goes wrong nothing is told when the object is gone all the same: somebody else may have removed it, or the
    answer was all that got lost. Raises DirectoryError otherwise.
    """
    try:
        remove(step.found)
    except DirectoryError:
        seen = _seen_again(look)
        if seen is None or not step.is_done(seen):
            raise
        return seen
    # The directory has said that it did it; that it cannot be read any more makes that no failure.
    return _seen_again(look) or step.predicted(forest)


def _seen_again(look: t.Callable[[], Forest]) -> Forest | None:
    try:
        return look()
    except DirectoryError:
        return None  # the removal is what there is to tell of


def _asked(step: CreateObject, host: ForestHost, confirmation_id: str | None) -> _Missing:
    """Ask Windows once, and return what it would mean if the directory does not show the object."""
    try:
        if confirmation_id is None:
            host.activate(step.key, step.name)
        else:
            host.deposit(step.key, confirmation_id, step.name)
    except (AnswerLost, ProtocolViolation):
        return _unknown
    except MachineRefused as refused:
        if refused.hresult != _ACCESS_DENIED:
            raise
        raise _without_rights(refused) from refused
    except ActivationError as error:
        if not error.sent:
            raise
        # A status without a message says nothing about the work, so the directory is looked at.
        rejected = error
        return lambda _step, _seen: rejected
    return _not_shown


def _without_rights(refused: MachineRefused) -> MachineRefused:
    """Return the refusal with a remedy for this case; the usual one is about the machine alone."""
    return MachineRefused(
        refused.message,
        hresult=refused.hresult,
        fault=refused.fault,
        cause="This login may not create activation objects in the forest, or is no administrator of the machine.",
        remedy=rights_remedy(),
    )


def _unknown(step: CreateObject, seen: str) -> ActivationError:
    return AnswerLost(
        f"No answer came when the object for key {step.key.partial} was asked for, and {seen}: the outcome is unknown.",
        code="outcome_unknown",
        cause="The connection broke, the machine was slower than its limit, or the change is not replicated yet.",
        remedy="Run the task again; it looks into the directory first and creates nothing that is there.",
    )


def _not_shown(step: CreateObject, seen: str) -> ActivationError:
    return NotConverged(
        f"Windows says that it created the object for key {step.key.partial}, but {seen}.",
        code="not_converged",
        cause="The object was written at another domain controller and is not replicated yet.",
        remedy="Wait for the replication and run the task again, or name the controller next to the machine in server.",
    )
