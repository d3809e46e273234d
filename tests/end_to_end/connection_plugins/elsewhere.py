# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host that is not the controller, as far as Ansible can tell: modules are carried there and run in its Python."""

from __future__ import annotations

from ansible.plugins.connection.local import Connection as Local

DOCUMENTATION = """
name: elsewhere
short_description: Run modules in another place on this machine
description: The local connection by another name, for tests of what runs on hosts and not on the controller.
author: the volume.activation authors (@volume-activation)
extends_documentation_fragment:
  - connection_pipelining
options: {}
"""


class Connection(Local):
    """The local connection, which core and collection take for another one."""

    transport = "elsewhere"
