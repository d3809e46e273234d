# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the modules reach a target, said once."""

from __future__ import annotations


class ModuleDocFragment:
    """Requirements and notes of every module that talks to a Windows target."""

    DOCUMENTATION = r"""
options: {}
requirements:
  - pywinrm >= 0.5.0 on the controller, for hosts with the P(ansible.builtin.winrm#connection) connection
  - pypsrp >= 0.9.0 on the controller, for hosts with the P(ansible.builtin.psrp#connection) connection
notes:
  - The module runs on the controller. It speaks WS-Management to the licensing service that Windows has,
    with the address, the login and the options of the host's connection. No shell and no runspace is opened
    and nothing is installed on the target.
  - The connection must be P(ansible.builtin.winrm#connection) or P(ansible.builtin.psrp#connection). Every other one
    is refused with the code V(foreign_connection).
  - Over plain HTTP only sealed messages are sent, which takes NTLM, Kerberos or CredSSP. Basic authentication needs
    HTTPS.
  - C(become) and C(async) are refused with the codes V(become_not_supported) and V(async_not_supported).
    The account of the connection must have the rights itself.
  - The targets are Windows 8.1 and Windows Server 2012 R2 or later. Older licensing services, of version 6.0 and 6.1,
    are refused with the code V(unsupported_windows).
seealso:
  - ref: What the targets must allow <ansible_collections.volume.activation.docsite.guide_targets>
    description: Listeners, rights and logins that a target needs.
"""
