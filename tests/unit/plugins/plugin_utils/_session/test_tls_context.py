# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The CAs are read once for all machines, and each machine is still held against those that its settings name."""

from __future__ import annotations

import ssl
import threading
import typing as t
from pathlib import Path

import pytest
import requests

from ansible_collections.volume.activation.plugins.plugin_utils._errors import ConnectionFailed
from ansible_collections.volume.activation.plugins.plugin_utils._session import Tls, tls_context
from ansible_collections.volume.activation.plugins.plugin_utils._session.tls_context import trusting

from .certificate_authority import Authority
from .fake_listener import ANSWER, Machine

MESSAGE = b"<a-message/>"
Start = t.Callable[..., Machine]


@pytest.fixture
def library() -> str:
    """The library whose adapter is one of requests' own; the other one brings its own."""
    return "pywinrm"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[list[str]]:
    """Which bundles were read."""
    places: list[str] = []
    load = ssl.SSLContext.load_verify_locations

    def noting(self: ssl.SSLContext, cafile: t.Any = None, capath: t.Any = None, cadata: t.Any = None) -> None:
        places.append(str(cafile or capath))
        load(self, cafile, capath, cadata)

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", noting)
    tls_context._read.cache_clear()
    yield places
    tls_context._read.cache_clear()


def test_the_bundle_is_read_once_for_many_machines(
    machine: Start, settings: t.Any, opened: t.Any, authority: Authority, read: list[str]
) -> None:
    for _number in range(3):
        assert opened(settings(machine("basic", authority.server()), "basic", "https")).send(MESSAGE) == ANSWER
    assert read == [str(authority.path)]


def test_no_bundle_is_read_for_a_machine_without_tls(
    machine: Start, settings: t.Any, opened: t.Any, read: list[str]
) -> None:
    assert opened(settings(machine("ntlm"), "ntlm", "http")).send(MESSAGE) == ANSWER
    assert read == []


def test_who_trusts_another_ca_refuses_what_the_last_one_took(
    machine: Start, settings: t.Any, opened: t.Any, authority: Authority, tmp_path: Path
) -> None:
    target, other = machine("basic", authority.server()), Authority(tmp_path)
    opened(settings(target, "basic", "https")).send(MESSAGE)
    for ca in (str(other.path), None):
        with pytest.raises(ConnectionFailed) as caught:
            opened(settings(target, "basic", "https", tls=Tls(ca=ca))).send(MESSAGE)
        assert caught.value.code == "certificate_not_trusted"
    assert len(target.messages) == 1


def test_a_certificate_of_another_name_is_refused_though_its_ca_is_trusted(
    machine: Start, settings: t.Any, opened: t.Any, authority: Authority
) -> None:
    opened(settings(machine("basic", authority.server()), "basic", "https", host="localhost")).send(MESSAGE)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue("other.example"))
    target = machine("basic", context)
    with pytest.raises(ConnectionFailed) as caught:
        opened(settings(target, "basic", "https", host="localhost")).send(MESSAGE)
    assert caught.value.code == "certificate_not_trusted"
    assert not target.seen


def test_threads_connect_by_the_same_context(
    machine: Start, settings: t.Any, opened: t.Any, authority: Authority, read: list[str]
) -> None:
    target, answers = machine("basic", authority.server()), []
    sessions = [opened(settings(target, "basic", "https")) for _number in range(12)]
    opened(settings(target, "basic", "https")).send(MESSAGE)
    threads = [threading.Thread(target=lambda each=each: answers.append(each.send(MESSAGE))) for each in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert answers == [ANSWER] * 12
    assert read == [str(authority.path)]


def test_what_urllib3_sets_for_each_connection_is_not_set_anew(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = tls_context._context_for(str(authority.path))
    assert context is not None
    assert context.verify_mode is ssl.CERT_REQUIRED
    # What would set it is gone: while others read it, it must not be replaced.
    monkeypatch.delattr(ssl.SSLContext, "set_alpn_protocols")
    context.set_alpn_protocols(["http/1.1"])


@pytest.mark.parametrize("verify", [False, "/no/such/bundle.pem", __file__])
def test_without_a_bundle_that_can_be_read_requests_has_the_word(verify: t.Any) -> None:
    assert tls_context._context_for(verify) is None


def test_a_folder_of_certificates_is_trusted_too(tmp_path: Path) -> None:
    assert tls_context._context_for(str(tmp_path)) is not None


def test_an_adapter_that_somebody_else_has_made_stays_as_it_is() -> None:
    class Own(requests.adapters.HTTPAdapter):
        pass

    own = Own()
    assert trusting(own) is own


def test_the_retries_of_the_adapter_stay() -> None:
    assert trusting(requests.adapters.HTTPAdapter(max_retries=4)).max_retries.total == 4
