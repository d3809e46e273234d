# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks of the way to the machine: name, port, tls, login, rights, wmi.

The errors of a session already say how far it came. Here each is given to the check that it belongs to, so that the
ones before it are known to be well and the ones after it need not be made.
"""

from __future__ import annotations

from .._errors import ActivationError, ConnectionFailed, MachineRefused, MissingLibrary, RequestRejected, Unsealed
from .._licensing import explain_refusal, verdict
from .observations import Answering, Conversation, MachinePlace, Observations, Reach
from .result import Check, blamed, ok, skipped, unknown, wrong

__all__ = ["login", "name", "port", "rights", "tls", "wmi"]

_BELONGS = {
    "name_not_resolved": "name",
    "connection_refused": "port",
    "connect_timeout": "port",
    "proxy_failed": "port",
    "certificate_file_missing": "tls",
    "certificate_not_trusted": "tls",
    "tls_failed": "tls",
}
_BEFORE_ANYTHING_WAS_SENT = frozenset({"basic_not_latin1", "login_failed", "missing_library", "no_login", "unsealed"})
_PORT_CODES = {
    Answering.REFUSED: "connection_refused",
    Answering.SILENT: "connect_timeout",
    Answering.NO_ROUTE: "no_route",
}
_BEHIND_PROXY = "A proxy stands between the controller and the machine, so this was left to it."


def name(seen: Observations) -> Check:
    """Whether the machine's name has an address."""
    error = _error(seen, "name")
    if error is not None:
        return blamed("name", error)
    reach = seen.reach
    if reach is None:
        return skipped("name", _BEHIND_PROXY)
    if reach.answering is Answering.NAMELESS:
        return wrong("name", "name_not_resolved", host=reach.host)
    if reach.answering is Answering.UNKNOWN:
        return unknown("name", reach.why or "The controller's DNS gave no answer.")
    return ok("name", _addressed(reach))


def _addressed(reach: Reach) -> str:
    if reach.addresses in ((), (reach.host,)):
        return f"{reach.host} leads to the machine."
    return f"{reach.host} has the address {', '.join(reach.addresses)}."


def port(seen: Observations) -> Check:
    """Whether somebody listens on WinRM's port."""
    error = _error(seen, "port")
    if error is not None:
        return blamed("port", error)
    reach = seen.reach
    if reach is None:
        return skipped("port", _BEHIND_PROXY)
    if reach.answering is Answering.UNKNOWN:
        return unknown("port", "Without an address no port could be tried.")
    if reach.is_open:
        return ok("port", f"{reach.host} accepts connections on port {reach.port}.")
    return wrong("port", _PORT_CODES[reach.answering], host=reach.host, port=reach.port)


def tls(seen: Observations) -> Check:
    """Whether TLS comes about and the certificate is one to trust."""
    error = _error(seen, "tls")
    if error is not None:
        code = _certificate_code(error)
        return wrong("tls", code, host=seen.place.host) if code else blamed("tls", error)
    if not seen.place.over_tls:
        return skipped("tls", "The connection is plain http. Its login has to seal each message.")
    ended = seen.talk.error if seen.talk else None
    if ended is not None and ended.code in _BEFORE_ANYTHING_WAS_SENT:
        return unknown("tls", "Nothing was sent, since the login could not be carried out.")
    return ok("tls", _protected(seen.place))


def _certificate_code(error: ActivationError) -> str | None:
    """Return what exactly is wrong with a certificate; OpenSSL's words are always English."""
    said = (error.cause or "").lower()
    if error.code != "certificate_not_trusted":
        return None
    if "expired" in said or "not yet valid" in said:
        return "certificate_expired"
    return "certificate_name_mismatch" if "mismatch" in said or "doesn't match" in said else None


def _protected(place: MachinePlace) -> str:
    if place.validated:
        return "The certificate is trusted."
    return "TLS protects the connection; that the certificate is checked is switched off for it."


def login(seen: Observations) -> Check:
    """Whether the machine accepts the login."""
    error = _error(seen, "login")
    if error is not None:
        return blamed("login", error)
    ended = seen.talk.error if seen.talk else None
    if ended is not None and not isinstance(ended, MachineRefused):
        return unknown("login", "The machine took the message and gave no answer that could be read.")
    return ok("login", f"The machine accepts the login {seen.place.user}.".replace("  ", " "))


def rights(seen: Observations) -> Check:
    """Whether the login could change licensing settings; nothing is changed to find out."""
    talk = seen.talk or Conversation()
    if talk.granted:
        return ok("rights", f"The login {seen.place.user} may change licensing settings.")
    if talk.granted is False:
        return wrong("rights", "no_rights", user=seen.place.user)
    if talk.denied is not None and _is_denied(talk.denied):
        return wrong("rights", "access_denied", user=seen.place.user).after(talk.denied)
    return unknown("rights", "The machine did not say what this login may do.")


def wmi(seen: Observations) -> Check:
    """Whether the machine answers queries about its licences."""
    talk = seen.talk or Conversation()
    error = talk.error
    explanation = explain_refusal(error) if error is not None else None
    if error is not None and explanation is not None:
        said = f"It says {explanation.code}: {explanation.message}"
        check = wrong("wmi", "wmi_refused", said=said, cause=explanation.cause, remedy=explanation.remedy)
        return check.after(error)
    if error is not None:
        return blamed("wmi", error)
    count = len(talk.state.products) if talk.state else 0
    return ok("wmi", f"The machine answers about its licences; products with a key: {count}.")


def _error(seen: Observations, check: str) -> ActivationError | None:
    """Return the error that ended the talk, if it belongs to this check."""
    ended = seen.talk.error if seen.talk else None
    return ended if ended is not None and _belongs_to(ended) == check else None


def _belongs_to(error: ActivationError) -> str:
    place = _BELONGS.get(error.code or "")
    if place is not None and isinstance(error, ConnectionFailed):
        return place
    never_heard = isinstance(error, (ConnectionFailed, MissingLibrary, RequestRejected, Unsealed))
    return "login" if never_heard else "wmi"


def _is_denied(error: ActivationError) -> bool:
    return isinstance(error, MachineRefused) and error.hresult is not None and verdict(error.hresult).kind == "rights"
