# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which product a key is meant for, as the option `products` names it."""

from __future__ import annotations

from ..._licensing import Application
from ..._validation import valid_activation_id

__all__ = ["meant_products"]

_APPLICATIONS = {"windows": Application.WINDOWS, "office": Application.OFFICE}


def meant_products(text: str, option: str = "products") -> tuple[Application | None, str | None]:
    """Return the application that is named, or the activation ID of a product; raises Refusal (`bad_option`)."""
    named = _APPLICATIONS.get(text.strip().lower())
    return (named, None) if named else (None, valid_activation_id(text, option, instead="windows, office"))
