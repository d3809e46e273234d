# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps that make a machine serve as a KMS host in the wished way."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from .._licensing import FirewallRule, Hosting, PublishDomain, State
from .steps import Step


@dataclass(frozen=True, kw_only=True)
class HostStep(Step):
    """One change of a KMS host; `needs_restart` where the licensing service takes notice only when it starts."""

    needs_restart: t.ClassVar[bool] = True

    def predicted(self, state: State) -> State:
        """Return the state after this step."""
        return replace(state, hosting=self._hosting(state.hosting or Hosting()))

    def _hosting(self, hosting: Hosting) -> Hosting:
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class SetListeningPort(HostStep):
    """Set the port that the host listens on; None clears it, which means the default."""

    port: int | None
    action = "set_listening_port"
    subject = "port"

    def _hosting(self, hosting: Hosting) -> Hosting:
        return replace(hosting, port=self.port or 0)


@dataclass(frozen=True, kw_only=True)
class SetDnsPublishing(HostStep):
    """Let the host write its SRV records, or keep it from that."""

    enabled: bool
    action = "set_dns_publishing"
    subject = "dns_publishing"

    def _hosting(self, hosting: Hosting) -> Hosting:
        return replace(hosting, dns_publishing=self.enabled)


@dataclass(frozen=True, kw_only=True)
class SetPublishDomains(HostStep):
    """Write the list of further domains to publish in; an empty one is deleted."""

    domains: tuple[PublishDomain, ...]
    action = "set_publish_domains"
    subject = "publish_domains"

    def _hosting(self, hosting: Hosting) -> Hosting:
        return replace(hosting, publish_domains=self.domains)


@dataclass(frozen=True, kw_only=True)
class SetLowPriority(HostStep):
    """Run the KMS with low priority, or with the normal one."""

    enabled: bool
    action = "set_low_priority"
    subject = "low_priority"

    def _hosting(self, hosting: Hosting) -> Hosting:
        return replace(hosting, low_priority=self.enabled)


@dataclass(frozen=True, kw_only=True)
class SetActivationInterval(HostStep):
    """Set after how many minutes a client that is not activated tries again."""

    minutes: int
    action = "set_activation_interval"
    subject = "activation_interval"

    def _hosting(self, hosting: Hosting) -> Hosting:
        return replace(hosting, activation_interval=self.minutes)


@dataclass(frozen=True, kw_only=True)
class SetRenewalInterval(HostStep):
    """Set after how many minutes a client renews its activation."""

    minutes: int
    action = "set_renewal_interval"
    subject = "renewal_interval"

    def _hosting(self, hosting: Hosting) -> Hosting:
        return replace(hosting, renewal_interval=self.minutes)


@dataclass(frozen=True, kw_only=True)
class SwitchFirewallRule(HostStep):
    """Switch the firewall's rule on or off."""

    enabled: bool
    action = "switch_firewall_rule"
    subject = "firewall"
    needs_restart = False

    def _hosting(self, hosting: Hosting) -> Hosting:
        return replace(hosting, firewall=replace(_rule(hosting), enabled=self.enabled))


@dataclass(frozen=True, kw_only=True)
class SetFirewallPort(HostStep):
    """Let the firewall's rule be about this port."""

    port: int
    action = "set_firewall_port"
    subject = "firewall_port"
    needs_restart = False

    def _hosting(self, hosting: Hosting) -> Hosting:
        return replace(hosting, firewall=replace(_rule(hosting), ports=(str(self.port),)))


@dataclass(frozen=True, kw_only=True)
class SetFirewallProfiles(HostStep):
    """Let the firewall's rule hold in these profiles, as bits."""

    profiles: int
    action = "set_firewall_profiles"
    subject = "firewall_profiles"
    needs_restart = False

    def _hosting(self, hosting: Hosting) -> Hosting:
        return replace(hosting, firewall=replace(_rule(hosting), profiles=self.profiles))


@dataclass(frozen=True, kw_only=True)
class MarkHost(HostStep):
    """Write the service's version beside its settings where a host key is, as `slmgr.vbs` does; else take it away."""

    marked: bool
    action = "mark_host"
    subject = "service_version"
    needs_restart = False

    def predicted(self, state: State) -> State:
        """Return the state with the mark, or without it."""
        mark = state.service.version if self.marked else ""
        return replace(state, hosting=replace(state.hosting or Hosting(), version_mark=mark))


@dataclass(frozen=True, kw_only=True)
class RestartService(HostStep):
    """Let the licensing service start anew, so that it takes notice of its settings."""

    action = "restart_service"
    subject = "service"
    needs_restart = False

    def predicted(self, state: State) -> State:
        """Return the state as it is: what the restart brings into force is there already."""
        return state

    def is_done(self, _state: State) -> bool:
        """Tell that it is not: no state shows a restart."""
        return False


def _rule(hosting: Hosting) -> FirewallRule:
    return hosting.firewall or FirewallRule(name="", enabled=False)
