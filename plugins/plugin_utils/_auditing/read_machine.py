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
from .._deadlines import Deadline
from .._errors import ActivationError
from .._licensing import State
from .._results import count_facts, failure, license_facts
from .._secrets import distinctive, said, scrub
from .._session import ConnectionSettings, Session, check_reach, limit_error, open_session
from .lockout_guard import LockoutGuard

__all__ = ["Row", "Source", "Target", "read_target", "unread"]

Row = dict[str, t.Any]
Facts = t.Mapping[str, t.Any]

_EXPLAINING = frozenset({"message", "cause", "remedy"})
_PARTS = ("machine", "domain", "service", "products")


@dataclass(frozen=True)
class Target:
    """A machine to read; without `settings` there is a `refusal`, which says why nobody can connect to it.

    `inventory` is copied into the row, so it has to be JSON. `timeout` is the seconds until its deadline, after which
    it is not read any further.
    """

    name: str
    settings: ConnectionSettings | None
    refusal: ActivationError | None = None
    inventory: Facts = field(default_factory=dict)
    with_domain: bool = False
    with_attempts: bool = False
    timeout: float = 180.0


class Source(t.Protocol):
    """Knows the machines; asked by one thread only, and only for the machine that is read next."""

    def target(self, name: str, /) -> Target:
        """Return a machine by its name; what is wrong with it is its refusal, never an exception."""


def read_target(target: Target, accounts: LockoutGuard) -> Row:
    """Return the machine's row; whatever goes wrong is told in it."""
    try:
        state, counts = _asked(target, accounts)
    except ActivationError as error:
        return unread(target, error)
    except Exception as error:  # noqa: BLE001 - one machine must not end the audit of ten thousand
        return unread(target, limit_error(error, unforeseen=True) or _unexpected(error, target))
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
    secrets = distinctive(target.settings.secrets if target.settings else ())
    return {
        "name": target.name,
        "reached": False,
        "error": {
            "code": told["code"],
            "message": told["msg"],
            "cause": told["cause"],
            "remedy": told["remedy"],
            **({"fault": scrub(told["fault"], secrets)} if "fault" in told else {}),
        },
        "observed_at": None,
        "inventory": target.inventory,
        "license": None,
        "counts": None,
    }


def _asked(target: Target, accounts: LockoutGuard) -> tuple[State, dict[str, int | None] | None]:
    """Ask the machine, by three requests, or five where products are many and it counts KMS clients.

    The attempts of one that is not licensed take another, and more where its log is long.
    """
    if target.settings is None:
        raise target.refusal or ActivationError(f"Nobody knows how to connect to {target.name}.", code="no_settings")
    session = open_session(target.settings)
    with Deadline(target.timeout, "host", "host_timeout of the audit") as deadline, contextlib.closing(session):
        if accounts.is_open(target.settings):
            check_reach(target.settings)  # few may log in yet, and one that is switched off would hold them all up
        before = time.monotonic()
        with accounts.trying(target.settings):
            deadline.postpone(time.monotonic() - before)  # it may have waited for the logins of other hosts
            return _read(_repository(session, target.settings), target)


def _repository(session: Session, settings: ConnectionSettings) -> Repository:
    return Repository(
        session.send,
        operation_timeout=settings.operation_timeout,
        max_envelope_size=settings.max_envelope_size,
    )


def _read(repository: Repository, target: Target) -> tuple[State, dict[str, int | None] | None]:
    reader = Reader(repository, now=lambda: datetime.now(timezone.utc))
    state = reader.read(Scope(products=Products.INSTALLED, details=True, machine=True, domain=target.with_domain))
    counts = count_facts(state.products, reader.served()) if state.service.is_kms_host else None
    # Last, since a log may take all the time that is left, and the rest is read by then.
    return (reader.with_attempts(state) if target.with_attempts else state), counts


def _unexpected(error: Exception, target: Target) -> ActivationError:
    secrets = target.settings.quotable_secrets if target.settings else ()
    return ActivationError(
        "The machine could not be read, for a reason that nobody has foreseen.",
        code="unexpected",
        cause=said(error, secrets),
        remedy="Run volume.activation.license_info on this machine alone, and report what it says.",
    )


def _lean(license: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return the licence without the texts that explain its codes: the codes say the same in fewer bytes."""
    for product in license["products"]:
        for place in ("reason", "last_attempt"):
            if product.get(place):
                product[place] = {name: value for name, value in product[place].items() if name not in _EXPLAINING}
    return license
