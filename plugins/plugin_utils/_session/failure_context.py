# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One failed exchange, with all that is known of it."""

from __future__ import annotations

import typing as t

from .._secrets import chain, said
from .guarded_adapter import GuardedAdapter
from .settings import ConnectionSettings

__all__ = ["FailureContext"]

_LOGIN_PACKAGES = frozenset({"gssapi", "kerberos", "krb5", "requests_credssp", "requests_ntlm", "spnego"})


class FailureContext:
    """An exception of a library, what the gate saw of the exchange, and the settings that led to it."""

    def __init__(self, error: Exception, gate: GuardedAdapter, settings: ConnectionSettings, mechanism: str) -> None:
        self.error = error
        self.left = gate.left
        self.headers: t.Mapping[str, str] = {} if gate.response is None else gate.response.headers
        self.settings = settings
        self.read_timeout = gate.read_timeout or settings.read_timeout
        self.place = settings.endpoint
        self.mechanism = mechanism
        self.chain = list(chain(error))

    def has(self, *kinds: type[BaseException]) -> bool:
        """Whether an exception of one of these kinds is behind it."""
        return any(isinstance(link, kinds) for link in self.chain)

    def mentions(self, *words: str) -> bool:
        """Whether one of these words is in the text of an exception behind it; for texts that are never localised."""
        return any(word in str(link) for link in self.chain for word in words)

    def broke_in_login(self) -> bool:
        """Whether a login library gave up: no ticket, no such mechanism, a token it cannot read."""
        return any(type(link).__module__.partition(".")[0] in _LOGIN_PACKAGES for link in self.chain)

    def words(self) -> str:
        """Return what the library said, without secrets and without what the machine sent."""
        if hasattr(self.error, "response_text"):
            return type(self.error).__name__
        return said(self.error, self.settings.quotable_secrets)
