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
  - requests-ntlm >= 1.1.0 and pyspnego >= 0.10.2 on the controller, for logins by NTLM
  - PySocks on the controller, for connections through a SOCKS proxy
notes:
  - The module runs on the controller. It speaks WS-Management to the licensing service that Windows has,
    with the address, the login and the options of the host's connection. No shell and no runspace is opened
    and nothing is installed on the target.
  - The connection must be P(ansible.builtin.winrm#connection) or P(ansible.builtin.psrp#connection). Every other one
    is refused with the code V(foreign_connection).
  - Over plain HTTP only sealed messages are sent, which takes NTLM, Kerberos or CredSSP. Basic authentication needs
    HTTPS, and user and password in Latin-1.
  - The proxy of the controller's environment is used (E(HTTPS_PROXY), E(HTTP_PROXY), E(ALL_PROXY)). To connect without
    it, add the host to E(NO_PROXY), or set C(ansible_winrm_proxy) to V(null) or C(ansible_psrp_ignore_proxy) to
    V(true).
  - C(ansible_psrp_max_envelope_size) limits the bytes of an answer, up to 512000. Its default of 153600 stands for
    512000.
  - C(become) and C(async) are refused with the codes V(become_not_supported) and V(async_not_supported).
    The account of the connection must have the rights itself.
  - A host that cannot be reached, because of the network, TLS or the login, is reported as C(unreachable). So
    C(ignore_unreachable) applies to it, and the C(rescue) of a block does not.
  - Variables that are probably misspelt ones of the collection are refused with the code V(unknown_variable). The
    variable C(volume_activation_other_variables) lists names that belong to something else.
  - The targets are Windows 8.1 and Windows Server 2012 R2 or later. Older licensing services, before version 6.3,
    are refused with the code V(unsupported_windows).
seealso:
  - name: What the targets must allow
    link: https://github.com/volume-activation/volume.activation/blob/main/docs/docsite/rst/guide_targets.rst
    description: Listeners, rights and logins that a target needs.
"""
