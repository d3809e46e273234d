# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The head of a request: what is read out of it, and what is none."""

from __future__ import annotations

import io
import socket

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.server import FleetServer
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.winrm.request_head import (
    BadHead,
    RequestHead,
    read_head,
)

from ..fake_fleet import fleet

POST = b"POST /wsman/web1 HTTP/1.1\r\n"


def head(*fields: bytes, first: bytes = POST, end: bytes = b"\r\n") -> RequestHead:
    """Return the head with these fields."""
    return read_head(first, io.BytesIO(b"".join(field + b"\r\n" for field in fields) + end).readline)


def test_names_of_fields_are_read_whatever_their_case_and_the_first_of_two_counts() -> None:
    found = head(b"Content-LENGTH:  12 ", b"X: a:b", b"x: second")
    assert (found.method, found.target, found.version) == ("POST", "/wsman/web1", "HTTP/1.1")
    assert found.fields == {"content-length": "12", "x": "a:b"}


def test_the_size_is_that_of_all_its_lines() -> None:
    assert head(b"X: y").size == len(POST) + len(b"X: y\r\n\r\n")


def test_the_body_is_left_alone() -> None:
    stream = io.BytesIO(b"X: y\r\n\r\nbody")
    read_head(POST, stream.readline)
    assert stream.read() == b"body"


@pytest.mark.parametrize(
    ("version", "wish", "ends"),
    [
        (b"HTTP/1.1", b"", False),
        (b"HTTP/1.1", b"Keep-Alive", False),
        (b"HTTP/1.1", b"Close", True),
        (b"HTTP/1.0", b"", True),
        (b"HTTP/1.0", b"Keep-Alive", False),
    ],
)
def test_a_connection_is_kept_as_the_version_has_it_and_the_client_wishes(
    version: bytes, wish: bytes, ends: bool
) -> None:
    assert head(b"Connection: " + wish, first=b"POST / " + version + b"\r\n").ends_connection is ends


@pytest.mark.parametrize("first", [b"\r\n", b"GET /\r\n", b"GET / HTTP/2.0\r\n", b"GET /a b HTTP/1.1\r\n"])
def test_another_first_line_is_refused(first: bytes) -> None:
    with pytest.raises(BadHead):
        head(first=first)


@pytest.mark.parametrize(
    "fields", [[b"no colon"], [b"X%d: y" % number for number in range(101)], [b"X: " + b"y" * 65536]]
)
def test_what_is_no_field_and_what_is_too_much_is_refused(fields: list[bytes]) -> None:
    with pytest.raises(BadHead):
        head(*fields)


def test_a_head_that_breaks_off_is_refused() -> None:
    with pytest.raises(BadHead):
        head(b"X: y", end=b"")


def test_what_is_no_request_is_answered_400_and_the_connection_closed() -> None:
    with FleetServer(fleet("web1")) as server, socket.create_connection(("127.0.0.1", server.http_port)) as raw:
        raw.settimeout(20)
        raw.sendall(b"POST /wsman HTTP/1.1\r\nno field\r\n\r\n")
        answer = b"".join(iter(lambda: raw.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 400 ")
