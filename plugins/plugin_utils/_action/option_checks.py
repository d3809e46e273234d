# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks of options that several modules have, by their type or their name, beyond what an argument spec can say."""

from __future__ import annotations

import typing as t

from .._errors import Refusal
from .._validation import valid_number, valid_path

__all__ = ["KEY_OPTION", "check_options"]

KEY_OPTION = "product_key"
_BOUNDS = {
    "wait_seconds": (0, 86_400),
    "retries": (0, 100),
    "retry_delay": (0, 86_400),
    "warn_below": (0, 1_000_000_000),
}
"""The least and the greatest number for options that several modules have."""


def check_options(options: t.Mapping[str, t.Any], spec: t.Mapping[str, t.Any]) -> None:
    """Raise Refusal (`bad_option`) for a foreign path, a number out of bounds or an empty product key."""
    _check_paths(options, spec)
    for name, (least, most) in _BOUNDS.items():
        if options.get(name) is not None:
            valid_number(options[name], name, least, most)
    _refuse_empty_keys(options)


def _check_paths(options: t.Mapping[str, t.Any], spec: t.Mapping[str, t.Any]) -> None:
    """Raise Refusal (`bad_option`) for a path, also in a nested option, that is not one of the controller."""
    for name, option in spec.items():
        value = options.get(name)
        if option.get("type") == "path" and value:
            valid_path(value, name)
        for row in value if isinstance(value, list) else [value]:
            if isinstance(row, dict) and option.get("options"):
                _check_paths(row, option["options"])


def _refuse_empty_keys(options: t.Mapping[str, t.Any]) -> None:
    """Raise Refusal for a product key that was given without any text, as from an empty variable of a vault."""
    for name, value in options.items():
        if name == KEY_OPTION and value is not None and not str(value).strip():
            raise Refusal(
                f"{KEY_OPTION} is empty.",
                code="bad_option",
                remedy="Set it to a key, such as from a vaulted variable that has one, or leave the option out.",
            )
        for row in value if isinstance(value, list) else ():
            if isinstance(row, dict):
                _refuse_empty_keys(row)
