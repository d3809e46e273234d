# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds a machine's initial state from its description: products, keys, leases, settings and registry."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import timedelta

from ..._secrets import Secret, reveal
from ..catalog.hresults import Failure, Hresult
from ..catalog.license_states import (
    UNLICENSED,
    LicenseState,
    Status,
    grace,
    hardware_changed,
    lease,
    notification,
    perpetual,
    trial,
)
from ..catalog.office_packs import office_host_rows
from ..catalog.product_keys import KeyFacts, gvlk_for, made_up_key, masked, published_key
from ..catalog.products import CatalogProduct, Listing, office_key, rows_of
from ..catalog.systems import System
from ..host.activation import kms_request
from ..host.identity import Host, Subscription, full_name
from ..host.registry import TCPIP, WINDOWS, Settings, SimulatedRegistry
from ..host.software_protection import Keyed, MachineIdentifiers, Protection
from ..world.forest import SimulatedActivationObject, SimulatedCaller
from ..world.world import World
from .events import attempt_events, event_from
from .fields import InvalidDescription
from .kms_settings import ProductSettings, find_product
from .licence import Licence
from .machine import MachineDescription

__all__ = ["assemble", "caller_of"]

_LEASE_DAYS, _TRIAL_DAYS, _SUBSCRIPTION_DAYS, _GRACE_DAYS = 150.0, 90.0, 30.0, 20.0
_SUBSCRIPTION_LEFT = timedelta(days=30)
_ACTIVATED_BY = {"ad": 1, "kms": 2, "token": 3}


def assemble(name: str, description: MachineDescription, world: World) -> tuple[Host, Protection]:
    """Return the machine that a description describes; raises InvalidDescription where its keys do not fit."""
    protection = _protection(description, world)
    protection.clock_skew, protection.internet = description.clock_skew, description.internet
    protection.caller = caller_of(description)
    protection.firewall.enabled = description.is_open
    _write_settings(protection, description)
    _write_release(protection.registry, description.system)
    _write_names(protection.registry, description)
    _write_product_settings(protection, name, description)
    for licence in _licences(description):
        if licence.channel != "none":
            _install(protection, name, licence, description)
    _write_events(protection, description)
    if protection.is_kms_host:
        protection.restart()
    return _host(description, protection), protection


def _write_events(protection: Protection, description: MachineDescription) -> None:
    """Write what was described into the log, in the order of time."""
    found = [event_from(logged, protection.now()) for logged in description.events]
    for licence in _licences(description):
        if licence.last_attempt is not None:
            row = _row_of(protection, licence, description)
            request = replace(kms_request(protection, row), time=protection.now() - licence.last_attempt.ago)
            found += attempt_events(licence.last_attempt, request, row.application_id)
    for event in sorted(found, key=lambda event: event.time):
        protection.log.write(event)


def _licences(description: MachineDescription) -> tuple[Licence, ...]:
    return (description.windows, *description.office, *description.addons, *description.office_host)


def caller_of(description: MachineDescription) -> SimulatedCaller:
    """Return whose login the machine's methods run under: Basic and NTLM reach no other machine by themselves."""
    given = description.credentials
    return SimulatedCaller(
        username=str(given["username"]) if given.get("username") else None,
        password=Secret(str(reveal(given.get("password") or ""))),
        reaches_directory=description.is_domain_controller or description.delegation,
        is_administrator=description.administrator,
    )


def _protection(description: MachineDescription, world: World) -> Protection:
    office = tuple((licence.product, licence.channel) for licence in description.office if licence.product)
    packs = tuple(licence.product for licence in description.office_host if licence.product)
    system, language = description.system, description.language
    listing = Listing(system, language, description.base, office, description.esu_prerequisites)
    return Protection(
        system=system,
        rows=(*rows_of(listing), *office_host_rows(packs, language)),
        world=world,
        identity=MachineIdentifiers(
            client_id=description.cmid,
            hardware=description.bios_uuid,
            domain=description.domain,
            dns_suffix=description.domain or description.dns_suffix,
            version=f"{system.version}.1",
            language=language,
            full_name=full_name(description.computer_name, description.domain or description.dns_suffix),
            is_virtual=description.virtual,
        ),
        rearms=description.rearms,
    )


