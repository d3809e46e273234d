# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One exchange over real sockets: TLS, proxies, and for every failure whether the service may have acted."""

from __future__ import annotations

import importlib.util
import socket
import threading
import typing as t
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._activation_service import (
    Installation,
    ServiceSettings,
    ServiceUnavailable,
    service_for,
)
from ansible_collections.volume.activation.plugins.plugin_utils._activation_service.batch_messages import ANSWER_LIMIT
from ansible_collections.volume.activation.plugins.plugin_utils._errors import MissingLibrary
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret

from .._session.certificate_authority import Authority
from .fake_http_service import (
    CIDS,
    DROP,
    IIDS,
    PASSWORD,
    PID,
    USER,
    Proxy,
    Sent,
    Site,
    always,
    answer,
    granted,
    microsoft,
)

ONE = Installation(PID, IIDS[0])
Start = t.Callable[..., Site]
StartProxy = t.Callable[..., Proxy]
SettingsFor = t.Callable[..., ServiceSettings]


def ask(settings: ServiceSettings) -> object:
    """Ask for one confirmation ID, without patience."""
    return service_for(settings, pause=lambda _seconds: None).confirmation_ids([ONE])[ONE]


def failed(settings: ServiceSettings) -> ServiceUnavailable:
    """Ask in vain."""
    outcome = ask(settings)
    assert isinstance(outcome, ServiceUnavailable), outcome
    assert outcome.remedy
    return outcome


def told(failure: ServiceUnavailable) -> str:
    """Everything that a user may see of a failure."""
    return " ".join(str(part) for part in (failure, failure.message, failure.cause, failure.remedy, failure.args))


def refusing_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        return int(holder.getsockname()[1])


def test_https_with_the_right_ca_gives_the_confirmation_id(start: Start, settings_for: SettingsFor) -> None:
    site = start(tls=True)
    assert ask(settings_for(site)) == CIDS[0]
    assert site.seen[0].asked == [(PID, IIDS[0])]


def test_the_request_has_the_headers_of_the_protocol(start: Start, settings_for: SettingsFor) -> None:
    site = start(tls=True)
    ask(settings_for(site))
    headers = site.seen[0].headers
    assert headers["SOAPAction"] == "http://www.microsoft.com/BatchActivationService/BatchActivate"
    assert headers["Content-Type"] == 'text/xml; charset="utf-8"'
    assert "Transfer-Encoding" not in headers and "Authorization" not in headers and "Cookie" not in headers


def test_a_certificate_of_an_unknown_ca_is_refused_and_nothing_is_sent(start: Start, settings_for: SettingsFor) -> None:
    site = start(tls=True)
    failure = failed(settings_for(site, ca_path=None, retries=5))
    assert failure.code == "certificate_not_trusted"
    assert not failure.may_have_arrived and not failure.retryable
    assert "ca_path" in (failure.remedy or "")
    assert site.seen == []


def test_a_certificate_of_another_ca_is_refused(start: Start, settings_for: SettingsFor, tmp_path: Path) -> None:
    site = start(tls=True)
    failure = failed(settings_for(site, ca_path=str(Authority(tmp_path).path)))
    assert failure.code == "certificate_not_trusted" and site.seen == []


def test_a_certificate_for_another_name_is_refused(
    start: Start, settings_for: SettingsFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = start(tls=True)
    resolve = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _host, *more, **named: resolve("127.0.0.1", *more, **named))
    failure = failed(settings_for(site, url=f"https://elsewhere.example.com:{site.port}/page"))
    assert failure.code == "certificate_not_trusted" and site.seen == []


def test_the_environment_cannot_replace_a_given_ca(
    start: Start, settings_for: SettingsFor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(Authority(tmp_path).path))
    assert ask(settings_for(start(tls=True))) == CIDS[0]


def test_the_environments_ca_serves_where_none_is_given(
    start: Start, settings_for: SettingsFor, monkeypatch: pytest.MonkeyPatch, authority: Authority
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.path))
    assert ask(settings_for(start(tls=True), ca_path=None)) == CIDS[0]


