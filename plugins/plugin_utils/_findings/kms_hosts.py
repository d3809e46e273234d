# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of KMS hosts, with and without a port."""

from __future__ import annotations

from .._validation import same_name, valid_endpoint

__all__ = ["is_among"]


def is_among(host: str, port: int, allowed: tuple[str, ...]) -> bool:
    """Tell whether a KMS host is one of those that are given; a port counts where one is given."""
    pairs = [valid_endpoint(given, "kms_hosts") for given in allowed]
    return any(same_name(host, name) and wanted in (None, port) for name, wanted in pairs)
