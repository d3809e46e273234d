# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A password is neither shown nor shown up by the place where it is masked."""

from __future__ import annotations

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret, distinctive, reveal, scrub


@pytest.mark.parametrize("text", ["correct-Horse-7", "Xk7#pQ2z", "the-password-of-the-proxy", "Winter2026!"])
def test_a_password_that_is_no_ordinary_word_is_looked_for(text: str) -> None:
    assert [reveal(secret) for secret in distinctive([Secret(text)])] == [text]
    assert text not in scrub(f"could not use {text} here", distinctive([Secret(text)]))


@pytest.mark.parametrize("text", ["wsman", "m", "password", "Kerberos", "server01", "12345678", "abc", "refused"])
def test_an_ordinary_word_is_not_shown_up_by_a_mask(text: str) -> None:
    said = f"Max retries exceeded with url: /wsman, the server01 refused the password of Kerberos, {text}"
    assert distinctive([Secret(text)]) == []
    assert scrub(said, distinctive([Secret(text)])) == said


@pytest.mark.parametrize("password", ["a", "wsman", "pool", "correct-Horse-7"])
def test_the_password_of_a_url_is_always_masked(password: str) -> None:
    said = f"cannot reach postgresql+psycopg://activation:{password}@ledger.corp.example/activation of the pool"
    shown = scrub([said], [])[0]
    assert shown == "cannot reach postgresql+psycopg://activation:********@ledger.corp.example/activation of the pool"
    assert scrub("postgresql://activation@ledger/activation", []) == "postgresql://activation@ledger/activation"
