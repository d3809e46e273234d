# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The crew: a row for each machine, no more of them at a time than asked for, and nobody's row lost."""

from __future__ import annotations

import datetime
import errno
import itertools
import multiprocessing
import os
import random
import signal
import struct
import tempfile
import threading
import time
import typing as t
from collections import Counter
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._auditing import (
    LockoutGuard,
    ReaderPool,
    Target,
    reader_handle,
    reader_process,
)
from ansible_collections.volume.activation.plugins.plugin_utils._auditing.reader_process import MAX_ROW, work
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


class AsGiven(random.Random):
    """Keeps the order of the names."""

    def sample(self, population: t.Any, k: int, **_options: t.Any) -> list[t.Any]:
        return list(population)[:k]


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> t.Callable[[Told], Source]:
    """A function that has each machine's row come from `told`, which a thread of a process of the crew calls."""

    def start(told: Told) -> Source:
        monkeypatch.setattr(
            reader_process,
            "read_target",
            lambda target, _accounts: {"name": target.name, "error": None, **told(target.name)},
        )
        return Source()

    return start


@pytest.mark.parametrize(("processes", "seen"), [(1, 1), (2, 2), (3, 3), (64, 50)])
def test_each_machine_has_one_row_however_many_read(processes: int, seen: int) -> None:
    rows = list(ReaderPool(concurrency=64, processes=processes).read(NAMES, Source()))
    assert Counter(row["name"] for row in rows) == Counter(NAMES)
    assert len({row["inventory"]["pid"] for row in rows}) == seen
    assert {row["error"]["code"] for row in rows} == {"not_here"}


def test_without_a_number_the_cores_decide_and_there_are_four_processes_at_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(16)), raising=False)
    assert len({row["inventory"]["pid"] for row in ReaderPool().read(NAMES, Source())}) == 4


def test_one_at_a_time_takes_one_process() -> None:
    assert len({row["inventory"]["pid"] for row in ReaderPool(concurrency=1, processes=2).read(NAMES, Source())}) == 1


def test_nobody_is_asked_for_no_machine() -> None:
    before = multiprocessing.active_children()
    assert list(ReaderPool().read([], Source())) == []
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

    rows = list(ReaderPool(concurrency=4, processes=processes).read(NAMES[:40], reading(told)))
    assert max(row["most"] for row in rows) == 4 // processes


def test_a_host_adds_a_bounded_amount_to_the_audit(reading: t.Callable[[Told], Source]) -> None:
    texts = {"m1": "a" * (MAX_ROW - 500), "m2": "a" * MAX_ROW, "m3": "\U0001f600" * (MAX_ROW // 10)}
    rows = ReaderPool().read(list(texts), reading(lambda name: {"license": texts[name]}))
    assert {row["name"]: (row["error"] or {}).get("code") for row in rows} == {
        "m1": None,
        "m2": "answer_too_large",
        "m3": "answer_too_large",
    }


def test_the_names_in_a_row_are_kept_once_and_not_once_a_host() -> None:
    first, second = itertools.islice(ReaderPool(processes=1).read(NAMES, Source()), 2)
    assert list(first)[-1] is list(second)[-1]


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

    monkeypatch.setattr(reader_handle, "_SECONDS_TO_LEAVE", 60.0 if obeys else 0.3)
    reading(lambda name: {"pid": os.getpid(), "waited": name != "m0" and hangs.wait(60)})
    rows = ReaderPool(concurrency=2, processes=1, rng=AsGiven()).read(NAMES, Deaf())
    before = signal.signal(signal.SIGTERM, lambda *_given: None)  # what is done here is not done there
    try:
        first = next(rows)
    finally:
        signal.signal(signal.SIGTERM, before)
    t.cast("t.Generator[t.Any, None, None]", rows).close()
    with pytest.raises(ProcessLookupError):
        os.kill(first["pid"], 0)
    assert time.monotonic() - begun < 30


def end_reader(ending: int) -> None:
    """End this process by a signal, or by the exit code 3."""
    if ending == 3:
        os._exit(3)
    os.kill(os.getpid(), ending)


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM, 3])
def test_a_host_that_ends_its_reader_twice_is_lost_and_the_others_are_read(
    reading: t.Callable[[Told], Source], ending: int
) -> None:
    def told(name: str) -> dict[str, t.Any]:
        if name == "m7":
            end_reader(ending)
            threading.Event().wait(20)
        return {}

    rows = list(ReaderPool(concurrency=8, processes=2).read(NAMES, reading(told)))
    assert Counter(row["name"] for row in rows) == Counter(NAMES)
    errors = {row["name"]: row["error"] for row in rows if row["error"]}
    assert {error["code"] for error in errors.values()} == {"reader_lost"}
    assert list(errors) == ["m7"]  # read alone by then: a quarter of the four threads of its process
    assert ("signal 9" in errors["m7"]["cause"]) is (ending == signal.SIGKILL)


