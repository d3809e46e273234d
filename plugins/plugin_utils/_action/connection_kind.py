# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which connection a host has, and so where a task about it can run."""

from __future__ import annotations

import typing as t

__all__ = ["plugin_name", "runs_here", "speaks_wsman"]

_BUILTIN = ("ansible.builtin.", "ansible.legacy.")


def plugin_name(connection: t.Any) -> str:
    """Return the plain name of a connection's plugin; one built on winrm or psrp counts as that."""
    name = getattr(connection, "ansible_name", None) or getattr(connection, "transport", None) or "unknown"
    for prefix in _BUILTIN:
        name = name.removeprefix(prefix)
    if name not in ("winrm", "psrp") and getattr(connection, "transport", None) in ("winrm", "psrp"):
        return str(connection.transport)
    return str(name)


def speaks_wsman(connection: t.Any) -> bool:
    """Tell whether a connection leads to a Windows machine over WS-Management."""
    return plugin_name(connection) in ("winrm", "psrp")


def runs_here(connection: t.Any) -> bool:
    """Tell whether the controller is the place to run Python for a host: it is one itself, or a Windows machine."""
    return speaks_wsman(connection) or plugin_name(connection) == "local"
