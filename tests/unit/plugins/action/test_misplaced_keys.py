# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A product key in an option that is not for keys is refused by every module, whatever its spelling, and not shown."""

from __future__ import annotations

import functools
import importlib
import itertools
import json
import re
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.volume.activation.plugins.plugin_utils._action import base

from ..plugin_utils.key_spellings import GROUPS, KEY, spellings
from .fake_task import FakeTask, Keywords

ROOT = Path(__file__).resolve().parents[4]
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "action").glob("*.py"))
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir())
Shape = t.Callable[[str], t.Any]
SHAPES: dict[str, Shape] = {
    "text": lambda text: text,
    "list": lambda text: ["first", text],
    "value": lambda text: {"name": text},
    "name": lambda text: {text: 1},
    "deep": lambda text: [{"a": [{"b": {text: text}}]}],
    "pair": lambda text: f"name={text}",
}


def shown(found: t.Any) -> bool:
    text = re.sub(r"\\xad|\\u[0-9a-f]{4}|[^a-z0-9]", "", json.dumps(found).lower())
    return "".join(GROUPS).lower() in text or any(group.lower() in text for group in GROUPS[:-1])


def spec_of(module: str) -> dict[str, t.Any]:
    name = f"ansible_collections.volume.activation.plugins.action.{module}"
    return t.cast("dict[str, t.Any]", importlib.import_module(name).ARGUMENT_SPEC)


def places(spec: t.Mapping[str, t.Any]) -> t.Iterator[tuple[str, Shape]]:
    """Yield every option that is not for secrets with a way to give it, nested ones within the option they are in."""
    for name, option in spec.items():
        if not option.get("no_log"):
            yield name, functools.partial(within, name, False, lambda value: value)
        for nested, inner in places(option.get("options") or {}):
            yield f"{name}.{nested}", functools.partial(within, name, option["type"] == "list", inner)


def within(name: str, in_list: bool, inner: Shape, value: t.Any) -> dict[str, t.Any]:
    """Return options with a value at the end of a path."""
    return {name: [inner(value)] if in_list else inner(value)}


def described(module: str, place: str) -> bool:
    """Return whether it is one of the descriptions of a simulated fleet, whose keys are all made up."""
    return module == "simulated_fleet" and place in ("machines", "world")


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> FakeTask:
    return FakeTask(monkeypatch)


@pytest.mark.parametrize("module", MODULES)
def test_a_key_is_refused_in_every_option_in_every_shape(stage: FakeTask, module: str) -> None:
    turns = itertools.cycle(spellings())
    tried = 0
    for place, given in places(spec_of(module)):
        for shape in SHAPES.values():
            if described(module, place):
                continue
            found = stage.run(module, given(shape(next(turns))))
            assert (found["failed"], found["refused"], found["code"]) == (True, True, "bad_option"), place
            assert place.partition(".")[0] in found["msg"]
            assert module in found["remedy"]
            assert not shown([found, stage.shown]), place
            tried += 1
    print(f"{module}: {tried} places tried")
    assert tried > 0
    assert stage.machine.settings == []


@pytest.mark.parametrize("module", MODULES)
def test_a_key_is_refused_in_every_spelling_and_as_the_name_of_an_option(stage: FakeTask, module: str) -> None:
    option = next(name for name in spec_of(module) if not described(module, name) and name != "product_key")
    ways = itertools.cycle([lambda key: {option: key}, lambda key: {key: 1}, lambda key: {"unknown": key}])
    for spelled, way in zip(spellings(), ways, strict=False):
        found = stage.run(module, way(spelled))
        assert (found["refused"], found["code"]) == (True, "bad_option"), ascii(spelled)
        assert not shown([found, stage.shown])


def test_passwords_may_have_any_shape(stage: FakeTask, tmp_path: Path) -> None:
    args = {"name": "lab", "limit": 1, "ledger": str(tmp_path / "ledger.sqlite"), "ledger_password": KEY}
    found = stage.run("mak_pool", args)
    assert not shown(found)
    assert found["changed"]


@pytest.mark.parametrize("role", ROLES)
def test_the_argument_specs_of_roles_quote_no_value(role: str) -> None:
    specs = yaml.safe_load((ROOT / "roles" / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    options = specs["argument_specs"]["main"]["options"]
    turns = itertools.cycle(spellings())
    for name, option in options.items():
        for shape in SHAPES.values():
            validated = ArgumentSpecValidator({name: option}).validate({name: shape(next(turns))})
            assert not shown(validated.error_messages), name


@pytest.mark.parametrize("role", ROLES)
def test_a_role_leaves_to_its_module_what_ansible_would_quote(role: str) -> None:
    # Kinds other than these are quoted by some release of Ansible; what they were is in the descriptions.
    specs = yaml.safe_load((ROOT / "roles" / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    for name, option in specs["argument_specs"]["main"]["options"].items():
        assert option["type"] in ("str", "raw", "list"), name
        assert option.get("elements") in (None, "str", "raw"), name
        assert not {"choices", "options"} & set(option), name


@pytest.mark.parametrize("text", [f"say {KEY}", f"a\nb \u202e\x9b31m {KEY.replace('-', '.')}"])
def test_progress_and_warnings_pass_the_gate_of_results(
    stage: FakeTask, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    lines: list[str] = []
    monkeypatch.setattr(base._display, "warning", lines.append)

    class Talking(base.ControllerAction):
        def performed(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
            self.tell(text)
            self.warn(text)
            lines.append(self.line(text))
            return {"changed": False, "said": text}

    action = stage.action("mak_ledger_info", {}, Keywords(connection="ansible.builtin.local"))
    action.__class__ = Talking
    found = action.run(task_vars={})
    assert not shown([found, lines, stage.shown])
    assert len(lines) == 2 and len(stage.shown) == 1
    assert [line for line in [*lines, *stage.shown] if not line.isprintable()] == []
    assert "\u202e" not in found["said"] and "\x9b" not in found["said"]
