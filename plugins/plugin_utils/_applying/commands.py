# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which method of which class carries out a step, in Windows' own spelling."""

from __future__ import annotations

import functools
import typing as t
from dataclasses import dataclass, field

from .._cim import Repository
from .._licensing import ActivationType, FirewallRule, State
from .._planning import (
    Activate,
    ClearProductDomain,
    ClearProductHost,
    ClearProductPort,
    DepositConfirmation,
    InstallKey,
    MachineSetting,
    MarkHost,
    RestartService,
    SetActivationInterval,
    SetActivationType,
    SetDnsPublishing,
    SetFirewallPort,
    SetFirewallProfiles,
    SetHostCaching,
    SetKmsHost,
    SetKmsPort,
    SetListeningPort,
    SetLookupDomain,
    SetLowPriority,
    SetPublishDomains,
    SetRenewalInterval,
    Step,
    SwitchFirewallRule,
    UninstallKey,
)
from . import queries as q
from .firewall import set_ports, set_profiles, switch_rule
from .registry import HostRegistry, mark_host, write_publish_domains
from .service_restart import restart_service


@dataclass(frozen=True)
class MethodCall:
    """One method call; a product's ID makes it a call on that product, else it is on the service."""

    method: str
    parameters: t.Mapping[str, t.Any] = field(default_factory=dict)
    product_id: str | None = None

    @property
    def class_name(self) -> str:
        """The class whose method this is."""
        return q.SERVICE if self.product_id is None else q.PRODUCT

    @property
    def changes_license(self) -> bool:
        """Whether a product's licence may change by this, so that Windows has to take notice."""
        return self.product_id is not None and self.method not in (_SET_TYPE, *_CLEARS.values())


REFRESH = MethodCall("RefreshLicenseStatus")
"""Follows installs and activations, as in `slmgr.vbs`, so that Windows itself takes notice."""


def calls_for(step: Step) -> tuple[MethodCall, ...]:
    """Return the method calls of a step, in order: a setting of the machine is cleared on products that override it."""
    if not isinstance(step, (MachineSetting, SetActivationType)):
        return (call_for(step),)
    clear = _CLEARS[type(step)]
    return (call_for(step), *(MethodCall(clear, product_id=product_id) for product_id in step.product_ids))


_SET_TYPE = "SetVLActivationTypeEnabled"
_CLEARS: t.Mapping[type[Step], str] = {
    SetActivationType: "ClearVLActivationTypeEnabled",
    SetKmsHost: "ClearKeyManagementServiceMachine",
    SetKmsPort: "ClearKeyManagementServicePort",
    SetLookupDomain: "ClearKeyManagementServiceLookupDomain",
}
"""The methods of a product that take its own setting away; they succeed where it has none."""


@functools.singledispatch
def call_for(step: Step) -> MethodCall:
    """Return the method call of a step; `Activate` must know its product by then."""
    raise NotImplementedError(type(step).__name__)


@call_for.register
def _set_kms_host(step: SetKmsHost) -> MethodCall:
    if step.host is None:
        return MethodCall("ClearKeyManagementServiceMachine")
    return MethodCall("SetKeyManagementServiceMachine", {"MachineName": step.host})


@call_for.register
def _set_kms_port(step: SetKmsPort) -> MethodCall:
    if step.port is None:
        return MethodCall("ClearKeyManagementServicePort")
    return MethodCall("SetKeyManagementServicePort", {"PortNumber": step.port})


@call_for.register
def _set_lookup_domain(step: SetLookupDomain) -> MethodCall:
    if step.domain is None:
        return MethodCall("ClearKeyManagementServiceLookupDomain")
    return MethodCall("SetKeyManagementServiceLookupDomain", {"LookupDomain": step.domain})


@call_for.register
def _set_host_caching(step: SetHostCaching) -> MethodCall:
    # Windows' flag is inverted: true disables.
    return MethodCall("DisableKeyManagementServiceHostCaching", {"DisableCaching": not step.enabled})


@call_for.register
def _set_activation_type(step: SetActivationType) -> MethodCall:
    # Both classes have both methods; slmgr.vbs /act-type calls them on the product when it is given an activation ID.
    if step.kind is ActivationType.ANY:
        return MethodCall("ClearVLActivationTypeEnabled", product_id=step.product_id)
    return MethodCall(_SET_TYPE, {"ActivationType": int(step.kind)}, product_id=step.product_id)


@call_for.register
def _install_key(step: InstallKey) -> MethodCall:
    return MethodCall("InstallProductKey", {"ProductKey": step.key})


@call_for.register
def _uninstall_key(step: UninstallKey) -> MethodCall:
    return MethodCall("UninstallProductKey", product_id=step.product_id)


@call_for.register
def _activate(step: Activate) -> MethodCall:
    return MethodCall("Activate", product_id=step.product_id or "")


@call_for.register
def _deposit(step: DepositConfirmation) -> MethodCall:
    ids = {"InstallationId": step.installation_id, "ConfirmationId": step.confirmation_id}
    return MethodCall("DepositOfflineConfirmationId", ids, product_id=step.product_id or "")


@call_for.register
def _set_listening_port(step: SetListeningPort) -> MethodCall:
    if step.port is None:
        return MethodCall("ClearKeyManagementServiceListeningPort")
    return MethodCall("SetKeyManagementServiceListeningPort", {"PortNumber": step.port})


@call_for.register
def _set_dns_publishing(step: SetDnsPublishing) -> MethodCall:
    # Inverted too.
    return MethodCall("DisableKeyManagementServiceDnsPublishing", {"DisablePublishing": not step.enabled})


@call_for.register
def _set_low_priority(step: SetLowPriority) -> MethodCall:
    return MethodCall("EnableKeyManagementServiceLowPriority", {"EnableLowPriority": step.enabled})


@call_for.register
def _set_activation_interval(step: SetActivationInterval) -> MethodCall:
    return MethodCall("SetVLActivationInterval", {"ActivationInterval": step.minutes})


@call_for.register
def _set_renewal_interval(step: SetRenewalInterval) -> MethodCall:
    return MethodCall("SetVLRenewalInterval", {"RenewalInterval": step.minutes})


@call_for.register
def _clear_product_host(step: ClearProductHost) -> MethodCall:
    return MethodCall("ClearKeyManagementServiceMachine", product_id=step.product_id)


@call_for.register
def _clear_product_port(step: ClearProductPort) -> MethodCall:
    return MethodCall("ClearKeyManagementServicePort", product_id=step.product_id)


@call_for.register
def _clear_product_domain(step: ClearProductDomain) -> MethodCall:
    return MethodCall("ClearKeyManagementServiceLookupDomain", product_id=step.product_id)


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
