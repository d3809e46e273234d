# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fault rules as a description writes them: what goes wrong with a machine, on which occasion, and how often.

They are checked here for both halves; `hresult` is carried out by the machine's model, everything else on the wire.
"""

from __future__ import annotations

import functools
import typing as t

from ._checks import InvalidDescription, fields, number, one_of, text
from ._classes import classes_of

__all__ = ["MODEL_ACTION", "fault_rule"]

MODEL_ACTION = "hresult"

_ACTIONS = (
    "refuse",
    "drop_before",
    "drop_after",
    "delay",
    "truncate",
    "status",
    "timeout_before",
    "timeout_after",
    "access_denied",
    "quota",
    MODEL_ACTION,
)
_OCCASIONS = ("any", "login", "identify", "enumerate", "pull", "release", "get", "invoke", "shell", "other")
_STATUSES = (400, 401, 403, 404, 413, 500, 503)
_NEWEST_BUILD, _OLDEST_BUILD = 26100, 9200
# YAML 1.1 reads the bare word `on` as a truth value, and people should not have to quote it.
_SPELLINGS_OF_ON = ("True", "true", "yes", "Yes")


@functools.lru_cache(maxsize=1)
def _methods() -> t.Mapping[str, str]:
    """Return every method of every class by its lower-case name."""
    definitions = [*classes_of(_NEWEST_BUILD, True).values(), *classes_of(_OLDEST_BUILD, True).values()]
    return {name.lower(): name for definition in definitions for name in definition.methods}


def _occasion(value: t.Any, path: str) -> str:
    word = text(value, path).lower()
    known = _methods()
    return word if word in _OCCASIONS else known[one_of((*_OCCASIONS, *known))(word, path)]


def _hresult(value: t.Any, path: str) -> int:
    """Return an HRESULT as an unsigned number, however it is spelled."""
    try:
        found = int(value, 0) if isinstance(value, str) else int(value)
    except (TypeError, ValueError):
        found = 0
    if not found or not -(2**31) <= found < 2**32:
        raise InvalidDescription(path, "an HRESULT is expected", 'Write it as in "0xC004F074".')
    return found & 0xFFFFFFFF


def _status(value: t.Any, path: str) -> int:
    return int(one_of([str(status) for status in _STATUSES])(str(value), path))


_CHECKS = {
    "on": _occasion,
    "do": one_of(_ACTIONS),
    "seconds": number(0, 3600, whole=False),
    "times": number(0, 1_000_000),
    "status": _status,
    "code": _hresult,
    "shape": one_of(("flat", "provider", "wmi_error")),
}


def fault_rule(value: t.Any, path: str) -> dict[str, t.Any]:
    """Return one rule with its defaults: on any message, once."""
    if isinstance(value, t.Mapping):
        value = {("on" if str(name) in _SPELLINGS_OF_ON else name): item for name, item in value.items()}
    rule = {"on": "any", "seconds": 0.0, "times": 1, **fields(value, path, _CHECKS)}
    if "do" not in rule:
        raise InvalidDescription(f"{path}.do", "it is missing", f"Say what goes wrong: {', '.join(_ACTIONS)}.")
    _require(rule, path, "status", "status", "Give the HTTP status, e.g. 503.")
    _require(rule, path, MODEL_ACTION, "code", 'Give the number, e.g. "0xC004F074".')
    if rule["do"] == MODEL_ACTION and rule["on"] in ("login", "identify", "shell", "other"):
        raise InvalidDescription(
            f"{path}.on",
            "the licensing service has no part in that",
            "Name a method, or invoke, enumerate, get, any.",
        )
    return rule


def _require(rule: t.Mapping[str, t.Any], path: str, action: str, name: str, remedy: str) -> None:
    """Hold an action and the field that belongs to it together."""
    if (rule["do"] == action) != (name in rule):
        problem = "it is missing" if rule["do"] == action else f"it is only for do: {action}"
        raise InvalidDescription(f"{path}.{name}", problem, remedy)
