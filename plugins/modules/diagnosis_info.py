# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of diagnosis_info; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: diagnosis_info
version_added: 0.1.0
author:
  - the volume.activation authors (@volume-activation)
short_description: Find out what keeps a Windows machine from being activated
description:
  - Checks a machine from the controller to its licence and tells what is wrong, why, and what to do about it.
  - The checks are made in this order, so that a cause comes before its effects. C(name) (its name has an address),
    C(port) (WinRM listens), C(tls) (the certificate is one to trust), C(login), C(rights) (the login could change
    licensing settings), C(wmi) (Windows answers queries about its licences), C(clock) (it agrees with the controller's
    to four hours), C(edition), C(key) (its channel and edition fit), C(settings) (those of the KMS client), C(srv) (the
    records of KMS hosts in DNS), C(kms) (the KMS host accepts connections from the controller), C(threshold) (the KMS
    host has counted enough machines), C(licence) and C(last_error).
  - Nothing is changed, and whatever is found does not fail the task. A machine that cannot be reached is one more thing
    that is found.
  - What KMS has to do with is checked for machines that rest on KMS only. A machine with a MAK, or one that Active
    Directory has licensed, needs no KMS host.
  - The playbook C(volume.activation.doctor) checks many machines and prints what is wrong.
extends_documentation_fragment:
  - volume.activation.attributes
  - volume.activation.attributes.actiongroup_all
  - volume.activation.attributes.windows
  - volume.activation.attributes.reading
  - volume.activation.connection
  - volume.activation.waiting.unused
attributes:
  check_mode:
    description: Can run in check mode and tell what it would do, without changing the target.
    support: full
    details:
      - In check mode no transcript is written.
