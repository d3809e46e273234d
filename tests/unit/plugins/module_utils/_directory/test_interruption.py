# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that is cut off or hangs in the middle of something."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.module_utils._directory import (
    ActivationObject,
    Directory,
    DirectoryAnswerLost,
    DirectoryUnreachable,
    Security,
    open_directory,
)
from ansible_collections.volume.activation.tests.samba_controller import DomainController, ForestObjects
from ansible_collections.volume.activation.tests.tcp_proxy import Relay

from .directory_sessions import opened, settings_for

PORTS = {Security.LDAPS: 636, Security.STARTTLS: 389}
each_tls = pytest.mark.parametrize("relay", list(PORTS), indirect=True, ids=[each.value for each in PORTS])
# The answers of a survey that come before the first page: root, schema class, schema version, container.
BEFORE_THE_PAGES = 4


@pytest.fixture
def relay(samba: DomainController, request: pytest.FixtureRequest) -> Iterator[Relay]:
    """A wire to the domain controller that can be cut."""
    with Relay(samba.address, PORTS[request.param]) as wire:
        yield wire


def through(relay: Relay, samba: DomainController, *, page_size: int = 200, **changes: Any) -> Directory:
    """Open the directory through the wire."""
    security = next(each for each, port in PORTS.items() if relay._target[1] == port)
    settings = settings_for(samba, server=relay.address, port=relay.port, security=security, **changes)
    return open_directory(settings, page_size=page_size)


def one_object(samba: DomainController, forest_objects: ForestObjects) -> ActivationObject:
    """Add an object and return it as it is seen."""
    name = forest_objects.name("Cut")
    forest_objects.add(name)
    with opened(samba) as directory:
        (found,) = directory.survey(name=name).objects
    return found


def is_there(samba: DomainController, found: ActivationObject) -> bool:
    with opened(samba) as directory:
        return directory.survey().at(found.dn) is not None


@each_tls
def test_a_server_cut_off_while_pages_are_read(
    relay: Relay, samba: DomainController, forest_objects: ForestObjects
) -> None:
    for number in range(3):
        forest_objects.add(forest_objects.name(f"Page {number}"))
    with through(relay, samba, page_size=1) as directory:
        relay.cut_after_answers(BEFORE_THE_PAGES + 2)
        with pytest.raises(DirectoryUnreachable) as caught:
            directory.survey()
    assert caught.value.code == "directory_unreachable"


@each_tls
def test_a_server_cut_off_in_the_middle_of_an_answer(relay: Relay, samba: DomainController) -> None:
    with through(relay, samba) as directory:
        relay.cut_after_bytes(20)
        with pytest.raises(DirectoryUnreachable):
            directory.survey()


@each_tls
def test_a_removal_whose_answer_is_lost_is_said_to_be_unknown_though_it_happened(
    relay: Relay, samba: DomainController, forest_objects: ForestObjects
) -> None:
    found = one_object(samba, forest_objects)
    with through(relay, samba) as directory:
        relay.cut_after_answers(0)
        with pytest.raises(DirectoryAnswerLost) as caught:
            directory.remove(found)
    assert caught.value.code == "outcome_unknown"
    assert "again" in (caught.value.remedy or "")
    assert "nothing" not in str(caught.value.cause)
    assert not is_there(samba, found)


@each_tls
def test_a_removal_that_hangs_is_said_to_be_unknown_in_time(
    relay: Relay, samba: DomainController, forest_objects: ForestObjects
) -> None:
    found = one_object(samba, forest_objects)
    with through(relay, samba, timeout=1.0) as directory:
        relay.hang()
        begin = time.monotonic()
        with pytest.raises(DirectoryAnswerLost) as caught:
            directory.remove(found)
    assert "nothing" not in str(caught.value.cause)
    assert time.monotonic() - begin < 10


@each_tls
def test_a_look_that_hangs_ends_in_time(relay: Relay, samba: DomainController) -> None:
    with through(relay, samba, timeout=1.0) as directory:
        relay.hang()
        begin = time.monotonic()
        with pytest.raises(DirectoryUnreachable, match="did not answer within 1 seconds"):
            directory.survey()
    assert time.monotonic() - begin < 10


@each_tls
def test_a_wire_that_hangs_from_the_start_ends_in_time(relay: Relay, samba: DomainController) -> None:
    relay.hang()
    begin = time.monotonic()
    with pytest.raises(DirectoryUnreachable, match="in time"):
        through(relay, samba, timeout=0.5)
    assert time.monotonic() - begin < 10


@each_tls
def test_a_wire_that_is_cut_at_once_is_unreachable(relay: Relay, samba: DomainController) -> None:
    relay.cut()
    with pytest.raises(DirectoryUnreachable) as caught:
        through(relay, samba)
    assert caught.value.code == "directory_unreachable"


@each_tls
def test_after_a_cut_a_new_connection_works(relay: Relay, samba: DomainController) -> None:
    with through(relay, samba) as directory:
        relay.cut()
        with pytest.raises(DirectoryUnreachable):
            directory.survey()
    relay.mend()
    with through(relay, samba) as directory:
        assert directory.survey().server == samba.host
