# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The product name of a Windows, in English and independent of the language that is installed."""

from __future__ import annotations

import typing as t

from .editions import canonical_edition, is_evaluation, is_server_edition
from .gvlk import GvlkTable

__all__ = ["preload_names", "windows_name"]

# Build numbers of releases: Windows Server release information, and Windows 10 and Windows 11 release information
# (learn.microsoft.com). A client's later builds are feature updates of the same product, a server's are not.
_CLIENTS = ((22000, "Windows 11"), (10240, "Windows 10"), (9600, "Windows 8.1"), (9200, "Windows 8"))
_SERVERS: t.Mapping[int, str] = {
    9200: "Windows Server 2012",
    9600: "Windows Server 2012 R2",
    14393: "Windows Server 2016",
    17763: "Windows Server 2019",
    20348: "Windows Server 2022",
    25398: "Windows Server, version 23H2",
    26100: "Windows Server 2025",
}
# Editions of Windows 10 and later without a published GVLK, as GetProductInfo (sysinfoapi.h) names their SKU numbers.
_EDITIONS: t.Mapping[str, str] = {
    "Core": "Home",
    "CoreCountrySpecific": "Home China",
    "CoreN": "Home N",
    "CoreSingleLanguage": "Home Single Language",
    "IoTEnterprise": "IoT Enterprise",
    "ServerAzureStackHCICor": "Azure Stack HCI",
    "ServerRdsh": "Enterprise multi-session",
}


def preload_names() -> None:
    """Read the tables behind `windows_name`, so that processes that are forked from now on have them."""
    windows_name("ServerStandard", 0)


def windows_name(edition_id: str | None, build: int | None) -> str | None:
    """Return the product name such as `Windows Server 2022 Datacenter`, None without an edition.

    An edition or a build that is not in the tables is shown as Windows reports it.
    """
    if not edition_id or not edition_id.strip():
        return None
    edition = canonical_edition(edition_id)
    if is_evaluation(edition):
        return f"{windows_name(edition[: -len('eval')], build)} Evaluation"
    published = GvlkTable.published().product_name(edition, build)
    if published:
        return published
    if is_server_edition(edition):
        release = _SERVERS.get(build or 0)
    else:
        release = next((name for first, name in _CLIENTS if (build or 0) >= first), None)
    label = _EDITIONS.get(edition, edition)
    return f"{release} {label.removeprefix('Server')}" if release else label
