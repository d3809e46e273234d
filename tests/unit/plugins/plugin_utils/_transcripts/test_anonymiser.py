# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What becomes of each text: only what says nothing of whose machine it is stays."""

from __future__ import annotations

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._transcripts import Anonymiser

KEY = "BBBBB-CCCCC-DDDDD-FFFFF-GGGGG"


def _property(name: str, text: str) -> str:
    message = f"<s:Body><w:Items><w:XmlFragment><{name}>{text}</{name}></w:XmlFragment></w:Items></s:Body>"
    written = Anonymiser().message(message)
    return written[written.index(f"<{name}>") + len(name) + 2 : written.index(f"</{name}>")]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("LicenseStatus", "1"),
        ("LicenseStatusReason", "1074065472"),
        ("LicenseIsAddon", "false"),
        ("Version", "10.0.20348.1"),
        ("BuildNumber", "20348"),
        ("LicenseFamily", "ServerStandard"),
        ("ProductKeyChannel", "Volume:GVLK"),
        ("Description", "Windows(R) Operating System, VOLUME_KMSCLIENT channel"),
        ("Description", "Office 21, RETAIL channel"),
        ("ApplicationID", "55c92734-d682-4d71-983e-d6ec3f16059f"),
    ],
)
def test_the_words_and_numbers_of_windows_stay(name: str, text: str) -> None:
    assert _property(name, text) == text


@pytest.mark.parametrize(
    ("name", "text", "written"),
    [
        ("CSName", "APP01", "NAME1"),
        ("Name", "APP01", "xxx"),
        ("Name", "Windows(R), ServerStandard edition", "Windows(R), xxx xxx"),
        (
            "Description",
            "Betriebssystem Windows(R), VOLUME_KMSCLIENT-Kanal",
            "xxx xxx(xxx), VOLUME_KMSCLIENT-xxx",
        ),
        ("Description", "Server of the MAKLER, OEM_NONSLP", "xxx xxx xxx xxx, OEM_NONSLP"),
        ("TotalPhysicalMemory", "8589934592", "000"),
        ("SerialNumber", "1234567", "000"),
        ("Version", "10.20.30.40", "000.000.000.000"),
        ("LicenseFamily", "zugspitze", "xxx"),
        ("Name", "WINDOWS-7", "xxx-000"),
        ("Domain", "corp.example", "name1.name2"),
        ("KeyManagementServiceMachine", "10.20.30.40", "192.0.2.1"),
        ("ClientMachineID", "0c8e7c0e-6f0e-4c37-9a54-51a0c0ffee00", "00000000-0000-4000-8000-000000000001"),
        ("PartialProductKey", "GGGGG", "XXXBC"),
        ("OA3xOriginalProductKey", KEY, "xxx-xxx-xxx-xxx-xxx"),
        ("ADActivationObjectDN", "CN=Corp 2022,DC=corp", "xxx=xxx 000,xxx=xxx"),
        ("ADActivationCsvlkPid", "12345-00206-271-0", "000-000-000-000"),
        ("OfflineInstallationId", "123456789012345678", "000"),
        ("SerialNumber", "00330-80000-00000-AA123", "000-000-000-xxx"),
        ("SomethingNobodyThoughtOf", "Fabrikam & Söhne", "xxx &amp; xxx"),
        ("InstallDate", "2024-03-02T08:15:00Z", "2020-01-01T00:00:00Z"),
    ],
)
def test_all_else_is_replaced_and_keeps_its_shape_at_most(name: str, text: str, written: str) -> None:
    assert _property(name, text.replace("&", "&amp;")) == written


SKU = "0c8e7c0e-6f0e-4c37-9a54-51a0c0ffee00"
MADE_UP = "00000000-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (
            f"0xC004F06C, 0x00000000, kms.corp.example:1688, {SKU}, 2026/11/22 08:00, 1, 5, 0, {SKU}, 25",
            f"0xC004F06C, 0x00000000, name1.name2.name3:1688, {MADE_UP}, 2020/01/01 00:00, 1, 5, 0, {MADE_UP}, 25",
        ),
        (
            "0x00000000, 0x04000000, 0, 0, 4, 120, 10080, 2026/11/22 08:00",
            "0x00000000, 0x04000000, 0, 0, 4, 120, 10080, 2020/01/01 00:00",
        ),
        ("0x0, 0x0, 10.20.30.40:1688, more", "0x0, 0x0, 192.0.2.1:1688, xxx"),
        ("0x0, Fabrikam, a host, corp.example", "0x0, xxx, xxx xxx, xxx.xxx"),
        ("hr=0xC004F074", "hr=0xC004F074"),
        (f"RuleId={SKU[::-1]};AppId=7;SkuId={SKU};Owner=Fabrikam", f"SkuId={MADE_UP}"),
        ("Fabrikam has 0xC004F074", "xxx xxx xxx"),
    ],
)
def test_of_an_event_only_codes_and_numbers_stay(text: str, written: str) -> None:
    assert _property("InsertionStrings", text) == written


