# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which machines come and go, by what the inventory says of them."""

from __future__ import annotations

import typing as t

from .values import list_of_texts, text
from .vocabulary import MARKS

__all__ = ["GROUP_VARIABLES", "KIND_VARIABLE", "kind_of", "marks_of"]

KIND_VARIABLE = "mak_exception_machine_kind"
GROUP_VARIABLES: t.Mapping[str, tuple[str, tuple[str, ...]]] = {
    "image_build": ("mak_exception_image_build_groups", ("image_builds",)),
    "vdi": ("mak_exception_vdi_groups", ("vdi",)),
    "reimaged_lab": ("mak_exception_reimaged_lab_groups", ("reimaged_labs",)),
}
"""By mark the variable that names its groups, and what it holds where nobody sets it, as in the role mak_exception."""


def marks_of(variables: t.Mapping[str, t.Any]) -> tuple[str, ...]:
    """Return the marks of a machine, by its word and by its `group_names`; neither takes the other back."""
    groups = frozenset(list_of_texts(variables.get("group_names")) or ())
    word = text(variables.get(KIND_VARIABLE))
    return tuple(mark for mark in MARKS if mark == word or not groups.isdisjoint(_groups(variables, mark)))


def kind_of(variables: t.Mapping[str, t.Any]) -> str | None:
    """Return the one word for a machine; None where the inventory says a word that is none.

    As in the role mak_exception: the machine's own word first, then its groups.
    """
    word, marks = text(variables.get(KIND_VARIABLE)), marks_of(variables)
    if word in MARKS:
        return word
    if marks:
        return marks[0]
    return "ordinary" if _says_nothing(variables.get(KIND_VARIABLE)) or word == "ordinary" else None


def _groups(variables: t.Mapping[str, t.Any], mark: str) -> t.Iterable[str]:
    variable, usual = GROUP_VARIABLES[mark]
    told = list_of_texts(variables.get(variable))
    return usual if told is None else told


def _says_nothing(value: t.Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())
