# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong on the way: the fault rules of a machine's description, carried out at the level of HTTP.

A rule strikes before the work is done or after it, and that is the difference a client has to cope with: a drop before
and a drop after look the same from outside.

The machine's model carries out `hresult` and `hresult_after` rules itself; they are left alone here, their count
included.
"""

from __future__ import annotations

import threading
import typing as t
from dataclasses import dataclass, replace

from ..._wsman import Fault

__all__ = [
    "MODEL_ACTIONS",
    "SLOW",
    "TIMED_OUT",
    "Delivery",
    "FaultInjector",
    "WireReply",
    "strike_after",
    "strike_before",
]

MODEL_ACTIONS = ("hresult", "hresult_after")
"""Actions of a rule that the model of the machine carries out; all others happen on the wire."""
SLOW = "slow"
"""The action that makes an operation take longer than it does."""
Delivery = t.Literal["whole", "cut", "none"]
Rule = t.Mapping[str, t.Any]


@dataclass(frozen=True)
class WireReply:
    """An HTTP answer: `cut` sends half of the body it announced, `none` closes the connection without a byte."""

    status: int
    body: bytes = b""
    delivery: Delivery = "whole"


_DROPPED = WireReply(0, delivery="none")
TIMED_OUT = Fault(2150858793, "w:TimedOut", "The operation did not finish within its time limit.")
_ACCESS_DENIED = Fault(5, "w:AccessDenied", "Access is denied.", sender=True)
_QUOTA = Fault(
    2150859174,
    "w:InternalError",
    "Too many operations of this user are open.",
    shape="wmi_error",
    hresult=2150859174,
)
_FAULTS = {
    "timeout_before": TIMED_OUT,
    "timeout_after": TIMED_OUT,
    "access_denied": _ACCESS_DENIED,
    "access_denied_after": _ACCESS_DENIED,
    "quota": _QUOTA,
    "quota_after": _QUOTA,
}


class FaultedMachine(t.Protocol):
    """What the desk needs of a machine."""

    @property
    def name(self) -> str:
        """The machine's name in the inventory."""

    @property
    def faults(self) -> t.Sequence[Rule]:
        """The rules, in the order in which they are tried."""


class FaultInjector:
    """Hands out each rule as often as it says, and starts afresh for a machine whose rules were changed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._spent: dict[str, tuple[tuple[Rule, ...], list[int]]] = {}

    def due(self, machine: FaultedMachine, *occasions: str | None) -> Rule | None:
        """Return the first rule for one of `occasions` that is not used up, and use it once."""
        rules = tuple(machine.faults)
        if not rules:
            return None
        wanted = {occasion.lower() for occasion in occasions if occasion}
        with self._lock:
            known, spent = self._spent.get(machine.name, ((), []))
            if known != rules:
                spent = [0] * len(rules)
                self._spent[machine.name] = (rules, spent)
            for index, rule in enumerate(rules):
                if _applies(rule, wanted) and not _is_used_up(rule, spent[index]):
                    spent[index] += 1
                    return rule
        return None


def _applies(rule: Rule, wanted: set[str]) -> bool:
    return rule["do"] not in MODEL_ACTIONS and str(rule["on"]).lower() in wanted


def _is_used_up(rule: Rule, spent: int) -> bool:
    times = int(rule.get("times", 1))
    return times > 0 and spent >= times


def is_closed(machine: FaultedMachine) -> bool:
    """Tell whether a machine refuses every connection for good; its port in the inventory is then a closed one."""
    return any(
        rule["do"] == "refuse" and str(rule["on"]).lower() in ("any", "login") and int(rule.get("times", 1)) == 0
        for rule in machine.faults
    )


def strike_before(rule: Rule, pause: t.Callable[[float], object]) -> WireReply | Fault | None:
    """Do what a rule does before the work; an answer means that the work is not done at all."""
    action = rule["do"]
    if action.endswith("_after"):
        return None
    pause(float(rule.get("seconds", 0)))
    if action in ("refuse", "drop_before"):
        return _DROPPED
    if action == "status":
        return WireReply(int(rule["status"]))
    return _fault_of(rule)


def strike_after(rule: Rule, reply: WireReply, pause: t.Callable[[float], object]) -> WireReply | Fault:
    """Do what a rule does after the work, to the answer that would have been sent."""
    action = rule["do"]
    if action.endswith("_after"):
        pause(float(rule.get("seconds", 0)))
    if action == "drop_after":
        return _DROPPED
    if action == "status_after":
        # What a reverse proxy or an http.sys in trouble answers for a service that has done the work.
        return WireReply(int(rule["status"]))
    if action == "truncate":
        return replace(reply, delivery="cut")
    return _fault_of(rule) or reply


def _fault_of(rule: Rule) -> Fault | None:
    if rule["do"] in ("fault", "fault_after"):
        return Fault(int(rule["code"]), "w:InternalError", "The operation failed.")
    return _FAULTS.get(rule["do"])
