# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which end wrote an HTTP answer without a SOAP message: WinRM, another server on the host, or something before it.

WinRM answers through HTTP.sys, whose `Server` header is `Microsoft-HTTPAPI/2.0`; IIS has a header of its own, and its
Application Request Routing names itself in `X-Powered-By`. A proxy or gateway adds `Via` (RFC 9110, 7.6.3).
"""

from __future__ import annotations

import typing as t

from .._secrets import scrub_lines

__all__ = ["sender", "sender_remedy"]

_OF_PROXIES = (
    "via",
    "x-squid-error",
    "x-cache",
    "proxy-agent",
    "proxy-connection",
    "x-forwarded-server",
    "x-bluecoat-via",
)
_LONGEST = 80
Headers = t.Mapping[str, str]


def sender(headers: Headers) -> str:
    """Return a sentence about who sent an answer with these headers, with the headers that show it."""
    kind, shown = _kind(headers)
    named = f" ({shown})" if shown else ""
    return {
        "proxy": f"A proxy or gateway on the way answered{named}.",
        "iis": f"IIS answered in place of WinRM{named}.",
        "winrm": f"The HTTP service of Windows, through which WinRM answers, sent it{named}.",
        "other": f"A server other than WinRM answered{named}.",
        "unknown": "The answer does not name its sender.",
    }[kind]


def sender_remedy(headers: Headers) -> str:
    """Return what to do about an answer with an error status, by who sent it."""
    return {
        "proxy": "Check the proxy or gateway, or connect to the machine without it.",
        "iis": "Check the port: WinRM listens on 5985 (http) and 5986 (https), and IIS or its Application Request "
        "Routing on this one.",
        "winrm": "Look at the log Microsoft-Windows-WinRM/Operational on the machine, and restart the service WinRM "
        "there.",
        "other": "Check address and port: WinRM listens on 5985 (http) and 5986 (https).",
        "unknown": "Check the port and the log Microsoft-Windows-WinRM/Operational on the machine, and what lies "
        "between the controller and it.",
    }[_kind(headers)[0]]


def _kind(headers: Headers) -> tuple[str, str]:
    given = {name.lower(): value for name, value in headers.items()}
    server, powered = given.get("server", ""), given.get("x-powered-by", "")
    proxy = next((name for name in _OF_PROXIES if name in given), None)
    if proxy is not None:
        return "proxy", _shown(proxy, given[proxy])
    if "arr/" in powered.lower():
        return "iis", _shown("x-powered-by", powered)
    if "microsoft-iis" in server.lower():
        return "iis", _shown("server", server)
    if "microsoft-httpapi" in server.lower():
        return "winrm", _shown("server", server)
    if server:
        return "other", _shown("server", server)
    kind = given.get("content-type", "")
    return ("other", _shown("content-type", kind)) if kind.lower().startswith("text/html") else ("unknown", "")


def _shown(name: str, value: str) -> str:
    return str(scrub_lines(f"{name.title()}: {value[:_LONGEST]}"))
