# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a machine itself tells: the `license` of license_info, as far as the decision goes."""

from __future__ import annotations

import dataclasses
import typing as t

from .._licensing import KMS_COUNT_TOO_LOW, NO_ACTIVATION_OBJECT, GvlkTable, is_evaluation, is_lifted, is_server_edition
from .values import mapping, number, sequence, text, truth
from .vocabulary import FACTS

__all__ = ["MachineFacts", "system_of"]

_ANSWERED = frozenset(f"0x{code:08X}" for code in (KMS_COUNT_TOO_LOW, 0xC004F041, 0xC004F042, 0xC004F06C))
"""What the last attempt ends with when a KMS host was reached and refused."""
_NO_OBJECT = f"0x{NO_ACTIVATION_OBJECT:08X}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class MachineFacts:
    """The facts of a machine that was read, None for each that it does not tell.

    `family` is the edition of its key, and `has_lease` says that KMS licenses it now.
    """

    domain: str | None = None
    domain_member: bool | None = None
    edition: str | None = None
    family: str | None = None
    build: int | None = None
    channel: str | None = None
    is_kms_host: bool | None = None
    forest_object: bool | None = None
    kms_reachable: bool | None = None
    has_lease: bool = False

    @classmethod
    def of(cls, license: t.Any) -> MachineFacts:
        """Return what a `license` tells, in whatever state it is; of one that was not read nothing."""
        read = mapping(license)
        machine, service = mapping(read.get("machine")), mapping(read.get("service"))
        primary = _primary(read)
        by, reason = _licensed_by(primary), mapping(primary.get("reason")).get("code")
        failed = mapping(primary.get("last_attempt")).get("code")
        domain, channel = text(read.get("domain")), FACTS["channel"].read(primary.get("channel"))
        return cls(
            domain=domain,
            domain_member=(domain is not None) if "domain" in read else None,
            edition=text(machine.get("edition")) or text(primary.get("family")),
            family=text(primary.get("family")),
            build=_whole(machine.get("build")),
            channel=channel,
            # One that is not activated yet does not count as a host to Windows, and has the key all the same.
            is_kms_host=True if channel == "kms_host" else truth(service.get("is_kms_host")),
            forest_object=True if by == "ad" else False if _NO_OBJECT in (reason, failed) else None,
            kms_reachable=True if by == "kms" or failed in _ANSWERED else None,
            has_lease=by == "kms",
        )

    @property
    def evaluation(self) -> bool | None:
        """Whether it is an evaluation installation."""
        if self.channel == "evaluation":
            return True
        return None if self.edition is None else is_evaluation(self.edition)

    @property
    def subscription(self) -> bool | None:
        """Whether a subscription licenses it, or has lifted it above the edition of its key."""
        if self.channel == "subscription":
            return True
        return None if self.family is None or self.edition is None else is_lifted(self.family, self.edition)

    @property
    def generic_key(self) -> bool | None:
        """Whether there is a generic key for its edition; one that is there proves that there is."""
        if self.channel == "kms_client":
            return True
        if self.edition is None or self.build is None:
            return None
        return GvlkTable.published().key_for(self.edition, self.build) is not None

    @property
    def system(self) -> str | None:
        """Whether its Windows is a client or a server to KMS."""
        return system_of(self.edition)


def system_of(edition: str | None) -> str | None:
    """Return `client` or `server` for an EditionID, None without one."""
    if not edition:
        return None
    return "server" if is_server_edition(edition) else "client"


def _primary(license: t.Mapping[str, t.Any]) -> t.Mapping[str, t.Any]:
    products = (mapping(product) for product in sequence(license.get("products")))
    return next((product for product in products if product.get("is_primary") is True), {})


def _licensed_by(product: t.Mapping[str, t.Any]) -> str | None:
    """Return which way a volume client has got the licence that it has now."""
    if product.get("status") != "licensed" or product.get("channel") != "kms_client":
        return None
    return text(product.get("activated_by"))


def _whole(value: t.Any) -> int | None:
    found = number(value)
    return int(found) if found is not None else None
