# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fleet's DNS server, on loopback over UDP and TCP: the KMS hosts of every domain, and the addresses of the hosts.

It answers what there is, that there is no such record, or that there is no such name. It is asked anew each time, so
that what has changed in the world counts at once; before it answers, the ports of the KMS hosts are made to agree.
"""

from __future__ import annotations

import logging
import socket
import threading
import typing as t

from ..._errors import ActivationError, MissingLibrary, pip_install
from ..world.world import SimulatedRecord
from .kms_ports import KmsPort, Ports
from .selector_loop import Readiness

__all__ = ["NameServer", "NamedWorld", "require_dns"]

log = logging.getLogger(__name__)

_HOST = "127.0.0.1"
_PREFIX = "_vlmcs._tcp."
_TTL = 60
_PLAIN_UDP, _MOST_UDP, _MOST = 512, 4096, 65535
_IDLE_SECONDS = 10.0
_DRAWS = 20


class NamedWorld(t.Protocol):
    """What is needed of a world to tell its names."""

    def published(self, domain: str) -> t.Sequence[SimulatedRecord]:
        """Return the records of a domain, in any order."""

    def kms_endpoints(self) -> t.Sequence[KmsPort]:
        """Return every machine and KMS host."""


class NameServer:
    """Serves the names of a world from its creation until `stop`; the port is the system's choice."""

    def __init__(self, world: NamedWorld) -> None:
        require_dns()
        self.questions = 0
        self._world = world
        self._ports = Ports()
        try:
            self._ports.follow(world.kms_endpoints())
            datagrams, streams = _bound()
        except BaseException:
            self._ports.stop()
            raise
        self._readiness = Readiness("names")
        self.port = int(datagrams.getsockname()[1])
        self._readiness.add(datagrams, self._serve_datagram)
        self._readiness.add(streams, self._serve_stream)

    @property
    def place(self) -> dict[str, t.Any]:
        """Where to ask it: `server` and `port`."""
        return {"server": _HOST, "port": self.port}

    def stop(self) -> None:
        """Stop answering, and close the ports of the KMS hosts."""
        self._readiness.stop()
        self._ports.stop()

    def answer(self, question: bytes, *, in_datagram: bool = False) -> bytes | None:
        """Return the answer to a message, None for what is no question; one too long for a datagram says so."""
        import dns.exception
        import dns.flags
        import dns.message
        import dns.rcode

        self.questions += 1
        try:
            asked = dns.message.from_wire(question)
        except (dns.exception.DNSException, ValueError):
            # Older releases of the library raise the latter for some of what is no message.
            return None
        if asked.flags & dns.flags.QR or len(asked.question) != 1:
            return None
        answer = dns.message.make_response(asked)
        answer.flags |= dns.flags.AA
        try:
            self._fill(answer)
        except ActivationError as error:
            log.error("%s %s", error.message, error.remedy)
            answer.set_rcode(dns.rcode.SERVFAIL)
        except dns.exception.DNSException as error:
            # Any text may be described as the name of a host; whoever asks must not wait for it in vain.
            log.error("a record cannot be told: %s", error)
            answer.set_rcode(dns.rcode.SERVFAIL)
        return _wire(answer, min(max(asked.payload, _PLAIN_UDP), _MOST_UDP) if in_datagram else _MOST)

    def _fill(self, answer: t.Any) -> None:
        """Put in what there is, or that the name does not exist."""
        import dns.rcode
        import dns.rdatatype
        import dns.rrset

        name = answer.question[0].name
        rows = self._rows(name.to_text(omit_final_dot=True).lower())
        if rows is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
            return
        kind = dns.rdatatype.to_text(answer.question[0].rdtype)
        texts = rows.get(kind)
        if texts:
            answer.answer.append(dns.rrset.from_text(name, _TTL, "IN", kind, *texts))

    def _rows(self, name: str) -> dict[str, list[str]] | None:
        """Return the records of a name by type, None when there is no such name."""
        addresses = self._ports.follow(self._world.kms_endpoints())
        if name.startswith(_PREFIX):
            records = self._world.published(name.removeprefix(_PREFIX))
            rows = [f"{row.priority} {row.weight} {row.port} {row.host.rstrip('.')}." for row in records]
            return {"SRV": rows} if rows else None
        if name in addresses:
            return {"A": [addresses[name]]}
        # Above a name that exists there is a name as well, though without records of its own.
        exists = self._world.published(name.removeprefix("_tcp.")) or any(
            each.endswith(f".{name}") for each in addresses
        )
        return {} if exists else None

    # Transports

    def _serve_datagram(self, datagrams: socket.socket) -> None:
        question, peer = datagrams.recvfrom(_MOST_UDP)
        answer = self.answer(question, in_datagram=True)
        if answer is not None:
            datagrams.sendto(answer, peer)

    def _serve_stream(self, streams: socket.socket) -> None:
        connection, _peer = streams.accept()
        threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        """Answer the questions of one connection until it ends, or nothing comes for a while."""
        connection.settimeout(_IDLE_SECONDS)
        with connection, connection.makefile("rb") as stream:
            try:
                while length := int.from_bytes(stream.read(2), "big"):
                    answer = self.answer(stream.read(length))
                    if answer is None:
                        return
                    connection.sendall(len(answer).to_bytes(2, "big") + answer)
            except OSError:
                log.debug("a connection for names ended", exc_info=True)


def require_dns() -> None:
    """Raise MissingLibrary unless names can be served."""
    try:
        import dns.message  # noqa: F401
    except ImportError as error:
        raise MissingLibrary(
            "The simulated fleet needs the Python library dnspython for its DNS server.",
            code="missing_library",
            cause=str(error),
            remedy=f"Run: {pip_install('dnspython')}",
        ) from None


def _bound(draws: int = _DRAWS) -> tuple[socket.socket, socket.socket]:
    """Return a socket for datagrams and one for streams on the same port."""
    datagrams, streams = socket.socket(type=socket.SOCK_DGRAM), socket.socket()
    try:
        datagrams.bind((_HOST, 0))
        streams.bind(datagrams.getsockname())
        streams.listen()
        return datagrams, streams
    except OSError:
        datagrams.close()
        streams.close()
        if not draws:
            raise
    return _bound(draws - 1)


def _wire(answer: t.Any, size: int) -> bytes:
    """Return the message; what does not fit into `size` is left out, and the flag says to ask over TCP."""
    import dns.exception
    import dns.flags

    try:
        return bytes(answer.to_wire(max_size=size))
    except dns.exception.TooBig:
        answer.answer.clear()
        answer.flags |= dns.flags.TC
        return bytes(answer.to_wire())
