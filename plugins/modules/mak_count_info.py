# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of mak_count_info; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mak_count_info
version_added: 0.1.0
author:
  - the volume.activation authors (@volume-activation)
short_description: Ask how many activations Microsoft has left on a MAK
description:
  - Asks Microsoft's activation service, or an ActivationWs server of your own, for the remaining count of a multiple
    activation key. Nothing is spent by that.
  - When the service does not answer, the count is unknown. Then RV(known) is V(false) and RV(remaining) is V(none). It
    is never V(0) for that reason, and the task does not fail.
extends_documentation_fragment:
  - volume.activation.attributes
  - volume.activation.attributes.actiongroup_mak
  - volume.activation.attributes.controller
  - volume.activation.attributes.reading
  - volume.activation.ledger
  - volume.activation.service
options:
  extended_pid:
    description:
      - The extended product ID of the key, as RV(volume.activation.mak#module:installation) has it.
      - One of O(extended_pid) and O(pool) is required, and not both.
    type: str
  pool:
    description:
      - The pool whose key is meant. The ledger knows its extended product ID once an activation with an installation ID
        was taken from it.
    type: str
  warn_below:
    description:
      - A warning is shown when less than this is left, and when the count is unknown.
    type: int
notes:
  - V(no_extended_pid). The pool has not seen an extended product ID yet. Give O(extended_pid).
  - V(unknown_pool). There is no pool of that name.
  - V(bad_extended_pid). O(extended_pid) does not have the form of one.
  - The service's own codes, such as V(0x67) for a key that is blocked and V(0x68) for one that it does not know. They
    are answers, so the task fails with them.
  - Codes of the way to the service, such as V(connection_refused), V(not_reached), V(certificate_not_trusted),
    V(proxy_login_refused), V(read_timeout), V(unusable_answer) and V(0x80004003), which the service gives while it is
    out of order. With them the count is unknown.
seealso:
  - module: volume.activation.mak_pool
  - module: volume.activation.confirmation_id
"""

EXAMPLES = r"""
- name: Ask what is left on the key of a pool
  volume.activation.mak_count_info:
    pool: field-laptops
    warn_below: 20
  register: count
  run_once: true

- name: Show it
  ansible.builtin.debug:
    msg: "{{ count.remaining if count.known else 'unknown: ' ~ count.cause }}"
  run_once: true
"""

RETURN = r"""
extended_pid:
  description: The extended product ID that was asked for.
  returned: success
  type: str
known:
  description: Whether the service gave a count.
  returned: success
  type: bool
  sample: true
remaining:
  description: How many activations are left at Microsoft, V(none) when that is not known.
  returned: success
  type: int
  sample: 118
msg:
  description: What went wrong, in one sentence.
  returned: failure, or when the count is unknown
  type: str
  sample: The activation service refused (0x67). The service refuses the product key as blocked.
code:
  description: The code of the failure, as the service gives it, or a short name.
  returned: failure, or when the count is unknown
  type: str
  sample: '0x67'
cause:
  description: What usually causes this failure, V(none) when that is not known.
  returned: failure, or when the count is unknown
  type: str
  sample: "Microsoft has blocked the key."
remedy:
  description: What to do about it, V(none) when that is not known.
  returned: failure, or when the count is unknown
  type: str
  sample: Ask Microsoft for a new key.
refused:
  description: Whether the module declined before anything was changed.
  returned: failure
  type: bool
  sample: false
"""
