# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Editions by SKU number and by their many spellings."""

from __future__ import annotations

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    canonical_edition,
    edition_of_sku,
    is_evaluation,
    is_server_edition,
    table,
)


@pytest.mark.parametrize("row", table("editions")["skus"], ids=lambda row: row["name"])
def test_every_sku_row_is_well_formed(row: dict[str, object]) -> None:
    assert set(row) <= {"sku", "edition_id", "name", "source", "core", "edition_id_confidence"}
    assert isinstance(row["sku"], int)
    assert set(row["source"]) <= set(table("editions")["sources"])  # type: ignore[call-overload]
    assert edition_of_sku(row["sku"]) == row["edition_id"]


def test_no_sku_is_listed_twice() -> None:
    numbers = [row["sku"] for row in table("editions")["skus"]]
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("field", ["operating_system_sku", "sku_core"])
def test_the_sku_table_agrees_with_the_key_table(field: str) -> None:
    for row in table("gvlk")["gvlk"]:
        if row.get(field) is not None:
            assert edition_of_sku(row[field]) == row["edition_id"]


@pytest.mark.parametrize(
    ("sku", "edition"),
    [
        (4, "Enterprise"),
        (12, "ServerDatacenter"),
        (13, "ServerStandard"),
        (72, "EnterpriseEval"),
        (79, "ServerStandardEval"),
        (80, "ServerDatacenterEval"),
        (145, "ServerDatacenterACor"),
        (159, "ServerDatacenterEval"),
        (407, "ServerTurbine"),
        (408, "ServerTurbine"),
        (99999, None),
        (None, None),
    ],
)
def test_skus_that_matter(sku: int | None, edition: str | None) -> None:
    assert edition_of_sku(sku) == edition


@pytest.mark.parametrize(
    ("spelled", "canonical"),
    [
        ("ServerStandard", "ServerStandard"),
        ("serverstandard", "ServerStandard"),
        (" ServerStandardCor ", "ServerStandard"),
        ("ServerStandardCore", "ServerStandard"),
        ("SERVERDATACENTERCORE", "ServerDatacenter"),
        ("ServerStandardACor", "ServerStandardACor"),
        ("SERVERDATACENTERACOR", "ServerDatacenterACor"),
        ("ServerDatacenterACorCore", "ServerDatacenterACor"),
        ("ServerDatacenterWSCor", "ServerDatacenter"),
        ("ServerDatacenterEvalCor", "ServerDatacenterEval"),
        ("ServerStandardCoreEval", "ServerStandardEval"),
        ("ServerTurbineCor", "ServerTurbine"),
        ("ServerDatacenterAzureEdition", "ServerTurbine"),
        ("ServerDatacenterAzureEditionCore", "ServerTurbine"),
        ("Core", "Core"),
        ("CoreN", "CoreN"),
        ("IoTCore", "IoTCore"),
        ("EnterpriseSN", "EnterpriseSN"),
        ("SomethingNew", "SomethingNew"),
    ],
)
def test_spellings_lead_to_one_name(spelled: str, canonical: str) -> None:
    assert canonical_edition(spelled) == canonical
    assert canonical_edition(canonical) == canonical


@pytest.mark.parametrize(
    "edition",
    ["EnterpriseEval", "EnterpriseSNEval", "ServerStandardEval", "ServerDatacenterEvalCor", "ServerStandardEvalCore"],
)
def test_evaluation_editions(edition: str) -> None:
    assert is_evaluation(edition)
    assert is_evaluation(edition.lower())


@pytest.mark.parametrize("edition", [None, "", "Enterprise", "ServerStandard", "ServerStandardCor", "Evaluator"])
def test_editions_that_are_no_evaluation(edition: str | None) -> None:
    assert not is_evaluation(edition)


@pytest.mark.parametrize(
    ("edition", "expected"),
    [
        ("ServerStandard", True),
        ("serverdatacentercor", True),
        ("ServerRdsh", False),
        ("Enterprise", False),
        (None, False),
    ],
)
def test_servers_to_kms(edition: str | None, expected: bool) -> None:
    assert is_server_edition(edition) is expected
