# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No log, at any level anybody set, gets a message, a password or a token of the login."""

from __future__ import annotations

import base64
import logging
import os
import subprocess
import sys
import threading
import typing as t
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import ActivationError
from ansible_collections.volume.activation.plugins.plugin_utils._session.log_filter import discretion

from .certificate_authority import Authority
from .fake_listener import FAULT, PASSWORD, USER, Machine, answer, delay, drop

MESSAGE = b"<s:Envelope><s:Body>BBBBB-CCCCC-DDDDD-FFFFF-GGGGG</s:Body></s:Envelope>"
LOUD = ("pypsrp", "pypsrp.wsman", "pypsrp.negotiate", "spnego", "spnego._ntlm", "requests", "urllib3", "winrm")
Start = t.Callable[..., Machine]


@pytest.fixture
def heard() -> t.Iterator[list[str]]:
    """Everything logged while all loggers are at DEBUG, the libraries' own ones explicitly so."""
    lines: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if threading.current_thread().name.startswith("machine"):
                return  # the other side of the login, in this process for the test only
            lines.append(f"{record.name}: {self.format(record)}")

    ear = Ear(logging.DEBUG)
    loggers = [logging.getLogger(), *(logging.getLogger(name) for name in LOUD)]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    loggers[0].addHandler(ear)
    yield lines
    loggers[0].removeHandler(ear)
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


def secrets_in(lines: list[str]) -> list[str]:
    """Return the lines that hold something they must not."""
    basic = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    forbidden = ("BBBBB", PASSWORD, basic, "TlRMTVNTU", "s:Envelope", "fine")
    return [line for line in lines if any(text in line for text in forbidden)]


def test_no_log_gets_a_message_or_a_token_when_all_goes_well(
    machine: Start, settings: t.Any, opened: t.Any, authority: Authority, heard: list[str]
) -> None:
    sealed, plain = machine("ntlm"), machine("basic", authority.server())
    sealed.on_message = [answer(), answer(500, FAULT)]
    session = opened(settings(sealed))
    session.send(MESSAGE)
    session.send(MESSAGE)
    opened(settings(plain, "basic", "https")).send(MESSAGE)
    assert not secrets_in(heard)
    assert len(sealed.messages) == 2


@pytest.mark.parametrize("trouble", [drop, lambda: delay(2), lambda: answer(503, b"", "")])
def test_no_log_gets_a_message_when_things_go_wrong(
    machine: Start, settings: t.Any, opened: t.Any, heard: list[str], trouble: t.Any
) -> None:
    target = machine("ntlm")
    target.on_message = [trouble()]
    with pytest.raises(ActivationError):
        opened(settings(target, read_timeout=0.8)).send(MESSAGE)
    assert not secrets_in(heard)
    assert not [line for line in heard if line.startswith("pypsrp")]


def test_pypsrp_alone_does_log_messages(machine: Start, heard: list[str]) -> None:
    from pypsrp.wsman import WSMan

    target = machine("ntlm")
    wsman = WSMan("127.0.0.1", port=target.port, username=USER, password=PASSWORD, ssl=False, auth="ntlm")
    wsman.transport.send(MESSAGE)
    wsman.close()
    assert secrets_in(heard)


FIRST_SEND = """
import logging, os, sys
logging.basicConfig(level=logging.DEBUG, stream=sys.stdout)
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils import _session
common = dict(host="127.0.0.1", port=int(sys.argv[2]), scheme="http", user="tester", password=Secret(sys.stdin.read()))
library = sys.argv[1]
kind, login = (_session.PsrpSettings, {"auth": "ntlm"}), (_session.WinRMSettings, {"transports": ("ntlm",)})
chosen, how = kind if library == "pypsrp" else login
_session.open_session(chosen(**how, **common)).send(b"<s:Envelope>BBBBB</s:Envelope>")
"""


def test_the_first_message_of_a_process_is_kept_quiet_too(machine: Start, library: str, collections_path: Path) -> None:
    target = machine("ntlm")
    done = subprocess.run(
        [sys.executable, "-c", FIRST_SEND, library, str(target.port)],
        input=PASSWORD,
        env={**os.environ, "PYTHONPATH": str(collections_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert target.messages == [b"<s:Envelope>BBBBB</s:Envelope>"]
    assert "urllib3" in done.stdout
    assert not secrets_in((done.stdout + done.stderr).splitlines())


def test_the_loggers_are_as_before_afterwards(machine: Start, settings: t.Any, opened: t.Any) -> None:
    opened(settings(machine("ntlm"))).send(MESSAGE)
    for name in LOUD:
        assert not logging.getLogger(name).filters


def test_other_threads_keep_their_logs(heard: list[str]) -> None:
    with discretion():
        logging.getLogger("pypsrp.wsman").debug("ours")
        other = threading.Thread(target=lambda: logging.getLogger("pypsrp.wsman").debug("theirs"))
        other.start()
        other.join()
    assert [line for line in heard if "pypsrp" in line] == ["pypsrp.wsman: theirs"]
