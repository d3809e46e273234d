# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of mak_ledger_info; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mak_ledger_info
version_added: 0.1.0
author:
  - the volume.activation authors (@volume-activation)
short_description: Read the ledger of MAK activations
description:
  - Tells of every pool what was spent, what is under way, what is uncertain and what is left, by machine and by reason.
  - Nothing is changed, nothing is created, and no machine and no service is asked.
extends_documentation_fragment:
  - volume.activation.attributes
  - volume.activation.attributes.actiongroup_mak
  - volume.activation.attributes.controller
  - volume.activation.attributes.reading
  - volume.activation.ledger
options:
  pool:
    description:
      - The pool to tell about. When it is not given, all are.
    type: str
  machine:
    description:
      - The machine whose activations to tell about, by its name in the inventory. It narrows
        RV(pools[].by_machine), RV(entries) and RV(confirmation_ids). The numbers of a pool stay those of the pool.
    type: str
  entries:
    description:
      - Whether to return every single activation.
    type: bool
    default: false
  confirmations:
    description:
      - Whether to return the stored confirmation IDs, and not only their number.
    type: bool
    default: false
notes:
  - V(unknown_pool). There is no pool of that name. The message lists those that there are.
seealso:
  - module: volume.activation.mak_pool
  - module: volume.activation.mak_reconcile
"""

EXAMPLES = r"""
- name: Read all pools
  volume.activation.mak_ledger_info:
  register: ledger
  run_once: true

- name: Show what is left
  ansible.builtin.debug:
    msg: "{{ item.name }}: {{ item.available }} of {{ item.limit }}"
  loop: "{{ ledger.pools }}"
  loop_control:
    label: "{{ item.name }}"
  run_once: true

- name: Read what a machine has cost
  volume.activation.mak_ledger_info:
    machine: laptop-7
    entries: true
  run_once: true
"""

RETURN = r"""
ledger:
  description: Where the ledger is. No password is in it.
  returned: success
  type: str
  sample: /home/operator/.ansible/volume_activation/ledger.sqlite
pools:
  description: The pools, by name.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name of the pool.
      type: str
      sample: field-laptops
    description:
      description: What the pool is for.
      type: str
      sample: Laptops that are away for more than half a year
    limit:
      description: How many activations the pool may spend.
      type: int
      sample: 50
    reserve:
      description: How many of them ordinary activations leave alone.
      type: int
      sample: 5
    spent:
      description: How many were spent.
      type: int
      sample: 31
    reserved:
      description: How many are under way.
      type: int
      sample: 0
    uncertain:
      description: How many may have been spent. They count until M(volume.activation.mak_reconcile) settles them.
      type: int
      sample: 1
    left:
      description:
        - What remains of the limit, the reserve included.
        - It is below zero when more was spent than the limit allows, as by an activation that was thought lost.
      type: int
      sample: 18
    available:
      description: What ordinary activations may still take, which is RV(pools[].left) without the reserve.
      type: int
      sample: 13
    partial_product_key:
      description: The last five characters of the pool's key, V(none) as long as the pool is not bound to one.
      type: str
      sample: GGGGG
    extended_pid:
      description: The extended product ID of the key as it was seen first, V(none) before that.
      type: str
    stopped:
      description: Why nothing more may be activated with the pool's key, V(none) when all is well.
      type: dict
      contains:
        code:
          description: The code by which Microsoft refused the key.
          type: str
          sample: "0xC004C020"
        message:
          description: What it means.
          type: str
        since:
          description: When that was, as an ISO 8601 time.
          type: str
          sample: "2026-03-01T09:30:00+00:00"
    by_machine:
      description: What each machine accounts for. What was released counts nowhere.
      type: list
      elements: dict
      contains:
        machine:
          description: The name of the machine.
          type: str
        confirmed:
          description: How many activations were spent.
          type: int
        open:
          description: How many are reserved or uncertain.
          type: int
    by_reason:
      description: What each reason accounts for.
      type: list
      elements: dict
      contains:
        reason:
          description: The reason.
          type: str
        confirmed:
          description: How many activations were spent.
          type: int
        open:
          description: How many are reserved or uncertain.
          type: int
