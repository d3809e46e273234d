# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What python-ldap raises, in our words: what happened, why, and what to do.

The stage decides what an error means. Before and during the login nothing was changed; while reading neither; but a
removal that was sent without an answer may have happened.
"""

from __future__ import annotations

import re
import typing as t

from .errors import DirectoryAnswerLost, DirectoryError, DirectoryLoginFailed, DirectoryRefusal, DirectoryUnreachable

__all__ = ["broken_off", "login_failed", "name_of", "not_read", "not_removed", "rights_remedy", "words"]

_DATA = re.compile(r"\bdata ([0-9a-f]+)")
# The codes that Active Directory gives for a refused login, as hexadecimal numbers behind "data".
_CHECK = (
    "Check bind_user (user@domain, or DOMAIN\\user) and bind_password before the next try: further wrong passwords can"
    " lock the user."
)
_LOGIN_REASONS = {
    "525": ("there is no such user", _CHECK),
    "52e": ("the user or the password is wrong", _CHECK),
    "530": ("the user may not log in at this time", "Set bind_user to one whose logon hours allow it."),
    "531": ("the user may not log in from this machine", "Set bind_user to one that is not bound to workstations."),
    "532": ("the password has expired", "Change the user's password, and set bind_password to the new one."),
    "533": ("the user is disabled", "Have the user enabled, or set bind_user to another one."),
    "568": ("the user is in too many groups", "Set bind_user to a user in fewer groups."),
    "701": ("the user has expired", "Have the user's expiry changed, or set bind_user to another one."),
    "773": ("the user must change the password first", "Change it, and set bind_password to the new one."),
    "775": ("the user is locked", "Have the user unlocked, and check bind_password before the next try."),
    "80090346": ("the domain controller demands channel binding", "Set security to gssapi."),
}
# What Kerberos says, and what helps; the first that fits counts.
_TICKET_REMEDIES = (
    (("no kerberos credentials", "no credentials", "cache", "expired"), "Get a ticket first with 'kinit user@REALM'."),
    (("clock skew",), "Set the clock where this task runs: it may differ by five minutes at most."),
    (
        ("server not found", "numeric host"),
        "Set server to the domain controller's full name, as its SPN ldap/… has it, or set domain alone.",
    ),
    (("kdc", "realm"), "Check the realm and its KDC in krb5.conf."),
)


def rights_remedy(container: str | None = None) -> str:
    """Return who may create and remove activation objects in `container`, and how to become one of them."""
    where = f"'{container}'" if container else "the container of activation objects"
    return (
        "Log in as a member of Enterprise Admins, or of Domain Admins in the forest's root domain; or let one of them"
        f" delegate creating and deleting msSPP-ActivationObject objects in {where}."
    )


def name_of(error: Exception) -> str:
    """Return the name of an exception of python-ldap, such as NO_SUCH_OBJECT."""
    return type(error).__name__


def words(error: Exception) -> str:
    """Return what the library and the server said."""
    details = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
    said = [str(details[key]) for key in ("desc", "info") if details.get(key)]
    text = ": ".join(said) or str(error) or name_of(error)
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def login_failed(error: Exception, place: str, user: str | None, said: str) -> DirectoryUnreachable:
    """Return the error for a login that did not come about, by password (`user`) or by ticket (None)."""
    if name_of(error) in ("AUTH_UNKNOWN", "AUTH_METHOD_NOT_SUPPORTED", "NOT_SUPPORTED"):
        return _no_mechanism(place, said)
    if name_of(error) in ("BUSY", "UNAVAILABLE"):
        return broken_off(place, None, said)
    if user is None and name_of(error) == "LOCAL_ERROR":
        return _no_ticket(place, said)
    return _login_refused(place, user, said)


def _login_refused(place: str, user: str | None, said: str) -> DirectoryUnreachable:
    match = _DATA.search(said)
    usual = _CHECK if user else "Get a new ticket with 'kinit user@REALM', or set security to ldaps."
    reason, remedy = _LOGIN_REASONS.get(match.group(1) if match else "", ("", usual))
    who = f"'{user}'" if user else "the Kerberos ticket"
    return DirectoryLoginFailed(
        f"{place} did not accept the login of {who}{': ' if reason else ''}{reason}.",
        code="directory_login_refused",
        cause=said,
        remedy=remedy if user else usual,
    )


def _no_mechanism(place: str, said: str) -> DirectoryUnreachable:
    return DirectoryLoginFailed(
        f"A sealed Kerberos login at {place} is not possible from here.",
        code="not_sealed",
        cause=said,
        remedy="Install SASL's GSSAPI module where this task runs (libsasl2-modules-gssapi-mit on Debian,"
        " cyrus-sasl-gssapi elsewhere), or set security to ldaps.",
    )


def _no_ticket(place: str, said: str) -> DirectoryUnreachable:
    text = said.lower()
    remedies = [remedy for signs, remedy in _TICKET_REMEDIES if any(sign in text for sign in signs)]
    return DirectoryLoginFailed(
        f"There is no Kerberos ticket to log in at {place} with.",
        code="no_ticket",
        cause=said,
        remedy=(remedies or [_TICKET_REMEDIES[0][1]])[0],
    )


def broken_off(place: str, seconds: float | None, said: str | None) -> DirectoryUnreachable:
    """Return the error for a connection that broke, or that stayed silent for `seconds`.

    It says nothing of changes: the look that fails may be the one after a change.
    """
    what = f"did not answer within {seconds:g} seconds" if seconds else "broke the connection off"
    return DirectoryUnreachable(
        f"{place} {what}.",
        code="directory_unreachable",
        cause=said,
        remedy="Run the task again. If the domain controller is only slow, raise timeout.",
    )


def not_read(error: Exception, place: str, said: str) -> DirectoryError:
    """Return the error for a search that the server turned down."""
    if name_of(error) == "INSUFFICIENT_ACCESS":
        return DirectoryRefusal(
            f"{place} does not let this login read the activation objects.",
            code="access_denied",
            cause=said,
            remedy="Log in as a user of the forest: authenticated users may read them by default.",
        )
    return DirectoryError(
        f"{place} turned down a search.",
        code="directory_error",
        cause=said,
        remedy="Try another domain controller (server), and look at this one's event log.",
    )


def not_removed(error: Exception, place: str, dn: str, said: str) -> DirectoryError:
    """Return the error for a removal: turned down, or sent without an answer."""
    if _is_unanswered(error):
        return answer_lost(place, dn, said)
    maker = _REMOVALS.get(name_of(error), _removal_refused)
    return maker(place, dn, said)


def _is_unanswered(error: Exception) -> bool:
    """Whether an error is the library's own; the results of servers are positive numbers."""
    details = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
    return int(details.get("result", -1)) < 0


