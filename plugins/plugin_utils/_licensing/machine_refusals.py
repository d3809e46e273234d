# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a machine refused: by its number where the tables have it, else in the machine's own words."""

from __future__ import annotations

import dataclasses

from .._errors import ActivationError, MachineRefused
from .error_codes import Explanation, explain

__all__ = ["explain_refusal"]


def explain_refusal(error: ActivationError) -> Explanation | None:
    """Return the explanation of a machine's refusal, None for an error that has no number of a machine."""
    if not isinstance(error, MachineRefused) or error.hresult is None:
        return None
    found = explain(error.hresult, error.channel)
    text = (error.fault_facts() or {}).get("text")
    return found if found.known or not text else dataclasses.replace(found, cause=f"The machine says: {text}")
