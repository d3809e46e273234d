# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a machine takes connections is found out without a login, and in the same words as a session's."""

from __future__ import annotations

import dataclasses
import socket
import typing as t
from collections.abc import Iterator

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._deadlines import connected
from ansible_collections.volume.activation.plugins.plugin_utils._errors import ConnectionFailed
from ansible_collections.volume.activation.plugins.plugin_utils._outbound import Outbound
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._session import (
    Proxy,
    PsrpSettings,
    WinRMSettings,
    check_reach,
    open_session,
    port_check,
)

LOGIN: dict[str, t.Any] = {"host": "host.invalid", "user": "u", "password": Secret("Open-Sesame-42")}


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

    monkeypatch.setattr(port_check, "connected", connect)
    with pytest.raises(ConnectionFailed) as caught:
        check_reach(WinRMSettings(host="[::1]", port=99, connection_timeout=7))
    assert (caught.value.code, asked) == (code, [("::1", 99, 7)])


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
    def unless_it_is_wanted(host: str, port: int, timeout: float) -> t.Any:
        assert host == "..example"
        return connected(host, port, timeout)

    monkeypatch.setattr(port_check, "connected", unless_it_is_wanted)
    check_reach(settings)


def test_the_proxy_of_the_environment_connects_where_it_is_used(closed: int) -> None:
    outbound = Outbound.of({"https_proxy": "http://proxy:3128"})
    check_reach(WinRMSettings(host="127.0.0.1", port=closed, outbound=outbound))
    for place in ({"proxy": Proxy(environment=False)}, {"scheme": "http"}):
        with pytest.raises(ConnectionFailed):
            given = t.cast("dict[str, t.Any]", {**place, "outbound": outbound})
            check_reach(WinRMSettings(host="127.0.0.1", port=closed, **given))


@pytest.mark.parametrize("settings", [WinRMSettings(**LOGIN, transports=("ntlm",)), PsrpSettings(**LOGIN, auth="ntlm")])
@pytest.mark.parametrize("host", ["fe80::1%eth7", "[fe80::1%eth7]"])
def test_an_address_keeps_its_zone(monkeypatch: pytest.MonkeyPatch, settings: t.Any, host: str) -> None:
    asked: list[str] = []

    def looked_up(name: str, *_given: t.Any, **_named: t.Any) -> t.Any:
        asked.append(name)
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    settings = dataclasses.replace(settings, host=host)
    for attempt in (lambda: check_reach(settings), lambda: open_session(settings).send(b"<s:Envelope/>")):
        with pytest.raises(ConnectionFailed):
            attempt()
    assert asked == ["fe80::1%eth7"] * 2
