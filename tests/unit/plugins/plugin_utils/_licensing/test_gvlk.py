# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The key table: that every row is sound, and that each machine gets its own key."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import GvlkTable, ProductKey, table
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret, reveal

OWN = "BBBBB-CCCCC-DDDDD-FFFFF-GGGGG"
OTHER = "BBBBB-CCCCC-DDDDD-FFFFF-HHHHH"
ROWS: list[dict[str, t.Any]] = table("gvlk")["gvlk"]
WINDOWS = [row for row in ROWS if row["channel_group"] != "Office"]
DISPUTED = [row for row in WINDOWS if row["edition_id"].startswith("Core")]
OFFERED = [row for row in WINDOWS if row not in DISPUTED]


def name(row: dict[str, t.Any]) -> str:
    return f"{row['product']} {row['edition']}"


def builds(row: dict[str, t.Any]) -> list[int]:
    return row["build"] if isinstance(row["build"], list) else [row["build"]]


@pytest.fixture
def keys() -> GvlkTable:
    return GvlkTable.published()


def chosen(keys: GvlkTable, edition: str | None, build: int | None) -> str | None:
    key = keys.key_for(edition, build)
    return reveal(key) if key else None


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_every_row_is_a_key_with_a_source(row: dict[str, t.Any]) -> None:
    assert reveal(ProductKey.parse(row["gvlk"])) == row["gvlk"]
    sources = set(table("gvlk")["sources"])
    assert row["source"] in sources
    assert isinstance(row["cross_checked"], bool)
    assert set(row.get("cross_checked_with", [])) <= sources
    # Office's page has no name for each revision, only its commit.
    assert all(one in sources or one.startswith("ms_office ") for one in row["other_microsoft_revisions"])
    assert bool(row.get("cross_checked_with")) == row["cross_checked"]


def test_every_source_has_a_title() -> None:
    assert all(source["title"] for source in table("gvlk")["sources"].values())


@pytest.mark.parametrize("row", OFFERED, ids=name)
def test_every_windows_row_is_chosen_for_its_edition_and_builds(keys: GvlkTable, row: dict[str, t.Any]) -> None:
    for build in builds(row):
        assert chosen(keys, row["edition_id"], build) == row["gvlk"]
        assert keys.product_name(row["edition_id"], build) == name(row)


@pytest.mark.parametrize("row", DISPUTED, ids=name)
def test_disputed_rows_are_recognised_but_never_offered(keys: GvlkTable, row: dict[str, t.Any]) -> None:
    assert "disagreement" in row
    assert keys.key_for(row["edition_id"], row["build"]) is None
    assert keys.knows(ProductKey(row["gvlk"]))


def test_server_2019_is_told_from_the_semi_annual_release_of_the_same_build(keys: GvlkTable) -> None:
    assert chosen(keys, "ServerStandard", 17763) == "N69G4-B89J2-4G8F4-WWYCC-J464C"
    assert chosen(keys, "ServerStandardACor", 17763) == "N2KJX-J94YW-TQVFB-DG9YT-724CC"
    assert chosen(keys, "ServerDatacenter", 17763) == "WMDGN-G9PQG-XVVXX-R3X43-63DFG"
    assert chosen(keys, "ServerDatacenterACor", 17763) == "6NMRW-2C8FM-D24W7-TQWMY-CWH2D"


@pytest.mark.parametrize("edition", ["ServerStandardCor", "ServerStandardCore", "serverstandard"])
def test_a_core_installation_takes_the_key_of_the_full_one(keys: GvlkTable, edition: str) -> None:
    assert chosen(keys, edition, 20348) == "VDYBN-27WPP-V4HQT-9VMD4-VMK7H"


