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

from .._errors import ActivationError, MachineRefused
from .tables import row, row_with, table

__all__ = [
    "Explanation",
    "ServiceVerdict",
    "explain",
    "explain_refusal",
    "explain_service",
    "parse_code",
    "service_code",
    "service_verdict",
]

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


_UNKNOWN_REMEDY = (
    "Run the task again later. If {code} stays, give the IDs to Microsoft's product activation portal and the "
    "confirmation ID to mak."
)
_LENGTH_OF_HRESULT = 10


class ServiceVerdict(t.NamedTuple):
    """What a code concerns (`key`, `machine`, `retry`), and what it concerns once different machines have met it.

    `spent` is `none` where this request was not counted, `never` where no earlier one was either, else `unknown`.
    """

    kind: str = "machine"
    repeated: str = "machine"
    spent: str = "unknown"


def service_verdict(code: str) -> ServiceVerdict:
    """Return the verdict on a code; what looks like an HRESULT of a failure is trouble of the service itself."""
    found = row("service_errors", code)
    if found is not None:
        return ServiceVerdict(found["class"], found.get("repeated", found["class"]), found["spent"])
    is_failure = len(code) == _LENGTH_OF_HRESULT and code[2] in "89ABCDEF"
    return ServiceVerdict("retry", "retry") if is_failure else ServiceVerdict()


def service_code(text: str) -> str:
    """Return a code as the service spells it (`0x7F`, `0x80004003`); what is no number stays, shortened."""
    try:
        return f"0x{parse_code(text):X}"
    except ValueError:
        return text.strip()[:40] or "unknown"


def explain_service(code: str) -> Explanation:
    """Explain a code of the batch activation service; never raises."""
    spelled = service_code(code)
    found = row("service_errors", spelled)
    if found is not None:
        message, cause, remedy = (f"{found[field]}." for field in ("message", "cause", "remedy"))
        return Explanation(spelled, found["name"], message, cause, remedy)
    return Explanation(
        spelled,
        None,
        f"The code {spelled} is not in our tables.",
        "It is not known to us; while the service is out of order, it gives codes like 0x80004003.",
        _UNKNOWN_REMEDY.format(code=spelled),
        known=False,
    )


def explain_refusal(error: ActivationError) -> Explanation | None:
    """Return the explanation of a machine's refusal, None for an error that has no number of a machine."""
    if not isinstance(error, MachineRefused) or error.hresult is None:
        return None
    found = explain(error.hresult, error.channel)
    text = (error.fault_facts() or {}).get("text")
    return found if found.known or not text else dataclasses.replace(found, cause=f"The machine says: {text}")
