# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Audits that the collection itself evaluates, and how a document that is not an audit is refused."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils import _findings
from ansible_collections.volume.activation.plugins.plugin_utils._audit_report import load
from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal

from .audit_documents import AUDITED, Document, Fleet


def judged(machines: int = 80) -> Document:
    """Return the audit that the collection itself makes of such a fleet."""
    fleet = Fleet()
    for number in range(machines):
        fleet.add(number)
    made = ("method", "status", "expires", "days_left", "findings")
    rows = [{name: value for name, value in row.items() if name not in made} for row in fleet.rows]
    found = _findings.audited(rows, _findings.AuditSettings(), audited_at=AUDITED.isoformat(), duration_seconds=3.5)
    return {**found, "skipped": ["localhost"]}


def refused(given: t.Any) -> Refusal:
    """Return why it is no audit."""
    with pytest.raises(Refusal) as caught:
        load(given)
    assert caught.value.remedy
    return caught.value
