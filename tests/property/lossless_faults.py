# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes of a licence that meet a fault of the wire or of the host, or two failures at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from .lossless_host import Desk, Row
from .lossless_matrix import CONDITIONS, STARTS, TARGETS, Case, Verdict, applies, described, judged_in

FAULTS: Mapping[str, tuple[str, Row]] = {
    "install refused": ("InstallProductKey", {"do": "hresult", "code": "0xC004F069"}),
    "install lost": ("InstallProductKey", {"do": "drop_before"}),
    "install unanswered": ("InstallProductKey", {"do": "drop_after"}),
    "install times out": ("InstallProductKey", {"do": "timeout_after"}),
    "activation denied": ("Activate", {"do": "access_denied"}),
    "activation lost": ("Activate", {"do": "drop_before"}),
    "activation unanswered": ("Activate", {"do": "drop_after"}),
    "activation times out": ("Activate", {"do": "timeout_before"}),
    "activation fails": ("Activate", {"do": "hresult", "code": "0x8000FFFF"}),
    "refresh fails": ("RefreshLicenseStatus", {"do": "hresult", "code": "0x8000FFFF"}),
}
"""By name what a host or the wire does once."""

WAY_BACK = {"KMS": "KMS host silent", "AD": "object missing"}
"""What keeps a host from the licence that it had."""


def faulted(desk: Desk) -> Iterator[Verdict]:
    """Yield what becomes of every change that meets one of the faults."""
    for start in STARTS:
        for target in TARGETS:
            for name, (method, rule) in FAULTS.items():
                case = Case(start, target, name, opt_in=start not in ("KMS", "AD", "unlicensed"))
                description = described(case)
                if target == "MAK proxy" and method == "Activate":
                    method = "DepositOfflineConfirmationId"
                description["machines"]["host"]["faults"] = [{"on": method, "times": 1, **rule}]
                yield judged_in(desk.world(description), case)


def without_way_back(desk: Desk) -> Iterator[Verdict]:
    """Yield what becomes of every change that fails while the licence before cannot be had either."""
    for start, closed in WAY_BACK.items():
        for target in TARGETS:
            for condition in CONDITIONS:
                case = Case(start, target, condition, opt_in=False)
                if applies(case) and condition not in ("all well", closed) and target != start:
                    description = described(case)
                    CONDITIONS[condition](description, target)
                    CONDITIONS[closed](description, target)
                    case = dataclasses.replace(case, condition=f"{condition}, {closed}")
                    yield judged_in(desk.world(description), case)
