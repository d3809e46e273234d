# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the forecast says about its own grounds: what it had to take for granted, and what would make it surer."""

from __future__ import annotations

import typing as t

__all__ = ["CODES", "note"]

_TEXTS: t.Mapping[str, tuple[str, str | None]] = {
    "no_host_asked": (
        "No KMS host was asked, so the forecast rests on the machines alone.",
        "Read the KMS host with volume.activation.kms_host_info, and hand the result to the forecast.",
    ),
    "host_not_read": (
        "A KMS host was not read, and its count is not in the forecast.",
        "Look at what the host said, and make the forecast again.",
    ),
    "not_a_kms_host": (
        "A machine that was read as a KMS host counts nobody: it has no KMS host key.",
        "Set it up with volume.activation.kms_host, or leave it out.",
    ),
    "no_office_host": (
        "There are machines with Office, and no KMS host that was read has a KMS host key for Office.",
        "Install the volume licence pack of Office and its key on the KMS host.",
    ),
    "several_hosts": (
        "KMS hosts do not add their counts up. The count is that of the host that has most; each of the others needs"
        " the machines for itself.",
        "Make the forecast for each host alone, with the machines that ask it.",
    ),
    "clients_not_read": (
        "Who is in the count of the KMS host is not known. Machines that KMS has licensed are taken to be in it; others"
        " that have asked in vain may be in it too, and then count twice here.",
        "Read the KMS host with clients: true.",
    ),
    "clients_incomplete": (
        "The KMS host lists fewer clients than it counts, or not all of them. Machines that KMS has licensed are taken"
        " to be in the count; others that have asked in vain may be in it too, and then count twice here.",
        "Read the KMS host with a greater clients_limit and 30 clients_days, and let its event log grow larger.",
    ),
    "clones": (
        "These machines share client machine IDs. Those that share one count once.",
        "Generalise the image with sysprep, or run slmgr /rearm on all but one of them and restart them.",
    ),
    "licensed_elsewhere": (
        "KMS has licensed these machines, and the KMS host has not seen them. They count as joining.",
        "See that they ask this KMS host, and not another one.",
    ),
    "licensed_lately": (
        "KMS licensed these machines within the last 30 days, so their KMS host has counted as many as they require.",
        None,
    ),
    "not_read_taken": (
        "These machines were not read. Each is taken as a KMS client of its own, of the kind that the inventory says.",
        "Bring them back, and make the forecast again.",
    ),
    "not_read_left_out": (
        "These machines were not read and are left out, since nothing says whether they are clients or servers.",
        "Bring them back, or give each a kind, client or server.",
    ),
    "id_unknown": (
        "These machines have not told their client machine IDs. Each counts for itself, a clone too.",
        "Read them with service in the subset of volume.activation.license_info.",
    ),
    "kind_unknown": (
        "Whether these machines are clients or servers is not known. They are in the count, and in neither number.",
        "Read them with machine in the subset of volume.activation.license_info, or give each a kind.",
    ),
    "not_on_kms": (
        "Windows on these machines does not ask a KMS host: it has another key, or Active Directory licenses it.",
        None,
    ),
}

CODES = tuple(_TEXTS)
"""Every code that a note can have."""


def note(code: str, names: t.Iterable[str] = (), *, when: bool | None = None) -> t.Iterator[dict[str, t.Any]]:
    """Yield the note of a code about what is named; without `when`, if there is any."""
    named = sorted({name for name in names if name})
    if named if when is None else when:
        message, remedy = _TEXTS[code]
        yield {"code": code, "message": message, "remedy": remedy, "machines": named}