def test_a_login_from_netrc_is_not_sent(
    start: Start, settings_for: SettingsFor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password something\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    site = start(tls=True)
    ask(settings_for(site))
    assert "Authorization" not in site.seen[0].headers


def test_a_closed_port_means_that_nothing_arrived(settings_for: SettingsFor, start: Start) -> None:
    failure = failed(settings_for(start(), url=f"http://127.0.0.1:{refusing_port()}/"))
    assert failure.code == "connection_refused" and not failure.may_have_arrived and failure.retryable


def test_a_name_without_an_address_means_that_nothing_arrived(
    settings_for: SettingsFor, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*args: t.Any, **kwargs: t.Any) -> t.NoReturn:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    failure = failed(settings_for(start(), url="https://nowhere.invalid/page"))
    assert failure.code == "name_not_resolved" and not failure.may_have_arrived
    assert failure.cause == "Name or service not known."
    assert {"proxy", "https_proxy"} <= set((failure.remedy or "").replace(",", "").split())


def test_plain_http_behind_an_https_url_means_that_nothing_arrived(start: Start, settings_for: SettingsFor) -> None:
    site = start()
    failure = failed(settings_for(site, url=site.url.replace("http:", "https:")))
    assert failure.code == "tls_failed" and not failure.may_have_arrived


def test_a_server_that_is_silent_before_tls_means_that_nothing_arrived(start: Start, settings_for: SettingsFor) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/page"
        failure = failed(settings_for(start(), url=url, timeout=0.2))
    assert not failure.may_have_arrived


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (DROP, "connection_dropped"),
        (always(answer(granted(IIDS[0], CIDS[0])), lacking=10), "answer_truncated"),
        (always(answer(granted(IIDS[0], CIDS[0]))[:-50]), "unusable_answer"),
        (always(b""), "unusable_answer"),
        (always(b"<html><body>Runtime Error</body></html>"), "unusable_answer"),
        (always(b"<html>Server Error</html>", 500), "http_500"),
        (always(b"busy", 503), "http_503"),
        (always(b"", 204), "http_204"),
        (always(b"x" * (ANSWER_LIMIT + 1)), "answer_too_large"),
    ],
)
def test_what_comes_after_the_request_leaves_the_outcome_open(
    start: Start, settings_for: SettingsFor, behaviour: t.Any, code: str, tls: bool
) -> None:
    site = start(behaviour, tls=tls)
    failure = failed(settings_for(site))
    # A server that hangs up without a farewell is told as a TLS error by some OpenSSL releases.
    assert failure.code == code or (tls and behaviour is DROP and failure.code == "tls_failed")
    assert failure.may_have_arrived
    assert len(site.seen) == 1


def test_no_answer_in_time_leaves_the_outcome_open(start: Start, settings_for: SettingsFor) -> None:
    over = threading.Event()

    def slow(_seen: t.Any) -> Sent:
        over.wait(10)
        return Sent()

    failure = failed(settings_for(start(slow), timeout=0.2))
    over.set()
    assert failure.code == "read_timeout" and failure.may_have_arrived
    assert "timeout" in (failure.remedy or "")


@pytest.mark.parametrize(("status", "retryable"), [(302, False), (403, False), (404, False), (407, False), (429, True)])
def test_a_status_does_not_prove_that_the_request_was_not_carried_out(
    start: Start, settings_for: SettingsFor, status: int, retryable: bool
) -> None:
    site = start(always(b"no", status, {"Location": "/elsewhere"}))
    failure = failed(settings_for(site))
    assert failure.code == ("proxy_login_refused" if status == 407 else f"http_{status}")
    assert failure.may_have_arrived and failure.for_all and failure.retryable is retryable
    assert "nothing was sent" not in told(failure)
    assert len(site.seen) == 1


