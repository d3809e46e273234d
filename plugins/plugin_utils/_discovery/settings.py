# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which DNS servers are queried, and how long their answers are waited for."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from .._errors import Refusal
from .._validation import valid_number, valid_port

__all__ = ["KMS_PORT", "DnsSettings", "limit_number"]

KMS_PORT = 1688
"""Where a KMS host listens that was not told otherwise."""

_SHORTEST_WAIT, _LONGEST_WAIT = 0.001, 60
_HIGHEST_LIMIT = 512


@dataclass(frozen=True)
class DnsSettings:
    """The DNS servers by address, none for those of the system; `timeout` in seconds is for one answer of one server.

    It is also how long a KMS host is waited for. Raises Refusal (`bad_option`) for what cannot be.
    """

    servers: tuple[str, ...] = ()
    port: int = 53
    timeout: float = 2.0

    def __post_init__(self) -> None:
        for server in self.servers:
            if not _is_address(server):
                # By name a DNS server would have to be looked up first, and by URL something else would be asked.
                raise Refusal(
                    f"'{server}' is not the address of a DNS server.",
                    code="bad_option",
                    remedy="Set dns_servers to addresses such as 192.0.2.53; a port of its own goes into dns_port.",
                )
        valid_port(self.port, "dns_port")
        valid_number(self.timeout, "timeout", _SHORTEST_WAIT, _LONGEST_WAIT)


def limit_number(number: int) -> int:
    """Return how many hosts may be contacted at the same time, each by its own thread; raises Refusal."""
    return valid_number(number, "limit", 1, _HIGHEST_LIMIT)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
