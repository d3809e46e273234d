# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The configuration of WinRM, which an administrator can read, and the limits in it that the fleet keeps to.

Source: [MS-WSMV] 2.2.4.5, and the answer of a default host since Windows Server 2012 that is published with pypsrp,
which asks for it, as the Ruby gem winrm does.
"""

from __future__ import annotations

import typing as t

from ..._wsman import Call, Fault, Unknown
from .shell import envelope

__all__ = ["MAX_ENVELOPE_KB", "MAX_SECONDS", "configuration"]

MAX_ENVELOPE_KB = 500
"""MaxEnvelopeSizekb of a default host since Windows Server 2012."""

MAX_SECONDS = 60.0
"""MaxTimeoutms of a default host: no operation may take longer, whatever a client allows."""

_CONFIGURATION = "http://schemas.microsoft.com/wbem/wsman/1/config"
_GET = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get"
_UNLIMITED = 2**32 - 1

_NO_RESOURCE = Fault(2150858811, "a:DestinationUnreachable", "There is no such resource here.", sender=True)
_NO_ACTION = Fault(
    2150858868, "a:ActionNotSupported", "The configuration of a simulated host is read-only.", sender=True
)
_ACCESS_DENIED = Fault(5, "w:AccessDenied", "Access is denied.", sender=True)

Settings = t.Mapping[str, t.Any]

_PORTS: Settings = {"HTTP": 5985, "HTTPS": 5986}
_SETTINGS: Settings = {
    "MaxEnvelopeSizekb": MAX_ENVELOPE_KB,
    "MaxTimeoutms": int(MAX_SECONDS * 1000),
    "MaxBatchItems": 32000,
    "MaxProviderRequests": _UNLIMITED,
    "Client": {
        "NetworkDelayms": 5000,
        "URLPrefix": "wsman",
        "AllowUnencrypted": False,
        "Auth": {"Basic": True, "Digest": True, "Kerberos": True, "Negotiate": True, "Certificate": True},
        "DefaultPorts": _PORTS,
        "TrustedHosts": "",
    },
    "Service": {
        "RootSDDL": "O:NSG:BAD:P(A;;GA;;;BA)(A;;GR;;;IU)S:P(AU;FA;GA;;;WD)(AU;SA;GXGW;;;WD)",
        "MaxConcurrentOperations": _UNLIMITED,
        "MaxConcurrentOperationsPerUser": 1500,
        "EnumerationTimeoutms": 240000,
        "MaxConnections": 300,
        "MaxPacketRetrievalTimeSeconds": 120,
        "AllowUnencrypted": False,
        "Auth": {"Basic": True, "Kerberos": False, "Negotiate": True, "Certificate": False, "CredSSP": False},
        "DefaultPorts": _PORTS,
        "IPv4Filter": "*",
        "IPv6Filter": "*",
        "AllowRemoteAccess": True,
    },
}


def configuration(call: Call, *, is_administrator: bool) -> bytes | Fault:
    """Return the answer to a request that is neither about WMI nor about a shell: the configuration, or a fault."""
    request = t.cast(Unknown, call.request)
    if request.resource.uri.rstrip("/") != _CONFIGURATION:
        return _NO_RESOURCE
    if not is_administrator:
        return _ACCESS_DENIED
    if request.action != _GET:
        return _NO_ACTION
    return envelope(call, f'<cfg:Config xmlns:cfg="{_CONFIGURATION}">{_written(_SETTINGS)}</cfg:Config>')


def _written(settings: Settings) -> str:
    return "".join(f"<cfg:{name}>{_value(value)}</cfg:{name}>" for name, value in settings.items())


def _value(value: t.Any) -> str:
    if isinstance(value, dict):
        return _written(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