@pytest.mark.parametrize(
    ("build", "key", "product"),
    [
        (10240, "WNMTR-4C88C-JK8YV-HQ7T2-76DF9", "Windows 10 Enterprise LTSB 2015"),
        (14393, "DCPHK-NFMTC-H88MJ-PFHPY-QJ4BJ", "Windows 10 Enterprise LTSB 2016"),
        (17763, "M7XTQ-FN8P6-TTKYV-9D4CC-J462D", "Windows 10 Enterprise LTSC 2019"),
        (19041, "M7XTQ-FN8P6-TTKYV-9D4CC-J462D", "Windows 10 Enterprise LTSC 2021"),
        (19044, "M7XTQ-FN8P6-TTKYV-9D4CC-J462D", "Windows 10 Enterprise LTSC 2021"),
        (26100, "M7XTQ-FN8P6-TTKYV-9D4CC-J462D", "Windows 11 Enterprise LTSC 2024"),
    ],
)
def test_long_term_releases_go_by_build_or_branch(keys: GvlkTable, build: int, key: str, product: str) -> None:
    assert chosen(keys, "EnterpriseS", build) == key
    assert keys.product_name("EnterpriseS", build) == product


@pytest.mark.parametrize("build", [10586, 15063, 18362, 18363, 22000, 22631, 99999])
def test_a_build_without_long_term_release_has_no_such_key(keys: GvlkTable, build: int) -> None:
    assert keys.key_for("EnterpriseS", build) is None


def test_iot_long_term_releases(keys: GvlkTable) -> None:
    for build in (19041, 19044, 26100):
        assert chosen(keys, "IoTEnterpriseS", build) == "KBN8V-HFGQ4-MGXVD-347P6-PDQGT"
    assert keys.key_for("IoTEnterprise", 26100) is None


@given(st.integers(10240, 40000))
def test_one_key_serves_every_general_build_of_a_client(build: int) -> None:
    keys = GvlkTable.published()
    assert chosen(keys, "Enterprise", build) == "NPPR9-FWDCX-D2C8J-H872K-2YT43"
    product = keys.product_name("Enterprise", build)
    assert product == ("Windows 11 Enterprise" if build >= 22000 else "Windows 10 Enterprise")


def test_older_clients_have_their_own_keys(keys: GvlkTable) -> None:
    assert chosen(keys, "Enterprise", 9600) == "MHF9N-XY6XB-WVXMC-BTDCT-MKKG7"
    assert keys.key_for("Enterprise", 9601) is None


@pytest.mark.parametrize(
    "edition", ["Professional", "ProfessionalWorkstation", "Education", "Enterprise", "EnterpriseS"]
)
def test_n_editions_have_other_keys(keys: GvlkTable, edition: str) -> None:
    plain, n = keys.key_for(edition, 19044), keys.key_for(f"{edition}N", 19044)
    assert plain and n and plain != n


@pytest.mark.parametrize("edition", ["ServerTurbine", "ServerTurbineCor", "ServerDatacenterAzureEdition"])
def test_azure_edition(keys: GvlkTable, edition: str) -> None:
    assert chosen(keys, edition, 20348) == "NTBV8-9K7Q8-V27C6-M2BTV-KHMXV"
    assert chosen(keys, edition, 26100) == "XGN3F-F394H-FD2MY-PP6FD-8MCRC"
    assert keys.key_for(edition, 17763) is None


@pytest.mark.parametrize(
    ("edition", "build"),
    [
        ("ServerStandard", 25398),
        ("ServerStandard", 29999),
        ("ServerStandard", 20347),
        ("ServerStandardEval", 17763),
        ("ServerDatacenterEvalCor", 20348),
        ("EnterpriseEval", 19045),
        ("EnterpriseSEval", 19044),
        ("ServerRdsh", 22631),
        ("Core", 22631),
        ("SomethingNew", 26100),
        ("Enterprise", None),
        ("Enterprise", 0),
        ("", 26100),
        (" ", 26100),
        (None, 26100),
    ],
)
def test_what_nobody_published_is_not_guessed(keys: GvlkTable, edition: str | None, build: int | None) -> None:
    assert keys.key_for(edition, build) is None
    assert keys.product_name(edition, build) is None


