# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Machines that need a MAK or not: what is wished of each, and what both accounts have to say about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .ledger_helpers import TwoCounts, keys_of
from .playbook_runs import Playground

Serve = Callable[..., Playground]

KMS_CLIENT = {"system": "windows_11_enterprise", "channel": "kms_client", "status": "notification"}
SERVER = {**KMS_CLIENT, "system": "server_2022_standard"}
HOST_KEY = "HHHHH-JJJJJ-KKKKK-MMMMM-PPPPP"
OTHER_MAK = "MMMMM-KKKKK-BBBBB-CCCCC-WWWWW"

INSTALL, ACTIVATE, DEPOSIT = "InstallProductKey", "Activate", "DepositOfflineConfirmationId"
REFRESH = "RefreshLicenseStatus"


@dataclass(frozen=True)
class Entry:
    """What an entry of the ledger has to say."""

    state: str = "confirmed"
    method: str = "online"
    reason: str = "first_activation"
    code: str | None = None
    from_reserve: bool = False
    attempts: int = 1


@dataclass(frozen=True)
class Case:
    """A machine, what is wished of it, and what must come of it; `key` marks a description that has the case's MAK."""

    machine: Mapping[str, Any] = field(default_factory=lambda: KMS_CLIENT)
    wish: Mapping[str, Any] = field(default_factory=dict)
    steps: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    spent: int = 0
    entries: tuple[Entry, ...] = ()
    code: str | None = None
    check_code: str | None = None
    """Where check mode cannot know what the machine will say."""
    talks: bool = True


def _machine(case: Case, key: str) -> dict[str, Any]:
    given = dict(case.machine)
    return {**given, "product_key": key} if given.get("product_key") == "own" else given


def served(serve: Serve, cases: Mapping[str, Case]) -> TwoCounts:
    """Serve each case's machine, with a key and a count of its own; the pools are still to be declared."""
    keys = keys_of(cases)
    maks: dict[str, Any] = {name: {"key": key, "remaining": 5} for name, key in keys.items()}
    world = {"microsoft": {"maks": {**maks, "other": {"key": OTHER_MAK}}, "keys": {HOST_KEY: {"channel": "kms_host"}}}}
    machines = {name: _machine(case, keys[name]) for name, case in cases.items()}
    if "office" in maks:
        maks["office"]["edition"] = "office_2021"
    if "add-on" in maks:
        maks["add-on"]["edition"] = "esu_windows_10_year_1"
    return TwoCounts(serve(machines, world=world), keys)


def account(books: TwoCounts, name: str) -> dict[str, Any]:
    """Return what has happened to a machine and to its key."""
    return {
        "methods": tuple(books.invoked(name)),
        "spent": books.spent(name),
        "entries": tuple(
            Entry(row.state.value, row.method.value, row.reason, row.code, row.from_reserve, row.attempts)
            for row in books.entries(name)
        ),
    }
