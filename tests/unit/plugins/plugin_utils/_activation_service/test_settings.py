# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings that cannot serve are refused before anything is sent, and no password is quoted."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._activation_service import (
    MICROSOFT_URL,
    ServiceSettings,
    service_for,
)
from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret

SECRET = "not-to-be-seen"
SITE = "https://activationws.example.com/ActivationWs.asmx"


def test_nothing_given_means_microsoft() -> None:
    assert ServiceSettings().address == MICROSOFT_URL
    assert service_for(ServiceSettings()).source == "microsoft"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"backend": "telepathy"}, "bad_service"),
        ({"backend": "activationws_soap"}, "bad_service"),
        ({"backend": "activationws_rest", "url": ""}, "bad_service"),
        ({"url": MICROSOFT_URL.replace("https", "http")}, "plain_http"),
        ({"url": "http://activation.example.com/page"}, "plain_http"),
        ({"backend": "activationws_soap", "url": "http://activation.sls.microsoft.com./x"}, "plain_http"),
        ({"url": "ftp://example.com/"}, "bad_service_url"),
        ({"url": "https://"}, "bad_service_url"),
        ({"url": "https://exa mple.com/"}, "bad_service_url"),
        ({"url": "https://example.com:99999/"}, "bad_service_url"),
        ({"url": "https://[::1/"}, "bad_service_url"),
        ({"url": f"{SITE}?WSDL"}, "bad_service_url"),
        ({"url": f"https://user:{SECRET}@example.com/"}, "password_in_url"),
        ({"proxy": f"http://user:{SECRET}@proxy.example.com:8080"}, "password_in_url"),
        ({"proxy": "socks5://proxy.example.com"}, "bad_proxy"),
        ({"proxy": "http://"}, "bad_proxy"),
        ({"proxy_username": "user"}, "bad_proxy"),
        ({"proxy": "proxy.example.com:8080", "proxy_password": Secret(SECRET)}, "bad_proxy"),
        ({"timeout": 0}, "bad_service"),
        ({"timeout": float("nan")}, "bad_service"),
        ({"retries": -1}, "bad_service"),
        ({"retry_delay": -1}, "bad_service"),
        ({"batch_size": 0}, "bad_service"),
    ],
)
def test_settings_that_cannot_serve_are_refused(changes: dict[str, t.Any], code: str) -> None:
    with pytest.raises(Refusal) as caught:
        service_for(ServiceSettings(**changes))
    assert caught.value.code == code
    assert caught.value.remedy
    assert SECRET not in f"{caught.value} {caught.value.cause} {caught.value.remedy}"


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/x", "http://[::1]:8080/x", "http://localhost/x"])
def test_microsofts_protocol_is_spoken_over_http_on_loopback_only(url: str) -> None:
    assert service_for(ServiceSettings(url=url)).source == "microsoft"


def test_an_activationws_of_the_site_may_be_asked_over_http() -> None:
    settings = ServiceSettings(backend="activationws_rest", url="http://activationws.example.com/")
    assert service_for(settings).source == "activationws"


def test_a_proxy_may_be_given_without_a_scheme() -> None:
    assert ServiceSettings(proxy="proxy.example.com:8080").proxy_url == "http://proxy.example.com:8080"


def test_a_ca_file_must_exist_and_hold_a_certificate(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing\n")
    for path, word in ((tmp_path / "absent.pem", "No such file"), (empty, "no certificate")):
        with pytest.raises(Refusal) as caught:
            service_for(ServiceSettings(ca_path=str(path)))
        assert caught.value.code == "bad_ca_path"
        assert word in (caught.value.cause or "")


def test_no_setting_switches_the_check_of_certificates_off() -> None:
    assert not [name for name in vars(ServiceSettings()) if "verif" in name or "valid" in name]


def test_the_settings_show_no_password() -> None:
    assert SECRET not in repr(ServiceSettings(proxy_password=Secret(SECRET)))
