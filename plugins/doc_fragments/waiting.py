# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for an activation whose answer came late, said once."""

from __future__ import annotations


class ModuleDocFragment:
    """The option that bounds the wait."""

    DOCUMENTATION = r"""
options:
  wait_seconds:
    description:
      - How long to wait until the machine says that it is licensed, in seconds.
      - The wait is needed only when the answer to the activation came late or never. Then the state is read again and
        again; the activation itself is never asked for a second time.
    type: int
    default: 120
"""
