# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of mak_reconcile; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mak_reconcile
version_added: 0.1.0
author:
  - the volume.activation authors (@volume-activation)
short_description: Settle open MAK activations by what the machine says
description:
  - An activation whose answer was lost, or whose task was killed, stays in the ledger and counts until its outcome is
    known. This module asks the machine and settles what the machine can tell.
  - Only the ledger is changed. Nothing is installed or activated on the machine.
  - A product that is licensed with the key confirms its activation, whatever happened to the task. That holds for an
    activation that was released as well, unless another one is recorded for the same installation ID.
  - An online activation is released when the product holds the key and is not licensed, unless the last attempt ended
    with a code that does not exclude that Microsoft counted it.
  - Everything else is left as it is, since no machine can tell. RV(left) says why. That is so for activations by proxy
    and by exchange, which only the answer of the service settles, and for those of another image of the same hardware.
    O(assume) settles them by your word.
extends_documentation_fragment:
  - volume.activation.attributes
  - volume.activation.attributes.actiongroup_mak_windows
  - volume.activation.attributes.windows
  - volume.activation.attributes.idempotent
  - volume.activation.connection
  - volume.activation.ledger
  - volume.activation.waiting.unused
attributes:
  check_mode:
    description: Can run in check mode and tell what it would do, without changing the target.
    support: full
    details:
      - The machine is asked in check mode too, and nothing is written into the ledger.
  diff_mode:
    description: Returns what changed, or would change in check mode, when in diff mode.
    support: full
    details:
      - The diff has a line for each activation that is settled.
options:
  assume:
    description:
      - What to take for true where no machine can tell. V(spent) confirms those activations, V(unspent) releases them.
      - Say V(unspent) only when you know it, as from the count that M(volume.activation.mak_count_info) reads. An
        activation that is released although it was spent lets the pool overspend by one.
      - An activation that another task is at, or that began less than O(quiet_seconds) ago, is left in any case.
    type: str
    choices: [spent, unspent]
  quiet_seconds:
    description:
      - For how long after the last attempt a machine may still be at work on it, in seconds. Within that time a machine
        that is not licensed is no proof that nothing was spent.
      - From 0 to 86400, a day.
    type: int
    default: 120
seealso:
  - module: volume.activation.mak
  - module: volume.activation.mak_ledger_info
"""

EXAMPLES = r"""
- name: Settle what an interrupted run left open
  volume.activation.mak_reconcile:
  register: reconciled

- name: Show what no machine can tell
  ansible.builtin.debug:
    msg: "{{ reconciled.left }}"
  when: reconciled.open > 0

- name: Settle the rest, after comparing the ledger with Microsoft's count
  volume.activation.mak_reconcile:
    assume: unspent
"""

RETURN = r"""
settled:
  description: The activations that were settled. In check mode, those that would be.
  returned: success
  type: list
  elements: dict
  contains:
    entry:
      description: The number of the entry in the ledger.
      type: int
      sample: 17
    pool:
      description: The pool that pays.
      type: str
    state:
      description: What became of it, V(confirmed) or V(released).
      type: str
      sample: confirmed
    why:
      description: What that rests on.
      type: str
      sample: the product is licensed with this key
left:
  description: The activations of this machine that stay open.
  returned: success
  type: list
  elements: dict
  contains:
    entry:
      description: The number of the entry in the ledger.
      type: int
      sample: 18
    pool:
      description: The pool that pays.
      type: str
    state:
      description: What it is, V(reserved) or V(uncertain).
      type: str
      sample: uncertain
    why:
      description: Why it cannot be settled, and what would settle it.
      type: str
open:
  description: How many activations of this machine stay open.
  returned: success
  type: int
  sample: 0
license:
  description:
    - What the machine says about its licences.
    - The parts are those of RV(volume.activation.license_info#module:license). No more is read than what decides.
  returned: success
  type: dict
steps:
  description: It is always empty, for nothing is done on the machine.
  returned: always
  type: list
  elements: dict
steps_unknown:
  description: It is always empty, for nothing is done on the machine.
  returned: failure
  type: list
  elements: dict
diff:
  description: The activations that are settled, in words.
  returned: success, in diff mode
  type: dict
  contains:
    before:
      description: What is, a line for each activation.
      type: str
    after:
      description: What is to be, a line for each activation.
      type: str
requests:
  description: How many WS-Management requests were spent on the machine, those of the login not counted.
  returned: always
  type: int
  sample: 3
msg:
  description: What went wrong, in one sentence.
  returned: failure
  type: str
  sample: The machine could not be reached.
code:
  description: The code of the failure, as Windows spells it, or a short name.
  returned: failure
  type: str
  sample: connection_failed
cause:
  description: What usually causes this failure, V(none) when that is not known.
  returned: failure
  type: str
  sample: "The port is closed."
remedy:
  description: What to do about it, V(none) when that is not known.
  returned: failure
  type: str
  sample: Check the address and the port of the machine's connection.
fault:
  description:
    - What the machine said, in C(subcode), C(code), C(inner_code) and C(text); V(none) for what it left out.
    - The text is in the language of the machine. Keys and passwords in it are masked.
  returned: when the machine answered with a fault, or a method of it failed with a text
  type: dict
  sample:
    subcode: InternalError
    code: "0x8033811E"
    inner_code: "0xC004F050"
    text: The WMI provider returned an unknown error. HRESULT 0xc004f050
refused:
  description: Whether the module declined before anything was changed.
  returned: failure
  type: bool
  sample: false
"""
