# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the codes of Microsoft's batch activation service mean, and what to do about them.

They are small numbers of that service's own: 0x7F here has nothing to do with a Win32 error of that number.
"""

from __future__ import annotations

import typing as t

from .error_codes import Explanation, parse_code
from .tables import row

__all__ = ["ServiceVerdict", "explain_service", "service_code", "service_verdict"]

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
