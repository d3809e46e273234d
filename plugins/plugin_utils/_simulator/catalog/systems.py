# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which Windows there is: one table of releases and editions, and the friendly names that come out of it.

An edition is named `<release>_<edition>`: `server_2022_datacenter`, `windows_10_pro_n`, `windows_10_ltsc_2021`. The
numbers are PRODUCT_* of winnt.h, the identifiers what `EditionID` and `LicenseFamily` hold.
"""

from __future__ import annotations

import functools
import typing as t
from dataclasses import dataclass

__all__ = ["System", "find_system", "known_systems", "system_from_parts"]


@dataclass(frozen=True)
class System:
    """One edition of one release, as it says who it is."""

    name: str
    edition_id: str
    sku: int
    build: int
    caption: str
    line: str
    """The product line a KMS host key covers, e.g. `server_2022` or `windows_10`."""
    is_server: bool
    is_evaluation: bool = False

    @property
    def kernel(self) -> str:
        """The kernel version, e.g. `10.0`."""
        return {9200: "6.2", 9600: "6.3"}.get(self.build, "10.0")

    @property
    def version(self) -> str:
        """What `Win32_OperatingSystem.Version` says."""
        return f"{self.kernel}.{self.build}"


@dataclass(frozen=True)
class _Edition:
    suffix: str
    edition_id: str
    sku: int
    caption: str


_SERVER = (
    _Edition("standard", "ServerStandard", 7, "Standard"),
    _Edition("datacenter", "ServerDatacenter", 8, "Datacenter"),
    _Edition("standard_eval", "ServerStandardEval", 79, "Standard Evaluation"),
    _Edition("datacenter_eval", "ServerDatacenterEval", 80, "Datacenter Evaluation"),
)
_ESSENTIALS = _Edition("essentials", "ServerSolution", 50, "Essentials")
_AZURE = _Edition("datacenter_azure", "ServerTurbine", 407, "Datacenter Azure Edition")
_SAC_DATACENTER = _Edition("datacenter_sac", "ServerDatacenterACor", 145, "Datacenter")
_SAC = (_Edition("standard_sac", "ServerStandardACor", 146, "Standard"), _SAC_DATACENTER)

_CLIENT_2013 = (
    _Edition("home", "Core", 101, ""),
    _Edition("pro", "Professional", 48, "Pro"),
    _Edition("pro_n", "ProfessionalN", 49, "Pro N"),
    _Edition("enterprise", "Enterprise", 4, "Enterprise"),
    _Edition("enterprise_n", "EnterpriseN", 27, "Enterprise N"),
    _Edition("enterprise_eval", "EnterpriseEval", 72, "Enterprise Evaluation"),
)
_CLIENT = (
    _Edition("home", "Core", 101, "Home"),
    _Edition("home_n", "CoreN", 98, "Home N"),
    *_CLIENT_2013[1:],
    _Edition("pro_workstation", "ProfessionalWorkstation", 161, "Pro for Workstations"),
    _Edition("pro_workstation_n", "ProfessionalWorkstationN", 162, "Pro N for Workstations"),
    _Edition("pro_education", "ProfessionalEducation", 164, "Pro Education"),
    _Edition("pro_education_n", "ProfessionalEducationN", 165, "Pro Education N"),
    _Edition("education", "Education", 121, "Education"),
    _Edition("education_n", "EducationN", 122, "Education N"),
    _Edition("enterprise_g", "EnterpriseG", 171, "Enterprise G"),
    _Edition("enterprise_g_n", "EnterpriseGN", 172, "Enterprise G N"),
    _Edition("multi_session", "ServerRdsh", 175, "Enterprise multi-session"),
    _Edition("iot_enterprise", "IoTEnterprise", 188, "IoT Enterprise"),
)
_LTSC = (
    _Edition("", "EnterpriseS", 125, "Enterprise {channel}"),
    _Edition("n", "EnterpriseSN", 126, "Enterprise N {channel}"),
    _Edition("eval", "EnterpriseSEval", 129, "Enterprise {channel} Evaluation"),
    _Edition("iot", "IoTEnterpriseS", 191, "IoT Enterprise {channel}"),
)

# release name: build, caption, editions. The first of a line that shares its build is the one an explicit
# `edition_id` and `build` find, but EditionID differs wherever a build is shared (2019 and version 1809).
_RELEASES: dict[str, tuple[int, str, tuple[_Edition, ...]]] = {
    "server_2012": (9200, "Windows Server 2012", (*_SERVER, _ESSENTIALS)),
    "server_2012_r2": (9600, "Windows Server 2012 R2", (*_SERVER, _ESSENTIALS)),
    "server_2016": (14393, "Windows Server 2016", (*_SERVER, _ESSENTIALS)),
    "server_1709": (16299, "Windows Server", _SAC),
    "server_1803": (17134, "Windows Server", _SAC),
    "server_2019": (17763, "Windows Server 2019", (*_SERVER, _ESSENTIALS)),
    "server_1809": (17763, "Windows Server", _SAC),
    "server_1903": (18362, "Windows Server", _SAC),
    "server_1909": (18363, "Windows Server", _SAC),
    "server_2004": (19041, "Windows Server", _SAC),
    "server_20h2": (19042, "Windows Server", _SAC),
    "server_2022": (20348, "Windows Server 2022", (*_SERVER, _AZURE)),
    "server_23h2": (25398, "Windows Server", (_SAC_DATACENTER,)),
    "server_2025": (26100, "Windows Server 2025", (*_SERVER, _AZURE)),
    "windows_8_1": (9600, "Windows 8.1", _CLIENT_2013),
    "windows_10": (19045, "Windows 10", _CLIENT),
    "windows_11": (26100, "Windows 11", _CLIENT),
    "windows_10_ltsb_2016": (14393, "Windows 10", _LTSC),
    "windows_10_ltsc_2019": (17763, "Windows 10", _LTSC),
    "windows_10_ltsc_2021": (19044, "Windows 10", _LTSC),
    "windows_11_ltsc_2024": (26100, "Windows 11", _LTSC),
}


def _line(release: str) -> str:
    """Return the KMS product line: a long-term client release belongs to its Windows."""
    for client in ("windows_10", "windows_11"):
        if release.startswith(client):
            return client
    return release


def _caption(release: str, base: str, edition: _Edition) -> str:
    channel = " ".join(release.split("_")[2:]).upper()  # "LTSC 2021"
    return f"Microsoft {base} {edition.caption.format(channel=channel)}".strip()


def _system(release: str, edition: _Edition) -> System:
    build, base, _editions = _RELEASES[release]
    return System(
        name=f"{release}_{edition.suffix}".rstrip("_"),
        edition_id=edition.edition_id,
        sku=edition.sku,
        build=build,
        caption=_caption(release, base, edition),
        line=_line(release),
        is_server=release.startswith("server"),
        is_evaluation=edition.edition_id.endswith("Eval"),
    )


@functools.lru_cache(maxsize=1)
def known_systems() -> t.Mapping[str, System]:
    """Return every system by its friendly name."""
    systems = (_system(release, edition) for release, row in _RELEASES.items() for edition in row[2])
    return {system.name: system for system in systems}


def find_system(name: str, build: int | None = None) -> System | None:
    """Return the system of that friendly name, on another build of its release where one is given."""
    system = known_systems().get(name)
    if system is None or build is None or build == system.build:
        return system
    return System(**{**vars(system), "build": build})


def system_from_parts(edition_id: str, build: int, sku: int | None, caption: str | None) -> System | None:
    """Return a system from what it says of itself; None when the SKU number has to be told too."""
    known = [system for system in known_systems().values() if system.edition_id.lower() == edition_id.lower()]
    model = next((system for system in known if system.build == build), None) or (known[0] if known else None)
    number = sku if sku is not None else (model.sku if model else None)
    if number is None:
        return None
    is_server = model.is_server if model else edition_id.lower().startswith("server")
    same_build = [
        system for system in known_systems().values() if (system.build, system.is_server) == (build, is_server)
    ]
    line = same_build[0].line if same_build else f"{'server' if is_server else 'windows'}_{build}"
    return System(
        name=f"{edition_id}_{build}",
        edition_id=model.edition_id if model else edition_id,
        sku=number,
        build=build,
        caption=caption or (model.caption if model and model.build == build else f"Microsoft Windows {edition_id}"),
        line=line,
        is_server=is_server,
        is_evaluation=edition_id.lower().endswith("eval"),
    )
