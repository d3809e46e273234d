# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task gives as requests, each as `mak` returns it in `installation`, in the words of this package."""

from __future__ import annotations

import re
import typing as t

from .._errors import Refusal
from .._ledger import Ledger, MachineIdentity
from .._licensing import ProductKey, parse_extended_pid, parse_installation_id
from .._microsoft import Installation, ProxyRequest
from .._secrets import scrub
from ._records import Request

__all__ = ["account_of", "listed", "wanted"]

Row: t.TypeAlias = "t.Mapping[str, t.Any]"
_PARTIAL = re.compile(r"[BCDFGHJKMNPQRTVWXY2346789]{5}", re.IGNORECASE)


def account_of(ledger: Ledger, pool: str, key: ProductKey | None) -> tuple[str, str]:
    """Return the fingerprint and the last five characters of a pool's key; raises Refusal.

    The pool knows them once it was used or declared with the key; before that the key has to be given.
    """
    found = ledger.pool(pool)
    if key is not None:
        return key.fingerprint, key.partial
    if found.fingerprint and found.partial:
        return found.fingerprint, found.partial
    raise Refusal(
        f"Pool {pool} has no key yet, and none was given.",
        code="pool_without_key",
        cause="A pool is bound to its key when it is declared with it, or when it is first used.",
        remedy="Give the key in product_key this once, or declare the pool with it in volume.activation.mak_pool.",
    )


def wanted(row: Row, account: tuple[str, str], **more: t.Any) -> ProxyRequest:
    """Return the request in a row of options, on an account; `more` are further fields of the request."""
    fingerprint, partial = account
    return ProxyRequest(
        installation=Installation(row["extended_pid"], row["installation_id"], row["machine"]),
        fingerprint=fingerprint,
        partial=_partial(row) or partial,
        machine=MachineIdentity(
            name=row["machine"], client_machine_id=row["client_machine_id"] or None, bios_uuid=row["bios_uuid"] or None
        ),
        product_id=row["activation_id"],
        reason=row["reason"],
        **more,
    )


def listed(row: Row) -> Request:
    """Return the request in a row of options for a sheet of paper; raises Refusal for IDs that are none."""
    return Request(
        extended_pid=parse_extended_pid(row["extended_pid"]),
        installation_id=parse_installation_id(row["installation_id"]),
        machine=scrub(row["machine"], ()),
        activation_id=scrub(row["activation_id"], ()),
        partial_product_key=_partial(row),
    )


def _partial(row: Row) -> str | None:
    """Return the last five characters of the machine's key; more than those must never get into a file."""
    text = row["partial_product_key"]
    if not text:
        return None
    if not _PARTIAL.fullmatch(text):
        raise Refusal(
            f"{row['machine']}: partial_product_key is not the last five characters of a key.",
            code="bad_partial_key",
            remedy="Give the five characters as mak returns them in installation, and never the whole key.",
        )
    return str(text).upper()
