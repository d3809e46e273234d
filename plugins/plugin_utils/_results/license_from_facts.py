# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From plain values back to a state, so that rules about states hold for what was reported, too.

The values come from a result, from a file or from a caller's own list: what is missing is as it usually is, what is of
another kind than it should be counts as missing, and nothing raises.
"""

from __future__ import annotations

import enum
import typing as t
from datetime import MAXYEAR, MINYEAR, datetime, timezone

from .._licensing import (
    ActivationType,
    Application,
    Channel,
    KmsAttempt,
    LicenseStatus,
    Machine,
    Product,
    Service,
    State,
    is_server_edition,
    parse_code,
)

__all__ = ["mapping", "moment", "product_from", "state_from", "text_of", "whole"]

Facts = t.Mapping[str, t.Any]

_STATUSES = {status.label: status for status in LicenseStatus}
_TYPES = {kind.label: kind for kind in ActivationType}
_CHANNELS = {channel.value: channel for channel in Channel}
_APPLICATIONS = {application.value: application for application in Application}
_Word = t.TypeVar("_Word", bound=enum.Enum)


def state_from(license: Facts, observed_at: datetime) -> State:
    """Return the state behind the `license` of a result; `observed_at` is when it was read, by the controller."""
    service, products = mapping(license.get("service")), license.get("products")
    return State(
        service=_service(service),
        products=tuple(product_from(mapping(product)) for product in products) if isinstance(products, list) else (),
        machine=_machine(mapping(license.get("machine")), service),
        domain=(text_of(license.get("domain")) or "") if "domain" in license else None,
        observed_at=observed_at,
    )


def product_from(facts: Facts) -> Product:
    """Return the product behind one of the `products` of a result."""
    kms = mapping(facts.get("kms"))
    channel = _word(_CHANNELS, facts.get("channel"), Channel.UNKNOWN)
    return Product(
        id=text_of(facts.get("id")) or "",
        name=text_of(facts.get("name")) or "",
        application=_word(_APPLICATIONS, facts.get("application"), Application.OTHER),
        family=text_of(facts.get("family")),
        channel=channel,
        partial_product_key=text_of(facts.get("partial_product_key")),
        status=_word(_STATUSES, facts.get("status"), LicenseStatus.UNKNOWN),
        reason=_code(mapping(facts.get("reason")).get("code")),
        grace_minutes=whole(facts.get("grace_minutes")),
        evaluation_end=moment(facts.get("expires")),
        is_addon=facts.get("is_addon") is True,
        activation_type=_word(_TYPES, facts.get("activation_type"), ActivationType.ANY),
        activated_by=_word(_TYPES, facts.get("activated_by"), None),
        kms_host=text_of(kms.get("host")),
        kms_port=whole(kms.get("port")),
        lookup_domain=text_of(kms.get("lookup_domain")),
        discovered_kms_host=text_of(kms.get("discovered_host")),
        discovered_kms_port=whole(kms.get("discovered_port")),
        ad_object=text_of(facts.get("ad_object")),
        ad_object_dn=text_of(facts.get("ad_object_dn")),
        last_attempt=_attempt(mapping(facts.get("last_attempt")), channel),
    )


def _attempt(facts: Facts, channel: Channel) -> KmsAttempt | None:
    if not facts:
        return None
    return KmsAttempt(
        event=whole(facts.get("event")),
        code=_code(facts.get("code")),
        channel=channel,
        at=moment(facts.get("at")),
        host=text_of(facts.get("host")),
        port=whole(facts.get("port")),
        count=_count(facts.get("count")),
        required_count=_count(facts.get("required_count")),
    )


def _service(facts: Facts) -> Service:
    return Service(
        version=text_of(facts.get("version")) or "",
        client_machine_id=text_of(facts.get("client_machine_id")),
        kms_host=text_of(facts.get("kms_host")),
        kms_port=whole(facts.get("kms_port")),
        lookup_domain=text_of(facts.get("lookup_domain")),
        host_caching=facts.get("host_caching") is not False,
        discovered_kms_host=text_of(facts.get("discovered_kms_host")),
        discovered_kms_port=whole(facts.get("discovered_kms_port")),
        remaining_rearms=whole(facts.get("remaining_rearms")),
        is_kms_host=facts.get("is_kms_host") is True,
    )


def _machine(facts: Facts, service: Facts) -> Machine:
    edition = text_of(facts.get("edition"))
    return Machine(
        name=text_of(facts.get("name")) or "",
        edition_id=edition,
        build=whole(facts.get("build")),
        clock=moment(service.get("clock")),
        is_server=is_server_edition(edition) if edition else None,
    )


def mapping(value: t.Any) -> Facts:
    """Return a mapping, an empty one for anything else."""
    return value if isinstance(value, t.Mapping) else {}


def text_of(value: t.Any) -> str | None:
    """Return a text that is not empty, None for anything else."""
    return value if isinstance(value, str) and value else None


def whole(value: t.Any) -> int:
    """Return a whole number that is not negative, 0 for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _count(value: t.Any) -> int | None:
    """Return a count, None for anything else; no machine is a count too."""
    return whole(value) if value == 0 or whole(value) else None


def moment(text: t.Any) -> datetime | None:
    """Return a moment as a result shows it, a day too; one without an offset is UTC. None for anything else.

    The first and the last year of the calendar are left out, so that there are days before and after each moment.
    """
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00")) if isinstance(text, str) else None
    except ValueError:
        return None
    if found is None or found.year in (MINYEAR, MAXYEAR):
        return None
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)


def _word(words: t.Mapping[str, _Word], value: t.Any, otherwise: t.Any) -> t.Any:
    return words.get(value, otherwise) if isinstance(value, str) else otherwise


def _code(text: t.Any) -> int:
    try:
        return parse_code(text) if isinstance(text, str) else 0
    except ValueError:
        return 0
