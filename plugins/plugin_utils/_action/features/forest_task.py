# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task about an activation object does: look, plan, let Windows or the directory do it, look again, and tell."""

from __future__ import annotations

import typing as t

from ....module_utils._directory import DirectoryError, Forest, forest_facts, object_facts
from ..._applying import create_object, remove_object
from ..._errors import ActivationError, NotConverged, Refusal
from ..._ledger import Confirmation
from ..._licensing import ProductKey, parse_confirmation_id
from ..._planning import CreateObject, ForestStep, ForestWish, PresentObject, RemoveObject, plan_forest, refuse_unable
from ..._results import changes, difference, failure
from ..unreachable import unreached
from .forest_access import ForestAccess, translated
from .ledger_options import ledger_from
from .pools import existing

__all__ = ["ForestWork", "keep", "stored"]


class ForestWork:
    """One task's work on a forest; `result` is all of it."""

    def __init__(
        self,
        access: ForestAccess,
        options: t.Mapping[str, t.Any],
        *,
        host_name: str,
        check_mode: bool,
        tell: t.Callable[[str], None],
        warn: t.Callable[[str], None],
    ) -> None:
        self._access = access
        self._options = options
        self._host_name = host_name
        self._check_mode = check_mode
        self._tell = tell
        self._warn = warn
        self._done: list[ForestStep] = []
        self._unknown: list[ForestStep] = []
        self._installation: dict[str, t.Any] | None = None

    def result(self, wish: ForestWish, *, diff: bool) -> dict[str, t.Any]:
        """Return the task's result; what fails is told with what was done before it."""
        try:
            with translated():
                result = self._success(wish, diff=diff)
        except ActivationError as error:
            result = unreached(failure(error, done=self._done, unknown=self._unknown), error)
        return {**result, "installation": self._installation, "requests": self._access.requests}

    def _success(self, wish: ForestWish, *, diff: bool) -> dict[str, t.Any]:
        forest = self._access.directory.survey()
        steps = self._steps(wish, forest)
        for step in steps:
            forest = step.predicted(forest) if self._check_mode else self._carried_out(step, forest)
        result = {**changes(steps), "object": _shown(wish, forest), "forest": forest_facts(forest)}
        return {**result, "diff": difference(steps)} if diff else result

    def _steps(self, wish: ForestWish, forest: Forest) -> tuple[ForestStep, ...]:
        steps = plan_forest(wish, forest)
        if any(isinstance(step, CreateObject) for step in steps):
            refuse_unable(self._access.caller(forest), forest)
        if not isinstance(wish, PresentObject) or self._options["activate"] != "never":
            return steps
        # Windows computes the installation ID without changing anything, and nothing more is wanted.
        if steps and not self._check_mode:
            self._installation_id(wish.key)
        return ()

    def _carried_out(self, step: ForestStep, forest: Forest) -> Forest:
        self._tell(f"{step.action}: {step.was or '-'} -> {step.becomes or '-'} ({step.why})")
        if isinstance(step, RemoveObject):
            forest = remove_object(step, forest, self._access.directory.remove, look=self._access.look)
        elif isinstance(step, CreateObject):
            forest = self._created(step)
        else:
            raise NotImplementedError(type(step).__name__)
        self._done.append(step)
        return forest

    def _created(self, step: CreateObject) -> Forest:
        if self._options["activate"] == "online":
            return self._create(step)
        installation_id = self._installation_id(step.key)
        confirmation_id = self._confirmation_id(installation_id)
        forest = self._create(step, confirmation_id)
        keep(self._options, installation_id, confirmation_id, step.key, warn=self._warn)
        return forest

    def _create(self, step: CreateObject, confirmation_id: str | None = None) -> Forest:
        """Create the object; after a failure, note what the directory shows of it."""
        machine = self._access.machine
        try:
            return create_object(
                step,
                machine.forest_host(),
                look=self._access.look,
                patience=machine.patience,
                confirmation_id=confirmation_id,
            )
        except NotConverged:
            # Windows has done it, by its own word; only the directory does not show it yet.
            self._done.append(step)
            raise
        except ActivationError as error:
            if error.sent:
                self._note_effect(step)
            raise

    def _note_effect(self, step: CreateObject) -> None:
        try:
            if step.is_done(self._access.look()):
                self._done.append(step)
        except DirectoryError as error:
            self._tell(f"the directory could not be read: {error}")
            self._unknown.append(step)

    def _installation_id(self, key: ProductKey) -> str:
        found = self._access.machine.forest_host().installation_id(key)
        self._installation = {
            "machine": self._host_name,
            "installation_id": found,
            "partial_product_key": key.partial,
        }
        return found

    def _confirmation_id(self, installation_id: str) -> str:
        """Return the confirmation ID that was given, else the one that was stored when it was given before."""
        given = self._options["confirmation_id"]
        found = parse_confirmation_id(given) if given else stored(self._options, installation_id)
        if found is not None:
            return found
        raise Refusal(
            "Creating the object offline takes a confirmation ID, and none is stored for this installation ID.",
            code="confirmation_id_needed",
            remedy="Give Microsoft's product activation portal the ID in installation.installation_id, then"
            " run the task again with the answer in confirmation_id.",
        )


def _shown(wish: ForestWish, forest: Forest) -> dict[str, t.Any] | None:
    """Return the object that the wish is about, as far as the forest has it."""
    if not isinstance(wish, PresentObject):
        return None
    holding = forest.holding(wish.key.partial)
    named = [item for item in holding if item in forest.named(wish.name or "")]
    found = named or holding
    return object_facts(found[0]) if found else None


def stored(options: t.Mapping[str, t.Any], installation_id: str) -> str | None:
    """Return the confirmation ID that is stored for an installation ID; None where there is none, or no ledger yet."""
    with existing(options) as ledger:
        found = ledger.confirmation(installation_id) if ledger else None
    return found.confirmation_id if found else None


def keep(
    options: t.Mapping[str, t.Any],
    installation_id: str,
    confirmation_id: str,
    key: ProductKey,
    *,
    warn: t.Callable[[str], None],
) -> None:
    """Store a confirmation ID that Windows has accepted; that it cannot be stored is told and fails nothing."""
    confirmation = Confirmation(
        installation_id=installation_id, confirmation_id=confirmation_id, partial=key.partial, source="telephone"
    )
    try:
        # It was paid for, and the forest's key may have no pool. So this creates a ledger too.
        with ledger_from(options, create=True) as ledger:
            ledger.keep(confirmation)
            ledger.mark_used(installation_id)
    except ActivationError as error:
        warn(f"The confirmation ID could not be stored: {error}")
