# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of the installed winrm and psrp plugins become the settings those plugins would have used."""

from __future__ import annotations

import importlib.util
import typing as t

import pytest
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader
from ansible.release import __version__ as ansible_version

from ansible_collections.volume.activation.plugins.plugin_utils._action.connection_settings import settings_from
from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._outbound import Outbound
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._session import (
    ClientCertificate,
    CredSSP,
    Kerberos,
    Kinit,
    Proxy,
    PsrpSettings,
    Tls,
    WinRMSettings,
)

VERSION = tuple(int(part) for part in ansible_version.split(".")[:2])


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the proxies and CA bundles of the developer's environment out."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "requests_ca_bundle", "curl_ca_bundle"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def connection(plugin: str, **variables: t.Any) -> t.Any:
    """Return a real connection plugin with its options set from inventory variables, as a task would."""
    loaded = connection_loader.get(plugin, PlayContext(), "/dev/null")
    variables = {"inventory_hostname": "win1.example", **variables}
    prefix = f"ansible_{loaded._load_name.split('.')[-1]}_"
    extras = {name: value for name, value in variables.items() if name.startswith(prefix)}
    options = {**variables, "_extras": extras} if getattr(loaded, "allow_extras", False) else variables
    loaded.set_options(var_options=options)
    return loaded


def winrm(**variables: t.Any) -> WinRMSettings:
    """Return what a winrm connection with these variables amounts to."""
    settings = settings_from(connection("winrm", **variables))
    assert isinstance(settings, WinRMSettings)
    return settings


def psrp(**variables: t.Any) -> PsrpSettings:
    """Return what a psrp connection with these variables amounts to."""
    settings = settings_from(connection("psrp", **variables))
    assert isinstance(settings, PsrpSettings)
    return settings


def test_winrm_has_the_plugins_defaults() -> None:
    assert winrm(ansible_user="u", ansible_password="p") == WinRMSettings(
        host="win1.example", user="u", password=Secret("p"), transports=("ssl",), operation_timeout=20, read_timeout=30
    )


def test_psrp_has_the_plugins_defaults() -> None:
    service = "host" if VERSION >= (2, 21) else "WSMAN"
    assert psrp(ansible_user="u", ansible_password="p") == PsrpSettings(
        host="win1.example", user="u", password=Secret("p"), kerberos=Kerberos(service=service)
    )


@pytest.mark.parametrize(
    ("variables", "scheme", "port", "transports"),
    [
        ({}, "https", 5986, ("ssl",)),
        ({"ansible_port": 5985}, "http", 5985, ("plaintext",)),
        ({"ansible_port": 8443}, "https", 8443, ("ssl",)),
        ({"ansible_port": 8080, "ansible_winrm_scheme": "http"}, "http", 8080, ("plaintext",)),
        ({"ansible_winrm_transport": "ntlm"}, "https", 5986, ("ntlm",)),
        ({"ansible_winrm_transport": "kerberos, ntlm"}, "https", 5986, ("kerberos", "ntlm")),
        ({"ansible_winrm_transport": ["credssp"]}, "https", 5986, ("credssp",)),
    ],
)
def test_winrm_chooses_scheme_and_transport_as_the_plugin_does(
    variables: dict[str, t.Any], scheme: str, port: int, transports: tuple[str, ...]
) -> None:
    settings = winrm(ansible_user="u", **variables)
    assert (settings.scheme, settings.port, settings.transports) == (scheme, port, transports)


def test_winrm_takes_a_user_with_a_domain_to_kerberos_as_this_version_does() -> None:
    expected: tuple[str, ...] = ("kerberos",)
    if VERSION < (2, 19):
        expected = ("kerberos", "ssl") if importlib.util.find_spec("kerberos") else ("ssl",)
    assert winrm(ansible_user="u@EXAMPLE.TEST").transports == expected


@pytest.mark.parametrize(("port", "transport"), [(5986, "ssl"), (5985, "plaintext")])
def test_older_versions_try_kerberos_first_where_it_is_installed(
    monkeypatch: pytest.MonkeyPatch, port: int, transport: str
) -> None:
    module = settings_from.__module__
    monkeypatch.setattr(f"{module}.ansible_version", "2.16.14")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: object())
    assert winrm(ansible_user="u@EXAMPLE.TEST", ansible_port=port).transports == ("kerberos", transport)
    monkeypatch.setattr(f"{module}.ansible_version", "2.21.0")
    assert winrm(ansible_user="u@EXAMPLE.TEST", ansible_port=port).transports == ("kerberos",)


