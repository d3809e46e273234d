# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the directory is and how we log in: the options that several modules share, and their checks."""

from __future__ import annotations

import enum
import ipaddress
import ssl
import typing as t
from dataclasses import dataclass, field

from .._host_names import domain_problem, host_problem
from .errors import DirectoryRefusal

__all__ = ["DIRECTORY_SPEC", "DirectorySettings", "Security", "settings_from"]

_LONGEST_WAIT = 600
_TELLING_LENGTH = 6


class Security(enum.Enum):
    """What protects the connection; there is no choice without protection."""

    LDAPS = "ldaps"
    STARTTLS = "starttls"
    GSSAPI = "gssapi"


DIRECTORY_SPEC: dict[str, t.Any] = {
    "domain": {"type": "str"},
    "server": {"type": "str"},
    "port": {"type": "int"},
    "security": {"type": "str", "choices": [choice.value for choice in Security], "default": Security.LDAPS.value},
    "ca_path": {"type": "path"},
    "bind_user": {"type": "str"},
    "bind_password": {"type": "str", "no_log": True},
    "timeout": {"type": "float", "default": 30.0},
    "dns_servers": {"type": "list", "elements": "str", "default": []},
}


@dataclass(frozen=True)
class DirectorySettings:
    """One directory and one login; `domain` is looked up in DNS unless `server` names a domain controller."""

    domain: str | None = None
    server: str | None = None
    port: int | None = None
    security: Security = Security.LDAPS
    ca_path: str | None = None
    bind_user: str | None = None
    bind_password: str | None = field(default=None, repr=False)
    timeout: float = 30.0
    dns_servers: tuple[str, ...] = ()

    def checked(self) -> DirectorySettings:
        """Return these settings, or raise a DirectoryRefusal (`bad_option`) that names the option to change."""
        for check in (_check_place, _check_login, _check_certificates, _check_limits):
            check(self)
        return self

    def masked(self, text: str) -> str:
        """Return `text` without the password, should somebody have repeated it.

        A short one stays: it stands in many texts by chance, and the gaps would give it away.
        """
        password = self.bind_password or ""
        return text.replace(password, "********") if len(password) >= _TELLING_LENGTH else text


def settings_from(options: t.Mapping[str, t.Any]) -> DirectorySettings:
    """Return the settings that a module's options of `DIRECTORY_SPEC` say; they are not checked yet."""
    return DirectorySettings(
        domain=options.get("domain"),
        server=options.get("server"),
        port=options.get("port"),
        security=Security(options.get("security") or Security.LDAPS.value),
        ca_path=options.get("ca_path"),
        bind_user=options.get("bind_user"),
        bind_password=options.get("bind_password"),
        timeout=30.0 if options.get("timeout") is None else float(options["timeout"]),
        dns_servers=tuple(options.get("dns_servers") or ()),
    )


def _refuse(message: str, remedy: str) -> t.NoReturn:
    raise DirectoryRefusal(message, code="bad_option", remedy=remedy)


def _check_place(settings: DirectorySettings) -> None:
    if not settings.domain and not settings.server:
        _refuse(
            "Neither a domain nor a domain controller is named.",
            "Set domain to the DNS name of a domain of the forest, or server to the name of a domain controller.",
        )
    problem = domain_problem(settings.domain) if settings.domain else None
    if problem:
        _refuse(
            f"domain is '{settings.domain}', {problem}.",
            "Set domain to a name such as corp.example.com; a single domain controller goes into server.",
        )
    problem = host_problem(settings.server) if settings.server else None
    if settings.server and "[" in settings.server:
        problem = "with brackets, which a plain address does not have"
    if problem:
        _refuse(
            f"server is '{settings.server}', {problem}.",
            "Set server to the name alone, such as dc1.corp.example.com; the rest has options: port and security.",
        )


def _check_login(settings: DirectorySettings) -> None:
    if settings.security is Security.GSSAPI:
        if settings.bind_user or settings.bind_password:
            _refuse(
                "A user and a password are given, but security is gssapi, which logs in with a Kerberos ticket.",
                "Leave out bind_user and bind_password and get a ticket first (kinit), or set security to ldaps.",
            )
    elif not settings.bind_user:
        _refuse(
            "No user is given to log in to the directory with.",
            "Set bind_user and bind_password, or set security to gssapi and get a Kerberos ticket first (kinit).",
        )
    elif not settings.bind_password:
        # A server takes a name with an empty password for an anonymous login, and says that it succeeded.
        _refuse(
            f"The password of '{settings.bind_user}' is empty; a directory takes that for an anonymous login.",
            "Set bind_password.",
        )


def _check_certificates(settings: DirectorySettings) -> None:
    if settings.ca_path is None:
        return
    try:
        # What is no certificate is an OSError as well.
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(settings.ca_path)
    except OSError as error:
        raise DirectoryRefusal(
            f"The CA file '{settings.ca_path}' cannot be read, or holds no certificate.",
            code="bad_option",
            cause=getattr(error, "reason", None) or error.strerror,
            remedy="Set ca_path to a PEM file with the certificate of the CA, on the machine where this task runs.",
        ) from error


def _check_limits(settings: DirectorySettings) -> None:
    if settings.port is not None and not 1 <= settings.port <= 65535:
        _refuse(f"{settings.port} is not a port.", "Set port to a number from 1 to 65535, or leave it out.")
    if not 0 < settings.timeout <= _LONGEST_WAIT:
        _refuse(
            f"A time limit of {settings.timeout:g} seconds is not possible.",
            f"Set timeout to more than 0 and at most {_LONGEST_WAIT} seconds.",
        )
    for server in settings.dns_servers:
        if not _is_address(server):
            _refuse(f"The DNS server '{server}' is not an address.", "Set dns_servers to a list of IP addresses.")


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
