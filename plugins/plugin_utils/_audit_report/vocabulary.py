# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The words of an audit: in which order they stand, and how they are said to people."""

from __future__ import annotations

import typing as t

__all__ = ["CODES", "METHODS", "PROFILES", "SEVERITIES", "STATUSES", "ordered", "plain", "worst"]

SEVERITIES = ("critical", "warning", "info")

STATUSES: t.Mapping[str, tuple[str, str]] = {
    "licensed": ("licensed", "Windows is activated."),
    "extended_grace": ("extended grace", "Windows is activated, and its lease is prolonged."),
    "oob_grace": ("initial grace", "Windows was set up lately and is not activated yet."),
    "oot_grace": ("grace after a change", "The lease has run out or the hardware has changed; Windows still works."),
    "non_genuine_grace": ("non-genuine grace", "Windows did not pass a check, and still works."),
    "notification": ("notification", "Windows is not activated, and tells its users so."),
    "unlicensed": ("unlicensed", "Windows has a key and is not activated."),
    "no_key": ("no key", "Windows has no key."),
    "unreachable": ("unreachable", "The machine was not read, so nothing is known."),
    "unknown": ("unknown", "Windows gave a number that is not known."),
}
"""By status its label, and what it means."""

METHODS: t.Mapping[str, tuple[str, str]] = {
    "kms": ("KMS", "A lease from a KMS host, for 180 days and renewed every week."),
    "ad": ("Active Directory", "A lease from an activation object of the forest, for 180 days and renewed every week."),
    "mak": ("MAK", "A multiple activation key, without an end; each activation is spent for good."),
    "avma": ("AVMA", "Activated by the virtualisation host."),
    "kms_host": ("KMS host", "The machine serves others, by a KMS host key of its own."),
    "subscription": ("subscription", "Licensed by the subscription of a user."),
    "retail": ("retail", "A key that was bought for one machine."),
    "oem": ("OEM", "A key that came with the hardware."),
    "evaluation": ("evaluation", "An evaluation edition, which ends for good."),
    "token": ("token", "A certificate or a smart card."),
    "none": ("no key", "Nothing is set."),
    "unknown": ("unknown", "The machine was not read, or its key is of a kind that is not known."),
}
"""By method its label, and what it means."""

PROFILES: t.Mapping[str, str] = {
    "kms_default": "KMS",
    "adba_default": "Active Directory",
    "mak_exception": "MAK",
    "none": "left alone",
    "unset": "not said",
}

CODES: t.Mapping[str, str] = {
    "audit_incomplete": "critical",
    "host_key_on_client": "critical",
    "not_licensed": "critical",
    "clock_skew": "critical",
    "mak_on_reimaged": "critical",
    "ad_without_object": "warning",
    "below_threshold": "warning",
    "duplicate_client_machine_id": "warning",
    "evaluation_edition": "warning",
    "kms_host_differs": "warning",
    "lease_expiring": "warning",
    "mak_share": "warning",
    "office_unmanaged": "warning",
    "product_settings_override": "warning",
    "profile_drift": "warning",
    "unreachable": "warning",
    "subscription": "info",
}
"""The codes that a monitor is told of also when there is nothing to find, with their severity."""


def ordered(found: t.Iterable[str], known: t.Iterable[str]) -> list[str]:
    """Return the words that were found, the known ones first and in their order."""
    given, order = set(found), list(known)
    return [word for word in order if word in given] + sorted(given - set(order))


def plain(word: str, known: t.Mapping[str, t.Any] | None = None) -> str:
    """Return how a word is said; one that nobody has foreseen is said as it is."""
    said = (known or {}).get(word)
    if said is None:
        return word.replace("_", " ")
    return str(said[0] if isinstance(said, tuple) else said)


def worst(severities: t.Iterable[str]) -> str | None:
    """Return the worst of some severities, None of none."""
    given = set(severities)
    return next((severity for severity in SEVERITIES if severity in given), None)
