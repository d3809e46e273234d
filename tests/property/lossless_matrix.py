# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The matrix of changes of a licence: how a host is licensed, what it is to change to, and what goes wrong meanwhile.

A cell is bad where a host that was licensed ends unlicensed without an explicit opt-in, or with one but without a
command that recovers it; where a licence on a KMS client key was not restored after a failure; where the activation
type stays restricted; and where the result says otherwise than the host itself. Recovery commands are carried out.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .lossless_host import Desk, Kill, Killed, Licence, Row, World

KMS = "kms.corp.example"
MAK, OLD_MAK = "MMMMM-KKKKK-BBBBB-CCCCC-DDDDD", "MMMMM-KKKKK-BBBBB-CCCCC-FFFFF"
HOST_KEY, OLD_HOST_KEY = "HHHHH-KKKKK-BBBBB-CCCCC-GGGGG", "HHHHH-KKKKK-BBBBB-CCCCC-JJJJJ"
RETAIL_KEY, OEM_KEY = "RRRRR-TTTTT-BBBBB-CCCCC-KKKKK", "QQQQQ-MMMMM-BBBBB-CCCCC-PPPPP"
KEYS: Mapping[str | None, str] = {"mak": OLD_MAK, "retail": RETAIL_KEY, "oem": OEM_KEY, "kms_host": OLD_HOST_KEY}
"""The keys that the hosts have before, by their channel."""
OLD_POOL = "old"
SERVER = "server_2022_standard"

STARTS: Mapping[str, Row] = {
    "KMS": {"system": SERVER, "status": "licensed", "activated_by": "kms"},
    "AD": {"system": SERVER, "status": "licensed", "activated_by": "ad"},
    "MAK": {"system": SERVER, "status": "licensed", "channel": "mak", "product_key": OLD_MAK},
    "OEM": {"system": SERVER, "status": "licensed", "channel": "oem", "product_key": OEM_KEY},
    "AVMA": {"system": "server_2022_datacenter", "status": "licensed", "channel": "avma"},
    "evaluation": {"system": "server_2022_standard_eval", "status": "licensed", "channel": "evaluation"},
    "unlicensed": {"system": SERVER, "status": "notification", "channel": "kms_client"},
    "retail": {"system": SERVER, "status": "licensed", "channel": "retail", "product_key": RETAIL_KEY},
    "KMS host": {"system": SERVER, "status": "licensed", "channel": "kms_host", "product_key": OLD_HOST_KEY},
}
BY_KMS, ONLY_AD = 2, 1
GVLK_STARTS = ("KMS", "AD")
"""Where the licence is on a published KMS client key, which can be installed again."""

_POOL = {"pool": "lab", "retries": 0}
TARGETS: Mapping[str, tuple[str, Row]] = {
    "KMS": ("kms_client", {"kms_host": KMS}),
    "AD": ("adba_client", {}),
    "MAK online": ("mak", {"product_key": MAK, **_POOL}),
    "MAK proxy": ("mak", {"product_key": MAK, "activate": "proxy", "service": {"retries": 0}, **_POOL}),
    "KMS host": ("kms_host", {"product_keys": [{"product_key": HOST_KEY, "pool": "lab"}], "retries": 0}),
}
CHANNELS = {"KMS": "kms_client", "AD": "kms_client", "MAK online": "mak", "MAK proxy": "mak", "KMS host": "kms_host"}
_BY_MICROSOFT = ("MAK online", "MAK proxy", "KMS host")


@dataclasses.dataclass(frozen=True)
class Case:
    """A host, its target, what goes wrong, and whether the loss of a licence was explicitly allowed."""

    start: str
    target: str
    condition: str
    opt_in: bool
    kill: Kill | None = None

    def __str__(self) -> str:
        allowed = "replace_licensed" if self.opt_in else "no opt-in"
        killed = f", {self.kill}" if self.kill else ""
        return f"{self.start} -> {self.target}, {self.condition}{killed}, {allowed}"


