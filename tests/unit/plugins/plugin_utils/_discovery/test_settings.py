# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be asked, and what is refused before anybody is asked."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._discovery import DnsSettings, limit_number
from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal


@pytest.mark.parametrize(
    "given",
    [
        {"servers": ("192.0.2.1", "2001:db8::1")},
        {"servers": ("127.0.0.1",), "port": 65535},
        {"timeout": 0.1},
        {"timeout": 60},
    ],
)
def test_what_can_be_asked(given: dict[str, Any]) -> None:
    assert DnsSettings(**given) == DnsSettings(**given)


@pytest.mark.parametrize(
    ("given", "option"),
    [
        # A URL would make the library speak DNS over HTTPS with somebody.
        ({"servers": ("https://dns.example/",)}, "dns_servers"),
        ({"servers": ("192.0.2.1", "dns.example")}, "dns_servers"),
        ({"servers": ("",)}, "dns_servers"),
        ({"port": 0}, "dns_port"),
        ({"port": 65536}, "dns_port"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": -1}, "timeout"),
        ({"timeout": 61}, "timeout"),
        ({"timeout": float("nan")}, "timeout"),
        ({"timeout": float("inf")}, "timeout"),
    ],
)
def test_what_cannot_is_refused_and_the_option_is_named(given: dict[str, Any], option: str) -> None:
    with pytest.raises(Refusal) as caught:
        DnsSettings(**given)
    assert caught.value.code == "bad_option"
    assert option in (caught.value.remedy or "")


@pytest.mark.parametrize("number", [1, 512])
def test_a_limit(number: int) -> None:
    assert limit_number(number) == number


@pytest.mark.parametrize("number", [-1, 0, 513])
def test_no_limit(number: int) -> None:
    with pytest.raises(Refusal) as caught:
        limit_number(number)
    assert (caught.value.code, "limit" in (caught.value.remedy or "")) == ("bad_option", True)
