# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of Ansible's winrm and psrp connections, as settings of a session.

Only `get_option` is read, the one documented interface of a connection plugin; the plugin itself never connects, so no
shell and no runspace is opened. The defaults are the plugins' own. They differ between versions of ansible-core in two
places: what a user name with an `@` means to winrm (since 2.19), and the Kerberos service of psrp (since 2.21).
"""

from __future__ import annotations

import contextlib
import difflib
import functools
import importlib.util
import ipaddress
import math
import os
import shlex
import typing as t

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.release import __version__ as ansible_version

from .._errors import Refusal
from .._outbound import Outbound
from .._secrets import Secret
from .._session import ClientCertificate, CredSSP, Kerberos, Kinit, Proxy, PsrpSettings, Tls, WinRMSettings, bare

__all__ = ["FOREIGN", "plugin_name", "runs_here", "settings_from", "speaks_wsman"]

FOREIGN = "foreign_connection"
"""The code of a host that is no Windows machine, as an inventory of all hosts has some."""

_T = t.TypeVar("_T")
_WINRM_LOGINS = ("basic", "certificate", "credssp", "kerberos", "ntlm", "plaintext", "ssl")
_PSRP_LOGINS = ("basic", "certificate", "credssp", "kerberos", "negotiate", "ntlm")
_VALIDATION = ("validate", "ignore")
_VARIABLES = {"kerberos_mode": "kinit_mode", "kerberos_command": "kinit_cmd"}
"""Options of winrm whose variable has another name."""
_MOST_BYTES, _LEAST_BYTES, _PSRP_BYTES = 512_000, 8192, 153_600
"""What an answer may have, what DSP0226 lets MaxEnvelopeSize be at least, and the default of the psrp connection."""


def settings_from(connection: t.Any, outbound: Outbound | None = None) -> WinRMSettings | PsrpSettings:
    """Return the session settings that a connection plugin's options amount to.

    `outbound` is what the environment said before threads were started; without it the environment is read now.
    Raises Refusal: `foreign_connection` for any plugin but winrm and psrp, `bad_connection_option` for a bad value.
    """
    name = plugin_name(connection)
    outbound = Outbound.of(os.environ) if outbound is None else outbound
    if name == "winrm":
        return _winrm(_Options(connection, "ansible_winrm_"), outbound)
    if name == "psrp":
        return _psrp(_Options(connection, "ansible_psrp_"), outbound)
    raise Refusal(
        f"This task speaks WS-Management and cannot go over the connection '{name}'.",
        code=FOREIGN,
        remedy="Set ansible_connection to winrm or psrp for this host.",
    )


class _Options:
    """One plugin's options, and the further variables it passes through to its library (`_extras`)."""

    def __init__(self, connection: t.Any, prefix: str) -> None:
        self._connection = connection
        self._prefix = prefix

    def value(self, name: str, default: t.Any = None) -> t.Any:
        """Return an option, or `default` where it is unset or this version of the plugin does not have it."""
        try:
            value = self._connection.get_option(name)
        except KeyError:
            return default
        return default if value is None else value

    def has_extra(self, name: str) -> bool:
        """Return whether such a variable was given at all."""
        return self._prefix + name in (self.value("_extras") or {})

    def extra(self, name: str, default: t.Any = None) -> t.Any:
        """Return a variable that is no option of the plugin, such as `ansible_winrm_message_encryption`."""
        value = (self.value("_extras") or {}).get(self._prefix + name)
        return default if value is None else value

    def text(self, name: str) -> str | None:
        """Return an option as plain text, `None` if it is unset or empty."""
        return _text(self.value(name))

    def extra_text(self, name: str) -> str | None:
        """Return such a variable as plain text, `None` if it is unset or empty."""
        return _text(self.extra(name))

    def secret(self, name: str) -> Secret | None:
        """Return an option as a secret; an empty password is one too."""
        value = self.value(name)
        return None if value is None else Secret(str(value))

    def parsed(self, name: str, value: t.Any, read: t.Callable[[t.Any], _T]) -> _T:
        """Return `value` read as what it has to be; the name is for the refusal."""
        try:
            return read(value)
        except (TypeError, ValueError):
            raise self.refusal(name, "has a value that cannot be used") from None

    def choice(self, name: str, value: t.Any, choices: t.Sequence[str]) -> str:
        """Return `value` if it is one of several words; the refusal lists them, the nearest first."""
        text = str(value).strip()
        if text in choices:
            return text
        near = difflib.get_close_matches(text.lower(), choices, n=1, cutoff=0.5)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise self.refusal(name, f"is '{text}', which is not one of {', '.join(choices)}", hint)

    def number(self, name: str, value: t.Any, least: float = 0.0, most: float = math.inf) -> float:
        """Return `value` as a number within bounds; at a `least` of 0 it has to be more than that."""
        number = self.parsed(name, value, float)
        is_valid = (number >= least if least else number > 0) and number <= most
        if not is_valid or math.isinf(number):
            bounds = f"from {least:g} to {most:g}" if least else "of more than 0"
            raise self.refusal(name, f"is {value}; it has to be a number {bounds}")
        return number

    def port(self, value: t.Any) -> int:
        """Return a TCP port."""
        return int(self.number("port", self.parsed("port", value, int), 1, 65535))

    def host(self) -> str:
        """Return the host's name or address; brackets around an IPv6 address are left to the settings."""
        text = str(self.value("remote_addr", "")).strip()
        if not _is_host(text):
            shown = "" if "@" in text else f" '{text}'"  # a URL may hold a login
            raise Refusal(
                f"The address{shown} of the host is not a name or an IP address.",
                code="bad_connection_option",
                remedy="Set ansible_host to the name or address alone, and the port in ansible_port.",
            )
        return text

    def refusal(self, name: str, what: str, hint: str = "") -> Refusal:
        """Return the error for an option that cannot be honoured."""
        return Refusal(
            f"The connection's '{name}' {what}.",
            code="bad_connection_option",
            remedy=f"Correct the connection option '{name}' ({self._prefix}{_VARIABLES.get(name, name)}).{hint}",
        )


