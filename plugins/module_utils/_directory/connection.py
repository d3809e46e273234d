# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A protected connection to one domain controller: python-ldap behind three calls, with limits and our own errors."""

from __future__ import annotations

import ssl
import typing as t

from .diagnosis import look_at
from .discovery import DirectoryEndpoint
from .entries import LdapEntry
from .errors import DirectoryError, DirectoryUnreachable, python_ldap_missing
from .failures import answer_lost, broken_off, login_failed, name_of, not_read, not_removed, words
from .limits import DirectoryClock, OutOfTime, within
from .settings import DirectorySettings, Security

__all__ = ["LEAST_SSF", "Connection", "connect"]

LEAST_SSF = 128
"""How strong Kerberos must seal, as SASL counts (the length of the key in bits)."""

# OpenLDAP's own limits come first, as they leave a connection that can be closed; ours is for where they do not hold.
_GRACE = 1.0
_LONGEST_LOOK = 5.0
_BROKEN = ("SERVER_DOWN", "CONNECT_ERROR", "TIMEOUT")


class Connection:
    """One logged-in connection; after it broke, every further call fails."""

    def __init__(self, handle: t.Any, endpoint: DirectoryEndpoint, settings: DirectorySettings) -> None:
        self._handle = handle
        self._settings = settings
        self._is_stuck = False
        self.place = str(endpoint)
        self.host = endpoint.host

    @property
    def timeout(self) -> float:
        """How long one request may take, in seconds."""
        return self._settings.timeout

    def search(
        self,
        base: str,
        attributes: t.Sequence[str],
        *,
        clock: DirectoryClock,
        children: str | None = None,
        controls: t.Sequence[t.Any] = (),
    ) -> tuple[list[LdapEntry], list[t.Any]] | None:
        """Return the entry `base`, or those of its children that the filter `children` selects; None without a base.

        With them come the server's controls. References to other servers are left out.
        """
        import ldap

        scope = ldap.SCOPE_BASE if children is None else ldap.SCOPE_ONELEVEL

        def work(seconds: float) -> t.Any:
            number = self._handle.search_ext(
                base, scope, children or "(objectClass=*)", list(attributes), serverctrls=list(controls)
            )
            return self._handle.result3(number, all=1, timeout=seconds)

        try:
            _kind, found, _number, answered = self._limited(work, clock)
        except ldap.NO_SUCH_OBJECT:
            return None
        except ldap.LDAPError as error:
            raise self._not_read(error) from error
        return [LdapEntry(dn, values) for dn, values in found if dn is not None], list(answered)

    def delete(self, dn: str, shown_as: str) -> None:
        """Delete the entry `dn`; texts call it `shown_as`."""
        import ldap

        def work(seconds: float) -> t.Any:
            return self._handle.result3(self._handle.delete_ext(dn), all=1, timeout=seconds)

        try:
            self._limited(work, DirectoryClock(self.timeout, self.timeout))
        except DirectoryUnreachable as error:
            raise answer_lost(self.place, shown_as, error.message) from error
        except ldap.LDAPError as error:
            raise not_removed(error, self.place, shown_as, self._words(error)) from error

    def close(self) -> None:
        """Close the connection, unless a call still hangs in it."""
        handle, self._handle = self._handle, None
        if handle is not None and not self._is_stuck:
            _close(handle)

    def _limited(self, work: t.Callable[[float], t.Any], clock: DirectoryClock) -> t.Any:
        if self._handle is None or self._is_stuck:
            raise broken_off(self.place, None, "the connection is closed")
        try:
            seconds = clock.next()
            return within(seconds + _GRACE, lambda: work(seconds))
        except OutOfTime as error:
            self._is_stuck = True
            raise broken_off(self.place, self.timeout, None) from error

    def _not_read(self, error: Exception) -> DirectoryError:
        if name_of(error) in _BROKEN:
            seconds = self.timeout if name_of(error) == "TIMEOUT" else None
            return broken_off(self.place, seconds, self._words(error))
        return not_read(error, self.place, self._words(error))

    def _words(self, error: Exception) -> str:
        return self._settings.masked(words(error))


def connect(endpoint: DirectoryEndpoint, settings: DirectorySettings) -> Connection:
    """Return a connection that is protected and logged in, in this order; raises DirectoryUnreachable."""
    try:
        import ldap
    except ImportError as error:
        raise python_ldap_missing(error) from error
    attempt = _Attempt(endpoint, settings)
    try:
        attempt.run(attempt.protect)
        attempt.run(attempt.log_in)
    except OutOfTime as error:
        raise attempt.unusable("OpenLDAP's call did not come back") from error
    except ldap.LDAPError as error:
        _close(attempt.handle)
        raise attempt.explained(error) from error
    except DirectoryError:
        _close(attempt.handle)
        raise
    return Connection(attempt.handle, endpoint, settings)


