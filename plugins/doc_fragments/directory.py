# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How to reach the directory of a forest, said once."""

from __future__ import annotations


class ModuleDocFragment:
    """Options of the modules that read a forest's directory over LDAP."""

    DOCUMENTATION = r"""
options:
  domain:
    description:
      - The DNS name of a domain of the forest. A domain controller of it is looked up in DNS.
      - Without it and without O(server), it is the domain of the Windows host that the task is for.
    type: str
  server:
    description:
      - The domain controller to ask, by the name that its certificate bears. It is not looked up then.
    type: str
  port:
    description:
      - The port of the domain controller. It is 636 with O(security=ldaps), else what DNS tells, which is 389.
    type: int
  security:
    description:
      - How the connection is protected. Nothing is ever sent in clear.
      - V(ldaps) and V(starttls) use TLS and verify the certificate. The login is a simple bind inside of TLS.
      - V(gssapi) uses no TLS. It logs in with the Kerberos ticket at hand, as C(kinit) left it, and signs and seals
        every message.
    type: str
    choices: [ldaps, starttls, gssapi]
    default: ldaps
  ca_path:
    description:
      - A file with the certificate of the CA that issued the domain controller's. Without it the system's CAs are used.
    type: path
  bind_user:
    description:
      - Who asks the directory, as V(user@corp.example) or V(CORP\\user).
      - Without it, the directory is asked with the login of the connection to the Windows host.
    type: str
  bind_password:
    description:
      - The password of O(bind_user). Keep it in a vaulted variable.
    type: str
  timeout:
    description:
      - Seconds that a domain controller may take to connect, and to answer each question.
    type: float
    default: 30
  dns_servers:
    description:
      - The DNS servers, by address, that are asked for the domain controllers of O(domain). Without it, those of the
        system are.
      - The name of the domain controller itself is always resolved by the system, as its certificate and Kerberos need
        it.
    type: list
    elements: str
    default: []
requirements:
  - python-ldap 3.4 or later where the directory is asked from
  - dnspython 2.3 or later there, unless O(server) is given
"""