def described(case: Case) -> Row:
    """Return the world of a case in which nothing goes wrong."""
    machine = {**STARTS[case.start], "firewall": "closed"}
    if case.target == "MAK proxy":
        machine["internet"] = False
    # Without a forest Windows has only KMS to renew from, as Active Directory is asked first.
    with_forest = "AD" in (case.start, case.target)
    maks = {"new": {"key": MAK, "remaining": 5}, "old": {"key": OLD_MAK, "remaining": 5}}
    return {
        "machines": {"host": machine},
        "world": {
            "kms_hosts": {KMS: {"count": 50}},
            "ad": {"corp.example": ["For all"]} if with_forest else {},
            "microsoft": {"maks": maks, "keys": {HOST_KEY: {"channel": "kms_host"}}},
        },
    }


def _service_fails(world: Row, target: str) -> None:
    microsoft = world["world"]["microsoft"]
    if target == "MAK proxy":
        microsoft["service"] = {"faults": [{"on": "any", "do": "status", "status": 503, "times": 0}]}
    else:
        microsoft["reachable"] = False


def _key_exhausted(world: Row, target: str) -> None:
    if target == "KMS host":
        # Six hosts with ten activations each; Microsoft's code for one more.
        fault = {"on": "Activate", "do": "hresult", "code": "0xC004C008", "times": 1}
        world["machines"]["host"]["faults"] = [fault]
    else:
        world["world"]["microsoft"]["maks"]["new"]["remaining"] = 0


def _key_blocked(world: Row, target: str) -> None:
    microsoft = world["world"]["microsoft"]
    key = microsoft["keys"][HOST_KEY] if target == "KMS host" else microsoft["maks"]["new"]
    key["blocked"] = True


def _no_internet(world: Row, target: str) -> None:
    world["machines"]["host"]["internet"] = False
    if target == "MAK proxy":
        world["world"]["microsoft"]["reachable"] = False


def _kms_silent(world: Row, _target: str) -> None:
    world["world"]["kms_hosts"][KMS]["silent"] = True


def _below_threshold(world: Row, _target: str) -> None:
    world["world"]["kms_hosts"][KMS]["count"] = 0


def _object_missing(world: Row, _target: str) -> None:
    if world["world"]["ad"]:
        world["world"]["ad"] = {"corp.example": []}


def _nothing(_world: Row, _target: str) -> None:
    """Let all be well."""


CONDITIONS: Mapping[str, Callable[[Row, str], None]] = {
    "all well": _nothing,
    "service 503": _service_fails,
    "key exhausted": _key_exhausted,
    "key blocked": _key_blocked,
    "no internet": _no_internet,
    "KMS host silent": _kms_silent,
    "below threshold": _below_threshold,
    "object missing": _object_missing,
}


def applies(case: Case) -> bool:
    """Return whether a condition concerns what the host is licensed by or what it is to be licensed by."""
    if case.condition in ("KMS host silent", "below threshold"):
        return "KMS" in (case.start, case.target)
    if case.condition == "object missing":
        return "AD" in (case.start, case.target)
    return case.condition == "all well" or case.target in _BY_MICROSOFT


