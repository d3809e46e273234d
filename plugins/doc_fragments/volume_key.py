# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The key that clients of volume activation need, said once."""

from __future__ import annotations


class ModuleDocFragment:
    """Options of the modules that see to the generic volume licence key of an edition."""

    DOCUMENTATION = r"""
options:
  product_key:
    description:
      - Which key the machine is to have.
    type: str
    choices:
      gvlk: The generic volume licence key of its edition. It is installed when the primary product is not on such a
        key.
      keep: The one that it has.
    default: gvlk
  replace_licensed:
    description:
      - Whether a MAK, a retail or an OEM key by which the machine is licensed today may be replaced.
      - With V(false) such a machine is refused with the code V(licensed_by_other_key), since the licence would be
        lost.
    type: bool
    default: false
  extra_gvlks:
    description:
      - Further keys, for editions that have no published key or to be used instead of the published one.
      - A key of yours belongs into a vaulted variable.
    type: list
    elements: dict
    suboptions:
      edition_id:
        description:
          - The edition, as RV(volume.activation.license_info#module:license.machine.edition) gives it.
        type: str
        required: true
      build:
        description:
          - The build of Windows for which the key is. When it is not given the key is for every build.
        type: int
      product_key:
        description:
          - The key.
        type: str
        required: true
"""
