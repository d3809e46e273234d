# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the simulated machines appear in an Ansible inventory: as hosts with everything their connection needs.

The variables are set at the hosts: group variables of a file lose against `group_vars/`, where the inventory of real
machines has its port, its user, its ledger and its activation service. Only the variable that names the fleet is set
for all as well, since tasks on the controller need it too.
"""

from __future__ import annotations

import json
import re
import typing as t
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from urllib.parse import quote

from ..._errors import ActivationError
from ..._secrets import reveal
from ..winrm.authentication import LoginAccount
from ..winrm.dispatcher import Machine
from ..winrm.private_files import write_private

__all__ = [
    "GROUP",
    "LEDGER_FILE",
    "Addresses",
    "Settings",
    "host_variables",
    "inventory_of",
    "sandbox_of",
    "write_inventory",
]

GROUP = "simulated"
"""The group that holds every simulated machine."""
LEDGER_FILE = "ledger.sqlite"
"""The ledger of the fleet, in its directory; it is created by the first task that declares a pool."""
FLEET_VARIABLE = "volume_activation_fleet"
_LEDGER_VARIABLES = ("adba_forest_ledger", "kms_host_ledger", "mak_exception_ledger")
_SERVICE_VARIABLES = ("mak_exception_service",)

Variables = dict[str, t.Any]

_CHOICES = {"connection": ("winrm", "psrp"), "transport": ("basic", "ntlm"), "scheme": ("https", "http")}
_TRANSPORT_OF = {"https": "basic", "http": "ntlm"}
_TEMPLATE_MARKS = ("{{", "{%", "{#")
# YAML 1.1 reads some words as something else; a machine may be called so.
_PLAIN_KEY = re.compile(r"(?!(?:y|n|yes|no|on|off|true|false|null)$)[a-z_][a-z0-9_-]*$", re.IGNORECASE)
_HEADER = "# Written by the simulated fleet; its passwords open nothing but this fleet, and only from this machine."


@dataclass(frozen=True)
class Settings:
    """How the machines are reached; each of the three choices may be made anew by a machine's description.

    With `dns` the fleet's names are served too, and its KMS hosts have ports.
    """

    connection: str = "winrm"
    transport: str = "basic"
    scheme: str = "https"
    ipv6: bool = False
    dns: bool = False
    idle_minutes: float | None = None

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise _invalid(f"{name} must be one of {', '.join(choices)}.", f"Choose one of them for {name}.")
        if (self.scheme, self.transport) == ("http", "basic"):
            raise _invalid(
                "Basic over http would send passwords in clear, and a Windows machine does not offer it.",
                "Use scheme https with transport basic, or transport ntlm, whose messages are sealed.",
            )

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any]) -> Settings:
        """Return the settings that `options` hold, defaults for what is missing or null."""
        known = {item.name for item in fields(cls)}
        given = {name: value for name, value in options.items() if name in known and value is not None}
        return cls(**{"transport": _TRANSPORT_OF.get(given.get("scheme", cls.scheme), cls.transport), **given})

    def for_machine(self, description: t.Mapping[str, t.Any]) -> Settings:
        """Return these settings with what a machine's description chooses for itself."""
        own = {name: description[name] for name in _CHOICES if description.get(name)}
        if own.get("scheme", self.scheme) != self.scheme:
            # The fleet's transport was chosen for the other scheme.
            own = {"transport": _TRANSPORT_OF[own["scheme"]], **own}
        return replace(self, **own)


@dataclass(frozen=True)
class Addresses:
    """Where the fleet listens; `closed_port` is taken and never listened on, for machines that refuse connections."""

    host: str
    http_port: int
    https_port: int
    closed_port: int
    ca_file: Path = field(default_factory=Path)

    def port(self, scheme: str) -> int:
        """Return the port of a scheme."""
        return self.https_port if scheme == "https" else self.http_port


