# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks of a KMS client: its settings, the records in DNS, the KMS host that it would use, and the threshold."""

from __future__ import annotations

import typing as t

from .._licensing import KMS_COUNT_TOO_LOW, KMS_THRESHOLDS, ActivationType, Application, Channel, Product, named
from .._planning import effective_overrides, granted_by, kms_hosts_at_odds, lease_age
from .._validation import same_name, spelled_endpoint
from .context import DiagnosisContext
from .observations import Answering, DnsProblem, Published, Reach
from .result import Check, ok, skipped, unknown, wrong

__all__ = ["kms", "settings", "srv", "threshold"]

_TYPES = {"kms": ActivationType.KMS, "ad": ActivationType.AD}
_PATHS = {"kms": "KMS", "ad": "Active Directory"}
_KMS_CODES = {
    Answering.NAMELESS: "kms_name_not_resolved",
    Answering.REFUSED: "kms_refused",
    Answering.SILENT: "kms_silent",
    Answering.NO_ROUTE: "kms_no_route",
}
_UNREACHED = (Answering.NAMELESS, Answering.SILENT, Answering.NO_ROUTE)
"""What says that the controller does not reach a host; one that refuses connections is reached."""
_OF_UNREACHED = frozenset({"no_route", "stale_record"})


def settings(case: DiagnosisContext) -> Check:
    """Whether the settings of the client lead anywhere."""
    product = next((row for row in case.products if row.channel is Channel.KMS_CLIENT), None)
    if product is None or case.expected.path == "mak":
        return skipped("settings", case.without_client())
    for judged in (_restricted, _misdirected, _at_odds, _overridden):
        found = judged(case, product)
        if found is not None:
            return found
    return ok("settings", _told(case, product))


def _told(case: DiagnosisContext, product: Product) -> str:
    host = case.set_host(product)
    if host:
        return f"The KMS host is set to {spelled_endpoint(*host)}."
    if not case.clients:
        return "The settings do not stand in the way."
    return f"The KMS host is looked for in DNS, in {case.lookup_domain or 'whatever suffix the machine has'}."


def _restricted(case: DiagnosisContext, product: Product) -> Check | None:
    kind, path = product.activation_type, case.expected.path
    if path in _TYPES and kind not in (ActivationType.ANY, _TYPES[path]):
        return wrong("settings", "activation_type_forbids", kind=kind.label, expected=_PATHS[path])
    if kind is ActivationType.AD and case.state.domain == "":
        return wrong("settings", "ad_without_domain")
    if kind is ActivationType.TOKEN and not product.is_licensed:
        return wrong("settings", "token_only")
    waiting = next((row for row in case.products if row.lacks_ad_object), None)
    if waiting is None:
        return None
    return wrong("settings", "ad_without_object", product=named(waiting), status=waiting.status.label)


def _misdirected(case: DiagnosisContext, product: Product) -> Check | None:
    service = case.state.service
    host = product.kms_host or service.kms_host
    domains = (product.lookup_domain, service.lookup_domain, case.state.domain, case.expected.lookup_domain)
    if host and any(_same(host, domain) for domain in domains):
        return wrong("settings", "domain_as_kms_host", host=host)
    if service.kms_port and not service.kms_host:
        return wrong("settings", "port_without_host", port=service.kms_port)
    return None


def _at_odds(case: DiagnosisContext, product: Product) -> Check | None:
    for row in (product, *case.clients):
        odds = kms_hosts_at_odds(row, case.state)
        if odds is not None:
            return wrong("settings", "kms_hosts_differ", product=named(row), **odds._asdict())
    return None


def _overridden(case: DiagnosisContext, _product: Product) -> Check | None:
    for row in case.products:
        found = effective_overrides(row, case.state) if row.channel is Channel.KMS_CLIENT else ()
        if row.is_primary:
            # adba_client restricts Windows alone where other products are left to KMS.
            found = tuple(item for item in found if (item.setting, item.own) != ("activation_type", "ad"))
        if found:
            texts = ", ".join(f"{item.setting} {item.own} in place of {item.machine}" for item in found)
            return wrong("settings", "product_settings_override", product=named(row), settings=texts)
    return None