def answer_lost(place: str, dn: str, said: str | None) -> DirectoryAnswerLost:
    """Return the error for a removal that may have happened."""
    return DirectoryAnswerLost(
        f"The removal of '{dn}' was sent to {place}, and no answer came: it may have happened or not.",
        code="outcome_unknown",
        cause=said,
        remedy="Run the task again: it looks first, and removes only what is still there.",
    )


def object_gone(place: str, dn: str, said: str | None) -> DirectoryError:
    """Return the refusal to remove what is not there any more."""
    return DirectoryRefusal(
        f"'{dn}' is gone from {place}; nothing was removed.",
        code="object_gone",
        cause=said,
        remedy="Run the task again: somebody else has removed it, or it came with a domain controller that is ahead.",
    )


def access_denied(place: str, dn: str, said: str) -> DirectoryError:
    """Return the refusal where this login may not remove."""
    container = dn.partition(",CN=Activation Objects,")[2]
    return DirectoryRefusal(
        f"{place} does not let this login remove '{dn}'.",
        code="access_denied",
        cause=said,
        remedy=rights_remedy(f"CN=Activation Objects,{container}" if container else None),
    )


def _read_only(place: str, dn: str, said: str) -> DirectoryError:
    return DirectoryRefusal(
        f"{place} cannot remove '{dn}' itself: it is a read-only domain controller.",
        code="server_read_only",
        cause=said,
        remedy="Set server to a writable domain controller.",
    )


def _removal_refused(place: str, dn: str, said: str) -> DirectoryError:
    return DirectoryError(
        f"{place} turned down the removal of '{dn}'.",
        code="directory_error",
        cause=said,
        remedy="Look at the domain controller's event log, or try another one (server).",
    )


_REMOVALS: dict[str, t.Callable[[str, str, str], DirectoryError]] = {
    "NO_SUCH_OBJECT": object_gone,
    "INSUFFICIENT_ACCESS": access_denied,
    "REFERRAL": _read_only,
}
