# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host of an audit has a deadline: it is one finding, its thread is free again, and the others have their rows."""

from __future__ import annotations

import threading
import time
import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._auditing import (
    LockoutGuard,
    ReaderPool,
    Target,
    read_target,
)
from ansible_collections.volume.activation.plugins.plugin_utils._auditing import read_machine as reading
from ansible_collections.volume.activation.plugins.plugin_utils._deadlines import Deadline, time_left
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._session import Tls, WinRMSettings
from ansible_collections.volume.activation.plugins.plugin_utils._simulator import Fleet, FleetServer
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import (
    Batch,
    Instance,
    decode_call,
    encode_answer,
)

from .._deadlines.hostile_server import SLOW, HostileServer, Line, answering, silent
from .._session.certificate_authority import Authority

SECONDS = 0.4
HONEST = [f"honest{number}" for number in range(6)]

pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def serve(authority: Authority) -> t.Iterator[t.Callable[..., HostileServer]]:
    running: list[HostileServer] = []

    def start(behaviour: t.Callable[[Line], None]) -> HostileServer:
        running.append(HostileServer(behaviour, authority.server()))
        return running[-1]

    yield start
    for server in running:
        server.close()


def target(server: HostileServer, authority: Authority, name: str = "slow", timeout: float = SECONDS) -> Target:
    settings = WinRMSettings(
        host=server.host,
        port=server.port,
        user="tester",
        password=Secret("Open-Sesame-42"),
        tls=Tls(ca=str(authority.path)),
        transports=("basic",),
    )
    return Target(name, settings, timeout=timeout)


def endless_enumeration(line: Line) -> None:
    """Answer each request at once, with one more batch."""
    opening = True
    while True:
        _head, _end, body = line.request().partition(b"\r\n\r\n")
        row = Instance(None, {"Version": ("10.0",)})
        data = encode_answer(Batch((row,), "c", opening), decode_call(body))
        opening = False
        line.rest()
        line.send(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\nContent-Length: %d\r\n\r\n" % len(data) + data
        )


CASES: dict[str, t.Callable[[Line], None]] = {
    **{name: answering(behaviour) for name, behaviour in SLOW.items()},
    "silent": silent,
    "endless_enumeration": endless_enumeration,
}


@pytest.mark.parametrize("case", CASES)
def test_a_slow_host_is_not_read_beyond_its_deadline(
    serve: t.Callable[..., HostileServer], authority: Authority, case: str
) -> None:
    row = read_target(target(serve(CASES[case]), authority), LockoutGuard())
    assert not row["reached"]
    assert row["error"]["code"] == "deadline_exceeded"
    assert "host_timeout" in row["error"]["remedy"]


def test_slow_hosts_do_not_hold_up_the_others(serve: t.Callable[..., HostileServer], authority: Authority) -> None:
    machines = dict.fromkeys(HONEST, {"system": "server_2022_standard"})
    slow = {name: serve(behaviour) for name, behaviour in CASES.items()}
    with FleetServer(Fleet.from_description({"machines": machines})) as server:

        class Source:
            def target(self, name: str, /) -> Target:
                if name in slow:
                    return target(slow[name], authority, name)
                variables = server.host_variables()[name]
                settings = WinRMSettings(
                    host=variables["ansible_host"],
                    port=variables["ansible_port"],
                    path=variables["ansible_winrm_path"],
                    user=variables["ansible_user"],
                    password=Secret(variables["ansible_password"]),
                    tls=Tls(ca=str(server.ca_file)),
                    transports=("basic",),
                )
                return Target(name, settings)

        # Two threads for ten slow hosts, which come first: each thread gets five of them and has to get rid of them.
        rows = {row["name"]: row for row in ReaderPool(concurrency=2, processes=1).read([*slow, *HONEST], Source())}
    assert {name for name, row in rows.items() if row["reached"]} == set(HONEST)
    assert {rows[name]["error"]["code"] for name in slow} == {"deadline_exceeded"}


def test_waiting_for_the_logins_of_others_does_not_count(
    serve: t.Callable[..., HostileServer], authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = iter([0.0, 1000.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(ticks))
    seen: list[float | None] = []

    class Session:
        def send(self, _message: bytes) -> bytes:
            seen.append(time_left(None))
            raise ZeroDivisionError

        def close(self) -> None:
            """Do nothing."""

    monkeypatch.setattr(reading, "open_session", lambda _settings: Session())
    monkeypatch.setattr(reading, "check_reach", lambda _settings: None)
    monkeypatch.setattr(reading, "Deadline", Moved)
    read_target(target(serve(silent), authority, timeout=60), LockoutGuard(1))
    assert Moved.moved == [1000.0]


class Moved(Deadline):
    """A deadline that says by how much it was moved; its clock stands still."""

    moved: t.ClassVar[list[float]] = []

    def __init__(self, *given: t.Any) -> None:
        super().__init__(*given, clock=lambda: 0.0)

    def postpone(self, seconds: float) -> None:
        self.moved.append(seconds)
        super().postpone(seconds)


def test_deadlines_of_threads_do_not_mix(serve: t.Callable[..., HostileServer], authority: Authority) -> None:
    server, rows = serve(answering(SLOW["slow_body"])), []
    threads = [
        threading.Thread(
            target=lambda name=f"m{number}": rows.append(read_target(target(server, authority, name), LockoutGuard()))
        )
        for number in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [row["error"]["code"] for row in rows] == ["deadline_exceeded"] * 4
