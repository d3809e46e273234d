# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The store of confirmation IDs, for tasks that are given one by telephone and have no budget to pay from."""

from __future__ import annotations

import typing as t

from ..._errors import ActivationError
from ..._ledger import Confirmation
from ..._licensing import ProductKey
from .ledger_options import ledger_from
from .pools import existing

__all__ = ["keep", "stored"]


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
