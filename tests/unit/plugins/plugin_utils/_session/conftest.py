# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Machines on loopback and settings for them, for both libraries."""

from __future__ import annotations

import os
import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._session import (
    ConnectionSettings,
    PsrpSettings,
    Session,
    Tls,
    WinRMSettings,
    open_session,
)

from .certificate_authority import Authority
from .fake_listener import PASSWORD, USER, Machine

LIBRARIES = ("pywinrm", "pypsrp")


@pytest.fixture(scope="session", autouse=True)
def accounts(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[None]:
    """Let pyspnego's server side know the account; no proxy of the environment may interfere."""
    path = tmp_path_factory.mktemp("accounts") / "users"
    path.write_text(f":{USER}:{PASSWORD}\n")
    before = dict(os.environ)
    os.environ["NTLM_USER_FILE"] = str(path)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        os.environ.pop(name, None)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A throw-away CA."""
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def machine() -> t.Iterator[t.Callable[..., Machine]]:
    """Start machines, and stop them after the test."""
    running: list[Machine] = []

    def start(*args: t.Any, **kwargs: t.Any) -> Machine:
        running.append(Machine(*args, **kwargs))
        return running[-1]

    yield start
    for each in running:
        each.close()


@pytest.fixture(params=LIBRARIES)
def library(request: pytest.FixtureRequest) -> str:
    """Each library in turn."""
    return str(request.param)


@pytest.fixture
def settings(library: str, authority: Authority) -> t.Callable[..., ConnectionSettings]:
    """Settings for a machine: `login` is basic or ntlm, and anything else overrides."""

    def build(machine: Machine, login: str = "ntlm", scheme: str = "http", **changes: t.Any) -> ConnectionSettings:
        values: dict[str, t.Any] = {
            "host": machine.host,
            "port": machine.port,
            "scheme": scheme,
            "user": USER,
            "password": Secret(PASSWORD),
            "operation_timeout": 1,
            "read_timeout": 5,
            "tls": Tls(ca=str(authority.path)),
        }
        if library == "pywinrm":
            return WinRMSettings(**{**values, "transports": (login,), **changes})
        return PsrpSettings(**{**values, "auth": login, **changes})

    return build


@pytest.fixture
def opened() -> t.Iterator[t.Callable[[ConnectionSettings], Session]]:
    """Open sessions, and close them after the test."""
    sessions: list[Session] = []

    def open_one(settings: ConnectionSettings) -> Session:
        sessions.append(open_session(settings))
        return sessions[-1]

    yield open_one
    for session in sessions:
        session.close()
