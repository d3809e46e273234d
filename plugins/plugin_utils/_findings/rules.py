# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that is wrong with one machine by itself.

One trouble is told once, by the finding that names its root; what only follows from it is left out:

- An evaluation cannot be licensed by any key. So it is no unlicensed machine, no drift, and no lease that runs out.
- A KMS host key where it does not belong is no drift, and the machine need not be licensed with it.
- A MAK on a re-imaged machine is no drift either: the same change mends it, and this one is worse.
- A subscription is licensed as its user wants it, whatever the inventory intends, so it is no drift.
- A machine without a key is not licensed; a key of the wrong kind is what drifts.
- A restriction to Active Directory is reported beside what it leads to: it is what has to be changed first.
- Office has a finding of its own and never makes a machine unlicensed. Its leases run out like those of Windows.

A machine with the profile `none` by a rule is judged all the same; only drift, the key of an activated KMS host, and an
Office with a retail key are its own business. Where the inventory itself says `none`, findings about licences are left
out when they are gathered.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterator
from datetime import date

from .activation_type import ad_without_object
from .kms_hosts import kms_host_differs, product_settings_override
from .licences import clock_skew, evaluation_edition, lease_expiring, not_licensed, subscription
from .product_keys import host_key_on_client, mak_on_reimaged, office_unmanaged, profile_drift
from .record import AuditSettings, Finding, Record

__all__ = ["judged"]

Rule = Callable[[Record, AuditSettings, date], Iterator[Finding]]

_RULES: t.Mapping[str, Rule] = {
    "clock_skew": clock_skew,
    "evaluation_edition": evaluation_edition,
    "host_key_on_client": host_key_on_client,
    "mak_on_reimaged": mak_on_reimaged,
    "subscription": subscription,
    "not_licensed": not_licensed,
    "ad_without_object": ad_without_object,
    "lease_expiring": lease_expiring,
    "profile_drift": profile_drift,
    "kms_host_differs": kms_host_differs,
    "product_settings_override": product_settings_override,
    "office_unmanaged": office_unmanaged,
}
_LEFT_UNREAD = frozenset({"controller_limit", "login_given_up", "reader_lost"})
"""Codes of hosts that the audit itself did not read: neither they nor the network are to blame."""
_EXCLUDES: t.Mapping[str, frozenset[str]] = {
    "evaluation_edition": frozenset({"not_licensed", "profile_drift"}),
    "host_key_on_client": frozenset({"not_licensed", "profile_drift"}),
    "mak_on_reimaged": frozenset({"profile_drift"}),
    "subscription": frozenset({"profile_drift"}),
}
"""Which findings tell of the same trouble as the one that names its root."""


def judged(record: Record, settings: AuditSettings, today: date) -> list[Finding]:
    """Return what is wrong with a machine; one that was not read tells of nothing else."""
    if record.state is None:
        error = record.error
        code = "audit_incomplete" if error["code"] in _LEFT_UNREAD else "unreachable"
        return [Finding(code, error["message"], error["code"], error["cause"], error["remedy"])]
    found = {code: list(rule(record, settings, today)) for code, rule in _RULES.items()}
    silent = frozenset().union(*(_EXCLUDES.get(code, frozenset()) for code, hits in found.items() if hits))
    return [hit for code, hits in found.items() if code not in silent for hit in hits]
