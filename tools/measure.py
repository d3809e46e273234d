# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Print the figures of the structure beside their targets; exits with 1 if one is missed and --strict is given."""

from __future__ import annotations

import argparse
import ast
import collections
import sys
import typing as t
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLUGINS = ROOT / "plugins"
ENGINE = (PLUGINS / "plugin_utils", PLUGINS / "module_utils")
SIMULATOR = PLUGINS / "plugin_utils" / "_simulator"
NAME = "ansible_collections.volume.activation.plugins."
# The files of this package are its face: one for each subject that actions share.
FEATURES = "plugin_utils._action.features"
Function: t.TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


class Source(t.NamedTuple):
    """A Python file, with its text and its syntax tree."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        """The number of lines."""
        return self.text.count("\n")

    @property
    def package(self) -> str:
        """The package of the engine or the plugin folder that the file belongs to."""
        return ".".join(self.path.relative_to(PLUGINS).with_suffix("").parts[:2])

    @property
    def is_simulator(self) -> bool:
        """Whether the file is part of the simulator."""
        return SIMULATOR in self.path.parents

    def functions(self) -> Iterator[Function]:
        """Yield every function and method."""
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield node


def sources(*folders: Path) -> list[Source]:
    """Return the Python files below some folders."""
    paths = sorted({path for folder in folders for path in folder.rglob("*.py")})
    texts = [path.read_text(encoding="utf-8") for path in paths]
    return [Source(path, text, ast.parse(text)) for path, text in zip(paths, texts, strict=True)]


def called_once(files: list[Source]) -> float:
    """Return the share of functions that are private and used once in their file, in per cent."""
    once = total = 0
    for file in files:
        uses = collections.Counter(
            node.id if isinstance(node, ast.Name) else node.attr
            for node in ast.walk(file.tree)
            if isinstance(node, (ast.Name, ast.Attribute))
        )
        names = [function.name for function in file.functions()]
        total += len(names)
        once += sum(name.startswith("_") and not name.startswith("__") and uses[name] == 1 for name in names)
    return 100 * once / total


def inside_imports(files: list[Source]) -> int:
    """Return how many imports go to a submodule of another package."""
    count = 0
    for file in files:
        package = ["plugins", *file.path.relative_to(PLUGINS).parent.parts]
        for node in ast.walk(file.tree):
            if not isinstance(node, ast.ImportFrom):
                continue
            base = package[: len(package) - node.level + 1] if node.level else []
            whole = ".".join([*base, *([node.module] if node.module else [])]).removeprefix(NAME)
            parts = whole.removeprefix("plugins.").split(".")
            if parts[0] in ("plugin_utils", "module_utils") and len(parts) > 2:
                count += ".".join(parts[:2]) != file.package and not whole.removeprefix("plugins.").startswith(FEATURES)
    return count


def lengths(files: list[Source]) -> tuple[int, int]:
    """Return the 90th percentile and the maximum of the length of a function, in lines without its docstring."""
    found = []
    for file in files:
        for function in file.functions():
            first = function.body[0]
            is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            start = (function.body[1].lineno if len(function.body) > 1 else first.lineno) if is_text else first.lineno
            found.append((function.end_lineno or start) - start + 1)
    found.sort()
    return found[int(0.9 * len(found))], found[-1]


def anys(files: list[Source]) -> float:
    """Return how often `Any` is used, for each 1,000 lines."""
    used = sum(
        (isinstance(node, ast.Name) and node.id == "Any") or (isinstance(node, ast.Attribute) and node.attr == "Any")
        for file in files
        for node in ast.walk(file.tree)
    )
    return 1000 * used / sum(file.lines for file in files)


def shared_class_names(files: list[Source]) -> list[str]:
    """Return the public class names that two packages define."""
    places: dict[str, set[str]] = collections.defaultdict(set)
    for file in files:
        for node in file.tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].add(file.package)
    return sorted(name for name, packages in places.items() if len(packages) > 1)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strict", action="store_true", help="exit with 1 if a target is missed")
    strict = parser.parse_args().strict
    engine = sources(*ENGINE)
    plain = [file for file in engine if not file.is_simulator]
    action_layer = sources(PLUGINS / "action", PLUGINS / "plugin_utils" / "_action")
    small = [file for file in plain if file.lines <= 60 and file.path.name != "__init__.py"]
    p90, longest = lengths(engine)
    names = shared_class_names(engine)
    rows: list[tuple[str, float, float]] = [
        ("private functions used once in their file, per cent", called_once(engine), 18),
        ("engine files of 60 lines or fewer", len(small), 15),
        ("imports of another package's submodule", inside_imports(sources(PLUGINS)), 0),
        ("Any per 1,000 lines in the action layer", anys(action_layer), 15),
        ("files directly in _simulator", len(list(SIMULATOR.glob("*.py"))), 3),
        ("public class names in two packages", len(names), 8),
        ("function length, 90th percentile", p90, 25),
        ("function length, longest", longest, 50),
        ("lines of engine and simulator", sum(file.lines for file in engine), 39_700),
    ]
    print(f"{'':54} {'now':>8} {'target':>8}")
    for title, now, target in rows:
        print(f"{title:54} {now:8,.0f} {target:8,.0f} {'' if now <= target else 'missed'}".rstrip())
    print(f"class names in two packages: {', '.join(names) or 'none'}")
    print(f"small files: {', '.join(str(file.path.relative_to(PLUGINS)) for file in small)}")
    return int(strict and any(now > target for _title, now, target in rows))


if __name__ == "__main__":
    sys.exit(main())