@pytest.mark.parametrize(
    ("variables", "scheme", "port"),
    [
        ({}, "https", 5986),
        ({"ansible_port": 5985}, "http", 5985),
        ({"ansible_port": 8080}, "https", 8080),
        ({"ansible_psrp_protocol": "http"}, "http", 5985),
        ({"ansible_psrp_protocol": "https"}, "https", 5986),
        ({"ansible_psrp_protocol": "http", "ansible_psrp_port": 80}, "http", 80),
    ],
)
def test_psrp_chooses_scheme_and_port_as_the_plugin_does(variables: dict[str, t.Any], scheme: str, port: int) -> None:
    settings = psrp(**variables)
    assert (settings.scheme, settings.port) == (scheme, port)


@pytest.mark.parametrize(
    ("variables", "managed"),
    [
        ({"ansible_password": "p"}, True),
        ({}, False),
        ({"ansible_password": ""}, False),
        ({"ansible_password": "p", "ansible_winrm_kinit_mode": "manual"}, False),
        ({"ansible_winrm_kinit_mode": "managed"}, True),
    ],
)
def test_winrm_fetches_a_ticket_when_the_plugin_would(variables: dict[str, t.Any], managed: bool) -> None:
    settings = winrm(ansible_user="u@EXAMPLE.TEST", ansible_winrm_transport="kerberos", **variables)
    assert (settings.kinit is not None) is managed


def test_winrm_passes_kerberos_settings_on() -> None:
    settings = winrm(
        ansible_user="u@EXAMPLE.TEST",
        ansible_password="p",
        ansible_winrm_transport="kerberos",
        ansible_winrm_kinit_cmd="/opt/kinit",
        ansible_winrm_kinit_args="-l 1h -R",
        ansible_winrm_kinit_env_vars=["KRB5_CONFIG"],
        ansible_winrm_kerberos_delegation="yes",
        ansible_winrm_kerberos_hostname_override="real.example",
        ansible_winrm_service="WSMAN",
    )
    assert settings.kinit == Kinit("/opt/kinit", ("-l", "1h", "-R"), ("KRB5_CONFIG",))
    assert settings.kerberos == Kerberos("WSMAN", "real.example", True)


def test_without_kerberos_there_is_no_ticket_to_fetch() -> None:
    assert winrm(ansible_user="u", ansible_password="p", ansible_winrm_transport="ntlm").kinit is None


@pytest.mark.parametrize(
    ("variables", "timeouts"),
    [
        ({"ansible_winrm_connection_timeout": 60}, (60, 70)),
        ({"ansible_winrm_operation_timeout_sec": 40, "ansible_winrm_read_timeout_sec": "90"}, (40, 90)),
    ],
)
def test_winrm_timeouts_are_those_of_the_plugin(variables: dict[str, t.Any], timeouts: tuple[int, int]) -> None:
    settings = winrm(**variables)
    assert (settings.operation_timeout, settings.read_timeout) == timeouts


def test_winrm_passes_the_further_variables_on() -> None:
    settings = winrm(
        ansible_winrm_message_encryption="always",
        ansible_winrm_server_cert_validation="ignore",
        ansible_winrm_ca_trust_path="/etc/ca.pem",
        ansible_winrm_cert_pem="/c.pem",
        ansible_winrm_cert_key_pem="/c.key",
        ansible_winrm_credssp_disable_tlsv1_2="true",
        ansible_winrm_credssp_auth_mechanism="ntlm",
        ansible_winrm_send_cbt="no",
        ansible_winrm_proxy="http://u:hush@proxy:3128",
        ansible_winrm_path="/other",
    )
    assert settings.encryption == "always"
    assert settings.tls == Tls(validate=False, ca="/etc/ca.pem")
    assert settings.certificate == ClientCertificate("/c.pem", "/c.key")
    assert settings.credssp == CredSSP("ntlm", True, 2)
    assert settings.send_cbt is False
    assert settings.proxy == Proxy(url=Secret("http://u:hush@proxy:3128"))
    assert settings.path == "/other"
    assert "hush" not in repr(settings)


@pytest.mark.parametrize("given", ["legacy_requests", None])
def test_winrm_leaves_ca_and_proxy_to_the_environment_by_default(given: str | None) -> None:
    settings = winrm(**({"ansible_winrm_ca_trust_path": given, "ansible_winrm_proxy": given} if given else {}))
    assert settings.tls == Tls()
    assert settings.proxy == Proxy()