@pytest.mark.parametrize("tls", [False, True])
def test_a_proxy_with_a_login_lets_us_through(
    start: Start, start_proxy: StartProxy, settings_for: SettingsFor, tls: bool
) -> None:
    site, proxy = start(tls=tls), start_proxy(login=f"{USER}:{PASSWORD}")
    address = f"127.0.0.1:{proxy.port}"
    settings = settings_for(site, proxy=address, proxy_username=USER, proxy_password=Secret(PASSWORD))
    assert ask(settings) == CIDS[0]
    assert [seen.method for seen in proxy.seen] == ["CONNECT" if tls else "POST"]
    assert "Proxy-Authorization" not in site.seen[0].headers


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("login", [None, "wrong:password-not-to-be-seen"])
def test_a_proxy_that_wants_another_login_is_told_apart_and_the_password_is_not_shown(
    start: Start, start_proxy: StartProxy, settings_for: SettingsFor, tls: bool, login: str | None
) -> None:
    site, proxy = start(tls=tls), start_proxy(login=f"{USER}:{PASSWORD}")
    user, _colon, password = (login or "").partition(":")
    changes: dict[str, t.Any] = {"proxy_username": user, "proxy_password": Secret(password)} if login else {}
    failure = failed(settings_for(site, proxy=f"http://127.0.0.1:{proxy.port}", **changes))
    assert failure.code == "proxy_login_refused"
    assert not failure.retryable
    # The tunnel was refused before anything was sent; without TLS the proxy has got the whole request.
    assert failure.may_have_arrived is not tls
    assert site.seen == [] and "not-to-be-seen" not in told(failure)
    assert failure.__cause__ is None and failure.__context__ is None


def test_a_proxy_that_lets_nobody_through_means_that_nothing_arrived(
    start: Start, start_proxy: StartProxy, settings_for: SettingsFor
) -> None:
    site, proxy = start(tls=True), start_proxy(refusal=502)
    failure = failed(settings_for(site, proxy=f"http://127.0.0.1:{proxy.port}"))
    assert failure.code == "proxy_failed" and not failure.may_have_arrived
    assert "502" in failure.message and site.seen == []


def test_a_proxy_that_is_not_there_means_that_nothing_arrived(start: Start, settings_for: SettingsFor) -> None:
    failure = failed(settings_for(start(tls=True), proxy=f"http://127.0.0.1:{refusing_port()}"))
    assert failure.code == "proxy_failed" and not failure.may_have_arrived


def test_the_proxy_of_the_environment_serves_and_a_given_one_wins(
    start: Start, start_proxy: StartProxy, settings_for: SettingsFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, surrounding, given = start(tls=True), start_proxy(), start_proxy()
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{surrounding.port}")
    assert ask(settings_for(site)) == CIDS[0]
    assert len(surrounding.seen) == 1
    assert ask(settings_for(site, proxy=f"127.0.0.1:{given.port}")) == CIDS[0]
    assert (len(surrounding.seen), len(given.seen)) == (1, 1)


@pytest.mark.parametrize("name", ["https_proxy", "HTTPS_PROXY", "ALL_PROXY"])
def test_a_proxy_of_the_environment_that_fails_is_named_with_its_variable(
    start: Start, settings_for: SettingsFor, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, f"http://user:hush-Word-1@127.0.0.1:{refusing_port()}")
    failure = failed(settings_for(start(tls=True)))
    assert failure.code == "proxy_failed"
    assert name in (failure.remedy or "") and "NO_PROXY" in (failure.remedy or "")
    assert "hush" not in f"{failure.message} {failure.cause} {failure.remedy}"


def test_a_socks_proxy_without_pysocks_is_a_missing_library(
    monkeypatch: pytest.MonkeyPatch, settings_for: SettingsFor, start: Start
) -> None:
    site, found = start(tls=True), importlib.util.find_spec
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1080")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "socks" else found(name))
    with pytest.raises(MissingLibrary) as caught:
        ask(settings_for(site))
    assert "-m pip install PySocks" in (caught.value.remedy or "")


def test_an_empty_proxy_keeps_that_of_the_environment_out(
    start: Start, start_proxy: StartProxy, settings_for: SettingsFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, surrounding = start(tls=True), start_proxy()
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{surrounding.port}")
    assert ask(settings_for(site, proxy="")) == CIDS[0]
    assert surrounding.seen == []


def test_the_certificate_is_checked_through_a_proxy_too(
    start: Start, start_proxy: StartProxy, settings_for: SettingsFor
) -> None:
    site, proxy = start(tls=True), start_proxy()
    failure = failed(settings_for(site, proxy=f"127.0.0.1:{proxy.port}", ca_path=None))
    assert failure.code == "certificate_not_trusted" and site.seen == []


def test_a_missing_library_is_named_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(MissingLibrary) as caught:
        service_for(ServiceSettings())
    assert "-m pip install requests" in (caught.value.remedy or "")


def test_microsoft_grants_what_the_tests_rely_on(start: Start, settings_for: SettingsFor) -> None:
    site = start(microsoft)
    assert service_for(settings_for(site)).remaining(PID) == 42