def test_the_hosts_of_a_reader_that_was_killed_from_outside_are_read_by_another(
    reading: t.Callable[[Told], Source],
) -> None:
    """As the kernel does it when memory runs out: no host is to blame."""
    killed, all_in_hand = multiprocessing.get_context("fork").Value("i", 0), threading.Barrier(16)

    def told(_name: str) -> dict[str, t.Any]:
        if not killed.value:
            all_in_hand.wait(20)
            killed.value = 1
            os.kill(os.getpid(), signal.SIGKILL)
        return {}

    rows = list(ReaderPool(concurrency=16, processes=1).read(NAMES, reading(told)))
    assert killed.value == 1
    assert Counter(row["name"] for row in rows) == Counter(NAMES)
    assert [row["error"] for row in rows] == [None] * len(NAMES)


def test_an_interruption_is_for_whoever_started_the_processes(reading: t.Callable[[Told], Source]) -> None:
    def told(name: str) -> dict[str, t.Any]:
        if name == "m7":
            os.kill(os.getpid(), signal.SIGINT)
        return {}

    rows = list(ReaderPool(concurrency=2, processes=2).read(NAMES, reading(told)))
    assert [row["error"] for row in rows] == [None] * len(NAMES)


def test_a_row_that_breaks_off_is_a_machine_that_was_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks_off(_names: t.Any, _source: t.Any, _threads: int, pipe: t.Any, *_rest: t.Any) -> None:
        os.write(pipe[1].fileno(), struct.pack("!i", 1000) + b"{")
        os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(reader_handle, "work", breaks_off)
    rows = list(ReaderPool(concurrency=1, rng=AsGiven()).read(["a", "b"], Source()))
    assert [(row["name"], row["error"]["code"]) for row in rows] == [("a", "reader_lost"), ("b", "reader_lost")]


def test_who_stops_listening_ends_the_processes() -> None:
    rows = ReaderPool(concurrency=2, processes=2).read(NAMES, Source())
    first = next(rows)
    t.cast("t.Generator[t.Any, None, None]", rows).close()
    with pytest.raises(ProcessLookupError):
        os.kill(first["inventory"]["pid"], 0)


FLEET = [f"a{number}" for number in range(6)] + [f"m{number:03}" for number in range(100)]


def logging_in(monkeypatch: pytest.MonkeyPatch, refuses: t.Callable[[str], bool]) -> None:
    """Have hosts read by a login with one account that some of them refuse."""
    settings = WinRMSettings(host="h", user=r"CORP\svc", password=Secret("a password"))

    def read(target: Target, accounts: LockoutGuard) -> dict[str, t.Any]:
        try:
            with accounts.trying(settings):
                if refuses(target.name):
                    raise AuthenticationFailed("No.", code="login_refused")
        except AuthenticationFailed as error:
            return {"name": target.name, "error": {"code": error.code}}
        return {"name": target.name, "error": None}

    monkeypatch.setattr(reader_process, "read_target", read)


