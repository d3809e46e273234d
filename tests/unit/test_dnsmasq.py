# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests' own DNS server: it knows what it was told and nothing else, and no run leaves it behind."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ansible_collections.volume.activation.tests import dnsmasq as servers
from ansible_collections.volume.activation.tests import shared_server
from ansible_collections.volume.activation.tests.dnsmasq import Serve, Zones, host, srv


def rcode(zones: Zones, name: str, kind: str) -> str:
    """Return how the server answers, as DNS names it."""
    import dns.message
    import dns.query
    import dns.rcode

    question = dns.message.make_query(name, kind)
    return dns.rcode.to_text(dns.query.udp(question, zones.address, port=zones.port, timeout=10).rcode())


def test_it_knows_what_it_was_told_and_refuses_the_rest(dnsmasq: Serve) -> None:
    zones = dnsmasq(srv("corp.test", "kms.corp.test"), host("kms.corp.test", "192.0.2.1"))
    assert rcode(zones, "_vlmcs._tcp.corp.test", "SRV") == "NOERROR"
    assert rcode(zones, "nobody.corp.test", "A") == "NXDOMAIN"
    assert rcode(zones, "elsewhere.test", "A") == "REFUSED"


def test_two_of_one_test_are_two(dnsmasq: Serve) -> None:
    one, other = dnsmasq(host("kms.corp.test", "192.0.2.1")), dnsmasq()
    assert (one.address, one.port) != (other.address, other.port)
    assert rcode(one, "kms.corp.test", "A") == "NOERROR"
    assert rcode(other, "kms.corp.test", "A") == "NXDOMAIN"


def test_it_does_not_outlive_a_run_that_was_killed() -> None:
    if not servers.program():
        pytest.skip("no DNS server is installed; on Debian and Ubuntu: apt-get install dnsmasq-base")
    leader = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    folder = shared_server.choose_folder("va-dns", leader.pid)
    folder.mkdir()
    try:
        server = int((servers.start(folder, []).folder / "server").read_text(encoding="ascii"))
        assert Path(f"/proc/{server}/comm").read_text(encoding="ascii").strip() == "dnsmasq"
        leader.send_signal(signal.SIGKILL)
        leader.communicate()
        deadline = time.monotonic() + 30
        while (folder.exists() or Path(f"/proc/{server}").exists()) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not folder.exists()
        assert not Path(f"/proc/{server}").exists()
    finally:
        leader.communicate()
        for each in folder.glob("*"):
            shared_server.dismiss(each)
        shutil.rmtree(folder, ignore_errors=True)
