# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter mak_admission: which machines may get a MAK now, for playbooks."""

from __future__ import annotations

DOCUMENTATION = r"""
name: mak_admission
version_added: 0.1.0
author:
  - the volume.activation authors (@volume-activation)
short_description: Decide which machines may get a MAK now
description:
  - Decides, before any key is installed, for which machines a confirmation ID can be obtained, as far as ledger, pool,
    service and Microsoft's count show it. The others are returned with the reason, and keep the licences that they
    have.
  - Machines with the same account share key, pool, ledger and service. As long as no machine of an account has obtained
    a confirmation ID in this run, only one of those that would give up a licence is admitted. Machines without a
    licence do not wait.
  - The playbook C(volume.activation.mak_proxy) uses it.
positional: ledgers, counts, writes
options:
  _input:
    description:
      - The machines by their names, in the order in which they are served.
    type: dict
    required: true
    suboptions:
      state:
        description:
          - V(ready) for a machine that passed its own check and is to get the key. V(obtained) for one that has a
            confirmation ID from this run. All others are only looked at for what they say about the service.
        type: str
        required: true
      account:
        description: What it shares with others, any text; it is the C(item) of the results.
        type: str
        required: true
      licensed:
        description: Whether it has a licence to lose.
        type: bool
      installed:
        description: Whether the MAK is installed already.
        type: bool
      keyed:
        description: Whether it has any product key.
        type: bool
      stored:
        description: Whether its confirmation ID is in the ledger, so that it costs nothing.
        type: bool
      use_reserve:
        description: Whether it may be served from the pool's reserve.
        type: bool
      backend:
        description: Which kind of service is asked, as in O(volume.activation.confirmation_id#module:service).
        type: str
      stage:
        description: Where it failed in this run, V(install) or V(ask).
        type: str
      code:
        description: The code of that failure.
        type: str
      spent:
        description: How many activations its confirmation ID cost.
        type: int
  ledgers:
    description:
      - Results of M(volume.activation.mak_ledger_info) with its O(volume.activation.mak_ledger_info#module:pool), from
        a loop over the accounts; failed ones too.
    type: list
    elements: dict
  counts:
    description:
      - Results of M(volume.activation.mak_count_info) from a loop over the accounts; failed ones too.
    type: list
    elements: dict
  writes:
    description:
      - Results of M(volume.activation.mak_pool) in check mode from a loop over the accounts, which show whether the
        ledger can be written; failed ones too.
    type: list
    elements: dict
  foresee:
    description:
      - Whether to decide as if the first machine of each account had its confirmation ID, as check mode does.
    type: bool
    default: false
seealso:
  - module: volume.activation.confirmation_id
  - name: Budgets for MAKs
    link: https://github.com/volume-activation/volume.activation/blob/main/docs/docsite/rst/guide_mak.rst
    description: What costs an activation, and how not to spend it.
"""

EXAMPLES = r"""
- name: Show which machines would get the key
  ansible.builtin.debug:
    msg: "{{ (machines | volume.activation.mak_admission(ledgers.results, counts.results)).admitted }}"
  vars:
    machines:
      press-1: {state: ready, account: isolated, licensed: true}
      press-2: {state: ready, account: isolated, licensed: false}

# "msg": ["press-2"]
"""

RETURN = r"""
_value:
  description: The decision.
  type: dict
  contains:
    admitted:
      description: The names of the machines that may get the key now.
      type: list
      elements: str
    left:
      description:
        - For each other machine that is V(ready) a mapping with C(code), C(msg) and C(remedy). The code is
          V(pool_exhausted), V(pool_stopped), V(0x7F) for a key of which Microsoft has no activation left,
          V(not_tried) for one that waits for another machine, or that of the failed result.
      type: dict
    scouts:
      description:
        - For each account whose pool has not seen an extended product ID yet, the name of the machine to read one from.
      type: dict
"""

import typing as t  # noqa: E402

from ansible.errors import AnsibleFilterError  # noqa: E402

from ansible_collections.volume.activation.plugins.plugin_utils import _fleet_reports as reports  # noqa: E402
from ansible_collections.volume.activation.plugins.plugin_utils._filters import check_values  # noqa: E402
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import scrub_lines  # noqa: E402


def mak_admission(
    machines: t.Any, ledgers: t.Any = None, counts: t.Any = None, writes: t.Any = None, foresee: bool = False
) -> dict[str, t.Any]:
    """Return which machines may get the key now, and why the others may not."""
    if not isinstance(machines, t.Mapping):
        raise AnsibleFilterError("mak_admission takes a mapping of machines, each with state and account.")
    results = {"ledgers": ledgers, "counts": counts, "writes": writes}
    schemas = {"_input": reports.MAK_MACHINES, **dict.fromkeys(results, reports.MAK_RESULTS)}
    check_values("mak_admission", {"_input": machines, **results}, schemas)
    found = reports.mak_admission(machines, ledgers or (), counts or (), writes or (), foresee=bool(foresee))
    return t.cast("dict[str, t.Any]", scrub_lines(found))


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"mak_admission": mak_admission}
