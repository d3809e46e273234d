# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Confirmation IDs from Microsoft, asked for directly or through ActivationWs, and each of them paid for once."""

from __future__ import annotations

from .batch_messages import Installation
from .confirmation_ids import ConfirmationIdClient
from .outcomes import ServiceRefusal, ServiceUnavailable
from .requests import Obtained, ProxyRequest
from .service import ActivationService, Outcome, service_for
from .settings import MICROSOFT_URL, ServiceSettings

__all__ = [
    "MICROSOFT_URL",
    "ActivationService",
    "ConfirmationIdClient",
    "Installation",
    "Obtained",
    "Outcome",
    "ProxyRequest",
    "ServiceRefusal",
    "ServiceSettings",
    "ServiceUnavailable",
    "service_for",
]
