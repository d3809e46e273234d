# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A limit of the controller is reported as one, whichever library wrapped it, and blames neither host nor network."""

from __future__ import annotations

import errno
import mmap
import os
import resource
import socket
import ssl
import typing as t

import pytest
import requests
import urllib3

from ansible_collections.volume.activation.plugins.plugin_utils._errors import AnswerLost, ConnectionFailed
from ansible_collections.volume.activation.plugins.plugin_utils._session import (
    WinRMSettings,
    check_reach,
    controller_limits,
    limit_error,
)
from ansible_collections.volume.activation.plugins.plugin_utils._session.error_mapping import explained
from ansible_collections.volume.activation.plugins.plugin_utils._session.guarded_adapter import GuardedAdapter

SETTINGS = WinRMSettings(host="web01", user="svc")
POOL = urllib3.HTTPSConnectionPool("web01")


def by_cause(error: BaseException) -> Exception:
    """Wrap an error as urllib3 does."""
    wrapped = urllib3.exceptions.NewConnectionError(t.cast(t.Any, POOL), "Failed to establish a new connection")
    wrapped.__cause__ = error
    return requests.exceptions.ConnectionError(urllib3.exceptions.MaxRetryError(POOL, "/wsman", wrapped))


def by_context(error: BaseException) -> Exception:
    """Wrap an error as a login library does that raises its own while handling it."""
    wrapped = ValueError("no credentials")
    wrapped.__context__ = error
    return wrapped


def as_tls(error: BaseException) -> Exception:
    """Wrap an error as requests does what happens during the handshake."""
    return requests.exceptions.SSLError(urllib3.exceptions.MaxRetryError(POOL, "/wsman", t.cast(Exception, error)))


def plain(error: BaseException) -> Exception:
    """Leave an error as it is."""
    return t.cast(Exception, error)


WRAPPED = pytest.mark.parametrize("wrapped", [plain, by_cause, by_context, as_tls])
LIMITS: list[BaseException] = [
    *(
        OSError(number, os.strerror(number))
        for number in (
            errno.EMFILE,
            errno.ENFILE,
            errno.ENOMEM,
            errno.ENOBUFS,
            errno.EADDRNOTAVAIL,
            errno.EAGAIN,
        )
    ),
    MemoryError(),
    RuntimeError("can't start new thread"),
    socket.gaierror(socket.EAI_MEMORY, "Memory allocation failure"),
]


def why(error: Exception, *, left: bool = False, status: int | None = None) -> t.Any:
    """Return what an error is explained as."""
    gate = GuardedAdapter(SETTINGS.endpoint)
    gate.left = left
    if status is not None:
        gate.response = requests.Response()
        gate.response.status_code = status
        gate.response.request = requests.Request("POST", "http://web01/wsman").prepare()
    return explained(error, gate, SETTINGS, "basic")


@WRAPPED
@pytest.mark.parametrize("limit", LIMITS, ids=repr)
def test_a_limit_is_the_controller_s_and_nothing_was_sent(
    limit: BaseException, wrapped: t.Callable[[BaseException], Exception]
) -> None:
    found = why(wrapped(limit))
    assert found.__class__ is ConnectionFailed
    assert found.code == "controller_limit"
    assert found.remedy


@WRAPPED
def test_after_the_message_has_left_the_outcome_is_unknown_all_the_same(
    wrapped: t.Callable[[BaseException], Exception],
) -> None:
    found = why(wrapped(MemoryError()), left=True)
    assert (type(found), found.code) == (AnswerLost, "controller_limit")


def test_a_limit_that_is_met_during_a_login_is_no_refusal_of_it() -> None:
    assert why(by_context(OSError(errno.EMFILE, "Too many open files")), status=401).code == "controller_limit"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), "connection_refused"),
        (OSError(errno.EHOSTUNREACH, "No route to host"), "connection_dropped"),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), "connection_dropped"),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "name_not_resolved"),
        (socket.gaierror(errno.EMFILE, "A number of another table"), "name_not_resolved"),
        (TimeoutError("timed out"), "connect_timeout"),
    ],
)
def test_what_the_network_does_is_not_the_controller_s(error: Exception, code: str) -> None:
    assert why(by_cause(error)).code == code


def untrusted(code: int) -> ssl.SSLCertVerificationError:
    """Return the error of a certificate that was not verified, with OpenSSL's reason."""
    error = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed")
    error.verify_code, error.verify_message = code, "unable to get local issuer certificate"
    return error


@pytest.mark.parametrize(
    ("number", "code"), [(20, "certificate_not_trusted"), (10, "certificate_not_trusted"), (17, "controller_limit")]
)
def test_a_check_that_ran_out_of_memory_says_nothing_about_the_certificate(number: int, code: str) -> None:
    assert why(as_tls(untrusted(number))).code == code


def test_a_certificate_is_not_blamed_while_no_memory_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file of the CAs may have been read in part."""

    def none_left(_file: int, _size: int) -> t.Any:
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    monkeypatch.setattr(mmap, "mmap", none_left)
    assert why(as_tls(untrusted(20))).code == "controller_limit"
    assert why(requests.exceptions.HTTPError("401"), status=401).code == "login_refused"  # it was answered


@pytest.mark.parametrize(("peak", "code"), [(990, "controller_limit"), (500, "certificate_not_trusted")])
def test_a_certificate_is_not_blamed_by_a_process_that_ran_out_of_memory_before(
    monkeypatch: pytest.MonkeyPatch, peak: int, code: str
) -> None:
    monkeypatch.setattr(controller_limits, "_peak", lambda: peak << 20)
    monkeypatch.setattr(controller_limits, "_address_space", lambda: float(1000 << 20))
    assert why(as_tls(untrusted(20))).code == code
    assert why(by_cause(ConnectionRefusedError(errno.ECONNREFUSED, "Refused"))).code == "connection_refused"


def test_the_figures_of_memory_are_those_of_this_process() -> None:
    assert 1 << 20 < controller_limits._peak() < controller_limits._address_space()


def test_a_name_is_not_blamed_while_no_descriptor_is_left() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        with pytest.raises(ConnectionFailed) as caught:
            check_reach(WinRMSettings(host="localhost", port=1, connection_timeout=5))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert caught.value.code == "controller_limit"
    assert "ulimit -n" in caught.value.message


def test_an_error_that_is_no_limit_has_none() -> None:
    assert limit_error(ZeroDivisionError()) is None
    assert limit_error(RuntimeError("generator raised StopIteration")) is None
    assert limit_error(OSError(errno.ENOENT, "No such file")) is None
    assert controller_limits.limit_reached() is None
