# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The published activation IDs of Extended Security Updates."""

from __future__ import annotations

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._licensing import esu_year, table
from ansible_collections.volume.activation.plugins.plugin_utils._validation import valid_activation_id

IDS = table("esu")["ids"]


@pytest.mark.parametrize("given", IDS)
def test_every_row_is_well_formed_and_found_in_all_spellings(given: str) -> None:
    assert valid_activation_id(given, "id") == given
    found = esu_year(f"{{{given.upper()}}}")
    assert found is not None and found == esu_year(given)
    assert found.year in (1, 2, 3) and found.builds and found.prerequisite
    assert str(found) == f"{found.program} year {found.year}"


@pytest.mark.parametrize("given", [None, "", "id-esu", "00000000-0000-0000-0000-000000000000"])
def test_other_ids_are_of_no_esu_year(given: str | None) -> None:
    assert esu_year(given) is None
