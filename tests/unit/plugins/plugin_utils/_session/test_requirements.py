# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Libraries that are missing or too old are named with the command that installs them; the login is not blamed."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import sys
import typing as t

import pytest
import requests

from ansible_collections.volume.activation.plugins.plugin_utils._errors import ActivationError, MissingLibrary
from ansible_collections.volume.activation.plugins.plugin_utils._outbound import Outbound
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._session import (
    ConnectionSettings,
    Proxy,
    PsrpSettings,
    WinRMSettings,
    open_session,
    requirements,
)
from ansible_collections.volume.activation.plugins.plugin_utils._session.error_mapping import explained
from ansible_collections.volume.activation.plugins.plugin_utils._session.guarded_adapter import GuardedAdapter

LOGIN: dict[str, t.Any] = {"host": "host.invalid", "user": "u", "password": Secret("Open-Sesame-42")}
WINRM, PSRP = WinRMSettings(**LOGIN, transports=("ntlm",)), PsrpSettings(**LOGIN, auth="ntlm")
SOCKS = "socks5h://user:hush-Word-1@proxy.example:1080"
KINDS = [(WinRMSettings, {"transports": ("ntlm",)}), (PsrpSettings, {"auth": "ntlm"})]


@pytest.fixture(autouse=True)
def fresh() -> t.Iterator[None]:
    """Forget which versions were found."""
    requirements.is_too_old.cache_clear()
    yield
    requirements.is_too_old.cache_clear()


def sent(settings: ConnectionSettings) -> MissingLibrary:
    """Return how the first message fails."""
    with pytest.raises(MissingLibrary) as caught:
        open_session(settings).send(b"<s:Envelope/>")
    assert caught.value.code == "missing_library"
    assert f"Run: {sys.executable} -m pip install" in (caught.value.remedy or "")
    return caught.value


@pytest.mark.parametrize(("kind", "login"), KINDS)
@pytest.mark.parametrize("variable", ["ALL_PROXY", "https_proxy", None])
def test_a_socks_proxy_without_pysocks_is_a_missing_library(
    monkeypatch: pytest.MonkeyPatch, kind: t.Any, login: dict[str, t.Any], variable: str | None
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "socks" else found(name))
    given: dict[str, t.Any] = (
        {"outbound": Outbound.of({variable: SOCKS})} if variable else {"proxy": Proxy(Secret(SOCKS))}
    )
    error = sent(kind(**LOGIN, **login, **given))
    assert "PySocks" in (error.remedy or "")
    assert (variable or kind.names.proxy) in error.message
    assert "hush" not in str([error.message, error.cause, error.remedy])


@pytest.mark.parametrize("settings", [WINRM, PSRP], ids=["winrm", "psrp"])
def test_a_library_that_finds_pysocks_missing_is_understood_too(settings: ConnectionSettings) -> None:
    error = requests.exceptions.InvalidSchema("Missing dependencies for SOCKS support.")
    found = explained(error, GuardedAdapter(settings.endpoint), settings, "ntlm")
    assert found.code == "missing_library"
    assert "PySocks" in (found.remedy or "")


def _behind(error: Exception) -> list[Exception]:
    outer = RuntimeError("the login failed")
    outer.__cause__ = error
    return [error, outer]


@pytest.mark.parametrize("settings", [WINRM, PSRP], ids=["winrm", "psrp"])
@pytest.mark.parametrize("error", _behind(ValueError("unsupported hash type md4")))
def test_a_login_library_without_md4_is_too_old_and_the_password_is_not_blamed(
    settings: ConnectionSettings, error: Exception
) -> None:
    found: ActivationError = explained(error, GuardedAdapter(settings.endpoint), settings, "ntlm")
    assert found.code == "missing_library"
    assert f"{sys.executable} -m pip install" in (found.remedy or "")
    assert "password" not in (found.remedy or "")
    assert not found.login_counted


@pytest.mark.parametrize(
    ("settings", "library"), [(WINRM, "requests-ntlm"), (WINRM, "pyspnego"), (PSRP, "pyspnego"), (PSRP, "requests")]
)
def test_a_library_of_the_login_that_is_too_old_is_named(
    monkeypatch: pytest.MonkeyPatch, settings: ConnectionSettings, library: str
) -> None:
    found = importlib.metadata.version
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "0.1.0" if name == library else found(name))
    error = sent(settings)
    assert f"{library}>=" in (error.remedy or "")
