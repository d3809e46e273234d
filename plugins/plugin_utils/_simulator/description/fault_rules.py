# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fault rules as a description writes them: what goes wrong with a machine, on which occasion, and how often.

They are checked here for both halves; `hresult` and `hresult_after` are carried out by the machine's model, everything
else on the wire. The rules of Microsoft's batch service are of the same kind and have actions of their own.
"""

from __future__ import annotations

import functools
import typing as t

from ..providers.classes import classes_of
from ..winrm.fault_injection import MODEL_ACTIONS, SLOW
from .fields import Check, InvalidDescription, fields, flag, number, one_of, text

__all__ = ["fault_rule", "service_rule"]

_ACTIONS = (
    "refuse",
    "drop_before",
    "drop_after",
    "delay",
    "truncate",
    "status",
    "status_after",
    "timeout_before",
    "timeout_after",
    "access_denied",
    "access_denied_after",
    "quota",
    "quota_after",
    "fault",
    "fault_after",
    SLOW,
    *MODEL_ACTIONS,
)
_OCCASIONS = ("any", "login", "identify", "enumerate", "pull", "release", "get", "put", "invoke", "shell", "other")
_WITH_STATUS, _WITH_NUMBER = ("status", "status_after"), (*MODEL_ACTIONS, "fault", "fault_after")
_SERVICE_ACTIONS = (
    "status",
    "status_after",
    "drop_before",
    "drop_after",
    "delay",
    "truncate",
    "empty",
    "malformed",
    "code",
    "code_after",
)
_WITH_CODE = ("code", "code_after")
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


# Any proxy or gateway may answer, also with a number that no RFC defines; below 300 an answer would be a success.
_status = number(300, 599)


def _service_code(value: t.Any, path: str) -> str:
    """Return an error code as the service writes it, e.g. `0x7F`."""
    return f"0x{_hresult(value, path):02X}"


_CHECKS = {
    "on": _occasion,
    "do": one_of(_ACTIONS),
    "seconds": number(0, 3600, whole=False),
    "times": number(0, 1_000_000),
    "status": _status,
    "code": _hresult,
    "limit": number(0, 3600, whole=False),
    "shape": one_of(("flat", "provider", "wmi_error", "returned")),
    "reaches_host": flag,
}
_SERVICE_CHECKS = {
    "on": one_of(("any", "count", "confirmation")),
    "do": one_of(_SERVICE_ACTIONS),
    "seconds": number(0, 3600, whole=False),
    "times": number(0, 1_000_000),
    "status": _status,
    "code": _service_code,
}


def fault_rule(value: t.Any, path: str) -> dict[str, t.Any]:
    """Return one rule with its defaults: on any message, once."""
    rule = _rule(value, path, _CHECKS, _ACTIONS)
    _require(rule, path, _WITH_STATUS, "status", "Give the HTTP status, e.g. 503.")
    if rule["do"] != SLOW:  # which has a code only where it returns one
        _require(rule, path, _WITH_NUMBER, "code", 'Give the number, e.g. "0xC004F074".')
    if "limit" in rule and rule["do"] != SLOW:
        raise InvalidDescription(f"{path}.limit", "it is only for do: slow", "Leave it out.")
    if "reaches_host" in rule and rule["do"] != "hresult_after":
        raise InvalidDescription(f"{path}.reaches_host", "it is only for do: hresult_after", "Leave it out.")
    if rule["do"] in (SLOW, *MODEL_ACTIONS) and rule["on"] in ("login", "identify", "shell", "other"):
        raise InvalidDescription(
            f"{path}.on",
            "the licensing service has no part in that",
            "Name a method, or invoke, enumerate, get, put, any.",
        )
    return rule


def service_rule(value: t.Any, path: str) -> dict[str, t.Any]:
    """Return one rule of Microsoft's batch service with its defaults: on any request, once."""
    rule = _rule(value, path, _SERVICE_CHECKS, _SERVICE_ACTIONS)
    _require(rule, path, _WITH_STATUS, "status", "Give the HTTP status, e.g. 503.")
    _require(rule, path, _WITH_CODE, "code", 'Give the error code, e.g. "0x7F".')
    return rule


def _rule(value: t.Any, path: str, checks: t.Mapping[str, Check], actions: tuple[str, ...]) -> dict[str, t.Any]:
    if isinstance(value, t.Mapping):
        value = {("on" if str(name) in _SPELLINGS_OF_ON else name): item for name, item in value.items()}
    rule = {"on": "any", "seconds": 0.0, "times": 1, **fields(value, path, checks)}
    if "do" not in rule:
        raise InvalidDescription(f"{path}.do", "it is missing", f"Say what goes wrong: {', '.join(actions)}.")
    return rule


def _require(rule: t.Mapping[str, t.Any], path: str, actions: tuple[str, ...], name: str, remedy: str) -> None:
    """Hold actions and the field that belongs to them together."""
    wanted = rule["do"] in actions
    if wanted != (name in rule):
        problem = "it is missing" if wanted else f"it is only for do: {' or '.join(actions)}"
        raise InvalidDescription(f"{path}.{name}", problem, remedy)
