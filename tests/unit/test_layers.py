# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arrows between the packages of the engine run one way only, and Ansible is known at its edge alone.

The engine lies in two folders: what runs on the controller only is in plugin_utils, and what a module brings along to
the host it runs on is in module_utils. The arrows do not care which.

The tables below are the design: one for the engine, one for the packages of the simulator. A package that is not in
them fails the test until it has its place. Imports are read with `ast`, those inside functions and under
TYPE_CHECKING too.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
PLUGINS_NAME = "ansible_collections.volume.activation.plugins"
ENGINE = (PLUGINS / "module_utils", PLUGINS / "plugin_utils")
SIMULATED = PLUGINS / "plugin_utils" / "_simulator"

# What each package may import beside itself.
BASE = frozenset({"_errors", "_secrets"})
ALLOWED: dict[str, frozenset[str]] = {
    "_errors": frozenset(),
    # Both are parts of _secrets, by which all others get at them.
    "_readings": frozenset(),
    "_key_shapes": frozenset({"_readings"}),
    "_visible": frozenset(),
    "_secrets": frozenset({"_key_shapes", "_visible"}),
    # Where a key must not be: in options that are not for keys.
    "_misplaced": BASE,
    # Proxies and CAs, which sessions and the activation service's client share.
    "_outbound": frozenset(),
    # Writes and reads files, and knows nothing of what is in them.
    "_files": frozenset(),
    # Time and bytes that an exchange over the network may take, enforced in the sockets.
    "_deadlines": frozenset({"_errors"}),
    # Checks plain values, whatever they mean.
    "_schema": frozenset(),
    # Which variables there are.
    "_variables": BASE,
    # Validates values of one kind, such as a host, a port or a GUID, and compares them by meaning.
    "_validation": BASE | {"_host_names"},
    # In module_utils too: what is wrong with a name.
    "_host_names": frozenset(),
    # What filters have in common.
    "_filters": BASE | {"_misplaced", "_schema"},
    # In module_utils: it goes to other hosts alone, so it has its own errors.
    "_directory": frozenset({"_host_names"}),
    "_wsman": BASE,
    "_cim": BASE | {"_deadlines", "_wsman"},
    "_session": BASE | {"_deadlines", "_outbound", "_wsman"},
    "_licensing": BASE | {"_cim", "_validation"},
    "_planning": BASE | {"_validation", "_directory", "_licensing"},
    # Which profile a machine is to have.
    "_profiles": BASE | {"_licensing"},
    "_applying": BASE | {"_directory", "_wsman", "_cim", "_session", "_licensing", "_planning"},
    "_ledger": BASE | {"_validation", "_licensing", "_planning", "_applying"},
    "_activation_service": BASE | {"_deadlines", "_outbound", "_wsman", "_licensing", "_ledger"},
    "_exchange": BASE | {"_files", "_licensing", "_ledger", "_activation_service"},
    # The controller's own look at DNS and at ports.
    "_discovery": BASE | {"_validation"},
    # An audit as a page, a table, a document, metrics. The document is all it knows.
    "_audit_report": BASE | {"_schema"},
    # What one task reports.
    "_results": BASE | {"_schema", "_directory", "_licensing", "_planning", "_applying", "_ledger"},
    # What the results of many tasks are reported as.
    "_fleet_reports": BASE | {"_schema", "_licensing", "_planning", "_results"},
    # What is wrong among many machines. Of the report it takes the schema of an audit.
    "_findings": BASE
    | {
        "_validation",
        "_audit_report",
        "_licensing",
        "_planning",
        "_results",
        "_fleet_reports",
        "_profiles",
    },
    # Many machines at once, one row for each.
    "_auditing": BASE | {"_deadlines", "_cim", "_session", "_licensing", "_planning", "_applying", "_results"},
    # What a machine said, kept without saying whose it was.
    "_transcripts": BASE | {"_wsman", "_licensing", "_session"},
    "_diagnosis": BASE
    | {
        "_validation",
        "_wsman",
        "_cim",
        "_session",
        "_licensing",
        "_planning",
        "_applying",
        "_discovery",
        "_transcripts",
    },
    "_action": BASE
    | {
        "_variables",
        "_misplaced",
        "_validation",
        "_outbound",
        "_files",
        "_deadlines",
        "_directory",
        "_wsman",
        "_cim",
        "_session",
        "_licensing",
        "_planning",
        "_profiles",
        "_applying",
        "_ledger",
        "_activation_service",
        "_exchange",
        "_discovery",
        "_results",
        "_fleet_reports",
        "_auditing",
        "_transcripts",
        "_diagnosis",
        "_findings",
        "_audit_report",
    },
    "_simulator": BASE | {"_wsman", "_cim"},
}
# What each package of the simulator may import of the others. Its face and its process may import all of them.
SIMULATOR: dict[str, frozenset[str]] = {
    "catalog": frozenset(),
    "world": frozenset({"catalog"}),
    "host": frozenset({"catalog", "world"}),
    "dns": frozenset({"world"}),
    "providers": frozenset({"catalog", "world", "host"}),
    "wmi": frozenset({"catalog", "host", "providers"}),
    # Any machine can be behind it: what answers is passed in.
    "winrm": frozenset(),
    "description": frozenset({"catalog", "world", "host", "providers", "winrm"}),
    "microsoft": frozenset({"catalog", "world", "winrm"}),
    "fleet": frozenset({"catalog", "world", "host", "dns", "wmi", "description", "winrm", "microsoft"}),
}
# The files of this folder are for actions, one for each subject; of all other packages only the face is imported.
FEATURES = f"{PLUGINS_NAME}.plugin_utils._action.features."
# Who may know Ansible below the plugin files themselves.
KNOWS_ANSIBLE = frozenset({"_filters", "_action"})
# Third-party libraries, and who may use them; no other package imports anything beyond the standard library.
LIBRARIES: dict[str, frozenset[str]] = {
    "winrm": frozenset({"_session"}),
    "pypsrp": frozenset({"_session"}),
    "requests": frozenset({"_session", "_activation_service"}),
    "urllib3": frozenset({"_session", "_deadlines"}),
    "sqlalchemy": frozenset({"_ledger"}),
    "psycopg": frozenset({"_ledger"}),
    # The simulator writes into a real directory by code of its own, which shares no mistake with ours.
    "ldap": frozenset({"_directory", "_simulator"}),
    "dns": frozenset({"_directory", "_discovery", "_simulator"}),
    "spnego": frozenset({"_simulator"}),
    "cryptography": frozenset({"_simulator"}),
    "yaml": frozenset({"_simulator"}),
    "jinja2": frozenset({"_audit_report"}),
}
# Packages that decide and translate: no clock, no network, no process, no chance.
PURE = frozenset(
    {
        "_errors",
        "_readings",
        "_key_shapes",
        "_host_names",
        "_visible",
        "_outbound",
        "_secrets",
        "_validation",
        "_wsman",
        "_licensing",
        "_planning",
        "_profiles",
        "_results",
        "_fleet_reports",
        "_findings",
        "_audit_report",
    }
)
IMPURE_MODULES = frozenset(
    {
        "asyncio",
        "http",
        "multiprocessing",
        "random",
        "select",
        "signal",
        "socket",
        "ssl",
        "subprocess",
        "threading",
        "time",
    }
)


