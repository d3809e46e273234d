# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Planning of activation objects: what a forest should hold, what it holds, and who may change that.

A key is known in the directory by its last five characters alone, as everywhere in Windows. An object cannot be moved
to another key and Windows has no way to rename one, so neither is done behind anybody's back: it is refused.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ...module_utils._directory import ActivationObject, Forest, rights_remedy
from .._errors import Refusal
from .._licensing import ProductKey
from .steps import Change

NAME_LIMIT = 40
"""Characters of an object's name; Windows refuses a longer one with 0xC004F082."""


@dataclass(frozen=True, kw_only=True)
class PresentObject:
    """The forest holds an activation object for a key; without a name Windows chooses one."""

    key: ProductKey
    name: str | None = None


@dataclass(frozen=True, kw_only=True)
class AbsentObject:
    """The forest does not hold the object of that name, or at that DN."""

    name: str | None = None
    dn: str | None = None


ForestWish = PresentObject | AbsentObject


@dataclass(frozen=True, kw_only=True)
class ForestStep(Change):
    """One change of a forest."""

    def predicted(self, forest: Forest) -> Forest:
        """Return the forest after this step."""
        raise NotImplementedError

    def is_done(self, forest: Forest) -> bool:
        """Tell whether the forest shows this step's effect."""
        return self.predicted(forest) == forest


@dataclass(frozen=True, kw_only=True)
class CreateObject(ForestStep):
    """Let Windows create the object for a key."""

    key: ProductKey
    name: str | None = None
    action = "create_object"
    subject = "activation_object"

    def predicted(self, forest: Forest) -> Forest:
        if forest.holding(self.key.partial):
            return forest
        return replace(forest, objects=(*forest.objects, self._object(forest)))

    def _object(self, forest: Forest) -> ActivationObject:
        return ActivationObject(
            dn=forest.dn_for(self.name) if self.name else "",
            name=self.name or "",
            cn=self.name or "",
            guid=None,
            activation_id=None,
            partial_product_key=self.key.partial,
            extended_pid=None,
        )


@dataclass(frozen=True, kw_only=True)
class RemoveObject(ForestStep):
    """Remove exactly the object that was found."""

    found: ActivationObject
    action = "remove_object"
    subject = "activation_object"

    def predicted(self, forest: Forest) -> Forest:
        return replace(forest, objects=tuple(item for item in forest.objects if item.guid != self.found.guid))


def plan_forest(wish: ForestWish, forest: Forest) -> tuple[ForestStep, ...]:
    """Return the steps from what a forest holds to what is wished; raises Refusal where names and keys collide."""
    return tuple(_present(wish, forest) if isinstance(wish, PresentObject) else _absent(wish, forest))


def _present(wish: PresentObject, forest: Forest) -> t.Iterator[ForestStep]:
    holding = forest.holding(wish.key.partial)
    if wish.name is None or any(item in holding for item in forest.named(wish.name)):
        if holding:
            return
    elif holding:
        raise _held_elsewhere(wish.name, holding[0])
    elif forest.named(wish.name):
        raise _name_taken(wish.name, forest.named(wish.name)[0])
    _refuse_unfit(forest)
    yield CreateObject(
        why="no activation object holds this key",
        was="(none)",
        becomes=f"{wish.name or '(named by Windows)'}, key {wish.key.partial}",
        key=wish.key,
        name=wish.name,
    )


def _absent(wish: AbsentObject, forest: Forest) -> t.Iterator[ForestStep]:
    found = _named_by(wish, forest)
    if len(found) > 1:
        raise _ambiguous(wish.name or "", found)
    for item in found:
        yield RemoveObject(
            why="the object is to be absent",
            was=f"{item.name}, key {item.partial_product_key or 'unknown'}",
            becomes="(none)",
            found=item,
        )


def _named_by(wish: AbsentObject, forest: Forest) -> tuple[ActivationObject, ...]:
    if wish.dn is None:
        return forest.named(wish.name or "")
    at = forest.at(wish.dn)
    return (at,) if at else ()


def _held_elsewhere(name: str, found: ActivationObject) -> Refusal:
    return Refusal(
        f"The key is in the activation object {found.name}, not in {name}.",
        code="key_under_other_name",
        cause="Windows cannot rename an activation object, and clients remember theirs by its name.",
        remedy=f"Set name to {found.name}, or remove that object with state: absent first.",
    )


def _name_taken(name: str, found: ActivationObject) -> Refusal:
    return Refusal(
        f"The activation object {name} holds another key, which ends in {found.partial_product_key or '(unknown)'}.",
        code="name_taken",
        remedy="Choose another name, or remove that object with state: absent first.",
    )


def _ambiguous(name: str, found: t.Sequence[ActivationObject]) -> Refusal:
    return Refusal(
        f"{len(found)} activation objects have the name {name}.",
        code="ambiguous_name",
        cause="One carries it as its common name and another as its display name.",
        remedy=f"Name one in dn: {'; '.join(item.dn for item in found)}.",
    )


def _refuse_unfit(forest: Forest) -> None:
    if not forest.has_schema:
        raise Refusal(
            f"The schema of the forest (version {forest.schema_version}) does not know activation objects.",
            code="schema_too_old",
            cause="AD-based activation came with the schema of Windows Server 2012, version 56.",
            remedy="Extend the schema with adprep /forestprep from Windows Server 2012 or later.",
        )
    if not forest.has_container:
        raise Refusal(
            f"The container for activation objects is missing: {forest.container}.",
            code="container_missing",
            cause="It was removed, or adprep did not finish, or it has not been replicated yet.",
            remedy="Run adprep /forestprep from Windows Server 2012 or later again, then wait for the replication.",
        )


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who would create an object: the machine that is asked, and the login it is asked with.

    `can_go_on` says that the login may be used by the machine at another one. `may_create` is what the directory says
    of the same login, None where it was asked as somebody else.
    """

    machine: str
    domain: str | None
    is_domain_controller: bool
    can_go_on: bool
    may_create: bool | None = None


def refuse_unable(caller: Caller, forest: Forest) -> None:
    """Raise Refusal when this machine, asked with this login, cannot create an object in this forest."""
    if not caller.domain:
        raise Refusal(
            f"{caller.machine} is in no domain, so it cannot create an activation object.",
            code="not_a_domain_member",
            remedy="Run the task on a domain controller, or on a member of a domain of this forest.",
        )
    if not forest.has_domain(caller.domain):
        raise Refusal(
            f"{caller.machine} is in the domain {caller.domain}, which is not in the forest of {forest.server}.",
            code="other_forest",
            cause="Windows creates the object in its own forest, whatever directory was named.",
            remedy="Leave domain and server out, or run the task on a machine of that forest.",
        )
    if not caller.can_go_on and not caller.is_domain_controller:
        raise _second_hop(caller)
    if caller.may_create is False:
        raise _no_right(forest)


def _second_hop(caller: Caller) -> Refusal:
    return Refusal(
        f"{caller.machine} cannot pass this login on to a domain controller, which creating the object takes.",
        code="second_hop",
        cause="Windows writes the object as the caller; an NTLM, Basic or plain Kerberos login ends at the machine.",
        remedy="Run the task on a domain controller, or connect by CredSSP, or by Kerberos with delegation"
        " (ansible_winrm_kerberos_delegation or ansible_psrp_negotiate_delegate).",
    )


def _no_right(forest: Forest) -> Refusal:
    return Refusal(
        "This login may not create activation objects.",
        code="access_denied",
        cause=f"The directory does not grant it the right to create children of {forest.container}.",
        remedy=rights_remedy(forest.container),
    )
