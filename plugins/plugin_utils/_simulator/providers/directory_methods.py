# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The three methods by which a machine's licensing service activates its forest with a KMS host key.

What the machine can tell by itself is checked first, then the directory is asked as the caller, and Microsoft last: a
login that does not reach the directory spends nothing.
"""

from __future__ import annotations

import typing as t

from ..catalog.hresults import Failure, Hresult
from ..catalog.offline_ids import confirmation_id, extended_pid
from ..catalog.product_keys import KeyFacts
from ..host.software_protection import Protection
from ..world.forest import SimulatedForest, activation_object, forest_installation_id

__all__ = ["FOREST_METHODS"]

Arguments = t.Mapping[str, t.Any]
Outputs = t.Mapping[str, t.Any]

_LONGEST_NAME = 40


def _activate_online(machine: Protection, arguments: Arguments) -> Outputs:
    """Create an activation object, with Microsoft's consent."""
    key = _host_key(machine, arguments)
    name = _object_name(arguments, key)
    forest = _forest(machine)
    installation = forest_installation_id(forest.domain, key)
    with forest.opened_as(machine.caller) as writer:
        writer.require_free(name)
        machine.world.microsoft.activate_online(key, installation, again=False, internet=machine.internet)
        writer.add(activation_object(name, writer.container, key, _pid(machine, key)))
    return {}


def _generate_installation_id(machine: Protection, arguments: Arguments) -> Outputs:
    """Return the number that is told to Microsoft; it follows forest and key, whichever machine is asked."""
    key = _host_key(machine, arguments)
    _require_not_blocked(key)
    forest = _forest(machine)
    with forest.opened_as(machine.caller):
        return {"InstallationID": forest_installation_id(forest.domain, key)}


def _deposit_confirmation(machine: Protection, arguments: Arguments) -> Outputs:
    """Create an activation object with the confirmation ID that belongs to the forest's installation ID."""
    key = _host_key(machine, arguments)
    _require_not_blocked(key)
    name = _object_name(arguments, key)
    forest = _forest(machine)
    installation = forest_installation_id(forest.domain, key)
    confirmation = _confirmation(arguments, installation)
    with forest.opened_as(machine.caller) as writer:
        writer.require_free(name)
        pid = _pid(machine, key)
        numbers = {"installation": installation, "confirmation": confirmation}
        writer.add(activation_object(name, writer.container, key, pid, **numbers))
    return {}


def _host_key(machine: Protection, arguments: Arguments) -> KeyFacts:
    text = arguments.get("ProductKey")
    if not text:
        raise Failure(Hresult.INVALID_PARAMETER)
    key = machine.known_key(str(text))
    if key.channel != "kms_host":
        raise Failure(Hresult.INVALID_KEY_TYPE)
    return key


def _require_not_blocked(key: KeyFacts) -> None:
    if key.blocked:
        raise Failure(Hresult.KEY_BLOCKED)


def _object_name(arguments: Arguments, key: KeyFacts) -> str:
    """Return the name that is given, or the one an object gets without."""
    name = str(arguments.get("ActivationObjectName") or "") or f"Activation Object {key.last_five}"
    if len(name) > _LONGEST_NAME:
        raise Failure(Hresult.AD_OBJECT_NAME_TOO_LONG)
    return name


def _forest(machine: Protection) -> SimulatedForest:
    forest = machine.world.forest(machine.identity.domain)
    if forest is None:
        raise Failure(Hresult.NO_SUCH_DOMAIN)
    return forest


def _confirmation(arguments: Arguments, installation: str) -> str:
    text = str(arguments.get("ConfirmationID") or "")
    if not text:
        raise Failure(Hresult.INVALID_PARAMETER)
    if len(text) != 48 or not text.isdigit():
        raise Failure(Hresult.CONFIRMATION_LENGTH)
    if text != confirmation_id(installation):
        raise Failure(Hresult.CONFIRMATION_DIGITS)
    return text


def _pid(machine: Protection, key: KeyFacts) -> str:
    return extended_pid(key, machine.identity.language, machine.system.build, machine.now())


FOREST_METHODS: t.Mapping[str, t.Callable[[Protection, Arguments], Outputs]] = {
    "DoActiveDirectoryOnlineActivation": _activate_online,
    "GenerateActiveDirectoryOfflineActivationId": _generate_installation_id,
    "DepositActiveDirectoryOfflineActivationConfirmation": _deposit_confirmation,
}
