# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The product names of Windows by edition and build."""

from __future__ import annotations

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._licensing import edition_of_sku, table, windows_name


@pytest.mark.parametrize(
    ("edition", "build", "name"),
    [
        ("ServerDatacenter", 20348, "Windows Server 2022 Datacenter"),
        ("ServerStandardCore", 17763, "Windows Server 2019 Standard"),
        ("ServerStandardACor", 17763, "Windows Server, version 1809 Standard"),
        ("ServerTurbine", 26100, "Windows Server 2025 Datacenter: Azure Edition"),
        ("ServerDatacenter", 25398, "Windows Server, version 23H2 Datacenter"),
        ("Professional", 22631, "Windows 11 Pro"),
        ("Enterprise", 28000, "Windows 11 Enterprise"),
        ("EnterpriseS", 19044, "Windows 10 Enterprise LTSC 2021"),
        ("Core", 19045, "Windows 10 Home"),
        ("IoTEnterprise", 22631, "Windows 11 IoT Enterprise"),
        ("ServerRdsh", 22631, "Windows 11 Enterprise multi-session"),
        ("ServerStandardEval", 20348, "Windows Server 2022 Standard Evaluation"),
        ("EnterpriseEval", 22631, "Windows 11 Enterprise Evaluation"),
        ("ServerFuture", 30000, "ServerFuture"),
        ("EnterpriseFuture", 30000, "Windows 11 EnterpriseFuture"),
        ("Professional", None, "Professional"),
        ("", 20348, None),
        (None, None, None),
    ],
)
def test_an_edition_and_a_build_have_a_product_name(edition: str | None, build: int | None, name: str | None) -> None:
    assert windows_name(edition, build) == name


def test_every_edition_of_the_table_has_a_name() -> None:
    for row in table("editions")["skus"]:
        assert windows_name(edition_of_sku(row["sku"]), 20348)
