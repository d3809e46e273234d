# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions take proxy and CA bundle from their settings: threads never look at the environment, nor change it."""

from __future__ import annotations

import collections.abc
import concurrent.futures
import os
import sys
import threading
import typing as t
import warnings
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._activation_service import (
    Installation,
    ServiceSettings,
    ServiceUnavailable,
    service_for,
)
from ansible_collections.volume.activation.plugins.plugin_utils._errors import ActivationError, ConnectionFailed
from ansible_collections.volume.activation.plugins.plugin_utils._outbound import Outbound
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._session import (
    ConnectionSettings,
    Proxy,
    PsrpSettings,
    Tls,
    WinRMSettings,
    open_session,
    preload,
)

from .._activation_service.fake_http_service import IIDS, PID
from .._activation_service.fake_http_service import Proxy as ProxyServer
from .certificate_authority import Authority
from .fake_listener import ANSWER, PASSWORD, USER, Machine

MESSAGE = b"<s:Envelope/>"
THREADS = 64
IGNORED = frozenset({"no_proxy", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSLKEYLOGFILE"})
"""Names that a library looks up one by one while it builds a session; the session does not use what it finds."""
LOGIN = frozenset({"LM_COMPAT_LEVEL", "NETBIOS_COMPUTER_NAME", "NTLM_USER_FILE"})
"""Names that pyspnego looks up for a login by NTLM."""


class Watched(collections.abc.MutableMapping[str, str]):
    """An environment that records what the worker threads do to it."""

    def __init__(self, values: t.Mapping[str, str]) -> None:
        self._values = dict(values)
        self.reads: set[str] = set()
        self.writes: set[str] = set()
        self.listings = 0

    def _is_worker(self) -> bool:
        return threading.current_thread().name.startswith("worker")

    def __getitem__(self, name: str) -> str:
        if self._is_worker():
            self.reads.add(name)
        return self._values[name]

    def __setitem__(self, name: str, value: str) -> None:
        if self._is_worker():
            self.writes.add(name)
        self._values[name] = value

    def __delitem__(self, name: str) -> None:
        if self._is_worker():
            self.writes.add(name)
        del self._values[name]

    def __iter__(self) -> t.Iterator[str]:
        self.listings += self._is_worker()
        return iter(list(self._values))

    def __len__(self) -> int:
        return len(self._values)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Watched:
    """A watched environment with a proxy, exceptions from it and CA bundles, none of which exists."""
    watched = Watched(
        {
            **os.environ,
            "HTTPS_PROXY": "http://127.0.0.1:1",
            "HTTP_PROXY": "http://127.0.0.1:1",
            "NO_PROXY": "else.example",
            "REQUESTS_CA_BUNDLE": "/nowhere/ca.pem",
        }
    )
    monkeypatch.setattr(os, "environ", watched)
    return watched


@pytest.fixture
def restless() -> t.Iterator[None]:
    """Let threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.fixture
def proxy() -> t.Iterator[ProxyServer]:
    """A proxy on loopback."""
    server = ProxyServer()
    yield server
    server.close()


def winrm(port: int, **changes: t.Any) -> ConnectionSettings:
    """Settings for pywinrm and a port on loopback."""
    values = {"host": "127.0.0.1", "port": port, "user": USER, "password": Secret(PASSWORD), "read_timeout": 5}
    return WinRMSettings(**{**values, **changes})


def psrp(port: int, **changes: t.Any) -> ConnectionSettings:
    """Settings for pypsrp and a port on loopback."""
    values = {"host": "127.0.0.1", "port": port, "user": USER, "password": Secret(PASSWORD), "read_timeout": 5}
    return PsrpSettings(**{**values, "auth": "basic", **changes})


def in_threads(work: t.Callable[[], None], times: int) -> None:
    """Run `work` so often in each of many threads that start together; raises what any of them raises."""
    preload()
    together = threading.Barrier(THREADS)

    def run() -> None:
        together.wait(60)
        for _time in range(times):
            work()

    with concurrent.futures.ThreadPoolExecutor(THREADS, "worker") as pool:
        for done in [pool.submit(run) for _thread in range(THREADS)]:
            done.result()


@pytest.mark.parametrize("given", [Proxy(), Proxy(environment=False), Proxy(url=Secret("http://127.0.0.1:1"))])
@pytest.mark.parametrize("build", [winrm, psrp])
def test_many_threads_leave_the_environment_alone(
    machine: t.Callable[..., Machine],
    environment: Watched,
    restless: None,
    build: t.Callable[..., ConnectionSettings],
    given: Proxy,
) -> None:
    settings = build(machine(listening=False).port, proxy=given)
    before, prefixes = dict(environment), dict(ET._namespace_map)  # type: ignore[attr-defined]

    def log_in() -> None:
        with pytest.raises(ConnectionFailed):
            open_session(settings).send(MESSAGE)

    in_threads(log_in, 2)
    assert environment.writes == set()
    assert environment.listings == 0
    assert environment.reads <= IGNORED
    assert dict(environment) == before
    assert dict(ET._namespace_map) == prefixes  # type: ignore[attr-defined]


def test_the_client_of_the_activation_service_leaves_it_alone_too(
    machine: t.Callable[..., Machine], environment: Watched, restless: None
) -> None:
    url = f"https://127.0.0.1:{machine(listening=False).port}/page"
    services = [ServiceSettings(url=url, retries=0, proxy=proxy) for proxy in (None, "", "127.0.0.1:1")]
    one = Installation(PID, IIDS[0])

    def ask() -> None:
        for settings in services:
            outcome = service_for(settings, pause=lambda _seconds: None).confirmation_ids([one])[one]
            assert isinstance(outcome, ServiceUnavailable)

    in_threads(ask, 1)
    assert (environment.writes, environment.listings) == (set(), 0)
    assert environment.reads <= IGNORED


def test_a_login_by_ntlm_reads_what_belongs_to_ntlm_only(
    machine: t.Callable[..., Machine], settings: t.Any, environment: Watched
) -> None:
    target = machine("ntlm")
    wanted = settings(target)

    def log_in() -> None:
        session = open_session(wanted)
        assert session.send(MESSAGE) == ANSWER
        session.close()

    with concurrent.futures.ThreadPoolExecutor(1, "worker") as pool:
        pool.submit(log_in).result()
    assert (environment.writes, environment.listings) == (set(), 0)
    assert environment.reads <= IGNORED | LOGIN


def test_warnings_are_as_before_when_threads_overlap() -> None:
    from ansible_collections.volume.activation.plugins.plugin_utils._session.log_filter import discretion

    before = list(warnings.filters)
    first_is_in, second_is_in, first_is_out = threading.Event(), threading.Event(), threading.Event()

    def first() -> None:
        with discretion():
            first_is_in.set()
            second_is_in.wait(30)
        first_is_out.set()

    def second() -> None:
        first_is_in.wait(30)
        with discretion():
            second_is_in.set()
            first_is_out.wait(30)

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert list(warnings.filters) == before


def surroundings(proxy: ProxyServer, **variables: str) -> dict[str, t.Any]:
    """Return the part of the settings that an environment with this proxy decides."""
    address = f"http://127.0.0.1:{proxy.port}"
    return {"outbound": Outbound.of({name: value.replace("PROXY", address) for name, value in variables.items()})}


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
@pytest.mark.parametrize(
    ("exceptions", "is_used"),
    [
        ("", True),
        ("else.example", True),
        ("10.0.0.0/8", True),
        ("*", False),
        ("127.0.0.0/8", False),
        ("127.0.0.1", False),
    ],
)
def test_the_proxy_of_the_environment_is_used_unless_the_host_is_excepted(
    machine: t.Callable[..., Machine],
    settings: t.Any,
    opened: t.Any,
    authority: Authority,
    proxy: ProxyServer,
    name: str,
    exceptions: str,
    is_used: bool,
) -> None:
    target = machine("basic", authority.server())
    around = surroundings(proxy, **{name: "PROXY", "NO_PROXY": exceptions})
    assert opened(settings(target, "basic", "https", **around)).send(MESSAGE) == ANSWER
    assert [seen.method for seen in proxy.seen] == (["CONNECT"] if is_used else [])


def test_a_name_with_its_port_and_a_domain_are_exceptions(
    machine: t.Callable[..., Machine], settings: t.Any, opened: t.Any, authority: Authority, proxy: ProxyServer
) -> None:
    target = machine("basic", authority.server())
    for exceptions, used in ((f"localhost:{target.port}", 0), (".localhost", 0), ("localhost:1", 1)):
        around = surroundings(proxy, HTTPS_PROXY="PROXY", NO_PROXY=exceptions)
        session = opened(settings(target, "basic", "https", host="localhost", **around))
        assert session.send(MESSAGE) == ANSWER
        assert len(proxy.seen) == used


def test_plain_http_goes_through_the_proxy_too(
    machine: t.Callable[..., Machine], settings: t.Any, opened: t.Any
) -> None:
    refusing = ProxyServer(refusal=502)
    try:
        session = opened(settings(machine("ntlm"), **surroundings(refusing, HTTP_PROXY="PROXY")))
        with pytest.raises(ActivationError):
            session.send(MESSAGE)
        assert {seen.method for seen in refusing.seen} == {"POST"}
    finally:
        refusing.close()


def test_a_given_proxy_wins_and_a_proxy_may_be_ruled_out(
    machine: t.Callable[..., Machine], settings: t.Any, opened: t.Any, authority: Authority, proxy: ProxyServer
) -> None:
    target = machine("basic", authority.server())
    around = surroundings(proxy, HTTPS_PROXY="http://127.0.0.1:1", NO_PROXY="*")
    given = Proxy(url=Secret(f"http://127.0.0.1:{proxy.port}"))
    assert opened(settings(target, "basic", "https", proxy=given, **around)).send(MESSAGE) == ANSWER
    assert len(proxy.seen) == 1
    around = surroundings(proxy, HTTPS_PROXY="PROXY")
    ruled_out = settings(target, "basic", "https", proxy=Proxy(environment=False), **around)
    assert opened(ruled_out).send(MESSAGE) == ANSWER
    assert len(proxy.seen) == 1


def test_a_later_change_of_the_environment_changes_nothing(
    machine: t.Callable[..., Machine],
    settings: t.Any,
    opened: t.Any,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target = machine("basic", authority.server())
    session = opened(settings(target, "basic", "https"))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    assert session.send(MESSAGE) == ANSWER
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    assert session.send(MESSAGE) == ANSWER


def test_the_ca_bundle_of_the_environment_serves_where_none_is_given(
    machine: t.Callable[..., Machine], settings: t.Any, opened: t.Any, authority: Authority, tmp_path: Path
) -> None:
    target = machine("basic", authority.server())
    right = Outbound.of({"REQUESTS_CA_BUNDLE": str(authority.path)})
    wrong = Outbound.of({"CURL_CA_BUNDLE": str(Authority(tmp_path).path)})
    assert opened(settings(target, "basic", "https", tls=Tls(), outbound=right)).send(MESSAGE) == ANSWER
    assert opened(settings(target, "basic", "https", outbound=wrong)).send(MESSAGE) == ANSWER
    assert opened(settings(target, "basic", "https", tls=Tls(validate=False), outbound=wrong)).send(MESSAGE) == ANSWER
    with pytest.raises(ConnectionFailed) as caught:
        opened(settings(target, "basic", "https", tls=Tls(), outbound=wrong)).send(MESSAGE)
    assert caught.value.code == "certificate_not_trusted"


def test_the_password_of_the_environments_proxy_is_kept_out_of_messages() -> None:
    outbound = Outbound.of({"HTTPS_PROXY": "http://u:hush-4@127.0.0.1:1"})
    settings = WinRMSettings(host="127.0.0.1", user=USER, password=Secret(PASSWORD), outbound=outbound)
    assert "hush-4" not in repr(settings)
    assert Secret("http://u:hush-4@127.0.0.1:1") in settings.secrets
