# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hostile servers that end with their test, and settings for them; what the session tests have serves here as well."""

from __future__ import annotations

import ssl
import typing as t

import pytest

from .._session.conftest import accounts, authority, library, machine, opened, settings
from .hostile_server import Behaviour, HostileServer

__all__ = ["accounts", "authority", "library", "machine", "opened", "settings"]


@pytest.fixture
def serve() -> t.Iterator[t.Callable[..., HostileServer]]:
    """Start hostile servers: `serve(behaviour, context)`."""
    running: list[HostileServer] = []

    def start(behaviour: Behaviour, context: ssl.SSLContext | None = None) -> HostileServer:
        running.append(HostileServer(behaviour, context))
        return running[-1]

    yield start
    for server in running:
        server.close()