entries:
  description: The activations in the order in which they were reserved.
  returned: when O(entries=true)
  type: list
  elements: dict
  contains:
    id:
      description: The number of the entry.
      type: int
      sample: 17
    pool:
      description: The pool that pays.
      type: str
    state:
      description:
        - Where the activation stands, one of V(reserved), V(uncertain), V(confirmed) and V(released).
        - All but V(released) count against the limit.
      type: str
      sample: confirmed
    method:
      description: How it was asked for, one of V(online), V(proxy), V(telephone) and V(exchange).
      type: str
      sample: online
    machine:
      description: The name of the machine in the inventory.
      type: str
      sample: laptop-7
    client_machine_id:
      description: The identity of the installed image, V(none) when it is not known.
      type: str
    bios_uuid:
      description: The identity of the hardware, V(none) when it is not known.
      type: str
    activation_id:
      description: The activation ID of the product.
      type: str
    partial_product_key:
      description: The last five characters of the key.
      type: str
      sample: GGGGG
    installation_id:
      description: The installation ID, V(none) when it was not needed.
      type: str
    reason:
      description: Why it was needed, such as V(first_activation) or V(hardware_change).
      type: str
      sample: first_activation
    justification:
      description: What the task said to justify it.
      type: str
    user:
      description: Who ran the play.
      type: str
    code:
      description:
        - The code that came with the outcome, V(none) without one.
        - V(found_licensed) is an activation that was released at first, until the machine turned out to be licensed.
      type: str
    attempts:
      description: How many attempts this one entry stands for.
      type: int
      sample: 1
    from_reserve:
      description: Whether it was taken out of the reserve.
      type: bool
      sample: false
    reserved_at:
      description: When it was reserved, as an ISO 8601 time.
      type: str
      sample: "2026-03-01T09:30:00+00:00"
    settled_at:
      description: When the outcome was recorded, V(none) as long as it is not.
      type: str
      sample: "2026-03-01T09:30:04+00:00"
confirmation_id_count:
  description: How many confirmation IDs are stored, of O(pool) and O(machine) when they are given.
  returned: success
  type: int
  sample: 12
confirmation_ids:
  description: The stored confirmation IDs, the oldest first.
  returned: when O(confirmations=true)
  type: list
  elements: dict
  contains:
    installation_id:
      description: The installation ID that it answers.
      type: str
    confirmation_id:
      description: The confirmation ID, 48 digits.
      type: str
    extended_pid:
      description: The extended product ID that it was asked for with.
      type: str
    partial_product_key:
      description: The last five characters of the key.
      type: str
    source:
      description: Where it came from, one of V(microsoft), V(activationws), V(proxy), V(telephone) and V(exchange).
      type: str
    entry:
      description: The number of the activation that paid for it.
      type: int
    obtained_at:
      description: When it was obtained, as an ISO 8601 time.
      type: str
    used_at:
      description: When it was used again last, V(none) when it never was.
      type: str
    uses:
      description: How often it was used again.
      type: int
msg:
  description: What went wrong, in one sentence.
  returned: failure
  type: str
  sample: There is no MAK ledger at /home/operator/.ansible/volume_activation/ledger.sqlite.
code:
  description: A short name of the failure.
  returned: failure
  type: str
  sample: no_ledger
cause:
  description: What usually causes this failure, V(none) when that is not known.
  returned: failure
  type: str
  sample: "No pool was declared there yet, or the ledger is somewhere else. Only mak_pool creates one."
remedy:
  description: What to do about it, V(none) when that is not known.
  returned: failure
  type: str
  sample: Declare a pool with volume.activation.mak_pool, or correct the option ledger.
refused:
  description: Whether the module declined before anything was changed.
  returned: failure
  type: bool
  sample: true
"""
