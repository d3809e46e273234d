# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a machine takes connections is found out without a login, and in the same words as a session's."""

from __future__ import annotations

import socket
import typing as t
from collections.abc import Iterator

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import ConnectionFailed
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._session import (
    Proxy,
    PsrpSettings,
    WinRMSettings,
    check_reach,
)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.fixture
def closed(listener: socket.socket) -> int:
    """A port that nobody listens at."""
    port: int = listener.getsockname()[1]
    listener.close()
    return port


@pytest.fixture(autouse=True)
def _without_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize("settings", [WinRMSettings, PsrpSettings])
def test_a_machine_that_takes_connections_is_sent_nothing(listener: socket.socket, settings: t.Any) -> None:
    check_reach(settings(host="127.0.0.1", port=listener.getsockname()[1]))
    connection, _address = listener.accept()
    with connection:
        assert connection.recv(1) == b""


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "connection_refused"),
        (TimeoutError("timed out"), "connect_timeout"),
        (socket.gaierror(-2, "Name or service not known"), "name_not_resolved"),
        (OSError(113, "No route to host"), "connection_dropped"),
    ],
)
def test_what_fails_has_the_code_that_a_session_gives_it(
    monkeypatch: pytest.MonkeyPatch, error: OSError, code: str
) -> None:
    asked: list[t.Any] = []

    def connect(*given: t.Any) -> t.Any:
        asked.append(given)
        raise error

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(ConnectionFailed) as caught:
        check_reach(WinRMSettings(host="[::1]", port=99, connection_timeout=7))
    assert (caught.value.code, asked) == (code, [(("::1", 99), 7)])


@pytest.mark.parametrize(
    "settings",
    [
        WinRMSettings(host="127.0.0.1", proxy=Proxy(url=Secret("http://proxy:3128"))),
        PsrpSettings(host="127.0.0.1", reconnection_retries=1),
        WinRMSettings(host="bücher.example"),
        WinRMSettings(host="127.0.0.1", port=99999),
        WinRMSettings(host="..example"),
    ],
)
def test_what_only_a_session_can_find_out_is_left_to_it(monkeypatch: pytest.MonkeyPatch, settings: t.Any) -> None:
    connect = socket.create_connection

    def unless_it_is_wanted(address: t.Any, timeout: float) -> t.Any:
        assert address[0] == "..example"
        return connect(address, timeout)

    monkeypatch.setattr(socket, "create_connection", unless_it_is_wanted)
    check_reach(settings)


def test_the_proxy_of_the_environment_connects_where_it_is_used(monkeypatch: pytest.MonkeyPatch, closed: int) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy:3128")
    check_reach(WinRMSettings(host="127.0.0.1", port=closed))
    for place in ({"proxy": Proxy(environment=False)}, {"scheme": "http"}):
        with pytest.raises(ConnectionFailed):
            check_reach(WinRMSettings(host="127.0.0.1", port=closed, **t.cast("dict[str, t.Any]", place)))
