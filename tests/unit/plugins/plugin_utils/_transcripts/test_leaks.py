# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names that nobody knows beforehand, in every place and spelling: none of them comes through.

None of these texts has a form that could be searched for, so only a list of what may stay keeps them back.
"""

from __future__ import annotations

import re

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._transcripts import Anonymiser, RecordedAnswer, rows

SPELLINGS = (
    "zugspitze7",
    "ZUGSPITZE",
    "Zugspitze Müller GmbH",
    "Zugspitze\u0301",
    "тестовый",
    "株式会社",
    "e\u0301\U0001f600",
    r"\\zugspitze7\freigabe neu\datei",
    r"ZUGSPITZE\Mustermann, Max",
    "operator zugspitze",
    "service.network.com",
    "remote-server.windows.com",
    "user@service.com",
    "http://operator:zugspitze@proxy:3128/",
    "[fe80::17%zugspitze]",
    "10.20.30.40",
    "FD00:0:0:17::1",
    "1234567",
    "49-89-123456",
    "0c8e7c0e6f0e4c379a5451a0c0ffee00",
    "03612-00206-271-123456-03-1031-20348.0000-3262026",
    "00330-80000-00000-AA123",
    "S-1-5-21-1234567890-1234567890-1234567890-1104",
    "2024-03-02 08:15:17",
    "BBBBBCCCCCDDDDDFFFFFGGGGG",
)
PLACES = (
    "<s:Fault><s:Reason><s:Text>Access is denied to {}.</s:Text></s:Reason></s:Fault>",
    "<s:Fault><f:ProviderFault path='{}'>The parameter {} is incorrect.</f:ProviderFault></s:Fault>",
    '<s:Fault><p:ParameterInfo>Win32_X.Name="{}"</p:ParameterInfo></s:Fault>',
    "<s:Fault><s:Value>w:{}</s:Value></s:Fault>",
    "<s:Fault><w:FaultDetail>http://schemas.dmtf.org/{}</w:FaultDetail></s:Fault>",
    "<f:WSManFault provider='{0}' type='{0}'/>",
    "<p:Class xmlns:p='http://{0}/x' Name='{0}' lang='{0}' nil='{0}' mustUnderstand='{0}' Dialect='{0}'/>",
    "<s:Header><a:To>http://{}/anonymous</a:To></s:Header>",
    "<s:Header><a:Action>{}</a:Action><w:OperationTimeout>{}</w:OperationTimeout></s:Header>",
    "<a:EndpointReference><a:Address>http://{}/wsman</a:Address></a:EndpointReference>",
    "<w:ResourceURI>http://schemas.microsoft.com/wbem/{}</w:ResourceURI>",
    "<n:EnumerationContext>uuid:0c8e7c0e-6f0e-4c37-9a54-51a0c0ffee00 {}</n:EnumerationContext>",
    "<w:Filter>SELECT Name FROM Win32_X WHERE Name = '{}'</w:Filter>",
    "<p:Description>RETAIL {}, VOLUME_KMSCLIENT channel</p:Description>",
    "<p:Name>Windows(R), {} edition</p:Name>",
    "<p:Name>Office 16 of {}</p:Name>",
    "<p:Version>{}</p:Version>",
    "<p:BuildNumber>{}</p:BuildNumber>",
    "<p:LicenseFamily>{} </p:LicenseFamily>",
    "<p:ProductKeyChannel>Volume:{}</p:ProductKeyChannel>",
    "<p:SerialNumber>{}</p:SerialNumber>",
    "<p:sSubKeyName>{} \\</p:sSubKeyName>",
    "<p:LocalDateTime><cim:Datetime>{}</cim:Datetime></p:LocalDateTime>",
    "<p:EvaluationEndDate><cim:Interval>{}</cim:Interval></p:EvaluationEndDate>",
    "<p:Owner><![CDATA[{}]]></p:Owner>",
    "<p:Owner {}>x</p:Owner>",
    "<p:Owner of={}>x</p:Owner>",
    "<p:Owner a='1'b='{}'>x</p:Owner>",
    "<p:Owner a='{}>x</p:Owner>",
    "<p:Owner>{}",
    "{}",
)
TELLING = re.compile(
    r"zugspitz|mustermann|ller|freigabe|datei|\.com|0c8e7c0e|08:15:17|3262026|AA123|CCCCC", re.IGNORECASE
)


def _left(written: str) -> str:
    """Return what is left of a spelling: a word, a long number, or any letter that is no ASCII."""
    found = [*TELLING.findall(written), *re.findall(r"20\.30|123456|FD00|49-89|[^\x00-\x7f]", written)]
    return " ".join(dict.fromkeys(found)).replace("schemas.microsoft.com", "")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_nothing_of_it_comes_through(place: str, spelling: str) -> None:
    message = place.format(*[spelling] * place.count("{"))
    written = Anonymiser().message(message)
    written = re.sub(r"http://schemas\.(?:microsoft\.com|dmtf\.org)/", "", written)
    assert _left(written) == ""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_nor_in_another_encoding(encoding: str) -> None:
    answer = "<s:Fault><s:Text>Zugspitze7 Müller is busy</s:Text></s:Fault>".encode(encoding)
    (row,) = rows([RecordedAnswer(b"<a/>", answer)], Anonymiser())
    assert _left(str(row["answer"])) == ""


def test_a_computer_may_be_called_as_a_word_of_an_element_and_the_message_stays_readable() -> None:
    anonymiser = Anonymiser(["server", "a", "Text", "Fault", "windows"])
    written = anonymiser.message("<s:Fault><s:Text>A windows server.</s:Text></s:Fault>")
    assert written == "<s:Fault><s:Text>name2 name5 name1.</s:Text></s:Fault>"


def test_the_length_of_a_long_text_does_not_tell_either() -> None:
    assert len(Anonymiser().message(f"<p:Owner>{'Zug/+' * 1000}</p:Owner>")) < 200


def test_a_machine_tells_no_time_zone_and_no_exact_day_of_its_evaluation() -> None:
    def told(name: str) -> str:
        return Anonymiser().message(f"<{name}><c:Datetime>2026-11-22T15:16:17.12345+05:30</c:Datetime></{name}>")

    assert "2026-11-22T09:46:17Z" in told("LocalDateTime")
    assert "2026-11-22T00:00:00Z" in told("EvaluationEndDate")
    assert "2020-01-01T00:00:00Z" in told("LastBootUpTime")
