# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action of adba_object: an activation object of the forest that is there, or gone."""

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.volume.activation.plugins.module_utils._directory import DIRECTORY_SPEC
from ansible_collections.volume.activation.plugins.plugin_utils._action import WindowsAction
from ansible_collections.volume.activation.plugins.plugin_utils._action.features.forest_access import ForestAccess
from ansible_collections.volume.activation.plugins.plugin_utils._action.features.forest_task import ForestWork
from ansible_collections.volume.activation.plugins.plugin_utils._action.features.ledger_options import LEDGER_SPEC
from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    GvlkTable,
    ProductKey,
    parse_confirmation_id,
)
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    NAME_LIMIT,
    AbsentObject,
    ForestWish,
    PresentObject,
)

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
        """Bring the forest to what is wished of it."""
        wish = _wish(options)
        with contextlib.ExitStack() as resources:
            work = ForestWork(
                ForestAccess(self._connection, self.settings, options, resources, self.tell),
                options,
                host_name=self.host_name,
                check_mode=bool(self._task.check_mode),
                tell=self.tell,
                warn=self.warn,
            )
            return work.result(wish, diff=bool(self._task.diff))


def _wish(options: t.Mapping[str, t.Any]) -> ForestWish:
    name = options["name"]
    if options["state"] == "absent":
        return _absent(name, options["dn"])
    if options["dn"] is not None:
        raise Refusal(
            "An object cannot be created at a DN.", code="bad_option", remedy="Give its name, and leave dn out."
        )
    if options["confirmation_id"]:
        parse_confirmation_id(options["confirmation_id"])
    return PresentObject(key=_key(options["product_key"]), name=None if name is None else _checked(name))


def _absent(name: str | None, dn: str | None) -> AbsentObject:
    if not (name or dn or "").strip():
        raise Refusal(
            "The name or the DN of the object to remove is empty.",
            code="bad_option",
            remedy="Give one of them as adba_object_info shows it; a variable behind it may be empty.",
        )
    return AbsentObject(name=name, dn=dn)


def _checked(name: str) -> str:
    # Windows counts as UTF-16 does, where some characters are two.
    length = len(name.encode("utf-16-le", "surrogatepass")) // 2
    if length > NAME_LIMIT:
        raise Refusal(
            f"The name has {length} characters as Windows counts them, and an activation object takes {NAME_LIMIT}.",
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
