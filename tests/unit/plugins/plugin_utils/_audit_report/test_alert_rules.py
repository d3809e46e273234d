# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide's example alerts are rules, and are about series that an audit really writes."""

from __future__ import annotations

import re
import textwrap
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.volume.activation.plugins.plugin_utils._audit_report import as_prometheus

from .audit_documents import audit

GUIDE = Path(__file__).resolve().parents[5] / "docs" / "docsite" / "rst" / "guide_audit.rst"
SELECTOR = re.compile(r"(volume_activation_\w+)(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)(!?=)"([^"]*)"')
SERIES = [
    (name, {label: value for label, _sign, value in MATCHER.findall(labels)})
    for name, labels in SELECTOR.findall(as_prometheus(audit()))
]


def rules() -> list[dict[str, t.Any]]:
    """Return the rules that are in the guide."""
    found = re.search(r"^    groups:\n(?:    .*\n)+", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    assert found
    (group,) = yaml.safe_load(textwrap.dedent(found.group()))["groups"]
    return list(group["rules"])


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_is_about_series_that_there_are(rule: dict[str, t.Any]) -> None:
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    selectors = SELECTOR.findall(rule["expr"])
    assert selectors
    for name, matchers in selectors:
        wanted = MATCHER.findall(matchers)
        matching = [
            labels
            for found, labels in SERIES
            if found == name and all((labels.get(label) == value) is (sign == "=") for label, sign, value in wanted)
        ]
        assert matching, f"{name}{{{matchers}}}"


def test_whoever_does_not_audit_any_more_is_told() -> None:
    assert any(rule["expr"].startswith("absent(") for rule in rules())
