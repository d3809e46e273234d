# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Office products of a KMS host: what a volume licence pack adds to a machine, for host keys of Office.

Such a product stands beside Windows and beside Office itself, and has a key of its own for each release.
"""

from __future__ import annotations

import functools
import typing as t

from .languages import words
from .products import OFFICE, OFFICE_APPLICATION, CatalogProduct, derived_id

__all__ = ["OFFICE_HOSTS", "office_host_rows"]

_THRESHOLD = 5

OFFICE_HOSTS: t.Mapping[str, str] = {
    # Microsoft publishes these activation IDs, but two different ones for 2024.
    "office_2016": "98ebfe73-2084-4c97-932c-c0cd1643bea7",
    "office_2019": "70512334-47b4-44db-a233-be5ea33b914c",
    "office_2021": "47f3b983-7c53-4d45-abc6-bcd91e2dd90a",
    "office_2024": derived_id("office_host", "office_2024"),
}
"""The releases of Office for which there are host keys, with the activation ID of each."""


def office_host_rows(packs: t.Iterable[str], language: str) -> tuple[CatalogProduct, ...]:
    """Return a row for each volume licence pack that is installed."""
    return tuple(_row(pack, language) for pack in packs)


@functools.lru_cache(maxsize=64)
def _row(pack: str, language: str) -> CatalogProduct:
    office, text = OFFICE[pack], words(language)
    family = f"OfficeKMSHost{pack.rpartition('_')[2]}"
    return CatalogProduct(
        id=OFFICE_HOSTS[pack],
        name=text.office_name.format(line=office.display, family=family),
        description=text.office_description.format(line=office.display, token="VOLUME_KMS"),
        application_id=OFFICE_APPLICATION,
        family=family,
        channel="kms_host",
        key_channel="Volume:CSVLK",
        names=frozenset({pack}),
        group=f"office_host/{pack}",
        lines=frozenset({"all", "office", office.line}),
        threshold=_THRESHOLD,
    )
