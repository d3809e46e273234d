# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No audit locks an account: what nobody accepts is tried three times and not ten thousand."""

from __future__ import annotations

import contextlib
import dataclasses
import multiprocessing
import threading
import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._auditing import LockoutGuard
from ansible_collections.volume.activation.plugins.plugin_utils._auditing.shared_memory import Board
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
from ansible_collections.volume.activation.plugins.plugin_utils._session.ntlm_policy import check_strength

pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")


def settings(user: str = "svc", password: str = "wrong", host: str = "h") -> WinRMSettings:
    return WinRMSettings(host=host, user=user, password=Secret(password))


def attempt(accounts: LockoutGuard, error: Exception | None = None, **account: str) -> str:
    """Log in once; return what came of it."""
    try:
        with accounts.trying(settings(**account)):
            if error:
                raise error
    except (ActivationError, ValueError) as told:
        return getattr(told, "code", None) or type(told).__name__
    return "accepted"


def weak_challenge() -> AuthenticationFailed:
    """Return the error for a challenge that got no reply, so that no password was tried."""
    with pytest.raises(AuthenticationFailed) as caught:
        check_strength(b"NTLMSSP\x00\x03\x00\x00\x00" + bytes(64), "h", encrypts=True)
    return caught.value


REFUSED = AuthenticationFailed("No.", code="login_refused")


def test_after_three_refusals_nobody_else_is_asked() -> None:
    accounts = LockoutGuard(3)
    told = [attempt(accounts, REFUSED, host=f"h{number}") for number in range(10)]
    assert told == ["login_refused"] * 3 + ["login_given_up"] * 7


def test_an_account_that_one_machine_accepts_is_tried_everywhere() -> None:
    accounts = LockoutGuard(3)
    first = [attempt(accounts, REFUSED), attempt(accounts, REFUSED), attempt(accounts)]
    assert first == ["login_refused", "login_refused", "accepted"]
    assert {attempt(accounts, REFUSED) for _machine in range(20)} == {"login_refused"}
    assert attempt(accounts) == "accepted"


@pytest.mark.parametrize(
    "error",
    [
        ConnectionFailed("Off.", code="connect_timeout"),
        weak_challenge(),
        AnswerLost("Silent.", code="read_timeout"),
        RequestRejected("Busy.", code="http_503"),
        ProtocolViolation("A page of a printer."),
        MissingLibrary("Not here.", code="missing_library"),
        ValueError("odd"),
    ],
)
def test_a_machine_that_has_not_looked_at_a_login_says_nothing_of_a_password(error: Exception) -> None:
    accounts = LockoutGuard(3)
    for _machine in range(20):
        attempt(accounts, error)
    told = [attempt(accounts, REFUSED) for _machine in range(4)]
    assert told == [*["login_refused"] * 3, "login_given_up"]


def test_a_machine_that_answers_has_accepted_the_login() -> None:
    accounts = LockoutGuard(3)
    attempt(accounts, REFUSED)
    attempt(accounts, REFUSED)
    attempt(accounts, MachineRefused("No such class."))
    attempt(accounts, REFUSED)
    assert attempt(accounts) == "accepted"


def test_without_a_limit_everybody_is_asked() -> None:
    accounts = LockoutGuard()
    assert {attempt(accounts, REFUSED) for _machine in range(20)} == {"login_refused"}


@pytest.mark.parametrize("other", [{"user": "other"}, {"password": "another"}])
def test_each_account_has_a_count_of_its_own(other: dict[str, str]) -> None:
    accounts = LockoutGuard(3)
    for _machine in range(5):
        attempt(accounts, REFUSED)
    assert attempt(accounts, REFUSED, **other) == "login_refused"


def test_three_are_tried_at_a_time_until_one_is_accepted_and_then_all() -> None:
    accounts, inside, lock = LockoutGuard(3), 0, threading.Lock()
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
    accounts, told = LockoutGuard(3), []
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
    accounts = LockoutGuard(1)
    attempt(accounts, REFUSED)
    other = dataclasses.replace(settings(), certificate=ClientCertificate("cert.pem", "key.pem"))
    assert (accounts.is_open(settings()), accounts.is_open(other)) == (False, True)


