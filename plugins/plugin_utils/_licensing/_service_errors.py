# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the codes of Microsoft's batch activation service mean, and what to do about them.

They are small numbers of that service's own: 0x7F here has nothing to do with a Win32 error of that number.
"""

from __future__ import annotations

from ._explanations import Explanation, parse_code
from ._tables import row

__all__ = ["explain_service", "service_code"]

_UNKNOWN_REMEDY = (
    "Run the task again later. If {code} stays, take the IDs to Microsoft's activation centre by telephone and give "
    "the confirmation ID to mak."
)


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
