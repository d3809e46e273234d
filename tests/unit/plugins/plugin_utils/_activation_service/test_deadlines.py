# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An exchange with the service ends after `timeout` seconds, whichever part of the answer is stretched."""

from __future__ import annotations

import functools
import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._activation_service import (
    Installation,
    ServiceSettings,
    ServiceUnavailable,
    service_for,
    transport,
)
from ansible_collections.volume.activation.plugins.plugin_utils._deadlines import TimedExchange

from .._deadlines.hostile_server import (
    ENCODED,
    ENDLESS,
    SLOW,
    Behaviour,
    Clock,
    HostileServer,
    answering,
    silent,
    slow_connect_answer,
    slow_connect_headers,
    slow_handshake,
)
from .._session.certificate_authority import Authority
from .fake_http_service import IIDS, PID

ONE = Installation(PID, IIDS[0])
SECONDS = 0.4
Serve = t.Callable[..., HostileServer]


@pytest.fixture
def serve(authority: Authority) -> t.Iterator[Serve]:
    running: list[HostileServer] = []

    def start(behaviour: Behaviour, *, tls: bool = True) -> HostileServer:
        running.append(HostileServer(behaviour, authority.server() if tls else None))
        return running[-1]

    yield start
    for server in running:
        server.close()


@pytest.fixture
def failed(authority: Authority) -> t.Callable[..., ServiceUnavailable]:
    """Ask a server in vain."""

    def ask(server: HostileServer, **changes: t.Any) -> ServiceUnavailable:
        values = {"timeout": SECONDS, "retries": 0, "ca_path": str(authority.path), **changes}
        settings = ServiceSettings(url=f"https://127.0.0.1:{server.port}/page", **values)
        outcome = service_for(settings, pause=lambda _seconds: None).confirmation_ids([ONE])[ONE]
        assert isinstance(outcome, ServiceUnavailable)
        return outcome

    return ask


@pytest.mark.parametrize("case", SLOW)
def test_an_answer_that_comes_byte_by_byte_leaves_the_outcome_open(
    serve: Serve, failed: t.Any, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    clock = Clock()
    monkeypatch.setattr(transport, "TimedExchange", functools.partial(TimedExchange, clock=clock))
    failure = failed(serve(answering(SLOW[case], clock.jump)), timeout=Clock.JUMP + SECONDS)
    assert (failure.code, failure.may_have_arrived) == ("read_timeout", True)
    assert "timeout of the service" in failure.remedy


@pytest.mark.parametrize("case", ENDLESS)
def test_an_answer_without_end_is_cut_off(
    serve: Serve, failed: t.Any, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    monkeypatch.setattr(transport, "WIRE_LIMIT", 256 * 1024)
    failure = failed(serve(answering(ENDLESS[case])), timeout=60)
    # The library may have a limit of its own for the number of headers and for the size of a chunk's first line.
    theirs = {"endless_headers": "connection_dropped", "endless_chunk_size": "answer_truncated"}
    assert failure.code in ("answer_too_large", theirs.get(case))
    assert failure.may_have_arrived


@pytest.mark.parametrize("case", ENCODED)
def test_a_compressed_answer_is_not_unpacked(serve: Serve, failed: t.Any, case: str) -> None:
    failure = failed(serve(answering(ENCODED[case])), timeout=60)
    assert (failure.code, failure.may_have_arrived, failure.retryable) == ("answer_encoded", True, False)


@pytest.mark.parametrize("case", [slow_handshake, silent])
def test_a_slow_handshake_means_that_nothing_was_sent(serve: Serve, failed: t.Any, case: Behaviour) -> None:
    failure = failed(serve(case, tls=False))
    assert not failure.may_have_arrived


@pytest.mark.parametrize("case", [slow_connect_answer, slow_connect_headers])
def test_a_slow_proxy_means_that_nothing_was_sent(serve: Serve, failed: t.Any, case: Behaviour) -> None:
    proxy = serve(answering(case), tls=False)
    failure = failed(serve(silent), proxy=f"127.0.0.1:{proxy.port}")
    assert not failure.may_have_arrived


def test_attempts_are_as_many_as_the_settings_say(serve: Serve, failed: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, asked = Clock(), []

    def once_more() -> None:
        asked.append(1)
        clock.jump()

    monkeypatch.setattr(transport, "TimedExchange", functools.partial(TimedExchange, clock=clock))
    server = serve(answering(SLOW["slow_body"], once_more))
    failure = failed(server, retries=2, retry_delay=0, timeout=Clock.JUMP + SECONDS)
    assert (failure.code, len(asked)) == ("read_timeout", 3)
