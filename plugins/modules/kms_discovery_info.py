# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of kms_discovery_info; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: kms_discovery_info
version_added: 0.1.0
author:
  - the volume.activation authors (@volume-activation)
short_description: Find the KMS hosts that domains publish in DNS, and what is wrong with them
description:
  - Looks up the records C(_vlmcs._tcp) of domains, as KMS clients do, resolves the hosts that they name and connects to
    their ports.
  - It finds records of hosts that are gone, ports that nobody listens on, and KMS hosts that nobody asked for.
  - All hosts are tried at the same time, so that ten dead ones take no longer than one.
  - A connection is closed as soon as it stands, and nothing is sent. So no KMS host counts it as a client, and that a
    port accepts is not yet proof of a KMS host. What a host says of itself is in
    M(volume.activation.kms_host_info).
extends_documentation_fragment:
  - volume.activation.attributes
  - volume.activation.attributes.controller
  - volume.activation.attributes.reading
options:
  domains:
    description:
      - The DNS names of the domains whose records are looked up. These are the domains that the clients are members of,
        or their look-up domains. Give C(corp.example) and not the name of the record, C(_vlmcs._tcp.corp.example).
    type: list
    elements: str
    required: true
  dns_servers:
    description:
      - The DNS servers, by address, that are asked for the records and for the hosts' addresses. Without it, those of
        the controller are, and the controller's file of hosts counts for the addresses.
      - Name the servers that the clients ask where the controller has others.
    type: list
    elements: str
    default: []
  dns_port:
    description:
      - The port of O(dns_servers).
    type: int
    default: 53
  timeout:
    description:
      - How many seconds one answer of one DNS server, and then a connection to a host, is waited for. At most 60.
      - How long the controller's own DNS is waited for is up to the controller, where hosts are resolved without
        O(dns_servers).
    type: float
    default: 2.0
  allowed_hosts:
    description:
      - The full names of the KMS hosts that may be published. A record of any other host is a finding.
      - Without it, every host is allowed. With an empty list, none is.
    type: list
    elements: str
  expected_port:
    description:
      - The port that the KMS hosts should be published with.
    type: int
    default: 1688
  probe:
    description:
      - Whether the ports are tried. With V(false) only DNS is asked.
    type: bool
    default: true
  limit:
    description:
      - How many look-ups or connections are made at the same time. At most 512.
    type: int
    default: 64
requirements:
  - dnspython 2.3 or later on the controller
notes:
  - What is found never fails the task. RV(healthy) says whether anything was.
  - V(bad_option). A domain, an address, a port or another number cannot be one. RV(msg) has it.
  - V(dnspython_missing). The library is not installed on the controller.
  - V(too_many_open_files). The controller cannot make so many connections at the same time. Set O(limit) lower.
seealso:
  - module: volume.activation.kms_client
  - module: volume.activation.kms_host
  - module: volume.activation.kms_host_info
"""

EXAMPLES = r"""
- name: See that the domain publishes our two KMS hosts, and no other
  volume.activation.kms_discovery_info:
    domains:
      - corp.example.com
    allowed_hosts:
      - kms1.corp.example.com
      - kms2.corp.example.com
  register: discovery
  run_once: true
  failed_when: discovery.failed or not discovery.healthy

- name: Ask the DNS servers of a site that the controller does not use
  volume.activation.kms_discovery_info:
    domains:
      - branch.example.com
      - lab.example.com
    dns_servers:
      - 192.0.2.53
      - 192.0.2.54
  register: branches
  run_once: true

- name: Show what is wrong, and what to do about it
  ansible.builtin.debug:
    msg: "{{ item.message }} {{ item.remedy }}"
  loop: "{{ branches.findings }}"
  loop_control:
    label: "{{ item.domain }}: {{ item.code }}"
  run_once: true
"""

RETURN = r"""
msg:
  description:
    - What is wrong, in the words of RV(findings). It is what Ansible prints where C(failed_when) fails the task for it.
    - Of a task that failed, why it failed.
  returned: always
  type: str
  sample: "The port 1688 of kms2.corp.example.com refuses connections."
