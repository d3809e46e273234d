# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One machine becomes one row: what it says about its licences, or why it could not be asked."""

from __future__ import annotations

import contextlib
import time
import typing as t
from dataclasses import dataclass, field
from datetime import datetime, timezone

from .._applying import Products, Reader, Scope
from .._cim import Repository
from .._errors import ActivationError
from .._licensing import State
from .._reporting import count_facts, failure, license_facts
from .._secrets import scrub
from .._session import ConnectionSettings, check_reach, open_session
from ._accounts import Accounts

__all__ = ["Row", "Source", "Target", "read_target", "unread"]

Row = dict[str, t.Any]
Facts = t.Mapping[str, t.Any]

_PARTS = ("machine", "domain", "service", "products")


@dataclass(frozen=True)
class Target:
    """A machine to read; without `settings` there is a `refusal`, which says why nobody can connect to it.

    `inventory` is what the inventory says of it, and stands in the row as it is; it has to be fit for JSON.
    """

    name: str
    settings: ConnectionSettings | None
    refusal: ActivationError | None = None
    inventory: Facts = field(default_factory=dict)
    with_domain: bool = False


class Source(t.Protocol):
    """Knows the machines; asked by one thread only, and only for the machine that is read next."""

    def target(self, name: str, /) -> Target:
        """Return a machine by its name; what is wrong with it is its refusal, never an exception."""


def read_target(target: Target, accounts: Accounts) -> Row:
    """Return the machine's row; whatever goes wrong is told in it."""
    try:
        state, counts = _asked(target, accounts)
    except ActivationError as error:
        return unread(target, error)
    except Exception as error:  # one machine must not end the audit of ten thousand
        return unread(target, _unexpected(error, target))
    return {
        "name": target.name,
        "reached": True,
        "error": None,
        "observed_at": state.observed_at.isoformat(timespec="seconds"),
        "inventory": target.inventory,
        "license": _lean(license_facts(state, _PARTS)),
        "counts": counts,
    }


def unread(target: Target, error: ActivationError) -> Row:
    """Return the row of a machine that was not read."""
    told = failure(error)
    return {
        "name": target.name,
        "reached": False,
        "error": {"code": told["code"], "message": told["msg"], "cause": told["cause"], "remedy": told["remedy"]},
        "observed_at": None,
        "inventory": target.inventory,
        "license": None,
        "counts": None,
    }


def _asked(target: Target, accounts: Accounts) -> tuple[State, dict[str, int | None] | None]:
    """Ask the machine, by three requests, or five where products are many and it counts KMS clients."""
    if target.settings is None:
        raise target.refusal or ActivationError(f"Nobody knows how to connect to {target.name}.", code="no_settings")
    session = open_session(target.settings)
    if accounts.is_open(target.settings):
        check_reach(target.settings)  # few may log in yet, and one that is switched off would hold them all up
    with contextlib.closing(session), accounts.trying(target.settings):
        repository = Repository(session.send, operation_timeout=target.settings.operation_timeout, pause=time.sleep)
        reader = Reader(repository, now=lambda: datetime.now(timezone.utc))
        state = reader.read(Scope(products=Products.INSTALLED, details=True, machine=True, domain=target.with_domain))
        if not state.service.is_kms_host:
            return state, None
        return state, count_facts(state.products, reader.served())


def _unexpected(error: Exception, target: Target) -> ActivationError:
    secrets = target.settings.secrets if target.settings else ()
    return ActivationError(
        "The machine could not be read, for a reason that nobody has foreseen.",
        code="unexpected",
        cause=str(scrub(f"{type(error).__name__}: {error}", secrets)),
        remedy="Run volume.activation.license_info on this machine alone, and report what it says.",
    )


def _lean(license: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return the licence without the texts that explain a machine's reason: its code says the same in fewer bytes."""
    for product in license["products"]:
        if product["reason"]:
            product["reason"] = {name: product["reason"][name] for name in ("code", "name")}
    return license
