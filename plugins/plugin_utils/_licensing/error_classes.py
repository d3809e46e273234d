# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a failed activation of a counted key means for its count, by the code that the machine gave.

Three things have to be known, and none of them may be guessed: whether trying again makes sense, whether Microsoft has
not counted the attempt that failed, and whether every other machine with this key would fail as well.

`data/verdicts.json` has one class for each code, and marks for the questions about the count. A code that is not listed
has the class `machine` and leaves the count unknown: a service that goes down between Microsoft's answer and its own
storage can end a call with any number.
"""

from __future__ import annotations

import typing as t

from .tables import row

__all__ = [
    "KMS_COUNT_TOO_LOW",
    "NO_ACTIVATION_OBJECT",
    "Verdict",
    "blames_kms_host",
    "denies_count",
    "is_not_dispatched",
    "is_temporary",
    "is_uncounted",
    "is_wrong_confirmation",
    "may_have_counted",
    "names_failed_attempt",
    "stops_key",
    "verdict",
]

KMS_COUNT_TOO_LOW = 0xC004F038
"""What a client tells whose KMS host has not counted enough machines."""
NO_ACTIVATION_OBJECT = 0xC004F081
"""What a member of a domain tells whose forest has no activation object for it, as far as it can see."""
_ERROR = 0x80000000
"""The bit by which an HRESULT is an error."""


class Verdict(t.NamedTuple):
    """The class of a code (`retry`, `key`, `machine`, `rights` or `kms_host`) and its marks, explained in the table."""

    kind: str = "machine"
    marks: frozenset[str] = frozenset()


def verdict(hresult: int) -> Verdict:
    """Return the verdict on a code; a Win32 number has that of the HRESULT which it would be wrapped into."""
    number = hresult & 0xFFFFFFFF
    found = row("verdicts", f"0x{number:08X}") or (row("verdicts", f"0x8007{number:04X}") if number <= 0xFFFF else None)
    return Verdict(found["class"], frozenset(found["marks"])) if found else Verdict()


def is_temporary(hresult: int) -> bool:
    """Return whether the same attempt may succeed a little later, with nothing changed."""
    return verdict(hresult).kind == "retry"


def blames_kms_host(hresult: int) -> bool:
    """Return whether an activation failed because of the KMS host that was asked, so that another one may grant it."""
    return "kms_host" in verdict(hresult).marks


def may_have_counted(hresult: int) -> bool:
    """Return whether a product's own reason for being unlicensed hints at an attempt that Microsoft may have counted.

    That reason is mostly something else than the end of an attempt. Of the code of an attempt ask `is_uncounted`.
    """
    return "perhaps_counted" in verdict(hresult).marks


def names_failed_attempt(reason: int) -> bool:
    """Return whether a product's own reason for being unlicensed is how an attempt to activate it ended.

    Reasons that name the state of a licence are shown by `slmgr /dlv` regardless of how the last attempt ended.
    """
    return bool(reason & _ERROR) and "state" not in verdict(reason).marks


def is_uncounted(hresult: int) -> bool:
    """Return whether Microsoft surely did not count the attempt that ended with this code.

    Microsoft refused, or it was never reached, or the host refused before asking. It says nothing of earlier attempts.
    """
    return "uncounted" in verdict(hresult).marks


def is_not_dispatched(number: int) -> bool:
    """Return whether a SOAP fault with this number says that the method it was meant for did not begin.

    This is for faults alone: a method that itself returns such a number has run.
    """
    return "not_dispatched" in verdict(number).marks


def denies_count(hresult: int) -> bool:
    """Return whether Microsoft's refusal settles earlier attempts of this machine too.

    A key that Microsoft never activates was not counted before either. A key that is blocked or used up says nothing of
    the kind: an earlier attempt may have been the one that used it up.
    """
    return "never_counted" in verdict(hresult).marks


def stops_key(hresult: int) -> str | None:
    """Return `exhausted` or `blocked` when no machine can be activated with this key any more, else None."""
    marks = verdict(hresult).marks
    return next((mark for mark in ("exhausted", "blocked") if mark in marks), None)


def is_wrong_confirmation(hresult: int) -> bool:
    """Return whether a machine found that a confirmation ID does not belong to it."""
    return "wrong_confirmation" in verdict(hresult).marks
