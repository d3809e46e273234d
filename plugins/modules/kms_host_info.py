# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of kms_host_info; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: kms_host_info
version_added: 0.1.0
author:
  - the volume.activation authors (@volume-activation)
short_description: Read what a KMS host is set to, and whom it has served
description:
  - Reads the settings of a KMS host, its counts of clients, all counters of requests, and on request its clients.
  - The clients come from the log C(Key Management Service), which has one event (12290) for each request. It holds as
    much as its size allows, and is read no further back than O(clients_days) and O(clients_limit) say.
  - On a machine that is no KMS host it says so, and tells what is there.
  - Nothing is changed and no product key is read.
extends_documentation_fragment:
  - volume.activation.attributes
  - volume.activation.attributes.actiongroup_all
  - volume.activation.attributes.windows
  - volume.activation.attributes.reading
  - volume.activation.connection
  - volume.activation.waiting.unused
options:
  clients:
    description:
      - Whether to read the clients from the event log. It is slow where the log is large.
    type: bool
    default: false
  clients_days:
    description:
      - How many days to look back, from 1 to 3650. A KMS host forgets a client after 30 days without a request.
    type: int
    default: 30
  clients_limit:
    description:
      - How many events to read at most, from 1 to 100000. Windows gives the newest first.
    type: int
    default: 1000
notes:
  - A KMS host for Windows activates servers from a count of 5 and clients from a count of 25, both counted together. A
    count goes no higher than twice what the clients need, so 50 stands for 50 or more.
  - V(bad_option). O(clients_days) or O(clients_limit) is out of range.
seealso:
  - module: volume.activation.kms_host
  - plugin: volume.activation.kms_forecast
    plugin_type: filter
  - name: KMS hosts
    link: https://github.com/volume-activation/volume.activation/blob/main/docs/docsite/rst/guide_kms_host.rst
    description: Setting one up, replacing one, and reading its counts.
"""

EXAMPLES = r"""
- name: Read the counts of the host
  volume.activation.kms_host_info:
  register: kms

- name: Say whether Windows clients can be activated yet
  ansible.builtin.debug:
    msg: "{{ kms.counts.windows }} of 25"

- name: Read who asked in the last week
  volume.activation.kms_host_info:
    clients: true
    clients_days: 7
  register: kms
"""

RETURN = r"""
hosting:
  description:
    - How the machine is set as a KMS host.
  returned: success
  type: dict
  contains:
    is_kms_host:
      description: Whether the machine is an activated KMS host.
      type: bool
    port:
      description: The TCP port that it listens on.
      type: int
    dns_publishing:
      description: Whether it writes its SRV records.
      type: bool
    publish_domains:
      description: The list of domains to publish in, each with C(domain), C(priority) and C(weight).
      type: list
      elements: dict
    low_priority:
      description: Whether it runs with low priority.
      type: bool
    activation_interval:
      description: After how many minutes a client that is not activated tries again, V(none) if nobody tells.
      type: int
    renewal_interval:
      description: After how many minutes a client renews, V(none) where Windows tells none.
      type: int
    firewall:
      description:
        - The rule of the Windows firewall for the service, with C(rule), C(enabled), C(ports) and C(profiles).
        - It is V(none) where it was not read, and where the machine has no such rule.
      type: dict
    service_version:
      description: The mark that C(slmgr.vbs) leaves on KMS hosts (C(KeyManagementServiceVersion)), V(none) without it.
      type: str
  sample:
    is_kms_host: true
    port: 1688
    dns_publishing: true
    publish_domains:
      - domain: branch.example.com
        priority: 10
        weight: 0
    low_priority: false
    activation_interval: 120
    renewal_interval: 10080
    firewall:
      rule: SPPSVC-In-TCP
      enabled: true
      ports: ["1688"]
      profiles: [domain, private]
    service_version: 10.0.20348.1