def _host(description: MachineDescription, protection: Protection) -> Host:
    wish = description.subscription
    subscription = None
    if wish is not None:
        expires = wish.expires or protection.now() + _SUBSCRIPTION_LEFT
        subscription = Subscription(wish.edition, wish.status, expires)
    return Host(
        system=description.system,
        computer_name=description.computer_name,
        domain=description.domain,
        dns_suffix=description.domain or description.dns_suffix,
        language=description.language,
        utc_offset=description.utc_offset,
        bios_uuid=description.bios_uuid,
        firmware_key=description.firmware_key,
        subscription=subscription,
        is_domain_controller=description.is_domain_controller,
    )


def _write_settings(protection: Protection, description: MachineDescription) -> None:
    _write_kms_settings(protection.settings, description)
    protection.settings.put("DisableKeyManagementServiceHostCaching", None if description.host_caching else 1)


def _write_product_settings(protection: Protection, name: str, description: MachineDescription) -> None:
    edition = (description.base or description.system).edition_id
    for product, given in description.product_settings.items():
        row = find_product(protection.rows, product, edition, f"machines.{name}.product_settings.{product}")
        _write_kms_settings(protection.product_settings(row), given)


def _write_kms_settings(settings: Settings, given: MachineDescription | ProductSettings) -> None:
    settings.put("KeyManagementServiceName", given.kms_host)
    settings.put("KeyManagementServicePort", None if given.kms_port is None else str(given.kms_port))
    settings.put("KeyManagementServiceLookupDomain", given.lookup_domain)
    settings.put("VLActivationType", given.activation_type or None)


def _write_names(registry: SimulatedRegistry, description: MachineDescription) -> None:
    """Write the names of the machine where Windows keeps them ("TCP/IP registry entries", Microsoft)."""
    suffix = description.domain or description.dns_suffix or ""
    for name, data in {"Hostname": description.computer_name, "Domain": suffix, "NV Domain": suffix}.items():
        registry.write(TCPIP, name, "sz", data)


def _write_release(registry: SimulatedRegistry, system: System) -> None:
    values = {
        "EditionID": system.edition_id,
        "ProductName": system.caption.removeprefix("Microsoft "),
        "CurrentBuild": str(system.build),
        "CurrentBuildNumber": str(system.build),
        "CurrentVersion": "6.3" if system.build >= 9600 else "6.2",
        "InstallationType": "Server" if system.is_server else "Client",
    }
    for name, data in values.items():
        registry.write(WINDOWS, name, "sz", data)


def _install(protection: Protection, name: str, licence: Licence, description: MachineDescription) -> None:
    row = _row_of(protection, licence, description)
    key = _key_of(protection, name, licence, row)
    protection.know(key)
    if licence.status is None:
        protection.install_key(reveal(key.text))
        return
    keyed = Keyed(key, _standing(protection, licence, row), protection.now())
    protection.place(row, keyed)
    if licence.status == "licensed":
        _remember_activation(protection, licence, row, keyed)


def _row_of(protection: Protection, licence: Licence, description: MachineDescription) -> CatalogProduct:
    family = (description.base or description.system).edition_id
    wanted = licence.product or family
    return next(row for row in protection.rows if row.channel == licence.channel and wanted in row.names)


def _key_of(protection: Protection, name: str, licence: Licence, row: CatalogProduct) -> KeyFacts:
    """Return the key of a product: the one described, the published one, or a made-up one."""
    if licence.product_key is not None:
        return _described_key(protection, name, licence, row)
    if licence.channel == "kms_client":
        build = protection.system.build
        text = gvlk_for(row.family, build) if row.is_windows else office_key(licence.product or "")
        return t.cast(KeyFacts, published_key(text or "", build))
    shared = protection.world.microsoft.default_mak(row.names) if licence.channel == "mak" else None
    return shared or _own_key(made_up_key(licence.channel, f"{name}/{row.id}"), row)


