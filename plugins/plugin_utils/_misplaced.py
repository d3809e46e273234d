# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Refuses product keys in options that are not for keys, before anything validates, logs or stores the options.

Ansible quotes an option that it cannot use, a filter returns what it was given, a pool's name goes into the ledger, and
a KMS host's name onto the host and into its event log. None of them may be a key that was written on the wrong line.
Options that are marked `no_log` are for keys and passwords, and a password may have any shape.
"""

from __future__ import annotations

import typing as t

from ._errors import Refusal
from ._secrets import holds_key, one_line

__all__ = ["refuse_misplaced_keys"]

Spec: t.TypeAlias = "t.Mapping[str, t.Any]"
_DEEPEST = 64
"""Levels that a value may be nested; whatever looks at it needs room on the stack."""


def refuse_misplaced_keys(given: t.Mapping[t.Any, t.Any], spec: Spec, plugin: str) -> None:
    """Raise Refusal (`bad_option`) if an option of a plugin that is not for keys, or a name in it, holds a product key.

    A value that is nested too deeply is refused as well.

    `spec` is the argument spec of the options, nested ones in `options`; those that are not in it are not for keys.
    """
    place = next(_in_options(given, spec, ""), None)
    if place is not None:
        raise Refusal(
            f"{place} holds a text with the shape of a product key.",
            code="bad_option",
            cause="A product key was given in the wrong place, or something else looks like one.",
            remedy="Give product keys only in options that are for keys, from a vaulted variable; the documentation of"
            f" {plugin} lists them. The text was not used and is not shown here.",
        )


def _places(value: t.Any, path: str, depth: int) -> t.Iterator[str]:
    """Yield the path of each text in `value`, at any depth, that holds a product key; a name that does is not shown."""
    if depth > _DEEPEST:
        raise Refusal(
            f"{path.partition('.')[0].partition('[')[0]} is nested more than {_DEEPEST} levels deep.",
            code="bad_option",
            remedy="Give the value as the documentation describes it.",
        )
    if isinstance(value, t.Mapping):
        yield from _in_options(value, {}, f"{path}.", depth + 1)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for number, item in enumerate(value):
            yield from _places(item, f"{path}[{number}]", depth + 1)
    elif value is not None and not isinstance(value, (bool, int, float)) and holds_key(str(value)):
        # str also decrypts what older releases of Ansible hand on as an object of the vault.
        yield path


def _in_options(given: t.Mapping[t.Any, t.Any], spec: Spec, prefix: str, depth: int = 0) -> t.Iterator[str]:
    for name, value in given.items():
        if holds_key(str(name)):
            yield f"A name in {prefix[:-1]}" if prefix else "The name of an option"
            continue
        path, option = f"{prefix}{one_line(str(name))}", spec.get(name) or {}
        if option.get("no_log"):
            continue
        nested = option.get("options")
        rows = value if isinstance(value, (list, tuple)) else [value]
        if nested and all(isinstance(row, t.Mapping) for row in rows):
            for row in rows:
                yield from _in_options(row, nested, f"{path}.", depth + 1)
        else:
            yield from _places(value, path, depth)