def srv(case: DiagnosisContext) -> Check:
    """Whether the domain publishes KMS hosts, and nothing else."""
    if not case.clients:
        return skipped("srv", case.without_client())
    if not case.discovering:
        return skipped("srv", "A KMS host is set, so DNS is not asked for one.")
    if case.lookup_domain is None:
        return _without_domain(case)
    published = case.seen.published
    if published is None:
        return unknown("srv", "DNS was not asked.")
    flaw = next(iter(_serious(published)), None)
    if flaw is None:
        hosts = ", ".join(spelled_endpoint(host.target, host.port) for host in published.hosts)
        return ok("srv", f"{published.domain} publishes {hosts}.")
    if flaw.code == "dnspython_missing":
        return unknown("srv", f"{flaw.message} {flaw.remedy}")
    if _proves_nothing(case, published, flaw):
        return unknown("srv", f"{flaw.message} The machine itself has found a KMS host. Name its DNS in dns_servers.")
    proof = _proof_of_discovery(case)
    if proof and all(found.code in _OF_UNREACHED for found in _serious(published)):
        return unknown("srv", f"{_all_of(published, flaw)} {proof}")
    return Check("srv", "wrong", _all_of(published, flaw), flaw.code, flaw.cause, flaw.remedy)


def _without_domain(case: DiagnosisContext) -> Check:
    if all(product.is_licensed for product in case.discovering):
        return unknown("srv", "The machine is in no domain and shows no primary DNS suffix.")
    return wrong("srv", "no_lookup_domain")


def _serious(published: Published) -> tuple[DnsProblem, ...]:
    """Return the flaws without ports that differ from the usual one and answer; that is a choice, not a fault."""
    answering = any(host.reachable for host in published.hosts)
    return tuple(flaw for flaw in published.flaws if flaw.code != "wrong_port" or not answering)


def _proves_nothing(case: DiagnosisContext, published: Published, flaw: DnsProblem) -> bool:
    """Tell whether only the controller's DNS is to blame: the machine lives on what its own has told it."""
    if flaw.code not in ("dns_failed", "no_records") or published.asked:
        return False
    return all(product.is_licensed and case.cached_host(product) for product in case.discovering)


def _all_of(published: Published, first: DnsProblem) -> str:
    others = [flaw.message for flaw in _serious(published) if flaw is not first]
    return " ".join([first.message, *others])


def kms(case: DiagnosisContext) -> Check:
    """Whether the KMS host that the machine would use accepts connections from the controller."""
    if not case.clients:
        return skipped("kms", case.without_client())
    proofs: list[str] = []
    for product in case.clients:
        host = case.set_host(product)
        reach = _reach(case, host) if host else None
        if reach is None or reach.answering not in _KMS_CODES:
            continue
        proof = _proof(case, reach)
        if proof is None:
            return wrong("kms", _KMS_CODES[reach.answering], host=reach.host, port=reach.port)
        proofs.append(proof)
    if proofs:
        return unknown("kms", proofs[0])
    if not case.discovering:
        return _answering(case.seen.kms_hosts)
    return _found_in_dns(case)


def _proof(case: DiagnosisContext, reach: Reach) -> str | None:
    """Return that the machine reaches a host which the controller does not reach, None where nothing proves it."""
    product = granted_by(reach.host, reach.port, case.state) if reach.answering in _UNREACHED else None
    if product is None:
        return None
    return (
        f"{reach.spelled} is not reachable from the controller. The machine reaches it: {named(product)} was licensed"
        f" by it {lease_age(product)}."
    )


