# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A transcript of a machine that is full of names and secrets holds none of them, whatever the machine says.

What is looked for are the texts themselves and their pieces, in the file as it was written.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._diagnosis import (
    Published,
    PublishedHost,
    replayed,
    summary,
)
from ansible_collections.volume.activation.plugins.plugin_utils._errors import ConnectionFailed
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._transcripts import load

from .._diagnosis.simulated_machines import PASSWORD, Around, Session, recorded, served, settings

DOMAIN = "fabrikam-nord.example"
HOST = f"zugspitze7.{DOMAIN}"
FIRMWARE_KEY = "FFFFF-GGGGG-HHHHH-JJJJJ-KKKKK"
MAK = "BBBBB-CCCCC-DDDDD-MMMMM-QQQQQ"
CMID, BIOS = "c0ffee01-1234-4abc-8def-0123456789ab", "b105b105-1234-4abc-8def-0123456789ab"
MACHINE = {
    "system": "server_2022_standard",
    "channel": "oem",
    "computer_name": "ZUGSPITZE7",
    "domain": DOMAIN,
    "firmware_key": FIRMWARE_KEY,
    "cmid": CMID,
    "bios_uuid": BIOS,
    "kms_host": f"watzmann3.{DOMAIN}",
    "lookup_domain": "karwendel.example",
    "office": [{"product": "office_2021", "channel": "mak", "product_key": MAK, "status": "licensed"}],
    "language": "de-DE",
}
PLANTED = (
    "zugspitze7",
    "fabrikam",
    "watzmann3",
    "karwendel",
    "wendelstein",
    "operator-7",
    PASSWORD,
    FIRMWARE_KEY,
    *FIRMWARE_KEY.split("-"),
    MAK,
    *MAK.split("-"),
    CMID,
    BIOS,
    "c0ffee01",
    "b105b105",
    "10.20.30",
    "203.0.113.9",
)


class _Talkative:
    """A machine whose faults quote everything that they can, as some of Windows' texts do."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def send(self, message: bytes) -> bytes:
        """Return the machine's answer, with names and secrets in every text and in new elements and attributes."""
        answer = self._session.send(message).decode()
        said = (
            f"ZUGSPITZE7 ({HOST}, 203.0.113.9) turned FABRIKAM-NORD\\operator-7 and operator-7@{DOMAIN} away from"
            f" wendelstein.else.example for {MAK} of {CMID}"
        )
        answer = re.sub(r"(<s:Text[^>]*>)", rf"\g<1>{said.replace(chr(92), chr(92) * 2)}. ", answer)
        answer = answer.replace("<s:Header>", f"<s:Header><x:Trace xmlns:x='urn:x' host='{HOST}'>{HOST}</x:Trace>")
        more = f"<SerialNumber>{BIOS}</SerialNumber><Vendor>Fabrikam</Vendor><Owner>{said}</Owner>"
        return answer.replace("</w:XmlFragment>", f"{more}</w:XmlFragment>").encode()

    def close(self) -> None:
        """Do nothing."""


def _around() -> Around:
    published = Published("karwendel.example", (PublishedHost(f"watzmann3.{DOMAIN}", 1688, True),), asked=True)
    return Around(zone=published)


def _written(tmp_path: Path, session: Any, **given: Any) -> str:
    connection = settings(host=HOST, password=Secret(PASSWORD))
    examined, transcript = recorded(session, around=_around(), connection=connection, **given)
    path = tmp_path / "transcript.json"
    transcript.save(path)
    assert summary(replayed(load(path))) == summary(examined.diagnosis)
    return path.read_text(encoding="utf-8")


def _left(text: str) -> list[str]:
    return [word for word in PLANTED if re.search(re.escape(word), text, re.IGNORECASE)]


def test_what_is_planted_is_really_there() -> None:
    session = Session(served(MACHINE))
    seen: list[str] = []
    talkative = _Talkative(session)
    _examined, _transcript = recorded(_Noting(talkative, seen), around=_around(), connection=settings(host=HOST))
    everything = "".join(seen)
    missing = {word for word in PLANTED if word.lower() not in everything.lower()}
    # Neither the password nor the addresses of the network ever come from the machine.
    assert missing == {PASSWORD, "10.20.30"}


class _Noting:
    """A session that keeps what came in clear."""

    def __init__(self, session: Any, seen: list[str]) -> None:
        self._session, self._seen = session, seen

    def send(self, message: bytes) -> bytes:
        """Pass the message on."""
        answer = self._session.send(message)
        self._seen.append(answer.decode())
        return bytes(answer)

    def close(self) -> None:
        """Do nothing."""


def test_nothing_of_it_is_in_the_transcript(tmp_path: Path) -> None:
    assert _left(_written(tmp_path, _Talkative(Session(served(MACHINE))))) == []


def test_nor_in_that_of_a_machine_that_only_refuses(tmp_path: Path) -> None:
    refusing = {**MACHINE, "faults": [{"on": "any", "do": "access_denied", "times": 0}]}
    assert _left(_written(tmp_path, _Talkative(Session(served(refusing))))) == []


class _Confused:
    """A machine whose answers say where they come from, and are none."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def send(self, _message: bytes, /) -> bytes:
        """Return the same whatever is asked."""
        return self._answer

    def close(self) -> None:
        """Do nothing."""


@pytest.mark.parametrize(
    "answer", [f"Proxy of {HOST}".encode(), f"<html><p>{HOST}</p></html>".encode(), HOST.encode("utf-16"), b"\xff\xfe<"]
)
def test_nor_in_that_of_one_that_gives_no_answer_to_the_question(tmp_path: Path, answer: bytes) -> None:
    assert _left(_written(tmp_path, _Confused(answer))) == []


def test_nor_the_domain_of_who_logs_in(tmp_path: Path) -> None:
    session = Session(error=ConnectionFailed("CORP", code="login_refused", cause="operator-7 of CORP"))
    assert "CORP" not in _written(tmp_path, session)
    assert recorded(session)[1].forbidden.count("CORP") == 1


def test_nor_in_that_of_a_machine_that_was_never_reached(tmp_path: Path) -> None:
    cause = f"HTTPSConnectionPool(host='{HOST}', port=5986): {PASSWORD} at 203.0.113.9"
    error = ConnectionFailed(f"{HOST} is not trusted.", code="certificate_not_trusted", cause=cause)
    assert _left(_written(tmp_path, Session(error=error))) == []


@pytest.mark.parametrize("questions", [True, False])
def test_the_installation_ids_and_serial_numbers_stay_with_the_machine(tmp_path: Path, questions: bool) -> None:
    text = _written(tmp_path, Session(served(MACHINE)), questions=questions)
    assert re.findall(r"(?<!\d)\d{48,}(?!\d)", re.sub(r"0{48,}", "", text)) == []
    assert re.findall(r"\b\d{5}-\d{5}-\d{3}-\d{6}", re.sub(r"\b00000-00000", "", text)) == []
