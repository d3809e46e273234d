# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks against simulated hosts, in this process, and a controller that can be killed in the middle of one.

The actions are those that a playbook runs, up to the bytes of their messages. Only what lies behind is replaced: the
session ends in a simulated host, the activation service is that of its world, and waiting takes no time.
"""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import functools
import itertools
import shutil
import threading
import time
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins.loader import action_loader, connection_loader
from sqlalchemy import event

from ansible_collections.volume.activation.plugins.plugin_utils._action import base
from ansible_collections.volume.activation.plugins.plugin_utils._action import machine as machine_module
from ansible_collections.volume.activation.plugins.plugin_utils._activation_service import batch_backend
from ansible_collections.volume.activation.plugins.plugin_utils._activation_service.outcomes import ServiceUnavailable
from ansible_collections.volume.activation.plugins.plugin_utils._activation_service.transport import HttpReply
from ansible_collections.volume.activation.plugins.plugin_utils._cim import Repository
from ansible_collections.volume.activation.plugins.plugin_utils._errors import AnswerLost
from ansible_collections.volume.activation.plugins.plugin_utils._findings import AuditSettings, audited
from ansible_collections.volume.activation.plugins.plugin_utils._ledger import Ledger, PoolWish, database
from ansible_collections.volume.activation.plugins.plugin_utils._ledger.location import Location
from ansible_collections.volume.activation.plugins.plugin_utils._ledger.reservation_owner import Owner
from ansible_collections.volume.activation.plugins.plugin_utils._simulator import Fleet
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.microsoft.batch_service import BatchService
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.winrm.counters import Counters
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.winrm.dispatcher import Dispatcher
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.winrm.fault_injection import FaultInjector
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import Invoke, Put, decode_call

Row = dict[str, Any]
SERVICE_URL = "https://127.0.0.1/simulated-fleet/BatchActivation/BatchActivation.asmx"
LEDGER = "ledger.sqlite"
_READS = ("Get", "Check", "Enum")


def declare(ledger: Path, pool: str = "lab", limit: int = 5) -> None:
    """Declare a pool in a ledger of simulated hosts, which is made if it is not there."""
    with Ledger.open(str(ledger), simulated_by="tests") as opened:
        opened.declare(PoolWish(name=pool, limit=limit))


class Killed(BaseException):
    """The controller's process ends here: nothing of it runs any further."""


@dataclasses.dataclass(frozen=True)
class Kill:
    """Ends the controller at the change of that number, before it is carried out or after it, and before its answer.

    With `connection` it is only the connection to the host that ends, for good.
    """

    number: int
    after: bool
    connection: bool = False

    def __str__(self) -> str:
        what = "cut off" if self.connection else "killed"
        return f"{what} {'after' if self.after else 'before'} change {self.number}"


@dataclasses.dataclass(frozen=True)
class Licence:
    """How a host is licensed by its own account; `type` is the machine's activation type, `expires` is left out."""

    status: str
    channel: str | None
    partial: str | None
    activated_by: int
    type: int

    @property
    def is_licensed(self) -> bool:
        """Whether Windows is licensed."""
        return self.status == "licensed"

    def __str__(self) -> str:
        by = {1: " by AD", 2: " by KMS"}.get(self.activated_by, "")
        restricted = {1: ", type ad", 2: ", type kms", 3: ", type token"}.get(self.type, "")
        return f"{self.channel or 'no key'} {self.partial or ''} {self.status}{by}{restricted}".replace("  ", " ")


