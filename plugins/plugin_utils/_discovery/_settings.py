# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which DNS servers are asked and how long they are waited for, and what a name is."""

from __future__ import annotations

import ipaddress
import math
import re
from dataclasses import dataclass

from .._errors import Refusal

__all__ = ["KMS_PORT", "DnsSettings", "domain_name", "host_name", "limit_number", "port_number"]

KMS_PORT = 1688
"""Where a KMS host listens that was not told otherwise."""

_LAST_PORT = 65535
_LONGEST_WAIT = 60
_HIGHEST_LIMIT = 512
# What stands before a domain, `_vlmcs._tcp.`, has to fit into a name of 253 characters too.
_LONGEST_DOMAIN = 240
# Letters of any script, digits, hyphens and, as old domains have them, underscores.
_NAME = re.compile(r"[\w-]{1,63}(\.[\w-]{1,63})*\.?")


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
                raise _refused(
                    f"'{server}' is not the address of a DNS server.",
                    "Set dns_servers to addresses such as 192.0.2.53; a port of its own goes into dns_port.",
                )
        port_number(self.port, "dns_port")
        if not (math.isfinite(self.timeout) and 0 < self.timeout <= _LONGEST_WAIT):
            raise _refused(
                f"A time limit of {self.timeout:g} seconds is not possible.",
                f"Set timeout to more than 0 and at most {_LONGEST_WAIT} seconds.",
            )


def domain_name(text: str) -> str:
    """Return the domain that a text names, in lower case and without a dot at its end; raises Refusal."""
    return _name(text, "the DNS name of a domain", "Give a name such as corp.example.com.")


def host_name(text: str) -> str:
    """Return the host that a text names, in lower case and without a dot at its end; raises Refusal."""
    return _name(text, "the name of a host", "Give the full name as DNS has it, such as kms1.corp.example.com.")


def port_number(number: int, option: str) -> int:
    """Return the number of a port that an option has; raises Refusal."""
    if not 1 <= number <= _LAST_PORT:
        raise _refused(f"{number} is not a port.", f"Set {option} to a number from 1 to {_LAST_PORT}.")
    return number


def limit_number(number: int) -> int:
    """Return how many may be asked at the same time, each by a thread of its own; raises Refusal."""
    if not 1 <= number <= _HIGHEST_LIMIT:
        raise _refused(f"A limit of {number} is not possible.", f"Set limit to a number from 1 to {_HIGHEST_LIMIT}.")
    return number


def _name(text: str, what: str, remedy: str) -> str:
    name = text.strip()
    if _is_address(name) or not _NAME.fullmatch(name) or len(name) > _LONGEST_DOMAIN:
        raise _refused(f"'{text}' is not {what}.", remedy)
    return name.rstrip(".").lower()


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _refused(message: str, remedy: str) -> Refusal:
    return Refusal(message, code="bad_option", remedy=remedy)
