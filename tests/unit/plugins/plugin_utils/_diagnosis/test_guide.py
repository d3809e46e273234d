# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide on the doctor tells every check and every code that there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._diagnosis import CHECKS, TEXTS
from ansible_collections.volume.activation.plugins.plugin_utils._transcripts import FORMAT, QUESTIONS

ROOT = Path(__file__).resolve().parents[5]
GUIDE = (ROOT / "docs" / "docsite" / "rst" / "guide_doctor.rst").read_text(encoding="utf-8")
ELSEWHERE = (
    *("certificate_not_trusted", "certificate_file_missing", "tls_failed", "proxy_failed"),
    *("login_refused", "login_failed", "unsealed", "missing_library", "read_timeout", "connection_dropped"),
    *("unsupported_windows", "no_records", "stale_record", "foreign_host", "wrong_port", "dns_failed"),
)


@pytest.mark.parametrize("word", [*CHECKS, *TEXTS, *ELSEWHERE, FORMAT])
def test_it_is_in_the_guide(word: str) -> None:
    assert f"``{word}``" in GUIDE


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: str(question.number))
def test_each_open_question_is_in_the_guide(question: object) -> None:
    assert f"   * - {getattr(question, 'number', '')}\n" in GUIDE
