# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No audit locks an account: what nobody accepts is tried three times and not ten thousand."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
import time
import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._auditing import Accounts
from ansible_collections.volume.activation.plugins.plugin_utils._errors import (
    ActivationError,
    AnswerLost,
    AuthenticationFailed,
    ConnectionFailed,
    MachineRefused,
    MissingLibrary,
    ProtocolViolation,
    RequestRejected,
)
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._session import ClientCertificate, WinRMSettings


def settings(user: str = "svc", password: str = "wrong", host: str = "h") -> WinRMSettings:  # noqa: S107
    return WinRMSettings(host=host, user=user, password=Secret(password))


def attempt(accounts: Accounts, error: Exception | None = None, **account: str) -> str:
    """Log in once; return what came of it."""
    try:
        with accounts.trying(settings(**account)):
            if error:
                raise error
    except (ActivationError, ValueError) as told:
        return getattr(told, "code", None) or type(told).__name__
    return "accepted"


REFUSED = AuthenticationFailed("No.", code="login_refused")


def test_after_three_refusals_nobody_else_is_asked() -> None:
    accounts = Accounts(3)
    told = [attempt(accounts, REFUSED, host=f"h{number}") for number in range(10)]
    assert told == ["login_refused"] * 3 + ["login_given_up"] * 7


def test_an_account_that_one_machine_accepts_is_tried_everywhere() -> None:
    accounts = Accounts(3)
    first = [attempt(accounts, REFUSED), attempt(accounts, REFUSED), attempt(accounts)]
    assert first == ["login_refused", "login_refused", "accepted"]
    assert {attempt(accounts, REFUSED) for _machine in range(20)} == {"login_refused"}
    assert attempt(accounts) == "accepted"


@pytest.mark.parametrize(
    "error",
    [
        ConnectionFailed("Off.", code="connect_timeout"),
        AnswerLost("Silent.", code="read_timeout"),
        RequestRejected("Busy.", code="http_503"),
        ProtocolViolation("A page of a printer."),
        MissingLibrary("Not here.", code="missing_library"),
        ValueError("odd"),
    ],
)
def test_a_machine_that_has_not_looked_at_a_login_says_nothing_of_a_password(error: Exception) -> None:
    accounts = Accounts(3)
    for _machine in range(20):
        attempt(accounts, error)
    told = [attempt(accounts, REFUSED) for _machine in range(4)]
    assert told == [*["login_refused"] * 3, "login_given_up"]


def test_a_machine_that_answers_has_accepted_the_login() -> None:
    accounts = Accounts(3)
    attempt(accounts, REFUSED)
    attempt(accounts, REFUSED)
    attempt(accounts, MachineRefused("No such class."))
    attempt(accounts, REFUSED)
    assert attempt(accounts) == "accepted"


def test_without_a_limit_everybody_is_asked() -> None:
    accounts = Accounts()
    assert {attempt(accounts, REFUSED) for _machine in range(20)} == {"login_refused"}


@pytest.mark.parametrize("other", [{"user": "other"}, {"password": "another"}])
def test_each_account_has_a_count_of_its_own(other: dict[str, str]) -> None:
    accounts = Accounts(3)
    for _machine in range(5):
        attempt(accounts, REFUSED)
    assert attempt(accounts, REFUSED, **other) == "login_refused"


def test_three_are_tried_at_a_time_until_one_is_accepted_and_then_all() -> None:
    accounts, inside, lock = Accounts(3), 0, threading.Lock()
    three, everybody, go_on = threading.Event(), threading.Barrier(9), threading.Event()
    most_before: list[int] = []

    def machine() -> None:
        nonlocal inside
        with accounts.trying(settings()):
            with lock:
                inside += 1
                if inside == 3:
                    three.set()
            go_on.wait(20)

    threads = [threading.Thread(target=machine) for _number in range(8)]
    for thread in threads:
        thread.start()
    assert three.wait(20)
    with lock:
        most_before.append(inside)
    go_on.set()
    for thread in threads:
        thread.join(20)
    assert most_before == [3]
    assert inside == 8

    def together() -> None:
        with accounts.trying(settings()), contextlib.suppress(threading.BrokenBarrierError):
            everybody.wait(20)

    later = [threading.Thread(target=together) for _number in range(8)]
    for thread in later:
        thread.start()
    everybody.wait(20)
    for thread in later:
        thread.join(20)
    assert not everybody.broken


def test_who_waits_hears_that_it_was_given_up() -> None:
    accounts, told = Accounts(3), []
    entered, go_on = threading.Semaphore(0), threading.Event()

    def machine() -> None:
        try:
            with accounts.trying(settings()):
                entered.release()
                go_on.wait(20)
                raise REFUSED
        except AuthenticationFailed as error:
            told.append(error.code)

    threads = [threading.Thread(target=machine) for _number in range(6)]
    for thread in threads:
        thread.start()
    for _number in range(3):
        assert entered.acquire(timeout=20)
    go_on.set()
    for thread in threads:
        thread.join(20)
    assert sorted(t.cast("list[str]", told)) == ["login_given_up"] * 3 + ["login_refused"] * 3


def test_another_certificate_is_another_account() -> None:
    accounts = Accounts(1)
    attempt(accounts, REFUSED)
    other = dataclasses.replace(settings(), certificate=ClientCertificate("cert.pem", "key.pem"))
    assert (accounts.is_open(settings()), accounts.is_open(other)) == (False, True)


def test_who_is_interrupted_keeps_no_place() -> None:
    accounts = Accounts(1)
    with pytest.raises(KeyboardInterrupt), accounts.trying(settings()):
        raise KeyboardInterrupt
    told: list[str] = []
    thread = threading.Thread(target=lambda: told.append(attempt(accounts)), daemon=True)
    thread.start()
    thread.join(20)
    assert told == ["accepted"]


def test_what_one_process_learns_the_others_know() -> None:
    board = bytearray(1 << 10)
    here, there = Accounts(2, board), Accounts(2, board)
    assert [attempt(here, REFUSED) for _machine in range(3)] == ["login_refused", "login_refused", "login_given_up"]
    assert attempt(there, user="other") == "accepted"
    assert attempt(here) == "login_given_up"
    assert attempt(there) == "accepted"
    assert attempt(here) == "accepted"


def test_an_account_is_open_until_it_is_accepted_or_given_up() -> None:
    accounts = Accounts(1)
    assert accounts.is_open(settings())
    attempt(accounts, REFUSED)
    assert not accounts.is_open(settings())
    attempt(accounts, user="other")
    assert not accounts.is_open(settings("other"))
    assert accounts.is_open(settings("third"))
    assert not Accounts(0).is_open(settings())


def test_others_are_waited_for_only_where_there_are_any_and_something_was_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    board, slept = bytearray(1 << 10), list[float]()
    here, there, alone = Accounts(1, board), Accounts(1, board), Accounts(1)

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        attempt(there)

    monkeypatch.setattr(time, "sleep", sleep)
    attempt(alone, REFUSED)
    alone.hear_of_others(20)
    here.hear_of_others(20)
    attempt(here, REFUSED)
    here.hear_of_others(0)
    assert slept == []
    here.hear_of_others(20)
    assert len(slept) == 1
