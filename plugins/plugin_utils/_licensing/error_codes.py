# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an error number means, why it comes, and what to do about it.

Numbers arrive in every spelling: unsigned from WS-Man, signed from PowerShell's habits, hexadecimal inside texts. They
are looked up as a remote caller meets them: a code that both the transport and the licensing service use is explained
for the transport. Codes that no table holds still get an answer, by the range they are in.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .tables import row, row_with, table

__all__ = ["Explanation", "explain", "parse_code"]

_HEX = re.compile(r"(?:0x|&h)(?:f{8}(?=[89a-f]))?([0-9a-f]{1,8})|((?=.*[a-f])[0-9a-f]{8})", re.IGNORECASE)
"""What begins with 0x may be extended to 64 bits, as some 64-bit programs print it."""
_DECIMAL = re.compile(r"[+-]?[0-9]{1,10}")
_AS_FOR = re.compile(r"As for (0x[0-9A-F]{8})")
_UNKNOWN_REMEDY = (
    "Look the code up with `slui.exe 0x2a {code}` on a Windows desktop, and read the Application log of the target."
)


@dataclasses.dataclass(frozen=True)
class Explanation:
    """A code (`0xC004F074`), its symbolic name if it has one, and three texts made of whole sentences.

    `known` is false when the texts were made from the code's range alone.
    """

    code: str
    name: str | None
    message: str
    cause: str
    remedy: str
    known: bool = True


def explain(code: int | str, channel: str | None = None) -> Explanation:
    """Explain an error code in any spelling; never raises, for it is called when something has failed already.

    `channel` is that of the key that the code is about (the value of a `Channel`), since the remedy may depend on it.
    """
    try:
        number = parse_code(code)
    except ValueError:
        return Explanation("unknown", None, "The error code is not a number.", *_generic("unknown", None), known=False)
    spelled = f"0x{number:08X}"
    found = _row(spelled, channel)
    if found is None and number <= 0xFFFF:
        # A Win32 number that nobody wrapped into an HRESULT.
        found = _row(f"0x8007{number:04X}", channel)
    return _known(spelled, found, channel) if found is not None else _unknown(spelled)


def parse_code(code: int | str) -> int:
    """Return a code as an unsigned 32-bit number; raises ValueError for what is none in any spelling."""
    number = int(code) if isinstance(code, int) else _parse_text(code.strip())
    if not -(1 << 31) <= number < 1 << 32:
        raise ValueError("not a 32-bit number")
    return number & 0xFFFFFFFF


def _parse_text(text: str) -> int:
    hexadecimal = _HEX.fullmatch(text)
    if hexadecimal:
        return int(hexadecimal[1] or hexadecimal[2], 16)
    if _DECIMAL.fullmatch(text):
        return int(text)
    raise ValueError("not a number")


def _row(code: str, channel: str | None) -> dict[str, t.Any] | None:
    found = row("wire_errors", code)
    if found is not None:
        return found
    found = row("errors", code) or row_with("errors", "alias", code)
    if found is None:
        return row("windows_errors", code)
    by_channel = found.get("by_channel", {}).get(channel, {})
    return {**found, **(row("kms_errors", code) or {}), **by_channel}


def _known(code: str, found: t.Mapping[str, t.Any], channel: str | None) -> Explanation:
    cause, remedy = (_followed(found, field, channel) for field in ("cause", "remedy"))
    return Explanation(code, found["name"], _sentence(found["message"]), cause, remedy)


def _followed(found: t.Mapping[str, t.Any], field: str, channel: str | None) -> str:
    # A few rows say that another code has the same cause or remedy.
    text = found[field]
    pointer = _AS_FOR.fullmatch(text)
    other = _row(pointer[1], channel) if pointer else None
    return _sentence(other[field] if other else text)


def _sentence(text: str) -> str:
    if text == "None":
        return "Nothing has to be done."
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _unknown(code: str) -> Explanation:
    area = _area(code)
    where = f" ({area})" if area else ""
    message = f"The target reported the error {code}{where}, which is not in our tables."
    return Explanation(code, None, message, *_generic(code, area), known=False)


def _generic(code: str, area: str | None) -> tuple[str, str]:
    cause = f"By its number it comes from this part of Windows: {area}." if area else "It is not known to us."
    return cause, _UNKNOWN_REMEDY.format(code=code)


def _area(code: str) -> str | None:
    ranges = {
        pattern: area
        for name in ("wire_errors", "errors", "windows_errors")
        for pattern, area in table(name)["meta"]["ranges"].items()
    }
    # The longer prefix is the narrower range: 0xC004FDxx lies inside 0xC004Fxxx.
    prefixes = sorted(((pattern.rstrip("x"), area) for pattern, area in ranges.items()), key=lambda pair: -len(pair[0]))
    return next((area for prefix, area in prefixes if code.startswith(prefix)), None)
