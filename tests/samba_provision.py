# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the databases of an Active Directory domain; a program for the Python that Samba's own tools run on.

It reads what is wanted from a JSON file and imports nothing of the collection. `samba-tool domain provision`
would also write access lists for the shares, which no container without special rights may do; nobody uses the shares.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    """Provision, then add what the tests count on."""
    wanted = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    samdb = _provision(wanted)
    _relax_passwords(samdb)
    samdb.newuser(wanted["user"], wanted["user_password"])
    _name_services(samdb, wanted)
    if wanted["containers"]:
        _add_containers(samdb)


def _provision(wanted: dict[str, Any]) -> Any:
    from samba.auth import system_session
    from samba.dsdb import DS_DOMAIN_FUNCTION_2008_R2
    from samba.param import LoadParm
    from samba.provision import provision

    parameters = LoadParm()
    parameters.load(wanted["smb_conf"])
    return provision(
        logging.getLogger("provision"),
        system_session(),
        smbconf=wanted["smb_conf"],
        lp=parameters,
        realm=wanted["realm"],
        domain=wanted["netbios"],
        hostname=wanted["host"].partition(".")[0],
        hostip=wanted["address"],
        adminpass=wanted["password"],
        serverrole="active directory domain controller",
        dom_for_fun_level=DS_DOMAIN_FUNCTION_2008_R2,
        dns_backend="SAMBA_INTERNAL",
        base_schema=wanted["schema"],
        skip_sysvolacl=True,
    ).samdb


def _relax_passwords(samdb: Any) -> None:
    """Let tests change a password at once and never find one expired."""
    samdb.set_minPwdAge("0")
    samdb.set_maxPwdAge("0")


def _name_services(samdb: Any, wanted: dict[str, Any]) -> None:
    """Give the controller its names for LDAP, which Samba adds by itself only while it runs, and with more services."""
    host = wanted["host"]
    wanted_names = (host, f"{host}/{wanted['realm']}", wanted["address"], "127.0.0.1")
    [computer] = samdb.search(expression=f"(sAMAccountName={host.partition('.')[0]}$)", attrs=["servicePrincipalName"])
    held = {str(value) for value in computer["servicePrincipalName"]}
    names = [f"ldap/{name}" for name in wanted_names if f"ldap/{name}" not in held]
    added = "".join(f"servicePrincipalName: {name}\n" for name in names)
    if added:
        samdb.modify_ldif(f"dn: {computer.dn}\nchangetype: modify\nadd: servicePrincipalName\n{added}")


def _add_containers(samdb: Any) -> None:
    """Add what Windows' `adprep` adds to the configuration of a forest for activation objects."""
    parent = f"CN=Microsoft SPP,CN=Services,{samdb.get_config_basedn()}"
    samdb.add({"dn": parent, "objectClass": "container"})
    samdb.add(
        {
            "dn": f"CN=Activation Objects,{parent}",
            "objectClass": "msSPP-ActivationObjectsContainer",
            "nTSecurityDescriptor": _access(samdb),
        }
    )


def _access(samdb: Any) -> bytes:
    """Return the schema's access list for activation objects, which Samba passes over, as one that objects inherit."""
    from samba.dcerpc import security
    from samba.ndr import ndr_pack

    sddl = "O:BAG:BAD:(A;CI;RPWPCRCCDCLCLORCWOWDSDDTSW;;;DA)(A;CI;RPLCLORC;;;AU)"
    packed: bytes = ndr_pack(security.descriptor.from_sddl(sddl, security.dom_sid(samdb.get_domain_sid())))
    return packed


if __name__ == "__main__":
    main()
