# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is reported of a key that Windows has put into another product than the one that was meant."""

from __future__ import annotations

from ansible_collections.volume.activation.plugins.plugin_utils._applying.not_converged import in_other_product
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import table
from ansible_collections.volume.activation.plugins.plugin_utils._planning import Mak

from .._planning.state_samples import KEY, esu, office

FIRST, SECOND = (next(key for key, row in table("esu")["ids"].items() if row["year"] == year) for year in (1, 2))


def test_the_years_of_both_products_are_named() -> None:
    error = in_other_product(
        Mak(key=KEY, application=None, activation_id=FIRST), [office(), esu(id=SECOND, partial_product_key=KEY.partial)]
    )
    assert error.code == "no_such_product"
    assert SECOND in str(error.cause) and "year 2" in str(error.cause) and "year 1" in str(error.cause)


def test_another_product_is_named_with_its_id() -> None:
    error = in_other_product(Mak(key=KEY), [office(partial_product_key=KEY.partial.lower())])
    assert "Office" in str(error.cause) and "id-office" in str(error.cause)


def test_a_key_that_no_product_holds_is_for_one_that_is_not_installed() -> None:
    assert "not installed" in str(in_other_product(Mak(key=KEY), [office()]).cause)
