# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads the KMS settings of a description: those of a machine, and those of one product that override them."""

from __future__ import annotations

import typing as t
import uuid
from dataclasses import dataclass

from ..catalog.products import OFFICE, CatalogProduct
from .fields import Check, InvalidDescription, fields, mapping, nullable, number, one_of, text

__all__ = ["KMS_SETTING_CHECKS", "ProductSettings", "find_product", "product_settings"]

WINDOWS_PRODUCT = "windows"
_TYPES = {"any": 0, "ad": 1, "kms": 2, "token": 3}


def _type(value: t.Any, path: str) -> int:
    return _TYPES[one_of(_TYPES)(value, path)]


KMS_SETTING_CHECKS: t.Mapping[str, Check] = {
    "kms_host": nullable(text),
    "kms_port": nullable(number(1, 65535)),
    "lookup_domain": nullable(text),
    "activation_type": _type,
}
"""What can be set for a machine and for one of its products."""


@dataclass(frozen=True)
class ProductSettings:
    """The settings of one product; what is None, or an activation type of 0, is not set for it."""

    kms_host: str | None = None
    kms_port: int | None = None
    lookup_domain: str | None = None
    activation_type: int = 0


def product_settings(value: t.Any, path: str) -> dict[str, ProductSettings]:
    """Return settings by product: `windows`, the name of an Office product, or an activation ID."""
    found: dict[str, ProductSettings] = {}
    for given, settings in mapping(value, path).items():
        name = _product_name(given, f"{path}.{given}")
        if name in found:
            raise InvalidDescription(f"{path}.{given}", "a product is named twice", "Name each product once.")
        found[name] = ProductSettings(**fields(settings, f"{path}.{given}", KMS_SETTING_CHECKS))
    return found


def find_product(rows: t.Iterable[CatalogProduct], name: str, edition: str, path: str) -> CatalogProduct:
    """Return the product that settings are for; by its name that is its KMS client, whose settings matter."""
    wanted = edition if name == WINDOWS_PRODUCT else name
    for row in rows:
        if row.id == name or (row.channel == "kms_client" and not row.is_addon and wanted in row.names):
            return row
    raise InvalidDescription(
        path,
        "the machine has no such product",
        "List an Office product in office, and use windows with a volume edition, or give an activation ID.",
    )


def _product_name(given: str, path: str) -> str:
    try:
        return str(uuid.UUID(given))
    except ValueError:
        return str(one_of((WINDOWS_PRODUCT, *OFFICE))(given, path))
