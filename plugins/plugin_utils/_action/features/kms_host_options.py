# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a KMS host as wishes; what Windows would refuse late, or take and not mean, is refused here."""

from __future__ import annotations

import typing as t

from ..._errors import Refusal
from ..._licensing import (
    DEFAULT_ACTIVATION_INTERVAL,
    DEFAULT_KMS_PORT,
    DEFAULT_RENEWAL_INTERVAL,
    INTERVAL_MINUTES,
    Application,
    GvlkTable,
    ProductKey,
    PublishDomain,
    parse_confirmation_id,
)
from ..._planning import FirewallWish, HostKey, HostSettings
from ..._validation import normal_name, valid_domain, valid_number, valid_port
from .product_targets import meant_products

__all__ = [
    "HOST_SPEC",
    "check_settings",
    "confirmation_of",
    "host_key",
    "retired_settings",
    "wished_settings",
]

HOST_SPEC: dict[str, t.Any] = {
    "product_keys": {
        "type": "list",
        "elements": "dict",
        "no_log": False,
        "default": [],
        "options": {
            "product_key": {"type": "str", "required": True, "no_log": True},
            "products": {"type": "str", "default": "windows"},
            "confirmation_id": {"type": "str"},
            "pool": {"type": "str"},
        },
    },
    "port": {"type": "int"},
    "dns_publishing": {"type": "bool"},
    "publish_domains": {
        "type": "list",
        "elements": "dict",
        "options": {
            "domain": {"type": "str", "required": True},
            "priority": {"type": "int", "default": 0},
            "weight": {"type": "int", "default": 0},
        },
    },
    "low_priority": {"type": "bool"},
    "activation_interval": {"type": "int"},
    "renewal_interval": {"type": "int"},
    "firewall": {"type": "bool"},
    "firewall_profiles": {"type": "list", "elements": "str", "choices": ["domain", "private", "public"]},
    "restart_service": {"type": "bool", "default": True},
}

_LARGEST_PREFERENCE = 65535
"""Priority and weight of a service record (RFC 2782)."""
_PROFILE_BITS = {"domain": 1, "private": 2, "public": 4}


def host_key(row: t.Mapping[str, t.Any], options: t.Mapping[str, t.Any]) -> HostKey:
    """Return the wish for one host key; raises Refusal for a key that is known to be none."""
    key = ProductKey.parse(row["product_key"])
    if GvlkTable.published().knows(key):
        raise Refusal(
            "The key is a published KMS client key, which makes a client and no host.",
            code="kms_client_key",
            remedy="Give the KMS host key (CSVLK) of the organisation; clients get theirs with kms_client.",
        )
    application, activation_id = meant_products(row["products"])
    return HostKey(
        key=key,
        application=application,
        activation_id=activation_id,
        replace_licensed=options["replace_licensed"],
    )


def confirmation_of(row: t.Mapping[str, t.Any]) -> str | None:
    """Return the confirmation ID that was given for a key; raises Refusal (`bad_confirmation_id`)."""
    return parse_confirmation_id(row["confirmation_id"]) if row["confirmation_id"] else None


def wished_settings(options: t.Mapping[str, t.Any]) -> HostSettings:
    """Return the wish for the settings; what is left out is None."""
    domains = options["publish_domains"]
    return HostSettings(
        port=options["port"],
        dns_publishing=options["dns_publishing"],
        publish_domains=None if domains is None else tuple(_publish_domain(row) for row in domains),
        low_priority=options["low_priority"],
        activation_interval=options["activation_interval"],
        renewal_interval=options["renewal_interval"],
        firewall=_firewall(options),
        restart=options["restart_service"],
    )


def retired_settings() -> tuple[HostSettings, HostSettings]:
    """Return what every setting is on a machine that is no host: first the intervals, then all the others."""
    intervals = HostSettings(
        activation_interval=DEFAULT_ACTIVATION_INTERVAL,
        renewal_interval=DEFAULT_RENEWAL_INTERVAL,
        restart=False,
        mark=False,
    )
    others = HostSettings(
        port=DEFAULT_KMS_PORT,
        dns_publishing=True,
        publish_domains=(),
        low_priority=False,
        firewall=FirewallWish(enabled=False),
    )
    return intervals, others


def check_settings(options: t.Mapping[str, t.Any]) -> None:
    """Raise Refusal (`bad_option`) for values that no host can have, before anything is sent."""
    if options["port"] is not None:
        valid_port(options["port"], "port")
    for interval in ("activation_interval", "renewal_interval"):
        if options[interval] is not None:
            valid_number(options[interval], interval, INTERVAL_MINUTES[0], INTERVAL_MINUTES[-1])
    _check_domains(options["publish_domains"] or ())
    _check_profiles(options)
    _check_keys(options["product_keys"])
    if options["state"] == "absent" and options["product_keys"]:
        raise _bad("product_keys is given with state: absent.", "Leave it out; every host key is taken off.")


def _check_domains(rows: t.Sequence[t.Mapping[str, t.Any]]) -> None:
    preferences: dict[str, tuple[t.Any, t.Any]] = {}
    for row in rows:
        domain = valid_domain(row["domain"].strip(), "publish_domains")
        for name in ("priority", "weight"):
            valid_number(row[name], f"{name} of {row['domain']}", 0, _LARGEST_PREFERENCE)
        own = row["priority"], row["weight"]
        if preferences.setdefault(normal_name(domain), own) != own:
            raise _bad(f"publish_domains has {domain} twice, and not alike.", "Give each domain once.")


def _check_profiles(options: t.Mapping[str, t.Any]) -> None:
    if options["firewall_profiles"] is not None and not options["firewall"]:
        raise _bad("firewall_profiles is given without firewall.", "Set firewall to true, or leave the profiles out.")
    if options["firewall_profiles"] == []:
        # Windows would take no profile for all of them.
        raise _bad("firewall_profiles is empty.", "Name the profiles, or set firewall to false.")


def _check_keys(rows: t.Sequence[t.Mapping[str, t.Any]]) -> None:
    keys = [ProductKey.parse(row["product_key"]).fingerprint for row in rows]
    if len(set(keys)) < len(keys):
        raise _bad("A key is given twice in product_keys.", "Give each key once.")
    single = [
        meant for meant in (meant_products(row["products"]) for row in rows) if meant[0] is not Application.OFFICE
    ]
    if len(set(single)) < len(single):
        # Each would replace the other, and every run would spend two activations.
        raise _bad("Two keys in product_keys are for the same product, which has one at a time.", "Give one of them.")
    pools = [row["pool"] for row in rows if row["pool"]]
    if len(set(pools)) < len(pools):
        # The first activation would bind the pool to its key, and the second one fail when that is spent.
        raise _bad("Two keys in product_keys name the same pool, and a pool belongs to one.", "Give each its own pool.")


def _firewall(options: t.Mapping[str, t.Any]) -> FirewallWish | None:
    if options["firewall"] is None:
        return None
    names = options["firewall_profiles"]
    bits = None if names is None else sum(_PROFILE_BITS[name] for name in dict.fromkeys(names))
    # Windows writes "all of them" as none.
    return FirewallWish(enabled=options["firewall"], profiles=0 if bits == sum(_PROFILE_BITS.values()) else bits)


def _publish_domain(row: t.Mapping[str, t.Any]) -> PublishDomain:
    return PublishDomain(row["domain"].strip().rstrip("."), row["priority"], row["weight"])


def _bad(message: str, remedy: str) -> Refusal:
    return Refusal(message, code="bad_option", remedy=remedy)
