# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The messages of the fleet's DNS server: flags, sizes, and what it makes of bytes that are no question."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.dns import server as dns_server
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.dns.kms_ports import Ports
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.dns.server import NameServer

from ..wmi_client import fleet_of

pytest.importorskip("dns", reason="the Python library dnspython is not installed: pip install dnspython")

SRV_NAME = "_vlmcs._tcp.corp.example"
# Each record takes some 55 bytes: in all they need more than the longest datagram.
HOSTS = [f"a-rather-long-name-{number:03}.corp.example" for number in range(100)]


@pytest.fixture
def names() -> Iterator[NameServer]:
    zones = {"corp.example": HOSTS, "half.example": HOSTS[:50]}
    found = NameServer(fleet_of({"web1": "server_2022_standard"}, world={"kms_hosts": {}, "dns": zones}).world)
    yield found
    found.stop()


def asked(names: NameServer, name: str = SRV_NAME, *, in_datagram: bool = True, **options: Any) -> Any:
    """Return the answer to a question, read by a library that is not ours."""
    import dns.message

    question = dns.message.make_query(name, "SRV", **options)
    answer = names.answer(question.to_wire(), in_datagram=in_datagram)
    assert answer is not None
    found = dns.message.from_wire(answer)
    assert question.is_response(found)
    return found


@pytest.mark.parametrize(
    ("name", "payload", "rows"),
    [
        (SRV_NAME, None, 0),
        ("_vlmcs._tcp.half.example", None, 0),
        ("_vlmcs._tcp.half.example", 1232, 0),
        ("_vlmcs._tcp.half.example", 4096, 50),
        (SRV_NAME, 4096, 0),
        (SRV_NAME, 65535, 0),
    ],
)
def test_a_datagram_is_as_long_as_the_caller_takes_and_never_longer_than_4096(
    names: NameServer, name: str, payload: int | None, rows: int
) -> None:
    import dns.flags

    answer = asked(names, name, **({} if payload is None else {"use_edns": 0, "payload": payload}))
    assert sum(len(rrset) for rrset in answer.answer) == rows
    assert bool(answer.flags & dns.flags.TC) is (rows == 0)


def test_a_caller_that_says_it_takes_less_than_everybody_does_gets_what_everybody_does(names: NameServer) -> None:
    import dns.flags

    answer = asked(names, f"{'a' * 60}.{'b' * 60}.example", use_edns=0, payload=16)
    assert not answer.flags & dns.flags.TC


def test_a_stream_has_the_whole_answer(names: NameServer) -> None:
    assert len(asked(names, in_datagram=False).answer[0]) == 100


def test_one_stream_takes_one_question_after_the_other(names: NameServer) -> None:
    import dns.message
    import dns.query

    with socket.create_connection((names.place["server"], names.place["port"]), timeout=30) as stream:
        for name in (SRV_NAME, "nobody.example", SRV_NAME):
            question = dns.message.make_query(name, "SRV")
            assert dns.query.tcp(question, "", sock=stream, timeout=30).id == question.id


def test_it_knows_for_itself_what_it_tells(names: NameServer) -> None:
    import dns.flags

    for name in (SRV_NAME, "nobody.example"):
        assert asked(names, name).flags & dns.flags.AA


def test_an_answer_is_no_question(names: NameServer) -> None:
    import dns.flags
    import dns.message

    question = dns.message.make_query(SRV_NAME, "SRV")
    question.flags |= dns.flags.QR
    assert names.answer(question.to_wire()) is None


def test_two_questions_at_once_are_none(names: NameServer) -> None:
    import dns.message

    question = dns.message.make_query(SRV_NAME, "SRV")
    question.question.extend(dns.message.make_query("corp.example", "A").question)
    assert names.answer(question.to_wire()) is None


def test_a_question_that_is_signed_with_nobodys_key_is_none(names: NameServer) -> None:
    import dns.message
    import dns.tsigkeyring

    question = dns.message.make_query(SRV_NAME, "SRV")
    question.use_tsig(dns.tsigkeyring.from_text({"key.example.": "c2VjcmV0"}))
    assert names.answer(question.to_wire()) is None


def test_a_record_may_be_described_with_the_dot_at_its_end() -> None:
    world = {"kms_hosts": {}, "dns": {"corp.example": ["kms.corp.example."]}}
    names = NameServer(fleet_of({"web1": "server_2022_standard"}, world=world).world)
    try:
        assert asked(names).answer[0][0].target.to_text() == "kms.corp.example."
    finally:
        names.stop()


def test_where_no_port_is_left_for_names_those_of_the_kms_hosts_are_closed_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed: list[Ports] = []
    stop = Ports.stop

    def fail() -> None:
        raise OSError("no port")

    def note(ports: Ports) -> None:
        closed.append(ports)
        stop(ports)

    monkeypatch.setattr(dns_server, "_bound", fail)
    monkeypatch.setattr(Ports, "stop", note)
    with pytest.raises(OSError, match="no port"):
        NameServer(fleet_of({"web1": "server_2022_standard"}).world)
    assert len(closed) == 1


def test_no_bytes_make_it_fail(names: NameServer) -> None:
    import dns.message

    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    draw = random.Random(seed)
    kinds, asked_for = ("SRV", "A", "ANY", "TSIG"), (SRV_NAME, ".", "*.example")
    questions = [dns.message.make_query(name, kind).to_wire() for name in asked_for for kind in kinds]
    for _time in range(2000):
        junk = bytearray(draw.choice(questions))
        for _change in range(draw.randrange(4)):
            junk[draw.randrange(len(junk))] = draw.randrange(256)
        names.answer(bytes(junk[: draw.randrange(len(junk) + 1)]), in_datagram=draw.random() < 0.5)
