# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks of a KMS client: its settings, the records in DNS, the KMS host that it would use, and the threshold."""

from __future__ import annotations

import typing as t

from .._licensing import KMS_COUNT_TOO_LOW, KMS_THRESHOLDS, ActivationType, Application, Channel, Product, named
from .._planning import kms_hosts_at_odds, same_name
from ._case import Case
from ._checks import Check, ok, skipped, unknown, wrong
from ._seen import Answering, Flaw, Published, Reach

__all__ = ["kms", "settings", "srv", "threshold"]

_TYPES = {"kms": ActivationType.KMS, "ad": ActivationType.AD}
_PATHS = {"kms": "KMS", "ad": "Active Directory"}
_KMS_CODES = {
    Answering.NAMELESS: "kms_name_not_resolved",
    Answering.REFUSED: "kms_refused",
    Answering.SILENT: "kms_silent",
    Answering.NO_ROUTE: "kms_no_route",
}


def settings(case: Case) -> Check:
    """Whether the settings of the client lead anywhere."""
    product = next((row for row in case.products if row.channel is Channel.KMS_CLIENT), None)
    if product is None or case.expected.path == "mak":
        return skipped("settings", case.without_client())
    for judged in (_restricted, _misdirected, _at_odds):
        found = judged(case, product)
        if found is not None:
            return found
    return ok("settings", _told(case, product))


def _told(case: Case, product: Product) -> str:
    host = case.set_host(product)
    if host:
        return f"The KMS host is set to {host[0]}:{host[1]}."
    if not case.clients:
        return "The settings do not stand in the way."
    return f"The KMS host is looked for in DNS, in {case.lookup_domain or 'whatever suffix the machine has'}."


def _restricted(case: Case, product: Product) -> Check | None:
    kind, path = product.activation_type, case.expected.path
    if path in _TYPES and kind not in (ActivationType.ANY, _TYPES[path]):
        return wrong("settings", "activation_type_forbids", kind=kind.label, expected=_PATHS[path])
    if kind is ActivationType.AD and case.state.domain == "":
        return wrong("settings", "ad_without_domain")
    if kind is ActivationType.TOKEN and not product.is_licensed:
        return wrong("settings", "token_only")
    return None


def _misdirected(case: Case, product: Product) -> Check | None:
    service = case.state.service
    host = product.kms_host or service.kms_host
    domains = (service.lookup_domain, case.state.domain, case.expected.lookup_domain)
    if host and any(_same(host, domain) for domain in domains):
        return wrong("settings", "domain_as_kms_host", host=host)
    if service.kms_port and not service.kms_host:
        return wrong("settings", "port_without_host", port=service.kms_port)
    return None


def _at_odds(case: Case, product: Product) -> Check | None:
    odds = kms_hosts_at_odds(product, case.state)
    return wrong("settings", "kms_hosts_differ", host=odds.host, other=odds.other, whose=odds.whose) if odds else None


def srv(case: Case) -> Check:
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
        hosts = ", ".join(f"{host.target}:{host.port}" for host in published.hosts)
        return ok("srv", f"{published.domain} publishes {hosts}.")
    if flaw.code == "dnspython_missing":
        return unknown("srv", f"{flaw.message} {flaw.remedy}")
    if _proves_nothing(case, published, flaw):
        return unknown("srv", f"{flaw.message} The machine itself has found a KMS host. Name its DNS in dns_servers.")
    return Check("srv", "wrong", _all_of(published, flaw), flaw.code, flaw.cause, flaw.remedy)


def _without_domain(case: Case) -> Check:
    if all(product.is_licensed for product in case.discovering):
        return unknown("srv", "The machine is in no domain, and which DNS suffix it has cannot be read.")
    return wrong("srv", "no_lookup_domain")


def _serious(published: Published) -> tuple[Flaw, ...]:
    """Return the flaws without ports that differ from the usual one and answer; that is a choice, not a fault."""
    answering = any(host.reachable for host in published.hosts)
    return tuple(flaw for flaw in published.flaws if flaw.code != "wrong_port" or not answering)


def _proves_nothing(case: Case, published: Published, flaw: Flaw) -> bool:
    """Tell whether only the controller's DNS is to blame: the machine lives on what its own has told it."""
    if flaw.code not in ("dns_failed", "no_records") or published.asked:
        return False
    return all(product.is_licensed and case.cached_host(product) for product in case.discovering)


def _all_of(published: Published, first: Flaw) -> str:
    others = [flaw.message for flaw in _serious(published) if flaw is not first]
    return " ".join([first.message, *others])


def kms(case: Case) -> Check:
    """Whether the KMS host that the machine would use accepts connections from the controller."""
    if not case.clients:
        return skipped("kms", case.without_client())
    for product in case.clients:
        host = case.set_host(product)
        reach = _reach(case, host) if host else None
        if reach is not None and reach.answering in _KMS_CODES:
            return wrong("kms", _KMS_CODES[reach.answering], host=reach.host, port=reach.port)
    if not case.discovering:
        return _answering(case.seen.kms_hosts)
    return _found_in_dns(case)


def _answering(hosts: t.Sequence[Reach]) -> Check:
    names = [reach.spelled for reach in hosts if reach.is_open]
    if names:
        return ok("kms", f"{' and '.join(names)} accepts connections.")
    return unknown("kms", "The controller's DNS did not tell where the KMS host is.")


def _found_in_dns(case: Case) -> Check:
    listed = {f"{host.target}:{host.port}": host.reachable for host in _hosts(case)}
    cached = {reach.spelled: reach.is_open for reach in case.seen.kms_hosts}
    all_of_them = {**listed, **cached}
    open_ones = [name for name, is_open in all_of_them.items() if is_open]
    if open_ones:
        return ok("kms", f"{open_ones[0]} accepts connections.")
    if not all_of_them:
        return skipped("kms", "No KMS host is known.")
    return wrong("kms", "no_kms_host_answers", hosts=", ".join(all_of_them))


def _hosts(case: Case) -> tuple[t.Any, ...]:
    return case.seen.published.hosts if case.seen.published else ()


def _reach(case: Case, host: tuple[str, int]) -> Reach | None:
    return next((reach for reach in case.seen.kms_hosts if (reach.host, reach.port) == host), None)


def threshold(case: Case) -> Check:
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


def _too_few(case: Case, product: Product) -> Check | None:
    kind = "office" if _counter(product) == "office" else _kind_of_windows(case)
    required, count = KMS_THRESHOLDS[kind], case.expected.counts.get(_counter(product))
    if product.reason == KMS_COUNT_TOO_LOW:
        said = "it has said so itself" if count is None else f"it counts {count}"
    elif count is not None and count < required:
        said = f"it counts {count}"
    else:
        return None
    return wrong("threshold", "below_threshold", product=named(product), count=said, required=required)


def _counter(product: Product) -> str:
    return "windows" if product.application is Application.WINDOWS else "office"


def _kind_of_windows(case: Case) -> str:
    machine = case.state.machine
    return "windows_server" if machine is not None and machine.is_server else "windows_client"


def _same(name: str | None, other: str | None) -> bool:
    """Tell whether both are known and the same; two that are unknown say nothing."""
    return bool(name and other) and same_name(name, other)