def _winrm(options: _Options, outbound: Outbound) -> WinRMSettings:
    port = options.port(options.value("port", 5986))
    scheme = _scheme(options, "scheme") or ("http" if port == 5985 else "https")
    user = options.text("remote_user")
    password = options.secret("remote_password")
    transports = _winrm_transports(options, user, scheme)
    operation, read = _winrm_timeouts(options)
    return WinRMSettings(
        host=options.host(),
        port=port,
        scheme=scheme,
        path=options.text("path") or "/wsman",
        user=user,
        password=password,
        operation_timeout=operation,
        read_timeout=read,
        encryption=options.parsed("message_encryption", options.extra("message_encryption", "auto"), _encryption),
        tls=Tls(
            validate=_validates(options, "server_cert_validation", options.extra_text("server_cert_validation")),
            ca=_unless(options.extra_text("ca_trust_path"), "legacy_requests"),
        ),
        certificate=_certificate(options.extra_text("cert_pem"), options.extra_text("cert_key_pem")),
        kerberos=Kerberos(
            service=options.extra_text("service") or "HTTP",
            hostname_override=options.extra_text("kerberos_hostname_override"),
            delegate=_flag(options, "kerberos_delegation", False),
        ),
        credssp=_winrm_credssp(options),
        send_cbt=_flag(options, "send_cbt", True),
        proxy=_winrm_proxy(options),
        outbound=outbound,
        transports=transports,
        kinit=_kinit(options, password) if "kerberos" in transports else None,
    )


def _winrm_transports(options: _Options, user: str | None, scheme: str) -> tuple[str, ...]:
    given = options.value("transport")
    names = [given] if isinstance(given, str) else list(given or ())
    if names and names[0] is not None:
        return tuple(options.choice("transport", name, _WINRM_LOGINS) for name in names)
    plain = "ssl" if scheme == "https" else "plaintext"
    if not user or "@" not in user:
        return (plain,)
    if _version() >= (2, 19):
        return ("kerberos",)
    return ("kerberos", plain) if importlib.util.find_spec("kerberos") else (plain,)


