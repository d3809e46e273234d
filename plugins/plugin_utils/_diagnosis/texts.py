# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the doctor says for each of its codes: what is so, why it comes, and what to do about it.

Codes that are not here come from elsewhere with texts of their own: from a connection that failed, from the records in
DNS, and the numbers that Windows gives.
"""

from __future__ import annotations

import typing as t

__all__ = ["TEXTS"]

_WAY: t.Mapping[str, tuple[str, str, str]] = {
    "name_not_resolved": (
        "The name {host} has no address.",
        "It is not in the DNS that the controller asks, or it is misspelt in the inventory.",
        "Correct ansible_host, or let the controller ask a DNS that knows the machine.",
    ),
    "connection_refused": (
        "{host} refuses connections on port {port}.",
        "WinRM does not listen on this port, or a firewall turns the controller away.",
        "Check ansible_port, and on the machine the listener (winrm enumerate winrm/config/listener) and the firewall.",
    ),
    "connect_timeout": (
        "{host} does not answer on port {port}.",
        "The machine is off, the address is an old one, or a firewall drops what the controller sends.",
        "Check that the machine is on and has this address, then the firewalls between it and the controller.",
    ),
    "no_route": (
        "The controller has no route to {host}.",
        "All its addresses are in a network that the controller is not connected to.",
        "Connect the controller to that network, or give the machine's other address in ansible_host.",
    ),
    "certificate_expired": (
        "The certificate of {host} is not valid at this time.",
        "It has expired or begins later, or the controller's clock is wrong.",
        "Renew the certificate of the https listener, and check the controller's clock.",
    ),
    "certificate_name_mismatch": (
        "The certificate of {host} is for another name.",
        "The machine is connected to by an address or a name that does not stand in its certificate.",
        "Set ansible_host to the name in the certificate, or give the listener a certificate for this name.",
    ),
    "no_rights": (
        "The login {user} may read, and may not change the licensing of this machine.",
        "It is no administrator there, or it is a local account whose rights are cut down over the network.",
        "Connect with an administrator of the machine. For a local account other than the built-in Administrator,"
        " LocalAccountTokenFilterPolicy has to be 1.",
    ),
    "access_denied": (
        "The machine knows the login {user} and does not let it use WMI.",
        "The login is in none of the groups that WinRM and the WMI namespace root/cimv2 are open to.",
        "Connect with an administrator of the machine, or grant Remote Enable on the namespace and access to WinRM.",
    ),
}
_SYSTEM: t.Mapping[str, tuple[str, str, str]] = {
    "wmi_refused": (
        "The machine does not answer a query about its licences. {said}",
        "{cause}",
        "{remedy}",
    ),
    "clock_skew": (
        "The clock of the machine is {hours:.1f} hours {direction} the controller's.",
        "The time service does not run or has a wrong source, or the time zone was set by changing the time."
        " A KMS host refuses clients that differ by more than {limit} hours from it.",
        "Set the clock right: on the machine w32tm /resync, and check the source of the time. If all machines differ"
        " alike, it is the controller's clock.",
    ),
    "evaluation_edition": (
        "{edition} is an evaluation edition; no volume licence key can activate it.",
        "Windows was installed from evaluation media.",
        "Convert it to the full edition: servers with DISM /Online /Set-Edition, clients from new media.",
    ),
    "no_published_key": (
        "There is no generic key for {edition}, build {build}, so it takes no part in volume activation.",
        "It is no volume edition, or one that is newer than this collection.",
        "Install a volume edition, give its key in extra_gvlks of kms_client, or expect nothing of this machine.",
    ),
    "no_product_key": (
        "Windows has no product key.",
        "The key was removed, or was never installed.",
        "Run volume.activation.kms_client or volume.activation.adba_client, which install the generic key.",
    ),
    "host_key_on_client": (
        "A client edition of Windows has the key of a KMS host.",
        "The key of a KMS host was installed where the generic key belongs. It can be activated on six machines only.",
        "Put the generic key back with ansible HOST -m volume.activation.kms_host -a state=absent, then run"
        " ansible HOST -m volume.activation.kms_client. A KMS host belongs on a server.",
    ),
    "host_key_without_host": (
        "The machine has the key of a KMS host and does not act as one ({status}).",
        "A host key was installed on an ordinary server by mistake, or the key of a KMS host was never activated. No"
        " KMS host licenses a machine with this key.",
        "Put the generic key back with ansible HOST -m volume.activation.kms_host -a state=absent, then run"
        " ansible HOST -m volume.activation.kms_client. If it is to be a KMS host, activate the key with"
        " volume.activation.kms_host.",
    ),
    "kms_host_key": (
        "The machine has the key of a KMS host, and was expected to be licensed by {expected}.",
        "It is a KMS host, or a host key was installed on an ordinary server by mistake.",
        "Leave a KMS host out. Else put the generic key back with"
        " ansible HOST -m volume.activation.kms_host -a state=absent, then run"
        " ansible HOST -m volume.activation.kms_client.",
    ),
    "not_a_kms_client_key": (
        "The machine has a key of the channel {channel}, and was expected to be licensed by {expected}.",
        "KMS and Active Directory activate the generic keys of volume editions only.",
        "Run volume.activation.kms_client or volume.activation.adba_client. If it is licensed now, they take"
        " replace_licensed.",
    ),
    "not_a_mak": (
        "The machine has a key of the channel {channel}, and was expected to have a MAK.",
        "No MAK was installed, or something else has replaced it.",
        "Run volume.activation.mak.",
    ),
    "key_of_other_edition": (
        "The generic key ending in {partial} is not that of {edition}, build {build}.",
        "The key of another edition was installed.",
        "Run volume.activation.product_key with the key of this edition, or volume.activation.kms_client after the"
        " wrong key was removed.",
    ),
}
_KMS: t.Mapping[str, tuple[str, str, str]] = {
    "domain_as_kms_host": (
        "The KMS host is set to {host}, which is the name of a domain.",
        "With a domain as KMS host, DNS is not asked for KMS hosts, and the machine goes to whatever answers there.",
        "Run volume.activation.kms_client with dns_discovery, and with lookup_domain if it is not the machine's own.",
    ),
    "port_without_host": (
        "A KMS port is set, {port}, and no KMS host.",
        "The host was cleared and its port left behind.",
        "Run volume.activation.kms_client with dns_discovery, or set the host together with the port.",
    ),
    "activation_type_forbids": (
        "The machine is restricted to activation by {kind}, and was expected to be licensed by {expected}.",
        "The activation type was set, by a person or by policy.",
        "Run volume.activation.kms_client with activation_type any.",
    ),
    "ad_without_domain": (
        "The machine is restricted to Active Directory and is in no domain.",
        "It left its domain, or the activation type was set on the wrong machine.",
        "Join it to the domain, or run volume.activation.kms_client with activation_type any.",
    ),
    "ad_without_object": (
        "{product} is restricted to Active Directory, and no activation object has licensed it ({status}).",
        "The forest has no activation object for it, or the object has not reached its domain controller, or the"
        " product was never activated by it. A licence by KMS cannot be renewed and ends after 180 days at most.",
        "Create the object with volume.activation.adba_object, then run ansible HOST -m volume.activation.adba_client."
        " To license it by KMS, lift the restriction with"
        " ansible HOST -m volume.activation.kms_client -a activation_type=any.",
    ),
    "token_only": (
        "The machine is restricted to activation by token, and is not licensed.",
        "The activation type was set, and there is no certificate for it.",
        "Run volume.activation.kms_client with activation_type any.",
    ),
    "kms_hosts_differ": (
        "The KMS host that is set for {product}, {host}, is another one than {other}, {whose}.",
        "Windows itself has a KMS host of its own beside the one for all products, or the setting is older than the"
        " KMS host.",
        "Decide for one: volume.activation.kms_client with kms_host, or with dns_discovery.",
    ),
    "product_settings_override": (
        "{product} has settings of its own, which override those of the machine: {settings}.",
        "They were set for its activation ID, as slmgr.vbs and ospp.vbs can, or a tool did so.",
        "For Windows run volume.activation.kms_client with the KMS host or dns_discovery, with lookup_domain and with"
        " activation_type, as they are meant to be; it clears what the product has of its own. For Office run ospp.vbs"
        " /remhst, /ckms-domain or /actype:0 on the machine.",
    ),
    "no_lookup_domain": (
        "The machine is in no domain and has neither a KMS host, a look-up domain nor a primary DNS suffix.",
        "Outside of a domain Windows looks for a KMS host in its primary DNS suffix only.",
        "Run volume.activation.kms_client with kms_host or lookup_domain, or give the machine a primary DNS suffix.",
    ),
    "kms_name_not_resolved": (
        "The name of the KMS host {host} has no address.",
        "The host is gone or renamed, or the setting is misspelt.",
        "Correct it with volume.activation.kms_client, or give the host its name back in DNS.",
    ),
    "kms_refused": (
        "The KMS host {host} refuses connections on port {port}.",
        "It is no KMS host any more, listens on another port, or a firewall turns the controller away.",
        "On the host, look at volume.activation.kms_host_info and the firewall rule. If only the controller is turned"
        " away, open the port for it or leave this check.",
    ),
    "kms_silent": (
        "The KMS host {host} does not answer on port {port}.",
        "It is off, or a firewall drops what the controller sends.",
        "Check that the host is on, then the firewalls. If only the controller is cut off, clients may still reach it.",
    ),
    "kms_no_route": (
        "The controller has no route to the KMS host {host}.",
        "All its addresses are in a network that the controller is not connected to.",
        "Run the doctor on a controller that reaches the KMS hosts.",
    ),
    "no_kms_host_answers": (
        "None of the KMS hosts that the machine could use answers: {hosts}.",
        "They are off or gone, or firewalls keep the controller from them.",
        "Bring one of them back, or correct the records in DNS. The check srv tells about each.",
    ),
}
_LICENCE: t.Mapping[str, tuple[str, str, str]] = {
    "below_threshold": (
        "The KMS host has too few machines for {product}: {count}, and it takes {required}.",
        "A KMS host activates nobody until enough different machines have asked it within 30 days. Machines with the"
        " same client machine ID, as clones have, count once.",
        "Let more machines ask this KMS host, look for clones, or use volume.activation.adba_client or a MAK for so"
        " few machines.",
    ),
    "not_licensed": (
        "{product} is not licensed.",
        "It was never activated, or its key was changed.",
        "Look at the checks before this one. If they are well, run volume.activation.kms_client or"
        " volume.activation.activate.",
    ),
    "in_grace": (
        "{product} is in a grace period ({status}), {left}.",
        "It waits for its activation, or has lost it by a change of hardware or a lease that was not renewed.",
        "Look at the checks before this one. If they are well, run volume.activation.activate.",
    ),
    "notification": (
        "{product} is not licensed any more, and reminds its users of it.",
        "Its lease or its grace period has ended.",
        "Look at the checks before this one. If they are well, run volume.activation.kms_client or"
        " volume.activation.activate.",
    ),
    "ends_soon": (
        "The licence of {product} ends in {days} days and was not renewed.",
        "A lease lasts 180 days, and the machine renews it every seven days if it can.",
        "Look at the checks before this one; the machine does not reach what licensed it.",
    ),
    "licensed_by_other_path": (
        "{product} is licensed by {path}, and was expected to be licensed by {expected}.",
        "The machine has not renewed its licence since, or the expected way did not work.",
        "Run volume.activation.adba_client for Active Directory, or volume.activation.kms_client for KMS.",
    ),
}
TEXTS: t.Mapping[str, tuple[str, str, str]] = {**_WAY, **_SYSTEM, **_KMS, **_LICENCE}
"""Message, cause and remedy of each code of the doctor's own."""
