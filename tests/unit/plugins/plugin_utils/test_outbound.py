# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Proxies and CA bundle are read from an environment by the rules of `requests`, and from that environment only."""

from __future__ import annotations

import os
import random

import pytest
import requests

from ansible_collections.volume.activation.plugins.plugin_utils._outbound import Outbound

PROXY = "http://proxy.example:3128"
OTHER = "http://other.example:8080"
URL = "https://app01.corp.example:5986/wsman"


@pytest.mark.parametrize(
    ("variables", "url", "proxy"),
    [
        ({}, URL, None),
        ({"https_proxy": PROXY}, URL, PROXY),
        ({"HTTPS_PROXY": PROXY}, URL, PROXY),
        ({"HTTPS_PROXY": OTHER, "https_proxy": PROXY}, URL, PROXY),
        ({"HTTPS_PROXY": OTHER, "https_proxy": ""}, URL, None),
        ({"ALL_PROXY": PROXY}, URL, PROXY),
        ({"ALL_PROXY": OTHER, "HTTPS_PROXY": PROXY}, URL, PROXY),
        ({"HTTPS_PROXY": PROXY}, "http://app01.corp.example:5985/wsman", None),
        ({"HTTP_PROXY": PROXY}, "http://app01.corp.example:5985/wsman", PROXY),
        ({"HTTP_PROXY": PROXY, "REQUEST_METHOD": "GET"}, "http://app01.corp.example/", None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "*"}, URL, None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "corp.example"}, URL, None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": " .corp.example , else"}, URL, None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "orp.example"}, URL, PROXY),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "app01.corp.example:5986"}, URL, None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "app01.corp.example:443"}, URL, PROXY),
        ({"HTTPS_PROXY": PROXY, "no_proxy": "else", "NO_PROXY": "*"}, URL, PROXY),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "10.1.0.0/16"}, "https://10.1.2.3:5986/wsman", None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "10.1.0.0/16"}, "https://10.2.2.3:5986/wsman", PROXY),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "10.1.2.3"}, "https://10.1.2.3:5986/wsman", None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "2001:db8::/32"}, "https://[2001:db8::5]:5986/wsman", None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "2001:db8::/32"}, "https://[2001:dba::5]:5986/wsman", PROXY),
    ],
)
def test_the_proxy_of_a_url(variables: dict[str, str], url: str, proxy: str | None) -> None:
    assert Outbound.of(variables).proxy_for(url) == proxy


def test_requests_chooses_the_same_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    names = ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY")
    entries = ("*", "corp.example", ".corp.example", "app01", "10.1.0.0/16", "10.1.2.3", "10.1.2.3/31", "x:5986", "")
    hosts = ("app01.corp.example", "app01", "corp.example", "10.1.2.3", "10.200.0.1", "x", "xcorp.example")
    for _time in range(600):
        environment = {}
        for name in chance.sample(names, chance.randrange(1, 5)):
            drawn = chance.choice((",", ", ")).join(chance.sample(entries, 2))
            environment[name] = drawn if name.lower() == "no_proxy" else chance.choice((PROXY, OTHER, ""))
        url = f"{chance.choice(('http', 'https'))}://{chance.choice(hosts)}:{chance.choice((5986, 443))}/wsman"
        monkeypatch.setattr(os, "environ", dict(environment))
        theirs = requests.utils.select_proxy(url, requests.utils.get_environ_proxies(url))
        assert Outbound.of(environment).proxy_for(url) == (theirs or None), (environment, url)


def test_the_ca_bundle_is_that_of_requests_then_that_of_curl() -> None:
    both = {"REQUESTS_CA_BUNDLE": "/ca/requests.pem", "CURL_CA_BUNDLE": "/ca/curl.pem"}
    assert Outbound.of(both).ca == "/ca/requests.pem"
    assert Outbound.of({**both, "REQUESTS_CA_BUNDLE": ""}).ca == "/ca/curl.pem"
    assert Outbound.of({}).ca is None


def test_the_password_of_a_proxy_is_not_shown() -> None:
    assert "hush" not in repr(Outbound.of({"https_proxy": "http://u:hush@proxy.example"}))


@pytest.mark.parametrize("name", ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "Https_Proxy"])
def test_the_variable_of_a_proxy_is_known(name: str) -> None:
    assert Outbound.of({name: PROXY}).variable_for(URL) == name
    assert Outbound.of({name: PROXY, "NO_PROXY": "corp.example"}).variable_for(URL) is None
    assert Outbound.of({name: PROXY, "https_proxy": OTHER}).variable_for(URL) == "https_proxy"
