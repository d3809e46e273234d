# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Examining: what is asked and what is not, against simulated machines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._diagnosis import (
    Answering,
    Clocks,
    Expected,
    diagnose,
    place_of,
    replayed,
    summary,
)
from ansible_collections.volume.activation.plugins.plugin_utils._errors import AnswerLost, ConnectionFailed
from ansible_collections.volume.activation.plugins.plugin_utils._outbound import Outbound
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._session import Proxy
from ansible_collections.volume.activation.plugins.plugin_utils._transcripts import is_read_only, load
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import decode_call

from .simulated_machines import KMS, NOW, Around, Session, diagnosed, found, recorded, served, settings

SERVER = {"system": "server_2022_standard", "lease_days": 170}
HEALTHY: dict[str, dict[str, Any]] = {
    "by KMS": SERVER,
    "by KMS, with a host that is set": {**SERVER, "kms_host": KMS},
    "by Active Directory": {**SERVER, "activated_by": "ad"},
    "by a MAK": {"system": "server_2022_standard", "channel": "mak"},
    "a KMS host": {"system": "server_2022_standard", "channel": "kms_host"},
    "OEM": {"system": "windows_11_pro", "channel": "oem"},
    "retail": {"system": "windows_11_pro", "channel": "retail"},
    "LTSC": {"system": "windows_10_ltsc_2019", "lease_days": 170},
    "with Office": {**SERVER, "office": [{"product": "office_2021", "lease_days": 170}]},
    "in German": {**SERVER, "language": "de-DE"},
    "in Japanese, far away": {**SERVER, "language": "ja-JP", "utc_offset": "+09:00"},
    "the oldest": {"system": "server_2012_r2_standard", "lease_days": 170},
}


@pytest.mark.parametrize("description", HEALTHY.values(), ids=HEALTHY)
def test_nothing_is_wrong_with_a_healthy_machine(description: dict[str, Any]) -> None:
    diagnosis = diagnosed(description)
    assert (diagnosis.wrong, found(diagnosis), diagnosis.reached) == ([], {}, True)


def _examined(description: Any, **changes: Any) -> Session:
    session = Session(served(description))
    clocks = Clocks(now=lambda: NOW, pause=lambda _seconds: None)
    around = changes.pop("around", Around())
    diagnose("app01", session, changes.pop("connection", settings()), around, Expected(**changes), clocks)
    return session


def test_every_message_only_reads_and_there_are_five() -> None:
    session = _examined(SERVER)
    assert [is_read_only(decode_call(message).request) for message in session.sent] == [True] * 5


@pytest.mark.parametrize("answering", [Answering.REFUSED, Answering.SILENT, Answering.NAMELESS, Answering.NO_ROUTE])
def test_nothing_is_sent_where_nobody_listens(answering: Answering) -> None:
    assert _examined(SERVER, around=Around(own=answering)).sent == []


def test_a_name_that_the_controller_cannot_look_up_is_left_to_the_session() -> None:
    assert len(_examined(SERVER, around=Around(own=Answering.UNKNOWN)).sent) == 5


@pytest.mark.parametrize(
    ("error", "sent"),
    [(ConnectionFailed("", code="tls_failed"), 1), (AnswerLost("", code="read_timeout"), 1)],
)
def test_what_is_hopeless_is_not_tried_again(error: Exception, sent: int) -> None:
    session = Session(error=error)
    clocks = Clocks(now=lambda: NOW, pause=lambda _seconds: None)
    diagnose("app01", session, settings(), Around(), Expected(), clocks)
    assert len(session.sent) == sent


def test_an_answer_lost_once_is_no_finding() -> None:
    description = {**SERVER, "faults": [{"on": "CheckAccess", "do": "timeout_before"}]}
    diagnosis = diagnosed(description)
    assert (diagnosis.wrong, found(diagnosis)) == ([], {"rights": "unknown"})


def test_the_look_up_domain_comes_before_the_machines_own() -> None:
    for description, expected, domain in (
        (SERVER, Expected(), "corp.example"),
        ({**SERVER, "lookup_domain": "kms.example"}, Expected(), "kms.example"),
        ({**SERVER, "lookup_domain": "kms.example"}, Expected(lookup_domain="told.example"), "told.example"),
    ):
        around = Around()
        diagnosed(description, around=around, expected=expected)
        assert around.asked[0] == domain


def test_outside_of_a_domain_the_primary_dns_suffix_is_where_kms_hosts_are_looked_up() -> None:
    workgroup = {"system": "server_2022_standard", "domain_role": "workgroup", "status": "notification"}
    around = Around()

    diagnosis = diagnosed({**workgroup, "dns_suffix": "lab.example"}, around=around)

    assert around.asked[0] == "lab.example"
    assert "no_lookup_domain" not in diagnosis.wrong
    assert "no_lookup_domain" in diagnosed(workgroup).wrong
    for more in ({"kms_host": "kms9.corp.example"}, {"lookup_domain": "kms.example"}):
        session = _examined({**workgroup, **more})
        # The registry is not read where something else decides.
        assert not any(b"Tcpip" in message for message in session.sent)
    assert any(b"Tcpip" in message for message in _examined({**workgroup, "dns_suffix": "lab.example"}).sent)


def test_the_dns_suffix_is_kept_out_of_a_transcript_and_serves_its_replay(tmp_path: Path) -> None:
    workgroup = {"system": "server_2022_standard", "domain_role": "workgroup", "status": "notification"}
    session = Session(served({**workgroup, "dns_suffix": "lab.widgets.example"}))

    examined, transcript = recorded(session)
    transcript.save(tmp_path / "transcript.json")

    assert "widgets" not in (tmp_path / "transcript.json").read_text(encoding="utf-8")
    assert summary(replayed(load(tmp_path / "transcript.json"))) == summary(examined.diagnosis)


def test_a_host_that_is_set_is_tried_once_however_many_products_use_it() -> None:
    around = Around()
    description = {**SERVER, "kms_host": "kms9.corp.example", "kms_port": 1700, "office": ["office_2021"]}
    diagnosed(description, around=around)
    assert around.asked == [("kms9.corp.example", 1700)]


def test_who_rests_on_no_kms_host_has_none_looked_for() -> None:
    around = Around()
    diagnosed(HEALTHY["by a MAK"], around=around)
    diagnosed(SERVER, around=around, expected=Expected(path="ad"))
    assert around.asked == []


def test_a_proxy_is_noticed() -> None:
    proxied = settings(proxy=Proxy(url=Secret("http://proxy.example:3128")))
    assert place_of(proxied).proxied
    assert not place_of(settings(proxy=Proxy(environment=False))).proxied


def test_the_proxy_of_the_environment_counts_where_it_is_used() -> None:
    around = Outbound.of({"https_proxy": "http://proxy.example:3128", "no_proxy": ".corp.example"})
    assert place_of(settings(host="app01.else.example", outbound=around)).proxied
    assert not place_of(settings(host="app01.corp.example", outbound=around)).proxied
    assert not place_of(settings(host="app01.else.example", scheme="http", port=5985, outbound=around)).proxied