healthy:
  description: Whether nothing is wrong, which means that RV(findings) is empty.
  returned: success
  type: bool
  sample: false
domains:
  description: What was found, by domain, in the order of O(domains). A domain that is named twice is there once.
  returned: success
  type: list
  elements: dict
  contains:
    domain:
      description: The domain, in lower case.
      type: str
      sample: corp.example.com
    findings:
      description: The codes of what is wrong with the domain itself.
      type: list
      elements: str
      sample: []
    records:
      description:
        - Its records, in the order in which clients prefer them (RFC 2782), the lowest priority first.
        - Within a priority the heavier is first here. Clients draw by the weights there.
      type: list
      elements: dict
      contains:
        target:
          description: The host, in lower case.
          type: str
          sample: kms1.corp.example.com
        port:
          description: The port that the record names.
          type: int
          sample: 1688
        priority:
          description: The priority. Lower is preferred.
          type: int
          sample: 0
        weight:
          description: The weight within the priority.
          type: int
          sample: 10
        addresses:
          description: The host's addresses, IPv4 first. It is empty when there are none or DNS did not answer.
          type: list
          elements: str
          sample:
            - 192.0.2.88
        reachable:
          description: Whether the port accepts connections, V(none) when that is not known because it was not tried.
            A host without an address accepts none. Link-local addresses are not tried, since machines may reach them
            and the controller cannot tell.
          type: bool
          sample: true
        latency_ms:
          description: How many milliseconds it took to connect, V(none) when nobody accepted.
          type: float
          sample: 1.4
        findings:
          description: The codes of what is wrong with this record.
          type: list
          elements: str
          sample: []
  sample:
    - domain: corp.example.com
      findings: []
      records:
        - target: kms1.corp.example.com
          port: 1688
          priority: 0
          weight: 10
          addresses:
            - 192.0.2.88
          reachable: true
          latency_ms: 1.4
          findings: []
        - target: kms-old.corp.example.com
          port: 1688
          priority: 0
          weight: 0
          addresses: []
          reachable: false
          latency_ms:
          findings:
            - stale_record
findings:
  description: Everything that is wrong, by domain and record.
  returned: success
  type: list
  elements: dict
  contains:
    code:
      description:
        - V(no_records) says that the domain publishes no KMS host, or does not exist.
        - V(dns_failed) says that no DNS server gave an answer about the domain, or about the host of a record. So
          nothing is known of it.
        - V(stale_record) says that the host has no address, or that nothing answers there.
        - V(connection_refused) says that the host is up, and that nobody listens on the port.
        - V(no_route) says that the controller is connected to none of the networks that the host is in.
        - V(wrong_port) says that the port is not O(expected_port).
        - V(foreign_host) says that the host is none of O(allowed_hosts).
      type: str
      sample: stale_record
    domain:
      description: The domain.
      type: str
      sample: corp.example.com
    target:
      description: The host of the record, V(none) when it is about the domain as a whole.
      type: str
      sample: kms-old.corp.example.com
    port:
      description: The port of the record, V(none) when it is about the domain as a whole.
      type: int
      sample: 1688
    message:
      description: What is wrong, in one sentence.
      type: str
      sample: The record names kms-old.corp.example.com, and DNS has no address for that.
    cause:
      description: What usually causes it.
      type: str
      sample: The host was removed or renamed, and its record was left behind.
    remedy:
      description: What to do about it.
      type: str
      sample: Remove the record, or give kms-old.corp.example.com an address.
code:
  description: A short name of the failure. The notes list them.
  returned: failure
  type: str
  sample: bad_option
cause:
  description: What usually causes this failure, V(none) when that is not known.
  returned: failure
  type: str
remedy:
  description: What to do about it, V(none) when that is not known.
  returned: failure
  type: str
  sample: Give a name such as corp.example.com.
refused:
  description: Whether the module declined before anything was done.
  returned: failure
  type: bool
  sample: true
"""