def test_the_query_of_a_log_stays_and_other_values_do_not() -> None:
    wql = "WHERE Logfile = 'Application' AND TimeGenerated = '20261101080000.000000+000' AND User = 'Fabrikam'"
    message = f"<s:Body><w:Filter>{wql}</w:Filter></s:Body>"
    assert Anonymiser().message(message) == message.replace("Fabrikam", "xxx")


def test_only_the_times_that_a_diagnosis_needs_stay() -> None:
    for name, kept in (("LocalDateTime", True), ("EvaluationEndDate", True), ("InstallDate", False)):
        text = _property(name, "<Datetime>2024-03-02T08:15:00Z</Datetime>")
        assert ("2024-03-02" in text) is kept


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("The machine APP01 failed.", "The machine name1 failed."),
        ("On app01.corp.example it failed.", "On name1.name2.name3 it failed."),
        ("Access is denied for CORP\\operator.", "Access is denied for name2\\xxx."),
        ("Access is denied for operator@corp.example.", "Access is denied for xxx@xxx.xxx."),
        ("Access from app01.windows.com failed.", "Access from name1.xxx.xxx failed."),
        ("Connect to 10.20.30.40 or fd00::17.", "Connect to 000.000.000.000 or xxx::000."),
        (f"The key {KEY} is not valid.", "The key xxx-xxx-xxx-xxx-xxx is not valid."),
        ("User S-1-5-21-1-2-3-500.", "User xxx-000-000-000-000-000-000-000."),
        ("ID 0c8e7c0e-6f0e-4c37-9a54-51a0c0ffee00", "ID 00000000-0000-4000-8000-000000000001"),
        ("Key 123456789012345 of 4711", "Key 000 of 000"),
        ("Unknown host db.fabrikam.example.", "Unknown host xxx.xxx.xxx."),
    ],
)
def test_from_the_text_of_a_fault_names_and_numbers_are_taken(text: str, written: str) -> None:
    anonymiser = Anonymiser(["app01.corp.example"])
    fault = f"<s:Fault><s:Reason><s:Text>{text}</s:Text></s:Reason></s:Fault>"
    assert anonymiser.message(fault) == f"<s:Fault><s:Reason><s:Text>{written}</s:Text></s:Reason></s:Fault>"


@pytest.mark.parametrize(
    "text",
    [
        "The WS-Management service cannot process the request. The WMI service or the WMI provider returned an unknown"
        " error: HRESULT 0x80041033 ",
        "The WS-Management service cannot process the request. The WMI service returned an 'access denied' error. ",
        "The class does not exist in the given namespace. 3221549172 and -1073418124 at 15 operations",
    ],
)
def test_the_words_and_numbers_of_windows_errors_stay(text: str) -> None:
    kept = text.replace("-1073418124", "-000")
    assert Anonymiser(["app01"]).text(text) == kept


def test_a_text_in_another_language_keeps_its_number_and_shows_that_it_is_in_another() -> None:
    text = "Der WMI-Dienst hat einen unbekannten Fehler gemeldet: HRESULT 0xc004f012"
    written = Anonymiser(["app01"]).text(text)
    assert written == "xxx xxx-xxx xxx xxx xxx xxx xxx: HRESULT 0xc004f012"


def test_a_name_in_an_earlier_message_is_known_before_it_is_met() -> None:
    anonymiser = Anonymiser()
    anonymiser.learn("<p:CSName>APP01</p:CSName>")
    assert "APP01" not in anonymiser.message("<s:Fault><s:Text>APP01 is busy</s:Text></s:Fault>").upper()


def test_the_header_tells_nothing() -> None:
    header = (
        "<s:Header><a:To>http://app01.corp.example:5985/wsman</a:To><a:MessageID>uuid:0C8E7C0E-6F0E-4C37-9A54-"
        "51A0C0FFEE00</a:MessageID><p:ActivityId>app01-17</p:ActivityId></s:Header>"
    )
    written = Anonymiser().message(header)
    assert "http://machine:5985/wsman" in written
    assert "app01" not in written
    assert "C0FFEE" not in written


def test_the_machine_in_a_fault_is_a_name() -> None:
    assert Anonymiser().message('<f:WSManFault Code="5" Machine="app01.corp.example"/>') == (
        '<f:WSManFault Code="5" Machine="name1.name2.name3"/>'
    )
