# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connection errors as a user meets them: wrong variables, a proxy of the environment, and what a machine says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .playbook_runs import Playground, task

HEARD = {"on": "Activate", "do": "hresult", "code": "0xC004F038", "shape": "provider"}
MACHINE = {"srv": {"system": "server_2022_datacenter", "status": "notification", "faults": [HEARD]}}
PROXY = "http://user:hush-Word-1@127.0.0.1:1"
DIRECT: dict[str, dict[str, Any]] = {
    "winrm": {"ansible_winrm_proxy": None},
    "psrp": {"ansible_psrp_ignore_proxy": True},
}
BASIC = {"ansible_winrm_transport": "basic", "ansible_psrp_auth": "basic"}


def _read(name: str, **variables: Any) -> dict[str, Any]:
    return {**task("license_info"), "name": name, "vars": variables, "ignore_errors": True}


@pytest.mark.parametrize("connection", ["winrm", "psrp"])
def test_each_cause_has_its_own_code_and_remedy(serve: Callable[..., Playground], connection: str) -> None:
    ground = serve(MACHINE, connection=connection, transport="ntlm", scheme="https")
    activate = {**task("kms_client", kms_host="kms.corp.example"), "name": "refused", "vars": DIRECT[connection]}
    run = ground.play(
        _read("transport", ansible_winrm_transport="ntml", ansible_port=99999),
        _read("latin", ansible_password="P€ssw0rd-1", **BASIC),
        _read("password", ansible_password=""),
        _read("proxy", ansible_winrm_proxy="legacy_requests", ansible_psrp_ignore_proxy=False),
        _read("direct", **DIRECT[connection]),
        {**activate, "ignore_errors": True},
        play={"ignore_unreachable": True},
        environment={"HTTPS_PROXY": PROXY, "NO_PROXY": ""},
    )
    found = {name: run.result("srv", name) for name in ("transport", "latin", "password", "proxy", "direct", "refused")}
    codes = {name: result.get("code") for name, result in found.items()}
    assert codes == {
        "transport": "bad_connection_option",
        "latin": "basic_not_latin1",
        "password": "login_failed",
        "proxy": "proxy_failed",
        "direct": None,
        "refused": "0xC004F038",
    }, run.output
    assert "ansible_password" in found["password"]["remedy"]
    assert {"HTTPS_PROXY", "NO_PROXY"} <= set(found["proxy"]["remedy"].replace(",", " ").split())
    assert next(iter(DIRECT[connection])) in found["proxy"]["remedy"]
    assert found["refused"]["fault"]["subcode"] == "InternalError"
    assert "0xC004F038" in (found["refused"]["fault"]["code"], found["refused"]["fault"]["inner_code"])
    assert found["refused"]["fault"]["text"]
    for secret in ("€", "hush", "Word-1"):
        assert secret not in str(found)
