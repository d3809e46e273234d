# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks the values of a filter before it uses them: none may hold a product key, and each has to fit its schema."""

from __future__ import annotations

import types
import typing as t

from ansible.errors import AnsibleFilterError

from ._errors import Refusal
from ._misplaced import refuse_misplaced_keys
from ._schema import Mismatch, Schema
from ._secrets import scrub_lines

__all__ = ["check_values", "filter_error"]


def check_values(
    name: str, values: t.Mapping[str, t.Any], schemas: t.Mapping[str, Schema] = types.MappingProxyType({})
) -> None:
    """Raise AnsibleFilterError if a value of the filter `name` holds a product key or does not fit its schema.

    `values` are the filter's input, as `_input`, and its parameters; `schemas` has the schemas of some of them.
    """
    for parameter, value in values.items():
        try:
            refuse_misplaced_keys({parameter: value}, {}, f"the filter {name}")
            if parameter in schemas:
                schemas[parameter].check(value)
        except Refusal as refusal:
            raise filter_error(name, refusal) from None
        except Mismatch as error:
            place = parameter.lstrip("_")
            raise AnsibleFilterError(f"The {place} of {name} has a damaged field: {scrub_lines(str(error))}.") from None


def filter_error(name: str, refusal: Refusal) -> AnsibleFilterError:
    """Return what a filter raises for a refusal; a text that it quotes is shown without secrets and in one line."""
    parts = (refusal.message, refusal.remedy)
    return AnsibleFilterError(f"{name}: {scrub_lines(' '.join(filter(None, parts)))}")