def cases(starts: tuple[str, ...] = tuple(STARTS)) -> Iterator[Case]:
    """Yield every cell of the matrix without a kill."""
    for start in starts:
        for target in TARGETS:
            for condition in CONDITIONS:
                for opt_in in (False, True):
                    yield Case(start, target, condition, opt_in)


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What became of a case; `faults` is empty where it is good."""

    case: Case
    before: Licence
    after: Licence
    code: str | None
    recovery: str | None
    faults: tuple[str, ...]

    def __str__(self) -> str:
        return (
            f"{self.case}: {', '.join(self.faults) or 'good'}\n"
            f"    before {self.before}; after {self.after}; code {self.code}; recovery {self.recovery}"
        )


def arguments(case: Case) -> tuple[str, Row]:
    """Return the module of a case and its options."""
    module, args = TARGETS[case.target]
    return module, {**args, "replace_licensed": case.opt_in}


def troubled(case: Case) -> Row:
    """Return the world of a case in which its condition holds."""
    description = described(case)
    CONDITIONS[case.condition](description, case.target)
    return description


def judged(desk: Desk, case: Case) -> Verdict:
    """Run a case and judge the host afterwards; where the controller is killed, the condition is for the next run."""
    return judged_in(desk.world(described(case) if case.kill else troubled(case)), case)


def judged_in(world: World, case: Case) -> Verdict:
    """Run a case in a world, and judge the host afterwards."""
    (module, args), before = arguments(case), world.licence()
    try:
        result = world.run(module, args, kill=case.kill)
    except Killed:
        world.become(troubled(case))
        result = world.run(module, args)
    after = world.licence()
    recovery = result.get("recovery")
    if case.kill is not None and case.kill.connection:
        faults = [*_faults_after_cut(before, after, recovery)]
    elif case.kill is None:
        faults = [*_faults(case, before, after, result), *_misreported(before, after, result)]
    else:
        recovery = recovery or _listed(world)
        faults = [*_faults_after_kill(case, before, after, recovery)]
        if after.is_licensed and after.activated_by == BY_KMS and after.type == ONLY_AD and not world.findings():
            faults.append("restricted to AD without being listed")
    if before.is_licensed and not after.is_licensed and recovery and not faults and case.start != "AVMA":
        # That a guest is activated by its Hyper-V host is nothing that a simulated host could do again.
        faults = [*_carried_out(world, case, before, recovery)]
    return Verdict(case, before, after, result.get("code"), recovery, tuple(faults))


def _listed(world: World) -> str | None:
    """Return what the audit says of a host that is not licensed."""
    return next((f"audit: {row['code']}" for row in world.findings() if row["code"] in _UNLICENSED), None)


_UNLICENSED = ("not_licensed", "host_key_on_client")
"""Codes of the audit for a host that is not licensed."""


def _faults(case: Case, before: Licence, after: Licence, result: Row) -> Iterator[str]:
    lost, recovery = before.is_licensed and not after.is_licensed, result.get("recovery")
    if lost and not case.opt_in:
        yield "lost without opt-in"
    if lost and not recovery:
        yield "recovery not named"
    if lost and case.start in GVLK_STARTS:
        yield "not restored"
    if recovery and after.is_licensed:
        yield "recovery named for a licensed host"
    if result.get("failed") and after.type != before.type:
        yield "activation type left"
    if case.condition == "all well" and _is_possible(case) and not _is_as_desired(case, after):
        yield "not changed although all is well"


def _faults_after_kill(case: Case, before: Licence, after: Licence, recovery: str | None) -> Iterator[str]:
    if before.is_licensed and not after.is_licensed and not recovery:
        yield "lost without being listed"
    if case.condition == "all well" and not _is_as_desired(case, after):
        yield "not changed by the next run although all is well"


def _faults_after_cut(before: Licence, after: Licence, recovery: str | None) -> Iterator[str]:
    """Yield what is bad about a host that cannot be reached any more: what is lost cannot be restored, only named."""
    if before.is_licensed and not after.is_licensed and not recovery:
        yield "recovery not named"


def _is_possible(case: Case) -> bool:
    """Return whether a change has to succeed where all is well."""
    if case.start == "evaluation" or (case.start == "KMS host" and case.target != "KMS host"):
        return False
    return case.opt_in or case.start in (*GVLK_STARTS, "unlicensed")


def _is_as_desired(case: Case, after: Licence) -> bool:
    if not after.is_licensed or after.channel != CHANNELS[case.target]:
        return False
    return case.target != "AD" or after.activated_by == 1


def _misreported(before: Licence, after: Licence, result: Row) -> Iterator[str]:
    if "license_changes" not in result:
        return
    rows = [row for row in result["license_changes"] if row["product"] == "windows"]
    differs = (before.partial, before.channel, before.status) != (after.partial, after.channel, after.status)
    if differs and not rows:
        yield "change not reported"
    for row in rows:
        for told, real in ((row["before"], before), (row["after"], after)):
            shown = (None, None, False) if told is None else _shown(told)
            if shown != (real.partial, real.channel, real.is_licensed):
                yield "change misreported"
        given_up = before.is_licensed and (after.partial != before.partial or not after.is_licensed)
        if bool(row["given_up"]) is not given_up:
            yield "given_up misreported"


def _shown(told: Row) -> tuple[Any, ...]:
    return told["partial_product_key"], told["channel"], told["licensed"]


def _carried_out(world: World, case: Case, before: Licence, recovery: str) -> Iterator[str]:
    """Carry the recovery out once all is well again, by which the host has to be licensed; it may be several commands.

    Where only the audit lists the host, that is the task itself.
    """
    well = described(case)
    well["machines"]["host"]["internet"] = True
    world.become(well)
    world.declare(OLD_POOL)
    if recovery.startswith("ansible "):
        tasks = [_command(command, before) for command in recovery.split("&&")]
    else:
        tasks = [arguments(case)]
    codes = [world.run(module, args).get("code") for module, args in tasks]
    if not world.licence().is_licensed:
        yield f"not recovered by {', '.join(module for module, _args in tasks)} ({codes[-1]})"


def _command(recovery: str, before: Licence) -> tuple[str, Row]:
    """Return the module and the options of `ansible HOST -m MODULE -a OPTIONS`, with the keys filled in."""
    words = shlex.split(recovery)
    module = words[words.index("-m") + 1].removeprefix("volume.activation.")
    given = words[words.index("-a") + 1] if "-a" in words else "{}"
    placeholder = f"{{{{ key_ending_in_{before.partial} }}}}"
    assert placeholder in given or "key_ending_in" not in given
    given = given.replace(placeholder, KEYS.get(before.channel, ""))
    options = json.loads(given) if given.startswith("{") else dict(word.split("=", 1) for word in shlex.split(given))
    if "pool" in options:
        options["pool"] = OLD_POOL
    return module, dict(options)


def kills(desk: Desk, start: str, target: str) -> Iterator[Case]:
    """Yield the cases in which the controller is killed at one of the changes of a task, with an opt-in where needed.

    The next run finds all well, or meets what the target is most likely to fail of.
    """
    for plain, number, change in _changes(desk, start, target):
        moments = (False, True) if number == 1 or change in _RESERVED else (True,)
        for after, condition in itertools.product(moments, ("all well", _NEXT.get(target, "no internet"))):
            yield dataclasses.replace(plain, condition=condition, kill=Kill(number, after))


def cuts(desk: Desk, start: str, target: str) -> Iterator[Case]:
    """Yield the cases in which the host cannot be reached any more after one of the changes of a task."""
    for plain, number, change in _changes(desk, start, target):
        if change != "ask_service":
            yield dataclasses.replace(plain, kill=Kill(number, after=True, connection=True))


def _changes(desk: Desk, start: str, target: str) -> Iterator[tuple[Case, int, str]]:
    """Yield each change of a task with its number, where all is well; with an opt-in if nothing happens without."""
    for opt_in in (False, True):
        plain = Case(start, target, "all well", opt_in)
        world, (module, args) = desk.world(described(plain)), arguments(plain)
        world.run(module, args)
        yield from ((plain, number, change) for number, change in enumerate(world.events, 1))
        if world.events:
            return


_NEXT = {"KMS": "KMS host silent", "AD": "object missing", "MAK proxy": "service 503"}
_RESERVED = ("Activate", "DepositOfflineConfirmationId", "ask_service")


def table(verdicts: list[Verdict], columns: list[str]) -> str:
    """Return the matrix as text: good `.`, bad `X`, not applicable a blank; without opt-in, and with one."""
    lines = [f"{'':22}" + "".join(f"{column:>22}" for column in columns)]
    rows = dict.fromkeys((verdict.case.start, verdict.case.target) for verdict in verdicts)
    for start, target in rows:
        found = [verdict for verdict in verdicts if (verdict.case.start, verdict.case.target) == (start, target)]
        cells = "".join(f"{_cell(found, column):>22}" for column in columns)
        lines.append(f"{f'{start} -> {target}':22}{cells}")
    return "\n".join(lines)


def _cell(found: list[Verdict], column: str) -> str:
    halves = []
    for opt_in in (False, True):
        cell = [row for row in found if row.case.opt_in is opt_in and _column(row.case) == column]
        bad = sum(bool(row.faults) for row in cell)
        halves.append("" if not cell else "." if not bad else "X" if len(cell) == 1 else f"X{bad}/{len(cell)}")
    return " ".join(halves)


def _column(case: Case) -> str:
    if case.kill and case.kill.connection:
        return "cut off"
    if case.kill:
        return "killed" if case.condition == "all well" else "killed, then failing"
    return case.condition