def host_variables(
    machine: Machine,
    account: LoginAccount,
    settings: Settings,
    addresses: Addresses,
    *,
    sandbox: Variables | None = None,
    closed: bool = False,
) -> Variables:
    """Return the variables with which Ansible reaches `machine` and stays in the `sandbox`, its own `vars` last."""
    chosen = settings.for_machine(machine.description)
    variables: Variables = {
        "ansible_connection": chosen.connection,
        "ansible_host": addresses.host,
        "ansible_port": addresses.closed_port if closed else addresses.port(chosen.scheme),
        "ansible_user": account.username,
        "ansible_password": reveal(account.password),
    }
    add = _add_winrm if chosen.connection == "winrm" else _add_psrp
    add(variables, f"wsman/{quote(machine.name, safe='')}", chosen, str(addresses.ca_file))
    return {**variables, **(_of_roles(sandbox) if sandbox else {}), **machine.description.get("vars", {})}


def sandbox_of(directory: Path, service: Variables) -> Variables:
    """Return the value of the variable that names a fleet: its folder, its ledger, and its activation service."""
    return {"directory": str(directory), "ledger": str(directory / LEDGER_FILE), "service": service}


def _of_roles(sandbox: Variables) -> Variables:
    """Return the variables of roles and playbooks that would otherwise lead to a real ledger or service."""
    ledgers = {name: sandbox["ledger"] for name in _LEDGER_VARIABLES}
    passwords = {f"{name}_password": "" for name in _LEDGER_VARIABLES}
    services = dict.fromkeys(_SERVICE_VARIABLES, sandbox["service"]) if sandbox["service"] else {}
    return {FLEET_VARIABLE: sandbox, **ledgers, **passwords, **services}


def _add_winrm(variables: Variables, path: str, chosen: Settings, ca_file: str) -> None:
    variables["ansible_winrm_scheme"] = chosen.scheme
    variables["ansible_winrm_path"] = f"/{path}"
    variables["ansible_winrm_transport"] = [chosen.transport]
    # A proxy in the environment is not meant for loopback.
    variables["ansible_winrm_proxy"] = None
    if chosen.scheme == "https":
        variables["ansible_winrm_server_cert_validation"] = "validate"
        variables["ansible_winrm_ca_trust_path"] = ca_file


def _add_psrp(variables: Variables, path: str, chosen: Settings, ca_file: str) -> None:
    variables["ansible_psrp_protocol"] = chosen.scheme
    variables["ansible_psrp_path"] = path
    variables["ansible_psrp_auth"] = chosen.transport
    variables["ansible_psrp_ignore_proxy"] = True
    if chosen.scheme == "https":
        variables["ansible_psrp_cert_validation"] = "validate"
        variables["ansible_psrp_ca_cert"] = ca_file


def inventory_of(hosts: t.Mapping[str, Variables], sandbox: Variables | None = None) -> dict[str, t.Any]:
    """Return the inventory of `hosts`, as the file has it; tasks on the controller stay in the `sandbox` too."""
    names: dict[str, Variables] = {name: {} for name in hosts}
    variables = {"vars": {FLEET_VARIABLE: sandbox}} if sandbox else {}
    return {"all": {**variables, "hosts": dict(hosts), "children": {GROUP: {"hosts": names}}}}


def write_inventory(path: Path, inventory: t.Mapping[str, t.Any]) -> None:
    """Write an inventory for `ansible-playbook -i`, readable by its owner alone."""
    write_private(path, "\n".join([_HEADER, "---", *_yaml_lines(inventory), ""]))


def _yaml_lines(mapping: t.Mapping[str, t.Any], indent: str = "") -> t.Iterator[str]:
    """Yield a mapping in YAML's block style; below it everything is JSON, which YAML contains."""
    for key, value in mapping.items():
        name = key if _PLAIN_KEY.match(key) else _scalar(key)
        if isinstance(value, t.Mapping) and value:
            yield f"{indent}{name}:"
            yield from _yaml_lines(value, indent + "  ")
        else:
            yield f"{indent}{name}: {_flow(value)}"


def _flow(value: t.Any) -> str:
    if isinstance(value, t.Mapping):
        return f"{{{', '.join(f'{_scalar(key)}: {_flow(item)}' for key, item in value.items())}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_flow(item) for item in value)}]"
    # What looks like a template here is none: it is a password, or was templated before it came to us.
    literal = isinstance(value, str) and any(mark in value for mark in _TEMPLATE_MARKS)
    return f"!unsafe {_scalar(value)}" if literal else _scalar(value)


def _scalar(value: t.Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _invalid(message: str, remedy: str) -> ActivationError:
    return ActivationError(message, code="invalid_description", remedy=remedy)
