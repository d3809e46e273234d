# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with the records of a domain; pure, so that it judges what was seen and nothing else."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._errors import ActivationError
from .._validation import normal_name
from .probing import ProbeOutcome
from .records import SeenDomain, SeenRecord
from .settings import KMS_PORT

__all__ = ["DiscoveryFinding", "judge"]


@dataclass(frozen=True)
class DiscoveryFinding:
    """One thing that is wrong; `target` and `port` are None when it is about the domain as a whole."""

    code: str
    domain: str
    target: str | None
    port: int | None
    message: str
    cause: str | None
    remedy: str | None


def judge(
    seen: SeenDomain, allowed: t.Collection[str] | None = None, expected_port: int = KMS_PORT
) -> tuple[DiscoveryFinding, ...]:
    """Return what is wrong with a domain's records, in their order; `allowed` None means that nobody is foreign."""
    if seen.failure:
        return (_about(seen.domain, None, seen.failure),)
    hosts = None if allowed is None else frozenset(map(normal_name, allowed))
    found = (finding for row in seen.records for finding in _of(seen.domain, row, hosts, expected_port))
    # A host that is published twice, with two weights for example, is wrong once.
    return tuple(dict.fromkeys(found))


def _of(
    domain: str, seen: SeenRecord, allowed: frozenset[str] | None, expected_port: int
) -> t.Iterator[DiscoveryFinding]:
    """Yield what is wrong with one record: whose it is, where it points, and who is there."""
    record = seen.record
    if allowed is not None and normal_name(record.target) not in allowed:
        yield _about(domain, seen, _foreign(record.target))
    if record.port != expected_port:
        yield _about(domain, seen, _wrong_port(record.target, record.port, expected_port))
    trouble = _trouble(seen)
    if trouble:
        yield _about(domain, seen, trouble)


def _trouble(seen: SeenRecord) -> ActivationError | None:
    """Return why a client cannot use the host of a record, None when it can or nobody has tried."""
    if seen.failure:
        return seen.failure
    if not seen.addresses:
        return _nameless(seen.record.target)
    if seen.probe is None or seen.probe.outcome is ProbeOutcome.ACCEPTED:
        return None
    place = f"{seen.record.target}:{seen.record.port}"
    return {ProbeOutcome.REFUSED: _refused, ProbeOutcome.SILENT: _silent, ProbeOutcome.NO_ROUTE: _no_route}[
        seen.probe.outcome
    ](place)


def _about(domain: str, seen: SeenRecord | None, error: ActivationError) -> DiscoveryFinding:
    target, port = (seen.record.target, seen.record.port) if seen else (None, None)
    return DiscoveryFinding(error.code or "", domain, target, port, error.message, error.cause, error.remedy)


_REMOVAL = "If it is no KMS host any more, remove the record: a KMS host does not take its own away."


def _nameless(target: str) -> ActivationError:
    return ActivationError(
        f"The record names {target}, and DNS has no address for that.",
        code="stale_record",
        cause="The host was removed or renamed, and its record was left behind.",
        remedy=f"Remove the record, or give {target} an address.",
    )


def _silent(place: str) -> ActivationError:
    return ActivationError(
        f"Nothing answers at {place}.",
        code="stale_record",
        cause="The host is down or gone, or a firewall drops what the controller sends.",
        remedy=f"Start the host, or open its firewall for KMS. {_REMOVAL}",
    )


def _refused(place: str) -> ActivationError:
    return ActivationError(
        f"{place} refuses connections.",
        code="connection_refused",
        cause="The host is up, and no KMS host listens on this port, or a firewall rejects the controller.",
        remedy="Check that it has a KMS host key, that its service sppsvc runs and which port it listens on."
        f" {_REMOVAL}",
    )


def _no_route(place: str) -> ActivationError:
    return ActivationError(
        f"The controller has no route to {place}.",
        code="no_route",
        cause="The host's addresses are in a network that the controller is not connected to, such as IPv6.",
        remedy="Run the task on a controller that reaches the KMS hosts, or set probe to false.",
    )


def _foreign(target: str) -> ActivationError:
    return ActivationError(
        f"{target} is none of the KMS hosts that are allowed.",
        code="foreign_host",
        cause="Somebody set up a KMS host without being asked, installed its key by mistake, or allowed_hosts is out of"
        " date.",
        remedy=f"Find out whose host it is. Replace its KMS host key and remove the record, or add {target} to"
        " allowed_hosts.",
    )


def _wrong_port(target: str, port: int, expected: int) -> ActivationError:
    return ActivationError(
        f"The record sends clients to port {port} of {target}, and {expected} was expected.",
        code="wrong_port",
        cause="The port of the KMS host was changed, or the record was written by hand.",
        remedy="Correct the record or the port of the KMS host, or set expected_port to the port that is meant.",
    )
