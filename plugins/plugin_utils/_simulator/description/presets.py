# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ready fleets: the mixed one that the demonstration runs on, and any number of ordinary machines for measurements."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

__all__ = ["PRESETS", "Preset"]

Description = dict[str, t.Any]

_DEFAULT_COUNT = 10


@dataclass(frozen=True)
class Preset:
    """A ready description; `make` gets the number of machines where it takes one."""

    make: t.Callable[[int | None], Description]
    takes_count: bool = False


def _demo(_count: int | None) -> Description:
    return {"machines": _demo_machines(), "world": {}}


_SEALED = {"scheme": "http", "transport": "ntlm"}
"""Plain http with sealed messages, as many machines have it; the others are reached over https."""


def _demo_machines() -> Description:
    """Return the servers, then the clients, then everyone with a story of its own."""
    return {
        "fs-2012r2": {"system": "server_2012_r2_standard", "status": "oob_grace", "grace_days": 12},
        "app-2016": {"system": "server_2016_datacenter"},
        "sql-2019": {"system": "server_2019_standard", "kms_host": "kms.corp.example", "status": "licensed"},
        "edge-1809-sac": {"system": "server_1809_standard_sac"},
        "web-2022": {"system": "server_2022_datacenter", "channel": "none", "connection": "psrp"},
        "azure-2022": {"system": "server_2022_datacenter_azure"},
        "dc-2025": {"system": "server_2025_standard", "lookup_domain": "corp.example", **_SEALED},
        "desk-w10": {"system": "windows_10_enterprise", "status": "licensed"},
        "desk-w11": {"system": "windows_11_pro", "connection": "psrp", **_SEALED},
        "school-w11-n": {"system": "windows_11_education_n"},
        "kiosk-w10-n": {"system": "windows_10_pro_n", "status": "notification"},
        "lab-ltsc-2019": {"system": "windows_10_ltsc_2019"},
        "cnc-ltsc-2021": {"system": "windows_10_ltsc_2021", "status": "licensed", "kms_port": 1689},
        "berlin-w11": {"system": "windows_11_enterprise", "language": "de-DE", "utc_offset": "+01:00"},
        "osaka-2022": {"system": "server_2022_standard", "language": "ja-JP", "utc_offset": "+09:00"},
        **_demo_stories(),
    }


def _demo_stories() -> Description:
    return {
        # Activated with a MAK, and meant to come back to KMS.
        "lab-mak": {
            "system": "windows_10_enterprise",
            "channel": "mak",
            "vars": {"kms_default_replace_licensed": True},
        },
        # Activated with a retail key, and nobody said that it should change.
        "retail-w11": {"system": "windows_11_pro", "channel": "retail"},
        # Pointed at a KMS host that was switched off long ago.
        "deadkms-2019": {
            "system": "server_2019_datacenter",
            "kms_host": "old-kms.corp.example",
            "status": "oot_grace",
            "grace_days": 4,
        },
        "lease-w10": {"system": "windows_10_enterprise", "status": "licensed", "lease_days": 3},
        "eval-2022": {"system": "server_2022_standard_eval", "lease_days": 40},
        "office-esu": {
            "system": "windows_10_pro",
            "office": ["office_2021"],
            "addons": [{"addon": "esu_windows_10_year_1", "status": "licensed"}],
        },
        # Does what it is told once and loses the connection before it can say so.
        "flaky-2025": {
            "system": "server_2025_datacenter",
            "faults": [{"on": "Activate", "do": "drop_after", "times": 1}],
        },
    }


_ORDINARY: tuple[Description, ...] = (
    {"system": "server_2022_standard"},
    {"system": "windows_11_enterprise"},
    {"system": "server_2019_standard", "status": "licensed"},
    {"system": "windows_10_enterprise", "status": "notification"},
    {"system": "server_2016_datacenter"},
    {"system": "windows_11_pro", "status": "licensed", "lease_days": 90},
    {"system": "server_2025_datacenter"},
    {"system": "windows_10_ltsc_2021", "channel": "none"},
    {"system": "server_2012_r2_standard", "status": "oob_grace"},
    {"system": "windows_11_education"},
)


def _kms_mixed(count: int | None) -> Description:
    wanted = count or _DEFAULT_COUNT
    machines = {f"host-{index + 1:04d}": _ORDINARY[index % len(_ORDINARY)] for index in range(wanted)}
    return {"machines": machines, "world": {}}


PRESETS: t.Mapping[str, Preset] = {"demo": Preset(_demo), "kms_mixed": Preset(_kms_mixed, takes_count=True)}
"""The ready fleets by name."""
