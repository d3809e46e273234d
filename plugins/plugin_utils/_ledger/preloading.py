# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the ledger imports, imported early: in the process whose forks then inherit it."""

from __future__ import annotations

import contextlib
import importlib

from .._errors import MissingLibrary
from .schema import schema

__all__ = ["preload"]

_MODULES = ("sqlalchemy", "sqlalchemy.dialects.sqlite.pysqlite", "psycopg", "sqlalchemy.dialects.postgresql.psycopg")


def preload() -> None:
    """Import what ledgers will need, where it is installed.

    Called where Ansible's main process loads the action. Without it each worker, which is there for one task on one
    machine, would spend more time on importing SQLAlchemy than on everything else.
    """
    for module in _MODULES:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    with contextlib.suppress(MissingLibrary):
        schema()
