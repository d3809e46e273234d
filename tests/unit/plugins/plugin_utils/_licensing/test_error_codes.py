# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Error codes in every spelling, known and unknown."""

from __future__ import annotations

import dataclasses
import re
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.volume.activation.plugins.plugin_utils._licensing import Channel, explain, parse_code, table
from ansible_collections.volume.activation.plugins.plugin_utils._wsman.faults import _WBEM_BY_STATUS

CODE = re.compile(r"0x[0-9A-F]{8}")
ERRORS: dict[str, dict[str, t.Any]] = table("errors")["errors"]
WIRE: dict[str, dict[str, t.Any]] = table("wire_errors")["errors"]
KMS: dict[str, dict[str, t.Any]] = table("kms_errors")["errors"]
WINDOWS: dict[str, dict[str, t.Any]] = table("windows_errors")["errors"]
CHANNELS = [channel.value for channel in Channel]


def is_sourced(row: dict[str, t.Any], name: str) -> bool:
    sources = table(name)["sources"]
    return bool(row["source"]) and all(one in sources or one.startswith("https://") for one in row["source"])


def test_the_table_is_whole() -> None:
    assert len(ERRORS) == 282
    assert set(KMS) <= set(ERRORS)
    assert not set(WINDOWS) & {*ERRORS, *WIRE}


@pytest.mark.parametrize("code", ERRORS)
def test_every_licensing_row_is_well_formed(code: str) -> None:
    row = ERRORS[code]
    assert CODE.fullmatch(code)
    assert all(row[field] for field in ("message", "cause", "remedy", "remedy_basis", "applies_to"))
    assert isinstance(row["cross_checked"], bool)
    assert is_sourced(row, "errors")


@pytest.mark.parametrize("code", WIRE)
def test_every_wire_row_is_well_formed(code: str) -> None:
    assert CODE.fullmatch(code)
    assert all(WIRE[code][field] for field in ("name", "message", "cause", "remedy"))
    assert is_sourced(WIRE[code], "wire_errors")


@pytest.mark.parametrize("code", KMS)
def test_every_kms_row_is_well_formed(code: str) -> None:
    assert {"cause", "remedy", "source"} <= set(KMS[code]) <= {"message", "cause", "remedy", "source"}
    assert is_sourced(KMS[code], "kms_errors")


@pytest.mark.parametrize("code", WINDOWS)
def test_every_row_about_windows_is_well_formed(code: str) -> None:
    assert CODE.fullmatch(code)
    assert set(WINDOWS[code]) == {"name", "message", "cause", "remedy", "source"}
    assert is_sourced(WINDOWS[code], "windows_errors")


# The range, without the numbers that WinINet does not use (learn.microsoft.com/windows/win32/wininet/wininet-errors).
WININET = [*range(12001, 12035), *range(12036, 12051), *range(12052, 12058), *range(12150, 12176)]


@pytest.mark.parametrize("number", WININET)
def test_every_error_of_the_network_path_to_microsoft_has_a_text(number: int) -> None:
    assert explain(0x80070000 | number).known
    assert explain(number) == dataclasses.replace(explain(0x80070000 | number), code=f"0x{number:08X}")


@pytest.mark.parametrize(
    "code",
    [
        *(
            "0x80072EFD",
            "0x80072EFE",
            "0x80072EFF",
            "0x80072F8F",
            "0x803FABC3",
            "0x80070426",
            "0x80070422",
            "0x8007041D",
        ),
        *(
            "0x800704CF",
            "0x80072AF9",
            "0x80004005",
            "0x800706BA",
            "0x800706BE",
            "0x80070005",
            "0x80041002",
            "0x803FA067",
        ),
    ],
)
def test_the_codes_of_public_reports_have_texts(code: str) -> None:
    assert explain(code).known


@pytest.mark.parametrize("code", ERRORS)
def test_no_text_sends_anybody_to_the_telephone(code: str) -> None:
    for channel in (None, *CHANNELS):
        told = explain(code, channel)
        assert not re.search("telephone|phone activation|by phone|activation centre", f"{told.cause} {told.remedy}")


@pytest.mark.parametrize("code", sorted({*ERRORS, *WIRE, *WINDOWS}))
def test_a_kms_client_is_not_sent_to_the_activation_portal(code: str) -> None:
    row = ERRORS.get(code, {})
    if {"KMS client", "all"} & set(row.get("applies_to", ())):
        assert "portal" not in explain(code, "kms_client").remedy


def test_the_text_fits_the_channel_of_the_key() -> None:
    expired, used_up = (
        {channel: explain(code, channel) for channel in (None, *CHANNELS)} for code in (0xC004F009, 0xC004C008)
    )
    assert "kms_client" in expired["kms_client"].remedy and "portal" in expired["mak"].remedy
    assert "six" in used_up["kms_host"].cause and "KMS" not in used_up["mak"].cause + used_up["retail"].cause
    assert expired["retail"] == expired["mak"] == expired[None]
    assert "22H2" in explain(0xC004F069, "mak").remedy and "22H2" not in explain(0xC004F069, "kms_client").remedy


@pytest.mark.parametrize("code", [0x8007007B, 0x8007232B, 0x8007251D])
def test_without_a_record_in_dns_the_lookup_domain_is_named(code: int) -> None:
    assert "lookup_domain" in explain(code, "kms_client").remedy


