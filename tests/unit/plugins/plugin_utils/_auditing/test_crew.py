# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The crew: a row for each machine, no more of them at a time than asked for, and nobody's row lost."""

from __future__ import annotations

import datetime
import itertools
import multiprocessing
import os
import signal
import struct
import tempfile
import threading
import time
import typing as t
from collections import Counter
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._auditing import Accounts, Crew, Target, _crew, _shift
from ansible_collections.volume.activation.plugins.plugin_utils._auditing._shift import work
from ansible_collections.volume.activation.plugins.plugin_utils._errors import AuthenticationFailed, Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._session import WinRMSettings

NAMES = [f"m{number}" for number in range(50)]
REFUSAL = Refusal("Nobody connects in this test.", code="not_here", remedy="Wait for another one.")

pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")


Told = t.Callable[[str], "dict[str, t.Any]"]


class Source:
    """Machines that are never connected to."""

    def target(self, name: str, /) -> Target:
        return Target(name, None, REFUSAL, {"pid": os.getpid()})


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> t.Callable[[Told], Source]:
    """A function that has each machine's row come from `told`, which a thread of a process of the crew calls."""

    def start(told: Told) -> Source:
        monkeypatch.setattr(
            _shift, "read_target", lambda target, _accounts: {"name": target.name, "error": None, **told(target.name)}
        )
        return Source()

    return start


@pytest.mark.parametrize(("processes", "seen"), [(1, 1), (2, 2), (3, 3), (64, 50)])
def test_each_machine_has_one_row_however_many_read(processes: int, seen: int) -> None:
    rows = list(Crew(concurrency=64, processes=processes).read(NAMES, Source()))
    assert Counter(row["name"] for row in rows) == Counter(NAMES)
    assert len({row["inventory"]["pid"] for row in rows}) == seen
    assert {row["error"]["code"] for row in rows} == {"not_here"}


def test_without_a_number_the_cores_decide_and_there_are_four_processes_at_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(16)), raising=False)
    assert len({row["inventory"]["pid"] for row in Crew().read(NAMES, Source())}) == 4


def test_one_at_a_time_takes_one_process() -> None:
    assert len({row["inventory"]["pid"] for row in Crew(concurrency=1, processes=2).read(NAMES, Source())}) == 1


def test_nobody_is_asked_for_no_machine() -> None:
    before = multiprocessing.active_children()
    assert list(Crew().read([], Source())) == []
    assert multiprocessing.active_children() == before