def test_winrm_without_a_proxy_goes_straight() -> None:
    assert winrm(ansible_winrm_proxy=None).proxy == Proxy(environment=False)


@pytest.mark.parametrize("library", ["winrm", "psrp"])
def test_the_environment_is_read_when_the_settings_are_made(monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    monkeypatch.setenv("https_proxy", "http://u:hush@proxy:3128")
    monkeypatch.setenv("no_proxy", "10.0.0.0/8")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/etc/ca.pem")
    plugin = connection(library, ansible_host="srv01.corp.example")
    settings = settings_from(plugin)
    monkeypatch.setenv("https_proxy", "http://another:3128")
    assert (settings.proxy_url, settings.verify) == (Secret("http://u:hush@proxy:3128"), "/etc/ca.pem")
    assert "hush" not in repr(settings)
    excepted = settings_from(connection(library, ansible_host="10.1.2.3"))
    assert excepted.proxy_url is None
    assert settings_from(plugin, Outbound()).proxy_url is None


def test_variables_of_the_host_rule_the_environments_proxy_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy:3128")
    assert winrm(ansible_winrm_proxy=None).proxy_url is None
    assert psrp(ansible_psrp_ignore_proxy=True).proxy_url is None
    assert psrp(ansible_psrp_proxy="http://own:3128").proxy_url == Secret("http://own:3128")


def test_psrp_passes_every_option_on() -> None:
    settings = psrp(
        ansible_host="2001:db8::7",
        ansible_psrp_auth="certificate",
        ansible_psrp_ca_cert="/etc/ca.pem",
        ansible_psrp_certificate_pem="/c.pem",
        ansible_psrp_certificate_key_pem="/c.key",
        ansible_psrp_connection_timeout=7,
        ansible_psrp_read_timeout=50,
        ansible_psrp_operation_timeout=40,
        ansible_psrp_reconnection_retries=2,
        ansible_psrp_reconnection_backoff=3,
        ansible_psrp_message_encryption="always",
        ansible_psrp_proxy="http://proxy:3128",
        ansible_psrp_credssp_auth_mechanism="kerberos",
        ansible_psrp_credssp_disable_tlsv1_2=True,
        ansible_psrp_credssp_minimum_version=5,
        ansible_psrp_negotiate_delegate=True,
        ansible_psrp_negotiate_hostname_override="real.example",
        ansible_psrp_negotiate_send_cbt=False,
        ansible_psrp_negotiate_service="HTTP",
        ansible_psrp_max_envelope_size=512000,
        ansible_psrp_path="other",
    )
    assert settings == PsrpSettings(
        host="2001:db8::7",
        auth="certificate",
        path="other",
        tls=Tls(ca="/etc/ca.pem"),
        certificate=ClientCertificate("/c.pem", "/c.key"),
        connection_timeout=7,
        read_timeout=50,
        operation_timeout=40,
        reconnection_retries=2,
        reconnection_backoff=3,
        encryption="always",
        proxy=Proxy(url=Secret("http://proxy:3128")),
        outbound=settings.outbound,
        credssp=CredSSP("kerberos", True, 5),
        kerberos=Kerberos("HTTP", "real.example", True),
        send_cbt=False,
        max_envelope_size=512000,
    )


def test_psrp_ignores_the_environments_proxy_and_a_certificate_only_when_told_to() -> None:
    settings = psrp(ansible_psrp_ignore_proxy=True, ansible_psrp_cert_validation="ignore")
    assert settings.proxy == Proxy(environment=False)
    assert settings.tls.validate is False


@pytest.mark.parametrize("name", ["ansible.builtin.winrm", "ansible.legacy.winrm", "winrm"])
def test_winrm_is_known_by_each_of_its_names(name: str) -> None:
    assert isinstance(settings_from(connection(name)), WinRMSettings)


def test_a_plugin_of_another_collection_that_extends_winrm_is_taken_for_it() -> None:
    plugin = connection("winrm")
    plugin.ansible_name = "example.net.winrm"
    assert isinstance(settings_from(plugin), WinRMSettings)


@pytest.mark.parametrize("name", ["ssh", "local"])
def test_any_other_connection_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(Refusal) as caught:
        settings_from(connection_loader.get(name, PlayContext(), "/dev/null"))
    assert caught.value.code == "foreign_connection"
    assert f"'{name}'" in str(caught.value)
    assert "ansible_connection" in (caught.value.remedy or "")


@pytest.mark.parametrize(
    "variables",
    [
        {"ansible_winrm_operation_timeout_sec": "soon"},
        {"ansible_winrm_operation_timeout_sec": 30, "ansible_winrm_read_timeout_sec": 30},
        {"ansible_winrm_message_encryption": "sometimes"},
        {"ansible_winrm_send_cbt": "perhaps"},
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_its_options_name(variables: dict[str, t.Any]) -> None:
    with pytest.raises(Refusal) as caught:
        winrm(**variables)
    assert caught.value.code == "bad_connection_option"
    assert list(variables)[-1] in (caught.value.remedy or "")


def test_no_connection_is_made_and_no_shell_opened() -> None:
    plugin = connection("winrm", ansible_user="u", ansible_password="p")
    settings_from(plugin)
    assert plugin.protocol is None
    assert plugin.shell_id is None
    assert not plugin.connected


@pytest.mark.parametrize(
    ("given", "near"),
    [("ntml", "ntlm"), ("NTLM", "ntlm"), ("kerberso", "kerberos"), ("negotiate", None), (["ntlm", "bassic"], "basic")],
)
def test_an_unknown_transport_is_refused_with_the_choices(given: t.Any, near: str | None) -> None:
    with pytest.raises(Refusal) as caught:
        winrm(ansible_winrm_transport=given)
    assert caught.value.code == "bad_connection_option"
    for choice in ("basic", "certificate", "credssp", "kerberos", "ntlm", "plaintext", "ssl"):
        assert choice in caught.value.message
    assert "ansible_winrm_transport" in (caught.value.remedy or "")
    assert near is None or f"Did you mean {near}?" in (caught.value.remedy or "")


@pytest.mark.parametrize(
    "variables",
    [
        {"ansible_port": 0},
        {"ansible_port": 99999},
        {"ansible_winrm_server_cert_validation": "no"},
        {"ansible_winrm_credssp_auth_mechanism": "basic"},
        {"ansible_winrm_connection_timeout": -5},
        {"ansible_host": "https://app01.example"},
        {"ansible_host": "app01.example:5986"},
        {"ansible_host": "[app01.example]:5986"},
        {"ansible_host": "app 01"},
        {"ansible_host": ""},
    ],
)
def test_a_winrm_value_out_of_bounds_is_refused(variables: dict[str, t.Any]) -> None:
    with pytest.raises(Refusal) as caught:
        settings_from(connection("winrm", **variables))
    assert caught.value.code == "bad_connection_option"


@pytest.mark.parametrize(
    "variables",
    [
        {"ansible_port": 70000},
        {"ansible_psrp_connection_timeout": -1},
        {"ansible_psrp_max_envelope_size": 100},
        {"ansible_psrp_host": "https://app01.example"},
    ],
)
def test_a_psrp_value_out_of_bounds_is_refused(variables: dict[str, t.Any]) -> None:
    with pytest.raises(Refusal) as caught:
        settings_from(connection("psrp", **variables))
    assert caught.value.code == "bad_connection_option"


def test_a_login_in_the_address_is_not_quoted() -> None:
    with pytest.raises(Refusal) as caught:
        winrm(ansible_host="user:hush-Word-1@app01.example")
    assert "hush" not in str([caught.value.message, caught.value.remedy])


@pytest.mark.parametrize("plugin", ["winrm", "psrp"])
@pytest.mark.parametrize(
    ("given", "host", "netloc"),
    [
        ("[::1]", "::1", "[::1]"),
        ("::1", "::1", "[::1]"),
        (" [2001:db8::7] ", "2001:db8::7", "[2001:db8::7]"),
        ("[fe80::1%eth0]", "fe80::1%eth0", "[fe80::1%eth0]"),
        ("fe80::1%eth0", "fe80::1%eth0", "[fe80::1%eth0]"),
        ("192.0.2.7", "192.0.2.7", "192.0.2.7"),
    ],
)
def test_an_address_is_known_without_brackets_and_asked_with_them(
    plugin: str, given: str, host: str, netloc: str
) -> None:
    settings = settings_from(connection(plugin, ansible_host=given))
    assert settings.host == host
    assert f"//{netloc}:5986/" in settings.endpoint


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, 512_000),
        ({"ansible_psrp_max_envelope_size": 64_000}, 64_000),
        ({"ansible_psrp_max_envelope_size": 9**9}, 512_000),
    ],
)
def test_the_size_of_an_answer_is_honoured_up_to_what_is_read(given: dict[str, t.Any], expected: int) -> None:
    assert psrp(**given).max_envelope_size == expected