def test_hosts_that_refuse_every_login_do_not_void_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six of them, the first of the alphabet, as a reader that takes the hosts by name would meet them."""
    logging_in(monkeypatch, lambda name: name.startswith("a"))
    complete = 0
    for seed in range(20):
        crew = ReaderPool(concurrency=16, processes=2, refusals=2, rng=random.Random(seed))
        told = Counter(row["error"] and row["error"]["code"] for row in crew.read(FLEET, Source()))
        complete += told == Counter({None: 100, "login_refused": 6})
    assert complete >= 18  # of 20: one order in three hundred begins with two hosts that refuse


@pytest.mark.parametrize("processes", [1, 3])
def test_a_wrong_password_is_refused_by_as_many_hosts_as_may_and_by_no_more(
    monkeypatch: pytest.MonkeyPatch, processes: int
) -> None:
    logging_in(monkeypatch, lambda _name: True)
    rows = list(ReaderPool(concurrency=16, processes=processes, refusals=2).read(FLEET, Source()))
    assert Counter(row["error"]["code"] for row in rows) == {"login_refused": 2, "login_given_up": 104}


def test_the_hosts_are_read_in_an_order_that_the_generator_decides() -> None:
    def order(seed: int) -> list[str]:
        return [row["name"] for row in ReaderPool(1, 1, rng=random.Random(seed)).read(NAMES, Source())]

    assert order(1) == order(1) != order(2)
    assert sorted(order(2)) == sorted(NAMES)


def test_a_host_that_met_a_limit_of_the_controller_is_read_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    limited = {"error": {"code": "controller_limit"}}
    met = multiprocessing.get_context("fork").Value("i", 0)

    def read(target: Target, _accounts: LockoutGuard) -> dict[str, t.Any]:
        row = {"name": target.name, "error": None}
        if target.name == "m1":
            return {**row, **limited}
        if target.name == "m2":
            with met.get_lock():
                met.value += 1
                return {**row, **limited} if met.value == 1 else row
        return row

    monkeypatch.setattr(reader_process, "read_target", read)
    rows = list(ReaderPool(concurrency=4, processes=2).read(NAMES, Source()))
    assert Counter(row["name"] for row in rows) == Counter(NAMES)
    assert {row["name"]: row["error"]["code"] for row in rows if row["error"]} == {"m1": "controller_limit"}
    assert met.value == 2


@pytest.mark.parametrize("possible", [0, 1, 5])
def test_a_reader_that_gets_fewer_threads_reads_all_the_same(monkeypatch: pytest.MonkeyPatch, possible: int) -> None:
    start, mine = threading.Thread.start, itertools.count()

    def limited(thread: threading.Thread) -> None:
        if thread.daemon:
            return start(thread)
        if next(mine) >= possible:
            raise RuntimeError("can't start new thread")
        return start(thread)

    monkeypatch.setattr(threading.Thread, "start", limited)
    rows = list(ReaderPool(concurrency=8, processes=1).read(NAMES, Source()))
    assert {row["error"]["code"] for row in rows} == {"not_here"}
    assert Counter(row["name"] for row in rows) == Counter(NAMES)


def test_without_memory_for_a_row_its_host_is_read_once_more(reading: t.Callable[[Told], Source]) -> None:
    tries = multiprocessing.get_context("fork").Value("i", 0)

    def told(name: str) -> dict[str, t.Any]:
        if name == "m3":
            with tries.get_lock():
                tries.value += 1
                if tries.value == 1:
                    raise MemoryError
        return {}

    rows = list(ReaderPool(concurrency=4, processes=1).read(NAMES, reading(told)))
    assert Counter(row["name"] for row in rows) == Counter(NAMES)
    assert [row["error"] for row in rows] == [None] * len(NAMES)


def test_a_reader_without_memory_to_look_up_a_host_is_replaced() -> None:
    tries = multiprocessing.get_context("fork").Value("i", 0)

    class Short(Source):
        def target(self, name: str, /) -> Target:
            if name == "m3":
                with tries.get_lock():
                    tries.value += 1
                    if tries.value == 1:
                        raise MemoryError
            return super().target(name)

    rows = list(ReaderPool(concurrency=4, processes=1).read(NAMES, Short()))
    assert Counter(row["name"] for row in rows) == Counter(NAMES)
    assert {row["error"]["code"] for row in rows} == {"not_here"}


@pytest.mark.parametrize("possible", [0, 1])
def test_processes_that_cannot_be_started_leave_no_host_out(monkeypatch: pytest.MonkeyPatch, possible: int) -> None:
    fork, forks = os.fork, itertools.count()

    def limited() -> int:
        if possible == 0 or next(forks) == possible:
            raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
        return fork()

    monkeypatch.setattr(os, "fork", limited)
    rows = list(ReaderPool(concurrency=4, processes=2).read(NAMES, Source()))
    assert Counter(row["name"] for row in rows) == Counter(NAMES)
    assert {row["error"]["code"] for row in rows} == {"not_here" if possible else "controller_limit"}


def test_who_is_ended_leaves_nothing_behind(reading: t.Callable[[Told], Source]) -> None:
    def told(_name: str) -> dict[str, t.Any]:
        with tempfile.NamedTemporaryFile(prefix="krb5cc_", delete=False) as ticket:
            return {"ticket": ticket.name}

    rows = ReaderPool(concurrency=1).read(NAMES, reading(told))
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
        list(ReaderPool(concurrency=2, processes=1).read(NAMES, reading(told)))

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
    for name in ("signal", "set_wakeup_fd"):
        monkeypatch.setattr(signal, name, lambda *_given, **_named: None)  # this process keeps its own
    theirs, ours = multiprocessing.Pipe(duplex=False)
    asked = itertools.count()

    class Counting(Source):
        def target(self, name: str, /) -> Target:
            next(asked)
            return super().target(name)

    work([f"n{number}" for number in range(10_000)], Counting(), 2, (theirs, ours), LockoutGuard())
    assert next(asked) < 100


def test_a_row_larger_than_a_pipe_arrives_whole(reading: t.Callable[[Told], Source]) -> None:
    large = "x" * 120_000
    rows = list(ReaderPool(processes=1).read(NAMES[:8], reading(lambda _name: {"large": large})))
    assert [row["large"] == large for row in rows] == [True] * 8


def test_slow_machines_do_not_hold_up_the_rows_of_others(reading: t.Callable[[Told], Source]) -> None:
    release = multiprocessing.get_context("fork").Event()

    def told(name: str) -> dict[str, t.Any]:
        return {"waited": release.wait(20)} if name == "m0" else {}

    rows = ReaderPool(concurrency=4, processes=1).read(NAMES, reading(told))
    others = [row["name"] for row in itertools.islice(rows, len(NAMES) - 1)]
    release.set()
    assert "m0" not in others
    assert [row["name"] for row in rows] == ["m0"]


def test_what_json_does_not_know_is_told_as_text() -> None:
    class Dated(Source):
        def target(self, name: str, /) -> Target:
            return Target(name, None, REFUSAL, {"since": datetime.date(2026, 11, 22)})

    assert [row["inventory"] for row in ReaderPool().read(["a"], Dated())] == [{"since": "2026-11-22"}]


def test_names_that_are_no_text_of_unicode_pass() -> None:
    assert [row["name"] for row in ReaderPool().read(["caf\udce9"], Source())] == ["caf\udce9"]


def test_nothing_is_started_before_the_first_row_is_asked_for() -> None:
    before = set(multiprocessing.active_children())
    ReaderPool().read(NAMES, Source())
    assert set(multiprocessing.active_children()) == before
