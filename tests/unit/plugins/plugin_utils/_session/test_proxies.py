# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A failure behind a proxy names the proxy, where it comes from, and how to do without; never its login."""

from __future__ import annotations

import typing as t

import pytest
import requests

from ansible_collections.volume.activation.plugins.plugin_utils._errors import ActivationError, ConnectionFailed
from ansible_collections.volume.activation.plugins.plugin_utils._outbound import Outbound
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._session import Proxy, PsrpSettings, WinRMSettings
from ansible_collections.volume.activation.plugins.plugin_utils._session.error_mapping import explained
from ansible_collections.volume.activation.plugins.plugin_utils._session.guarded_adapter import GuardedAdapter

URL = "http://user:hush-Word-1@proxy.example:3128"
KINDS = (WinRMSettings, PsrpSettings)
BYPASS = {WinRMSettings: "ansible_winrm_proxy to null", PsrpSettings: "ansible_psrp_ignore_proxy"}


def failed(kind: t.Any, error: Exception, **given: t.Any) -> ActivationError:
    """Return the error for a connection that failed like this."""
    settings = kind(host="app01.example", user="u", password=Secret("Open-Sesame-42"), **given)
    found = explained(error, GuardedAdapter(settings.endpoint), settings, settings.mechanisms[0])
    assert "hush" not in str([found.message, found.cause, found.remedy])
    return found


ERRORS = [
    requests.exceptions.ProxyError(f"Cannot connect to proxy {URL}"),
    requests.exceptions.ConnectTimeout("timed out"),
    ConnectionFailed("The proxy asks for a login.", code="http_407", remedy="Give it."),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
def test_a_proxy_of_the_environment_is_named_with_its_variable(kind: t.Any, error: Exception, variable: str) -> None:
    remedy = failed(kind, error, outbound=Outbound.of({variable: URL})).remedy or ""
    assert {"proxy.example:3128", variable, "NO_PROXY"} <= set(remedy.replace(",", " ").split())
    assert BYPASS[kind] in remedy


@pytest.mark.parametrize("kind", KINDS)
def test_a_proxy_of_the_connection_is_named_with_its_option(kind: t.Any) -> None:
    remedy = failed(kind, requests.exceptions.ProxyError("no"), proxy=Proxy(url=Secret(URL))).remedy or ""
    assert kind.names.proxy in remedy
    assert "proxy.example:3128" in remedy
    assert "NO_PROXY" not in remedy


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "given",
    [
        {},
        {"outbound": Outbound.of({"HTTPS_PROXY": URL, "NO_PROXY": ".example"})},
        {"outbound": Outbound.of({"HTTPS_PROXY": URL}), "proxy": Proxy(environment=False)},
    ],
)
def test_without_a_proxy_none_is_named(kind: t.Any, given: dict[str, t.Any]) -> None:
    assert "proxy" not in (failed(kind, requests.exceptions.ConnectTimeout("timed out"), **given).remedy or "").lower()


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_holds_nothing_of_the_one_behind_it(kind: t.Any) -> None:
    with pytest.raises(ConnectionFailed) as caught:
        try:
            raise ValueError("user:hush-Word-1")
        except ValueError as error:
            raise ConnectionFailed("No.", code="connection_failed") from error
    found = failed(kind, caught.value)
    assert (found.__cause__, found.__context__) == (None, None)
