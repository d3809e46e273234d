# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What requests-credssp leaves open: the strength of the login inside, and a login that ends before it is done.

CredSSP makes a TLS connection with a certificate that is not validated, and then proves by NTLM or Kerberos inside it
that the host at the other end knows the account. Only that proof makes it safe to delegate the password and to encrypt
messages. requests-credssp takes any HTTP 200 for the end of the login, also one that arrives before the proof, and an
NTLM challenge inside may be as weak as one outside. pyspnego reads without end from a TLS connection that was closed.
"""

from __future__ import annotations

import ssl
import typing as t

from .._errors import AuthenticationFailed, ConnectionFailed
from .ntlm_policy import check_strength

__all__ = ["require_complete", "watch"]


def watch(auth: t.Any, place: str) -> None:
    """Check each token that this `HttpCredSSPAuth` will send through its TLS connection, before it is encrypted."""
    auth.contexts = _WatchedContexts(place)


def require_complete(auth: t.Any, place: str) -> None:
    """Raise AuthenticationFailed unless the host has proved that it knows the account."""
    if not any(_proxy_of(context, place).complete for context in auth.contexts.values()):
        raise AuthenticationFailed(
            f"{place} ended the CredSSP login before it was complete, so no message was sent.",
            code="login_failed",
            cause="It did not prove that it knows the account; something on the way may have answered in its place.",
            remedy="Use https (port 5986) or Kerberos, and check what lies between the controller and the host.",
        )


class _WatchedContexts(dict[str, t.Any]):
    """The contexts of an `HttpCredSSPAuth` by host, which it stores here before their first step."""

    def __init__(self, place: str) -> None:
        super().__init__()
        self._place = place

    def __setitem__(self, host: str, context: t.Any) -> None:
        proxy = _proxy_of(context, self._place)
        wrap = proxy.wrap

        def checked(data: bytes, *args: t.Any, **kwargs: t.Any) -> t.Any:
            check_strength(data, self._place, encrypts=True)
            return wrap(data, *args, **kwargs)

        proxy.wrap = checked
        _end_reads(context.tls_connection)
        super().__setitem__(host, context)


def _end_reads(tls: t.Any) -> None:
    read = tls.read

    def checked(*args: t.Any) -> bytes:
        data: bytes = read(*args)
        if not data:
            raise ssl.SSLEOFError("the host closed the TLS connection inside CredSSP")
        return data

    tls.read = checked


def _proxy_of(context: t.Any, place: str) -> t.Any:
    proxy = getattr(context, "_context", None)
    if not all(hasattr(proxy, name) for name in ("wrap", "complete")) or not hasattr(context, "tls_connection"):
        raise ConnectionFailed(
            f"This version of requests-credssp cannot be checked, so nothing was sent to {place}.",
            code="unsupported_library",
            remedy="Install requests-credssp 2.0 or later on the controller.",
        )
    return proxy
