# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks of a simulated fleet: the ledger and the activation service are those of the fleet unless others are named.

The fleet sets the variable in its inventory, for its hosts and for the controller's own tasks.
"""

from __future__ import annotations

import typing as t

from .._errors import Refusal

__all__ = ["FLEET_VARIABLE", "sandboxed"]

FLEET_VARIABLE = "volume_activation_fleet"
"""A mapping: `directory` and `ledger` are paths, `service` has `url` and `ca_path`."""

Options: t.TypeAlias = "dict[str, t.Any]"


def sandboxed(options: Options, fleet: t.Any) -> Options:
    """Return a task's options with the defaults of the simulated `fleet`, the value of the variable.

    `simulated_by` is added: the folder of the fleet, None without a fleet. Raises Refusal (`bad_fleet_variable`).
    """
    if "ledger" not in options and "service" not in options:
        return options
    if not fleet:
        return {**options, "simulated_by": None}
    if not isinstance(fleet, t.Mapping) or not fleet.get("directory") or not fleet.get("ledger"):
        raise Refusal(
            f"The variable {FLEET_VARIABLE} does not describe a simulated fleet.",
            code="bad_fleet_variable",
            cause="It is a mapping with directory, ledger and service.",
            remedy=f'Take it from the result of simulated_fleet: {FLEET_VARIABLE}: "{{{{ fleet.sandbox }}}}".',
        )
    changed = {**options, "simulated_by": str(fleet["directory"])}
    if "ledger" in options and not options["ledger"]:
        changed.update(ledger=str(fleet["ledger"]), ledger_password=None)
    if "service" in options:
        changed["service"] = _service(options["service"] or {}, fleet.get("service") or {})
    return changed


def _service(given: t.Mapping[str, t.Any], of_fleet: t.Mapping[str, t.Any]) -> Options:
    """Return the option `service`; without a URL it would be Microsoft's, so the fleet's is put in its place."""
    if given.get("url") or not of_fleet.get("url"):
        return dict(given)
    direct = {"proxy": "", "proxy_username": None, "proxy_password": None}  # the service is on loopback
    return {**given, **direct, "url": str(of_fleet["url"]), "ca_path": of_fleet.get("ca_path")}
