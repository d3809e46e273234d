# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide on audits tells every code with its severity, the worst first, and every method."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._findings import CODES, SEVERITIES, TEXTS
from ansible_collections.volume.activation.plugins.plugin_utils._findings.kms_demand import KINDS
from ansible_collections.volume.activation.plugins.plugin_utils._findings.license_summary import METHODS
from ansible_collections.volume.activation.plugins.plugin_utils._findings.rules import _LEFT_UNREAD

ROOT = Path(__file__).resolve().parents[5]
GUIDE = (ROOT / "docs" / "docsite" / "rst" / "guide_audit.rst").read_text(encoding="utf-8")
ROW = re.compile(rf"^   \* - ``(\w+)``\n     - ({'|'.join(SEVERITIES)})$", re.MULTILINE)


def test_the_table_has_every_code_with_its_severity() -> None:
    assert sorted(ROW.findall(GUIDE)) == sorted((code, TEXTS[code].severity) for code in CODES)


def test_the_worst_comes_first() -> None:
    order = [(SEVERITIES.index(severity), code) for code, severity in ROW.findall(GUIDE)]
    assert [severity for severity, _code in order] == sorted(severity for severity, _code in order)


@pytest.mark.parametrize("word", [*METHODS, *KINDS])
def test_it_is_in_the_guide(word: str) -> None:
    assert f"``{word}``" in GUIDE


@pytest.mark.parametrize("code", CODES)
def test_a_remedy_names_what_there_is(code: str) -> None:
    named = re.findall(r"volume\.activation\.(\w+)", TEXTS[code].remedy)
    folders = ("plugins/modules/{}.py", "roles/{}", "playbooks/{}.yml")
    missing = [name for name in named if not any((ROOT / folder.format(name)).exists() for folder in folders)]
    assert missing == []


@pytest.mark.parametrize("reason", sorted(_LEFT_UNREAD))
def test_each_reason_of_an_incomplete_audit_has_a_row(reason: str) -> None:
    assert f"   * - ``{reason}``\n     - " in GUIDE
