# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings are frozen values that show no secret, and a session is opened by them alone."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import importlib.util
import pickle
import sys
import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import (
    ActivationError,
    AuthenticationFailed,
    ConnectionFailed,
    MissingLibrary,
    Unsealed,
)
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._session import (
    ClientCertificate,
    ConnectionSettings,
    Proxy,
    PsrpSettings,
    WinRMSettings,
    open_session,
    requirements,
)
from ansible_collections.volume.activation.plugins.plugin_utils._session import session as session_module

from .certificate_authority import Authority
from .fake_listener import ANSWER, PASSWORD, USER, Machine

MESSAGE = b"<s:Envelope/>"
Start = t.Callable[..., Machine]
KINDS = (WinRMSettings, PsrpSettings)


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> t.Callable[[str], None]:
    """Make a package look as if it were not installed."""
    found = importlib.util.find_spec

    def remove(package: str) -> None:
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == package else found(name))

    return remove


@pytest.mark.parametrize("kind", KINDS)
def test_settings_show_no_secret_and_cannot_be_changed(kind: type[ConnectionSettings]) -> None:
    settings = kind(
        host="h",
        password=Secret("hush-1"),
        proxy=Proxy(url=Secret("http://u:hush-2@proxy")),
        certificate=ClientCertificate("c.pem", "c.key", Secret("hush-3")),
    )
    for text in (repr(settings), str(dataclasses.asdict(settings)), repr(pickle.loads(pickle.dumps(settings)))):
        assert "hush" not in text
    assert len(settings.secrets) == 3
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.host = "other"  # type: ignore[misc]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("host", "endpoint"),
    [
        ("win.example", "https://win.example:5986/wsman"),
        ("192.0.2.7", "https://192.0.2.7:5986/wsman"),
        ("2001:db8::7", "https://[2001:db8::7]:5986/wsman"),
    ],
)
def test_the_endpoint_brackets_ipv6_alone(kind: type[ConnectionSettings], host: str, endpoint: str) -> None:
    assert kind(host=host).endpoint == endpoint


@pytest.mark.parametrize(
    ("kind", "package", "name"), [(WinRMSettings, "winrm", "pywinrm"), (PsrpSettings, "pypsrp", "pypsrp")]
)
def test_a_missing_library_is_named_with_the_command_that_installs_it(
    without: t.Callable[[str], None], kind: type[ConnectionSettings], package: str, name: str
) -> None:
    without(package)
    with pytest.raises(MissingLibrary) as caught:
        open_session(kind(host="h"))
    assert caught.value.remedy == f"Run: {sys.executable} -m pip install {name}"


@pytest.mark.parametrize(
    ("settings", "package", "requirement"),
    [
        (WinRMSettings(host="h", transports=("kerberos",)), "kerberos", "'pywinrm[kerberos]'"),
        (WinRMSettings(host="h", transports=("credssp",)), "requests_credssp", "'pywinrm[credssp]'"),
        (PsrpSettings(host="h", auth="kerberos"), "gssapi", "'pypsrp[kerberos]'"),
        (PsrpSettings(host="h", auth="credssp"), "requests_credssp", "'pypsrp[credssp]'"),
    ],
)
def test_a_login_whose_library_is_missing_says_so_before_anything_is_sent(
    without: t.Callable[[str], None], settings: ConnectionSettings, package: str, requirement: str
) -> None:
    without(package)
    with pytest.raises(MissingLibrary) as caught:
        open_session(settings).send(MESSAGE)
    assert caught.value.remedy == f"Run: {sys.executable} -m pip install {requirement}"


def several(target: Machine, *transports: str, **changes: t.Any) -> WinRMSettings:
    """Return settings with several transports."""
    values: dict[str, t.Any] = {"user": USER, "password": Secret(PASSWORD), "scheme": "http", **changes}
    return WinRMSettings(host=target.host, port=target.port, transports=transports, **values)


def test_the_next_login_is_tried_where_the_first_cannot_be_used(machine: Start) -> None:
    target = machine("ntlm")
    session = open_session(several(target, "plaintext", "ntlm"))
    assert session.send(MESSAGE) == ANSWER
    assert session.send(MESSAGE) == ANSWER
    assert target.connections == 1
    session.close()