options:
  expect:
    description:
      - By which path the machine should be licensed. With V(any) every path is well.
      - With V(ad) and V(mak) nothing about KMS is checked.
    type: str
    choices: [any, kms, ad, mak]
    default: any
  lookup_domain:
    description:
      - The domain in which the machine looks for KMS hosts, where the machine does not tell. Without it, it is the
        look-up domain that is set on the machine, or the domain that the machine is a member of.
    type: str
  allowed_kms_hosts:
    description:
      - The full names of the KMS hosts that there should be. A record in DNS of any other host is wrong then.
    type: list
    elements: str
  kms_counts:
    description:
      - How many machines the KMS host has counted, as RV(volume.activation.kms_host_info#module:counts) has it.
      - Without it, the threshold is known to be missed only where the machine itself says so.
    type: dict
    suboptions:
      windows:
        description: The count of Windows machines, clients and servers together.
        type: int
      office:
        description: The count of machines with Office.
        type: int
  dns_servers:
    description:
      - The DNS servers, by address, that are asked for the records and the addresses of KMS hosts. Without it, those of
        the controller are.
      - Name the servers that the machines ask where the controller has others. The machine's own name is always
        resolved by the controller itself, as its connection is.
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
      - How many seconds one answer of a DNS server, and a connection to a port, is waited for. At most 60.
      - How long the machine's own answers are waited for is up to its connection.
    type: float
    default: 2.0
  transcript:
    description:
      - A file on the controller. What the machine was asked and has answered is written there, for a report or a test.
      - It is made anonymous before anything is written. Only what is known to say nothing of whose machine it is stays.
        Names, addresses and IDs are replaced by made-up ones, the same by the same, everything else by C(xxx).
      - When something is left that would tell whose machine it is, nothing is written, and a warning says so.
      - Give it a name that does not tell either. Only its owner may read it.
    type: path
  questions:
    description:
      - Whether the machine is asked, besides, what no document tells about Windows and reading can settle. Those
        questions and their answers are in the transcript.
      - It is V(true) when it is not given, and means nothing without O(transcript).
    type: bool
requirements:
  - dnspython 2.3 or later on the controller, for the records of KMS hosts. Without it the check C(srv) tells nothing.
notes:
  - The task fails for what is wrong with the task itself only, such as V(foreign_connection) and V(bad_option).
  - The guide on the doctor tells what each code means.
seealso:
  - module: volume.activation.license_info
  - module: volume.activation.kms_host_info
  - module: volume.activation.kms_discovery_info
  - plugin: volume.activation.diagnosis_report
    plugin_type: filter
  - name: The doctor
    link: https://github.com/volume-activation/volume.activation/blob/main/docs/docsite/rst/guide_doctor.rst
    description: Every check and every code, and how to record a transcript and what to do with it.
"""

EXAMPLES = r"""
- name: Check the machine
  volume.activation.diagnosis_info:
  register: doctor

- name: Tell what is wrong, and what to do
  ansible.builtin.debug:
    msg: "{{ item.message }} {{ item.remedy }}"
  loop: "{{ doctor.diagnosis.checks | selectattr('status', 'eq', 'wrong') }}"
  loop_control:
    label: "{{ item.check }}"

- name: Check a machine that KMS is to license, with the DNS servers that it asks itself
  volume.activation.diagnosis_info:
    expect: kms
    dns_servers:
      - 192.0.2.53
    allowed_kms_hosts:
      - kms1.corp.example

- name: Record what the machine says, for a report
  volume.activation.diagnosis_info:
    transcript: "{{ playbook_dir }}/transcripts/{{ ansible_play_hosts_all.index(inventory_hostname) }}.json"
"""

RETURN = r"""
msg:
  description:
    - What is wrong, in one paragraph. It is what Ansible prints where C(failed_when) fails the task for it.
    - Of a task that failed, why it failed.
  returned: always
  type: str
  sample: The clock of the machine is 5.0 hours ahead of the controller's.
diagnosis:
  description: What was found.
  returned: success
  type: dict
  contains:
    machine:
      description: The name of the machine in the inventory.
      type: str
    healthy:
      description: Whether nothing is wrong.
      type: bool
    reached:
      description: Whether the machine has answered about its licences.
      type: bool
    wrong:
      description: The codes of what is wrong, in the order of the checks.
      type: list
      elements: str
    last_attempt:
      description:
        - How the last attempt ended to activate the first product that is not licensed, from the events that the
          machine wrote about it into its Application log in the last 30 days. V(none) without such an event.
      type: dict
      contains:
        code:
          description: The code that the attempt ended with, V(none) for one that did not fail.
          type: str
          sample: "0xC004F06C"
        name:
          description: The name of the code, V(none) when it has none.
          type: str
        message:
          description: What the code means.
          type: str
        cause:
          description: What usually causes it.
          type: str
        remedy:
          description: What to do about it.
          type: str
        host:
          description: The KMS host that the machine contacted, V(none) when the event does not name one.
          type: str
          sample: kms.example.com
        port:
          description: The port that it contacted, V(none) when it is not known.
          type: int
          sample: 1688
        at:
          description: When, by the clock of the machine.
          type: str
          sample: "2026-11-02T08:05:00+00:00"
        event:
          description: The number of the event in the Application log.
          type: int
          sample: 12288
        count:
          description: How many machines the KMS host had counted, V(none) when it did not say.
          type: int
        required_count:
          description: How many it takes for this product, V(none) when the event does not say.
          type: int
    checks:
      description: Every check, in their order.
      type: list
      elements: dict
      contains:
        check:
          description: The name of the check.
          type: str
        status:
          description:
            - V(ok), V(wrong), V(skipped) for a check that was not made, since it does not concern the machine or one
              before it has failed, or V(unknown) for one that could not tell.
          type: str
        code:
          description: What is wrong, in one word or by the number that Windows gives. V(none) if nothing is.
          type: str
        message:
          description: What was found, in a sentence or two.
          type: str
        cause:
          description: What usually causes this, V(none) if nothing is wrong or that is not known.
          type: str
        remedy:
          description: What to do about it, V(none) if nothing is wrong or that is not known.
          type: str
        fault:
          description:
            - What the machine said where it answered with a fault, in C(subcode), C(code), C(inner_code) and C(text).
            - Checks that did not end so do not have it.
          type: dict
  sample:
    machine: app01
    healthy: false
    reached: true
    wrong: [clock_skew]
    last_attempt: null
    checks:
      - check: clock
        status: wrong
        code: clock_skew
        message: The clock of the machine is 5.0 hours ahead of the controller's.
        cause: The time service does not run or has a wrong source.
        remedy: Set the clock right.
transcript:
  description: The file that was written, V(none) without one.
  returned: success
  type: str
  sample: /home/operator/transcripts/1.json
requests:
  description: How many WS-Management requests were sent.
  returned: success
  type: int
  sample: 5
code:
  description: A short name of the failure.
  returned: failure
  type: str
  sample: foreign_connection
cause:
  description: What usually causes this failure, V(none) when that is not known.
  returned: failure
  type: str
remedy:
  description: What to do about it, V(none) when that is not known.
  returned: failure
  type: str
  sample: Set ansible_connection to winrm or psrp for this host.
refused:
  description: Whether the module declined before anything was sent.
  returned: failure
  type: bool
  sample: true
"""
