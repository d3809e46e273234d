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
  - The task fails with the code V(audit_incomplete) if the audit itself leaves machines unread, because the controller
    has reached a limit or a login was given up. O(dest) is written before, and the result has everything that was read.
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
        replaced. A new file is readable for its owner only; one that exists keeps its permissions.
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
      - Each takes up to four open files on the controller. If the limit on open files (C(ulimit -n)) is too low for
        that, it is raised as far as it can be, and else fewer machines are read at a time, with a warning.
      - More of them help where many machines are slow or do not answer.
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
  host_timeout:
    description:
      - How many seconds the reading of one machine may take in all. After that it is given up and is a finding with the
        code V(deadline_exceeded), so that a machine that answers a little at a time does not hold up the audit.
      - A machine usually takes less than a second. Raise it with C(ansible_winrm_connection_timeout) or
        C(ansible_psrp_read_timeout) where machines are slow. How long a machine waits for the logins of others to be
        accepted does not count.
    type: float
    default: 180
  max_login_refusals:
    description:
      - How many machines may refuse an account that none has accepted yet, at most 100. Then no other machine is asked
        with it, the others have the code V(login_given_up), and the task fails, since a domain locks an account after
        some refusals, often 5 and sometimes 3.
      - As soon as one machine has accepted the account, all others are asked. The machines are read in random order, so
        that a few that refuse every login are unlikely to come first. With V(0) every machine is asked.
      - An account in the database of each machine, C(.\user) or C(HOST\user), is not limited, since each machine
        counts its own refusals. A name without a domain is, since a machine may pass it on to its domain.
    type: int
    default: 2
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
  events:
    description:
      - Whether to read from machines that are not licensed how their last attempt to activate ended, from the events in
        their Application log of the last 30 days. Then findings name the code, and the KMS host that was contacted.
      - It costs these machines one more query each, for which one with a long log may take many seconds. Licensed
        machines are not asked.
    type: bool
    default: false
  kms_hosts:
    description:
      - The full names of the KMS hosts that there should be. A machine that rests on any other is a finding then.
    type: list
    elements: str
    default: []
  fail_on_unread:
    description:
      - How many percent of the machines may be unread. With more, the task fails with the code V(too_few_read) after
        the audit was written. It fails as well when no machine was read at all.
      - The playbook C(volume.activation.audit) sets V(10).
    type: float
    default: 100
seealso:
  - module: volume.activation.fleet_report
  - module: volume.activation.license_info
  - module: volume.activation.diagnosis_info
"""

EXAMPLES = r"""
- name: Create the folder of the audit
  ansible.builtin.file:
    path: "{{ playbook_dir }}/audit"
    state: directory
    mode: "0700"
  delegate_to: localhost
  run_once: true

- name: Read all hosts of the play, and judge what was read
  volume.activation.fleet_audit:
    dest: "{{ playbook_dir }}/audit/audit.json"
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
incomplete:
  description:
    - The machines that the audit itself left unread. If there are any, the task fails with the code
      V(audit_incomplete), and RV(audit) and RV(path) are returned all the same.
  returned: always, unless the audit could not begin
  type: list
  elements: dict
  contains:
    code:
      description:
        - Why. V(controller_limit) for a limit of the controller, such as open files or memory; V(login_given_up) for
          an account that O(max_login_refusals) machines have refused and none has accepted; V(reader_lost) for a
          process on the controller that was killed while it read the machine.
      type: str
      sample: login_given_up
    machines:
      description: The names of the machines.
      type: list
      elements: str
      sample: [web03]
audit:
  description:
    - The audit. The guide on audits tells what its findings mean, and C(audit.schema.json) in the collection is a JSON
      schema of it.
  returned: always, unless the audit could not begin
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
        left_alone: 0
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
    skipped_by_reason:
      description: The same by the reason.
      type: list
      elements: dict
      contains:
        reason:
          description: Why these hosts were skipped.
          type: str
          sample: The connection is ssh, and not winrm or psrp.
        machines:
          description: Their names.
          type: list
          elements: str
path:
  description: Where the audit was written.
  returned: always, unless the audit could not begin
  type: str
  sample: /var/lib/activation/audit.json
"""
