# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Generated states and wishes: every channel, status, edition and setting, sensible or not.

Reusable wherever a property has to hold for all of them: `states()`, `wishes()`, and `module_wishes()` for the wishes
that today's modules can state.
"""

from __future__ import annotations

import string
import typing as t
from dataclasses import replace

from hypothesis import strategies as st

from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    APPLICATION_IDS,
    ActivationType,
    Application,
    Channel,
    LicenseStatus,
    Machine,
    Product,
    ProductKey,
    Service,
    State,
)
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    AbsentKey,
    ActivatePolicy,
    Activation,
    ActivationMethod,
    CountedActivation,
    DesiredState,
    EditionKey,
    KeyWish,
    KmsSettings,
    Mak,
    PresentKey,
)

from .state_samples import BUILD, NOW, TABLE, gvlk

# Few values each, so that what is wished for is often there, or there in another spelling.
HOSTS = ("kms.example.com", "KMS.example.com.", "other.example.com", "example.com")
DOMAINS = ("example.com", "EXAMPLE.com.", "other.example.com", "")
EDITIONS = ("ServerStandard", "ServerDatacenterCor", "ServerStandardEval", "Professional", "EnterpriseS", "Enterprise")
BUILDS = (BUILD, 14393, 19041, 26100, 17763, 99999)
VERSIONS = (*(f"10.0.{build}.1" for build in BUILDS * 3), "6.3.9600.1", "6.1.7601.1")
PARTIALS = (gvlk().partial, gvlk("Enterprise", 19041).partial, "GGGGG", "HHHHH", "JJJJJ")
KEYS = tuple(ProductKey(f"BBBBB-CCCCC-DDDDD-FFFFF-{partial}") for partial in ("GGGGG", "HHHHH", "JJJJJ"))
IDS = tuple(f"id-{letter}" for letter in string.ascii_lowercase[:6])
PORTS = (0, 1688, 1689)
LEASES = (0, 1, 30 * 1440 - 1, 30 * 1440, 30 * 1440 + 1, 100 * 1440, 180 * 1440)


def products() -> st.SearchStrategy[Product]:
    """Return products of every application, channel and state; the ID is put in by `states`."""
    return st.builds(
        _product,
        application=st.sampled_from([Application.WINDOWS, Application.WINDOWS, Application.OFFICE, Application.OTHER]),
        family=st.sampled_from([*EDITIONS, None]),
        channel=st.sampled_from([Channel.KMS_CLIENT, *Channel]),
        partial_product_key=st.sampled_from([*PARTIALS, None]),
        status=st.sampled_from([LicenseStatus.LICENSED, *LicenseStatus]),
        grace_minutes=st.sampled_from(LEASES),
        is_addon=st.sampled_from([False, False, False, True]),
        activation_type=st.sampled_from(ActivationType),
        kms_host=st.sampled_from([None, *HOSTS]),
        kms_port=st.sampled_from(PORTS),
        lookup_domain=st.sampled_from([None, *DOMAINS[:-1]]),
        activated_by=st.sampled_from([None, ActivationType.AD, *list(ActivationType)[2:]]),
        ad_object_dn=st.sampled_from([None, "", "CN=Object,CN=Activation Objects"]),
    )


def _product(**given: t.Any) -> Product:
    return Product(id="", application_id=APPLICATION_IDS.get(given["application"], ""), **given)


def services() -> st.SearchStrategy[Service]:
    """Return licensing services with every setting in several spellings, old versions among them."""
    return st.builds(
        Service,
        version=st.sampled_from(VERSIONS),
        kms_host=st.sampled_from([None, *HOSTS]),
        kms_port=st.sampled_from(PORTS),
        lookup_domain=st.sampled_from([None, *DOMAINS[:-1]]),
        host_caching=st.booleans(),
    )


def machines() -> st.SearchStrategy[Machine]:
    """Return operating systems of known and unknown editions."""
    return st.builds(
        Machine, name=st.just("APP01"), edition_id=st.sampled_from([*EDITIONS, None]), build=st.sampled_from(BUILDS)
    )


def states() -> st.SearchStrategy[State]:
    """Return states as a reading may give them, up to four products with IDs of their own."""
    return st.builds(
        _state,
        service=services(),
        products=st.lists(products(), max_size=4),
        machine=st.none() | machines(),
        domain=st.none() | st.sampled_from(DOMAINS),
    )


def _state(service: Service, products: list[Product], machine: Machine | None, domain: str | None) -> State:
    named = tuple(replace(product, id=name) for name, product in zip(IDS, products, strict=False))
    return State(service=service, products=named, machine=machine, domain=domain, observed_at=NOW)


def settings() -> st.SearchStrategy[KmsSettings]:
    """Return KMS settings; a host and DNS discovery exclude each other, as the module has it."""
    free = st.builds(
        KmsSettings,
        host=st.sampled_from([None, *HOSTS]),
        port=st.sampled_from(PORTS[1:]),
        dns_discovery=st.booleans(),
        lookup_domain=st.sampled_from([None, *DOMAINS]),
        host_caching=st.sampled_from([None, True, False]),
        activation_type=st.sampled_from([None, *list(ActivationType)[1:]]),
    )
    return free.map(lambda wish: replace(wish, host=None) if wish.dns_discovery else wish)


def edition_keys() -> st.SearchStrategy[EditionKey]:
    """Return wishes for an edition's key, with and without leave to replace a licence."""
    return st.builds(EditionKey, table=st.just(TABLE), replace_licensed=st.booleans())


