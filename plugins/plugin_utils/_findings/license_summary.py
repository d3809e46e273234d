# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a machine stands, in the few words that an audit counts by: its method, its status, and when its licence ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from .._licensing import ActivationType, Channel, Product, State
from .record import Record

__all__ = ["METHODS", "LicenseSummary", "end_of", "is_known", "method_of"]

METHODS = (
    *("kms", "ad", "mak", "avma", "retail", "oem", "subscription", "evaluation"),
    *("kms_host", "token", "none", "unknown"),
)
"""How a machine can be licensed, or be set to be; `none` has no key, and `unknown` was not read or does not tell."""

_BY_TYPE = {ActivationType.AD: "ad", ActivationType.KMS: "kms", ActivationType.TOKEN: "token"}


@dataclass(frozen=True, slots=True)
class LicenseSummary:
    """What the document adds to a row; the end is the nearest one of Windows and of Office on a volume key."""

    method: str
    status: str
    expires: date | None
    days_left: int | None

    @classmethod
    def of(cls, record: Record, today: date) -> LicenseSummary:
        """Return how a machine stands on the day of the audit."""
        if record.state is None:
            return cls("unknown", "unreachable", None, None)
        ends = [end for end in (end_of(product, record.observed_at) for product in record.state.judged) if end]
        nearest = min(ends, default=None)
        return cls(
            method=method_of(record.state),
            status=record.primary.status.label if record.primary else "no_key",
            expires=nearest,
            days_left=(nearest - today).days if nearest else None,
        )


def method_of(state: State) -> str:
    """Return how Windows is licensed; where it is not, how it is set to be.

    A generic key does not say by itself who licenses it: a licence says who gave it, and a machine without one what it
    is restricted to, or else who licensed it last. Nothing of all that is KMS, as Windows would have it.
    """
    product = state.primary
    if product is None:
        return "none"
    if product.is_evaluation:
        return "evaluation"
    if state.is_stepped_up:
        return "subscription"
    return _of_generic_key(product) if product.channel is Channel.KMS_CLIENT else product.channel.value


def _of_generic_key(product: Product) -> str:
    last = _BY_TYPE.get(product.activated_by) if product.activated_by is not None else None
    if product.is_licensed:
        return last or "unknown"
    return _BY_TYPE.get(product.activation_type) or last or "kms"


def is_known(method: str) -> bool:
    """Tell whether a method counts in a share of the machines."""
    return method != "unknown"


def end_of(product: Product, observed_at: datetime | None) -> date | None:
    """Return the day on which a lease or an evaluation ends, None for what has no end or is none of them.

    It is reckoned by the controller's clock, from what is left: the machine's own may be wrong.
    """
    if not product.is_leased and not (product.is_evaluation and product.is_licensed):
        return None
    if not product.grace_minutes or observed_at is None:
        return product.evaluation_end.date() if product.evaluation_end else None
    try:
        return (observed_at + timedelta(minutes=product.grace_minutes)).astimezone(timezone.utc).date()
    except OverflowError:
        return None  # beyond the calendar is as good as no end
