# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking directories: the real one, from here and from a process with names and tickets, and servers that are none."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ansible_collections.volume.activation.plugins.module_utils._directory import (
    Directory,
    DirectorySettings,
    open_directory,
)
from ansible_collections.volume.activation.tests.samba_controller import DomainController

# The package alone, as a module brings it along.
BROUGHT_ALONG = Path(__file__).resolve().parents[5] / "plugins" / "module_utils"


def settings_for(samba: DomainController, **changes: Any) -> DirectorySettings:
    """Return settings for the administrator over LDAPS, with some of them changed."""
    settings: dict[str, Any] = {
        "server": samba.address,
        "ca_path": str(samba.ca_path),
        "bind_user": samba.administrator,
        "bind_password": samba.password,
        "timeout": 10.0,
    }
    return DirectorySettings(**{**settings, **changes})


@contextlib.contextmanager
def opened(samba: DomainController, *, page_size: int = 200, **changes: Any) -> Iterator[Directory]:
    """Open the real directory."""
    with open_directory(settings_for(samba, **changes), page_size=page_size) as directory:
        yield directory


_ALONE = """
import dataclasses, json, sys
sys.path.insert(0, sys.argv[1])
from module_utils import _directory
options = json.loads(sys.argv[2])
try:
    with _directory.open_directory(_directory.settings_from(options)) as directory:
        print(json.dumps(dataclasses.asdict(directory.survey(name=sys.argv[3] or None))))
except _directory.DirectoryError as error:
    print(json.dumps({"kind": type(error).__name__, **vars(error)}))
"""


def survey_alone(environment: dict[str, str], name: str = "", **options: Any) -> dict[str, Any]:
    """Let a process with this environment look into a directory; return the forest, or the error."""
    done = subprocess.run(
        [sys.executable, "-c", _ALONE, str(BROUGHT_ALONG.parent), json.dumps(options), name],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode:
        raise AssertionError(done.stderr)
    if options.get("bind_password"):
        assert options["bind_password"] not in done.stdout + done.stderr
    return dict(json.loads(done.stdout))


class Impostor:
    """A TCP server that says one thing to whoever asks, and keeps what it is told; without a reply it stays silent."""

    def __init__(self, reply: bytes = b"", *, speaks_first: bool = False) -> None:
        self.heard = b""
        self._reply = reply
        self._speaks_first = speaks_first
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address, self.port = self._listener.getsockname()[:2]
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self) -> Impostor:
        return self

    def __exit__(self, *_failure: object) -> None:
        for each in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _peer = self._listener.accept()
                self._open.append(connection)
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if self._speaks_first:
                connection.sendall(self._reply)
            while data := connection.recv(4096):
                self.heard += data
                if self._reply and not self._speaks_first:
                    connection.sendall(self._reply)


# The answers to "start TLS" that a server gives which does (0) and one which does not (protocolError).
STARTED = b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00"


DECLINED = b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x02\x04\x00\x04\x00"
