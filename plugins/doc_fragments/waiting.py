# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for an activation whose answer came late, said once."""

from __future__ import annotations


class ModuleDocFragment:
    """The option that bounds the wait, and the same where there is nothing to wait for."""

    DOCUMENTATION = r"""
options:
  wait_seconds:
    description:
      - How long to wait until the machine says that it is licensed, in seconds.
      - The wait is needed only when the answer to the activation came late or never. Then the state is read again and
        again; the activation itself is never asked for a second time. The wait ends early when the product shows an
        error that it did not show before, which is then the error of the task.
      - The effect of any other change is looked for during 60 seconds if the machine was too slow to answer, and during
        10 seconds if the connection broke.
    type: int
    default: 120
"""

    # A default of an action group is handed to every module of the group, and a module fails on an option it lacks.
    UNUSED = r"""
options:
  wait_seconds:
    description:
      - Not used, since this module waits for no activation. It is accepted so that a default which
        C(group/volume.activation.all) in C(module_defaults) sets for the modules that wait can hold for this one too.
    type: int
"""
