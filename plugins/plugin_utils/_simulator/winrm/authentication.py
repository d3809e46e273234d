# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is calling: Basic for one request, NTLM for one connection, with the sealing that NTLM leaves behind.

A Windows host offers Basic on its HTTPS listener only (AllowUnencrypted is false), and Negotiate on both. The NTLM
context belongs to the TCP connection: it is made by two round trips, and every later message on that connection is
sealed and unsealed with its running key stream, so one lost message spoils the connection. That is modelled by having
one `Login` per connection.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hmac
import os
import struct
import threading
import typing as t
from dataclasses import dataclass
from pathlib import Path

from ..._errors import ActivationError, MissingLibrary, pip_install
from ..._secrets import Secret, reveal
from . import encryption
from .private_files import make_private_directory, write_private

__all__ = ["Login", "LoginAccount", "LoginAccounts", "LoginVerdict", "WrongContext", "account_of", "require_libraries"]

_NEGOTIATE = "Negotiate"
_BASIC = 'Basic realm="WSMAN"'
_RAW_NTLM = b"NTLMSSP\x00"
_FIRST_NTLM = _RAW_NTLM + b"\x01"
_USER_FILE = "NTLM_USER_FILE"
_MARKS = ":\r\n"
# The acceptor finds its accounts through the environment of the process, which all connections share.
_environment = threading.Lock()


class WrongContext(Exception):
    """A message was not sealed for this connection's context; a host answers that with HTTP 400."""


@dataclass(frozen=True)
class LoginAccount:
    """A user name and a password that a machine accepts."""

    username: str
    password: Secret

    def as_line(self) -> str:
        """Return the account as a line of an account file; raises for a user name that cannot be in one.

        That is `DOMAIN:USER:PASSWORD`. A password that would break the line is written as its NT hash, in the format of
        smbpasswd, which the acceptor reads too.
        """
        if any(mark in self.username for mark in _MARKS):
            raise ActivationError(
                "A simulated machine's user name cannot hold a colon or a line break.",
                code="invalid_description",
                cause="Basic ends the user name at the first colon (RFC 7617), and so does the NTLM account file.",
                remedy="Choose another user name for the simulated machine, or leave it out to get a random one.",
            )
        domain, _backslash, user = self.username.rpartition("\\")
        password = reveal(self.password)
        if any(mark in password for mark in _MARKS):
            return f"{self.username}:0:{'0' * 32}:{_nt_hash(password)}:[U]:LCT-00000000\n"
        return f"{domain}:{user}:{password}\n"


def account_of(description: t.Mapping[str, t.Any], default: LoginAccount) -> LoginAccount:
    """Return the account that a machine's description gives, completed by `default`; raises for one that cannot be."""
    given = description.get("credentials")
    if not given:
        return default
    unknown = next((name for name in given if name not in ("username", "password")), None)
    if unknown is not None:
        raise ActivationError(
            f"credentials has no field {unknown}.",
            code="invalid_description",
            remedy="Give username and password, or one of them.",
        )
    password = given.get("password")
    account = LoginAccount(
        username=str(given.get("username") or default.username),
        password=default.password if password is None else Secret(str(reveal(password))),
    )
    account.as_line()
    return account


class LoginAccounts:
    """Which account each machine accepts, and the account files that the NTLM acceptor reads."""

    def __init__(self, directory: Path, default: LoginAccount) -> None:
        self.directory = directory
        self.default = default
        self._lock = threading.Lock()
        self._files: dict[LoginAccount, Path] = {}
        make_private_directory(directory)
        self.file_of(default)

    def of(self, description: t.Mapping[str, t.Any]) -> LoginAccount:
        """Return the account of a machine: its own `credentials`, completed by the fleet's."""
        return account_of(description, self.default)

    def file_of(self, account: LoginAccount) -> Path:
        """Return the file that holds nothing but `account`, so that equal user names may have different passwords."""
        with self._lock:
            path = self._files.get(account)
            if path is None:
                path = self.directory / f"{len(self._files)}.account"
                write_private(path, account.as_line())
                self._files[account] = path
            return path

    def forget(self) -> None:
        """Remove the account files, and their trace in the environment."""
        with _environment, self._lock:
            if os.environ.get(_USER_FILE, "") in {str(path) for path in self._files.values()}:
                del os.environ[_USER_FILE]
            for path in self._files.values():
                path.unlink(missing_ok=True)
            self._files.clear()
            with contextlib.suppress(OSError):
                self.directory.rmdir()


@dataclass(frozen=True)
class LoginVerdict:
    """What a login came to: accepted, or the `WWW-Authenticate` values to answer 401 with.

    `rejected` tells wrong credentials from a handshake that is merely not finished; `fresh` that this very request
    brought the credentials that were accepted.
    """

    accepted: bool
    offers: tuple[str, ...] = ()
    rejected: bool = False
    fresh: bool = False


