# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a login has what it needs, decided before anything is sent.

The libraries notice what is missing too, some of them only after the machine was asked, and in words that do not name
the variable to set.
"""

from __future__ import annotations

import importlib.util
import typing as t
import urllib.parse

from .._errors import AuthenticationFailed, ConnectionFailed
from .._secrets import reveal
from .proxy_failures import address_of
from .settings import ConnectionSettings

__all__ = ["check_credentials"]

_BASIC = frozenset({"basic", "plaintext", "ssl"})
_LAST_OF_LATIN_1 = 0xFF
_WITH_PASSWORD = _BASIC | {"credssp", "ntlm"}


def check_credentials(settings: ConnectionSettings, mechanism: str) -> None:
    """Raise AuthenticationFailed where user, password or certificate are missing, or Basic cannot carry them.

    Raises ConnectionFailed for a proxy whose URL cannot be read.
    """
    by_certificate = mechanism == "certificate" or (mechanism == "ssl" and settings.certificate is not None)
    if by_certificate:
        if settings.certificate is None:
            raise _missing("certificate", settings.names.certificate, mechanism)
    elif _needs_password(settings, mechanism):
        if not settings.user:
            raise _missing("user", "ansible_user", mechanism)
        if not settings.password:
            raise _missing("password", "ansible_password", mechanism)
    if mechanism in _BASIC and not by_certificate:
        _require_latin_1(settings, (settings.user, reveal(settings.password or "")), "the user name or the password")
    _check_proxy(settings)


def _needs_password(settings: ConnectionSettings, mechanism: str) -> bool:
    if mechanism == "negotiate":  # Kerberos with a ticket that is there, where its library is; else NTLM
        return importlib.util.find_spec("gssapi") is None
    return mechanism in _WITH_PASSWORD or (mechanism == "kerberos" and settings.fetches_ticket)


def _check_proxy(settings: ConnectionSettings) -> None:
    if settings.proxy_url is None:
        return
    if address_of(settings.proxy_url) is None:
        raise ConnectionFailed(
            f"The URL of the proxy in {_proxy_option(settings)} cannot be read; nothing was sent.",
            code="proxy_failed",
            cause="It has no host, no valid port, or characters in its login that are not percent-encoded.",
            remedy="Write it as http://user:password@host:port, and percent-encode / # ? @ : and \\ in the login.",
        )
    parts = urllib.parse.urlsplit(reveal(settings.proxy_url))
    if parts.scheme in ("http", "https"):
        login = (urllib.parse.unquote(parts.username or ""), urllib.parse.unquote(parts.password or ""))
        _require_latin_1(settings, login, f"the login in {_proxy_option(settings)}")


def _proxy_option(settings: ConnectionSettings) -> str:
    return settings.proxy_variable or settings.names.proxy


def _require_latin_1(settings: ConnectionSettings, texts: t.Iterable[str | None], what: str) -> None:
    if all(ord(character) <= _LAST_OF_LATIN_1 for text in texts for character in text or ""):
        return
    raise _not_sent(
        f"Basic authentication can send Latin-1 only, and {what} has other characters; nothing was sent.",
        code="basic_not_latin1",
        cause="The controller's HTTP library encodes a login by Basic in Latin-1.",
        remedy=f"Use NTLM or Kerberos ({settings.names.login}), which send any character. At a proxy, use a login "
        "without such characters.",
    )


def _missing(what: str, variable: str, mechanism: str) -> AuthenticationFailed:
    return _not_sent(
        f"No {what} is set for the login by {mechanism}; nothing was sent.",
        code="login_failed",
        cause=f"{variable} is not set for this host, or is empty.",
        remedy=f"Set {variable} for this host, or choose a login that needs none.",
    )


def _not_sent(message: str, **texts: str) -> AuthenticationFailed:
    failure = AuthenticationFailed(message, **texts)
    failure.login_counted = False
    return failure
