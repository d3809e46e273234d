# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Planning of a KMS host: its settings, the firewall's rule, and its way back to an ordinary client."""

from __future__ import annotations

import functools
import typing as t

from .._errors import Refusal
from .._licensing import DEFAULT_KMS_PORT, Channel, Hosting, Product, PublishDomain, State, named
from .desired_state import FirewallWish, HostSettings, RetiredHost
from .kms_host_steps import (
    HostStep,
    MarkHost,
    RestartService,
    SetActivationInterval,
    SetDnsPublishing,
    SetFirewallPort,
    SetFirewallProfiles,
    SetListeningPort,
    SetLowPriority,
    SetPublishDomains,
    SetRenewalInterval,
    SwitchFirewallRule,
)
from .refusals import described, no_published_key
from .steps import InstallKey, Step, UninstallKey

_PROFILES = {1: "domain", 2: "private", 4: "public"}
_EVERY = sum(_PROFILES)


def is_host(state: State) -> bool:
    """Tell whether the machine is an activated KMS host; needs the products with a key, and holds for plans too."""
    return any(product.channel is Channel.KMS_HOST and product.is_licensed for product in state.products)


def deferred(wish: HostSettings | None, state: State) -> tuple[str, ...]:
    """Return the settings that Windows takes from an activated KMS host only, while the machine is none."""
    if wish is None or state.hosting is None or is_host(state):
        return ()
    return tuple(name for name, _step in _intervals(wish, state.hosting))


def plan_hosting(wish: HostSettings, state: State) -> t.Iterator[Step]:
    """Yield the steps from the host's settings to the wished ones, and the restart that brings them into force."""
    hosting = state.hosting or Hosting()
    steps = [*_settings(wish, hosting), *(step for _name, step in _intervals(wish, hosting) if is_host(state))]
    yield from steps
    if wish.mark:
        yield from _mark(state, hosting)
    if wish.firewall is not None:
        yield from _firewall(wish.firewall, _after(steps, state))
    if wish.restart and any(step.needs_restart for step in steps):
        yield RestartService(why="Windows takes notice of these settings when the service starts", becomes="restarted")


def plan_retirement(wish: RetiredHost, state: State) -> t.Iterator[Step]:
    """Yield the steps that take every KMS host key off the machine; Windows itself gets its edition's client key."""
    primary = state.primary
    if primary is not None and primary.channel is Channel.KMS_HOST:
        yield _client_key(wish, primary, state)
    for product in state.products:
        if product.channel is Channel.KMS_HOST and product.partial_product_key and product is not primary:
            yield UninstallKey(
                why="the machine is to be no KMS host",
                was=described(product),
                becomes="(none)",
                product_id=product.id,
                holder=named(product),
                partial=product.partial_product_key,
            )


def _client_key(wish: RetiredHost, primary: Product, state: State) -> Step:
    edition = state.edition_id or ""
    key = wish.table.key_for(edition, state.build)
    if key is None:
        raise no_published_key(edition, state.build)
    return InstallKey(
        why="the machine is to be no KMS host",
        was=described(primary),
        becomes=f"{Channel.KMS_CLIENT.value} {key}",
        key=key,
        edition=edition,
        holder=named(primary),
        partial=key.partial,
    )


def _after(steps: t.Iterable[Step], state: State) -> Hosting:
    reached = functools.reduce(lambda reached, step: step.predicted(reached), steps, state)
    return reached.hosting or Hosting()


