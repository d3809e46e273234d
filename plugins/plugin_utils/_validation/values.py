# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Validators for host names, addresses, domains, GUIDs and numbers."""

from __future__ import annotations

import math
import re
import typing as t

from ...module_utils._host_names import WITH_PORT, address, domain_problem, host_problem
from .refusals import bad


def valid_host(text: str, option: str, *, port_option: str | None = None) -> str:
    """Return the name or the address of a host unchanged; `port_option` is where its port belongs."""
    problem = host_problem(text)
    if problem is None:
        return text
    remedy = f"Set {option} to the name or the address of a host alone, such as kms.corp.example."
    with_port = WITH_PORT.fullmatch(text)
    if with_port and port_option:
        remedy = f"Set {option} to {with_port[1]} and {port_option} to {with_port[2]}."
    elif port_option and (":" in text or text.isdigit()):
        remedy = f"{remedy} The port belongs in {port_option}."
    raise bad(option, text, problem, remedy)


def valid_endpoint(text: str, option: str) -> tuple[str, int | None]:
    """Return host and port of `name`, `name:port`, an address or `[IPv6 address]:port`; None without a port."""
    given = text.strip()
    found = WITH_PORT.fullmatch(given)
    name, number = (found[1], found[2]) if found else (given, None)
    port = None if number is None else port_number(number)
    problem = host_problem(name)
    if problem is None and number is not None and port is None:
        problem = "whose port is not a number from 1 to 65535"
    if problem is not None:
        remedy = f"Give each host in {option} as kms.corp.example or kms.corp.example:1688, one in an item of the list."
        raise bad(option, text, problem, remedy)
    return name, port


def spelled_endpoint(host: str, port: int) -> str:
    """Return host and port in one word, with brackets around an IPv6 address."""
    bare = host.strip("[]")
    return f"[{bare}]:{port}" if ":" in bare else f"{bare}:{port}"


def valid_domain(text: str, option: str) -> str:
    """Return the DNS name of a domain unchanged."""
    problem = domain_problem(text)
    if problem is not None:
        raise bad(option, text, problem, f"Set {option} to the DNS name of a domain, such as corp.example.")
    return text


def valid_dns_domain(text: str, option: str) -> str:
    """Return the name of a domain as DNS results show it: trimmed, in lower case and without a final dot."""
    return valid_domain(text.strip(), option).rstrip(".").lower()


def valid_dns_host(text: str, option: str) -> str:
    """Return the name of a host as records in DNS name it, in lower case and without a final dot; no address."""
    name = valid_host(text.strip(), option)
    if address(name) is not None:
        remedy = f"Set {option} to full names as DNS has them, such as kms1.corp.example."
        raise bad(option, text, "which is an address, and records in DNS name hosts by name", remedy)
    return name.rstrip(".").lower()


_PLAIN = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_GUID = re.compile(rf"{_PLAIN}|\{{{_PLAIN}\}}")


def valid_activation_id(text: str, option: str, *, instead: str = "") -> str:
    """Return an activation ID in lower case and without braces; `instead` are words that the option takes as well."""
    found = text.strip()
    if not _GUID.fullmatch(found):
        raise bad(
            option,
            text,
            f"which is not {instead}{' or ' if instead else ''}an activation ID",
            f"Give {instead}{' or ' if instead else ''}the ID that volume.activation.license_info shows for the"
            " product, in the form 00000000-0000-0000-0000-000000000000.",
        )
    return found.strip("{}").lower()


_LAST_PORT = 65535
_MOST_DIGITS = 10
_Number = t.TypeVar("_Number", int, float)


def valid_port(value: int | str, option: str) -> int:
    """Return a TCP or UDP port, given as a number or as decimal digits."""
    number = port_number(value)
    if number is None:
        raise bad(option, value, "which is not a port", f"Set {option} to a number from 1 to {_LAST_PORT}.")
    return number


def port_number(value: int | str) -> int | None:
    """Return the port that a number or a text of decimal digits is, None if it is not a port."""
    text = str(value).strip()
    # No port has more digits, and Python refuses to convert thousands of them.
    if isinstance(value, bool) or not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        return None
    number = int(text)
    return number if 1 <= number <= _LAST_PORT else None


def valid_number(value: _Number, option: str, least: float, most: float) -> _Number:
    """Return a number that is within its bounds, both included."""
    if not (math.isfinite(value) and least <= value <= most):
        what = f"which is not between {least:g} and {most:g}"
        raise bad(option, value, what, f"Set {option} to a number from {least:g} to {most:g}.")
    return value
