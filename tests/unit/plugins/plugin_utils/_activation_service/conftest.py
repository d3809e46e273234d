# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers that end with their test, settings for them, and what the desk stands between: a ledger and a service."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._activation_service import ServiceSettings
from ansible_collections.volume.activation.plugins.plugin_utils._ledger import Ledger, PoolWish
from ansible_collections.volume.activation.plugins.plugin_utils._outbound import Outbound

from .._session.certificate_authority import Authority
from .fake_http_service import Behaviour, Proxy, Site, microsoft
from .fake_service import POOL, Service


@pytest.fixture(autouse=True)
def no_proxy_around(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep proxies, certificates and logins of the developer's environment out."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "requests_ca_bundle", "curl_ca_bundle"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("NETRC", str(tmp_path / "no-netrc"))


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A throw-away CA."""
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def running() -> t.Iterator[list[Site]]:
    """Whatever is put into it is closed after the test."""
    sites: list[Site] = []
    yield sites
    for site in sites:
        site.close()


@pytest.fixture
def start(running: list[Site], authority: Authority) -> t.Callable[..., Site]:
    """Start servers: `start(behaviour, tls=True)`."""

    def site(default: Behaviour = microsoft, *, tls: bool = False) -> Site:
        running.append(Site(default, authority.server() if tls else None))
        return running[-1]

    return site


@pytest.fixture
def start_proxy(running: list[Site]) -> t.Callable[..., Proxy]:
    """Start proxies: `start_proxy(login="user:password")`."""

    def proxy(**options: t.Any) -> Proxy:
        running.append(Proxy(**options))
        return t.cast(Proxy, running[-1])

    return proxy


@pytest.fixture
def settings_for(authority: Authority) -> t.Callable[..., ServiceSettings]:
    """Settings for a server of ours, in the environment of the moment; anything else overrides."""

    def settings(site: Site, **changes: t.Any) -> ServiceSettings:
        values: dict[str, t.Any] = {"url": site.url, "timeout": 10.0, "retries": 0, "ca_path": str(authority.path)}
        values["outbound"] = Outbound.of(os.environ)
        return ServiceSettings(**{**values, **changes})

    return settings


@pytest.fixture
def ledger(tmp_path: Path) -> t.Iterator[Ledger]:
    """A ledger with a pool of five."""
    with Ledger.open(str(tmp_path / "ledger.sqlite")) as opened:
        opened.declare(PoolWish(name=POOL, limit=5))
        yield opened


@pytest.fixture
def service() -> Service:
    """A service that grants everything."""
    return Service()
