# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter kms_forecast: the forecast of the engine, for playbooks."""

from __future__ import annotations

DOCUMENTATION = r"""
name: kms_forecast
version_added: 0.1.0
author:
  - the volume.activation authors (@volume-activation)
short_description: Tell whether KMS will have enough machines
description:
  - A KMS host licenses Windows clients when it counts 25 machines, servers when it counts 5, and Office when it counts
    5. This filter tells from an inventory and from what M(volume.activation.kms_host_info) has read whether that is
    reached, and how many machines are missing.
  - Windows has one count, for clients and servers together, and Office one of its own. They are counts of distinct
    client machine IDs within 30 days, so clones count once, and so does a machine with several products. A KMS host
    remembers 50 of them for Windows, and 10 for Office.
  - Machines that are in the count of the KMS host already are not counted again. Machines that are on another key than
    that of a KMS client, or that Active Directory licenses, do not come to it.
  - Office 2010 has a count of its own, which the forecast does not tell of.
  - The order is always the same.
positional: host_info
options:
  _input:
    description:
      - The machines.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The name of the machine.
        type: str
        required: true
      license:
        description:
          - What M(volume.activation.license_info) returned in RV(volume.activation.license_info#module:license).
          - It takes V(machine), V(service) and V(products) in O(volume.activation.license_info#module:subset).
          - Nothing for a machine that was not read. It then counts as what O(_input[].kind) says.
        type: dict
      result:
        description:
          - In its place the whole result of M(volume.activation.license_info), a failed one too.
        type: dict
      kind:
        description:
          - What the machine is by the inventory. It holds where the machine itself has not told.
          - A machine that was not read is taken as a KMS client of this kind, and left out without one.
        type: str
        choices: [client, server]
  host_info:
    description:
      - The result of M(volume.activation.kms_host_info), or a list of them, failed ones too.
      - With O(volume.activation.kms_host_info#module:clients=true) it tells which machines are in the count already.
        Without it that is concluded from their licences.
      - A result may be given a C(name), by which the notes then call the KMS host.
      - KMS hosts do not share their counts. Of several the forecast takes the highest count. To learn of each of them,
        make the forecast for each alone.
      - Without it the forecast is about a KMS host that has counted nobody yet.
    type: raw
seealso:
  - module: volume.activation.kms_host_info
  - module: volume.activation.license_info
  - name: Run a KMS host
    link: https://github.com/volume-activation/volume.activation/blob/main/docs/docsite/rst/guide_kms_host.rst
    description: How to read the counts, and what to do when machines are missing.
"""

EXAMPLES = r"""
- name: Read the KMS host and who is in its count
  volume.activation.kms_host_info:
    clients: true
  delegate_to: kms.corp.example
  register: host
  run_once: true

- name: Read the licences
  volume.activation.license_info:
  register: licences
  ignore_errors: true
  ignore_unreachable: true

- name: Tell how many clients are missing
  ansible.builtin.debug:
    msg: "{{ forecast.windows.count_expected }} of 25, {{ forecast.windows.clients.missing }} missing"
  vars:
    names: "{{ ansible_play_hosts_all }}"
    results: "{{ names | map('extract', hostvars) | map(attribute='licences', default={}) }}"
    machines: "{{ dict(names | zip(results)) | dict2items(key_name='name', value_name='result') }}"
    forecast: "{{ machines | volume.activation.kms_forecast(host) }}"
  run_once: true

- name: See before anything is set up that the inventory has enough machines
  ansible.builtin.assert:
    that: (machines | volume.activation.kms_forecast).windows.clients.reached
"""

