# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real DNS server, dnsmasq, for the tests that ask for `dnsmasq`: a function that starts one for the records it gets.

Each listens on a loopback address drawn at random, on a free port, and asks no other server. It is ended with the test,
and by its keeper should the run be killed.
"""

from __future__ import annotations

import os
import random
import shutil
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ansible_collections.volume.activation.tests import shared_server

_START_SECONDS = 30.0
_ATTEMPTS = 5
_SETTINGS = """\
no-resolv
no-hosts
no-poll
bind-interfaces
pid-file={folder}/pid
listen-address={address}
port={port}
"""


@dataclass(frozen=True)
class Zones:
    """Where a server is asked."""

    address: str
    port: int
    folder: Path

    @property
    def options(self) -> dict[str, object]:
        """The options of a module that asks it."""
        return {"dns_servers": [self.address], "dns_port": self.port}


Serve = Callable[..., Zones]


def srv(domain: str, target: str = "", port: int = 1688, priority: int = 0, weight: int = 0) -> str:
    """Return the record of a KMS host; without a target it says that there is none."""
    numbers = f",{port},{priority},{weight}" if target else ""
    return f"srv-host=_vlmcs._tcp.{domain},{target}{numbers}".rstrip(",")


def host(name: str, *addresses: str) -> str:
    """Return the record of a host's addresses, IPv4 and IPv6."""
    return ",".join((f"host-record={name}", *addresses))


@pytest.fixture
def dnsmasq() -> Iterator[Serve]:
    """A function that takes records, and domains that the server knows everything of; others it refuses."""
    if not program():
        pytest.skip("no DNS server is installed; on Debian and Ubuntu: apt-get install dnsmasq-base")
    pytest.importorskip("dns", reason="the Python library dnspython is not installed: pip install dnspython")
    folder = shared_server.choose_folder("va-dns", os.getpid())
    folder.mkdir(mode=0o700)

    def serve(*records: str, domains: tuple[str, ...] = ("corp.test",)) -> Zones:
        return start(folder, [*(f"local=/{domain}/" for domain in domains), *records])

    yield serve
    for each in folder.iterdir():
        shared_server.dismiss(each)
    shutil.rmtree(folder, ignore_errors=True)


def program() -> str | None:
    """Return the path of the server; Debian keeps it where only root looks."""
    return shutil.which("dnsmasq", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def start(folder: Path, lines: list[str]) -> Zones:
    """Start a server below `folder`; a port that somebody was faster to take costs an attempt."""
    for _attempt in range(_ATTEMPTS):
        place = folder / uuid.uuid4().hex[:8]
        place.mkdir(parents=True)
        zones = Zones(*_free_place(), place)
        settings = _SETTINGS.format(folder=place, address=zones.address, port=zones.port)
        (place / "dnsmasq.conf").write_text("\n".join([settings, *lines, ""]), encoding="ascii")
        shared_server.start(
            place, [], [program() or "dnsmasq", "--keep-in-foreground", f"--conf-file={place}/dnsmasq.conf"]
        )
        if _answers(zones):
            return zones
    log = (place / "log").read_text(encoding="utf-8", errors="replace")
    pytest.fail(f"dnsmasq did not start:\n{log[-3000:]}", pytrace=False)


def _answers(zones: Zones) -> bool:
    deadline = time.monotonic() + _START_SECONDS
    while shared_server.is_kept(zones.folder) and time.monotonic() < deadline:
        try:
            socket.create_connection((zones.address, zones.port), 5).close()
            return True
        except OSError:
            time.sleep(0.02)
    return False


def _free_place() -> tuple[str, int]:
    address = f"127.{random.randrange(64, 128)}.{random.randrange(256)}.{random.randrange(1, 255)}"
    with socket.socket(type=socket.SOCK_DGRAM) as datagrams, socket.socket() as streams:
        datagrams.bind((address, 0))
        streams.bind(datagrams.getsockname())
        return address, int(streams.getsockname()[1])
