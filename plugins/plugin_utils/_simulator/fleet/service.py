# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A running fleet with its files: what the process keeps in its directory, and how it changes while it runs."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
import typing as t
from dataclasses import asdict
from pathlib import Path

from ..._secrets import Secret
from ..dns.server import require_dns
from ..winrm.authentication import LoginAccount, account_of
from ..winrm.private_files import remove_files
from .control import CONTROL_FILE, ControlServer, Data
from .inventory import Settings, inventory_of, write_inventory
from .server import FleetServer

__all__ = ["INVENTORY_FILE", "Fleet", "RunningFleet", "forget_files", "make_fleet"]

log = logging.getLogger(__name__)

INVENTORY_FILE = "inventory.yml"
PID_FILE = "fleet.pid"

_LEFT_BEHIND = (CONTROL_FILE, INVENTORY_FILE, PID_FILE, "server.pem", "ca.pem")
_WATCH_SECONDS = 1.0
_URL_NAMES = {"microsoft": "batch", "activationws_soap": "activationws_soap", "activationws_rest": "activationws_rest"}
_ANYBODY = LoginAccount("anybody", Secret("any"))


class Fleet(t.Protocol):
    """What the model half gives."""

    @property
    def machines(self) -> t.Mapping[str, t.Any]:
        """The machines by name."""

    def update(self, description: Data) -> None:
        """Become as described; what does not change keeps its state."""

    def describe(self) -> Data:
        """Return the truth as plain data."""


def make_fleet(description: Data) -> Fleet:
    """Return the model of the described fleet; raises InvalidDescription."""
    from .fleet import Fleet as Model

    return t.cast(Fleet, Model.from_description(description))


class RunningFleet:
    """One fleet in one directory. A job is `description` (for the model) and `settings` (how it is reached)."""

    def __init__(self, directory: Path, job: Data, *, build: t.Callable[[Data], Fleet] = make_fleet) -> None:
        self.directory = directory
        self.stopping = threading.Event()
        self._build = build
        self._job = job
        self._lock = threading.Lock()
        self.fleet = build(job["description"])
        settings = self._settled(job, self.fleet)
        self.server = FleetServer(self.fleet, directory=directory, settings=settings)
        self._identity = _identity_of(directory)

    @contextlib.contextmanager
    def running(self) -> t.Iterator[ControlServer]:
        """Serve, with inventory and control file written, until the block is left; then remove what was written."""
        with contextlib.ExitStack() as resources:
            resources.callback(forget_files, self.directory)
            resources.enter_context(self.server)
            control = ControlServer(self)
            resources.callback(control.stop)
            self._write_inventory()
            control.announce(self.directory / CONTROL_FILE, os.getpid())
            log.info("serving %d machines on ports %d and %d", len(self.fleet.machines), *self._ports())
            yield control

    def wait(self) -> None:
        """Return when a stop is requested, the directory is gone, or nobody has called for `idle_minutes`."""
        requests, since = -1, time.monotonic()
        while not self.stopping.wait(_WATCH_SECONDS):
            if _identity_of(self.directory) != self._identity:
                log.warning("the directory is gone; so am I")
                return
            limit = self.server.settings.idle_minutes
            now, total = time.monotonic(), self.server.requests
            if total != requests:
                requests, since = total, now
            elif limit and now - since > limit * 60:
                log.info("idle for %s minutes", limit)
                return

    def state(self) -> Data:
        """Return the truth about fleet and counters."""
        http_port, https_port = self._ports()
        fleet = self.fleet.describe()
        return {
            "fleet": fleet,
            "counters": self.server.counters.as_dict(),
            "total": asdict(self.server.counters.total()),
            "settings": asdict(self.server.settings),
            "http_port": http_port,
            "https_port": https_port,
            "ca_file": str(self.server.ca_file),
            "microsoft": self._microsoft(fleet),
            "dns": self.server.dns,
            "sandbox": self.server.sandbox,
            "pid": os.getpid(),
        }

    def _microsoft(self, fleet: Data) -> Data:
        """Return where the activation service is and what is left of the MAKs; the journal is in the world."""
        world = fleet.get("world", {}).get("microsoft", {})
        return {
            **{f"{_URL_NAMES[name]}_url": url for name, url in self.server.microsoft_urls.items()},
            "http": {f"{_URL_NAMES[name]}_url": url for name, url in self.server.microsoft_urls_by("http").items()},
            "ca_file": str(self.server.ca_file),
            "maks": world.get("maks", {}),
            "product_keys_seen": world.get("product_keys_seen", 0),
        }

    def hosts(self) -> Data:
        """Return the inventory variables of every machine."""
        return self.server.host_variables()

    def apply(self, job: Data, *, check: bool) -> bool:
        """Become as `job` says, or only say whether that is a change; an invalid one is refused in both cases."""
        with self._lock:
            if job == self._job:
                return False
            settings = self._settled(job, self._build(job["description"]))
            if not check:
                self.server.adopt(settings)
                self.fleet.update(job["description"])
                self._write_inventory()
                self._job = job
                log.info("the description was changed; %d machines", len(self.fleet.machines))
            return True

    def reset_counters(self) -> None:
        """Start counting anew."""
        self.server.counters.reset()

    def request_stop(self) -> None:
        """Let `wait` return."""
        self.stopping.set()

    @classmethod
    def validate(cls, job: Data, *, build: t.Callable[[Data], Fleet] = make_fleet) -> None:
        """Raise what starting the job would raise, without starting anything."""
        cls._settled(job, build(job["description"]))

    @staticmethod
    def _settled(job: Data, fleet: Fleet) -> Settings:
        """Return the job's settings, once they and the logins are known to suit every machine."""
        settings = Settings.from_options(job.get("settings") or {})
        if settings.dns:
            require_dns()
        for machine in fleet.machines.values():
            settings.for_machine(machine.description)
            account_of(machine.description, _ANYBODY)
        return settings

    def _ports(self) -> tuple[int, int]:
        return self.server.http_port, self.server.https_port

    def _write_inventory(self) -> None:
        write_inventory(self.directory / INVENTORY_FILE, inventory_of(self.hosts(), self.server.sandbox))


def forget_files(directory: Path) -> None:
    """Remove what a fleet leaves in its directory, secrets above all; the log stays."""
    with contextlib.suppress(OSError):
        accounts = directory / "accounts"
        remove_files([directory / name for name in _LEFT_BEHIND])
        remove_files(list(accounts.glob("*.account")))
        if accounts.is_dir():
            accounts.rmdir()


def _identity_of(directory: Path) -> tuple[int, int] | None:
    try:
        found = directory.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