@pytest.mark.parametrize("processes", [1, 2])
def test_as_many_are_read_at_a_time_as_asked_and_no_more(reading: t.Callable[[Told], Source], processes: int) -> None:
    inside, most, lock = 0, 0, threading.Lock()
    all_in = threading.Barrier(4 // processes)

    def told(_name: str) -> dict[str, t.Any]:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        all_in.wait(20)  # goes on only when four, or the two of a process, are in here together
        with lock:
            inside -= 1
        return {"most": most}

    rows = list(Crew(concurrency=4, processes=processes).read(NAMES[:40], reading(told)))
    assert max(row["most"] for row in rows) == 4 // processes


@pytest.mark.parametrize(("refusals", "each"), [(6, 3), (1, 1), (0, 0)])
def test_each_process_has_its_part_of_the_refusals(monkeypatch: pytest.MonkeyPatch, refusals: int, each: int) -> None:
    def read(target: Target, accounts: Accounts) -> dict[str, t.Any]:
        return {"name": target.name, "error": None, "refusals": accounts._refusals}

    monkeypatch.setattr(_shift, "read_target", read)
    rows = list(Crew(processes=2, refusals=refusals).read(NAMES, Source()))
    assert {row["refusals"] for row in rows} == {each}
    assert list(rows[0])[-1] is list(rows[-1])[-1]  # the name once, and not once a machine


@pytest.mark.parametrize("obeys", [True, False])
def test_a_process_that_hangs_is_ended_at_once_or_soon(
    reading: t.Callable[[Told], Source], monkeypatch: pytest.MonkeyPatch, obeys: bool
) -> None:
    hangs, begun = multiprocessing.get_context("fork").Event(), time.monotonic()

    class Deaf(Source):
        def target(self, name: str, /) -> Target:
            if not obeys:
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
            return super().target(name)

    monkeypatch.setattr(_crew, "_SECONDS_TO_LEAVE", 60.0 if obeys else 0.3)
    reading(lambda name: {"pid": os.getpid(), "waited": name != "m0" and hangs.wait(60)})
    rows = Crew(concurrency=2, processes=1).read(NAMES, Deaf())
    before = signal.signal(signal.SIGTERM, lambda *_given: None)  # what is done here is not done there
    try:
        first = next(rows)
    finally:
        signal.signal(signal.SIGTERM, before)
    t.cast("t.Generator[t.Any, None, None]", rows).close()
    with pytest.raises(ProcessLookupError):
        os.kill(first["pid"], 0)
    assert time.monotonic() - begun < 30


def test_the_machines_of_a_process_that_died_are_told_and_the_others_read(
    reading: t.Callable[[Told], Source],
) -> None:
    def told(name: str) -> dict[str, t.Any]:
        if name == "m7":
            os.kill(os.getpid(), signal.SIGKILL)
        return {}

    rows = {row["name"]: row for row in Crew(concurrency=2, processes=2).read(NAMES, reading(told))}
    assert sorted(rows) == sorted(NAMES)
    lost = {name for name, row in rows.items() if row["error"] and row["error"]["code"] == "reader_lost"}
    assert "m7" in lost
    assert lost <= set(NAMES[1::2])  # every second one was with the process that died
    assert "-9" in rows["m7"]["error"]["cause"]


def test_an_interruption_is_for_whoever_started_the_processes(reading: t.Callable[[Told], Source]) -> None:
    def told(name: str) -> dict[str, t.Any]:
        if name == "m7":
            os.kill(os.getpid(), signal.SIGINT)
        return {}

    rows = list(Crew(concurrency=2, processes=2).read(NAMES, reading(told)))
    assert [row["error"] for row in rows] == [None] * len(NAMES)


def test_a_row_that_breaks_off_is_a_machine_that_was_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks_off(_names: t.Any, _source: t.Any, _threads: int, pipe: t.Any, *_rest: t.Any) -> None:
        os.write(pipe[1].fileno(), struct.pack("!i", 1000) + b"{")
        os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(_crew, "work", breaks_off)
    rows = list(Crew(concurrency=1).read(["a", "b"], Source()))
    assert [(row["name"], row["error"]["code"]) for row in rows] == [("a", "reader_lost"), ("b", "reader_lost")]


def test_who_stops_listening_ends_the_processes() -> None:
    rows = Crew(concurrency=2, processes=2).read(NAMES, Source())
    first = next(rows)
    t.cast("t.Generator[t.Any, None, None]", rows).close()
    with pytest.raises(ProcessLookupError):
        os.kill(first["inventory"]["pid"], 0)


@pytest.mark.parametrize(("processes", "codes"), [(1, {"login_refused": 1, "login_given_up": 49}), (2, {None: 49})])
def test_an_account_is_not_given_up_while_another_process_knows_that_it_is_right(
    monkeypatch: pytest.MonkeyPatch, processes: int, codes: dict[str | None, int]
) -> None:
    settings = WinRMSettings(host="h", user="svc", password=Secret("right"))

    def read(target: Target, accounts: Accounts) -> dict[str, t.Any]:
        try:
            with accounts.trying(settings):
                if target.name == "m0":
                    raise AuthenticationFailed("No.", code="login_refused")
                time.sleep(0.3 if target.name == "m1" else 0)
        except AuthenticationFailed as error:
            return {"name": target.name, "error": {"code": error.code}}
        return {"name": target.name, "error": None}

    monkeypatch.setattr(_shift, "read_target", read)
    begun = time.monotonic()
    rows = list(Crew(concurrency=processes, processes=processes, refusals=1).read(NAMES, Source()))
    assert time.monotonic() - begun < 15  # alone there is nobody to hear of
    assert Counter(row["name"] for row in rows) == Counter(NAMES)
    told = Counter(row["error"] and row["error"]["code"] for row in rows)
    assert told == Counter({"login_refused": 1, **codes})


def test_who_is_ended_leaves_nothing_behind(reading: t.Callable[[Told], Source]) -> None:
    def told(_name: str) -> dict[str, t.Any]:
        with tempfile.NamedTemporaryFile(prefix="krb5cc_", delete=False) as ticket:
            return {"ticket": ticket.name}

    rows = Crew(concurrency=1).read(NAMES, reading(told))
    ticket = Path(next(rows)["ticket"])
    assert ticket.exists()
    t.cast("t.Generator[t.Any, None, None]", rows).close()
    assert not ticket.parent.exists()


@pytest.mark.parametrize("killed", ["maker", "wanting"])
def test_a_process_that_nobody_waits_for_ends_although_its_machine_hangs(
    reading: t.Callable[[Told], Source], tmp_path: Path, killed: str
) -> None:
    """Three generations, as Ansible has them: one that wants an audit, one that makes it, and the crew."""
    context, hangs = multiprocessing.get_context("fork"), multiprocessing.get_context("fork").Event()
    theirs, ours = context.Pipe(duplex=False)

    def told(name: str) -> dict[str, t.Any]:
        if name != NAMES[0]:
            ours.send((os.getpid(), tempfile.gettempdir()))
            hangs.wait(60)
        return {}

    def make() -> None:
        ours.send((os.getpid(), None))
        list(Crew(concurrency=2, processes=1).read(NAMES, reading(told)))

    def want() -> None:
        ours.send((os.getpid(), None))
        maker = context.Process(target=make)
        maker.start()
        maker.join()

    wanting = context.Process(target=want)
    wanting.start()
    ours.close()
    pids = {}
    for generation in ("wanting", "maker", "reader"):
        pids[generation], room = theirs.recv()
    os.kill(pids[killed], signal.SIGKILL)
    with pytest.raises(EOFError):
        while theirs.poll(20):
            theirs.recv()
    assert not Path(room).exists()
    wanting.join()


def test_a_process_whose_listener_is_gone_stops_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_given: None)  # this process keeps its own
    theirs, ours = multiprocessing.Pipe(duplex=False)
    asked = itertools.count()

    class Counting(Source):
        def target(self, name: str, /) -> Target:
            next(asked)
            return super().target(name)

    work([f"n{number}" for number in range(10_000)], Counting(), 2, (theirs, ours), Accounts())
    assert next(asked) < 100


