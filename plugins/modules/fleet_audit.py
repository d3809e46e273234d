# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of fleet_audit; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_audit
version_added: 0.1.0
author:
  - the volume.activation authors (@volume-activation)
short_description: Read the licences of a whole fleet in one task, and tell what is wrong with them
description:
  - Reads the licences of all hosts of a play in one task, many at a time, and judges what was read. Thousands of hosts
    take minutes and not hours, since there is neither a task nor a process for each of them.
  - Nothing is changed on any machine, and no product key is read. Whatever is found does not fail the task, and a
    machine that cannot be reached is one more finding.
  - The task runs once for the play, as with C(run_once), which has to be given where other hosts than the first are to
    have what is registered. It is not for plays with C(serial), where it would run for
    each batch, and not for the strategy C(free), which runs it for each host.
  - Each host is reached by its own connection variables, of which those in the inventory, in facts and in extra
    variables count. What stands in C(vars) of the play or the task does not. Hosts whose connection is neither C(winrm)
    nor C(psrp) are no Windows machines and are skipped.
  - C(activation_profile) in the inventory says how a machine is meant to be activated, as for the role
    C(volume.activation.profile). A machine that is activated in another way is a finding.
  - M(volume.activation.fleet_report) makes a page, a table and metrics of what is found, and the playbook
    C(volume.activation.audit) does both.
extends_documentation_fragment:
  - volume.activation.attributes
  - volume.activation.attributes.controller
  - volume.activation.attributes.reading
attributes:
  check_mode:
    description: Can run in check mode and tell what it would do, without changing the target.
    support: full
    details:
      - The machines are read in check mode too, and O(dest) is not written.
options:
  hosts:
    description:
      - The hosts to read, by their names in the inventory. Without it, all hosts of the play.
    type: list
    elements: str
  dest:
    description:
      - Where on the controller to write the audit, as JSON. Its directory has to exist, and a file that is there is
        replaced.
    type: path
  states:
    description:
      - Whether the result holds the state of each machine, in RV(audit.machines). The file in O(dest) always does.
      - Of thousands of machines the result has many megabytes, which Ansible carries along for the rest of the play.
    type: bool
    default: true
  concurrency:
    description:
      - How many machines are read at a time.
      - Each takes a socket on the controller. More of them help where many machines are slow or do not answer.
    type: int
    default: 64
  processes:
    description:
      - How many processes share the work. With V(0) one for each core that can be used, and four at most.
    type: int
    default: 0
  connect_timeout:
    description:
      - How many seconds a machine has to accept a connection. It takes the place of what the connection itself says,
        since thousands of machines that are switched off would take hours otherwise.
    type: float
    default: 10
  max_login_refusals:
    description:
      - How many machines may refuse an account that none has accepted yet. Then no other machine is asked with it, and
        the others are findings with the code V(login_given_up), since a domain locks an account after some refusals.
      - The processes share the number, and each has one at least. An account that one of them has given up is tried
        again at the end if another has found it to be right. With V(0) every machine is asked.
    type: int
    default: 6
  expiring_days:
    description:
      - A licence that ends within so many days is a finding. A lease of 180 days is renewed every seven days, so that
        30 days left mean that the machine has not reached its KMS host for five months.
    type: int
    default: 30
  clock_skew_minutes:
    description:
      - By how many minutes the clock of a machine may differ from the controller's. A KMS host refuses a client at 240.
    type: int
    default: 240
  mak_share_limit:
    description:
      - How many percent of the machines may rest on a MAK.
    type: float
    default: 10
  kms_hosts:
    description:
      - The full names of the KMS hosts that there should be. A machine that rests on any other is a finding then.
    type: list
    elements: str
    default: []
seealso:
  - module: volume.activation.fleet_report
  - module: volume.activation.license_info
  - module: volume.activation.diagnosis_info
"""

EXAMPLES = r"""
- name: Read all hosts of the play, and judge what was read
  volume.activation.fleet_audit:
    dest: /var/lib/activation/audit.json
    states: false
  register: audited

- name: Tell which machines are not licensed
  ansible.builtin.debug:
    msg: "{{ audited.audit.findings | selectattr('code', 'eq', 'not_licensed') | map(attribute='machines') | flatten }}"
  run_once: true

- name: Read a part of the inventory, from a play on the controller
  volume.activation.fleet_audit:
    hosts: "{{ groups['branch_offices'] }}"
    concurrency: 128
  register: branches
"""

RETURN = r"""
audit:
  description:
    - The audit. The guide on audits tells what its findings mean, and C(audit.schema.json) in the collection is a JSON
      schema of it.
  returned: success
  type: dict
  contains:
    format:
      description: What this document is, with the version of its format.
      type: str
      sample: volume.activation audit 1
    audited_at:
      description: When the reading began, in UTC.
      type: str
      sample: "2026-11-22T13:00:00+00:00"
    duration_seconds:
      description: How long the reading took.
      type: float
      sample: 58.3
    settings:
      description: By what it was judged.
      type: dict
      sample: {"expiring_days": 30, "clock_skew_minutes": 240, "mak_share_limit": 10.0, "kms_hosts": []}
    summary:
      description: How many machines there are, by status, by method and by profile, and the share of the MAKs.
      type: dict
      sample:
        machines: 3
        reached: 3
        licensed: 2
        with_findings: 1
        by_status: {"licensed": 2, "notification": 1}
        by_method: {"kms": 3}
        by_profile: {"kms_default": 3}
        by_severity: {"critical": 1, "warning": 0, "info": 0}
        mak_share: {"machines": 0, "of": 3, "percent": 0.0, "limit": 10.0, "exceeded": false}
    findings:
      description: What is wrong, the worst first.
      type: list
      elements: dict
      contains:
        code:
          description: What was found.
          type: str
          sample: not_licensed
        severity:
          description: How much it matters, C(critical), C(warning) or C(info).
          type: str
          sample: critical
        subject:
          description: What tells findings of one code apart, such as the client machine ID that several machines have.
          type: str
        title:
          description: The finding in a few words.
          type: str
          sample: Windows is not licensed
        machines:
          description: Whom it concerns.
          type: list
          elements: str
          sample: [web03]
        details:
          description: What there is to say of each of them, by name.
          type: dict
        cause:
          description: Why that happens.
          type: str
        remedy:
          description: What to do about it.
          type: str
    expiry:
      description: Which licences end on which day, if nothing renews them, for the next 180 days.
      type: dict
    forecast:
      description: What the filter P(volume.activation.kms_forecast#filter) tells of the fleet.
      type: dict
    machines:
      description: The machines one by one, with what they have said of their licences, as
        RV(volume.activation.license_info#module:license) has it, and with their findings.
      returned: when O(states=true)
      type: list
      elements: dict
    skipped:
      description: The hosts that are no Windows machines.
      type: list
      elements: str
path:
  description: Where the audit was written.
  returned: success
  type: str
  sample: /var/lib/activation/audit.json
"""