RETURN = r"""
_value:
  description: The forecast.
  type: dict
  contains:
    windows:
      description: The count for Windows.
      type: dict
      contains:
        count_now:
          description: What the KMS host counts, V(none) where no KMS host for Windows was read.
          type: int
        joining:
          description: How many machines will come to it.
          type: int
        count_expected:
          description:
            - What the KMS host will count when each machine has asked it, at most 50. Where only servers ask, it shows
              no more than 10.
          type: int
        clients:
          description: What that means for Windows clients.
          type: dict
          contains: &outlook
            machines:
              description: How many machines ask a KMS host, those in its count too, each clone for itself.
              type: int
            required:
              description: How many it has to count.
              type: int
            reached_now:
              description: Whether it counts as many now, V(none) where that is not known.
              type: bool
            reached:
              description: Whether it will.
              type: bool
            missing:
              description: How many will still be missing.
              type: int
        servers:
          description: What it means for Windows servers.
          type: dict
          contains: *outlook
    office:
      description: The count for Office, and what it means.
      type: dict
      contains:
        count_now:
          description: What the KMS host counts, V(none) where no KMS host for Office was read.
          type: int
        joining:
          description: How many machines will come to it.
          type: int
        count_expected:
          description: What the KMS host will count when each machine has asked it, at most 10.
          type: int
        machines:
          description: How many machines with Office ask a KMS host, those in its count too, each clone for itself.
          type: int
        required:
          description: How many it has to count.
          type: int
        reached_now:
          description: Whether it counts as many now, V(none) where that is not known.
          type: bool
        reached:
          description: Whether it will.
          type: bool
        missing:
          description: How many will still be missing.
          type: int
    duplicates:
      description:
        - The client machine IDs that several machines have, by what the machines say and by what the KMS host has seen.
      type: list
      elements: dict
      contains:
        client_machine_id:
          description: The ID.
          type: str
        machines:
          description: The names of the machines.
          type: list
          elements: str
    notes:
      description: What the forecast had to take for granted, and what would make it surer.
      type: list
      elements: dict
      contains:
        code:
          description:
            - One of V(no_host_asked), V(host_not_read), V(not_a_kms_host), V(no_office_host), V(several_hosts),
              V(clients_not_read), V(clients_incomplete), V(clones), V(licensed_elsewhere), V(licensed_lately),
              V(not_read_taken),
              V(not_read_left_out), V(id_unknown), V(kind_unknown) and V(not_on_kms).
          type: str
        message:
          description: What is so, in a sentence or two.
          type: str
        remedy:
          description: What to do about it, V(none) where nothing is to be done.
          type: str
        machines:
          description: The names of the machines or KMS hosts that it is about.
          type: list
          elements: str
"""

import typing as t  # noqa: E402

from ansible.errors import AnsibleFilterError  # noqa: E402

from ansible_collections.volume.activation.plugins.plugin_utils._filters import check_values  # noqa: E402
from ansible_collections.volume.activation.plugins.plugin_utils._fleet_reports import KMS_HOSTS, NAMED  # noqa: E402
from ansible_collections.volume.activation.plugins.plugin_utils._fleet_reports import kms_forecast as forecast  # noqa: E402
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import scrub_lines  # noqa: E402

_KINDS = ("client", "server")


def kms_forecast(machines: t.Any, host_info: t.Any = None) -> dict[str, t.Any]:
    """Return the forecast for these machines and KMS hosts."""
    found = _listed(machines, "kms_forecast takes a list of machines, each with name, and license or result.")
    hosts = [host_info] if isinstance(host_info, t.Mapping) else host_info
    expected = "The host_info of kms_forecast is a result of volume.activation.kms_host_info, or a list of them."
    counted = None if hosts is None else _listed(hosts, expected)
    schemas = {"_input": NAMED} if counted is None else {"_input": NAMED, "host_info": KMS_HOSTS}
    check_values("kms_forecast", {"_input": found, "host_info": counted}, schemas)
    if not all(machine.get("name") for machine in found):
        raise AnsibleFilterError("Each machine of kms_forecast needs a name.")
    strange = [machine for machine in found if machine.get("kind") and machine["kind"] not in _KINDS]
    if strange:
        name = scrub_lines(strange[0]["name"])
        raise AnsibleFilterError(f"The kind of the machine {name} is neither client nor server.")
    made = forecast(found) if counted is None else forecast(found, counted)
    return t.cast("dict[str, t.Any]", scrub_lines(made))


def _listed(given: t.Any, expected: str) -> list[t.Mapping[str, t.Any]]:
    if isinstance(given, (str, t.Mapping)) or not isinstance(given, t.Iterable):
        raise AnsibleFilterError(expected)
    found = list(given)
    if not all(isinstance(each, t.Mapping) for each in found):
        raise AnsibleFilterError(expected)
    return found


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"kms_forecast": kms_forecast}