class Login:
    """The login of one connection, from its first request to its end; not for use by two threads at once."""

    def __init__(self, accounts: LoginAccounts, *, tls: bool) -> None:
        self._accounts = accounts
        self._tls = tls
        self._pending: t.Any = None
        self._context: t.Any = None
        self._account: LoginAccount | None = None

    def check(self, authorization: str | None, account: LoginAccount) -> LoginVerdict:
        """Judge a request by its `Authorization` header, or by the connection's context when it has none."""
        if not authorization:
            known = self._context is not None and self._account == account
            return LoginVerdict(True) if known else LoginVerdict(False, self.offers)
        scheme, _blank, credentials = authorization.partition(" ")
        if scheme.lower() == "basic":
            return self._check_basic(credentials.strip(), account)
        if scheme.lower() in ("negotiate", "ntlm"):
            return self._check_negotiate(scheme, credentials.strip(), account)
        return LoginVerdict(False, self.offers, rejected=True)

    @property
    def offers(self) -> tuple[str, ...]:
        """The authentication schemes this listener offers."""
        return (_NEGOTIATE, _BASIC) if self._tls else (_NEGOTIATE,)

    def _check_basic(self, credentials: str, account: LoginAccount) -> LoginVerdict:
        expected = f"{account.username}:{reveal(account.password)}"
        try:
            given = base64.b64decode(credentials, validate=True)
        except binascii.Error:
            return LoginVerdict(False, self.offers, rejected=True)
        # Clients differ in how they encode what is not ASCII.
        encodings = [expected.encode(), expected.encode("latin-1", "replace")]
        if self._tls and any(hmac.compare_digest(given, candidate) for candidate in encodings):
            return LoginVerdict(True, fresh=True)
        return LoginVerdict(False, self.offers, rejected=True)

    def _check_negotiate(self, scheme: str, credentials: str, account: LoginAccount) -> LoginVerdict:
        try:
            token = base64.b64decode(credentials, validate=True)
        except binascii.Error:
            return LoginVerdict(False, self.offers, rejected=True)
        try:
            answer = self._step(token, account)
        except (_spnego().exceptions.SpnegoError, ValueError, IndexError, struct.error):
            # The first for wrong credentials, the others for a token that is none.
            self._pending = None
            return LoginVerdict(False, self.offers, rejected=True)
        offers = (f"{scheme} {base64.b64encode(answer).decode()}",) if answer else ()
        if not self._pending.complete:
            return LoginVerdict(False, offers)
        self._context, self._account, self._pending = self._pending, account, None
        return LoginVerdict(True, offers, fresh=True)

    def _step(self, token: bytes, account: LoginAccount) -> bytes | None:
        path = str(self._accounts.file_of(account))
        with _environment:
            if os.environ.get(_USER_FILE) != path:
                os.environ[_USER_FILE] = path
            if token.startswith(_FIRST_NTLM) or self._pending is None:
                self._pending, self._context = _acceptor(token), None
            return t.cast("bytes | None", self._pending.step(token))

    def unseal(self, body: bytes) -> bytes:
        """Return the message inside a sealed body; raises WrongContext."""
        if self._context is None:
            raise WrongContext("no context")
        try:
            signature, sealed, length = encryption.unpack(body)
            message = t.cast(bytes, self._context.unwrap_winrm(signature, sealed))
        except (encryption.BrokenFrame, _spnego().exceptions.SpnegoError, ValueError, struct.error) as error:
            raise WrongContext(type(error).__name__) from None
        if len(message) != length:
            raise WrongContext("length differs")
        return message

    def seal(self, message: bytes) -> bytes:
        """Return the sealed body around an answer."""
        wrapped = self._context.wrap_winrm(message)
        return encryption.pack(wrapped.header, wrapped.data, len(message) + wrapped.padding_length)


def _acceptor(token: bytes) -> t.Any:
    """Return a fresh acceptor; pure Python in both cases, whatever GSSAPI mechanisms the system has."""
    spnego = _spnego()
    raw = token.startswith(_RAW_NTLM)
    options = spnego.NegotiateOptions.use_ntlm if raw else spnego.NegotiateOptions.use_negotiate
    return spnego.server(protocol="ntlm" if raw else "negotiate", options=options)


def _nt_hash(password: str) -> str:
    """Return the hash that NTLM knows a password by ([MS-NLMP] 3.3.1), in hexadecimal."""
    _spnego()
    from spnego._ntlm_raw.crypto import ntowfv1

    return ntowfv1(password).hex().upper()


def require_libraries() -> None:
    """Raise MissingLibrary unless the login can be served."""
    _spnego()


def _spnego() -> t.Any:
    try:
        import spnego
        import spnego.exceptions
    except ImportError as error:
        raise MissingLibrary(
            "The simulated fleet needs the Python library pyspnego for NTLM logins.",
            code="missing_library",
            cause=str(error),
            remedy=f"Run: {pip_install('pyspnego')}",
        ) from None
    return spnego