def _sources() -> list[Path]:
    """Return every Python file of the engine."""
    return sorted(path for folder in ENGINE for path in folder.rglob("*.py") if path != folder / "__init__.py")


def _package(path: Path) -> str:
    """Return the name of the package, or of the single module, that a file of the engine belongs to."""
    return path.relative_to(PLUGINS).parts[1].removesuffix(".py")


def _absolute(path: Path, node: ast.ImportFrom) -> str:
    """Return the full name of what a `from … import` names, with relative dots resolved."""
    if not node.level:
        return node.module or ""
    package = [*PLUGINS_NAME.split("."), *path.relative_to(PLUGINS).parent.parts]
    base = package[: len(package) - node.level + 1]
    return ".".join([*base, node.module] if node.module else base)


def _imports(path: Path) -> Iterator[str]:
    """Yield the full name of every module or member that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{_absolute(path, node)}.{alias.name}" for alias in node.names)


def _modules(path: Path) -> Iterator[str]:
    """Yield the full name of every module that a file imports members of."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    yield from (_absolute(path, node) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))


def _engine_imports(path: Path) -> set[str]:
    """Return the other packages of the engine that a file imports."""
    folders = tuple(f"{PLUGINS_NAME}.{folder.name}." for folder in ENGINE)
    named = {name.removeprefix(f"{PLUGINS_NAME}.").split(".")[1] for name in _imports(path) if name.startswith(folders)}
    return named - {_package(path)}


