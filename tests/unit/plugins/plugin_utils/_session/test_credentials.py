# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a login lacks is said before the machine is asked, with the variable to set."""

from __future__ import annotations

import dataclasses
import importlib.util
import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import (
    AuthenticationFailed,
    ConnectionFailed,
    Unsealed,
)
from ansible_collections.volume.activation.plugins.plugin_utils._outbound import Outbound
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._session import (
    ClientCertificate,
    ConnectionSettings,
    Kinit,
    Proxy,
    PsrpSettings,
    WinRMSettings,
    open_session,
)
from ansible_collections.volume.activation.plugins.plugin_utils._session.credentials import check_credentials
from ansible_collections.volume.activation.plugins.plugin_utils._session.proxy_failures import address_of

MESSAGE = b"<s:Envelope/>"
CERTIFICATE = ClientCertificate("c.pem", "c.key")


def winrm(transport: str, **changes: t.Any) -> ConnectionSettings:
    """Return settings for a machine that nobody may ask."""
    return WinRMSettings(**{"host": "host.invalid", "transports": (transport,), **changes})


def psrp(auth: str, **changes: t.Any) -> ConnectionSettings:
    """Return settings for a machine that nobody may ask."""
    return PsrpSettings(**{"host": "host.invalid", "auth": auth, **changes})


def refused(settings: ConnectionSettings) -> AuthenticationFailed:
    """Return how the first message fails; nothing was sent and no login was counted."""
    with pytest.raises(AuthenticationFailed) as caught:
        open_session(settings).send(MESSAGE)
    assert not caught.value.sent
    assert not caught.value.login_counted
    assert caught.value.__context__ is None
    return caught.value


BASIC = [winrm("basic"), winrm("ssl"), psrp("basic")]


@pytest.mark.parametrize("settings", BASIC, ids=lambda settings: f"{settings.library}-{settings.mechanisms[0]}")
@pytest.mark.parametrize(
    ("user", "password"),
    [("user", "P€ssw0rd-1"), ("Łukasz", "Open-Sesame-42"), ("user", "鍵-Sesame-42"), ("u😀", "p😀")],
)
def test_basic_cannot_send_more_than_latin_1(settings: ConnectionSettings, user: str, password: str) -> None:
    error = refused(dataclasses.replace(settings, user=user, password=Secret(password)))
    assert error.code == "basic_not_latin1"
    assert settings.names.login in (error.remedy or "")
    for text in (error.message, error.cause or "", error.remedy or ""):
        assert not {character for character in text if ord(character) > 0xFF}
        assert "position" not in text


@pytest.mark.parametrize("settings", BASIC, ids=lambda settings: f"{settings.library}-{settings.mechanisms[0]}")
def test_basic_sends_latin_1(settings: ConnectionSettings) -> None:
    check_credentials(
        dataclasses.replace(settings, user="jürgen", password=Secret("Öffne-Dich-1")), settings.mechanisms[0]
    )


def test_ntlm_sends_any_character() -> None:
    for settings in (winrm("ntlm"), psrp("ntlm")):
        check_credentials(dataclasses.replace(settings, user="Łukasz", password=Secret("P€ssw0rd-1")), "ntlm")


def test_a_proxys_login_beyond_latin_1_is_refused_too() -> None:
    proxy = Proxy(url=Secret("http://user:P%E2%82%ACss@proxy:3128"))
    error = refused(psrp("ntlm", user="u", password=Secret("Open-Sesame-42"), proxy=proxy))
    assert error.code == "basic_not_latin1"
    assert "ansible_psrp_proxy" in error.message


@pytest.mark.parametrize(
    "settings", [*BASIC, winrm("ntlm"), psrp("ntlm")], ids=lambda row: f"{row.library}-{row.mechanisms}"
)
@pytest.mark.parametrize(
    ("login", "variable"),
    [
        ({"user": None, "password": Secret("Open-Sesame-42")}, "ansible_user"),
        ({"user": "", "password": None}, "ansible_user"),
        ({"user": "u", "password": None}, "ansible_password"),
        ({"user": "u", "password": Secret("")}, "ansible_password"),
    ],
)
def test_what_is_missing_is_named(settings: ConnectionSettings, login: dict[str, t.Any], variable: str) -> None:
    error = refused(dataclasses.replace(settings, **login))
    assert variable in (error.remedy or "")


