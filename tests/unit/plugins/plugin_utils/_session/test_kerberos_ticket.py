# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A managed Kerberos ticket: the password goes to kinit's standard input, and the ticket is gone with the session."""

from __future__ import annotations

import dataclasses
import os
import stat
import sys
import threading
import time
import typing as t
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import AuthenticationFailed
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._session import Kerberos, Kinit, WinRMSettings
from ansible_collections.volume.activation.plugins.plugin_utils._session.kerberos_ticket import (
    KerberosTicket,
    SharedTicket,
    fetch_ticket,
)

PASSWORD = "Open-Sesame-42"
SCRIPT = """#!{python}
import os, pathlib, sys
place = pathlib.Path({place!r})
place.write_text(repr((sys.argv[1:], sys.stdin.readline(), sorted(os.environ))))
if "refuse" in sys.argv[-1]:
    sys.exit("kinit: Preauthentication failed for {password}")
pathlib.Path(os.environ["KRB5CCNAME"].partition(":")[2]).write_text("a ticket")
"""


@pytest.fixture
def kinit(tmp_path: Path) -> t.Callable[..., Kinit]:
    """A stand-in for kinit that writes down how it was called."""
    script = tmp_path / "kinit"
    record = str(tmp_path / "record")
    script.write_text(SCRIPT.format(python=sys.executable, place=record, password=PASSWORD))
    script.chmod(0o700)
    return lambda **changes: Kinit(command=str(script), **changes)


def settings(user: str = "tester@EXAMPLE.TEST", **changes: t.Any) -> WinRMSettings:
    """Return settings for a Kerberos login."""
    return WinRMSettings(host="h", user=user, password=Secret(PASSWORD), transports=("kerberos",), **changes)


def called(tmp_path: Path) -> tuple[list[str], str, list[str]]:
    """Return the arguments, standard input and environment names of the last call."""
    return t.cast(tuple[list[str], str, list[str]], eval((tmp_path / "record").read_text()))


def test_the_password_is_given_on_standard_input_and_nowhere_else(
    kinit: t.Callable[..., Kinit], tmp_path: Path
) -> None:
    ticket = fetch_ticket(settings(), kinit())
    arguments, given, environment = called(tmp_path)
    assert arguments == ["tester@EXAMPLE.TEST"]
    assert given == PASSWORD + "\n"
    assert {"KRB5CCNAME", "PATH"} <= set(environment)
    ticket.destroy()


