# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of mak_pool; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mak_pool
version_added: 0.1.0
author:
  - the volume.activation authors (@volume-activation)
short_description: Declare a budget of MAK activations
description:
  - Sees to it that a pool is in the ledger with the limit that is given, or that it is not there.
  - A pool is a named budget of one multiple activation key (MAK). Its limit is how many activations the modules of this
    collection may spend from it. Several pools may share a key, as when departments share a contract.
  - The limit is not Microsoft's count. Keep the limits of all pools of a key within what
    M(volume.activation.mak_count_info) says is left.
  - A pool is bound to a key by O(product_key), or else by its first use.
extends_documentation_fragment:
  - volume.activation.attributes
  - volume.activation.attributes.actiongroup_mak
  - volume.activation.attributes.controller
  - volume.activation.attributes.idempotent
  - volume.activation.ledger
attributes:
  check_mode:
    description: Can run in check mode and tell what it would do, without changing the target.
    support: full
    details:
      - In check mode the ledger refuses what it would refuse otherwise, and nothing is written. A ledger that does not
        exist is not created, and RV(created) shows that it would be.
  diff_mode:
    description: Returns what changed, or would change in check mode, when in diff mode.
    support: full
    details:
      - The diff has the pool's settings that differ, in words, and the place of a ledger that is created. It never
        holds a product key.
options:
  name:
    description:
      - The name of the pool. Upper and lower case are different names.
    type: str
    required: true
  state:
    description:
      - V(present) creates or adjusts the pool. What is not given stays as it is.
      - V(absent) removes it, as long as nothing counts against its limit. Every other option is ignored then.
    type: str
    choices: [present, absent]
    default: present
  limit:
    description:
      - How many activations may be spent from the pool. A new pool needs it.
      - It can be lowered down to what is spent, reserved and uncertain already.
    type: int
  reserve:
    description:
      - How many activations of the limit are kept back. Only a task with O(volume.activation.mak#module:use_reserve)
        may take them.
      - A new pool keeps none back when this is not given.
    type: int
  product_key:
    description:
      - The MAK that the pool is for, which binds the pool to it. Keep it in a vaulted variable.
      - The ledger stores its SHA-256 fingerprint and its last five characters, never the key.
      - Without it the pool is bound to the first key that is used with it.
    type: str
  description:
    description:
      - What the pool is for, in words.
    type: str
  resume:
    description:
      - Whether to take a stop away. A pool is stopped when Microsoft says that its key is exhausted or blocked, and
        with it every other pool of that key. This option lets all of them go on.
      - Set it once, when Microsoft has raised the count or unblocked the key. Do not leave it in a playbook that runs
        regularly, since it would undo every later stop.
    type: bool
    default: false
notes:
  - A limit in a new ledger begins with nothing spent. Look at RV(created) when a pool should have been there.
  - V(bad_limit). A new pool has no limit, or a number is below zero or above 2147483647.
  - V(reserve_above_limit). The reserve does not fit into the limit.
  - V(limit_below_spent). More counts against the pool already than the new limit allows. Nothing was changed.
  - V(pool_of_another_key). The pool is bound to another key than O(product_key).
  - V(pool_in_use). A pool is not removed while activations count against it.
  - V(bad_pool_name). The name is empty, or holds a product key.
  - V(malformed_key) and V(kms_client_key). O(product_key) is not a product key, or one that Microsoft publishes for KMS
    clients, which has no count.
seealso:
  - module: volume.activation.mak
  - module: volume.activation.mak_ledger_info
  - module: volume.activation.mak_count_info
"""

EXAMPLES = r"""
- name: Declare a budget of fifty activations, five of them for emergencies
  volume.activation.mak_pool:
    name: field-laptops
    limit: 50
    reserve: 5
    product_key: "{{ vault_mak }}"
    description: Laptops that are away for more than half a year
  run_once: true

- name: Keep the ledger in a database that the whole team shares
  volume.activation.mak_pool:
    name: field-laptops
    limit: 50
    ledger: postgresql+psycopg://activation@db.corp.example/activation
    ledger_password: "{{ vault_ledger_password }}"
  run_once: true

- name: Let the pools of a key go on after Microsoft has raised its count
  volume.activation.mak_pool:
    name: field-laptops
    limit: 80
    resume: true
  run_once: true

- name: Remove a pool that was never used
  volume.activation.mak_pool:
    name: mistyped
    state: absent
  run_once: true
"""

RETURN = r"""
pool:
  description: The pool as it is then, V(none) when it is not there. In check mode, as it would be.
  returned: success
  type: dict
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
      description: What ordinary activations may still take, which is RV(pool.left) without the reserve.
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
ledger:
  description: Where the ledger is. No password is in it.
  returned: success
  type: str
  sample: /home/operator/.ansible/volume_activation/ledger.sqlite
created:
  description: Whether this task created the ledger, or would create it in check mode.
  returned: success
  type: bool
  sample: false
diff:
  description: The settings that differ, in words. No product key is in it.
  returned: success, in diff mode
  type: dict
  contains:
    before:
      description: What is, a line for each setting.
      type: str
    after:
      description: What is to be, a line for each setting.
      type: str
msg:
  description: What went wrong, in one sentence.
  returned: failure
  type: str
  sample: The limit of pool field-laptops cannot be lowered to 20, for 32 activations count against it.
code:
  description: A short name of the failure.
  returned: failure
  type: str
  sample: limit_below_spent
cause:
  description: What usually causes this failure, V(none) when that is not known.
  returned: failure
  type: str
  sample: "Limit 50, reserve 5: 31 spent, 0 reserved, 1 uncertain, 18 left."
remedy:
  description: What to do about it, V(none) when that is not known.
  returned: failure
  type: str
  sample: Set the limit to 32 or more.
refused:
  description: Whether the module declined before anything was changed.
  returned: failure
  type: bool
  sample: true
"""
