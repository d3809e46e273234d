# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a failed activation of a counted key means for its count, by the code that the machine gave.

Three things have to be known, and none of them may be guessed: whether trying again makes sense, whether Microsoft may
have counted the attempt although it failed, and whether every other machine with this key would fail as well. The codes
and their meanings are those of slerror.h and wininet.h; see `data/errors.json` for each one's source.
"""

from __future__ import annotations

__all__ = [
    "KMS_COUNT_TOO_LOW",
    "NO_ACTIVATION_OBJECT",
    "blames_kms_host",
    "denies_count",
    "is_temporary",
    "is_wrong_confirmation",
    "may_have_counted",
    "stops_key",
]

KMS_COUNT_TOO_LOW = 0xC004F038
"""What a client tells whose KMS host has not counted enough machines."""
NO_ACTIVATION_OBJECT = 0xC004F081
"""What a member of a domain tells whose forest has no activation object for it, as far as it can see."""

_NEVER_REACHED = frozenset(
    {
        0x80072EE7,  # the name could not be resolved
        0x80072EFD,  # no connection
        0x8004FE33,  # an outbound proxy wants to know who asks
    }
)
_REACHED_PERHAPS = frozenset(
    {
        0x80072EE2,  # no answer in time
        0x80072EFE,  # the connection ended
        0x80072EFF,  # the connection was reset
        0xC004B007,  # the activation server could not be talked to
        0xC004C00C,  # the activation server failed
        0xC004C012,  # its network failed
        0xC004C013,  # its database failed
        0xC004C015,  # it had no answer
        0xC004FC03,  # a network problem, not said which
    }
)
_KMS_HOST = frozenset(
    {
        0x800706BA,  # its RPC server is not there
        0x8007232A,  # the DNS server failed
        0x8007232B,  # its name, or the domain's record, does not exist
        0x8007251D,  # DNS has no such record
        0x80072EE7,  # its name could not be resolved
        KMS_COUNT_TOO_LOW,
        0xC004F039,  # its KMS is switched off
        0xC004F041,  # it is not activated itself
        0xC004F042,  # it does not serve this product
        0xC004F06C,  # its clock and the machine's are too far apart
        0xC004F074,  # it could not be reached
    }
)
_EXHAUSTED = frozenset({0xC004C020, 0xC004C021, 0x803FA07F, 0x803FA080})
_BLOCKED = frozenset({0xC004C003, 0xC004F051})
_WRONG_CONFIRMATION = frozenset(
    {
        0xC004F02C,  # it has not the form of one
        0xC004F02D,  # its version is wrong
        0xC004F02F,  # its length is wrong
        0xC004F031,  # it belongs to another installation ID
        0xC004F04D,  # its digits, or those of the installation ID, are wrong
        0xC004F07E,  # it belongs to another key
    }
)


def is_temporary(hresult: int) -> bool:
    """Tell whether the same attempt may succeed a little later, with nothing changed."""
    return hresult in _REACHED_PERHAPS | _NEVER_REACHED - {0x8004FE33}


def blames_kms_host(hresult: int) -> bool:
    """Tell whether an activation failed for the KMS host that was asked, so that another one may grant it."""
    return hresult in _KMS_HOST


def may_have_counted(hresult: int) -> bool:
    """Tell whether Microsoft may have counted an attempt that ended like this."""
    return hresult in _REACHED_PERHAPS


def denies_count(hresult: int) -> bool:
    """Tell whether it was Microsoft itself that refused, which settles earlier attempts of this machine too.

    A machine's activation that was counted once is granted again, so one that is refused never was counted. A key that
    is blocked or used up says nothing of the kind: an earlier attempt may have been the one that used it up.
    """
    return hresult & 0xFFFFF000 == 0xC004C000 and not is_temporary(hresult) and stops_key(hresult) is None


def stops_key(hresult: int) -> str | None:
    """Return `exhausted` or `blocked` when no machine can be activated with this key any more, else None."""
    if hresult in _EXHAUSTED:
        return "exhausted"
    return "blocked" if hresult in _BLOCKED else None


def is_wrong_confirmation(hresult: int) -> bool:
    """Tell whether a machine found that a confirmation ID is none of its own."""
    return hresult in _WRONG_CONFIRMATION
