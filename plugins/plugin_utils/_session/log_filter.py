# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""While a message is under way, the libraries keep it to themselves.

pypsrp logs every message it sends and receives, product keys included, and pyspnego, pykerberos' wrapper and
requests-credssp log the tokens of the login. A level would not do: whoever has set one on any of these loggers would
still get them. So each of their loggers gets a filter that drops what this thread logs while a message is under way.
Other threads' records, and what urllib3 tells of connections, pass.

Both libraries also change the process's warning filters. These are saved before the first of the messages that are
under way at the same time, and restored after the last: `warnings.catch_warnings` in each thread would restore what
another one has set, and leave the process without warnings.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import typing as t
import warnings

__all__ = ["discretion"]

_TALKATIVE = frozenset(
    {"gssapi", "krb5", "pypsrp", "requests_credssp", "requests_kerberos", "requests_ntlm", "spnego", "winrm"}
)


@contextlib.contextmanager
def discretion() -> t.Iterator[None]:
    """Keep the libraries' logs and warnings quiet for this thread, and put back what they change."""
    silence = _Silence(threading.get_ident())
    loggers = list(_talkative_loggers())
    for logger in loggers:
        logger.addFilter(silence)
    try:
        with _quiet:
            yield
    finally:
        for logger in loggers:
            logger.removeFilter(silence)


class _QuietWarnings:
    """Ignores the process's warnings as long as any thread is inside."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._before = warnings.catch_warnings()

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._before = warnings.catch_warnings()
                self._before.__enter__()
                warnings.simplefilter("ignore")
            self._inside += 1

    def __exit__(self, *_raised: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._before.__exit__(None, None, None)


_quiet = _QuietWarnings()


class _Silence(logging.Filter):
    """Drops the records of one thread."""

    def __init__(self, thread: int) -> None:
        super().__init__()
        self._thread = thread

    def filter(self, record: logging.LogRecord) -> bool:
        return record.thread is not None and record.thread != self._thread


def _talkative_loggers() -> t.Iterator[logging.Logger]:
    # A logger's filters see only what is logged on itself, not on its children, so each one is found by its name.
    for name, logger in list(logging.root.manager.loggerDict.items()):
        if isinstance(logger, logging.Logger) and name.partition(".")[0] in _TALKATIVE:
            yield logger
