# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whoever meets a code of the directory finds it in the documentation of the modules that ask one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from ansible_collections.volume.activation.plugins.doc_fragments.directory import ModuleDocFragment
from ansible_collections.volume.activation.plugins.modules import adba_object, adba_object_info

PACKAGE = Path(__file__).resolve().parents[4] / "plugins" / "module_utils" / "_directory"
CODE = re.compile(r'(?:code=|Finding\(\s*)"([a-z_]+)"')
# What only a removal can come to; the module that removes nothing is silent of them.
OF_A_REMOVAL = {"object_gone", "outcome_unknown", "server_read_only"}


def codes() -> list[str]:
    """Return every code that the package can give."""
    return sorted({code for path in PACKAGE.glob("*.py") for code in CODE.findall(path.read_text("utf-8"))})


def told(documentation: str) -> set[str]:
    """Return what the notes of a documentation name as a value."""
    return set(re.findall(r"V\((\w+)\)", " ".join(yaml.safe_load(documentation)["notes"])))


def test_codes_are_found() -> None:
    assert {"bad_option", "certificate_refused", "not_sealed", *OF_A_REMOVAL} <= set(codes())


@pytest.mark.parametrize("code", codes())
def test_every_code_is_in_the_notes(code: str) -> None:
    shared = told(ModuleDocFragment.DOCUMENTATION)
    for module in (adba_object,) if code in OF_A_REMOVAL else (adba_object, adba_object_info):
        assert code in shared | told(module.DOCUMENTATION)