counts:
  description:
    - How many different clients have asked in the last 30 days, as far as the host counts.
    - V(none) where it serves none.
  returned: success
  type: dict
  contains:
    windows:
      description: The count of Windows, servers and clients together.
      type: int
    office:
      description: The count of Office.
      type: int
  sample:
    windows: 31
    office: null
requests_served:
  description:
    - How many requests came to the host altogether, how many failed, and how many came from clients in each state.
    - A counter is V(none) where Windows tells none, as on a machine that is no host.
  returned: success
  type: dict
  sample:
    total: 112
    failed: 3
    unlicensed: 0
    licensed: 98
    oob_grace: 9
    oot_grace: 0
    non_genuine_grace: 0
    notification: 5
products:
  description: The products that hold a host key.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The activation ID.
      type: str
    name:
      description: The name of the product, as this Windows spells it.
      type: str
    application:
      description: The program, V(windows) or V(office).
      type: str
    family:
      description: The edition.
      type: str
    partial_product_key:
      description: The last five characters of the key.
      type: str
    status:
      description: The state of its licence.
      type: str
    status_code:
      description: The same as a number.
      type: int
    reason:
      description: Windows' reason for the state, explained, V(none) without one.
      type: dict
    current_count:
      description: Its count of clients, V(none) where Windows tells none.
      type: int
    required_count:
      description: The count that Windows tells for it, V(none) where it tells none.
      type: int
    requests:
      description: Its counters of requests, as in RV(requests_served).
      type: dict
clients:
  description: Who asked, from the event log.
  returned: success, with O(clients=true)
  type: dict
  contains:
    since:
      description: From when on, ISO 8601.
      type: str
    events:
      description: How many events were read.
      type: int
    truncated:
      description: Whether there are more than O(clients_limit).
      type: bool
    rows:
      description: A row for each product of each client.
      type: list
      elements: dict
      contains:
        name:
          description: The name that the client gave.
          type: str
        client_machine_id:
          description: Its client machine ID, by which the host counts it.
          type: str
        last_seen:
          description: The host's time of its last request, ISO 8601.
          type: str
        last_result:
          description: What became of that request, V(0x00000000) for success.
          type: str
        message:
          description: The same in words, V(none) for success.
          type: str
        required_count:
          description: The count that the client needs.
          type: int
        kind:
          description: What it is by that count, V(windows_client), V(server_or_office) or V(unknown).
          type: str
        is_virtual:
          description: Whether it says that it is a virtual machine.
          type: bool
        status:
          description: The state of its licence when it asked.
          type: str
        minutes_left:
          description: How many minutes that state had left.
          type: int
        activation_id:
          description: The activation ID of its product.
          type: str
        requests:
          description: How many of its requests are among the events.
          type: int
        failed:
          description: How many of those failed.
          type: int
    duplicates:
      description:
        - Client machine IDs that several machines share, each with C(names). Cloned machines count once; run
          C(sysprep /generalize) before an image is taken.
      type: list
      elements: dict
requests:
  description: How many WS-Management requests were spent on the machine, those of the login not counted.
  returned: always
  type: int
  sample: 6
msg:
  description: What went wrong, in one sentence.
  returned: failure
  type: str
  sample: clients_days is 0.
code:
  description: The code of the failure, as Windows spells it, or a short name when the collection itself declined.
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
  sample: Give a number from 1 to 3650.
fault:
  description:
    - What the machine said, in C(subcode), C(code), C(inner_code) and C(text); V(none) for what it left out.
    - The text is in the language of the machine. Keys and passwords in it are masked.
  returned: when the machine answered with a fault, or a method of it failed with a text
  type: dict
  sample:
    subcode: InternalError
    code: "0x8033811E"
    inner_code: "0xC004F050"
    text: The WMI provider returned an unknown error. HRESULT 0xc004f050
refused:
  description: Whether the module declined before anything was changed.
  returned: failure
  type: bool
  sample: true
"""
