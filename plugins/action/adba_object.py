# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action of adba_object: an activation object of the forest that is there, or gone."""

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.volume.activation.plugins.module_utils._directory import (
    DIRECTORY_SPEC,
    DirectoryError,
    Forest,
    forest_facts,
    object_facts,
)
from ansible_collections.volume.activation.plugins.plugin_utils._applying import create_object
from ansible_collections.volume.activation.plugins.plugin_utils._errors import ActivationError, Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    GvlkTable,
    ProductKey,
    parse_confirmation_id,
)
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    NAME_LIMIT,
    AbsentObject,
    CreateObject,
    ForestStep,
    ForestWish,
    PresentObject,
    RemoveObject,
    plan_forest,
    refuse_unable,
)
from ansible_collections.volume.activation.plugins.plugin_utils._reporting import changes, difference, failure
from ansible_collections.volume.activation.plugins.plugin_utils._task import WindowsAction
from ansible_collections.volume.activation.plugins.plugin_utils._task._budget import LEDGER_SPEC
from ansible_collections.volume.activation.plugins.plugin_utils._task._confirmations import keep, stored
from ansible_collections.volume.activation.plugins.plugin_utils._task._forest import ForestAccess, translated

ARGUMENT_SPEC: dict[str, t.Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "name": {"type": "str"},
    "dn": {"type": "str"},
    "product_key": {"type": "str", "no_log": True},
    "activate": {"type": "str", "choices": ["online", "offline", "never"], "default": "online"},
    "confirmation_id": {"type": "str"},
    "wait_seconds": {"type": "int", "default": 120},
    **LEDGER_SPEC,
    **DIRECTORY_SPEC,
}


class ActionModule(WindowsAction):
    """Create an activation object through a Windows machine, or remove exactly one from the directory."""

    SPEC = ARGUMENT_SPEC
    RULES = {
        "required_if": [["state", "present", ["product_key"]], ["state", "absent", ["name", "dn"], True]],
        "mutually_exclusive": [["name", "dn"]],
    }

    def performed(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
        """Look into the directory, plan, and let Windows or the directory do what is missing."""
        wish = _wish(options)
        self._installation: dict[str, t.Any] | None = None
        self._done: list[ForestStep] = []
        with contextlib.ExitStack() as resources:
            access = ForestAccess(self._connection, options, resources, self.tell)
            try:
                with translated():
                    result = self._result(wish, access, options)
            except ActivationError as error:
                result = failure(error, done=self._done)
            return {**result, "installation": self._installation, "requests": access.requests}

    def _result(self, wish: ForestWish, access: ForestAccess, options: dict[str, t.Any]) -> dict[str, t.Any]:
        forest = access.directory.survey()
        steps = plan_forest(wish, forest)
        for step in steps:
            if isinstance(step, CreateObject):
                refuse_unable(access.caller(forest), forest)
        if options["activate"] == "never" and isinstance(wish, PresentObject):
            self._prepare(wish, steps, access)
            steps = ()
        for step in steps:
            forest = self._after(step, forest, access, options)
        result = {**changes(steps), "object": _shown(wish, forest), "forest": forest_facts(forest)}
        return {**result, "diff": difference(steps)} if self._task.diff else result

    def _prepare(self, wish: PresentObject, steps: tuple[ForestStep, ...], access: ForestAccess) -> None:
        """Get the installation ID only; the machine computes it without changing anything."""
        if steps and not self._task.check_mode:
            self._installation_of(wish.key, access)

    def _after(self, step: ForestStep, forest: Forest, access: ForestAccess, options: dict[str, t.Any]) -> Forest:
        if self._task.check_mode:
            return step.predicted(forest)
        self.tell(f"{step.action}: {step.was or '-'} -> {step.becomes or '-'} ({step.why})")
        if isinstance(step, CreateObject):
            forest = self._created(step, access, options)
        elif isinstance(step, RemoveObject):
            forest = self._removed(step, access)
        self._done.append(step)
        return forest

    def _created(self, step: CreateObject, access: ForestAccess, options: dict[str, t.Any]) -> Forest:
        confirmation = self._confirmation(step.key, access, options) if options["activate"] == "offline" else None
        forest = create_object(
            step,
            access.machine.forest_host(),
            look=access.look,
            patience=access.machine.patience,
            confirmation_id=confirmation,
        )
        if confirmation is not None and self._installation is not None:
            keep(options, self._installation["installation_id"], confirmation, step.key, warn=self.warn)
        return forest

    def _confirmation(self, key: ProductKey, access: ForestAccess, options: dict[str, t.Any]) -> str:
        """Return the confirmation ID that was given, else the one that was stored when it was given before."""
        installation_id = self._installation_of(key, access)
        given = options["confirmation_id"]
        found = parse_confirmation_id(given) if given else stored(options, installation_id)
        if found is None:
            raise Refusal(
                "Creating the object offline takes a confirmation ID, and none is stored for this installation ID.",
                code="confirmation_id_needed",
                remedy="Give Microsoft's telephone service the installation ID in installation.installation_id, then"
                " run the task again with the answer in confirmation_id.",
            )
        return found

    def _installation_of(self, key: ProductKey, access: ForestAccess) -> str:
        found = access.machine.forest_host().installation_id(key)
        self._installation = {
            "machine": self.host_name,
            "installation_id": found,
            "partial_product_key": key.partial,
        }
        return found

    def _removed(self, step: RemoveObject, access: ForestAccess) -> Forest:
        try:
            access.directory.remove(step.found)
            return access.look()
        except DirectoryError as error:
            # Somebody else may have removed it, or the answer was all that got lost.
            self.tell(f"{error} Looking into the directory again.")
            forest = _seen_again(access)
            if forest is None or not step.is_done(forest):
                raise
            return forest


def _seen_again(access: ForestAccess) -> Forest | None:
    try:
        return access.look()
    except DirectoryError:
        return None  # what went wrong before is what there is to tell


def _wish(options: t.Mapping[str, t.Any]) -> ForestWish:
    name = options["name"]
    if options["state"] == "absent":
        return AbsentObject(name=name, dn=options["dn"])
    if options["dn"] is not None:
        raise Refusal(
            "An object cannot be created at a DN.", code="bad_option", remedy="Give its name, and leave dn out."
        )
    if options["confirmation_id"]:
        parse_confirmation_id(options["confirmation_id"])
    return PresentObject(key=_key(options["product_key"]), name=None if name is None else _checked(name))


def _checked(name: str) -> str:
    if len(name.encode("utf-16-le")) // 2 > NAME_LIMIT:
        raise Refusal(
            f"The name has {len(name)} characters, and an activation object takes {NAME_LIMIT}.",
            code="name_too_long",
            remedy="Choose a shorter name.",
        )
    if not name.strip() or name != name.strip() or not name.isprintable():
        raise Refusal(
            f"The name {name!r} is empty, or has blanks around it or control characters in it.",
            code="bad_name",
            remedy="Give a plain name, or leave it out and Windows chooses one.",
        )
    return name


def _key(text: str) -> ProductKey:
    key = ProductKey.parse(text)
    if GvlkTable.published().knows(key):
        raise Refusal(
            "The key is a published KMS client key, which activates a client and no forest.",
            code="kms_client_key",
            remedy="Give the KMS host key (CSVLK) of the organisation; clients get theirs with adba_client.",
        )
    return key


def _shown(wish: ForestWish, forest: Forest) -> dict[str, t.Any] | None:
    if isinstance(wish, AbsentObject):
        return None
    found = forest.holding(wish.key.partial)
    return object_facts(found[0]) if found else None