def _winrm_timeouts(options: _Options) -> tuple[float, float]:
    both = options.value("connection_timeout")
    if both:
        seconds = options.number("connection_timeout", both)
        return seconds, seconds + 10
    operation = options.parsed("operation_timeout_sec", options.extra("operation_timeout_sec", 20), float)
    read = options.parsed("read_timeout_sec", options.extra("read_timeout_sec", 30), float)
    return operation, _longer(options, "read_timeout_sec", read, operation)


def _winrm_credssp(options: _Options) -> CredSSP:
    minimum = options.extra("credssp_minimum_version", 2)
    return CredSSP(
        mechanism=_credssp_mechanism(options, options.extra_text("credssp_auth_mechanism")),
        disable_tls12=_flag(options, "credssp_disable_tlsv1_2", False),
        minimum_version=options.parsed("credssp_minimum_version", minimum, int),
    )


def _winrm_proxy(options: _Options) -> Proxy:
    if not options.has_extra("proxy"):
        return Proxy()
    proxy = options.extra_text("proxy")
    if proxy == "legacy_requests":
        return Proxy()
    return Proxy(url=Secret(proxy)) if proxy else Proxy(environment=False)


def _kinit(options: _Options, password: Secret | None) -> Kinit | None:
    mode = options.text("kerberos_mode")
    if mode is not None:
        options.choice("kerberos_mode", mode, ("managed", "manual"))
    if mode == "manual" or (mode is None and not password):
        return None
    return Kinit(
        command=options.text("kerberos_command") or "kinit",
        arguments=tuple(options.parsed("kinit_args", options.text("kinit_args") or "", shlex.split)),
        environment=tuple(str(name) for name in options.value("kinit_env_vars") or ()),
    )


def _psrp(options: _Options, outbound: Outbound) -> PsrpSettings:
    scheme, port = _psrp_place(options)
    number = functools.partial(_number, options)
    operation = number("operation_timeout", 20.0)
    proxy = options.text("proxy")
    return PsrpSettings(
        host=options.host(),
        port=port,
        scheme=scheme,
        path=options.text("path") or "wsman",
        user=options.text("remote_user"),
        password=options.secret("remote_password"),
        operation_timeout=operation,
        read_timeout=_longer(options, "read_timeout", number("read_timeout", 30.0), operation),
        encryption=options.parsed("message_encryption", options.value("message_encryption", "auto"), _encryption),
        tls=Tls(
            validate=_validates(options, "cert_validation", options.text("cert_validation")),
            ca=options.text("ca_cert"),
        ),
        certificate=_psrp_certificate(options),
        kerberos=Kerberos(
            service=options.text("negotiate_service") or "WSMAN",
            hostname_override=options.text("negotiate_hostname_override"),
            delegate=boolean(options.value("negotiate_delegate", False)),
        ),
        credssp=CredSSP(
            mechanism=_credssp_mechanism(options, options.text("credssp_auth_mechanism")),
            disable_tls12=boolean(options.value("credssp_disable_tlsv1_2", False)),
            minimum_version=int(number("credssp_minimum_version", 2)),
        ),
        send_cbt=boolean(options.value("negotiate_send_cbt", True)),
        proxy=Proxy(url=Secret(proxy)) if proxy else _psrp_environment_proxy(options),
        outbound=outbound,
        auth=options.choice("auth", options.text("auth") or "negotiate", _PSRP_LOGINS),
        connection_timeout=options.number("connection_timeout", options.value("connection_timeout", 30.0)),
        reconnection_retries=int(number("reconnection_retries", 0)),
        reconnection_backoff=number("reconnection_backoff", 2.0),
        max_envelope_size=_psrp_envelope(options),
    )


