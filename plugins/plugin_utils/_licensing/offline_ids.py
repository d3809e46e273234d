# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The numbers of an activation without internet: what a machine tells, and what Microsoft answers.

An installation ID has 63 digits, 54 on licensing services before Windows 8; a confirmation ID has 48. People pass them
on in groups, by telephone and on paper, so blanks and hyphens between the digits do not matter.
"""

from __future__ import annotations

import re

from .._errors import Refusal

__all__ = ["grouped", "parse_confirmation_id", "parse_extended_pid", "parse_installation_id"]

_SEPARATORS = re.compile(r"[\s\u00a0\u2010-\u2015-]+")
_EXTENDED_PID = re.compile(r"\d{5}-\d{5}-\d{3}-\d{6}-\d{2}-\d{4}-\d+\.\d{4}-\d{7}", re.ASCII)


def parse_installation_id(text: str) -> str:
    """Return the digits of an installation ID; raises Refusal (`bad_installation_id`)."""
    return _digits(
        text,
        lengths=(63, 54),
        name="installation ID",
        remedy="Take it from the machine as it is now, with mak and activate: never, or license_info.",
    )


def parse_confirmation_id(text: str) -> str:
    """Return the 48 digits of a confirmation ID; raises Refusal (`bad_confirmation_id`)."""
    return _digits(
        text,
        lengths=(48,),
        name="confirmation ID",
        remedy="Give all eight groups, A to H, of six digits each.",
    )


def parse_extended_pid(text: str) -> str:
    """Return an extended product ID, as Windows shows it in `ProductKeyID`; raises Refusal (`bad_extended_pid`)."""
    plain = text.strip()
    if _EXTENDED_PID.fullmatch(plain):
        return plain
    raise Refusal(
        "The extended product ID does not have the form of one.",
        code="bad_extended_pid",
        remedy="Take it from a machine that holds the key, with mak and activate: never.",
    )


def grouped(digits: str, size: int) -> str:
    """Return digits in groups of `size`, as they are read out and typed in."""
    return "-".join(digits[start : start + size] for start in range(0, len(digits), size))


def _digits(text: str, *, lengths: tuple[int, ...], name: str, remedy: str) -> str:
    digits = _SEPARATORS.sub("", text)
    if digits.isascii() and digits.isdigit() and len(digits) in lengths:
        return digits
    wrong = f"{len(digits)} digits" if digits.isascii() and digits.isdigit() else "something besides digits"
    expected = " or ".join(str(length) for length in lengths)
    raise Refusal(
        f"The {name} has {wrong}, where {expected} digits are expected.",
        code=f"bad_{name.lower().replace(' ', '_')}",
        cause="It was mistyped, cut off or copied with something else.",
        remedy=remedy,
    )
