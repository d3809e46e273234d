# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shared options: what they become, and which are refused before anything is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.module_utils._directory import (
    DIRECTORY_SPEC,
    DirectoryRefusal,
    DirectorySettings,
    Security,
    open_directory,
    settings_from,
)

PASSWORD = "Not-a-real-1-password"
GOOD = {"server": "dc1.corp.test", "bind_user": "admin@CORP.TEST", "bind_password": PASSWORD}


def refused(**options: Any) -> DirectoryRefusal:
    """Return the refusal that these options meet."""
    with pytest.raises(DirectoryRefusal) as caught:
        DirectorySettings(**{**GOOD, **options}).checked()
    assert caught.value.code == "bad_option"
    assert caught.value.remedy
    return caught.value


def test_options_become_settings() -> None:
    settings = settings_from({**GOOD, "security": "starttls", "timeout": 5, "dns_servers": ["192.0.2.1"]})
    assert settings.security is Security.STARTTLS
    assert settings.dns_servers == ("192.0.2.1",)
    assert settings.checked() is settings


def test_every_option_has_a_setting() -> None:
    defaults = {name: spec.get("default") for name, spec in DIRECTORY_SPEC.items()}
    settings = settings_from(defaults)
    assert settings == DirectorySettings()
    assert set(vars(settings)) == set(DIRECTORY_SPEC)


def test_the_password_is_in_no_picture_of_the_settings() -> None:
    assert PASSWORD not in repr(DirectorySettings(**GOOD))
    assert DIRECTORY_SPEC["bind_password"]["no_log"] is True


def test_a_repeated_password_is_masked_and_a_short_one_gives_nothing_away() -> None:
    assert PASSWORD not in DirectorySettings(**GOOD).masked(f"said {PASSWORD}")
    assert DirectorySettings(bind_password="data").masked("error, data 52e") == "error, data 52e"


@pytest.mark.parametrize("server", ["dc1", "dc_1.corp.test", "dc1.corp.test.", "192.0.2.1", "2001:db8::1"])
def test_names_and_addresses_are_servers(server: str) -> None:
    DirectorySettings(**{**GOOD, "server": server}).checked()


@pytest.mark.parametrize("server", ["ldaps://dc1", "dc1:636", "dc1 dc2", "a..b", "dc1/x", "user@dc1", "x" * 300])
def test_other_texts_are_no_server(server: str) -> None:
    assert server in refused(server=server).message


@pytest.mark.parametrize("domain", ["DC=corp,DC=test", "192.0.2.1", "corp test", "."])
def test_what_is_no_dns_name_is_no_domain(domain: str) -> None:
    assert domain in refused(domain=domain).message


def test_something_has_to_be_named() -> None:
    assert "domain" in (refused(server=None).remedy or "")


@pytest.mark.parametrize("password", ["", None])
def test_an_empty_password_is_refused_since_it_would_be_an_anonymous_login(password: str | None) -> None:
    assert "bind_password" in (refused(bind_password=password).remedy or "")


def test_a_login_needs_a_user() -> None:
    assert "kinit" in (refused(bind_user=None).remedy or "")


@pytest.mark.parametrize("option", ["bind_user", "bind_password"])
def test_a_ticket_and_a_password_are_too_much(option: str) -> None:
    one = {"bind_user": None, "bind_password": None, option: "something"}
    assert "kinit" in (refused(security=Security.GSSAPI, **one).remedy or "")


def test_a_ticket_alone_will_do() -> None:
    DirectorySettings(server="dc1", security=Security.GSSAPI).checked()


def test_a_ca_file_has_to_be_there_and_to_hold_a_certificate(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("no certificate\n")
    assert refused(ca_path=str(tmp_path / "nowhere.pem")).cause
    assert refused(ca_path=str(empty)).cause
    assert refused(ca_path=str(tmp_path)).cause


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_ports_have_a_range(port: int) -> None:
    assert str(port) in refused(port=port).message


@pytest.mark.parametrize("timeout", [0, -1, 601, float("inf"), float("nan")])
def test_there_is_always_a_time_limit(timeout: float) -> None:
    assert f" {timeout:g} seconds" in refused(timeout=timeout).message


def test_a_limit_of_nothing_is_not_taken_for_none_given() -> None:
    assert (settings_from({"timeout": 0}).timeout, settings_from({}).timeout) == (0, 30)


def test_dns_servers_are_addresses() -> None:
    assert "dns1.corp.test" in refused(dns_servers=("dns1.corp.test",)).message


def test_settings_are_checked_before_anything_is_opened() -> None:
    with pytest.raises(DirectoryRefusal):
        open_directory(DirectorySettings(**{**GOOD, "bind_password": ""}))
