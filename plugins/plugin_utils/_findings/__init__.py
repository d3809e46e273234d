# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what many machines have said to what is wrong among them: the audit document. Pure: no clock, no network."""

from __future__ import annotations

from .document import FORMAT, audited
from .record import AuditSettings
from .texts import CODES, SEVERITIES, TEXTS, Text

__all__ = ["CODES", "FORMAT", "SEVERITIES", "TEXTS", "AuditSettings", "Text", "audited"]
