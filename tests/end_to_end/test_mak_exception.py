# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role mak_exception: who gets a MAK, who does not, and what either one is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.volume.activation.plugins.plugin_utils._ledger import Ledger, PoolWish

from .playbook_runs import Playground, Run

KEY = "MMMMM-KKKKK-BBBBB-CCCCC-TTTTT"
REASON = "REQ-1: on a ship"
PLAY = {"roles": ["volume.activation.mak_exception"]}

REASONS = {
    "given": (REASON, ""),
    "short": ("REQ-7", ""),
    "not-latin": ("船上勤務", ""),
    "empty": ("", "no_justification"),
    "blank": ("   ", "no_justification"),
    "dashes": ("- -", "no_justification"),
    "todo": ("TODO!", "no_justification"),
    "bracketed": ("<why this machine needs one>", "no_justification"),
    "one-letter": ("xxxxxxxx", "no_justification"),
}
MARKS: dict[str, tuple[dict[str, Any], str]] = {
    "build": ({"mak_exception_machine_kind": "image_build"}, "marked_image_build"),
    "desktop": ({"mak_exception_machine_kind": "vdi"}, "marked_vdi"),
    "lab": ({"mak_exception_machine_kind": "reimaged_lab"}, "marked_reimaged_lab"),
    "grouped": ({"mak_exception_vdi_groups": ["marked"]}, "marked_vdi"),
    "grouped-and-named-ordinary": (
        {"mak_exception_image_build_groups": ["marked"], "mak_exception_machine_kind": "ordinary"},
        "marked_image_build",
    ),
    "not-word-for-word": (
        {"mak_exception_machine_kind": "vdi", "mak_exception_override": "Spend a MAK activation on a VDI machine!"},
        "marked_vdi",
    ),
    "sentence-of-another-kind": (
        {"mak_exception_machine_kind": "vdi", "mak_exception_override": "spend a MAK activation on an image build"},
        "marked_vdi",
    ),
    "overridden": (
        {"mak_exception_machine_kind": "vdi", "mak_exception_override": "spend a MAK activation on a VDI machine"},
        "",
    ),
}


def _ready(serve: Callable[..., Playground], wishes: dict[str, dict[str, Any]]) -> tuple[Playground, dict[str, Any]]:
    """Serve machines with these variables, and return the variables of all of them too."""
    machines = {name: {"system": "windows_11_enterprise", "vars": wish} for name, wish in wishes.items()}
    ground = serve(machines, world={"microsoft": {"maks": {"exceptions": {"key": KEY, "remaining": 50}}}})
    ledger = ground.folder / "ledger.sqlite"
    with Ledger.open(str(ledger), simulated_by="tests") as opened:
        opened.declare(PoolWish(name="exceptions", limit=20))
    everyone = {
        "mak_exception_product_key": KEY,
        "mak_exception_pool": "exceptions",
        "mak_exception_ledger": str(ledger),
        "mak_exception_refusals": "report",
    }
    return ground, everyone


def _played(ground: Playground, everyone: dict[str, Any], **more: Any) -> Run:
    show = {"name": "show", "ansible.builtin.debug": {"var": "mak_exception_result"}}
    # Group membership without an inventory of its own.
    mark = {"ansible.builtin.group_by": {"key": "marked"}, "when": "inventory_hostname is match('grouped')"}
    play = {**PLAY, "pre_tasks": [mark], "post_tasks": [show], **more.pop("play", {})}
    return ground.play(play=play, variables=everyone, **more)


def _told(run: Run, host: str) -> dict[str, Any]:
    return dict(run.result(host, "show")["mak_exception_result"])


def test_a_machine_without_a_reason_in_writing_gets_none(serve: Callable[..., Playground]) -> None:
    wishes = {name: {"mak_exception_justification": text} for name, (text, _code) in REASONS.items()}
    ground, everyone = _ready(serve, wishes)
    run = _played(ground, everyone, arguments=("--check",))
    assert run.code == 0, run.output
    assert {name: _told(run, name).get("code", "") for name in REASONS} == {
        name: code for name, (_text, code) in REASONS.items()
    }
    assert all(_told(run, name)["remedy"] for name, (_text, code) in REASONS.items() if code)


def test_marked_machines_are_refused_unless_overridden_word_for_word(serve: Callable[..., Playground]) -> None:
    wishes = {name: {"mak_exception_justification": REASON, **wish} for name, (wish, _code) in MARKS.items()}
    ground, everyone = _ready(serve, wishes)
    run = _played(ground, everyone)
    assert run.code == 0, run.output
    assert {name: _told(run, name).get("code", "") for name in MARKS} == {
        name: code for name, (_wish, code) in MARKS.items()
    }
    refused = [name for name, (_wish, code) in MARKS.items() if code]
    assert all(ground.server.counters.of(name).requests == 0 for name in refused)
    # What the refusal prints is what lets the machine pass.
    assert f'"{MARKS["overridden"][0]["mak_exception_override"]}"' in _told(run, "desktop")["remedy"]
    with Ledger.open(everyone["mak_exception_ledger"], simulated_by="tests") as ledger:
        (entry,) = ledger.entries()
    assert (entry.machine.name, entry.state.value) == ("overridden", "confirmed")
    assert entry.justification == f"{REASON} (override: spend a MAK activation on a VDI machine)"
    assert ground.fleet.microsoft.describe()["maks"]["exceptions"]["spent"] == 1


def test_a_refusal_fails_the_machine_unless_it_is_only_to_be_reported(serve: Callable[..., Playground]) -> None:
    wishes = {"desktop": {"mak_exception_justification": REASON, "mak_exception_machine_kind": "vdi"}}
    ground, everyone = _ready(serve, wishes)
    run = _played(ground, {**everyone, "mak_exception_refusals": "fail"}, arguments=("-vvvvv",))
    assert run.code != 0
    message = run.result("desktop", "Refuse the machine")["msg"]
    assert "VDI" in message and "mak_exception_override" in message
    assert KEY not in run.output