class World:
    """Simulated hosts, their ledger, and the tasks that are run against them."""

    def __init__(self, desk: Desk, folder: Path, description: Row) -> None:
        self.folder = folder
        self.description = description
        self.fleet = Fleet.from_description(description)
        self.events: list[str] = []
        """What changed something or asked Microsoft for something, in its order."""
        self.kill: Kill | None = None
        self.dead = False
        self._desk = desk
        self._dispatcher = Dispatcher(Counters(), FaultInjector(), lambda _seconds: None)
        self._batch = BatchService(self.fleet.microsoft, lambda _seconds: None)
        self._ledger = folder / LEDGER
        self._left_behind = folder / "left behind"

    def declare(self, pool: str = "lab", limit: int = 5) -> None:
        """Declare a pool in the ledger."""
        declare(self._ledger, pool, limit)

    def counted(self, pool: str = "lab") -> int:
        """Return how many activations the ledger counts."""
        with Ledger.open(str(self._ledger), simulated_by="tests") as ledger:
            return ledger.balance(pool).counted

    def become(self, description: Row) -> None:
        """Change the surroundings of the hosts, which keep their keys and licences."""
        self.description = description
        self.fleet.update(description)

    # Tasks

    def run(self, module: str, args: Row, *, host: str = "host", kill: Kill | None = None, check: bool = False) -> Row:
        """Return the result of a task; raises Killed where the controller is killed."""
        self.events, self.kill, self.dead = [], kill, False
        with self._desk.open_for(self, host, is_killed=kill is not None and not kill.connection):
            action = self._action(module, args, check=check)
            fleet = {"directory": str(self.folder), "ledger": str(self._ledger), "service": {"url": SERVICE_URL}}
            try:
                return dict(action.run(task_vars={"inventory_hostname": host, "volume_activation_fleet": fleet}))
            finally:
                if self.dead and not (kill and kill.connection):
                    self._bring_ledger_back()

    @staticmethod
    def _action(module: str, args: Row, *, check: bool) -> Any:
        task, context = Task(), PlayContext()
        task.action, task.args = f"volume.activation.{module}", copy.deepcopy(args)
        task.check_mode = check
        context.remote_addr = "host.corp.example"
        connection = connection_loader.get("ansible.builtin.winrm", context, "/dev/null")
        values = {"remote_addr": "host.corp.example", "remote_user": "operator", "remote_password": "made up"}
        connection.set_options(direct=values)
        return action_loader.get(
            task.action,
            task=task,
            connection=connection,
            play_context=context,
            loader=None,
            templar=types.SimpleNamespace(template=lambda value: value),
            shared_loader_obj=None,
        )

    # What the tasks meet

    def send(self, host: str, message: bytes) -> bytes:
        """Carry a message to a host, and return the answer."""
        request = decode_call(message).request
        changes = isinstance(request, Put) or (isinstance(request, Invoke) and not request.method.startswith(_READS))
        work = self._guard(getattr(request, "method", "put") if changes else None)
        reply = work(lambda: self._dispatcher.answer(self.fleet.machines[host], message))
        if reply.delivery != "whole":
            raise AnswerLost("The connection broke.")
        return bytes(reply.body)

    def post(self, body: bytes, headers: Row) -> HttpReply:
        """Ask the activation service."""
        reply = self._guard("ask_service")(lambda: self._batch.post(headers["SOAPAction"], body))
        if reply.delivery != "whole":
            reached = self.fleet.microsoft.description.reachable
            raise ServiceUnavailable("No answer came.", may_have_arrived=reached, code="connection_failed")
        return HttpReply(reply.status, reply.body)

    def reach(self) -> None:
        """See whether the activation service answers at all."""
        reply = self._batch.page()
        if reply.delivery != "whole":
            raise ServiceUnavailable("Nothing answers.", may_have_arrived=False, code="connection_failed")
        if reply.status == 503:
            raise ServiceUnavailable("It is out of order.", may_have_arrived=True, code="http_503")

    def _guard(self, event: str | None) -> Callable[[Callable[[], Any]], Any]:
        def work(call: Callable[[], Any]) -> Any:
            if self.dead:
                self._end()
            if event is None:
                return call()
            self.events.append(event)
            number = len(self.events)
            self._strike(number, after=False)
            answer = call()
            self._strike(number, after=True)
            return answer

        return work

    def _strike(self, number: int, *, after: bool) -> None:
        if self.kill is None or (self.kill.number, self.kill.after) != (number, after):
            return
        self.dead = True
        if not self.kill.connection:
            self._keep_ledger()
        self._end()

    def _end(self) -> None:
        raise AnswerLost("The connection broke.") if self.kill and self.kill.connection else Killed

    def _keep_ledger(self) -> None:
        """Keep the ledger as it is now: what runs while the exception is passed on does not run after a kill."""
        shutil.rmtree(self._left_behind, ignore_errors=True)
        self._left_behind.mkdir()
        for file in self._ledger_files():
            shutil.copy(file, self._left_behind)

    def _bring_ledger_back(self) -> None:
        for file in self._ledger_files():
            file.unlink()
        for file in self._left_behind.iterdir():
            shutil.copy(file, self.folder)

    def _ledger_files(self) -> list[Path]:
        return [file for file in self.folder.glob("ledger.sqlite*") if not file.name.endswith("-shm")]

    # What is the case

    def invoked(self, method: str) -> int:
        """Return how often a method was carried out, on any of the hosts."""
        journals = [machine.describe()["invoked"] for machine in self.fleet.machines.values()]
        return sum(entry["method"] == method for journal in journals for entry in journal)

    def licence(self, host: str = "host") -> Licence:
        """Return how Windows is licensed, by the simulated host's own account."""
        described = self.fleet.machines[host].describe()
        primary = described["primary"]
        kind = self._activation_type(host)
        if primary is None:
            return Licence("unlicensed", None, None, 0, kind)
        by = primary["activated_by"] if primary["channel"] == "kms_client" else 0
        return Licence(primary["status"], primary["channel"], primary["partial_product_key"], by, kind)

    def _activation_type(self, host: str) -> int:
        """Return what Windows is restricted to, by a setting of its own product or by that of the machine."""
        protection = self.fleet.machines[host]._protection
        row = protection.primary
        own = protection.product_settings(row).activation_type if row else 0
        return int(own or protection.settings.activation_type or 0)

    def findings(self, host: str = "host") -> list[Row]:
        """Return what an audit finds about one host, for which nothing is intended."""
        told = self.run("license_info", {"products": "installed"}, host=host)
        row = {"name": host, "reached": True, "error": None, "license": told["license"], "counts": None}
        row["observed_at"] = "2026-01-01T00:00:00+00:00"
        document = audited([row], AuditSettings(), audited_at="2026-01-01T00:00:00+00:00", duration_seconds=1.0)
        return [finding for finding in document["findings"] if host in finding["machines"]]


