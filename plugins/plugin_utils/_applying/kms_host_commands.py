# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How those steps of a KMS host are carried out that are no method of the licensing service."""

from __future__ import annotations

import functools
import typing as t

from .._cim import Repository
from .._licensing import FirewallRule, State
from .._planning import (
    MarkHost,
    RestartService,
    SetFirewallPort,
    SetFirewallProfiles,
    SetPublishDomains,
    Step,
    SwitchFirewallRule,
)
from .firewall import set_ports, set_profiles, switch_rule
from .registry import HostRegistry, mark_host, write_publish_domains
from .service_restart import restart_service

__all__ = ["Work", "work_for"]

Moments = t.Callable[[], t.Iterator[None]]
Work = t.Callable[[Repository, State, Moments], None]


@functools.singledispatch
def work_for(_step: Step) -> Work | None:
    """Return what carries a step out, None for those that are one call of the licensing service."""
    return None


@work_for.register
def _publish(step: SetPublishDomains) -> Work:
    return lambda repository, _state, _moments: write_publish_domains(HostRegistry(repository), step.domains)


@work_for.register
def _mark(step: MarkHost) -> Work:
    return lambda repository, state, _moments: mark_host(
        HostRegistry(repository), state.service.version if step.marked else None
    )


@work_for.register
def _switch(step: SwitchFirewallRule) -> Work:
    return lambda repository, state, _moments: switch_rule(repository, _rule(state), enabled=step.enabled)


@work_for.register
def _ports(step: SetFirewallPort) -> Work:
    return lambda repository, state, _moments: set_ports(repository, _rule(state), step.port)


@work_for.register
def _profiles(step: SetFirewallProfiles) -> Work:
    return lambda repository, state, _moments: set_profiles(repository, _rule(state), step.profiles)


@work_for.register
def _restart(_step: RestartService) -> Work:
    return lambda repository, _state, moments: restart_service(repository, moments)


def _rule(state: State) -> FirewallRule:
    if state.hosting is None or state.hosting.firewall is None:
        raise TypeError("a step of the firewall needs the rule that was read")
    return state.hosting.firewall
