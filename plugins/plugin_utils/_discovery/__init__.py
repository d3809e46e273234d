# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds the KMS hosts that domains publish in DNS, tries them, and judges what was found."""

from __future__ import annotations

from .findings import DiscoveryFinding, judge
from .lookup import DnsFailed, NoRecords, resolve, service_records
from .probing import Probe, ProbeOutcome, leads_to_itself, only_neighbours_reach, probe
from .records import SeenDomain, SeenRecord, ServiceRecord
from .search import Discovery, JudgedDomain, discover
from .settings import KMS_PORT, DnsSettings, limit_number

__all__ = [
    "KMS_PORT",
    "Discovery",
    "DiscoveryFinding",
    "DnsFailed",
    "DnsSettings",
    "JudgedDomain",
    "NoRecords",
    "Probe",
    "ProbeOutcome",
    "SeenDomain",
    "SeenRecord",
    "ServiceRecord",
    "discover",
    "judge",
    "leads_to_itself",
    "limit_number",
    "only_neighbours_reach",
    "probe",
    "resolve",
    "service_records",
]
