# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looking for secrets where none may be: in texts, in bytes, and in the arguments of processes."""

from __future__ import annotations

import base64
import os
import threading
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

_MARK = "VOLUME_ACTIVATION_WATCHED"


@contextmanager
def watched_arguments() -> Iterator[list[str]]:
    """Collect the arguments of every process of ours that lives while the block runs.

    Ours are this process, the processes that it starts, and those that they start, also when they are orphaned: they
    inherit a variable. What others run on the same machine is their business, and may hold the same invented keys.
    """
    mark = uuid.uuid4().hex
    seen: set[bytes] = set()
    found: list[str] = []
    over = threading.Event()

    def watch() -> None:
        ours: dict[tuple[str, bytes], bool] = {}
        while not over.wait(0.01):
            for process in Path("/proc").iterdir():
                if not process.name.isdigit():
                    continue
                try:
                    parent, started = _parent_and_start(process)
                    known = (process.name, started)
                    if known not in ours:
                        is_near = os.getpid() in (parent, int(process.name))
                        ours[known] = is_near or mark.encode() in (process / "environ").read_bytes()
                    if ours[known]:
                        seen.add((process / "cmdline").read_bytes())
                except OSError:
                    continue  # it has ended, or is another user's

    before = os.environ.get(_MARK)
    os.environ[_MARK] = mark
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield found
    finally:
        over.set()
        watcher.join()
        if before is None:
            del os.environ[_MARK]
        else:
            os.environ[_MARK] = before
        found.extend(line.replace(b"\0", b" ").decode(errors="replace") for line in seen)


def _parent_and_start(process: Path) -> tuple[int, bytes]:
    # The name of the command comes before, in brackets, and may hold blanks and brackets itself.
    fields = (process / "stat").read_bytes().rpartition(b")")[2].split()
    return int(fields[1]), fields[19]


def leaks(text: str, secrets: Iterable[str]) -> list[str]:
    """Return the secrets that a text shows, with or without their hyphens."""
    squeezed = text.replace("-", "").lower()
    return [secret for secret in secrets if secret in text or secret.replace("-", "").lower() in squeezed]


def leaks_in_bytes(data: bytes, secrets: Iterable[str]) -> list[str]:
    """Return the secrets that are somewhere in the bytes, however they are encoded."""
    whole = data.lower()
    return [secret for secret in secrets if any(form.lower() in whole for form in _forms(secret))]


def _forms(secret: str) -> Iterator[bytes]:
    """Yield what a secret looks like as UTF-8, UTF-16 and base64, with its hyphens and without."""
    for text in (secret, secret.replace("-", "")):
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            encoded = text.encode(encoding)
            yield encoded
            yield from _in_base64(encoded)


def _in_base64(data: bytes) -> Iterator[bytes]:
    """Yield the part of the base64 that is the same whatever stands around it, for each of the three offsets."""
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + data).rstrip(b"=")
        yield encoded[(0, 2, 3)[offset] : len(encoded) - 1]