def test_a_row_larger_than_a_pipe_arrives_whole(reading: t.Callable[[Told], Source]) -> None:
    large = "x" * 1_000_000
    rows = list(Crew(processes=1).read(NAMES[:8], reading(lambda _name: {"large": large})))
    assert [row["large"] == large for row in rows] == [True] * 8


def test_slow_machines_do_not_hold_up_the_rows_of_others(reading: t.Callable[[Told], Source]) -> None:
    release = multiprocessing.get_context("fork").Event()

    def told(name: str) -> dict[str, t.Any]:
        return {"waited": release.wait(20)} if name == "m0" else {}

    rows = Crew(concurrency=4, processes=1).read(NAMES, reading(told))
    others = [row["name"] for row in itertools.islice(rows, len(NAMES) - 1)]
    release.set()
    assert "m0" not in others
    assert [row["name"] for row in rows] == ["m0"]


def test_what_json_does_not_know_is_told_as_text() -> None:
    class Dated(Source):
        def target(self, name: str, /) -> Target:
            return Target(name, None, REFUSAL, {"since": datetime.date(2026, 11, 22)})

    assert [row["inventory"] for row in Crew().read(["a"], Dated())] == [{"since": "2026-11-22"}]


def test_names_that_are_no_text_of_unicode_pass() -> None:
    assert [row["name"] for row in Crew().read(["caf\udce9"], Source())] == ["caf\udce9"]


def test_nothing_is_started_before_the_first_row_is_asked_for() -> None:
    before = set(multiprocessing.active_children())
    Crew().read(NAMES, Source())
    assert set(multiprocessing.active_children()) == before