def _own_key(text: str, row: CatalogProduct) -> KeyFacts:
    return KeyFacts(masked(text), row.channel, row.names - {"any"})


def _described_key(protection: Protection, name: str, licence: Licence, row: CatalogProduct) -> KeyFacts:
    text = reveal(t.cast(t.Any, licence.product_key))
    try:
        key, found = protection.find_key(text)
    except Failure as failure:
        if failure.hresult == Hresult.INVALID_KEY and licence.channel != "kms_client":
            return _own_key(text, row)
        found, key = None, None
    if key is None or found is not row:
        remedy = "Give a key of that channel and edition, or leave it out to get one."
        raise InvalidDescription(f"machines.{name}.product_key", f"it is no {licence.channel} key for this", remedy)
    return key


def _standing(protection: Protection, licence: Licence, row: CatalogProduct) -> LicenseState:
    standing = _plain_standing(protection, licence, row)
    return standing if licence.reason is None else replace(standing, reason=licence.reason)


def _plain_standing(protection: Protection, licence: Licence, row: CatalogProduct) -> LicenseState:
    status, now = Status[(licence.status or "unlicensed").upper()], protection.now()
    if status is Status.LICENSED:
        return _licensed(protection, licence, row)
    if status is Status.UNLICENSED:
        return UNLICENSED
    if status is Status.NOTIFICATION:
        return notification(Hresult.TRIAL_OVER if row.channel == "evaluation" else Hresult.GRACE_EXPIRED)
    until = now + timedelta(days=_GRACE_DAYS if licence.grace_days is None else licence.grace_days)
    if status is Status.OOT_GRACE and row.channel == "mak":
        return hardware_changed(until)  # a MAK's licence does not run out, so there is no other way into this grace
    return grace(status, until)


def _licensed(protection: Protection, licence: Licence, row: CatalogProduct) -> LicenseState:
    usual = {"evaluation": _TRIAL_DAYS, "subscription": _SUBSCRIPTION_DAYS}.get(row.channel, _LEASE_DAYS)
    until = protection.now() + timedelta(days=usual if licence.lease_days is None else licence.lease_days)
    if row.channel == "kms_client":
        return lease(until)
    if row.channel in ("evaluation", "subscription"):
        return trial(until)
    reasons = {"retail": Hresult.STORE_LICENCE, "oem": 0}
    return perpetual(reasons.get(row.channel, Hresult.ACTIVATED_CHECK_USE_RIGHTS))


def _remember_activation(protection: Protection, licence: Licence, row: CatalogProduct, keyed: Keyed) -> None:
    """Fill in what an activation in the past has left behind."""
    keyed.evaluation_end = keyed.standing.until if row.channel == "evaluation" else None
    if row.channel == "mak":
        protection.settle(row, keyed.standing)
    if row.channel in ("mak", "kms_host"):
        protection.world.microsoft.has_activated(keyed.key, str(protection.installation_id(row)))
    if row.channel != "kms_client":
        return
    keyed.activated_by = _ACTIVATED_BY[licence.activated_by]
    settings = protection.settings_in_force(row)
    domain = settings.lookup_domain or protection.identity.dns_suffix
    if licence.activated_by == "ad":
        keyed.directory_object = _first_object(protection, row)
    elif licence.activated_by == "kms" and not settings.kms_host and domain:
        keyed.discovered = _first_published(protection.world, domain)


def _first_object(protection: Protection, row: CatalogProduct) -> SimulatedActivationObject | None:
    """Return the object that may have activated a product; none from a directory that cannot be read now."""
    try:
        return protection.world.activation_object(protection.identity.domain, row.lines)
    except Failure:
        return None


def _first_published(world: World, domain: str) -> tuple[str, int] | None:
    try:
        record = world.service_records(domain)[0]
    except Failure:
        return None
    return record.host, record.port
