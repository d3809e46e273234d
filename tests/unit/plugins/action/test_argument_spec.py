# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each action plugin takes exactly the options that its module documents; ansible-test does not compare the two."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.plugin_docs import read_docstring
from ansible.plugins.loader import fragment_loader
from ansible.utils.plugin_docs import add_fragments

PLUGINS = Path(__file__).resolve().parents[4] / "plugins"
ACTIONS = sorted(path.stem for path in (PLUGINS / "action").glob("*.py") if not path.stem.startswith("_"))


def _documented_options(name: str) -> dict[str, Any]:
    """Return the options in a module's DOCUMENTATION, its fragments merged in."""
    path = str(PLUGINS / "modules" / f"{name}.py")
    documentation = read_docstring(path, verbose=False, ignore_errors=False)["doc"]
    add_fragments(documentation, path, fragment_loader=fragment_loader)
    return dict(documentation["options"])


def _normal(option: Mapping[str, Any], suboptions: str) -> dict[str, Any]:
    """Return what an option promises, in one form for both sides; `suboptions` is the name of the nested options."""
    nested = option.get(suboptions) or {}
    return {
        "type": option.get("type", "str"),
        "elements": option.get("elements"),
        "choices": sorted(option.get("choices") or [], key=str),
        "default": option.get("default"),
        "required": bool(option.get("required", False)),
        "aliases": sorted(option.get("aliases") or []),
        "suboptions": {name: _normal(value, suboptions) for name, value in nested.items()},
    }


def test_there_is_an_action_to_compare() -> None:
    assert ACTIONS


@pytest.mark.parametrize("name", ACTIONS)
def test_the_argument_spec_is_the_documentation(name: str) -> None:
    action = importlib.import_module(f"ansible_collections.volume.activation.plugins.action.{name}")
    spec = {option: _normal(value, "options") for option, value in action.ARGUMENT_SPEC.items()}
    assert spec == {option: _normal(value, "suboptions") for option, value in _documented_options(name).items()}


@pytest.mark.parametrize("name", ACTIONS)
def test_product_keys_are_kept_out_of_logs(name: str) -> None:
    action = importlib.import_module(f"ansible_collections.volume.activation.plugins.action.{name}")
    keys = [
        value
        for option, value in _every_option(action.ARGUMENT_SPEC)
        if option == "product_key" and "choices" not in value
    ]
    assert all(value.get("no_log") for value in keys)


def _every_option(spec: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return every option of a spec by name, nested ones too."""
    nested = [pair for value in spec.values() for pair in _every_option(value.get("options") or {})]
    return [*spec.items(), *nested]