def _proof_of_discovery(case: DiagnosisContext) -> str | None:
    """Return the proof that the machine reaches the KMS host it found in DNS, None where there is none."""
    cached = [case.cached_host(product) for product in case.discovering]
    reaches = [_reach(case, host) for host in cached if host is not None]
    proofs = [_proof(case, reach) for reach in reaches if reach is not None]
    return proofs[0] if proofs and len(proofs) == len(cached) and all(proofs) else None


def _answering(hosts: t.Sequence[Reach]) -> Check:
    names = [reach.spelled for reach in hosts if reach.is_open]
    if names:
        return ok("kms", f"{' and '.join(names)} accepts connections.")
    why = next((reach.why for reach in hosts if reach.why), None)
    return unknown("kms", why or "The controller's DNS did not tell where the KMS host is.")


def _found_in_dns(case: DiagnosisContext) -> Check:
    listed = {spelled_endpoint(host.target, host.port): host.reachable for host in _hosts(case)}
    cached = {reach.spelled: reach.is_open for reach in case.seen.kms_hosts}
    all_of_them = {**listed, **cached}
    open_ones = [name for name, is_open in all_of_them.items() if is_open]
    if open_ones:
        return ok("kms", f"{open_ones[0]} accepts connections.")
    if not all_of_them:
        return skipped("kms", "No KMS host is known.")
    proof = _proof_of_discovery(case)
    if proof:
        return unknown("kms", proof)
    if any(reach.answering is Answering.UNKNOWN for reach in case.seen.kms_hosts):
        return _answering(case.seen.kms_hosts)
    return wrong("kms", "no_kms_host_answers", hosts=", ".join(all_of_them))


def _hosts(case: DiagnosisContext) -> tuple[t.Any, ...]:
    return case.seen.published.hosts if case.seen.published else ()


def _reach(case: DiagnosisContext, host: tuple[str, int]) -> Reach | None:
    return next((reach for reach in case.seen.kms_hosts if (reach.host, reach.port) == host), None)


def threshold(case: DiagnosisContext) -> Check:
    """Whether the KMS host has counted enough machines."""
    if not case.clients:
        return skipped("threshold", case.without_client())
    for product in case.clients:
        found = _too_few(case, product)
        if found is not None:
            return found
    if any(case.expected.counts.get(_counter(product)) is not None for product in case.clients):
        return ok("threshold", "The KMS host has counted enough machines.")
    if all(product.is_licensed for product in case.clients):
        return ok("threshold", "The KMS host has licensed the machine, so it had counted enough.")
    return unknown("threshold", "How many machines the KMS host has counted was not told.")


def _too_few(case: DiagnosisContext, product: Product) -> Check | None:
    kind = "office" if _counter(product) == "office" else _kind_of_windows(case)
    required, count = KMS_THRESHOLDS[kind], case.expected.counts.get(_counter(product))
    is_enough = count is not None and count >= required
    if product.attempt_error == KMS_COUNT_TOO_LOW and not product.is_licensed and not is_enough:
        return _refused_for_count(product, required, count)
    if count is not None and count < required:
        return wrong(
            "threshold", "below_threshold", product=named(product), count=f"it counts {count}", required=required
        )
    return None


def _refused_for_count(product: Product, required: int, count: int | None) -> Check:
    """Return what the last attempt has shown; what the host counts now goes before what it counted then."""
    attempt = product.last_attempt
    if count is None and attempt is not None and attempt.count is not None:
        said = f"at the last attempt it had counted {attempt.count}"
    else:
        said = "the last attempt ended so" if count is None else f"it counts {count}"
    needed = (attempt.required_count if attempt else None) or required
    return wrong("threshold", "below_threshold", product=named(product), count=said, required=needed)


def _counter(product: Product) -> str:
    return "windows" if product.application is Application.WINDOWS else "office"


def _kind_of_windows(case: DiagnosisContext) -> str:
    machine = case.state.machine
    return "windows_server" if machine is not None and machine.is_server else "windows_client"


def _same(name: str | None, other: str | None) -> bool:
    """Tell whether both are known and the same; two that are unknown say nothing."""
    return bool(name and other) and same_name(name, other)
