# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What happens on `Activate`: by the directory, by a KMS host, by Microsoft, or not at all, as the channel has it.

How an attempt ended, a machine writes into its Application log. The number that `Activate` returns hides some of what a
KMS host has answered.
"""

from __future__ import annotations

import typing as t

from ..catalog.hresults import Failure, Hresult
from ..catalog.license_states import LEASE, Status, lease, perpetual
from ..catalog.offline_ids import confirmation_id
from ..catalog.products import CatalogProduct
from ..world.world import KmsAnswer, KmsRequest
from .activation_events import answer_event, automatic_event, online_events, request_event
from .software_protection import Keyed, Protection

__all__ = ["activate", "activate_by_itself", "confirm_by_telephone", "kms_request", "note_failure"]

_ANY, _DIRECTORY, _KMS, _TOKEN = 0, 1, 2, 3
_DEFAULT_PORT = 1688
_HIDDEN = frozenset({Hresult.CLOCKS_APART})
"""Answers of a KMS host that `Activate` hides behind KMS_UNREACHABLE: "Error 0xC004F06C when you activate Windows".

Too low a count and a host that does not serve the product are returned as they are: "Error 0xC004F038" and
"Error 0xC004F042" in MicrosoftDocs/SupportArticles-docs, both with the output of slmgr. So is a host that is not
activated, which Microsoft's list of activation errors has for KMS clients.
"""


def activate(machine: Protection, row: CatalogProduct) -> None:
    """Activate one product; raises Failure with the number a real host would give."""
    keyed = machine.require(row)
    keyed.tried = machine.world.clock.now()
    try:
        _BY_CHANNEL[row.channel](machine, row, keyed)
    except Failure as failure:
        if row.channel == "kms_client":
            machine.show_failure(row, failure.hresult)
        raise


def activate_by_itself(machine: Protection, row: CatalogProduct) -> None:
    """Let Windows try without being asked; what fails is in the log only."""
    try:
        activate(machine, row)
    except Failure as failure:
        machine.log.write(automatic_event(row.application_id, row.id, failure.hresult, machine.now()))


def note_failure(machine: Protection, row: CatalogProduct, hresult: int) -> None:
    """Leave behind what an attempt of a KMS client does that ends with this number, though none was made."""
    keyed = machine.keyed.get(row.id)
    if keyed is None or row.channel != "kms_client":
        return
    machine.show_failure(row, hresult)
    host = _named_host(machine, row) or keyed.discovered
    if host is not None:
        machine.log.write(request_event(kms_request(machine, row), host, hresult))


def _activate_volume(machine: Protection, row: CatalogProduct, keyed: Keyed) -> None:
    allowed = machine.settings_in_force(row).activation_type
    if allowed == _TOKEN:
        raise Failure(Hresult.NO_TOKEN_CERTIFICATE)
    alone = allowed == _DIRECTORY
    if allowed in (_ANY, _DIRECTORY) and _activate_by_directory(machine, row, keyed, alone=alone):
        return
    if alone:
        raise Failure(Hresult.AD_OBJECT_NOT_FOUND)
    _activate_by_kms(machine, row, keyed)


def _activate_by_directory(machine: Protection, row: CatalogProduct, keyed: Keyed, *, alone: bool) -> bool:
    """Return whether an activation object licensed the product; a directory that fails may be passed over for KMS."""
    try:
        found = machine.world.activation_object(machine.identity.domain, row.lines)
    except Failure:
        if alone:
            raise
        return False
    if found is None:
        return False
    keyed.standing = lease(machine.now() + LEASE)
    keyed.activated_by, keyed.directory_object = _DIRECTORY, found
    return True


def _activate_by_kms(machine: Protection, row: CatalogProduct, keyed: Keyed) -> None:
    request = kms_request(machine, row)
    named = _named_host(machine, row)
    discovered = None
    try:
        if named:
            answer = _ask(machine, named, request)
        else:
            answer, discovered = _ask_discovered(machine, row, keyed, request)
    except Failure as failure:
        raise Failure(Hresult.KMS_UNREACHABLE if failure.hresult in _HIDDEN else failure.hresult) from failure
    keyed.intervals = answer.activation_interval, answer.renewal_interval
    if answer.count < row.threshold:
        raise Failure(Hresult.COUNT_TOO_LOW)
    keyed.discovered = discovered
    keyed.standing = lease(machine.now() + LEASE)
    keyed.activated_by, keyed.directory_object = _KMS, None


def _ask(machine: Protection, host: tuple[str, int], request: KmsRequest) -> KmsAnswer:
    """Ask one KMS host, and write into the log what was sent and what came of it."""
    try:
        answer = machine.world.ask_kms(*host, request)
    except Failure as failure:
        machine.log.write(request_event(request, host, failure.hresult))
        raise
    machine.log.write(request_event(request, host, 0))
    machine.log.write(answer_event(request, answer))
    return answer


def kms_request(machine: Protection, row: CatalogProduct) -> KmsRequest:
    """Return what a product asks a KMS host at this moment."""
    seen = machine.seen(row)
    return KmsRequest(
        client_id=machine.identity.client_id,
        is_windows=row.is_windows,
        lines=row.lines,
        threshold=row.threshold,
        time=machine.now(),
        client=machine.identity.full_name,
        is_virtual=machine.identity.is_virtual,
        status=seen.status,
        minutes=seen.minutes,
        activation_id=row.id,
    )


def _named_host(machine: Protection, row: CatalogProduct) -> tuple[str, int] | None:
    settings = machine.settings_in_force(row)
    return (settings.kms_host, settings.kms_port or _DEFAULT_PORT) if settings.kms_host else None


def _ask_discovered(
    machine: Protection, row: CatalogProduct, keyed: Keyed, request: KmsRequest
) -> tuple[KmsAnswer, tuple[str, int]]:
    """Ask the host that answered last, then those that DNS lists, until one can be reached."""
    for host in _candidates(machine, row, keyed):
        try:
            return _ask(machine, host, request), host
        except Failure as failure:
            if failure.hresult != Hresult.KMS_UNREACHABLE:
                raise
    raise Failure(Hresult.KMS_UNREACHABLE)


def _candidates(machine: Protection, row: CatalogProduct, keyed: Keyed) -> t.Iterator[tuple[str, int]]:
    if keyed.discovered and machine.settings.host_caching:
        yield keyed.discovered
    domain = machine.settings_in_force(row).lookup_domain or machine.identity.dns_suffix
    if not domain:
        raise Failure(Hresult.NO_DNS_NAME)
    for record in machine.world.service_records(domain):
        yield record.host, record.port


def _activate_with_microsoft(machine: Protection, row: CatalogProduct, keyed: Keyed) -> None:
    again = machine.seen(row).status is Status.LICENSED
    _ask_microsoft(machine, row, keyed, again=again)
    retail = row.channel == "retail"
    machine.settle(row, perpetual(Hresult.STORE_LICENCE if retail else Hresult.ACTIVATED_CHECK_USE_RIGHTS))


def _ask_microsoft(machine: Protection, row: CatalogProduct, keyed: Keyed, *, again: bool) -> None:
    installation = str(machine.installation_id(row))
    try:
        machine.world.microsoft.activate_online(keyed.key, installation, again=again, internet=machine.internet)
    except Failure as failure:
        for event in online_events(row.id, failure.hresult, machine.now()):
            machine.log.write(event)
        raise


def _activate_by_firmware(_machine: Protection, _row: CatalogProduct, keyed: Keyed) -> None:
    """License an OEM product: the firmware proves it, nobody is asked."""
    keyed.standing = perpetual(0)


def _activate_trial(machine: Protection, row: CatalogProduct, keyed: Keyed) -> None:
    """Confirm a trial while it runs; it never becomes longer."""
    if machine.seen(row).status is not Status.LICENSED:
        raise Failure(Hresult.TRIAL_OVER)
    _ask_microsoft(machine, row, keyed, again=False)


def _activate_guest(_machine: Protection, _row: CatalogProduct, _keyed: Keyed) -> None:
    raise Failure(Hresult.NOT_ON_HYPER_V)


def _activate_by_account(_machine: Protection, _row: CatalogProduct, _keyed: Keyed) -> None:
    """Refuse what Office activates by itself once its user has signed in."""
    raise Failure(Hresult.NOT_SUPPORTED)


_BY_CHANNEL: t.Mapping[str, t.Callable[[Protection, CatalogProduct, Keyed], None]] = {
    "kms_client": _activate_volume,
    "mak": _activate_with_microsoft,
    "kms_host": _activate_with_microsoft,
    "retail": _activate_with_microsoft,
    "oem": _activate_by_firmware,
    "evaluation": _activate_trial,
    "avma": _activate_guest,
    "retail_grace": _activate_by_account,
    "subscription": _activate_by_account,
}
"""No key leads to a row of another channel."""


def confirm_by_telephone(machine: Protection, row: CatalogProduct, installation: str, confirmation: str) -> None:
    """Activate a product with the confirmation ID that belongs to its installation ID."""
    machine.require(row)
    if len(confirmation) != 48 or not confirmation.isdigit():
        raise Failure(Hresult.CONFIRMATION_LENGTH)
    if installation != machine.installation_id(row):
        raise Failure(Hresult.CONFIRMATION_MISMATCH)
    if confirmation != confirmation_id(installation):
        raise Failure(Hresult.CONFIRMATION_DIGITS)
    if row.channel == "kms_client":
        raise Failure(Hresult.NOT_SUPPORTED)
    machine.settle(row, perpetual())
