# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules about how long and whether a machine is licensed, and about its clock."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from datetime import date, timedelta

from .._licensing import Explanation, Product, explain, named
from .._planning import asked_kms_host
from .license_summary import end_of
from .record import AuditSettings, Finding, Record, listed

__all__ = ["clock_skew", "evaluation_edition", "lease_expiring", "not_licensed", "subscription"]

_MINUTES_A_DAY = 1440


def clock_skew(record: Record, settings: AuditSettings, _today: date) -> Iterator[Finding]:
    """Yield that the clock differs from the controller's at the time of reading by more than is taken."""
    clock = record.state.machine.clock if record.state and record.state.machine else None
    if clock is None or record.observed_at is None:
        return
    skew = clock - record.observed_at
    if abs(skew) > timedelta(minutes=settings.clock_skew_minutes):
        direction = "ahead of" if skew > timedelta() else "behind"
        hours = abs(skew).total_seconds() / 3600
        yield Finding("clock_skew", f"{hours:.1f} hours {direction} the controller's clock")


def evaluation_edition(record: Record, _settings: AuditSettings, today: date) -> Iterator[Finding]:
    """Yield that Windows is an evaluation, and until when."""
    product = record.primary
    if product is None or not product.is_evaluation:
        return
    end = end_of(product, record.observed_at)
    if not product.is_licensed:
        yield Finding("evaluation_edition", f"{named(product)}, over: {_standing(product)}")
    elif end is None:
        yield Finding("evaluation_edition", named(product))
    else:
        yield Finding("evaluation_edition", f"{named(product)}, {_ends(end, today)}")


def subscription(record: Record, _settings: AuditSettings, _today: date) -> Iterator[Finding]:
    """Yield that a subscription licenses Windows, or has lifted it above the edition of its key."""
    product, state = record.primary, record.state
    if state is None or product is None or product.is_evaluation or not state.is_stepped_up:
        return
    yield Finding(
        "subscription", f"{state.edition_id or 'Windows'}, on a {product.channel.value} key of {product.family}"
    )


def not_licensed(record: Record, _settings: AuditSettings, _today: date) -> Iterator[Finding]:
    """Yield that Windows is not licensed, be it still in grace; the machine's own reason is explained."""
    product = record.primary
    if product is None:
        yield Finding("not_licensed", "Windows has no product key")
    elif not product.is_licensed:
        yield Finding(
            "not_licensed",
            f"{named(product)}, {product.channel.value} key: {_standing(product)}{_asked(record, product)}",
        )


def lease_expiring(record: Record, settings: AuditSettings, today: date) -> Iterator[Finding]:
    """Yield that leases of Windows or of Office end soon."""
    products = record.state.judged if record.state else ()
    ends = [(product, end_of(product, record.observed_at)) for product in products if product.is_leased]
    soon = [(product, end) for product, end in ends if end and (end - today).days <= settings.expiring_days]
    if soon:
        yield Finding("lease_expiring", listed(f"{named(product)} {_ends(end, today)}" for product, end in soon))


def _asked(record: Record, product: Product) -> str:
    """Return which KMS host is to blame for a product's last attempt or its own reason, nothing where none is."""
    attempt = product.last_attempt
    if attempt is not None and attempt.place:
        return f" The KMS host asked was {attempt.place}."
    code = product.attempt_error or product.reason
    found = asked_kms_host(code, product, record.state) if record.state else None
    return f" {found}" if found else ""


def _ends(end: date, today: date) -> str:
    days = (end - today).days
    return f"ends on {end.isoformat()}, in {days} day{'' if days == 1 else 's'}"


def _standing(product: Product) -> str:
    """Return how an unlicensed product stands: its status, what is left of a grace, and why.

    That is how its last attempt ended, where that is known, and else its own reason, which is mostly a state.
    """
    days = product.grace_minutes // _MINUTES_A_DAY
    left = f", {days} day{'' if days == 1 else 's'} left" if product.grace_minutes else ""
    code = product.attempt_error or product.reason
    told = _explained(code, product.channel.value) if code else None
    last = "The last attempt: " if product.attempt_error else ""
    return f"{product.status.label}{left}" + (f". {last}{told.code}: {told.message}" if told else "")


@functools.lru_cache(maxsize=256)
def _explained(code: int, channel: str) -> Explanation:
    return explain(code, channel)