def test_when_no_login_is_accepted_all_of_them_are_told(machine: Start) -> None:
    target = machine("ntlm")
    session = open_session(several(target, "plaintext", "ntlm", password=Secret("Wrong-1")))
    with pytest.raises(AuthenticationFailed) as caught:
        session.send(MESSAGE)
    assert "plaintext" in str(caught.value)
    assert "ntlm" in str(caught.value)
    session.close()


@pytest.mark.parametrize("transports", [("ntlm", "plaintext"), ("ntlm", "credssp"), ("plaintext", "ntlm")])
def test_a_refused_login_is_reported_whatever_came_of_the_other_one(
    machine: Start, transports: tuple[str, str], without: t.Callable[[str], None]
) -> None:
    without("requests_credssp")
    session = open_session(several(machine("ntlm"), *transports, password=Secret("Wrong-1")))
    with pytest.raises(ActivationError) as caught:
        session.send(MESSAGE)
    assert caught.value.login_counted
    session.close()


def test_what_was_sent_by_one_login_is_reported_with_the_failure_of_the_next() -> None:
    refused = AuthenticationFailed("No.", code="login_refused")
    refused.sent = True
    session = session_module._FirstAccepted(
        [_Failing(refused), _Failing(ConnectionFailed("Off.", code="name_not_resolved"))]
    )
    with pytest.raises(ConnectionFailed) as caught:
        session.send(MESSAGE)
    assert (caught.value.code, caught.value.sent, caught.value.login_counted) == ("name_not_resolved", True, True)


class _Failing:
    def __init__(self, error: Exception) -> None:
        self._error = error

    def send(self, message: bytes) -> bytes:
        raise self._error

    def close(self) -> None:
        pass


def test_a_machine_out_of_reach_is_not_tried_once_more_by_another_login(machine: Start) -> None:
    target = machine("ntlm", listening=False)
    with pytest.raises(ConnectionFailed) as caught:
        open_session(several(target, "ntlm", "credssp")).send(MESSAGE)
    assert caught.value.code == "connection_refused"


def test_without_any_login_nothing_is_sent(machine: Start) -> None:
    target = machine("none")
    with pytest.raises(Unsealed):
        open_session(several(target)).send(MESSAGE)
    assert not target.connections


def test_the_path_is_taken_with_and_without_its_slash(machine: Start, authority: Authority, settings: t.Any) -> None:
    target = machine("basic", authority.server())
    for path in ("wsman", "/wsman"):
        session = open_session(settings(target, "basic", "https", path=path))
        assert session.send(MESSAGE) == ANSWER
        session.close()


def test_what_is_used_of_the_libraries_is_there() -> None:
    """The private part of each installed version that the session leans on."""
    from pypsrp.wsman import WSMan
    from winrm.transport import Transport

    assert {"send", "_build_session", "close"} <= set(dir(WSMan("h").transport))
    assert {"session", "encryption", "endpoint"} <= set(vars(WSMan("h").transport))
    needed = {"build_session", "setup_encryption", "send_message", "close_session"}
    assert needed <= set(dir(Transport))


@pytest.mark.parametrize(("kind", "library"), [(WinRMSettings, "pywinrm"), (PsrpSettings, "pypsrp")])
@pytest.mark.parametrize(("version", "is_fit"), [("0.4.3", False), ("0.8.1", None), ("0.9.1", True), ("1.0", True)])
def test_a_library_that_is_too_old_is_named_with_the_version_that_is_needed(
    monkeypatch: pytest.MonkeyPatch, kind: type[ConnectionSettings], library: str, version: str, is_fit: bool | None
) -> None:
    fit = library == "pywinrm" if is_fit is None else is_fit
    monkeypatch.setattr(importlib.metadata, "version", lambda _name: version)
    requirements.is_too_old.cache_clear()
    try:
        if fit:
            open_session(kind(host="h", user="u", password=Secret("p")))
            return
        with pytest.raises(MissingLibrary, match="too old") as caught:
            open_session(kind(host="h", user="u", password=Secret("p")))
        assert f"{library}>=0." in (caught.value.remedy or "")
    finally:
        requirements.is_too_old.cache_clear()