def _outside_imports(path: Path) -> set[str]:
    """Return the top-level names that a file imports from outside the collection."""
    return {name.split(".")[0] for name in _imports(path) if not name.startswith("ansible_collections.")}


def _identify(path: Path) -> str:
    return str(path.relative_to(PLUGINS))


each_source = pytest.mark.parametrize("path", _sources(), ids=_identify)


@each_source
def test_every_package_has_its_place_in_the_table(path: Path) -> None:
    assert _package(path) in ALLOWED


@each_source
def test_arrows_run_down_only(path: Path) -> None:
    assert _engine_imports(path) <= ALLOWED[_package(path)]


@pytest.mark.parametrize("path", sorted(SIMULATED.glob("*/*.py")), ids=_identify)
def test_each_package_of_the_simulator_imports_only_those_below_it(path: Path) -> None:
    name = f"{PLUGINS_NAME}.plugin_utils._simulator."
    imported = {found.removeprefix(name).split(".")[0] for found in _imports(path) if found.startswith(name)}
    assert imported <= SIMULATOR[path.parent.name] | {path.parent.name}


def test_the_simulator_consists_of_its_packages_and_its_two_entry_points() -> None:
    assert {path.parent.name for path in SIMULATED.glob("*/*.py")} == set(SIMULATOR)
    assert {path.name for path in SIMULATED.glob("*.py")} == {"__init__.py", "__main__.py"}


@pytest.mark.parametrize("path", sorted(PLUGINS.rglob("*.py")), ids=_identify)
def test_of_another_package_only_the_face_is_imported(path: Path) -> None:
    own = ".".join(path.relative_to(PLUGINS).parts[:2])
    inside = {
        name
        for name in _modules(path)
        if name.startswith(f"{PLUGINS_NAME}.")
        and len(name.removeprefix(f"{PLUGINS_NAME}.").split(".")) > 2
        and not name.startswith((f"{PLUGINS_NAME}.{own}.", FEATURES))
    }
    assert inside == set()


@each_source
def test_ansible_is_known_at_the_edge_only(path: Path) -> None:
    assert "ansible" not in _outside_imports(path) or _package(path) in KNOWS_ANSIBLE


@each_source
def test_libraries_stay_where_they_belong(path: Path) -> None:
    foreign = {name for name in _outside_imports(path) if name not in sys.stdlib_module_names} - {
        "ansible",
        "__future__",
    }
    assert {name for name in foreign if _package(path) not in LIBRARIES.get(name, frozenset())} == set()


@pytest.mark.parametrize("path", [path for path in _sources() if _package(path) in PURE], ids=_identify)
def test_what_decides_has_no_clock_and_no_network(path: Path) -> None:
    assert _outside_imports(path) & IMPURE_MODULES == set()


@pytest.mark.parametrize("table", [ALLOWED, SIMULATOR], ids=["engine", "simulator"])
def test_the_table_has_no_cycle(table: dict[str, frozenset[str]]) -> None:
    seen: set[str] = set()
    while missing := table.keys() - seen:
        ready = {package for package in missing if table[package] <= seen}
        assert ready, f"a cycle among {sorted(missing)}"
        seen |= ready


def test_plugin_files_leave_the_collection_only_for_ansible() -> None:
    outside = {name for path in sorted(PLUGINS.glob("*/*.py")) for name in _outside_imports_of_plugin(path)}
    assert outside <= {"ansible", "__future__"}


def _outside_imports_of_plugin(path: Path) -> set[str]:
    """Return what a plugin file imports beyond the collection and the standard library."""
    if path.parent in ENGINE:
        return set()
    return {name for name in _outside_imports(path) if name not in sys.stdlib_module_names}