class _Attempt:
    """The way to one domain controller."""

    def __init__(self, endpoint: DirectoryEndpoint, settings: DirectorySettings) -> None:
        self._endpoint = endpoint
        self._settings = settings
        self._clock = DirectoryClock(settings.timeout, settings.timeout)
        self._ca_file = _ca_file(settings)
        self._is_protected = False
        self.handle = self._prepared()

    def run(self, work: t.Callable[[], None]) -> None:
        """Do `work` within what is left of the time limit."""
        within(self._clock.next() + _GRACE, work)

    def protect(self) -> None:
        """Put TLS in force, and make sure that it is; Kerberos protects by the login itself."""
        import ldap

        if self._settings.security is Security.GSSAPI:
            return
        self._connect_by_tls()
        if not self.handle.get_option(ldap.OPT_X_TLS_VERSION):
            raise self._not_sealed("OpenLDAP reports no TLS on the connection")
        self._is_protected = True

    def _connect_by_tls(self) -> None:
        import ldap

        if self._settings.security is Security.STARTTLS:
            self.handle.start_tls_s()
            return
        # Only a first request connects; everybody may send this one, and any answer will do.
        number = self.handle.search_ext("", ldap.SCOPE_BASE, attrlist=["1.1"])
        try:
            self.handle.result3(number, all=1, timeout=self._clock.next())
        except ldap.LDAPError as error:
            if name_of(error) in _BROKEN:
                raise

    def log_in(self) -> None:
        """Log in by ticket and check the seal, or by password where TLS is in force."""
        import ldap
        import ldap.sasl

        if self._settings.security is Security.GSSAPI:
            self.handle.sasl_interactive_bind_s("", ldap.sasl.gssapi(""))
            strength = self.handle.get_option(ldap.OPT_X_SASL_SSF) or 0
            if strength < LEAST_SSF:
                raise self._not_sealed(f"the seal has the strength {strength}, and {LEAST_SSF} is the least")
        elif self._is_protected and self._settings.bind_user and self._settings.bind_password:
            number = self.handle.simple_bind(self._settings.bind_user, self._settings.bind_password)
            self.handle.result3(number, all=1, timeout=self._clock.next())
        else:
            raise self._not_sealed("there is no TLS, or no password")

    def explained(self, error: Exception) -> DirectoryUnreachable:
        """Return the error for what python-ldap raised on the way."""
        said = self._settings.masked(words(error))
        if name_of(error) in _BROKEN:
            return self.unusable(said)
        if not self._is_protected and self._settings.security is not Security.GSSAPI:
            return self._not_sealed(said)
        return login_failed(error, str(self._endpoint), self._settings.bind_user, said)

    def unusable(self, said: str) -> DirectoryUnreachable:
        """Return the error after a failure without a reason, with the reason if one can be found."""
        seconds = min(self._settings.timeout, _LONGEST_LOOK)
        found = look_at(self._endpoint, self._settings.security, self._ca_file, seconds)
        if found is None:
            return broken_off(str(self._endpoint), None, said)
        return DirectoryUnreachable(found.message, code=found.code, cause=found.cause or said, remedy=found.remedy)

    def _not_sealed(self, cause: str) -> DirectoryUnreachable:
        return DirectoryUnreachable(
            f"The connection to {self._endpoint} is not sealed, so it was given up.",
            code="not_sealed",
            cause=cause,
            remedy="Set security to another choice: ldaps and starttls need a certificate on the domain controller,"
            " gssapi needs a Kerberos ticket.",
        )

    def _prepared(self) -> t.Any:
        import ldap

        scheme = "ldaps" if self._settings.security is Security.LDAPS else "ldap"
        # A trace would show the password. The environment can ask for one, and counts where the level is 0.
        handle = ldap.initialize(f"{scheme}://{self._endpoint}", trace_level=-1)
        for option, value in self._options():
            handle.set_option(option, value)
        return handle

    def _options(self) -> t.Iterator[tuple[int, t.Any]]:
        import ldap

        yield ldap.OPT_PROTOCOL_VERSION, ldap.VERSION3
        yield ldap.OPT_REFERRALS, ldap.OPT_OFF
        yield ldap.OPT_NETWORK_TIMEOUT, self._settings.timeout
        yield ldap.OPT_TIMEOUT, self._settings.timeout
        # Take the name that we were given, not the one that reverse DNS makes of the address.
        yield ldap.OPT_X_SASL_NOCANON, ldap.OPT_ON
        yield ldap.OPT_X_SASL_SSF_MIN, LEAST_SSF
        yield ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND
        yield ldap.OPT_X_TLS_PROTOCOL_MIN, ldap.OPT_X_TLS_PROTOCOL_TLS1_2
        if self._ca_file:
            yield ldap.OPT_X_TLS_CACERTFILE, self._ca_file
        if self._settings.ca_path:
            # This CA, and none that the system's ldap.conf adds.
            yield ldap.OPT_X_TLS_CACERTDIR, ""
        # The last one: it makes the others count.
        yield ldap.OPT_X_TLS_NEWCTX, 0


def _ca_file(settings: DirectorySettings) -> str | None:
    """Return the file with the trusted CAs: the one that was given, OpenLDAP's own, or the system's."""
    import ldap

    return settings.ca_path or ldap.get_option(ldap.OPT_X_TLS_CACERTFILE) or ssl.get_default_verify_paths().cafile


def _close(handle: t.Any) -> None:
    import ldap

    try:
        handle.unbind_ext_s()
    except ldap.LDAPError:
        # It is closed already.
        return
