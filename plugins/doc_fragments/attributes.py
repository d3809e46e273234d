# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module of the collection says about itself: modes, platform, action group."""

from __future__ import annotations


class ModuleDocFragment:
    """Attributes of the modules; the variants hold what only some of them share."""

    DOCUMENTATION = r"""
attributes:
  check_mode:
    description: Can run in check mode and tell what it would do, without changing the target.
    support: full
  action:
    description: Has an action plugin of the same name, which does the whole work on the controller.
    support: full
  async:
    description: Can be used with the C(async) keyword.
    support: none
    details:
      - The module runs on the controller, where Ansible cannot put an action plugin into the background.
"""

    ACTIONGROUP_ALL = r"""
attributes:
  action_group:
    description: Use C(group/volume.activation.all) in C(module_defaults) to set options common to all these modules.
    support: full
    membership:
      - volume.activation.all
"""

    # For a module of both groups; of two fragments with the same attribute only one would count.
    ACTIONGROUP_KMS = r"""
options: {}
attributes:
  action_group:
    description:
      - Use C(group/volume.activation.kms) in C(module_defaults) to set options of KMS clients, and
        C(group/volume.activation.all) to set options common to all modules.
    support: full
    membership:
      - volume.activation.all
      - volume.activation.kms
"""

    ACTIONGROUP_ADBA = r"""
options: {}
attributes:
  action_group:
    description:
      - Use C(group/volume.activation.adba) in C(module_defaults) to set how the directory is reached, and
        C(group/volume.activation.all) to set options common to all modules that talk to a target.
    support: full
    membership:
      - volume.activation.adba
      - volume.activation.all
"""

    ACTIONGROUP_MAK = r"""
options: {}
attributes:
  action_group:
    description:
      - Use C(group/volume.activation.mak) in C(module_defaults) to set where the ledger is for all modules about MAKs.
    support: full
    membership:
      - volume.activation.mak
"""

    ACTIONGROUP_MAK_WINDOWS = r"""
options: {}
attributes:
  action_group:
    description:
      - Use C(group/volume.activation.mak) in C(module_defaults) to set where the ledger is for all modules about MAKs,
        and C(group/volume.activation.all) to set options common to all modules that talk to a target.
    support: full
    membership:
      - volume.activation.all
      - volume.activation.mak
"""

    WINDOWS = r"""
attributes:
  platform:
    description: The systems that can be operated on.
    platforms: windows
    support: full
"""

    CONTROLLER = r"""
attributes:
  platform:
    description: The systems that can be operated on.
    platforms: posix
    support: full
    details:
      - The module works on the controller, whatever host the task is for. C(run_once) and C(hosts=localhost) suit it.
notes:
  - The module runs on the controller and talks to no target. C(async) is refused with the code
    V(async_not_supported), and an option that cannot be understood with V(bad_option).
"""

    ANYWHERE = r"""
attributes:
  platform:
    description: The systems that can be operated on.
    platforms: posix, windows
    support: full
    details:
      - For a Windows host, and for C(localhost), the module works on the controller; for others on the host itself.
"""

    READING = r"""
attributes:
  diff_mode:
    description: Returns what changed, or would change in check mode, when in diff mode.
    support: N/A
    details:
      - The module only reads.
  idempotent:
    description: When run twice in a row outside check mode with the same arguments, the second run changes nothing.
    support: N/A
    details:
      - The module only reads.
"""

    CHANGING = r"""
attributes:
  diff_mode:
    description: Returns what changed, or would change in check mode, when in diff mode.
    support: full
    details:
      - The diff is the list of steps in words. It never holds a product key.
"""

    IDEMPOTENT = r"""
attributes:
  idempotent:
    description: When run twice in a row outside check mode with the same arguments, the second run changes nothing.
    support: full
"""
