# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds misspelt names among variables. Ansible accepts each name, and what nothing reads has no effect."""

from __future__ import annotations

import difflib
import functools
import json
import pathlib
import typing as t

from .._errors import ActivationError
from .._secrets import scrub_lines

__all__ = ["OTHERS", "documented", "misspelt", "nearest", "refuse_misspelt"]

OTHERS = "volume_activation_other_variables"
"""The variable that lists names which begin like those of the collection, and belong to something else."""

_DATA = pathlib.Path(__file__).parent / "data" / "names.json"
_ALIKE = 0.75
"""How much of a name has to be the same, from 0 to 1, for it to be taken for a misspelt one."""


class _Names(t.NamedTuple):
    """All prefixes, those of them that only the collection uses, and the names with either."""

    prefixes: tuple[str, ...]
    own: tuple[str, ...]
    documented: tuple[str, ...]
    known: frozenset[str]


@functools.cache
def _names() -> _Names:
    data = json.loads(_DATA.read_text(encoding="utf-8"))
    documented = tuple(data["documented"])
    prefixes, known = (*data["own"], *data["shared"]), frozenset((*documented, *data["internal"]))
    return _Names(prefixes, tuple(data["own"]), documented, known)


def documented(prefix: str) -> tuple[str, ...]:
    """Return the variables for inventories that begin with a prefix."""
    return tuple(name for name in _names().documented if name.startswith(prefix))


def misspelt(names: t.Iterable[str]) -> dict[str, str]:
    """Return the nearest variable of the collection by each name that is probably a misspelt one.

    With a prefix that other roles may use as well, a name has to resemble one of the collection.
    """
    ours = _names()
    # First of all a cheap look: this is done for each task, with all variables of its host.
    unknown = sorted(name for name in names if name.startswith(ours.prefixes) and name not in ours.known)
    found = {name: _meant(name) for name in unknown}
    return {name: meant for name, meant in found.items() if meant is not None}


def _meant(name: str) -> str | None:
    ours = _names()
    prefix = next(each for each in ours.prefixes if name.startswith(each))
    # Without the prefix, which all of them have in common.
    rests = [each.removeprefix(prefix) for each in ours.documented if each.startswith(prefix)]
    found = nearest(name.removeprefix(prefix), rests, 0 if prefix in ours.own else _ALIKE)
    return None if found is None else prefix + found


def nearest(name: str, known: t.Iterable[str], alike: float = 0) -> str | None:
    """Return the known name that resembles a name most, None where no one is alike."""
    found = difflib.get_close_matches(name, sorted(known), n=1, cutoff=alike)
    return found[0] if found else None


def refuse_misspelt(variables: t.Mapping[str, t.Any], others: t.Iterable[str] = ()) -> None:
    """Raise ActivationError (`unknown_variable`) for variables whose names are probably misspelt.

    A registered result is not meant: what a play registers may begin like anything. `others` are accepted beside those
    that the variables themselves list.
    """
    found = misspelt(name for name in variables if isinstance(name, str))
    listed = variables.get(OTHERS)
    allowed = {*others, *(listed if isinstance(listed, (list, tuple)) else ())}
    wrong = {name: meant for name, meant in found.items() if name not in allowed and not _is_result(variables[name])}
    if wrong:
        told = " ".join(f"The variable {name} does not exist; did you mean {meant}?" for name, meant in wrong.items())
        raise ActivationError(
            str(scrub_lines(told)),
            code="unknown_variable",
            remedy=f"Correct the name where the variable is set. If it belongs to something else, list it in {OTHERS}.",
        )


def _is_result(value: t.Any) -> bool:
    return isinstance(value, t.Mapping) and ("changed" in value or "results" in value)
