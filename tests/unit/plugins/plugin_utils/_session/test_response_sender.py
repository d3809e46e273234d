# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which end wrote an answer with an error status: WinRM, IIS, a proxy, or another server."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import ActivationError
from ansible_collections.volume.activation.plugins.plugin_utils._session.response_sender import sender, sender_remedy

from .certificate_authority import Authority
from .fake_listener import Machine

WINRM, IIS, PROXY, OTHER, UNKNOWN = (
    {"Server": "Microsoft-HTTPAPI/2.0"},
    {"Server": "Microsoft-IIS/10.0"},
    {"Via": "1.1 gate.example (squid/5.7)", "Server": "Microsoft-HTTPAPI/2.0"},
    {"server": "nginx"},
    {"Content-Length": "0"},
)


def test_each_end_has_its_own_words() -> None:
    kinds = [WINRM, IIS, PROXY, OTHER, UNKNOWN]
    assert len({sender(kind) for kind in kinds}) == len({sender_remedy(kind) for kind in kinds}) == len(kinds)


@pytest.mark.parametrize(
    ("headers", "like"),
    [
        ({"SERVER": "microsoft-httpapi/2.0"}, WINRM),
        ({"Server": "Microsoft-HTTPAPI/2.0", "X-Powered-By": "ARR/3.0"}, IIS),
        ({"X-Squid-Error": "ERR_CONNECT_FAIL 111", "Server": "squid"}, PROXY),
        ({"X-Cache": "MISS from gate.example"}, PROXY),
        ({"Content-Type": "text/html; charset=utf-8"}, OTHER),
        ({"Content-Type": "application/soap+xml"}, UNKNOWN),
    ],
)
def test_the_headers_name_the_end(headers: dict[str, str], like: dict[str, str]) -> None:
    assert sender_remedy(headers) == sender_remedy(like)


def test_what_a_server_says_of_itself_is_shown_in_one_short_line() -> None:
    shown = sender({"Server": f"evil\r\n\x1b[2J{'x' * 5000}"})
    assert "evil" in shown
    assert "\n" not in shown
    assert "\x1b" not in shown
    assert len(shown) < 300


@pytest.mark.parametrize("status", [500, 502, 400, 403, 404, 503])
def test_the_error_for_an_answer_without_soap_names_the_end(
    machine: t.Callable[..., Machine], settings: t.Any, opened: t.Any, authority: Authority, status: int
) -> None:
    target = machine("basic", authority.server())
    target.on_message = [lambda handler: handler.reply(status, b"<html/>", "text/html", Via="1.1 gate.example")]
    with pytest.raises(ActivationError) as caught:
        opened(settings(target, "basic", "https")).send(b"<s:Envelope/>")
    assert caught.value.code == f"http_{status}"
    assert "gate.example" in (caught.value.cause or "")
    assert caught.value.remedy


def test_an_answer_in_clear_to_a_sealed_message_names_its_end_too(
    machine: t.Callable[..., Machine], settings: t.Any, opened: t.Any
) -> None:
    target = machine("ntlm")
    target.on_message = [lambda handler: handler.reply(500, b"", "", Via="1.1 gate.example")]
    with pytest.raises(ActivationError) as caught:
        opened(settings(target)).send(b"<s:Envelope/>")
    assert "gate.example" in (caught.value.cause or "")
