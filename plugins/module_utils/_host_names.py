# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with host names, addresses and domains (RFC 1123, section 2.1; RFC 1035, section 2.3.4).

Underscores within labels are accepted, since Windows accepts them in computer names. A label that begins with one
belongs to a service record (RFC 2782) and is never part of a host's name.

This is in module_utils because modules that run on other hosts check names too.
"""

from __future__ import annotations

import ipaddress
import re
import typing as t

__all__ = ["WITH_PORT", "address", "ascii_name", "domain_problem", "host_problem", "normal_name"]

_LABEL = re.compile(r"[\w-]+")
WITH_PORT = re.compile(r"([^:\[\]]+|\[[^\[\]]*\]):([0-9]+)")
_NUMERIC = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")
_SERVICE_LABELS = frozenset({"_tcp", "_udp", "_vlmcs", "_vmlcs"})
_LONGEST_LABEL, _LONGEST_NAME = 63, 253
_LONGEST_DOMAIN = 240
"""`_vlmcs._tcp.` before a domain has to fit into a name of 253 characters too."""

_Address: t.TypeAlias = "ipaddress.IPv4Address | ipaddress.IPv6Address"


def host_problem(text: str) -> str | None:
    """Return what a text is in place of the name or the address of a single host, None if it may be one."""
    return _no_text(text) or _no_host(text)


def domain_problem(text: str) -> str | None:
    """Return what a text is in place of the DNS name of a domain, None if it may be one."""
    problem = _no_text(text) or (_a_number(text) if address(text) is None else "which is an address, not a domain")
    return problem or _no_name(text, _LONGEST_DOMAIN, _is_service_label)


def normal_name(name: str | None) -> str:
    """Return a host name, a domain or an IP address in the one spelling by which equal ones are compared.

    Case, a final dot, brackets around an IPv6 address and the form of an internationalised label do not matter.
    """
    text = (name or "").strip()
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        return ascii_name(text.rstrip(".")).lower()


def ascii_name(name: str) -> str:
    """Return a DNS name as DNS carries it, or unchanged where no such form exists (RFC 3490)."""
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        return name


def _no_text(text: str) -> str | None:
    if not text.strip(" ."):
        return "which names nothing"
    if any(character.isspace() or not character.isprintable() for character in text):
        return "with a blank or an invisible character in it"
    if "," in text or ";" in text:
        return "which is a list"
    return "which is a URL or a path" if set(text) & set("/\\@?#") else None


def _no_host(text: str) -> str | None:
    """Return what a text is in place of a host, None if it may be one."""
    found = address(text)
    if found is not None:
        is_broadcast = str(found) == "255.255.255.255"
        nowhere = found.is_unspecified or found.is_multicast or is_broadcast
        return "which is not the address of a single host" if nowhere else None
    if "%" in text:
        return "which has a zone or a percent sign in it; a zone means something on one machine only"
    if WITH_PORT.fullmatch(text):
        return "which has a port in it"
    if set(text) & set(":[]"):
        return "which has a colon or a bracket in it and is not an IPv6 address"
    return _a_number(text) or _no_name(text, _LONGEST_NAME, lambda label: label.startswith("_"))


def _a_number(text: str) -> str | None:
    # A name that ends in a number is read as an IPv4 address everywhere (RFC 1123, section 2.1).
    name = ascii_name(text).rstrip(".")
    if not _NUMERIC.fullmatch(name.rpartition(".")[2]):
        return None
    return "which is not an IPv4 address" if "." in name else "which is a number"


def _no_name(text: str, longest: int, is_service: t.Callable[[str], bool]) -> str | None:
    """Return what is wrong with a DNS name, None if nothing is."""
    labels = text.removesuffix(".").split(".")
    if any(map(is_service, labels)):
        return "which is the name of a service record"
    for label in labels:
        problem = _no_label(label)
        if problem is not None:
            return problem
    return f"which has more than {longest} characters" if len(ascii_name(normal_name(text))) > longest else None


def _no_label(label: str) -> str | None:
    if not label:
        return "which has an empty label, two dots in a row"
    if not _LABEL.fullmatch(label):
        return "which has a character in it that no DNS name has"
    if label.startswith("-") or label.endswith("-"):
        return "which has a label that begins or ends with a hyphen"
    if len(label) > _LONGEST_LABEL:
        return f"which has a label that is longer than {_LONGEST_LABEL} characters"
    # A label in another script that has no form in ASCII, or one that is too long, stays as it is.
    return None if ascii_name(label).isascii() else "which has a label that DNS cannot carry"


def _is_service_label(label: str) -> bool:
    return label.lower() in _SERVICE_LABELS


def address(text: str) -> _Address | None:
    """Return the address that a text is, IPv6 also in brackets and never with a zone."""
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if "%" in bare or (bare != text and ":" not in bare):
        return None
    try:
        return ipaddress.ip_address(bare)
    except ValueError:
        return None
