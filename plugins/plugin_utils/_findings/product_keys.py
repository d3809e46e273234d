# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules about which kind of key a machine has, beside what it should have."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator
from datetime import date

from .._licensing import Application, Channel, Product, named
from .._validation import same_name, valid_endpoint
from .license_summary import method_of
from .record import AuditSettings, Finding, Record, listed

__all__ = ["host_key_on_client", "mak_on_reimaged", "office_unmanaged", "profile_drift"]

_WAYS: t.Mapping[str, tuple[str, Channel]] = {
    "kms_default": ("kms", Channel.KMS_CLIENT),
    "adba_default": ("ad", Channel.KMS_CLIENT),
    "mak_exception": ("mak", Channel.MAK),
}
"""By profile the method that it brings a machine to, and the kind of key that it takes."""

_OFFICE = (Application.OFFICE, Application.OFFICE_2010)


def profile_drift(record: Record, _settings: AuditSettings, _today: date) -> Iterator[Finding]:
    """Yield that a machine goes another way than its profile says.

    A KMS host is no client, and one that is not licensed drifts by its key only: who would license it is not settled.
    """
    product, way = record.primary, _WAYS.get(record.profile or "")
    if record.state is None or product is None or way is None or product.channel is Channel.KMS_HOST:
        return
    method, channel = method_of(record.state), way[1]
    fits = method in (way[0], "unknown") if product.is_licensed else product.channel in (channel, Channel.UNKNOWN)
    if not fits:
        goes = f"licensed by {method}" if product.is_licensed else f"on a {product.channel.value} key"
        rule = f" by the rule {record.rule}" if record.rule else ""
        yield Finding("profile_drift", f"{record.profile} is intended{rule}, and it is {goes}")


def host_key_on_client(record: Record, settings: AuditSettings, _today: date) -> Iterator[Finding]:
    """Yield that Windows has the key of a KMS host on a machine that is not a KMS host.

    A machine that is named in `kms_hosts` is one, also a client edition: it can serve other clients. A server is one
    when clients ask it. Of any other, the state and the profile decide. That clients ask a client edition proves
    nothing, since DNS leads there. A host key of Office belongs wherever its licence pack is.
    """
    product, machine = record.primary, record.state.machine if record.state else None
    if product is None or product.channel is not Channel.KMS_HOST or _is_named(record, settings):
        return
    if machine is not None and machine.is_server is False:
        yield Finding("host_key_on_client", f"{machine.edition_id or named(product)} is a client edition")
    elif not record.is_serving:
        idle = _idle(record, product)
        if idle:
            yield Finding("host_key_on_client", idle)


def _idle(record: Record, product: Product) -> str | None:
    """Return why a server that no client asks is not a KMS host; the profile `none` is for hosts that are set up."""
    if record.profile in _WAYS:
        return f"{record.profile} is intended, and no client asks it as a KMS host"
    if not product.is_licensed:
        return f"{named(product)}: {product.status.label}, so it does not act as a KMS host"
    if record.state is not None and not record.state.service.is_kms_host:
        return f"{named(product)}: it does not act as a KMS host"
    return None if record.profile == "none" else f"{named(product)}: no client asks it as a KMS host"


def _is_named(record: Record, settings: AuditSettings) -> bool:
    """Tell whether a machine is one of the KMS hosts that are given, by its name in the inventory or its own."""
    own = record.state.machine.name if record.state and record.state.machine else ""
    hosts = [valid_endpoint(given, "kms_hosts")[0] for given in settings.kms_hosts]
    names = [name for name in (record.name, own) if name]
    return any(same_name(name, host) or same_name(name, host.partition(".")[0]) for name in names for host in hosts)


def mak_on_reimaged(record: Record, _settings: AuditSettings, _today: date) -> Iterator[Finding]:
    """Yield that a machine that comes and goes has a MAK, for Windows or for Office; add-ons have no other key."""
    products = record.state.judged if record.state and record.marks else ()
    found = [named(product) for product in products if product.channel is Channel.MAK]
    if found:
        yield Finding("mak_on_reimaged", f"{', '.join(record.marks)}: {listed(found)}")


def office_unmanaged(record: Record, _settings: AuditSettings, _today: date) -> Iterator[Finding]:
    """Yield which Office products are not licensed, or not by volume.

    Microsoft 365 is licensed by its users and leaves rows of its own, which nobody activates: they are no trouble, nor
    is what other Office rows a machine with it has. An Office of a machine that is left alone may be retail.
    """
    found = [row for row in (record.state.products if record.state else ()) if _is_office(row)]
    by_users = any(_is_by_users(row) for row in found)
    judged = [row for row in found if row.is_by_volume or not by_users]
    wrong = [told for told in (_wrong_with(row, record.profile) for row in judged) if told]
    if wrong:
        yield Finding("office_unmanaged", listed(wrong))


def _is_office(product: Product) -> bool:
    return product.application in _OFFICE and bool(product.partial_product_key) and not product.is_addon


def _is_by_users(product: Product) -> bool:
    return product.channel is Channel.SUBSCRIPTION or "o365" in f"{product.name} {product.family}".casefold()


def _wrong_with(product: Product, profile: str | None) -> str | None:
    if not product.is_licensed:
        return f"{named(product)}: {product.status.label}, {product.channel.value} key"
    if product.is_by_volume or product.channel is Channel.UNKNOWN or profile == "none":
        return None
    return f"{named(product)}: {product.channel.value} key"
