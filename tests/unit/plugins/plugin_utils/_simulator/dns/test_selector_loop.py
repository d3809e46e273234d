# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One thread for many sockets: each is served, none can deafen the others, and all are closed in the end."""

from __future__ import annotations

import queue
import socket
from collections.abc import Iterator

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.dns.selector_loop import Readiness

PATIENCE = 30.0


@pytest.fixture
def readiness() -> Iterator[Readiness]:
    found = Readiness("test")
    yield found
    found.stop()


def pair() -> tuple[socket.socket, socket.socket]:
    """Return two connected sockets: one for the test, one to hand over."""
    ours, theirs = socket.socketpair()
    ours.settimeout(PATIENCE)
    return ours, theirs


def test_each_socket_has_its_own_callback(readiness: Readiness) -> None:
    heard: queue.Queue[tuple[str, bytes]] = queue.Queue()
    pairs = {name: pair() for name in ("one", "two")}
    for name, (_ours, theirs) in pairs.items():
        readiness.add(theirs, lambda ready, name=name: heard.put((name, ready.recv(9))))  # type: ignore[misc]
    for name, (ours, theirs) in reversed(pairs.items()):
        ours.sendall(name.encode())
        assert heard.get(timeout=PATIENCE) == (name, name.encode())
        readiness.remove(theirs)
        ours.close()


@pytest.mark.parametrize("error", [OSError("gone"), ValueError("junk")], ids=["gone", "junk"])
def test_a_callback_that_fails_harms_nobody(readiness: Readiness, error: Exception) -> None:
    calls: queue.Queue[bytes] = queue.Queue()

    def fail(ready: socket.socket) -> None:
        calls.put(ready.recv(1))
        raise error

    ours, theirs = pair()
    readiness.add(theirs, fail)
    for _time in range(2):
        ours.sendall(b"x")
        assert calls.get(timeout=PATIENCE) == b"x"
    readiness.remove(theirs)
    assert ours.recv(1) == b""
    ours.close()


def test_what_is_removed_is_closed_and_what_is_left_is_closed_in_the_end() -> None:
    readiness = Readiness("test")
    (one, first), (other, second) = pair(), pair()
    for theirs in (first, second):
        readiness.add(theirs, lambda ready: ready.close())
    readiness.remove(first)
    assert one.recv(1) == b""
    readiness.stop()
    assert other.recv(1) == b""
    one.close()
    other.close()
