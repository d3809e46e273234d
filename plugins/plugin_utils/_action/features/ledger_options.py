# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tasks about MAKs share: the ledger, Microsoft's service, and who is asking."""

from __future__ import annotations

import getpass
import os
import typing as t
from dataclasses import dataclass
from pathlib import Path

from ansible import constants

from ..._activation_service import ActivationService, ConfirmationIdClient, ProxyRequest, ServiceSettings, service_for
from ..._applying import confirmation_id_needed
from ..._errors import ActivationError
from ..._ledger import BudgetAccount, Demand, Ledger, LedgerBudget, Location, locate, preload, require_ledger_of_fleet
from ..._licensing import ProductKey
from ..._outbound import Outbound
from ..._secrets import Secret

__all__ = [
    "LEDGER_SPEC",
    "SERVICE_SPEC",
    "BudgetContext",
    "ledger_from",
    "paying",
    "place_of",
    "service_from",
    "user_from",
]

LEDGER_SPEC: dict[str, t.Any] = {
    "ledger": {"type": "str"},
    "ledger_password": {"type": "str", "no_log": True},
}
SERVICE_SPEC: dict[str, t.Any] = {
    "service": {
        "type": "dict",
        "default": {},
        "options": {
            "backend": {
                "type": "str",
                "choices": ["microsoft", "activationws_soap", "activationws_rest"],
                "default": "microsoft",
            },
            "url": {"type": "str"},
            "ca_path": {"type": "path"},
            "timeout": {"type": "int", "default": 60},
            "retries": {"type": "int", "default": 3},
            "retry_delay": {"type": "int", "default": 5},
            "batch_size": {"type": "int", "default": 1},
            "proxy": {"type": "str"},
            "proxy_username": {"type": "str"},
            "proxy_password": {"type": "str", "no_log": True},
        },
    },
}
preload()

LOCATION_VARIABLE = "VOLUME_ACTIVATION_LEDGER"


def ledger_from(options: t.Mapping[str, t.Any], *, create: bool = False) -> Ledger:
    """Return the ledger that the options name, else the environment, else the one of this user; a context manager.

    A task that only uses a ledger never creates one: at a mistyped place it would find nothing spent.
    """
    password = options["ledger_password"]
    fleet = options.get("simulated_by")
    ledger = Ledger.open(
        _named(options),
        password=None if password is None else Secret(password),
        create=create,
        default=str(_default()),
        simulated_by=fleet,
    )
    if fleet:
        require_ledger_of_fleet(ledger.location, simulated=ledger.simulated_by is not None)
    return ledger


def place_of(options: t.Mapping[str, t.Any]) -> Location:
    """Return where that ledger is, whether it exists or not; raises Refusal."""
    return locate(_named(options), str(_default()))


def _named(options: t.Mapping[str, t.Any]) -> str | None:
    return options["ledger"] or os.environ.get(LOCATION_VARIABLE) or None


def _default() -> Path:
    home = constants.config.get_config_value("ANSIBLE_HOME")
    return Path(home).expanduser() / "volume_activation" / "ledger.sqlite"


def service_from(options: t.Mapping[str, t.Any]) -> ActivationService:
    """Return the client of the service that the option `service` describes."""
    given = {name: value for name, value in (options["service"] or {}).items() if value is not None}
    if "proxy_password" in given:
        given["proxy_password"] = Secret(given["proxy_password"])
    return service_for(ServiceSettings(**given, outbound=Outbound.of(os.environ)))


def paying(
    ledger: Ledger,
    options: t.Mapping[str, t.Any],
    *,
    tell: t.Callable[[str], None],
    warn: t.Callable[[str], None],
) -> t.Callable[[Demand], str]:
    """Return a function that gets one confirmation ID, stored or paid for."""

    def pay(demand: Demand) -> str:
        desk = ConfirmationIdClient(ledger, service_from(options), tell=tell)
        (obtained,) = desk.obtain([ProxyRequest.of(demand)])
        if obtained.confirmation_id is None:
            raise obtained.error or ActivationError("The service gave neither a confirmation ID nor a reason.")
        if obtained.error is not None:
            # It is paid for, so the machine is to have it; that it could not be stored is for people to know.
            warn(f"The confirmation ID could not be stored: {obtained.error}")
        return obtained.confirmation_id

    return pay


@dataclass(frozen=True)
class BudgetContext:
    """What a task pays from: a ledger, the options about service and reasons, and who asks for which machine."""

    ledger: Ledger
    options: t.Mapping[str, t.Any]
    machine: str
    user: str
    tell: t.Callable[[str], None]
    warn: t.Callable[[str], None]

    def gate(self, pool: str, key: ProductKey) -> LedgerBudget:
        """Return the gate for a key and the pool that pays, once the ledger lets this machine in; raises Refusal."""
        account = BudgetAccount(
            pool=pool,
            key=key,
            machine=self.machine,
            user=self.user,
            justification=self.options["justification"],
            use_reserve=self.options["use_reserve"],
        )
        gate = LedgerBudget(self.ledger, account, self._paying(), self.tell, ask=self._ask)
        gate.admit()
        return gate

    def _ask(self, extended_pid: str | None) -> None:
        if "service" in self.options:
            service_from(self.options).probe(extended_pid)

    def _paying(self) -> t.Callable[[Demand], str]:
        """Return what gets a confirmation ID; a task without a service has only those that are given or stored."""
        if "service" not in self.options:
            return _nobody
        if self.options["activate"] == "proxy":
            # Before the machine loses its key: a service of the wrong kind gives no confirmation ID.
            service_from(self.options).require(simulated=self.ledger.simulated_by is not None)
        return paying(self.ledger, self.options, tell=self.tell, warn=self.warn)


def _nobody(demand: Demand) -> str:
    raise confirmation_id_needed(demand.installation_id)


def user_from(task_vars: t.Mapping[str, t.Any]) -> str:
    """Return who runs the play: the user of AWX where there is one, else the login on the controller."""
    named = task_vars.get("awx_user_name") or task_vars.get("tower_user_name")
    try:
        return str(named or getpass.getuser())
    except (KeyError, OSError):
        return f"uid {os.getuid()}"  # a container's user often has no name
