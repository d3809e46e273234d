# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A list of machines that need a confirmation ID, from options to what the desk takes; bad ones are named by number."""

from __future__ import annotations

import typing as t

from ..._activation_service import Installation, ProxyRequest
from ..._errors import Refusal
from ..._ledger import Ledger, MachineIdentity, Pool, PoolWish
from ..._licensing import GvlkTable, ProductKey
from ..._secrets import scrub
from ..._validation import valid_activation_id

__all__ = ["REQUEST_SPEC", "check_shape", "key_of", "requests_from"]

REQUEST_SPEC: dict[str, t.Any] = {
    "machine": {"type": "str", "required": True},
    "activation_id": {"type": "str", "required": True},
    "installation_id": {"type": "str", "required": True},
    "extended_pid": {"type": "str", "required": True},
    "partial_product_key": {"type": "str", "required": True, "no_log": False},
    "client_machine_id": {"type": "str"},
    "bios_uuid": {"type": "str"},
    "reason": {"type": "str", "default": "first_activation"},
    "justification": {"type": "str"},
}
_REQUIRED = [name for name, option in REQUEST_SPEC.items() if option.get("required")]


def check_shape(given: t.Any) -> None:
    """Raise Refusal (`bad_request`) for a row with a field too many or too few, by its number."""
    for number, row in enumerate(given if isinstance(given, list) else [], start=1):
        if not isinstance(row, t.Mapping):
            raise _bad(number, None, "it is not a dictionary")
        unknown = sorted(str(name) for name in row if name not in REQUEST_SPEC)
        missing = [name for name in _REQUIRED if row.get(name) in (None, "")]
        if unknown:
            raise _bad(number, row, f"{', '.join(unknown)} has no meaning in it")
        if missing:
            raise _bad(number, row, f"{', '.join(missing)} is missing")


def key_of(ledger: Ledger, pool: str, product_key: str | None) -> tuple[str, str]:
    """Return fingerprint and last five characters of a pool's key; raises Refusal where they cannot be known."""
    if product_key:
        key = ProductKey.parse(product_key)
        if GvlkTable.published().knows(key):
            raise _kms_client_key()
        ledger.pool(pool)  # or the rehearsal would miss a limit, not the pool
        ledger.declare(PoolWish(name=pool, fingerprint=key.fingerprint, partial=key.partial), dry_run=True)
        return key.fingerprint, key.partial
    found = ledger.pool(pool)
    if found.fingerprint is None or found.partial is None:
        raise _pool_without_key(found)
    return found.fingerprint, found.partial


def requests_from(options: t.Mapping[str, t.Any], fingerprint: str, partial: str, user: str) -> list[ProxyRequest]:
    """Return what the desk takes; raises Refusal for the first request that cannot be used, by its number."""
    return [
        _request(number, row, options, fingerprint, partial, user)
        for number, row in enumerate(options["requests"], start=1)
    ]


def _request(
    number: int, row: t.Mapping[str, t.Any], options: t.Mapping[str, t.Any], fingerprint: str, partial: str, user: str
) -> ProxyRequest:
    if not (row["client_machine_id"] or row["bios_uuid"]):
        raise _bad(number, row, "neither client_machine_id nor bios_uuid is given", code="bad_machine")
    if row["partial_product_key"].strip().upper() != partial:
        raise _other_key(number, row, options["pool"], partial)
    request = ProxyRequest(
        installation=Installation(row["extended_pid"], row["installation_id"], row["machine"]),
        pool=options["pool"],
        fingerprint=fingerprint,
        partial=partial,
        machine=MachineIdentity(
            name=row["machine"], client_machine_id=row["client_machine_id"], bios_uuid=row["bios_uuid"]
        ),
        product_id=_activation_id(number, row),
        reason=row["reason"],
        # Whoever writes the key into it does not get it into the ledger.
        justification=scrub(row["justification"] or options["justification"], []),
        user=user,
        use_reserve=options["use_reserve"],
    )
    try:
        return request.checked()
    except Refusal as refusal:
        message = f"Request {number}{_named(row)}: {refusal.message}"
        raise Refusal(message, code=refusal.code, cause=refusal.cause, remedy=refusal.remedy) from None


def _activation_id(number: int, row: t.Mapping[str, t.Any]) -> str:
    try:
        return valid_activation_id(row["activation_id"], "activation_id")
    except Refusal as refusal:
        raise _bad(number, row, refusal.message.removesuffix(".")) from None


def _named(row: t.Mapping[str, t.Any] | None) -> str:
    return f" ({row['machine']})" if row and row.get("machine") else ""


def _bad(number: int, row: t.Mapping[str, t.Any] | None, what: str, *, code: str = "bad_request") -> Refusal:
    return Refusal(
        f"Request {number}{_named(row)} cannot be used: {what}. Nothing was sent.",
        code=code,
        remedy="Give each request as mak returns it in `installation`; leave out machines for which that is none.",
    )


def _other_key(number: int, row: t.Mapping[str, t.Any], pool: str, partial: str) -> Refusal:
    return Refusal(
        f"Request {number}{_named(row)} is for the key ending in {row['partial_product_key']}, and pool {pool} pays for"
        f" the one ending in {partial}. Nothing was sent.",
        code="pool_of_another_key",
        cause="The machine has another key than the pool's, or the wrong pool is named.",
        remedy="Name the key's own pool, or install the pool's key with mak and activate: never.",
    )


def _pool_without_key(pool: Pool) -> Refusal:
    return Refusal(
        f"Pool {pool.name} is not bound to a key yet.",
        code="pool_without_key",
        cause="Nothing was taken from it so far, and it was declared without a key.",
        remedy="Give product_key here, or to mak_pool.",
    )


def _kms_client_key() -> Refusal:
    return Refusal(
        "The key is a published KMS client key, which activates without a count.",
        code="kms_client_key",
        cause="Confirmation IDs are for multiple activation keys.",
        remedy="Give the MAK, or bring the machines to KMS with volume.activation.kms_client.",
    )