def _psrp_envelope(options: _Options) -> int:
    """Return the bytes that an answer may have; the plugin's default, which is made for shells, stands for ours."""
    given = int(_number(options, "max_envelope_size", _PSRP_BYTES))
    if given < _LEAST_BYTES:
        raise options.refusal("max_envelope_size", f"is {given}; it has to be {_LEAST_BYTES} or more")
    return _MOST_BYTES if given == _PSRP_BYTES else min(given, _MOST_BYTES)


def _psrp_place(options: _Options) -> tuple[str, int]:
    scheme, port = _scheme(options, "protocol"), options.value("port")
    if port is None:
        return scheme or "https", 5985 if scheme == "http" else 5986
    number = options.port(port)
    return scheme or ("http" if number == 5985 else "https"), number


def _psrp_environment_proxy(options: _Options) -> Proxy:
    return Proxy(environment=not boolean(options.value("ignore_proxy", False)))


def _psrp_certificate(options: _Options) -> ClientCertificate | None:
    password = options.value("certificate_key_password") or options.extra("certificate_key_password")
    return _certificate(options.text("certificate_pem"), options.text("certificate_key_pem"), password)


def _certificate(certificate: str | None, key: str | None, password: t.Any = None) -> ClientCertificate | None:
    if not certificate or not key:
        return None
    return ClientCertificate(certificate, key, Secret(str(password)) if password else None)


def _number(options: _Options, name: str, default: float) -> float:
    return options.parsed(name, options.value(name, default), float)


def _flag(options: _Options, name: str, default: bool) -> bool:
    return bool(options.parsed(name, options.extra(name, default), boolean))


def _longer(options: _Options, name: str, read: float, operation: float) -> float:
    """Return the read timeout, which has to outlast the machine's own, or its answer would never be heard."""
    if not 0 < operation < read:
        raise options.refusal(name, f"must be more than the operation timeout, {operation:g} seconds")
    return read


def _encryption(value: t.Any) -> t.Any:
    if value not in ("auto", "always", "never"):
        raise ValueError(value)
    return str(value)


def _scheme(options: _Options, name: str) -> str | None:
    scheme = options.text(name)
    return None if scheme is None else options.choice(name, scheme, ("http", "https"))


def _validates(options: _Options, name: str, given: str | None) -> bool:
    return options.choice(name, given or "validate", _VALIDATION) == "validate"


def _credssp_mechanism(options: _Options, given: str | None) -> str:
    return options.choice("credssp_auth_mechanism", given or "auto", ("auto", "kerberos", "ntlm"))


def _is_host(text: str) -> bool:
    host = bare(text)
    if ":" in host:
        with contextlib.suppress(ValueError):
            return bool(ipaddress.IPv6Address(host))
        return False
    return bool(host) and not any(sign in "/\\@?#[]" or sign.isspace() for sign in host)


def _unless(value: str | None, nothing: str) -> str | None:
    return None if value == nothing else value


def _text(value: t.Any) -> str | None:
    return None if value is None or str(value) == "" else str(value)


def _version() -> tuple[int, ...]:
    return tuple(int(part) for part in ansible_version.split(".")[:2])


_BUILTIN = ("ansible.builtin.", "ansible.legacy.")


def plugin_name(connection: t.Any) -> str:
    """Return the plain name of a connection's plugin; one built on winrm or psrp counts as that."""
    name = getattr(connection, "ansible_name", None) or getattr(connection, "transport", None) or "unknown"
    for prefix in _BUILTIN:
        name = name.removeprefix(prefix)
    if name not in ("winrm", "psrp") and getattr(connection, "transport", None) in ("winrm", "psrp"):
        return str(connection.transport)
    return str(name)


def speaks_wsman(connection: t.Any) -> bool:
    """Tell whether a connection leads to a Windows machine over WS-Management."""
    return plugin_name(connection) in ("winrm", "psrp")


def runs_here(connection: t.Any) -> bool:
    """Tell whether the controller is the place to run Python for a host: it is one itself, or a Windows machine."""
    return speaks_wsman(connection) or plugin_name(connection) == "local"
