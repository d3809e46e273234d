# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Validators for values of one kind (host, domain, port, GUID, path, number), and their comparison by meaning.

Every module, role and filter uses these, so that a value is accepted or refused the same everywhere. Each validator
takes the name of the option for the message and raises Refusal (`bad_option`) with the value and the remedy.
"""

from __future__ import annotations

from ...module_utils._host_names import normal_name
from .comparison import same_guid, same_name
from .paths import foreign_path, valid_path
from .values import (
    spelled_endpoint,
    valid_activation_id,
    valid_dns_domain,
    valid_dns_host,
    valid_domain,
    valid_endpoint,
    valid_host,
    valid_number,
    valid_port,
)

__all__ = [
    "foreign_path",
    "normal_name",
    "same_guid",
    "same_name",
    "spelled_endpoint",
    "valid_activation_id",
    "valid_dns_domain",
    "valid_dns_host",
    "valid_domain",
    "valid_endpoint",
    "valid_host",
    "valid_number",
    "valid_path",
    "valid_port",
]
