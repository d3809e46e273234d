# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of KMS hosts, with and without a port."""

from __future__ import annotations

from .._planning import same_name

__all__ = ["host_and_port", "is_among"]


def host_and_port(given: str) -> tuple[str, int | None]:
    """Return the name and the port of `kms.corp.example:1688`, None without a port; an IPv6 address takes brackets."""
    name, colon, port = given.strip().rpartition(":")
    bare = name.startswith("[") or ":" not in name
    if colon and bare and port.isascii() and port.isdigit() and len(port) <= 5:
        return name.strip("[]"), int(port)
    return given.strip().strip("[]"), None


def is_among(host: str, port: int, allowed: tuple[str, ...]) -> bool:
    """Tell whether a KMS host is one of those that are given; a port counts where one is given."""
    pairs = [host_and_port(given) for given in allowed]
    return any(same_name(host, name) and wanted in (None, port) for name, wanted in pairs)