def test_a_known_key_is_recognised_by_its_text_and_not_by_its_end_alone(keys: GvlkTable) -> None:
    assert keys.knows(ProductKey("n69g4-b89j2-4g8f4-wwycc-j464c"))
    assert not keys.knows(ProductKey("BBBBB-CCCCC-DDDDD-FFFFF-J464C"))


def test_office_keys_are_recognised_too(keys: GvlkTable) -> None:
    assert keys.knows(ProductKey("XJ2XN-FW8RK-P4HMP-DKDBV-GCVGB"))


def test_own_rows_win_over_published_ones(keys: GvlkTable) -> None:
    own = keys.extended([{"edition_id": "ServerStandard", "product_key": OWN, "build": 17763}])
    assert chosen(own, "ServerStandardCor", 17763) == OWN
    assert chosen(own, "ServerStandard", 14393) == "WC2BQ-8NRM3-FDDYY-2BFGV-KHKQY"
    assert own.knows(ProductKey(OWN))
    assert not keys.knows(ProductKey(OWN)), "the published table must not change"


def test_an_own_row_without_build_serves_all_and_gives_way_to_one_that_names_it(keys: GvlkTable) -> None:
    own = keys.extended(
        [
            {"edition_id": "SomethingNew", "product_key": OWN, "builds": ["30000", 30001], "product": "Windows Next"},
            {"edition_id": "somethingnew", "product_key": OTHER},
        ]
    )
    assert chosen(own, "SomethingNew", 30001) == OWN
    assert chosen(own, "SomethingNew", 5) == chosen(own, "SomethingNew", None) == OTHER
    assert own.product_name("SomethingNew", 30000) == "Windows Next"


def test_of_two_own_rows_the_later_wins(keys: GvlkTable) -> None:
    row = {"edition_id": "ServerStandard", "build": 29999}
    own = keys.extended([{**row, "product_key": OWN}]).extended([{**row, "product_key": ProductKey.parse(OTHER)}])
    assert chosen(own, "ServerStandard", 29999) == OTHER


def test_an_own_row_of_a_client_serves_its_branch_and_that_of_a_server_does_not(keys: GvlkTable) -> None:
    own = keys.extended(
        [
            {"edition_id": "EnterpriseS", "product_key": Secret(OWN), "build": 19044},
            {"edition_id": "ServerStandard", "product_key": OWN, "build": 19042},
        ]
    )
    assert chosen(own, "EnterpriseS", 19041) == OWN
    assert own.key_for("ServerStandard", 19041) is None


@pytest.mark.parametrize(
    "row",
    [
        OWN,
        None,
        {},
        {"edition_id": "ServerStandard"},
        {"product_key": OWN},
        {"edition_id": " ", "product_key": OWN},
        {"edition_id": 7, "product_key": OWN},
        {"edition_id": "ServerStandard", "product_key": ""},
        {"edition_id": "ServerStandard", "product_key": OWN[:-1]},
        {"edition_id": "ServerStandard", "product_key": 5},
        {"edition_id": "ServerStandard", "product_key": OWN, "build": "vNext"},
        {"edition_id": "ServerStandard", "product_key": OWN, "build": True},
        {"edition_id": "ServerStandard", "product_key": OWN, "build": -1},
        {"edition_id": "ServerStandard", "product_key": OWN, "build": OWN},
        {"edition_id": "ServerStandard", "product_key": OWN, "builds": 17763},
        {"edition_id": "ServerStandard", "product_key": OWN, "builds": [None]},
        {"edition_id": "ServerStandard", "product_key": OWN, OWN: 1},
    ],
)
def test_a_bad_row_is_refused_by_its_number_without_its_key(keys: GvlkTable, row: t.Any) -> None:
    good = {"edition_id": "ServerStandard", "product_key": OWN}
    with pytest.raises(Refusal) as caught:
        keys.extended([good, row])
    error = caught.value
    assert error.code == "bad_gvlk_row"
    assert "Row 2" in str(error) and error.remedy
    assert "BBBBB" not in f"{error} {error.remedy} {error.__cause__}"
