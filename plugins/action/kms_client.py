# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action of kms_client: its options as a wish."""

from __future__ import annotations

import contextlib
import ipaddress
import re
import typing as t
from dataclasses import replace

from ansible_collections.volume.activation.plugins.plugin_utils._errors import MachineRefused, Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import ActivationType, explain
from ansible_collections.volume.activation.plugins.plugin_utils._planning import KmsSettings, Wish
from ansible_collections.volume.activation.plugins.plugin_utils._task import LicensingAction, Stage, Stages
from ansible_collections.volume.activation.plugins.plugin_utils._task._stages import Tried
from ansible_collections.volume.activation.plugins.plugin_utils._task._volume import (
    VOLUME_SPEC,
    edition_key,
    volume_activation,
)

ARGUMENT_SPEC: dict[str, t.Any] = {
    "kms_host": {"type": "str"},
    "kms_hosts": {"type": "list", "elements": "str"},
    "kms_port": {"type": "int", "default": 1688},
    "dns_discovery": {"type": "bool", "default": False},
    "lookup_domain": {"type": "str"},
    "host_caching": {"type": "bool"},
    "activation_type": {"type": "str", "choices": ["any", "ad", "kms", "token"]},
    **VOLUME_SPEC,
}
_PORT = re.compile(r"[0-9]{1,5}")


class ActionModule(LicensingAction):
    """Keep a machine a KMS client, with the right key, settings and licence."""

    SPEC = ARGUMENT_SPEC
    RULES = {"mutually_exclusive": [["kms_host", "kms_hosts", "dns_discovery"]]}

    def wish(self, options: dict[str, t.Any]) -> Wish:
        """Return the settings, the edition's key and a volume activation, as far as they are asked for."""
        _check_host_and_port(options)
        return Wish(
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

    def tried(self, work: Stages) -> dict[str, t.Any]:
        """Return which KMS hosts were tried, and what came of it."""
        return {"kms_hosts_tried": [_told(row) for row in work.tried]}


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
    if not 1 <= options["kms_port"] <= 65535:
        raise Refusal("kms_port is no TCP port.", code="bad_option", remedy="Give a port from 1 to 65535.")
    if options["kms_host"] is not None:
        _check_host(options["kms_host"])


def _endpoints(options: t.Mapping[str, t.Any]) -> list[tuple[str, int]]:
    found = [_endpoint(text.strip(), options["kms_port"]) for text in options["kms_hosts"]]
    if not found:
        raise Refusal(
            "kms_hosts is empty.", code="bad_option", remedy="Name the KMS hosts, or set dns_discovery to true."
        )
    for host, port in found:
        _check_host(host)
        if not 1 <= port <= 65535:
            raise Refusal(f"{port} of {host} is no TCP port.", code="bad_option", remedy="Give a port from 1 to 65535.")
    return found


def _endpoint(text: str, port: int) -> tuple[str, int]:
    """Return host and port of `name`, `name:port`, an address, or `[IPv6 address]:port`."""
    host, colon, number = text.rpartition(":")
    if not colon or _is_ipv6(text) or not _PORT.fullmatch(number):
        return text, port
    return host, int(number)


def _on(wish: Wish, host: str, port: int) -> Wish:
    settings = wish.kms or KmsSettings()
    return replace(wish, kms=replace(settings, host=host, port=port))


def _told(row: Tried) -> dict[str, t.Any]:
    settings, error = row.wish.kms or KmsSettings(), row.error
    code = error.code if error else None
    if isinstance(error, MachineRefused) and error.hresult is not None:
        code = explain(error.hresult).code
    return {
        "host": settings.host,
        "port": settings.port,
        "activated": error is None,
        "code": code,
        "message": error.message if error else None,
    }


def _check_host(host: str) -> None:
    if not host.strip(" ."):
        raise Refusal("kms_host is empty.", code="bad_option", remedy="Leave it out, or set dns_discovery to true.")
    if any(character.isspace() for character in host):
        raise Refusal(
            f"kms_host is {host!r}, with a blank in it.",
            code="bad_option",
            remedy="Give the name or the address of the KMS host alone.",
        )
    if ":" in host and not _is_ipv6(host):
        raise Refusal(
            f"kms_host is {host!r}, but a colon belongs to an IPv6 address only.",
            code="bad_option",
            remedy="Give the name or the address alone in kms_host, and its port in kms_port.",
        )


def _is_ipv6(host: str) -> bool:
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    try:
        ipaddress.IPv6Address(bare)
    except ValueError:
        return False
    return True
