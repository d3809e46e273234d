# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A DNS server that answers whatever a test has it answer, over UDP and over TCP."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ansible_collections.volume.activation.plugins.plugin_utils._discovery import DnsSettings

Answer = Callable[[Any, bool], "bytes | None"]
"""Takes a question, and whether it came over TCP; None is silence."""


@contextmanager
def answering(answer: Answer, timeout: float = 10.0) -> Iterator[DnsSettings]:
    """Serve while the block lasts; tell the settings that ask this server."""
    datagrams, streams = socket.socket(type=socket.SOCK_DGRAM), socket.socket()
    with datagrams, streams:
        streams.bind(("127.0.0.1", 0))
        streams.listen()
        datagrams.bind(streams.getsockname())
        threads = [
            threading.Thread(target=serve, args=(listening, answer))
            for serve, listening in ((_serve_datagrams, datagrams), (_serve_streams, streams))
        ]
        for thread in threads:
            thread.start()
        try:
            yield DnsSettings(("127.0.0.1",), datagrams.getsockname()[1], timeout)
        finally:
            with socket.socket(type=socket.SOCK_DGRAM) as bell:
                bell.sendto(b"", datagrams.getsockname())
            streams.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join()


def _serve_datagrams(datagrams: socket.socket, answer: Answer) -> None:
    import dns.message

    while True:
        question, peer = datagrams.recvfrom(4096)
        if not question:
            return
        told = answer(dns.message.from_wire(question), False)
        if told is not None:
            datagrams.sendto(told, peer)


def _serve_streams(streams: socket.socket, answer: Answer) -> None:
    import dns.message

    while True:
        try:
            connection, _peer = streams.accept()
        except OSError:
            return
        with connection, connection.makefile("rb") as stream:
            length = int.from_bytes(stream.read(2), "big")
            told = answer(dns.message.from_wire(stream.read(length)), True) if length else None
            if told is not None:
                connection.sendall(len(told).to_bytes(2, "big") + told)