@pytest.mark.parametrize("code", sorted({*ERRORS, *WIRE, *WINDOWS}))
def test_every_row_is_explained_in_sentences_under_its_own_code(code: str) -> None:
    for channel in (None, *CHANNELS):
        told = explain(code, channel)
        assert told.known and told.code == code, channel
        for text in (told.message, told.cause, told.remedy):
            assert text.endswith((".", "!", "?")) and not text.endswith(".."), channel
            assert not text.startswith(("As for", "None")), channel


@pytest.mark.parametrize(
    "spelled",
    [
        3221549172,
        -1073418124,
        "0xC004F074",
        "0xc004f074",
        "0XC004F074",
        "c004f074",
        "&HC004F074",
        "3221549172",
        "-1073418124",
        " 0xC004F074\n",
    ],
)
def test_one_code_in_all_spellings(spelled: int | str) -> None:
    told = explain(spelled)
    assert told.code == "0xC004F074"
    assert told.name == "SL_E_VL_BINDING_SERVICE_UNAVAILABLE"
    assert "1688" in told.remedy and "clock" in told.cause


@given(st.integers(0, 0xFFFFFFFF))
def test_all_spellings_of_a_number_are_the_same_number(number: int) -> None:
    signed = number - (1 << 32) if number >> 31 else number
    spellings: list[int | str] = [number, signed, str(number), str(signed), hex(number), f"0x{number:08X}"]
    assert {parse_code(spelled) for spelled in spellings} == {number}


@given(st.one_of(st.integers(), st.text(max_size=12)))
def test_explaining_never_fails(code: int | str) -> None:
    told = explain(code)
    assert told.message and told.cause and told.remedy
    assert CODE.fullmatch(told.code) or told.code == "unknown"


@pytest.mark.parametrize("code", ["", "nonsense", "0x", "0x1C004F074", 1 << 32, -(1 << 31) - 1, "99999999999"])
def test_what_is_no_code_is_said_to_be_none(code: int | str) -> None:
    with pytest.raises(ValueError, match="not a"):
        parse_code(code)
    assert explain(code).code == "unknown"
    assert not explain(code).known


@pytest.mark.parametrize(
    ("code", "area"),
    [
        ("0xC004FFFE", "client API"),
        ("0xC004FDFE", "AVMA"),
        ("0xC004B999", "activation server"),
        ("0x80339999", None),
        ("0x80338999", "WS-Management"),
        ("0x80041FFF", "WMI"),
        ("0x8007FFFE", "Win32"),
        ("0xDEADBEEF", None),
    ],
)
def test_an_unknown_code_is_explained_by_its_range(code: str, area: str | None) -> None:
    told = explain(code)
    assert not told.known and told.name is None
    assert code in told.message and code in told.remedy
    assert area is None or (area in told.message and area in told.cause)


def test_an_alias_leads_to_the_code_that_the_header_defines() -> None:
    told = explain("0xC004F065")
    assert told.code == "0xC004F065"
    assert told.name == "SL_I_NONGENUINE_GRACE_PERIOD"


@pytest.mark.parametrize("code", [5, 0x80070005, 2150859012, 2150859013, 2150859014, 0x80041003])
def test_every_way_of_denying_access_leads_to_the_rights_that_are_needed(code: int) -> None:
    told = explain(code)
    assert "denied" in told.message
    assert "Administrators" in told.remedy and "LocalAccountTokenFilterPolicy" in told.remedy


@pytest.mark.parametrize(
    ("code", "word"), [(2150858793, "finish"), (2150859174, "operations"), (2150858824, "envelope")]
)
def test_codes_of_the_transport(code: int, word: str) -> None:
    assert word in explain(code).message


def test_a_bare_win32_number_is_found_as_its_hresult() -> None:
    assert explain(1722).name == "RPC_S_SERVER_UNAVAILABLE"
    assert explain(1722).code == "0x000006BA"


def test_a_row_that_points_to_another_is_followed() -> None:
    assert explain(0xC0020017).remedy == explain(0x8007139F).remedy


def test_a_login_that_ends_at_the_machine_is_told_the_ways_on() -> None:
    told = explain(0x80072020)
    assert "second hop" in told.cause
    assert all(way in told.remedy for way in ("domain controller", "CredSSP", "delegation"))


@pytest.mark.parametrize("code", sorted(_WBEM_BY_STATUS.values()))
def test_each_code_that_stands_for_a_cim_status_has_a_text(code: int) -> None:
    assert explain(code).known


SERVICES = [1051, 1052, *range(1053, 1057), *range(1058, 1063), *range(1066, 1071), 1073, 1075]
LOGONS = [1311, 1312, 1317, *range(1326, 1332), 1385, 1396, 1398, 1907, 1909]


@pytest.mark.parametrize("number", [*SERVICES, *LOGONS])
def test_every_error_of_services_and_logins_has_a_text(number: int) -> None:
    assert explain(0x80070000 | number).known


@pytest.mark.parametrize("spelled", ["0xFFFFFFFF80070005", "-2147024891", "2147942405", "&H80070005"])
def test_a_code_is_the_same_in_each_spelling(spelled: str) -> None:
    assert parse_code(spelled) == 0x80070005
