# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action of kms_client: its options as a wish."""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import replace

from ansible_collections.volume.activation.plugins.plugin_utils._action import (
    FLEET_VARIABLE,
    HostAttempt,
    LicensingAction,
    Stage,
    Stages,
)
from ansible_collections.volume.activation.plugins.plugin_utils._action.features.kms_host_checks import (
    HostCheck,
    check_named_hosts,
    check_published_hosts,
    lookup_domain,
    refuse_unreachable,
)
from ansible_collections.volume.activation.plugins.plugin_utils._action.features.volume_options import (
    VOLUME_SPEC,
    edition_key,
    volume_activation,
)
from ansible_collections.volume.activation.plugins.plugin_utils._applying import Products, Scope
from ansible_collections.volume.activation.plugins.plugin_utils._errors import MachineRefused, Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    DEFAULT_KMS_PORT,
    ActivationType,
    KmsAttempt,
    State,
    explain,
)
from ansible_collections.volume.activation.plugins.plugin_utils._planning import DesiredState, KmsSettings
from ansible_collections.volume.activation.plugins.plugin_utils._validation import (
    spelled_endpoint,
    valid_domain,
    valid_endpoint,
    valid_host,
    valid_port,
)

ARGUMENT_SPEC: dict[str, t.Any] = {
    "kms_host": {"type": "str"},
    "kms_hosts": {"type": "list", "elements": "str"},
    "kms_port": {"type": "int", "default": 1688},
    "dns_discovery": {"type": "bool", "default": False},
    "lookup_domain": {"type": "str"},
    "host_caching": {"type": "bool"},
    "activation_type": {"type": "str", "choices": ["any", "ad", "kms", "token"]},
    "check_kms_host": {"type": "bool", "default": True},
    **VOLUME_SPEC,
}


class ActionModule(LicensingAction):
    """Keep a machine a KMS client, with the right key, settings and licence."""

    SPEC = ARGUMENT_SPEC
    RULES = {"mutually_exclusive": [["kms_host", "kms_hosts", "dns_discovery"]]}

    def wish(self, options: dict[str, t.Any]) -> DesiredState:
        """Return the settings, the edition's key and a volume activation, as far as they are asked for."""
        _check_host_and_port(options)
        return DesiredState(
            kms=_settings(options),
            key=edition_key(options, "KMS"),
            activation=volume_activation(options),
        )

    def stages(self, options: dict[str, t.Any], resources: contextlib.ExitStack) -> list[Stage]:
        """Return one stage; with several KMS hosts each of them is an alternative, in their order."""
        wish = self.wish(options)
        if options["kms_hosts"] is None:
            return [Stage(wish)]
        first, *others = (_on(wish, host, port) for host, port in _endpoints(options))
        return [Stage(first, otherwise=tuple(others))]

    def scope(self, options: dict[str, t.Any]) -> Scope:
        """Return Windows itself, and beside it what a restriction to another path would cut off from KMS."""
        restricting = options.get("activation_type") in ("ad", "token")
        return Scope(products=Products.INSTALLED if restricting else Products.PRIMARY, directory=restricting)

    def before_loss(self, wish: DesiredState, state: State, options: dict[str, t.Any]) -> list[dict[str, t.Any]]:
        """Check the KMS host of a machine that is about to give up a licence which cannot be restored.

        Returns the checks. Raises Refusal (`kms_host_unreachable`) if the host certainly does not answer.
        """
        if not options["check_kms_host"] or options["activation_type"] in ("ad", "token"):
            return []
        checks = self._checks(wish.kms or KmsSettings(), state, options)
        refuse_unreachable(checks)
        return [row.facts() for row in checks]

    def _checks(self, wished: KmsSettings, state: State, options: dict[str, t.Any]) -> list[HostCheck]:
        hosts = _used_hosts(wished, state, options)
        if self.task_vars.get(FLEET_VARIABLE):
            # Names of a simulated fleet lead to other hosts here, or nowhere.
            targets = [spelled_endpoint(host, port) for host, port in hosts] or ["_vlmcs._tcp"]
            return [HostCheck("kms_host", target, "unknown", "The machine is simulated.") for target in targets]
        if hosts:
            return check_named_hosts(hosts, state)
        return check_published_hosts(lookup_domain(wished, state), state)

    def tried(self, work: Stages) -> dict[str, t.Any]:
        """Return which KMS hosts were tried, what came of it, and what was checked before a licence was given up."""
        return {"kms_hosts_tried": [_told(row) for row in work.tried], "checks": work.checks}


def _used_hosts(wished: KmsSettings, state: State, options: dict[str, t.Any]) -> list[tuple[str, int]]:
    """Return the KMS hosts that the machine is to ask, by name; none where DNS is to find them."""
    if options["kms_hosts"] is not None:
        return _endpoints(options)
    if wished.host is not None:
        return [(wished.host, wished.port)]
    if wished.dns_discovery or not state.service.kms_host:
        return []
    return [(state.service.kms_host, state.service.kms_port or DEFAULT_KMS_PORT)]


def _settings(options: dict[str, t.Any]) -> KmsSettings:
    kind = options["activation_type"]
    return KmsSettings(
        host=options["kms_host"],
        port=options["kms_port"],
        dns_discovery=options["dns_discovery"],
        lookup_domain=options["lookup_domain"],
        host_caching=options["host_caching"],
        activation_type=None if kind is None else ActivationType.from_label(kind),
    )


def _check_host_and_port(options: dict[str, t.Any]) -> None:
    valid_port(options["kms_port"], "kms_port")
    if options["kms_host"] is not None:
        valid_host(options["kms_host"], "kms_host", port_option="kms_port")
    if options["lookup_domain"]:
        valid_domain(options["lookup_domain"], "lookup_domain")


def _endpoints(options: t.Mapping[str, t.Any]) -> list[tuple[str, int]]:
    found = [valid_endpoint(text, "kms_hosts") for text in options["kms_hosts"]]
    if not found:
        raise Refusal(
            "kms_hosts is empty.", code="bad_option", remedy="Name the KMS hosts, or set dns_discovery to true."
        )
    return [(name, options["kms_port"] if own is None else own) for name, own in found]


def _on(wish: DesiredState, host: str, port: int) -> DesiredState:
    settings = wish.kms or KmsSettings()
    return replace(wish, kms=replace(settings, host=host, port=port))


def _told(row: HostAttempt) -> dict[str, t.Any]:
    settings, error = row.wish.kms or KmsSettings(), row.error
    code, attempt = (error.code, error.attempt) if error else (None, None)
    if isinstance(error, MachineRefused) and error.hresult is not None:
        code = explain(error.hresult).code
    return {
        "host": settings.host,
        "port": settings.port,
        "activated": error is None,
        "code": code,
        "inner_code": explain(attempt.code).code if isinstance(attempt, KmsAttempt) else None,
        "message": error.message if error else None,
    }
