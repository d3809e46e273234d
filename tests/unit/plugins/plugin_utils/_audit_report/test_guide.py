# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide tells of every column and every metric that there is, and of no other."""

from __future__ import annotations

import re
from pathlib import Path

from ansible_collections.volume.activation.plugins.plugin_utils import _audit_report
from ansible_collections.volume.activation.plugins.plugin_utils._audit_report.csv_table import COLUMNS

from .audit_documents import audit


def rows(checkout: Path, title: str) -> set[str]:
    """Return what stands in the first column of the table below a heading of the guide."""
    text = (checkout / "docs" / "docsite" / "rst" / "guide_audit.rst").read_text(encoding="utf-8")
    part = text.split(f"\n{title}\n~~~", 1)[1].split("\n~~~", 1)[0]
    first = re.findall(r"^   \* - (``.*)$", part, re.M)
    return {name for cell in first for name in re.findall(r"``([^`]+)``", cell)}


def test_the_guide_has_every_column(checkout: Path) -> None:
    assert rows(checkout, "The table") == set(COLUMNS)


def test_the_guide_has_every_metric_with_its_labels(checkout: Path) -> None:
    document = audit(30)
    document["forecast"]["windows"]["count_now"] = 50
    found = set()
    for line in _audit_report.as_prometheus(document).splitlines():
        if not line.startswith("#"):
            name, labels = line.split(" ")[0].split("{")[0], line.partition("{")[2]
            named = ", ".join(re.findall(r'(\w+)="', labels or ""))
            found.add(f"{name}{{{named}}}" if named else name)
    assert rows(checkout, "The metrics") == found
