# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables: read late, well formed, and about nothing but their subject."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys

import pytest

import ansible_collections.volume.activation.plugins.plugin_utils._licensing as licensing
from ansible_collections.volume.activation.plugins.plugin_utils._licensing.tables import row, row_with

FOLDER = pathlib.Path(licensing.__file__).parent
NAMES = sorted(path.stem for path in (FOLDER / "data").glob("*.json"))


def test_all_tables_are_here() -> None:
    texts = {"errors", "kms_errors", "service_errors", "windows_errors", "wire_errors"}
    assert {*texts, "constants", "editions", "esu", "gvlk", "spp_schema", "verdicts"} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_table_is_plain_ascii_json_with_sources(name: str) -> None:
    text = (FOLDER / "data" / f"{name}.json").read_text(encoding="ascii")
    assert text.endswith("}\n") and json.loads(text)["sources"]
    assert licensing.table(name) is licensing.table(name)


def test_the_schema_names_a_type_for_every_property_and_parameter() -> None:
    classes = licensing.table("spp_schema")["classes"]
    for name in ("SoftwareLicensingService", "SoftwareLicensingProduct"):
        assert all(row["cim_type"] for row in classes[name]["properties"])
        assert all(one["cim_type"] for row in classes[name]["methods"] for one in row["parameters"])


def test_importing_the_package_reads_no_table() -> None:
    # In a process of its own, for this one has read them all by now.
    program = """
import sys
def refuse(event, args):
    if event == "open" and str(args[0]).endswith(".json"):
        raise SystemExit(f"opened {args[0]}")
sys.path.insert(0, sys.argv[1])
sys.addaudithook(refuse)
import plugins.plugin_utils._licensing as licensing
licensing.Channel.classify("Volume:GVLK", None)
licensing.is_evaluation("ServerStandardEval")
"""
    parent = FOLDER.parent.parent.parent
    done = subprocess.run(
        [sys.executable, "-I", "-c", program, str(parent)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["errors", "kms_errors", "windows_errors", "wire_errors"])
def test_one_row_read_alone_is_the_row_of_the_table(name: str) -> None:
    rows = licensing.table(name)["errors"]
    assert {code: row(name, code) for code in rows} == rows
    assert row(name, "0x00000000") is None


def test_a_row_is_found_by_one_of_its_fields() -> None:
    rows = licensing.table("errors")["errors"].values()
    aliases = [found["alias"] for found in rows if "alias" in found]
    assert aliases
    assert [(row_with("errors", "alias", alias) or {}).get("alias") for alias in aliases] == aliases
    assert row_with("errors", "alias", "no such code") is None
