# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A library that is missing skips the tests that need it, and no others; and no test module is a helper of another."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
SKIPS = "importorskip"


def _skips_as_a_whole(tree: ast.Module) -> bool:
    """Return whether importing a module skips whatever imports it."""
    return any(SKIPS in ast.dump(node) for node in tree.body if isinstance(node, (ast.Expr, ast.Assign)))


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield (node.module or "").rpartition(".")[2]
            yield from (alias.name for alias in node.names)


def test_no_module_that_is_skipped_as_a_whole_is_imported_by_another() -> None:
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in TESTS.rglob("*.py")}
    skipped = {path.stem for path, tree in trees.items() if _skips_as_a_whole(tree)}
    assert skipped
    importers = {str(path.relative_to(TESTS)) for path, tree in trees.items() if skipped & set(_imported(tree))}
    assert importers == set()


def test_what_tests_share_is_in_a_helper_module_and_not_in_a_test_module() -> None:
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in TESTS.rglob("*.py")}
    named = {path.stem for path in trees if path.stem.startswith("test_")}
    importers = {
        str(path.relative_to(TESTS))
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").rpartition(".")[2] in named
    }
    assert importers == set()
