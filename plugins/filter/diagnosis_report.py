# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter diagnosis_report: what the doctor found on many machines, for playbooks."""

from __future__ import annotations

DOCUMENTATION = r"""
name: diagnosis_report
version_added: 0.1.0
author:
  - the volume.activation authors (@volume-activation)
short_description: Tell what the doctor found on many machines
description:
  - Makes a report of what M(volume.activation.diagnosis_info) has found on many machines, as data and as text.
  - The playbook C(volume.activation.doctor) examines the machines and prints the text.
  - The order is always the same.
options:
  _input:
    description:
      - The machines.
    type: list
    elements: dict
    required: true
    suboptions:
      machine:
        description: The name of the machine.
        type: str
        required: true
      result:
        description:
          - The result of M(volume.activation.diagnosis_info), a failed one too.
        type: dict
seealso:
  - module: volume.activation.diagnosis_info
  - name: The doctor
    link: https://github.com/volume-activation/volume.activation/blob/main/docs/docsite/rst/guide_doctor.rst
    description: How to read the report.
"""

EXAMPLES = r"""
- name: Print what is wrong with the machines of this play
  ansible.builtin.debug:
    msg: "{{ (found | volume.activation.diagnosis_report).text.splitlines() }}"
  vars:
    results: "{{ ansible_play_hosts_all | map('extract', hostvars, 'doctor') }}"
    found: "{{ dict(ansible_play_hosts_all | zip(results)) | dict2items(key_name='machine', value_name='result') }}"
  run_once: true
"""

RETURN = r"""
_value:
  description: The report.
  type: dict
  contains:
    rows:
      description: A row for each machine, ordered by name.
      type: list
      elements: dict
      contains:
        machine:
          description: The name of the machine.
          type: str
        examined:
          description: Whether it was examined. A host that is no Windows machine is not.
          type: bool
        healthy:
          description: Whether it was examined and nothing is wrong.
          type: bool
        reached:
          description: Whether it has answered about its licences.
          type: bool
        wrong:
          description: The codes of what is wrong, in the order of the checks.
          type: list
          elements: str
        findings:
          description: What is wrong, each with C(check), C(code), C(message), C(cause) and C(remedy).
          type: list
          elements: dict
        skipped:
          description: Why a host was not examined on purpose, V(none) for a machine.
          type: str
        unknown:
          description: The checks that could not tell.
          type: list
          elements: str
    summary:
      description: The counts.
      type: dict
      contains:
        machines:
          description: How many machines there are.
          type: int
        healthy:
          description: With how many nothing is wrong.
          type: int
        wrong:
          description: With how many something is.
          type: int
        not_examined:
          description: How many were not examined.
          type: int
        skipped:
          description: How many of these were skipped, since their connection is neither C(winrm) nor C(psrp).
          type: int
        unread:
          description: How many machines told nothing of their licences, since the way to them is not in order.
          type: int
        codes:
          description: With how many machines each code was found.
          type: dict
    text:
      description: The same as text.
      type: str
"""

import typing as t  # noqa: E402

from ansible.errors import AnsibleFilterError  # noqa: E402

from ansible_collections.volume.activation.plugins.plugin_utils._filters import check_values  # noqa: E402
from ansible_collections.volume.activation.plugins.plugin_utils._fleet_reports import DIAGNOSED  # noqa: E402
from ansible_collections.volume.activation.plugins.plugin_utils._fleet_reports import diagnosis_report as made  # noqa: E402
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import scrub  # noqa: E402


def diagnosis_report(machines: t.Any) -> dict[str, t.Any]:
    """Return the report of what the doctor found on these machines."""
    if isinstance(machines, (str, dict)) or not isinstance(machines, t.Iterable):
        raise AnsibleFilterError("diagnosis_report takes a list of machines, each with machine and result.")
    found = list(machines)
    if not all(isinstance(machine, t.Mapping) and machine.get("machine") for machine in found):
        raise AnsibleFilterError("diagnosis_report takes mappings with machine and result.")
    check_values("diagnosis_report", {"_input": found}, {"_input": DIAGNOSED})
    return t.cast("dict[str, t.Any]", scrub(made(found), ()))


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"diagnosis_report": diagnosis_report}