def test_who_is_interrupted_keeps_no_place() -> None:
    accounts = LockoutGuard(1)
    with pytest.raises(KeyboardInterrupt), accounts.trying(settings()):
        raise KeyboardInterrupt
    told: list[str] = []
    thread = threading.Thread(target=lambda: told.append(attempt(accounts)), daemon=True)
    thread.start()
    thread.join(20)
    assert told == ["accepted"]


def test_what_one_process_learns_the_others_know() -> None:
    with contextlib.closing(Board()) as board:
        here, there = LockoutGuard(2, board), LockoutGuard(2, board)
        assert [attempt(here, REFUSED), attempt(there, REFUSED)] == ["login_refused"] * 2
        assert [attempt(here), attempt(there)] == ["login_given_up"] * 2
        assert attempt(there, user="other") == "accepted"
        assert {attempt(here, REFUSED, user="other") for _host in range(9)} == {"login_refused"}


def test_an_attempt_is_held_by_one_process_at_a_time_and_given_back_by_one_that_is_killed() -> None:
    context = multiprocessing.get_context("fork")
    with contextlib.closing(Board()) as board:
        accounts, holding = LockoutGuard(1, board), context.Event()

        def hold() -> None:
            with accounts.trying(settings()):
                holding.set()
                threading.Event().wait()

        other = context.Process(target=hold, daemon=True)
        other.start()
        assert holding.wait(20)
        told: list[str] = []
        waiting = threading.Thread(target=lambda: told.append(attempt(accounts)), daemon=True)
        waiting.start()
        waiting.join(0.3)  # long enough to see it wait; were it not to wait, it would end at once
        assert told == []
        other.kill()
        waiting.join(20)
        other.join()
    assert told == ["accepted"]


@pytest.mark.parametrize("user", [r".\admin", r"WEB01\admin", r"web01.corp.example\admin"])
def test_an_account_of_the_host_itself_is_asked_on_every_host(user: str) -> None:
    accounts = LockoutGuard(2)
    own = settings(user, host="web01.corp.example")
    assert not accounts.is_open(own)
    told = [attempt(accounts, REFUSED, user=user, host="web01.corp.example") for _host in range(9)]
    assert told == ["login_refused"] * 9


@pytest.mark.parametrize(
    ("user", "host"),
    [
        ("admin", "web01"),
        ("admin@corp.example", "web01"),
        (r"CORP\admin", "web01.corp.example"),
        (r"WEB02\admin", "web01"),
        (r"10\admin", "10.0.0.1"),
    ],
)
def test_an_account_that_may_be_one_of_the_domain_is_limited(user: str, host: str) -> None:
    accounts = LockoutGuard(2)
    told = [attempt(accounts, REFUSED, user=user, host=host) for _host in range(3)]
    assert told == ["login_refused", "login_refused", "login_given_up"]


def test_a_ticket_is_of_the_domain_whatever_the_user_is_called() -> None:
    kerberos = dataclasses.replace(settings(r".\admin"), transports=("kerberos",))
    assert LockoutGuard(1).is_open(kerberos)


def test_a_user_in_other_letters_is_the_same_account() -> None:
    accounts = LockoutGuard(1)
    assert attempt(accounts, REFUSED, user=r"CORP\svc") == "login_refused"
    assert attempt(accounts, REFUSED, user=r"corp\SVC") == "login_given_up"


def test_an_account_is_open_until_it_is_accepted_or_given_up() -> None:
    accounts = LockoutGuard(1)
    assert accounts.is_open(settings())
    attempt(accounts, REFUSED)
    assert not accounts.is_open(settings())
    attempt(accounts, user="other")
    assert not accounts.is_open(settings("other"))
    assert accounts.is_open(settings("third"))
    assert not LockoutGuard(0).is_open(settings())