def test_kinit_sees_only_the_variables_that_were_named(
    kinit: t.Callable[..., Kinit], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KRB5_CONFIG", "/nowhere/krb5.conf")
    monkeypatch.setenv("SOMETHING_ELSE", "1")
    fetch_ticket(settings(), kinit(environment=("KRB5_CONFIG",))).destroy()
    names = called(tmp_path)[2]
    assert "KRB5_CONFIG" in names
    assert "SOMETHING_ELSE" not in names


@pytest.mark.parametrize(
    ("arguments", "delegate", "expected"),
    [((), False, []), ((), True, ["-f"]), (("-l", "1h"), True, ["-l", "1h"])],
)
def test_delegation_asks_for_a_forwardable_ticket_unless_arguments_are_given(
    kinit: t.Callable[..., Kinit], tmp_path: Path, arguments: tuple[str, ...], delegate: bool, expected: list[str]
) -> None:
    wanted = settings(kerberos=Kerberos(delegate=delegate))
    fetch_ticket(wanted, kinit(arguments=arguments)).destroy()
    assert called(tmp_path)[0] == [*expected, "tester@EXAMPLE.TEST"]


def test_the_ticket_is_private_and_its_place_is_known_only_while_in_use(
    kinit: t.Callable[..., Kinit], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KRB5CCNAME", "FILE:/the/users/own")
    ticket = fetch_ticket(settings(), kinit())
    with ticket.in_use():
        place = Path(os.environ["KRB5CCNAME"].partition(":")[2])
        assert place.read_text() == "a ticket"
        assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert os.environ["KRB5CCNAME"] == "FILE:/the/users/own"
    ticket.destroy()
    assert not place.exists()


def test_an_environment_without_a_cache_stays_without_one(
    kinit: t.Callable[..., Kinit], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KRB5CCNAME", raising=False)
    ticket = fetch_ticket(settings(), kinit())
    with ticket.in_use():
        assert "KRB5CCNAME" in os.environ
    assert "KRB5CCNAME" not in os.environ
    ticket.destroy()


def test_a_ticket_of_the_users_own_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRB5CCNAME", "FILE:/the/users/own")
    ticket = KerberosTicket()
    with ticket.in_use():
        assert os.environ["KRB5CCNAME"] == "FILE:/the/users/own"
    ticket.destroy()


def test_a_refused_password_is_told_without_it(
    kinit: t.Callable[..., Kinit], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    caches = tmp_path / "caches"
    caches.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(caches))
    with pytest.raises(AuthenticationFailed) as caught:
        fetch_ticket(settings("refuse@EXAMPLE.TEST"), kinit())
    assert caught.value.code == "kinit_failed"
    assert "Preauthentication failed" in (caught.value.cause or "")
    assert PASSWORD not in f"{caught.value} {caught.value.cause} {caught.value.remedy}"
    assert not list(caches.iterdir())


def test_a_kinit_that_is_not_there_is_a_failed_login() -> None:
    with pytest.raises(AuthenticationFailed) as caught:
        fetch_ticket(settings(), Kinit(command="/nowhere/kinit"))
    assert "/nowhere/kinit" in str(caught.value)


def test_sessions_of_one_account_share_a_ticket_and_the_last_one_removes_it(
    kinit: t.Callable[..., Kinit], tmp_path: Path
) -> None:
    command = kinit()
    first = SharedTicket.of(settings(), command)
    (tmp_path / "record").unlink()
    second = SharedTicket.of(settings(), command)
    assert not (tmp_path / "record").exists()
    with second.in_use():
        place = Path(os.environ["KRB5CCNAME"].partition(":")[2])
    first.destroy()
    assert place.exists()
    second.destroy()
    assert not place.exists()
    SharedTicket.of(settings(), command).destroy()
    assert (tmp_path / "record").exists()


def test_another_account_or_another_password_has_a_ticket_of_its_own(kinit: t.Callable[..., Kinit]) -> None:
    command = kinit()
    others = [
        settings("other@EXAMPLE.TEST"),
        settings(kerberos=Kerberos(delegate=True)),
        dataclasses.replace(settings(), password=Secret("another")),
    ]
    tickets = [SharedTicket.of(wanted, command) for wanted in (settings(), *others)]
    assert len({id(ticket) for ticket in tickets}) == 4
    for ticket in tickets:
        ticket.destroy()


def test_a_login_that_failed_is_tried_anew_by_the_next_session(kinit: t.Callable[..., Kinit]) -> None:
    for _attempt in range(2):
        with pytest.raises(AuthenticationFailed):
            SharedTicket.of(settings("refuse@EXAMPLE.TEST"), kinit())


def test_threads_with_different_tickets_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRB5CCNAME", "FILE:/the/users/own")
    wrong: list[str] = []

    def use(name: str) -> None:
        ticket = KerberosTicket(Path(f"/tickets/{name}"))
        for _round in range(200):
            with ticket.in_use():
                seen = os.environ["KRB5CCNAME"]
                time.sleep(0)
                if {seen, os.environ["KRB5CCNAME"]} != {f"FILE:/tickets/{name}"}:
                    wrong.append(seen)

    threads = [threading.Thread(target=use, args=(name,)) for name in ("a", "b", "a", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not wrong
    assert os.environ["KRB5CCNAME"] == "FILE:/the/users/own"


def test_threads_with_one_ticket_use_it_together() -> None:
    together = threading.Barrier(2)

    def use() -> None:
        with KerberosTicket(Path("/tickets/a")).in_use():
            together.wait(20)

    other = threading.Thread(target=use)
    other.start()
    use()
    other.join(20)
    assert not together.broken
