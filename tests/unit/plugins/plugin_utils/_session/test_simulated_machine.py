# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Both libraries, through a session, with a simulated Windows machine: the same answers by every login."""

from __future__ import annotations

import os
import time
import typing as t
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._cim import Repository
from ansible_collections.volume.activation.plugins.plugin_utils._errors import ActivationError, AuthenticationFailed
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._session import (
    ConnectionSettings,
    PsrpSettings,
    Tls,
    WinRMSettings,
    open_session,
)
from ansible_collections.volume.activation.plugins.plugin_utils._simulator import Fleet, FleetServer
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import (
    Identify,
    Identity,
    decode_answer,
    encode_request,
)

DESCRIPTION = {"machines": {"web1": "server_2022_standard"}}
LOGINS = [("ntlm", "http"), ("ntlm", "https"), ("negotiate", "http"), ("basic", "https")]


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[FleetServer]:
    """A simulated machine; the server borrows the variable that names pyspnego's accounts."""
    monkeypatch.setenv("NTLM_USER_FILE", os.environ["NTLM_USER_FILE"])
    with FleetServer(Fleet.from_description(DESCRIPTION), directory=tmp_path) as server:
        yield server


def settings_for(library: str, server: FleetServer, login: str, scheme: str, **changes: t.Any) -> ConnectionSettings:
    """Return the settings that reach the machine."""
    values: dict[str, t.Any] = {
        "host": "127.0.0.1",
        "port": server.http_port if scheme == "http" else server.https_port,
        "scheme": scheme,
        "path": "/" + server.url("web1").split("/", 3)[3],
        "user": server.login["username"],
        "password": Secret(server.login["password"]),
        "tls": Tls(ca=str(server.ca_file)),
        **changes,
    }
    if library == "pywinrm":
        # It has no negotiate of its own: its NTLM takes whichever of the two the machine offers.
        return WinRMSettings(transports=("ntlm" if login == "negotiate" else login,), **values)
    return PsrpSettings(auth=login, **values)


@pytest.mark.parametrize(("login", "scheme"), LOGINS)
def test_a_method_arrives_after_the_machine_has_closed_the_idle_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str, login: str, scheme: str
) -> None:
    monkeypatch.setenv("NTLM_USER_FILE", os.environ["NTLM_USER_FILE"])
    now = [0.0]
    with FleetServer(Fleet.from_description(DESCRIPTION), directory=tmp_path, idle_seconds=0.2) as server:
        session = open_session(settings_for(library, server, login, scheme), clock=lambda: now[0])
        repository = Repository(session.send, call_timeout=60)
        version = repository.select("SoftwareLicensingService", {"Version": "string"})[0]["Version"]
        time.sleep(0.5)
        now[0] = 120.0
        repository.invoke("SoftwareLicensingService", {"Version": version}, "RefreshLicenseStatus")
        session.close()
        invoked = server.fleet.machines["web1"].describe()["invoked"]  # type: ignore[attr-defined]
    assert [row["method"] for row in invoked] == ["RefreshLicenseStatus"]


@pytest.mark.parametrize(("login", "scheme"), LOGINS)
def test_a_query_is_answered(fleet: FleetServer, library: str, login: str, scheme: str) -> None:
    session = open_session(settings_for(library, fleet, login, scheme))
    repository = Repository(session.send)
    rows = repository.select("SoftwareLicensingProduct", {"ID": "string", "Description": "string"})
    assert len(rows) > 1
    assert repository.requests >= 2
    session.close()


@pytest.mark.parametrize(("login", "scheme"), LOGINS)
def test_identify_goes_through_a_logged_in_session_too(
    fleet: FleetServer, library: str, login: str, scheme: str
) -> None:
    session = open_session(settings_for(library, fleet, login, scheme))
    request = Identify()
    answer = decode_answer(session.send(encode_request(request, to="http://machine/wsman", message_id="1")), request)
    assert isinstance(answer, Identity)
    session.close()


def test_a_fault_is_decoded_not_raised_as_a_transport_error(fleet: FleetServer, library: str) -> None:
    session = open_session(settings_for(library, fleet, "ntlm", "http"))
    with pytest.raises(ActivationError) as caught:
        Repository(session.send).select("No_SuchClass", {"ID": "string"})
    assert getattr(caught.value, "hresult", None) == 2150858778
    session.close()


@pytest.mark.parametrize(("login", "scheme"), LOGINS)
def test_a_wrong_password_is_refused(fleet: FleetServer, library: str, login: str, scheme: str) -> None:
    session = open_session(settings_for(library, fleet, login, scheme, password=Secret("Wrong-1")))
    with pytest.raises(AuthenticationFailed):
        Repository(session.send).select("SoftwareLicensingService", {"Version": "string"})
    session.close()
