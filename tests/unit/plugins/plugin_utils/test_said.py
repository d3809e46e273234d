# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a library's exception says becomes a cause without any part of a secret."""

from __future__ import annotations

import urllib.parse

import pytest
import requests

from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret, said

_PASSWORD = "P€ssw0rd-1/@"


def _encoding_error(text: str = _PASSWORD) -> UnicodeError:
    with pytest.raises(UnicodeError) as caught:
        f"user:{text}".encode("latin-1")
    return caught.value


def _around(inner: BaseException) -> list[BaseException]:
    """Return an exception in the ways in which libraries wrap one."""
    caused = ValueError(f"could not log in: {inner}")
    caused.__cause__ = inner
    during = ValueError(f"could not log in: {inner}")
    during.__context__ = inner
    return [inner, caused, during, requests.exceptions.ConnectionError(inner)]


@pytest.mark.parametrize("error", _around(_encoding_error()), ids=["itself", "cause", "context", "argument"])
def test_nothing_is_said_of_what_could_not_be_encoded(error: BaseException) -> None:
    assert said(error, [Secret(_PASSWORD)]) == type(error).__name__
    assert said(error) == type(error).__name__


@pytest.mark.parametrize(
    "url",
    ["http://user:hush-Word-1@proxy:3128", "socks9://user:hush-Word-1@@proxy", "http://user:hush/Word-1@proxy:3128/x"],
)
def test_the_login_of_a_url_is_masked_whatever_it_holds(url: str) -> None:
    shown = said(requests.exceptions.InvalidURL(f"Failed to parse: {url}"))
    assert "hush" not in shown
    assert "Word" not in shown
    assert "Failed to parse" in shown


@pytest.mark.parametrize("secret", ["Open-Sesame-42", "Öffne-Dich-4711", "quo'te\\Back-42", "with@Sign/Slash-1"])
def test_a_secret_is_masked_however_it_is_spelled(secret: str) -> None:
    for spelled in (secret, repr(secret), ascii(secret), repr(secret.encode()), urllib.parse.quote(secret, safe="")):
        assert spelled.strip("b'\"") not in said(ValueError(f"bad value {spelled} here"), [Secret(secret)])


def test_a_text_that_holds_an_ordinary_word_as_password_is_left_out() -> None:
    assert said(ValueError("no such path: /wsman"), [Secret("wsman")]) == "ValueError"
    assert "wsman" in said(ValueError("no such path: /wsman"), [Secret("other")])


def test_the_token_of_a_login_is_masked() -> None:
    shown = said(ValueError("Invalid header value: 'Basic dXNlcjpodXNo'"))
    assert "dXNlcjpodXNo" not in shown
    assert "Basic" in shown
