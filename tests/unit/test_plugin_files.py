# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every plugin file, and what no Ansible tool looks at."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.plugin_docs import read_docstring
from ansible.plugins.loader import fragment_loader
from ansible.utils.plugin_docs import add_fragments

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(path for path in (ROOT / "plugins" / "modules").glob("*.py") if path.stem != "__init__")
DOCUMENTED = [*MODULES, *sorted(path for path in (ROOT / "plugins" / "filter").glob("*.py") if path.stem != "__init__")]
GUIDES = sorted((ROOT / "docs" / "docsite" / "rst").glob("*.rst"))
SOURCES = sorted((ROOT / "plugins").rglob("*.py"))
# This file's own; written out here, the licence tool would read it as a second one.
HEADER = Path(__file__).read_text(encoding="utf-8").splitlines()[:3]

# Modules that also run on hosts other than the controller, and so have more than their documentation.
RUN_ELSEWHERE = {"adba_object_info"}


def _stem(path: Path) -> str:
    return path.stem


def _relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _runtime() -> dict[str, Any]:
    """Return meta/runtime.yml."""
    return dict(yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8")))


def _documentation(path: Path) -> dict[str, Any]:
    """Return the documentation of a plugin, its fragments merged in."""
    documentation = read_docstring(str(path), verbose=False, ignore_errors=False)["doc"]
    add_fragments(documentation, str(path), fragment_loader=fragment_loader)
    return dict(documentation)


def _attributes(path: Path) -> dict[str, Any]:
    """Return the attributes in a module's documentation."""
    return dict(_documentation(path)["attributes"])


def _has_target(path: Path) -> bool:
    """Tell whether a module is about a Windows machine, and not about what the controller keeps."""
    return "windows" in str(_attributes(path)["platform"]["platforms"])


def _memberships(path: Path) -> list[str]:
    """Return the action groups that a module's documentation names."""
    return sorted(_attributes(path).get("action_group", {}).get("membership", []))


def test_an_action_group_lists_every_module_that_has_a_target() -> None:
    modules = {path.stem for path in MODULES if _has_target(path)}
    assert modules
    assert _runtime()["action_groups"]["all"] == sorted(modules)


@pytest.mark.parametrize("path", MODULES, ids=_stem)
def test_a_module_documents_the_action_groups_it_is_in(path: Path) -> None:
    groups = [name for name, modules in _runtime()["action_groups"].items() if path.stem in modules]
    assert _memberships(path) == sorted(f"volume.activation.{name}" for name in groups)


@pytest.mark.parametrize("group", sorted(_runtime()["action_groups"]))
def test_the_modules_of_an_action_group_share_an_option(group: str) -> None:
    """A default of the group is handed to each of them, and a module fails on an option that it does not have."""
    shared = [set(_documentation(MODULES[0].with_stem(name))["options"]) for name in _runtime()["action_groups"][group]]
    assert set.intersection(*shared)


@pytest.mark.parametrize("path", DOCUMENTED, ids=_relative)
def test_see_also_has_links_that_ansible_doc_can_show(path: Path) -> None:
    """A `ref` becomes a search on docs.ansible.com, where the guides of this collection are not."""
    for entry in _documentation(path).get("seealso", []):
        assert "ref" not in entry
        if "link" in entry:
            assert entry["name"] and entry["description"]
            # What is not on the project's own site leads elsewhere.
            assert (ROOT / entry["link"].partition("/blob/main/")[2]).exists()


@pytest.mark.parametrize("path", [*MODULES, *GUIDES], ids=_relative)
def test_an_example_of_a_fleet_ends_by_itself(path: Path) -> None:
    for task in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
        if "volume.activation.simulated_fleet:\n" in task and "directory:" in task:
            assert "idle_minutes:" in task or "state: stopped" in task


@pytest.mark.parametrize("path", MODULES, ids=_stem)
def test_a_module_has_an_action_plugin_and_code_only_where_it_leaves_the_controller(path: Path) -> None:
    assert (ROOT / "plugins" / "action" / path.name).is_file()
    assert ("def main" in path.read_text(encoding="utf-8")) == (path.stem in RUN_ELSEWHERE)


@pytest.mark.parametrize("path", SOURCES, ids=_relative)
def test_no_line_begins_with_an_assertion(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [number for number, line in enumerate(lines, 1) if line.lstrip().startswith("assert")] == []


@pytest.mark.parametrize("path", [path for path in SOURCES if path.stat().st_size], ids=_relative)
def test_every_source_begins_with_its_licence(path: Path) -> None:
    assert path.read_text(encoding="utf-8").splitlines()[:3] == HEADER