@pytest.mark.parametrize(
    ("settings", "mechanism"),
    [
        (winrm("kerberos"), "kerberos"),
        (winrm("kerberos", user="u@CORP.EXAMPLE"), "kerberos"),
        (psrp("kerberos"), "kerberos"),
        (winrm("certificate", certificate=CERTIFICATE), "certificate"),
        (winrm("ssl", certificate=CERTIFICATE), "ssl"),
        (psrp("certificate", certificate=CERTIFICATE), "certificate"),
    ],
)
def test_a_ticket_or_a_certificate_needs_no_password(settings: ConnectionSettings, mechanism: str) -> None:
    check_credentials(settings, mechanism)


def test_a_ticket_that_is_fetched_needs_both() -> None:
    with pytest.raises(AuthenticationFailed, match="password"):
        check_credentials(winrm("kerberos", user="u@CORP.EXAMPLE", kinit=Kinit()), "kerberos")


@pytest.mark.parametrize("has_kerberos", [True, False])
def test_negotiate_needs_a_password_where_only_ntlm_is_left(
    monkeypatch: pytest.MonkeyPatch, has_kerberos: bool
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: object() if has_kerberos else None)
    if has_kerberos:
        check_credentials(psrp("negotiate"), "negotiate")
        return
    with pytest.raises(AuthenticationFailed, match="user"):
        check_credentials(psrp("negotiate"), "negotiate")


@pytest.mark.parametrize("settings", [winrm("certificate"), psrp("certificate")])
def test_a_login_by_certificate_names_the_files_that_are_missing(settings: ConnectionSettings) -> None:
    error = refused(settings)
    assert settings.names.certificate in (error.remedy or "")


def test_a_message_that_would_travel_in_clear_is_refused_first() -> None:
    with pytest.raises(Unsealed):
        open_session(winrm("basic", scheme="http")).send(MESSAGE)


UNREADABLE = [
    "http://svc:Op3n/Sesame@proxy.example:3128",
    "http://svc:Op3n#Sesame@proxy.example:3128",
    "http://svc:Op3n?Sesame@proxy.example:3128",
    "http://svc:Op3n\\Sesame@proxy.example:3128",
    "http://svc:Op3n Sesame@proxy.example:3128",
    "http://svc:Op3n[Sesame@proxy.example:3128",
    "http://svc:7/Sesame@proxy.example:3128",
    "http:/svc:Op3nSesame@proxy.example:3128",
    "svc:Op3n/Sesame@proxy.example:3128",
    "http://svc:Op3nSesame@",
    "http://svc:Op3nSesame@proxy.example:http",
]


@pytest.mark.parametrize("url", UNREADABLE)
@pytest.mark.parametrize("settings", [winrm("ntlm"), psrp("ntlm")], ids=lambda settings: settings.library)
@pytest.mark.parametrize("variable", [None, "HTTPS_PROXY", "all_proxy"])
def test_a_proxy_whose_url_cannot_be_read_is_refused_without_quoting_it(
    settings: ConnectionSettings, url: str, variable: str | None
) -> None:
    held = {"outbound": Outbound.of({variable: url})} if variable else {"proxy": Proxy(Secret(url))}
    login = {"user": "user", "password": Secret("Open-Sesame-42")}
    with pytest.raises(ConnectionFailed) as caught:
        open_session(dataclasses.replace(settings, **login, **held)).send(MESSAGE)
    error = caught.value
    assert (error.code, error.sent) == ("proxy_failed", False)
    assert (variable or settings.names.proxy) in error.message
    for text in (error.message, error.cause or "", error.remedy or ""):
        assert not [part for part in ("Op3n", "Sesame", "svc") if part in text]


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://svc:a%2Fb@proxy.example:3128", "proxy.example:3128"),
        ("http://svc:a@b@proxy.example:3128/", "proxy.example:3128"),
        ("svc:a@proxy.example:3128", "proxy.example:3128"),
        ("//svc:a@proxy.example", "proxy.example"),
        ("http://[2001:db8::5]:3128", "[2001:db8::5]:3128"),
        ("http://[2001:db8::5:3128", None),
        ("", None),
    ],
)
def test_a_proxy_is_named_by_host_and_port_alone(url: str, address: str | None) -> None:
    assert address_of(url) == address
