# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The only I/O to machines: a session carries one SOAP message there and its answer back."""

from __future__ import annotations

from .controller_limits import CONTROLLER_LIMIT
from .error_mapping import UNREACHABLE_CODES, limit_error
from .port_check import check_reach
from .session import Session, open_session, preload
from .settings import (
    ClientCertificate,
    ConnectionSettings,
    CredSSP,
    Kerberos,
    Kinit,
    Proxy,
    PsrpSettings,
    Tls,
    WinRMSettings,
    bare,
)

__all__ = [
    "CONTROLLER_LIMIT",
    "UNREACHABLE_CODES",
    "ClientCertificate",
    "ConnectionSettings",
    "CredSSP",
    "Kerberos",
    "Kinit",
    "Proxy",
    "PsrpSettings",
    "Session",
    "Tls",
    "WinRMSettings",
    "bare",
    "check_reach",
    "limit_error",
    "open_session",
    "preload",
]
