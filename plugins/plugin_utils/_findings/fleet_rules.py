# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with the fleet as a whole, where no machine is wrong by itself."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping

from .._profiles import MakShare
from .kms_demand import KINDS, KmsDemand
from .record import Finding

__all__ = ["below_threshold", "duplicates", "mak_share"]

Forecast = Mapping[str, t.Any]
Named = tuple[str, Finding]


def mak_share(share: MakShare, names: t.Iterable[str]) -> Iterator[Named]:
    """Yield the machines on a MAK when they are too large a share of those whose method is known."""
    if share.exceeded:
        for name in names:
            yield name, Finding("mak_share", "on a MAK")


def duplicates(forecast: Forecast) -> Iterator[Named]:
    """Yield who shares a client machine ID with another machine that asks KMS.

    Only who asks a KMS host is counted by it. On a machine with a MAK, or licensed by Active Directory, the ID of its
    image harms nobody, and images are made that way on purpose.
    """
    for found in forecast["duplicates"]:
        client_id, names = found["client_machine_id"], found["machines"]
        for name in names:
            yield name, Finding("duplicate_client_machine_id", f"one of {len(names)} with this ID", client_id)


def below_threshold(forecast: Forecast, askers: Mapping[str, KmsDemand]) -> Iterator[Named]:
    """Yield who is concerned when KMS has too few machines, and will have when all that are here have asked.

    Nothing is concluded from what nobody has said. Where no KMS host has told its count, only machines are concerned
    that were told themselves that it is too low. The same holds where KMS has just licensed another machine of the
    kind: some host has enough, and which machine asks which host is not known. A host that has enough for clients has
    enough for servers, since it counts both in one.
    """
    for kind, (count, part) in KINDS.items():
        told, now = forecast[count], forecast[count]["count_now"]
        outlook = told[part] if part else told
        found = askers[kind]
        granted = found.is_granted or (kind == "windows_server" and askers["windows_client"].is_granted)
        certain = now is not None and not granted
        # Without a count, a lease of another machine shows that some host has enough, and not that this one's has.
        expected = told["joining"] if now is None else told["count_expected"]
        concerned = () if expected >= outlook["required"] else found.names if certain else found.complaining
        for name in concerned:
            counted = "no KMS host has told its count" if now is None else f"the KMS host counts {now}"
            text = f"{counted}, {outlook['required']} are needed, and with all machines here it will be {expected}"
            yield name, Finding("below_threshold", text, kind)
