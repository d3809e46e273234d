# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A KMS host in memory: its settings, its registry, its firewall and its service."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.volume.activation.plugins.plugin_utils._errors import AnswerLost
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import FirewallRule, Hosting, PublishDomain

from .fake_machine import FakeMachine, Fault

Settings = t.Callable[[dict[str, t.Any]], dict[str, t.Any]]
_SETTINGS: dict[str, Settings] = {
    "SetKeyManagementServiceListeningPort": lambda given: {"port": given["PortNumber"]},
    "ClearKeyManagementServiceListeningPort": lambda _given: {"port": 0},
    "DisableKeyManagementServiceDnsPublishing": lambda given: {"dns_publishing": not given["DisablePublishing"]},
    "EnableKeyManagementServiceLowPriority": lambda given: {"low_priority": given["EnableLowPriority"]},
    "SetVLActivationInterval": lambda given: {"activation_interval": given["ActivationInterval"]},
    "SetVLRenewalInterval": lambda given: {"renewal_interval": given["RenewalInterval"]},
}
_MARK = "KeyManagementServiceVersion"


@dataclass
class FakeKmsHost(FakeMachine):
    """The bench with what a KMS host has besides; its service stops and starts at once, unless it is `stuck`."""

    service: str = "Running"
    stuck: bool = False

    @property
    def hosting(self) -> Hosting:
        """What it is set to."""
        assert self.state.hosting is not None
        return self.state.hosting

    @property
    def changes(self) -> list[str]:
        """What was asked of it, without the looks."""
        return [entry for entry in self.log if entry not in ("read", "look")]

    def select(self, class_name: str, _properties: t.Any, _conditions: t.Any) -> list[dict[str, t.Any]]:
        """Show the state of the service."""
        assert class_name == "Win32_Service"
        self.log.append("look")
        return [{"State": self.service, "ProcessId": 7}]

    def change(self, class_name: str, keys: t.Any, values: dict[str, t.Any], *, namespace: str) -> None:
        """Change the firewall, or meet the fault of `Put`."""
        self.log.append("Put")
        self.calls.append((class_name, dict(keys), namespace, values))
        fault = self._fault("Put")
        self.begun += getattr(fault.error, "sent", True)
        if fault.works:
            self._put(values)
        self.blind = fault.blinds or self.blind
        if fault.error:
            raise fault.error

    def _put(self, values: dict[str, t.Any]) -> None:
        changes: dict[str, t.Any] = {}
        if "LocalPort" in values:
            changes["ports"] = tuple(values["LocalPort"])
        if "Profiles" in values:
            changes["profiles"] = values["Profiles"]
        self._set(firewall=replace(self._rule(), **changes))

    def _rule(self) -> FirewallRule:
        assert self.hosting.firewall is not None
        return self.hosting.firewall

    def _set(self, **changes: t.Any) -> None:
        self.state = replace(self.state, hosting=replace(self.hosting, **changes))

    def _work(self, method: str, keys: dict[str, str], given: dict[str, t.Any]) -> None:
        if method in _SETTINGS:
            assert keys == {"Version": self.state.service.version}
            self._set(**_SETTINGS[method](given))
        elif method in ("Enable", "Disable"):
            self._set(firewall=replace(self._rule(), enabled=method == "Enable"))
        elif method in ("StopService", "StartService"):
            assert keys == {"Name": "sppsvc"}
            self.service = self.service if self.stuck else {"Stop": "Stopped", "Star": "Running"}[method[:4]]
        elif given.get("sValueName") == _MARK:
            self._set(version_mark=given.get("sValue", ""))
        elif method == "SetMultiStringValue":
            self._set(publish_domains=tuple(map(PublishDomain.from_line, given["sValue"])))
        elif given.get("sValueName") == "DnsDomainPublishList":
            self._set(publish_domains=())
        else:
            super()._work(method, keys, given)


def lost(*, works: bool) -> Fault:
    """Return an answer that is lost after the work, or before it."""
    return Fault(AnswerLost("gone"), works=works)
