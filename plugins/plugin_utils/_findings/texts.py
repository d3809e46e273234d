# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said of each code of a finding: how bad it is, what it is, why it comes, and what mends it."""

from __future__ import annotations

import typing as t

from .._licensing import LEASE

__all__ = ["CODES", "OF_THE_MACHINE", "SEVERITIES", "TEXTS", "Text"]

SEVERITIES = ("critical", "warning", "info")
"""From the worst on."""


class Text(t.NamedTuple):
    """The words of a code; `{subject}` stands for the subject of the finding."""

    severity: str
    title: str
    cause: str | None
    remedy: str


_MACHINE: t.Mapping[str, Text] = {
    "audit_incomplete": Text(
        "critical",
        "Left unread by the audit: {subject}",
        "The audit itself could not read these hosts: the controller had reached a limit, or the login was given up so"
        " that its account is not locked. Nothing is known of them, and nothing is wrong with them as far as is known.",
        "Remove the cause, and audit again.",
    ),
    "unreachable": Text(
        "warning",
        "Not read: {subject}",
        "The machine is off or gone, or the way to it or the login is not in order.",
        "Run the playbook volume.activation.doctor for these machines; it tells which part of the way is at fault. Take"
        " machines that are gone out of the inventory.",
    ),
    "clock_skew": Text(
        "critical",
        "The clock is wrong",
        "The time service does not run or has a wrong source, or the time zone was set by changing the time. A KMS host"
        " refuses clients whose clocks differ by hours from its own, and Kerberos refuses them earlier.",
        "Set the clocks right: w32tm /resync, and the source of the time. If all machines differ alike, it is the"
        " controller's clock.",
    ),
}
_LICENCE: t.Mapping[str, Text] = {
    "not_licensed": Text(
        "critical",
        "Windows is not licensed",
        "It was never activated, its grace period or lease has ended, or it has no key. The details have what each"
        " machine says itself.",
        "Run the role volume.activation.profile, or the playbook volume.activation.doctor on a machine that stays so.",
    ),
    "evaluation_edition": Text(
        "warning",
        "An evaluation edition",
        "Windows was installed from evaluation media. No volume licence key can activate it, and it ends.",
        "Convert it to the full edition, servers with DISM /Online /Set-Edition and clients from new media; a domain"
        " controller has to be demoted before. Then run the role volume.activation.profile.",
    ),
    "subscription": Text(
        "info",
        "Licensed by a subscription",
        "A subscription of its user has lifted Windows above the edition of its key, or licenses it.",
        "Nothing has to be done. A key for KMS, Active Directory or a MAK would undo it: set activation_profile to none"
        " for these machines.",
    ),
    "lease_expiring": Text(
        "warning",
        "A lease is about to run out",
        f"KMS and Active Directory license for {LEASE.days} days, and a machine renews every seven days. So it has not"
        " reached its KMS host or a domain controller for months.",
        "Bring it back onto the network and run volume.activation.activate, or the playbook volume.activation.doctor if"
        f" it is there. A machine that stays away for more than {LEASE.days} days needs the role"
        " volume.activation.mak_exception.",
    ),
}
_RESTRICTION: t.Mapping[str, Text] = {
    "ad_without_object": Text(
        "warning",
        "Restricted to Active Directory, which has not licensed it",
        "The activation type is ad, and no activation object has licensed these products: the forest has none for them,"
        " it has not reached their domain controller yet, or they were never activated by it. A licence by KMS cannot"
        f" be renewed any more and ends after {LEASE.days} days at most; then the product is not licensed.",
        "Where Active Directory is to license them, create the object with volume.activation.adba_object, then run"
        " ansible HOST -m volume.activation.adba_client. Where KMS is to, lift the restriction with"
        " ansible HOST -m volume.activation.kms_client -a activation_type=any. For Office beside a Windows that Active"
        " Directory licenses, run kms_client like this first and adba_client after it, which restricts Windows alone.",
    ),
}
_POLICY: t.Mapping[str, Text] = {
    "profile_drift": Text(
        "warning",
        "Licensed otherwise than intended",
        "The inventory says one way, and the machine goes another: the profile was changed and not applied, or somebody"
        " installed another key.",
        "Run the role volume.activation.profile. To replace a key that licenses it takes replace_licensed. Between KMS"
        " and Active Directory the key is the same: Windows asks Active Directory first, unless"
        " kms_default_activation_type is kms, and adba_default leaves to KMS what the forest has no object for. If the"
        " machine is right, correct activation_profile.",
    ),
    "mak_on_reimaged": Text(
        "critical",
        "A MAK on a machine that is re-imaged",
        "Each new image or desktop spends another activation of the MAK, until none is left.",
        "Run the role volume.activation.kms_default or volume.activation.adba_default with replace_licensed, and take"
        " the MAK out of the image.",
    ),
    "mak_share": Text(
        "warning",
        "Too large a share of the machines is on a MAK",
        "A MAK is for the few machines that reach neither KMS nor Active Directory: each takes an activation of a"
        " finite count, which does not come back.",
        "Move the machines that reach a KMS host or the domain to volume.activation.kms_default or"
        " volume.activation.adba_default, or raise mak_share_limit.",
    ),
    "office_unmanaged": Text(
        "warning",
        "Office is not licensed, or not by volume",
        "An Office of volume licensing was not activated or has lost its licence, or Office came with a retail key of"
        " which nothing here takes care.",
        "Activate it with volume.activation.activate and the activation_id of the product, or install its generic key"
        " with volume.activation.product_key. With activation_type ad, only an activation object for Office can license"
        " it: lift the restriction first, with ansible HOST -m volume.activation.kms_client -a activation_type=any."
        " Replace a retail Office by the volume edition.",
    ),
}
_KMS: t.Mapping[str, Text] = {
    "kms_host_differs": Text(
        "warning",
        "Not the KMS host that it should be",
        "The setting is older than the KMS host, DNS publishes a host that does not belong there, or Windows has a KMS"
        " host of its own beside the one for all products.",
        "Run volume.activation.kms_client with kms_host, or with dns_discovery. Look for foreign records in DNS with"
        " volume.activation.kms_discovery_info.",
    ),
    "product_settings_override": Text(
        "warning",
        "A product has KMS settings of its own",
        "A KMS host, port, lookup domain or activation type was set for one activation ID, as slmgr.vbs and ospp.vbs"
        " can. It overrides the setting of the machine, and a KMS host also the records in DNS.",
        "For Windows, run volume.activation.kms_client with the KMS host or dns_discovery, with lookup_domain and with"
        " activation_type, as they are meant to be: it clears what the product has of its own. For Office, run ospp.vbs"
        " /remhst, /ckms-domain or /actype:0 on the machine, or name the KMS host in kms_hosts if it is intended.",
    ),
    "host_key_on_client": Text(
        "critical",
        "The key of a KMS host on a machine that is not one",
        "The key of a KMS host (CSVLK) was installed on an ordinary machine, as in place of a MAK, or the key of a KMS"
        " host was never activated. It can be activated on six machines only, and a machine with it publishes itself in"
        " DNS as a KMS host. No KMS host licenses a machine with this key.",
        "Put the generic key back with ansible HOST -m volume.activation.kms_host -a state=absent, then license the"
        " machine with ansible HOST -m volume.activation.kms_client. A machine that is to be a KMS host needs"
        " volume.activation.kms_host with its key; name it in kms_hosts, and set its activation_profile to none.",
    ),
    "duplicate_client_machine_id": Text(
        "warning",
        "Several machines with the client machine ID {subject}",
        "They come from an image that was not generalised, so that a KMS host counts them as one. Or one machine stands"
        " in the inventory under two names.",
        "Generalise the image with sysprep. Run slmgr /rearm on all of them but one and restart them, then run"
        " volume.activation.activate.",
    ),
    "below_threshold": Text(
        "warning",
        "Too few machines for KMS: {subject}",
        "A KMS host activates nobody until enough different machines have asked it within 30 days. Clones count once.",
        "Let more machines ask this KMS host, mend duplicate client machine IDs, or license so few machines by"
        " volume.activation.adba_default or volume.activation.mak_exception.",
    ),
}
TEXTS: t.Mapping[str, Text] = {**_MACHINE, **_LICENCE, **_RESTRICTION, **_POLICY, **_KMS}
"""The words of each code."""

OF_THE_MACHINE = frozenset(_MACHINE)
"""The codes that are not about licences."""

CODES = tuple(TEXTS)
"""Every code that a finding can have."""
