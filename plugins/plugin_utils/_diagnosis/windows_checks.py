# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks of Windows itself: its clock, its edition, and the key that it has."""

from __future__ import annotations

from datetime import timedelta

from .._licensing import CLOCK_SKEW_LIMIT, Channel, GvlkTable, Product, named
from .context import DiagnosisContext
from .result import Check, ok, unknown, wrong

__all__ = ["clock", "edition", "key"]

_PATHS = {"kms": "KMS", "ad": "Active Directory", "mak": "a MAK"}


def clock(case: DiagnosisContext) -> Check:
    """Whether the machine's clock agrees with the controller's."""
    told = case.state.machine.clock if case.state.machine else None
    if told is None:
        return unknown("clock", "The machine did not tell its time.")
    skew = told - case.state.observed_at
    if abs(skew) <= CLOCK_SKEW_LIMIT:
        return ok("clock", f"The clock agrees with the controller's to {abs(skew).total_seconds() / 60:.0f} minutes.")
    hours = abs(skew).total_seconds() / 3600
    direction = "ahead of" if skew > timedelta() else "behind"
    limit = f"{CLOCK_SKEW_LIMIT.total_seconds() / 3600:.0f}"
    return wrong("clock", "clock_skew", hours=hours, direction=direction, limit=limit)


def edition(case: DiagnosisContext) -> Check:
    """Whether volume activation has anything for this edition."""
    name, build, product = case.state.edition_id, case.state.build, case.primary
    if product is not None and product.is_evaluation:
        return wrong("edition", "evaluation_edition", edition=name or product.family)
    if name is None:
        return unknown("edition", "The edition could not be told.")
    if product is not None and case.state.is_stepped_up:
        return ok("edition", f"{name}, lifted from {product.family} by a subscription.")
    on_generic = product is not None and product.channel is Channel.KMS_CLIENT
    if GvlkTable.published().key_for(name, build) is None and not on_generic:
        if case.expected.path in ("kms", "ad"):
            return wrong("edition", "no_published_key", edition=name, build=build)
        return ok("edition", f"{name}, build {build}. No generic key is published for it.")
    return ok("edition", f"{name}, build {build}, takes part in volume activation.")


def key(case: DiagnosisContext) -> Check:
    """Whether Windows has the kind of key that it should have."""
    product = case.primary
    if product is None:
        return wrong("key", "no_product_key")
    if product.channel is Channel.UNKNOWN:
        return unknown("key", f"The kind of the key ending in {product.partial_product_key} could not be told.")
    code = _misfit(case, product)
    if code is None:
        return ok(
            "key", f"{named(product)} is on a {product.channel.value} key ending in {product.partial_product_key}."
        )
    return wrong(
        "key",
        code,
        channel=product.channel.value,
        expected=_PATHS.get(case.expected.path, ""),
        partial=product.partial_product_key,
        status=product.status.label,
        edition=case.state.edition_id,
        build=case.state.build,
    )


def _misfit(case: DiagnosisContext, product: Product) -> str | None:
    path = case.expected.path
    if product.channel is Channel.KMS_HOST:
        return _misfit_of_host_key(case, product)
    if product.channel is Channel.KMS_CLIENT:
        if path == "mak":
            return "not_a_mak"
        return "key_of_other_edition" if _is_of_other_edition(case, product) else None
    if path == "mak":
        return None if product.channel is Channel.MAK else "not_a_mak"
    # What is wrong with an evaluation is its edition, not its key.
    return "not_a_kms_client_key" if path in ("kms", "ad") and not product.is_evaluation else None


def _misfit_of_host_key(case: DiagnosisContext, product: Product) -> str | None:
    if case.state.machine is not None and case.state.machine.is_server is False:
        return "host_key_on_client"
    if case.expected.path != "any":
        return "kms_host_key"
    return None if product.is_licensed and case.state.service.is_kms_host else "host_key_without_host"


def _is_of_other_edition(case: DiagnosisContext, product: Product) -> bool:
    """Tell whether the key is a published one, and not the one that is published for this edition and build."""
    table = GvlkTable.published()
    fitting = table.key_for(case.state.edition_id, case.state.build)
    partial = (product.partial_product_key or "").upper()
    if fitting is None or fitting.partial.upper() == partial or case.state.is_stepped_up:
        return False
    return table.knows_partial(partial)
