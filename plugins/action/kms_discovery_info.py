# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action of kms_discovery_info: the KMS hosts that domains publish, and what is wrong with them."""

from __future__ import annotations

import typing as t
from dataclasses import asdict

from ansible_collections.volume.activation.plugins.plugin_utils._action import ControllerAction
from ansible_collections.volume.activation.plugins.plugin_utils._discovery import (
    Discovery,
    DnsSettings,
    JudgedDomain,
    SeenRecord,
    discover,
    limit_number,
    probe,
)
from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._validation import (
    valid_dns_domain,
    valid_dns_host,
    valid_port,
)

ARGUMENT_SPEC: dict[str, t.Any] = {
    "domains": {"type": "list", "elements": "str", "required": True},
    "dns_servers": {"type": "list", "elements": "str", "default": []},
    "dns_port": {"type": "int", "default": 53},
    "timeout": {"type": "float", "default": 2.0},
    "allowed_hosts": {"type": "list", "elements": "str"},
    "expected_port": {"type": "int", "default": 1688},
    "probe": {"type": "bool", "default": True},
    "limit": {"type": "int", "default": 64},
}


class ActionModule(ControllerAction):
    """Look up, try and judge; what is found is told, and is no failure of the task."""

    SPEC = ARGUMENT_SPEC

    def performed(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
        """Search the domains."""
        allowed = options["allowed_hosts"]
        found = discover(
            _domains(options["domains"]),
            DnsSettings(tuple(options["dns_servers"]), options["dns_port"], options["timeout"]),
            allowed=None if allowed is None else [valid_dns_host(host, "allowed_hosts") for host in allowed],
            expected_port=valid_port(options["expected_port"], "expected_port"),
            limit=limit_number(options["limit"]),
            prober=probe if options["probe"] else None,
        )
        return {"changed": False, **_told(found)}


def _domains(given: list[str]) -> list[str]:
    if given:
        return [valid_dns_domain(domain, "domains") for domain in given]
    # Nothing would be wrong with no domain, and that would look like health.
    raise Refusal("No domain is named.", code="bad_option", remedy="Name at least one domain in domains.")


def _told(found: Discovery) -> dict[str, t.Any]:
    return {
        "domains": [_domain(domain) for domain in found.domains],
        "findings": [asdict(finding) for finding in found.findings],
        "healthy": found.healthy,
        # What Ansible prints where failed_when turns the finding into a failure.
        "msg": " ".join(finding.message for finding in found.findings) or "Nothing is wrong.",
    }


def _domain(domain: JudgedDomain) -> dict[str, t.Any]:
    records = [_record(domain, record) for record in domain.seen.records]
    return {"domain": domain.seen.domain, "records": records, "findings": domain.codes()}


def _record(domain: JudgedDomain, seen: SeenRecord) -> dict[str, t.Any]:
    return {
        **asdict(seen.record),
        "addresses": list(seen.addresses),
        "reachable": seen.reachable,
        "latency_ms": seen.probe.latency_ms if seen.probe else None,
        "findings": domain.codes(seen),
    }
