# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How to reach the directory of a forest, said once."""

from __future__ import annotations


class ModuleDocFragment:
    """Options, requirements and failures of the modules that ask a forest's directory over LDAP."""

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
notes:
  - V(bad_option). Where the directory is or how to log in is not said, or not possible. RV(msg) names the option.
  - V(directory_login_missing). The login of the connection is none of the domain, or there is none. Set O(bind_user)
    and O(bind_password).
  - V(python_ldap_missing) and V(dnspython_missing). A library is missing where the directory is asked from.
  - V(no_such_domain) and V(no_domain_controller). DNS does not know O(domain), or no domain controller of it.
  - V(directory_unreachable). No domain controller that was tried could be reached, answered in time, or kept the
    connection up.
  - V(certificate_refused). The certificate of the domain controller is from another CA, for another name, or not valid
    at this time. The password was not sent.
  - V(not_sealed). Neither TLS nor a strong enough seal of Kerberos came about, so the connection was given up. The
    password was not sent.
  - V(directory_login_refused) and V(no_ticket). The domain controller does not accept the user or the password, or
    there is no Kerberos ticket. No other domain controller is tried then, since a wrong password counts towards a
    lockout.
  - V(not_active_directory). What answers at O(server) is no domain controller of an Active Directory.
  - V(directory_error) and V(too_many_objects). The domain controller turned a request down, or lists without end. Try
    another one with O(server).
"""
