# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The decision by the collection's own rules, as a table: a machine in words, what is known of it, and what it gets."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._profiles import default_rules, recommended

from .license_samples import MARKS, client, licence, server

KMS, AD, MAK, NONE = "kms_default", "adba_default", "mak_exception", "none"
COUNTS_OF_A_FULL_HOST = {"windows": 50, "office": None}


def forecast(*, clients: t.Any, servers: t.Any) -> dict[str, t.Any]:
    """Return what a forecast says about the two thresholds."""
    return {"windows": {"clients": {"reached": clients}, "servers": {"reached": servers}}}


class Case(t.NamedTuple):
    """One machine; the variables are named without `activation_`, as far as they begin so."""

    name: str
    license: dict[str, t.Any] | None
    variables: dict[str, t.Any]
    rule: str
    profile: str
    method: str | None = None
    more: dict[str, t.Any] = {}


CASES = (
    # The usual ones.
    Case(
        "a domain member whose forest has an object",
        client(domain="corp.example"),
        {"forest_object": True},
        "domain_member",
        AD,
    ),
    Case(
        "a server in the domain whose forest has an object",
        server(domain="corp.example"),
        {"forest_object": True},
        "domain_member",
        AD,
    ),
    Case(
        "a domain member with an object that reaches KMS as well",
        client(domain="corp.example"),
        {"forest_object": True, "kms_reachable": True, "kms_count": 50},
        "domain_member",
        AD,
    ),
    Case(
        "a domain member by the inventory alone",
        None,
        {"domain_member": True, "forest_object": True},
        "domain_member",
        AD,
    ),
    Case(
        "a member that Active Directory licenses already, and nobody says more",
        client(domain="corp.example", by="ad"),
        {},
        "domain_member",
        AD,
    ),
    Case(
        "a domain member without an object",
        client(domain="corp.example"),
        {"forest_object": False, "kms_reachable": True, "kms_count": 50},
        "kms",
        KMS,
    ),
    Case(
        "a domain member that has found no object for its product",
        client(domain="corp.example", reason="0xC004F081"),
        {"kms_reachable": True, "kms_count": 50},
        "kms",
        KMS,
    ),
    Case(
        "a workgroup machine that reaches KMS, where there is an object",
        client(domain=None),
        {"forest_object": True, "kms_reachable": True, "kms_count": 50},
        "kms",
        KMS,
    ),
    Case("a workgroup machine of which nobody says more", client(domain=None), {}, "undecided", NONE),
    Case(
        "a workgroup machine that KMS licenses already",
        client(domain=None, by="kms"),
        {},
        "kms",
        KMS,
    ),
    Case(
        "a machine that the inventory calls a member and that says it is in a workgroup",
        client(domain=None),
        {"domain_member": True, "forest_object": True},
        "domain_member",
        AD,
    ),
    Case(
        "a machine that the inventory puts into a workgroup and that says it is a member",
        client(domain="corp.example"),
        {"domain_member": False, "forest_object": True, "kms_reachable": True, "kms_count": 25},
        "kms",
        KMS,
    ),
    # Thresholds.
    Case("25 in the count, and a client", client(), {"kms_reachable": True, "kms_count": 25}, "kms", KMS),
    Case(
        "24 in the count, and a client",
        client(),
        {"kms_reachable": True, "kms_count": 24, "internet": True},
        "below_threshold_online",
        MAK,
        "online",
    ),
    Case("24 in the count, and a server", server(), {"kms_reachable": True, "kms_count": 24}, "kms", KMS),
    Case("5 in the count, and a server", server(), {"kms_reachable": True, "kms_count": 5}, "kms", KMS),
    Case(
        "4 in the count, and a server",
        server(),
        {"kms_reachable": True, "kms_count": 4, "internet": False},
        "below_threshold_proxy",
        MAK,
        "proxy",
    ),
    Case(
        "12 in the count, and nobody knows whether it is a server",
        None,
        {"kms_reachable": True, "kms_count": 12},
        "undecided",
        NONE,
    ),
    Case(
        "12 in the count, and the inventory says that it is a server",
        None,
        {"kms_reachable": True, "kms_count": 12, "system": "server"},
        "kms",
        KMS,
    ),
    Case(
        "multi-session, which has a server's name and is a client",
        licence("ServerRdsh", 22631),
        {"kms_reachable": True, "kms_count": 12},
        "below_threshold_proxy",
        MAK,
        "proxy",
    ),
    Case(
        "what the KMS host counts now is enough",
        client(),
        {"kms_reachable": True},
        "kms",
        KMS,
        more={"kms_counts": COUNTS_OF_A_FULL_HOST},
    ),
    Case(
        "what the KMS host counts now is not enough",
        client(),
        {"kms_reachable": True},
        "below_threshold_proxy",
        MAK,
        "proxy",
        more={"kms_counts": {"windows": 7}},
    ),
    Case(
        "it is not enough now, and will be when everybody has asked",
        client(),
        {"kms_reachable": True},
        "kms",
        KMS,
        more={"kms_counts": {"windows": 7}, "forecast": forecast(clients=True, servers=True)},
    ),
    Case(
        "24 in the count of the host that it asks, and nobody says that it reaches it",
        client(),
        {"kms_count": 24, "internet": True},
        "below_threshold_online",
        MAK,
        "online",
    ),
    Case(
        "it will never be enough for clients",
        client(),
        {"kms_reachable": True, "internet": True},
        "below_threshold_online",
        MAK,
        "online",
        more={"forecast": forecast(clients=False, servers=True)},
    ),
    Case(
        "it will be enough for servers",
        server(),
        {"kms_reachable": True},
        "kms",
        KMS,
        more={"forecast": forecast(clients=False, servers=True)},
    ),
    Case(
        "a KMS host for Office alone counts no Windows",
        client(),
        {"kms_reachable": True},
        "undecided",
        NONE,
        more={"kms_counts": {"windows": None, "office": 10}},
    ),
    Case(
        "a count that is too low now says that a host is there, and no more: it may grow",
        client(failed="0xC004F038"),
        {},
        "undecided",
        NONE,
    ),
    Case(
        "a host whose key is too old, and the site has enough machines",
        client(failed="0xC004F042"),
        {"site_clients": 60},
        "kms",
        KMS,
    ),
    Case(
        "a count that is too low in the reason, where no attempt has it, and the site has enough machines",
        client(reason="0xC004F038"),
        {"site_clients": 60},
        "undecided",
        NONE,
    ),
    Case(
        "a count that is too low now, and the site has enough machines",
        client(failed="0xC004F038"),
        {"site_clients": 60},
        "kms",
        KMS,
    ),
    # Sites.
    Case(
        "a branch without VPN, and 12 machines in it",
        client(),
        {"kms_reachable": False, "site_clients": 12, "internet": True},
        "below_threshold_online",
        MAK,
        "online",
    ),
    Case(
        "a branch without VPN and without a way out",
        client(),
        {"kms_reachable": False, "site_clients": 12},
        "below_threshold_proxy",
        MAK,
        "proxy",
    ),
    Case(
        "a branch without VPN, whose own 12 machines no full host elsewhere helps",
        client(),
        {"kms_reachable": False, "site_clients": 12, "kms_count": 50},
        "below_threshold_proxy",
        MAK,
        "proxy",
        more={"kms_counts": COUNTS_OF_A_FULL_HOST},
    ),
    Case(
        "a branch without VPN and with 40 machines, which is to have a KMS host",
        client(),
        {"kms_reachable": False, "site_clients": 40, "internet": True},
        "site_without_kms_host",
        NONE,
    ),
    Case(
        "a branch whose clients and servers are 25 together",
        client(),
        {"kms_reachable": True, "site_clients": 22, "site_servers": 3},
        "kms",
        KMS,
    ),
    Case(
        "a branch whose clients and servers are 24 together",
        client(),
        {"kms_reachable": True, "site_clients": 22, "site_servers": 2},
        "below_threshold_proxy",
        MAK,
        "proxy",
    ),
    Case(
        "a site with 4 servers and no client",
        server(),
        {"site_clients": 0, "site_servers": 4, "internet": True},
        "below_threshold_online",
        MAK,
        "online",
    ),
    Case(
        "a site with 5 servers that reach a KMS host",
        server(),
        {"kms_reachable": True, "site_servers": 5},
        "kms",
        KMS,
    ),
    Case(
        "a small site whose machines reach the full KMS host of the head office",
        client(),
        {"kms_reachable": True, "kms_count": 50, "site_clients": 8},
        "kms",
        KMS,
    ),
    Case(
        "a large site, and whether its machines reach a KMS host nobody says",
        client(),
        {"site_clients": 300},
        "undecided",
        NONE,
    ),
    Case(
        "a branch without VPN, and how many machines it has nobody says",
        client(),
        {"kms_reachable": False},
        "undecided",
        NONE,
    ),
    # Off the network.
    Case(
        "a field laptop",
        client(domain="corp.example"),
        {"forest_object": True, "days_off_network": 270, "internet": True},
        "off_network_online",
        MAK,
        "online",
    ),
    Case(
        "a field laptop without the internet",
        client(domain="corp.example"),
        {"forest_object": True, "days_off_network": 270, "internet": False},
        "off_network_proxy",
        MAK,
        "proxy",
    ),
    Case(
        "a field laptop, and nobody says whether it has a way out",
        client(),
        {"days_off_network": 181},
        "off_network_proxy",
        MAK,
        "proxy",
    ),
    Case(
        "a laptop that is back just in time",
        client(domain="corp.example"),
        {"forest_object": True, "days_off_network": 180},
        "domain_member",
        AD,
    ),
    Case(
        "a laptop that is away for a month at a time and reaches KMS then",
        client(domain=None),
        {"days_off_network": 30, "kms_reachable": True, "kms_count": 50},
        "kms",
        KMS,
    ),
    Case(
        "a field laptop that has a lease still",
        client(by="kms"),
        {"days_off_network": 200, "internet": True},
        "off_network_online",
        MAK,
        "online",
    ),
    Case(
        "an air-gapped machine",
        client(domain=None),
        {"isolated": True, "internet": False},
        "isolated_proxy",
        MAK,
        "proxy",
    ),
    Case("an air-gapped server, and no more is said", server(), {"isolated": True}, "isolated_proxy", MAK, "proxy"),
    Case(
        "a machine that is cut off from us and has the internet",
        client(),
        {"isolated": True, "internet": True},
        "isolated_online",
        MAK,
        "online",
    ),
    Case(
        "an air-gapped machine that was in the domain and has a lease from before",
        client(domain="corp.example", by="kms"),
        {"forest_object": True, "isolated": True},
        "isolated_proxy",
        MAK,
        "proxy",
    ),
    Case(
        "an air-gapped machine that nobody has read",
        None,
        {"isolated": True, "internet": False},
        "isolated_proxy",
        MAK,
        "proxy",
    ),
    Case(
        "an air-gapped machine in an INI inventory",
        client(),
        {"isolated": "yes", "internet": "no"},
        "isolated_proxy",
        MAK,
        "proxy",
    ),
    Case(
        "a machine that is not cut off",
        client(domain="corp.example"),
        {"isolated": False, "forest_object": True},
        "domain_member",
        AD,
    ),
    # Machines that come and go.
    Case(
        "a lab that is re-imaged every week, in the domain",
        client(domain="corp.example"),
        {"mak_exception_machine_kind": "reimaged_lab", "forest_object": True},
        "temporary_ad",
        AD,
    ),
    Case(
        "a lab that is re-imaged every week, by its group",
        client(domain=None),
        {"group_names": ["reimaged_labs", "windows"], "kms_reachable": True, "kms_count": 50},
        "temporary_kms",
        KMS,
    ),
    Case(
        "a lab that is re-imaged every week, below the threshold",
        client(domain=None),
        {"mak_exception_machine_kind": "reimaged_lab", "kms_reachable": True, "kms_count": 12, "internet": True},
        "temporary_alone",
        NONE,
    ),
    Case(
        "a lab that is re-imaged, by a group of the site's own",
        client(),
        {"group_names": ["room_12"], "mak_exception_reimaged_lab_groups": ["room_12"], "site_clients": 12},
        "temporary_alone",
        NONE,
    ),
    Case(
        "an air-gapped lab that is re-imaged",
        client(),
        {"mak_exception_machine_kind": "reimaged_lab", "isolated": True},
        "temporary_isolated",
        NONE,
    ),
    Case(
        "a virtual desktop in the domain",
        client(domain="corp.example"),
        {"group_names": ["vdi"], "forest_object": True},
        "temporary_ad",
        AD,
    ),
    Case(
        "a virtual desktop in the domain, air-gapped",
        client(domain="corp.example"),
        {"mak_exception_machine_kind": "vdi", "forest_object": True, "isolated": True},
        "temporary_isolated",
        NONE,
    ),
    Case(
        "a virtual desktop that KMS licenses already",
        client(by="kms"),
        {"mak_exception_machine_kind": "vdi"},
        "temporary_kms",
        KMS,
    ),
    Case(
        "a virtual desktop of which nobody says more",
        client(),
        {"mak_exception_machine_kind": "vdi"},
        "temporary_alone",
        NONE,
    ),
    Case(
        "a virtual desktop that is away for a year",
        client(),
        {"mak_exception_machine_kind": "vdi", "days_off_network": 365, "internet": True},
        "temporary_off_network",
        NONE,
    ),
    Case(
        "the build of an image that reaches KMS",
        server(domain=None),
        {"mak_exception_machine_kind": "image_build", "kms_reachable": True, "kms_count": 50},
        "temporary_kms",
        KMS,
    ),
    Case(
        "the build of an image in a pipeline of its own",
        server(domain=None),
        {"group_names": ["image_builds"], "internet": True},
        "temporary_alone",
        NONE,
    ),
    Case(
        "a group that is called vdi and means something else here",
        client(),
        {"group_names": ["vdi"], "mak_exception_vdi_groups": [], "isolated": True},
        "isolated_proxy",
        MAK,
        "proxy",
    ),
    Case(
        "a kind that is none: KMS needs no kind",
        client(),
        {"mak_exception_machine_kind": "desktop", "kms_reachable": True, "kms_count": 50},
        "kms",
        KMS,
    ),
    Case(
        "a kind that is none: a MAK does",
        client(),
        {"mak_exception_machine_kind": "desktop", "isolated": True},
        "undecided",
        NONE,
    ),
    # Left alone.
    Case("a KMS host", server(channel="kms_host", is_kms_host=True), {"isolated": True}, "kms_host", NONE),
    Case(
        "a KMS host that is not activated yet",
        server(channel="kms_host"),
        {"kms_reachable": True, "kms_count": 50},
        "kms_host",
        NONE,
    ),
    Case("a KMS host by the inventory", None, {"is_kms_host": True, "kms_reachable": True}, "kms_host", NONE),
    Case(
        "a client with a host key on it by mistake, as the inventory says",
        client(channel="kms_host", is_kms_host=True),
        {"is_kms_host": False, "kms_reachable": True, "kms_count": 50},
        "kms",
        KMS,
    ),
    Case(
        "an evaluation in the domain",
        server("ServerStandardEval", channel="evaluation", domain="corp.example"),
        {"forest_object": True},
        "evaluation",
        NONE,
    ),
    Case("an evaluation without a key", server("ServerDatacenterEval", channel="none"), {}, "evaluation", NONE),
    Case("an evaluation by its channel alone", licence(None, 20348, channel="evaluation"), {}, "evaluation", NONE),
    Case(
        "a subscription",
        client(channel="subscription", domain="corp.example"),
        {"forest_object": True},
        "subscription",
        NONE,
    ),
    Case(
        "Professional on KMS that a subscription has lifted",
        client(family="Professional", by="kms"),
        {"kms_count": 50},
        "subscription",
        NONE,
    ),
    Case(
        "a virtual machine that its host activates", server(channel="avma"), {"isolated": True}, "virtual_machine", NONE
    ),
    Case(
        "an edition without a generic key",
        licence("Core", 22631, channel="oem"),
        {"isolated": True},
        "no_generic_key",
        NONE,
    ),
    Case(
        "an edition for which the inventory has a key",
        licence("Core", 22631, channel="retail"),
        {"generic_key": True, "kms_reachable": True, "kms_count": 50},
        "kms",
        KMS,
    ),
    Case(
        "a MAK on which a lease of before is still told",
        licence("Professional", 22631, channel="mak", by="kms"),
        {"kms_count": 50},
        "undecided",
        NONE,
    ),
    Case("Windows 7", licence("Enterprise", 7601), {"kms_reachable": True, "kms_count": 50}, "old_system", NONE),
    Case("Windows Server 2008 R2", server(build=7601), {"isolated": True}, "old_system", NONE),
    Case("Windows 8, before 8.1", licence("Professional", 9200), {"isolated": True}, "old_system", NONE),
    Case("Windows 8.1", licence("Professional", 9600), {"kms_reachable": True, "kms_count": 50}, "kms", KMS),
    # Machines on another key: what they have does not decide.
    Case(
        "a retail key in the domain",
        licence("Professional", 22631, channel="retail", domain="corp.example", by="kms"),
        {"forest_object": True},
        "domain_member",
        AD,
    ),
    Case(
        "a MAK on a machine that reaches KMS",
        client(channel="mak"),
        {"kms_reachable": True, "kms_count": 50},
        "kms",
        KMS,
    ),
    Case(
        "a MAK on a field laptop",
        client(channel="mak"),
        {"days_off_network": 300, "internet": "on"},
        "off_network_online",
        MAK,
        "online",
    ),
    # What the inventory sets for KMS is the intention to use it.
    Case(
        "a workgroup machine whose inventory names a KMS host",
        client(domain=None),
        {"kms_default_kms_host": "kms.corp.example"},
        "kms_configured",
        KMS,
    ),
    Case(
        "a server whose inventory names several KMS hosts, on a MAK",
        server(channel="mak"),
        {"kms_default_kms_hosts": ["kms1.corp.example", "kms2.corp.example"]},
        "kms_configured",
        KMS,
    ),
    Case(
        "a domain member that is to find KMS by DNS, and nobody says whether there is an object",
        client(domain="corp.example"),
        {"kms_default_dns_discovery": "yes"},
        "kms_configured",
        KMS,
    ),
    Case(
        "a machine that is cut off, whatever its group sets for KMS",
        client(),
        {"kms_default_dns_discovery": True, "isolated": True},
        "isolated_proxy",
        MAK,
        "proxy",
    ),
    Case(
        "a machine that reaches no KMS host, whatever its group sets",
        client(domain=None),
        {"kms_default_dns_discovery": True, "kms_reachable": False},
        "undecided",
        NONE,
    ),
    Case(
        "DNS discovery that a host turns off again",
        client(domain=None),
        {"kms_default_dns_discovery": False, "kms_default_kms_host": "", "kms_default_kms_hosts": []},
        "undecided",
        NONE,
    ),
    # Nothing, nonsense and contradictions.
    Case("a machine of which nothing is known", None, {}, "undecided", NONE),
    Case(
        "a machine that is cut off and reaches KMS, both by the inventory",
        client(),
        {"isolated": True, "kms_reachable": True, "kms_count": 50},
        "contradiction",
        NONE,
    ),
    Case(
        "odd values, which say nothing",
        client(),
        {"isolated": "perhaps", "days_off_network": -5, "site_clients": "few"},
        "undecided",
        NONE,
    ),
    Case(
        "empty variables, which say nothing",
        client(domain=None),
        {"isolated": "", "days_off_network": None, "kms_reachable": "", "mak_exception_machine_kind": ""},
        "undecided",
        NONE,
    ),
    Case(
        "a domain member, and nobody says whether there is an object",
        client(domain="corp.example"),
        {},
        "undecided",
        NONE,
    ),
    Case(
        "a machine without an edition",
        licence(None, None, channel="none"),
        {"kms_reachable": True, "kms_count": 50},
        "kms",
        KMS,
    ),
    # On the line between two rules.
    Case("a build just before Windows 8.1", licence("Professional", 9599), {"isolated": True}, "old_system", NONE),
    Case(
        "an old system that is a KMS host",
        server(build=7601, channel="kms_host", is_kms_host=True),
        {},
        "old_system",
        NONE,
    ),
    Case(
        "a KMS host that is set up on an evaluation",
        server("ServerStandardEval", channel="kms_host", is_kms_host=True),
        {},
        "kms_host",
        NONE,
    ),
    Case(
        "an evaluation for whose edition there is no generic key",
        server("ServerStandardEval", channel="evaluation"),
        {"generic_key": False},
        "evaluation",
        NONE,
    ),
    Case(
        "a virtual machine that its host activates, of an edition without a generic key",
        server("ServerUnheardOf", channel="avma"),
        {},
        "virtual_machine",
        NONE,
    ),
    Case(
        "a contradiction about an edition without a generic key",
        licence("Core", 22631, channel="retail"),
        {"isolated": True, "kms_reachable": True},
        "no_generic_key",
        NONE,
    ),
    Case(
        "a contradiction about a virtual desktop",
        client(),
        {"mak_exception_machine_kind": "vdi", "isolated": True, "kms_reachable": True},
        "contradiction",
        NONE,
    ),
    Case(
        "a virtual desktop that is cut off, and away for a year",
        client(),
        {"mak_exception_machine_kind": "vdi", "isolated": True, "days_off_network": 365},
        "temporary_isolated",
        NONE,
    ),
    Case(
        "the build of an image, air-gapped",
        server(),
        {"mak_exception_machine_kind": "image_build", "isolated": True},
        "temporary_isolated",
        NONE,
    ),
    Case(
        "the build of an image that is seen once a year",
        server(domain="corp.example"),
        {"mak_exception_machine_kind": "image_build", "days_off_network": 365, "forest_object": True},
        "temporary_off_network",
        NONE,
    ),
    Case(
        "the build of an image in the domain",
        server(domain="corp.example"),
        {"mak_exception_machine_kind": "image_build", "forest_object": True},
        "temporary_ad",
        AD,
    ),
    Case(
        "a lab that is away for 181 days",
        client(domain="corp.example"),
        {"mak_exception_machine_kind": "reimaged_lab", "days_off_network": 181, "forest_object": True},
        "temporary_off_network",
        NONE,
    ),
    Case(
        "a lab that is away for 180 days",
        client(domain="corp.example"),
        {"mak_exception_machine_kind": "reimaged_lab", "days_off_network": 180, "forest_object": True},
        "temporary_ad",
        AD,
    ),
    Case(
        "a lab in a workgroup, where there is an object",
        client(domain=None),
        {"mak_exception_machine_kind": "reimaged_lab", "forest_object": True, "kms_reachable": True, "kms_count": 50},
        "temporary_kms",
        KMS,
    ),
    Case(
        "a lab in the domain, where there is no object",
        client(domain="corp.example"),
        {"mak_exception_machine_kind": "reimaged_lab", "forest_object": False, "kms_reachable": True, "kms_count": 50},
        "temporary_kms",
        KMS,
    ),
    Case(
        "a lab in the domain that reaches KMS as well",
        client(domain="corp.example"),
        {"mak_exception_machine_kind": "reimaged_lab", "forest_object": True, "kms_reachable": True, "kms_count": 50},
        "temporary_ad",
        AD,
    ),
    Case(
        "a large lab that reaches no KMS host",
        client(domain=None),
        {"mak_exception_machine_kind": "reimaged_lab", "kms_reachable": False, "site_clients": 60, "internet": True},
        "temporary_alone",
        NONE,
    ),
    Case(
        "a laptop that is away for 180 days and has the internet",
        client(domain=None),
        {"days_off_network": 180, "internet": True},
        "undecided",
        NONE,
    ),
    Case(
        "a laptop that is away for 181 days and has the internet",
        client(domain=None),
        {"days_off_network": 181, "internet": True},
        "off_network_online",
        MAK,
        "online",
    ),
    Case(
        "a machine with the internet, of which no more is known",
        client(domain=None),
        {"internet": True},
        "undecided",
        NONE,
    ),
)


def decide(case: Case) -> t.Any:
    """Return the recommendation for a case."""
    names = {
        name: name if name.startswith(("mak_", "group_", "kms_default_")) else f"activation_{name}"
        for name in case.variables
    }
    variables = {names[name]: value for name, value in case.variables.items()}
    return recommended(variables, case.license, **case.more)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_machine_gets_its_profile_by_its_rule(case: Case) -> None:
    found = decide(case)
    assert (found.rule, found.profile, found.method) == (case.rule, case.profile, case.method)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_other_rule_says_why_it_did_not_decide(case: Case) -> None:
    found = decide(case)
    others = [rule.name for rule in default_rules() if rule.name != found.rule]
    assert [rejection.rule for rejection in found.rejected] == others
    assert all(rejection.why.endswith(".") and rejection.why[0].isupper() for rejection in found.rejected)


def test_the_table_has_sixty_cases_and_no_name_twice() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 60


def test_every_rule_of_the_collection_decides_at_least_once() -> None:
    assert {rule.name for rule in default_rules()} - {case.rule for case in CASES} == set()


def test_every_mark_is_in_the_table() -> None:
    told = {str(case.variables.get("mak_exception_machine_kind")) for case in CASES}
    assert set(MARKS) <= told