def _settings(wish: HostSettings, hosting: Hosting) -> t.Iterator[HostStep]:
    if wish.port is not None and wish.port != hosting.effective_port:
        port = None if wish.port == DEFAULT_KMS_PORT else wish.port
        yield SetListeningPort(
            why="it listens on another port", was=str(hosting.effective_port), becomes=str(wish.port), port=port
        )
    if wish.dns_publishing is not None and wish.dns_publishing != hosting.dns_publishing:
        yield SetDnsPublishing(
            why="DNS publishing is set otherwise",
            was=_on_off(hosting.dns_publishing),
            becomes=_on_off(wish.dns_publishing),
            enabled=wish.dns_publishing,
        )
    if wish.publish_domains is not None and _normal(wish.publish_domains) != _normal(hosting.publish_domains or ()):
        yield SetPublishDomains(
            why="it publishes in other domains",
            was=_listed(hosting.publish_domains or ()),
            becomes=_listed(wish.publish_domains),
            domains=wish.publish_domains,
        )
    if wish.low_priority is not None and wish.low_priority != hosting.low_priority:
        yield SetLowPriority(
            why="its priority is set otherwise",
            was=_on_off(hosting.low_priority),
            becomes=_on_off(wish.low_priority),
            enabled=wish.low_priority,
        )


def _intervals(wish: HostSettings, hosting: Hosting) -> t.Iterator[tuple[str, HostStep]]:
    rows = (
        ("activation_interval", SetActivationInterval, wish.activation_interval, hosting.activation_interval),
        ("renewal_interval", SetRenewalInterval, wish.renewal_interval, hosting.renewal_interval),
    )
    for name, kind, wanted, current in rows:
        if wanted is not None and wanted != current:
            was = "(unknown)" if current is None else f"{current} minutes"
            yield name, kind(why="the interval is another", was=was, becomes=f"{wanted} minutes", minutes=wanted)


def _mark(state: State, hosting: Hosting) -> t.Iterator[HostStep]:
    """Yield what `slmgr.vbs` would have done after a key came or went, where that was read and is not so."""
    keyed = any(product.channel is Channel.KMS_HOST and product.partial_product_key for product in state.products)
    if hosting.version_mark is not None and keyed != bool(hosting.version_mark):
        yield MarkHost(
            why="a KMS host key is installed" if keyed else "no KMS host key is installed",
            was=hosting.version_mark or "(none)",
            becomes=state.service.version if keyed else "(none)",
            marked=keyed,
        )


def _firewall(wish: FirewallWish, hosting: Hosting) -> t.Iterator[HostStep]:
    rule, port = hosting.firewall, hosting.effective_port
    if rule is None:
        return
    if not rule.name:
        if wish.enabled:
            raise _no_rule()
        return
    if wish.enabled and not rule.admits(port):
        if not rule.port_keys:
            raise _no_rule()
        yield SetFirewallPort(
            why="the rule is about another port", was=", ".join(rule.ports) or "(none)", becomes=str(port), port=port
        )
    if wish.profiles is not None and wish.enabled and _bits(wish.profiles) != _bits(rule.profiles):
        yield SetFirewallProfiles(
            why="the rule holds in other profiles",
            was=profile_words(rule.profiles),
            becomes=profile_words(wish.profiles),
            profiles=wish.profiles,
        )
    if wish.enabled != rule.enabled:
        yield SwitchFirewallRule(
            why="clients are to reach the host" if wish.enabled else "nobody is to reach it any more",
            was=_on_off(rule.enabled),
            becomes=_on_off(wish.enabled),
            enabled=wish.enabled,
        )


def _no_rule() -> Refusal:
    return Refusal(
        "The machine's firewall has no rule for the Key Management Service, or none with a port.",
        code="no_firewall_rule",
        cause="Windows brings SPPSVC-In-TCP along; somebody has deleted it, or the firewall is managed elsewhere.",
        remedy="Set firewall to false or leave it out, and open the port where the firewall is managed.",
    )


def profile_words(profiles: int) -> str:
    """Return the profiles of a firewall rule in words; no bit at all, and all of them, are any."""
    if not _bits(profiles):
        return "any"
    return ", ".join(word for bit, word in _PROFILES.items() if profiles & bit)


def _bits(profiles: int) -> int:
    return 0 if profiles & _EVERY == _EVERY else profiles


def _normal(domains: t.Iterable[PublishDomain]) -> frozenset[PublishDomain]:
    return frozenset(domain.normal for domain in domains)


def _listed(domains: t.Iterable[PublishDomain]) -> str:
    return "; ".join(sorted(domain.line for domain in domains)) or "(none)"


def _on_off(enabled: bool) -> str:
    return "on" if enabled else "off"
