# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A connection that leads to no Windows machine and has an option that has to be given, as many have."""

from __future__ import annotations

from ansible.plugins.connection.local import Connection as Local

DOCUMENTATION = """
name: demanding
short_description: Demands an option
description:
  - Demands an option.
author: the volume.activation authors (@volume-activation)
options:
  place:
    description: Has to be given.
    required: true
    type: str
    vars:
      - name: ansible_demanding_place
"""


class Connection(Local):
    """The local connection by another name."""

    transport = "demanding"
