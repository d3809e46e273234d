# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter adba_migration: the migration report of the engine, for playbooks."""

from __future__ import annotations

DOCUMENTATION = r"""
name: adba_migration
version_added: 0.1.0
author:
  - the volume.activation authors (@volume-activation)
short_description: Tell who still renews by KMS, and why
description:
  - Makes a report of what M(volume.activation.license_info) has read from many machines. It tells of each product
    which path gave its licence, and where Active Directory did not, why not and what to do about it.
  - The playbook C(volume.activation.adba_migration) reads the machines and prints the report.
  - The order is always the same.
positional: forest
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
          - The result of M(volume.activation.license_info), a failed one too.
          - It tells most with V(machine), V(domain), V(service) and V(products) in
            O(volume.activation.license_info#module:subset). From what was not read nothing is concluded.
        type: dict
      license:
        description:
          - Without a result, what M(volume.activation.license_info) returned in
            RV(volume.activation.license_info#module:license).
        type: dict
      error:
        description:
          - Without a result, that of a task that failed.
        type: raw
  forest:
    description:
      - The result of M(volume.activation.adba_object_info), a failed one too.
      - Without it the report does not tell what the forest could do for a product.
    type: dict
seealso:
  - module: volume.activation.license_info
  - module: volume.activation.adba_object_info
  - module: volume.activation.adba_client
  - name: AD-based activation
    link: https://github.com/volume-activation/volume.activation/blob/main/docs/docsite/rst/guide_adba.rst
    description: How to read the report, and the way from KMS to AD-based activation.
"""

EXAMPLES = r"""
- name: Show which machines still renew by KMS
  ansible.builtin.debug:
    msg: "{{ item.machine }}: {{ item.why }}. {{ item.remedy }}"
  loop: "{{ (machines | volume.activation.adba_migration(forest)).rows | selectattr('path', 'eq', 'kms') }}"
  loop_control:
    label: "{{ item.machine }}"
"""

RETURN = r"""
_value:
  description: The report.
  type: dict
  contains:
    rows:
      description:
        - A row for each product that has a key, and one for each machine that has none or was not read.
        - They are ordered by machine, Windows first.
      type: list
      elements: dict
      contains:
        machine:
          description: The name of the machine.
          type: str
        domain:
          description: Its domain, V(none) for a workgroup and where it was not read.
          type: str
        product:
          description: The name of the product, V(none) where there is none.
          type: str
        id:
          description: Its activation ID.
          type: str
        application:
          description: What it belongs to, such as V(windows) and V(office).
          type: str
        channel:
          description: The channel of its key.
          type: str
        status:
          description: The state of its licence.
          type: str
        activation_type:
          description: Which ways of volume activation it may go.
          type: str
        path:
          description:
            - V(ad), V(kms) or V(other) for what gave the licence, V(none) without one, V(unknown) for a machine that
              was not read.
          type: str
        why:
          description:
            - The reason in one word. V(by_ad), V(by_token), V(cannot_be_told), V(forest_not_asked), V(no_object),
              V(no_object_for_product), V(no_product_key), V(not_a_domain_member), V(not_a_volume_client),
              V(not_licensed), V(not_read), V(object_not_used), V(other_domain), V(path_unknown), V(product_too_old),
              V(renewed_by_kms_before_the_object), V(restricted_to_kms), V(restricted_to_token), V(unreachable) or
              V(waiting_for_ad).
          type: str
        explanation:
          description: The reason in a sentence or two.
          type: str
        remedy:
          description: What to do about it, V(none) where nothing is to be done.
          type: str
        expires:
          description: The day on which the licence ends, V(none) without an end.
          type: str
        kms_host:
          description: The KMS host of a product that KMS has licensed, as far as it is known.
          type: str
        ad_object:
          description: The DN of the activation object that has licensed it.
          type: str
    summary:
      description: The counts.
      type: dict
      contains:
        machines:
          description: How many machines there are.
          type: int
        products:
          description: How many products with a key there are.
          type: int
        paths:
          description: How many rows there are of each path.
          type: dict
        why:
          description: How many rows there are of each reason that there is.
          type: dict
        forest:
          description:
            - Whether the forest was C(asked), how many C(objects) and which C(domains) it has, and the C(failure) of
              asking it.
          type: dict
"""

import typing as t  # noqa: E402

from ansible.errors import AnsibleFilterError  # noqa: E402

from ansible_collections.volume.activation.plugins.plugin_utils._filters import check_values  # noqa: E402
from ansible_collections.volume.activation.plugins.plugin_utils._fleet_reports import FOREST, MACHINES, migration_report  # noqa: E402
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import scrub_lines  # noqa: E402


def adba_migration(machines: t.Any, forest: t.Any = None) -> dict[str, t.Any]:
    """Return the migration report of these machines."""
    if isinstance(machines, (str, dict)) or not isinstance(machines, t.Iterable):
        raise AnsibleFilterError(
            "adba_migration takes a list of machines, each with machine and result, license or error."
        )
    found = list(machines)
    if not all(isinstance(machine, t.Mapping) and machine.get("machine") for machine in found):
        raise AnsibleFilterError("adba_migration takes mappings with machine, and result, license or error.")
    if forest is not None and not isinstance(forest, t.Mapping):
        raise AnsibleFilterError("The forest of adba_migration is a result of volume.activation.adba_object_info.")
    values = {"_input": found, "forest": forest}
    check_values("adba_migration", values, {"_input": MACHINES, "forest": FOREST})
    return t.cast("dict[str, t.Any]", scrub_lines(migration_report(found, forest)))


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"adba_migration": adba_migration}
