# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""While a message is under way, the libraries keep it to themselves.

pypsrp logs every message it sends and receives, product keys included, and pyspnego, pykerberos' wrapper and
requests-credssp log the tokens of the login. A level would not do: whoever has set one on any of these loggers would
still get them. So each of their loggers gets a filter that drops what this thread logs while a message is under way.
Other threads' records, and what urllib3 tells of connections, pass.

Both libraries also change the process's warning filters; those are put back.
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
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger in loggers:
            logger.removeFilter(silence)


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
