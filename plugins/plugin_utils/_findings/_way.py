# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rule about the KMS host that a machine goes to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from .._licensing import Product, State, named
from .._planning import kms_hosts_at_odds
from ._hit import Hit, listed
from ._hosts import is_among
from ._record import Record
from ._settings import Settings

__all__ = ["kms_host_differs"]


def kms_host_differs(record: Record, settings: Settings, _today: date) -> Iterator[Hit]:
    """Yield that what rests on KMS knows two KMS hosts that are at odds, or goes to one that it should not use.

    The one that is set is the one that is used; without it the one that DNS led to last. What does not ask KMS may
    have any setting: a name left behind harms nobody.
    """
    state = record.state
    if state is None:
        return
    asking = [product for product in state.judged if product.asks_kms]
    wrong = [told for product in asking for told in _wrong_with(product, state, settings.kms_hosts)]
    if wrong:
        yield Hit("kms_host_differs", listed(dict.fromkeys(wrong)))


def _wrong_with(product: Product, state: State, allowed: tuple[str, ...]) -> Iterator[str]:
    odds = kms_hosts_at_odds(product, state)
    if odds is not None:
        yield f"{named(product)} is set to {odds.host}, and not to {odds.other}, {odds.whose}"
    used = state.set_kms_host(product) or state.found_kms_host(product)
    if used is not None and allowed and not is_among(*used, allowed):
        yield f"{named(product)} uses {used[0]}:{used[1]}, which is none of the KMS hosts that are given"
