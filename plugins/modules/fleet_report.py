# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of fleet_report; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_report
version_added: 0.1.0
author:
  - the volume.activation authors (@volume-activation)
short_description: Make a page, a table, a document and metrics from an audit of a fleet
description:
  - Writes what M(volume.activation.fleet_audit) has found, as files on the controller. No machine is talked to.
  - O(html) is one page without any outside request. It is read in a browser, on a phone, on paper, by keyboard and
    by screen reader, and without JavaScript too. With it, the machines can be sorted and filtered.
  - O(csv) is a table for spreadsheets, O(json) the audit itself, and O(prometheus) has metrics for the textfile
    collector of Prometheus' node exporter.
  - The same audit gives the same files, byte for byte. Each is written as a whole, and stays as it is where
    nothing differs.
  - A new file is readable for its owner only, since it names every machine; O(prometheus) names none and gets the mode
    C(0644). A file that exists keeps its permissions.
  - No product key is in an audit, so none is in a report. The last five characters of a key are in O(csv) and O(json).
extends_documentation_fragment:
  - volume.activation.attributes
  - volume.activation.attributes.controller
  - volume.activation.attributes.idempotent
attributes:
  diff_mode:
    description: Returns what changed, or would change in check mode, when in diff mode.
    support: full
    details:
      - A file of more than 200,000 bytes is told by its size alone.
options:
  audit:
    description:
      - The audit, as RV(volume.activation.fleet_audit#module:audit) has it, with its machines.
      - Give this or O(src).
    type: dict
  src:
    description:
      - The file on the controller that the audit was written to, by O(volume.activation.fleet_audit#module:dest).
      - Of a large fleet it is better than O(audit), since Ansible then need not carry the audit from task to task.
    type: path
  html:
    description:
      - Where to write the page.
    type: path
  csv:
    description:
      - Where to write the table, which has a row for each machine.
    type: path
  json:
    description:
      - Where to write the audit itself, one machine a line.
    type: path
  prometheus:
    description:
      - Where to write the metrics. Its name has to end in C(.prom) for the node exporter to take it.
    type: path
  title:
    description:
      - The heading of the page.
    type: str
    default: Volume activation audit
notes:
  - At least one of O(html), O(csv), O(json) and O(prometheus) is needed. Nothing is written before all are made.
  - V(foreign_audit), V(newer_audit), V(damaged_audit) and V(audit_too_large). What was given is no audit, is that of
    another version of the collection, is cut off or changed, or has more than 512 MiB.
  - V(audit_without_machines). The audit has no machines, as M(volume.activation.fleet_audit) returns it with
    O(volume.activation.fleet_audit#module:states=false). Give its file as O(src).
  - V(no_audit), V(file_unreadable), V(file_unwritable) and V(no_folder). There is no file at O(src), it cannot be read,
    a report cannot be written, or its folder is missing. No folder is created.
seealso:
  - module: volume.activation.fleet_audit
  - name: Audit a fleet
    link: https://github.com/volume-activation/volume.activation/blob/main/docs/docsite/rst/guide_audit.rst
    description: How to read the reports, the columns, the schema and the metrics.
"""

EXAMPLES = r"""
- name: Create the folder of the audit
  ansible.builtin.file:
    path: "{{ playbook_dir }}/audit"
    state: directory
    mode: "0700"
  delegate_to: localhost
  run_once: true

- name: Audit the fleet
  volume.activation.fleet_audit:
    dest: "{{ playbook_dir }}/audit/audit.json"
    states: false
  run_once: true

- name: Make the page and the table
  volume.activation.fleet_report:
    src: "{{ playbook_dir }}/audit/audit.json"
    html: "{{ playbook_dir }}/audit/report.html"
    csv: "{{ playbook_dir }}/audit/machines.csv"
    title: Volume activation of corp.example
  run_once: true

- name: Tell the monitor, on the host where the node exporter runs
  volume.activation.fleet_report:
    src: "{{ playbook_dir }}/audit/audit.json"
    prometheus: /var/lib/prometheus/node-exporter/volume_activation.prom
  run_once: true
"""

RETURN = r"""
files:
  description: The files, in the order html, csv, json, prometheus.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: Which report it is, one of V(html), V(csv), V(json) and V(prometheus).
      type: str
      sample: html
    path:
      description: Where it is.
      type: str
      sample: /srv/audit/report.html
    changed:
      description: Whether its content differs from what was there, or would in check mode.
      type: bool
      sample: true
    bytes:
      description: How long it is.
      type: int
      sample: 138204
summary:
  description: The summary of the audit, as RV(volume.activation.fleet_audit#module:audit) has it.
  returned: success
  type: dict
msg:
  description: What went wrong, in one sentence.
  returned: failure
  type: str
  sample: The audit is cut off or was changed, line 12, column 40 is no JSON any more.
code:
  description: A short name of the failure. The notes list them.
  returned: failure
  type: str
  sample: damaged_audit
cause:
  description: What usually causes this failure, V(none) when that is not known.
  returned: failure
  type: str
  sample: It was not copied to its end, or something wrote into it.
remedy:
  description: What to do about it, V(none) when that is not known.
  returned: failure
  type: str
  sample: Copy the file again, or make the audit anew.
refused:
  description: Whether the module declined before anything was done.
  returned: failure
  type: bool
  sample: true
"""