class _Current(threading.local):
    """The host of the task that a thread runs, and the process that it runs in, None for this one."""

    world: World | None = None
    host = ""
    owner: Owner | None = None


class Desk:
    """Puts simulated worlds behind the actions, a host for each thread; made with the `monkeypatch` of a test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.ledger_is_writable = True
        self._folder = folder
        self._numbers = itertools.count()
        self._time = 0.0
        self._now = _Current()
        clock = types.SimpleNamespace(monotonic=lambda: self._time, sleep=self._pass)
        monkeypatch.setattr(time, "sleep", self._pass)
        monkeypatch.setattr(machine_module, "time", clock)
        repository = functools.partial(Repository, pause=self._pass, clock=lambda: self._time)
        monkeypatch.setattr(machine_module, "Repository", repository)
        monkeypatch.setattr(base, "open_session", lambda _settings: _Session(self._world(), self._now.host))
        monkeypatch.setattr(batch_backend, "Transport", lambda _settings: _Transport(self._world()))
        monkeypatch.setattr(database, "_sqlite", self._engines(database._sqlite))
        current = Owner.current
        monkeypatch.setattr(Owner, "current", lambda: self._now.owner or current())

    def world(self, description: Row) -> World:
        """Return a world of its own, whose ledger has a pool `lab` of five."""
        folder = self._folder / str(next(self._numbers))
        folder.mkdir()
        if not (self._folder / LEDGER).exists():
            declare(self._folder / LEDGER)
        shutil.copy(self._folder / LEDGER, folder)
        return World(self, folder, description)

    @contextlib.contextmanager
    def open_for(self, world: World, host: str, *, is_killed: bool) -> Iterator[None]:
        """Send what follows to this host; a process that will be killed is a dead one to those that come after it."""
        self._now.world, self._now.host = world, host
        self._now.owner = dataclasses.replace(Owner.current(), started="1") if is_killed else None
        try:
            yield
        finally:
            self._now.owner = None

    def _pass(self, seconds: float) -> None:
        self._time += seconds

    def _world(self) -> World:
        assert self._now.world is not None
        return self._now.world

    def _engines(self, sqlite: Callable[[Location], Any]) -> Callable[[Location], Any]:
        """Return a maker of engines that leave the moment of writing to the system, and compile a statement once.

        Only a process is killed here, not the system: what was committed is in the file.
        """
        compiled: Row = {}

        def configure(connection: Any, _record: object) -> None:
            connection.execute("PRAGMA synchronous = OFF")
            if not self.ledger_is_writable:
                connection.execute("PRAGMA query_only = ON")

        def make(location: Location) -> Any:
            engine = sqlite(location)
            event.listen(engine, "connect", configure)
            return engine.execution_options(compiled_cache=compiled)

        return make


class _Session:
    """A session without a socket."""

    def __init__(self, world: World, host: str) -> None:
        self._world = world
        self._host = host

    def send(self, message: bytes) -> bytes:
        return self._world.send(self._host, message)

    def close(self) -> None:
        """Keep nothing."""


class _Transport:
    """The way to the activation service, without a socket."""

    def __init__(self, world: World) -> None:
        self._world = world

    def post(self, body: bytes, headers: Row) -> HttpReply:
        return self._world.post(body, headers)

    def reach(self) -> None:
        self._world.reach()
