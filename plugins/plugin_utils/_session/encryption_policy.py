# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a message has to be sealed, and when it must therefore not be sent at all.

Product keys travel in these messages. TLS protects them; without it they go only inside the sealed frame of NTLM,
Kerberos or CredSSP. There is no option that sends one in clear: both libraries have one, and it is refused here.
"""

from __future__ import annotations

from .._errors import Unsealed
from .settings import ConnectionSettings

__all__ = ["must_seal"]

_CAN_SEAL = frozenset({"credssp", "kerberos", "negotiate", "ntlm"})


def must_seal(settings: ConnectionSettings, mechanism: str) -> bool:
    """Say whether messages are to be sealed; raises `Unsealed` where that would be needed and cannot be had."""
    wanted = settings.encryption == "always" or not settings.over_tls
    if not wanted:
        return False
    if mechanism not in _CAN_SEAL:
        raise _refusal(settings, f"the login '{mechanism}' cannot seal messages")
    if settings.encryption == "never":
        raise _refusal(settings, f"{settings.names.encryption} is 'never'")
    return True


def _refusal(settings: ConnectionSettings, why: str) -> Unsealed:
    place = "over http" if not settings.over_tls else f"with {settings.names.encryption} 'always'"
    return Unsealed(
        f"Nothing was sent to {settings.endpoint}: {place} a message travels sealed or not at all, and {why}.",
        code="unsealed",
        cause="A message may hold a product key, and in clear anybody on the way could read it.",
        remedy=f"Use https (port 5986), or set {settings.names.login} to ntlm or kerberos and leave "
        f"{settings.names.encryption} at 'auto'.",
    )
