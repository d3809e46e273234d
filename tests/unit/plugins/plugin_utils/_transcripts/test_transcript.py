# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file of a transcript: its form, its last gate, and what becomes of errors."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import ConnectionFailed, Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._transcripts import (
    FORMAT,
    Anonymiser,
    RecordedAnswer,
    Transcript,
    load,
    rows,
)

SECRET = "the-password-of-this-test"


def test_it_is_json_with_its_form_and_version_first(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "transcript.json"
    Transcript({"made_by": "volume.activation"}).save(path)
    assert json.loads(path.read_text(encoding="utf-8")) == {"format": FORMAT, "made_by": "volume.activation"}
    assert load(path) == {"format": FORMAT, "made_by": "volume.activation"}


@pytest.mark.parametrize("word", [SECRET, SECRET.upper(), "app01.corp.example", "0C8E7C0E-6F0E-4C37-9A54-51A0C0FFEE00"])
def test_nothing_is_written_while_something_forbidden_is_left(tmp_path: Path, word: str) -> None:
    path = tmp_path / "transcript.json"
    transcript = Transcript({"exchange": [{"answer": f"<a>{word}</a>"}]}, forbidden=(word.lower(),))
    with pytest.raises(Refusal) as refused:
        transcript.save(path)
    assert (refused.value.code, path.exists()) == ("transcript_not_anonymous", False)
    assert word.lower() not in str(vars(refused.value)).lower()


def test_words_that_stand_there_by_chance_are_no_names(tmp_path: Path) -> None:
    text = "SELECT Version FROM Win32_OperatingSystem on Windows"
    Transcript({"exchange": text}, forbidden=("windows", "on", "ver", "", "system")).save(tmp_path / "t.json")


@pytest.mark.parametrize(
    "word", ["Envelope", "service", "HRESULT", "name1", "refused", "asked", "Enterprise", "xmlsoap"]
)
def test_a_machine_may_be_called_as_what_stands_there_anyway(tmp_path: Path, word: str) -> None:
    markup = "<LicenseFamily>Enterprise</LicenseFamily><a xmlns='http://schemas.xmlsoap.org/'/>"
    row = {"answer": f"<s:Envelope>name1 service: HRESULT {markup}</s:Envelope>", "question": "asked"}
    around = {"answering": "refused"}
    Transcript({"exchange": [row], "around": around}, forbidden=(word,)).save(tmp_path / "t.json")


@pytest.mark.parametrize(
    ("word", "left"),
    [
        ('pass"w\\ord<&>', 'pass"w\\ord<&>'),
        ("pass<&>word", "pass&lt;&amp;&gt;word"),
        ("zugspitze.corp.example", "<CSName>ZUGSPITZE</CSName>"),
        ("corp.fabrikam-nord.example", "fabrikam-nord"),
    ],
)
def test_neither_its_spelling_nor_a_part_of_it_hides_what_is_forbidden(tmp_path: Path, word: str, left: str) -> None:
    with pytest.raises(Refusal):
        Transcript({"exchange": [{"answer": left}]}, forbidden=(word,)).save(tmp_path / "t.json")


def test_its_folders_are_its_owner_s_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        Transcript({}).save(tmp_path / "new" / "inner" / "t.json")
    finally:
        os.umask(before)
    for folder in (tmp_path / "new", tmp_path / "new" / "inner"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_nobody_else_may_read_it_before_its_owner_did(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text("from before")
    path.chmod(0o644)
    Transcript({}).save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load(path) == {"format": FORMAT}


def test_what_must_not_be_shown_is_not_in_its_representation() -> None:
    assert SECRET not in repr(Transcript({}, forbidden=(SECRET,)))


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refusal) as refused:
        Transcript({}).save(tmp_path / "file" / "transcript.json")
    assert refused.value.code == "transcript_not_written"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "volume.activation transcript 0"}'])
def test_another_form_is_no_transcript(tmp_path: Path, text: str) -> None:
    path = tmp_path / "transcript.json"
    path.write_text(text)
    with pytest.raises(Refusal) as refused:
        load(path)
    assert refused.value.code == "not_a_transcript"


def test_of_an_error_its_kind_and_code_stay_and_what_a_certificate_lacks() -> None:
    cause = "HTTPSConnectionPool(host='app01.corp.example'): Hostname mismatch, certificate is not valid for 'app01'"
    error = ConnectionFailed("app01.corp.example is not trusted.", code="certificate_not_trusted", cause=cause)
    (row,) = rows([RecordedAnswer(b"<a/>", error=error)], Anonymiser())
    assert row["error"] == {
        "kind": "ConnectionFailed",
        "code": "certificate_not_trusted",
        "message": "ConnectionFailed.",
        "cause": "Hostname mismatch",
    }


def test_an_answer_in_utf_16_is_read_too() -> None:
    answer = "<p:CSName>APP01</p:CSName>".encode("utf-16")
    (row,) = rows([RecordedAnswer(b"<a/>", answer)], Anonymiser())
    assert row["answer"] == "<p:CSName>NAME1</p:CSName>"


@pytest.mark.parametrize(
    "answer",
    [
        b"app01 is down",
        b"<a>app01",
        b"<a>M\xfcller</a>",
        b"<!DOCTYPE a [<!ENTITY e 'app01'>]><a>&e;</a>",
        b"<a b=app01/>",
        b"<" * 200_000,
        b"<!--" * 50_000,
        b"",
    ],
    ids=range(8),
)
def test_nothing_stays_of_an_answer_that_is_no_message(answer: bytes) -> None:
    (row,) = rows([RecordedAnswer(b"<a/>", answer)], Anonymiser())
    assert row["answer"] == ""


def test_what_cannot_be_written_as_text_is_written_all_the_same(tmp_path: Path) -> None:
    Transcript({"exchange": ["\ud800 \x00 \u2028"]}).save(tmp_path / "t.json")
    assert load(tmp_path / "t.json")["exchange"] == ["? \x00 \u2028"]