def single_keys() -> st.SearchStrategy[KeyWish]:
    """Return wishes for one key to be there or not."""
    named = st.none() | st.sampled_from([*IDS, IDS[0].upper()])
    whole = st.builds(
        lambda key, name: PresentKey(partial=key.partial, key=key, activation_id=name), st.sampled_from(KEYS), named
    )
    checked = st.builds(PresentKey, partial=st.sampled_from(PARTIALS), activation_id=named)
    absent = st.builds(AbsentKey, partial=st.sampled_from(PARTIALS), activation_id=named)
    return st.one_of(whole, checked, absent)


def activations() -> st.SearchStrategy[Activation]:
    """Return activations of the primary product or one by its ID."""
    return st.builds(
        Activation,
        when=st.sampled_from(ActivatePolicy),
        product_id=st.none() | st.none() | st.sampled_from(IDS),
        renew_below_days=st.sampled_from([None, 1, 30, 179]),
        only_kms_client=st.booleans(),
        by=st.sampled_from([None, None, ActivationType.ANY, ActivationType.AD]),
    )


def maks() -> st.SearchStrategy[Mak]:
    """Return wishes for a MAK: in Windows, in Office, or in the product of an ID."""
    place = st.sampled_from([*_PLACES, *((None, name) for name in (*IDS, IDS[0].upper()))])
    return st.builds(
        lambda key, where, replace_licensed: Mak(
            key=key, application=where[0], activation_id=where[1], replace_licensed=replace_licensed
        ),
        st.sampled_from(KEYS),
        place,
        st.booleans(),
    )


_PLACES: tuple[tuple[Application | None, str | None], ...] = (
    *((Application.WINDOWS, None),) * 6,
    *((Application.OFFICE, None),) * 4,
)


def mak_wishes() -> st.SearchStrategy[DesiredState]:
    """Return what mak can ask for: a key, and mostly consent to spend one of its activations."""

    def counted(mak: Mak, way: ActivationMethod, confirmation_id: str | None) -> DesiredState:
        return DesiredState(
            key=mak, activation=Activation(counted=CountedActivation(mak=mak, way=way, confirmation_id=confirmation_id))
        )

    given = st.sampled_from([None, None, "123456" * 8])
    return st.builds(counted, maks(), st.sampled_from(ActivationMethod), given) | st.builds(DesiredState, key=maks())


def wishes() -> st.SearchStrategy[DesiredState]:
    """Return any wish, also those that no module can state yet."""
    key = st.none() | edition_keys() | single_keys() | maks()
    free = st.builds(DesiredState, kms=st.none() | settings(), key=key, activation=st.none() | activations())
    return free | mak_wishes()


def module_wishes() -> st.SearchStrategy[DesiredState]:
    """Return what kms_client, adba_client, product_key, activate and mak can ask for."""
    volume = activations().map(lambda wish: replace(wish, product_id=None, only_kms_client=True, by=None))
    kms_client = st.builds(DesiredState, kms=settings(), key=st.none() | edition_keys(), activation=volume)
    adba_client = st.builds(
        lambda kind, key, wish: DesiredState(
            kms=KmsSettings(activation_type=kind), key=key, activation=replace(wish, by=kind)
        ),
        st.sampled_from([ActivationType.AD, ActivationType.ANY]),
        st.none() | edition_keys(),
        volume,
    )
    product_key = st.builds(DesiredState, key=single_keys())
    activate = st.builds(
        lambda when, name: DesiredState(activation=Activation(when=when, product_id=name)),
        st.sampled_from([ActivatePolicy.IF_NEEDED, ActivatePolicy.ALWAYS]),
        st.none() | st.sampled_from(IDS),
    )
    return st.one_of(kms_client, kms_client, adba_client, adba_client, product_key, activate, mak_wishes())
