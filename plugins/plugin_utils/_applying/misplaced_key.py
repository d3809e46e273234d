# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The failure of a key that Windows has put into another product than the one that was meant."""

from __future__ import annotations

import typing as t

from .._errors import NotConverged
from .._licensing import Product, esu_year, named
from .._planning import Mak, misplaced_remedy

__all__ = ["in_other_product"]


def in_other_product(mak: Mak, products: t.Iterable[Product]) -> NotConverged:
    """Return the failure of an installed key; some of `products` may show it."""
    holding = [product for product in products if (product.partial_product_key or "").upper() == mak.key.partial]
    return NotConverged(
        "The key was installed, but Windows shows it in no product that is meant.",
        code="no_such_product",
        cause=_whereabouts(mak, holding),
        remedy=misplaced_remedy(mak),
    )


def _whereabouts(mak: Mak, holding: t.Sequence[Product]) -> str:
    if not holding:
        return "No product of the machine holds the key: it is for one that is not installed."
    taken, wanted = esu_year(holding[0].id), esu_year(mak.activation_id)
    where = f"{taken or named(holding[0])}, activation ID {holding[0].id}"
    told = f"The key is for another product: it is now in {where}."
    return f"{told} The ID in products is that of {wanted}." if wanted else told
