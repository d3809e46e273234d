# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's own limits: a failure that comes from them says nothing about a host or the network.

A limit is recognised by the exceptions behind a failure, whichever library wrapped them. Some libraries hide it: a name
that cannot be resolved because no descriptor is left looks like an unknown name, and a CA file that was read in part
because no memory was left looks like an untrusted certificate. So where the exceptions do not show a limit, the
controller is asked whether it can still open a descriptor and get memory.
"""

from __future__ import annotations

import contextlib
import errno
import mmap
import os
import re
import resource
import socket
import ssl
import typing as t
from pathlib import Path

__all__ = ["CONTROLLER_LIMIT", "REMEDY", "limit_behind", "limit_reached"]

CONTROLLER_LIMIT = "controller_limit"
"""The code of a failure that comes from a limit of the controller."""
REMEDY = "Read fewer hosts at a time (concurrency, forks), or raise this limit on the controller."

_DESCRIPTORS = "no file descriptor is left in this process (ulimit -n)"
_MEMORY = "no memory is left (ulimit -v, or the memory of the controller or its container)"
_THREADS = "no further thread or process can be started (ulimit -u, or the limit of a container)"
_BY_NUMBER: t.Mapping[int, str] = {
    errno.EMFILE: _DESCRIPTORS,
    errno.ENFILE: "no file descriptor is left on the controller (fs.file-max)",
    errno.ENOMEM: _MEMORY,
    errno.ENOBUFS: "no buffer space is left for the network",
    errno.EADDRNOTAVAIL: "no local address or port is left to connect from (net.ipv4.ip_local_port_range)",
    errno.EAGAIN: _THREADS,
}
_CERTIFICATE_CHECK_FAILED = 1, 17
"""OpenSSL's X509_V_ERR_UNSPECIFIED and X509_V_ERR_OUT_OF_MEM: the check itself failed, and not the certificate."""
_PROBE = 16 * 1024 * 1024
"""Bytes of memory that have to be available: about what reading the system's CA bundle and one answer takes."""


def limit_behind(links: t.Iterable[BaseException]) -> str | None:
    """Return the limit of the controller that caused these exceptions, as part of a sentence; None if none did."""
    return next(filter(None, map(_limit_of, links)), None)


def _peak() -> int:
    """Return the most memory that this process has had so far, in bytes; 0 where the system does not show it."""
    with contextlib.suppress(OSError):
        found = re.search(r"^VmPeak:\s*(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"), re.MULTILINE)
        return int(found[1]) * 1024 if found else 0
    return 0


def _address_space() -> float:
    soft, _hard = resource.getrlimit(resource.RLIMIT_AS)
    return float("inf") if soft == resource.RLIM_INFINITY else soft


def _limit_of(link: BaseException) -> str | None:
    if isinstance(link, MemoryError) or getattr(link, "verify_code", None) in _CERTIFICATE_CHECK_FAILED:
        return _MEMORY
    if isinstance(link, RuntimeError) and "start new thread" in str(link):
        return _THREADS
    if isinstance(link, socket.gaierror):  # its numbers are those of another table
        return _MEMORY if link.errno == socket.EAI_MEMORY else None
    if isinstance(link, ssl.SSLError):
        return _MEMORY if "MALLOC_FAILURE" in str(getattr(link, "reason", "")) else None
    return _BY_NUMBER.get(link.errno or 0) if isinstance(link, OSError) else None


def limit_reached(*, before: bool = False) -> str | None:
    """Return the limit that this process has reached now, or with `before` at some time; None if it has reached none.

    Before counts for certificates: CAs that were read while memory was short are incomplete as long as they are kept.
    """
    if before and _peak() + _PROBE > _address_space():
        return _MEMORY
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
        mmap.mmap(-1, _PROBE).close()
    except OSError as error:
        return _BY_NUMBER.get(error.errno or 0)
    return None
