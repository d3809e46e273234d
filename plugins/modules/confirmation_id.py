# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of confirmation_id; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: confirmation_id
version_added: 0.1.0
author:
  - the volume.activation authors (@volume-activation)
short_description: Obtain confirmation IDs for machines without internet access
description:
  - Asks Microsoft's activation service, or an ActivationWs server of your own, for the confirmation IDs of many
    machines. The controller asks, so the machines need no way to the internet.
  - Each confirmation ID costs one activation, which is taken from the pool before it is asked for. One that was paid
    for once is stored in the ledger, and the same installation ID gets the stored one and costs nothing.
  - A run that is interrupted is resumed by running it again. What it obtained is in the ledger, and what it did not ask
    for is not counted.
  - All requests are looked at before the first one is sent. Progress is shown on the screen while it runs.
  - Use M(volume.activation.mak) with O(volume.activation.mak#module:activate=never) to collect the requests, and
    with O(volume.activation.mak#module:activate=proxy) to deposit what was obtained.
extends_documentation_fragment:
  - volume.activation.attributes
  - volume.activation.attributes.actiongroup_mak
  - volume.activation.attributes.controller
  - volume.activation.attributes.idempotent
  - volume.activation.ledger
  - volume.activation.service
attributes:
  check_mode:
    description: Can run in check mode and tell what it would do, without changing the target.
    support: full
    details:
      - In check mode nothing is asked, reserved or stored. RV(spent) says how many activations would be spent, and what
        the pool would refuse is refused, counted for all requests together.
  diff_mode:
    description: Returns what changed, or would change in check mode, when in diff mode.
    support: none
options:
  requests:
    description:
      - The machines, each as RV(volume.activation.mak#module:installation) has it.
    type: list
    elements: dict
    required: true
    suboptions:
      machine:
        description: The name of the machine.
        type: str
        required: true
      activation_id:
        description: The activation ID of the product.
        type: str
        required: true
      installation_id:
        description: The installation ID, 63 digits, 54 on old systems, with or without hyphens between groups.
        type: str
        required: true
      extended_pid:
        description: The extended product ID of the installed key.
        type: str
        required: true
      partial_product_key:
        description: The last five characters of the installed key. They must be those of the pool's key.
        type: str
        required: true
      client_machine_id:
        description: The identity of the installed image. This or C(bios_uuid) is needed.
        type: str
      bios_uuid:
        description: The identity of the hardware.
        type: str
      reason:
        description: Why an activation is needed, as it is written into the ledger.
        type: str
        default: first_activation
      justification:
        description: Why this machine gets one, where that differs from O(justification).
        type: str
  pool:
    description:
      - The pool that pays.
    type: str
    required: true
  product_key:
    description:
      - The MAK. It is needed only as long as the pool is not bound to a key. Keep it in a vaulted variable.
      - It is not sent to the service.
    type: str
  justification:
    description:
      - Why these machines get counted activations. It is written into the ledger.
    type: str
    default: ""
  use_reserve:
    description:
      - Whether these machines may be served from the part of the pool that is kept in reserve.
    type: bool
    default: false
  failures:
    description:
      - V(fail) fails the task when one request or more did not succeed. The result has all that was obtained all the
        same.
      - V(report) lists them in RV(failed_requests) only.
    type: str
    choices: [fail, report]
    default: fail
notes:
  - V(bad_request), V(bad_installation_id) and V(bad_extended_pid). One of O(requests) cannot be used. The message has
    its number. Nothing was sent.
  - V(bad_machine). One of O(requests) has neither C(client_machine_id) nor C(bios_uuid), so it could be paid for twice.
  - V(pool_without_key). The pool is not bound to a key yet, and O(product_key) is not given.
  - V(unknown_pool), V(pool_of_another_key), V(pool_stopped), V(pool_exhausted) and V(activation_in_progress). The
    ledger does not grant it, and RV(remedy) says why.
  - V(malformed_key) and V(kms_client_key). O(product_key) is not a product key, or one that Microsoft publishes for KMS
    clients, which has no count.
  - The service's own codes, such as V(0x7F) for a key that is exhausted and V(0x67) for one that is blocked. V(0x7F)
    stops every pool of the key, and V(0x67) does so when a second machine meets it, since the IDs of one machine may
    not belong together. Then nothing more is asked until M(volume.activation.mak_pool) resumes it. V(0x90) is about a
    single installation ID.
  - Codes of the way to the service, such as V(connection_refused), V(not_reached), V(certificate_not_trusted),
    V(proxy_login_refused), V(read_timeout) and V(unusable_answer), and V(http_403) and the like for an HTTP status
    without an answer. Unless the request certainly never left, the activation stays uncertain and counts. Running the
    task again asks for it again, and it is not counted twice.
  - V(confirmation_differs). Another confirmation ID is stored for the installation ID already.
seealso:
  - module: volume.activation.mak
  - module: volume.activation.mak_pool
  - module: volume.activation.mak_count_info
"""

EXAMPLES = r"""
- name: Install the key on the isolated machines and collect what is needed
  volume.activation.mak:
    product_key: "{{ vault_mak }}"
    activate: never
  register: prepared

- name: Obtain the confirmation IDs for all of them
  volume.activation.confirmation_id:
    requests: >-
      {{ ansible_play_hosts | map('extract', hostvars) | map(attribute='prepared.installation') | select | list }}
    pool: isolated-lab
    justification: "TICKET-4711: no way to the internet"
    service:
      proxy: http://proxy.corp.example:3128
  run_once: true

- name: Deposit them, which spends nothing more
  volume.activation.mak:
    product_key: "{{ vault_mak }}"
    pool: isolated-lab
    activate: proxy
"""

RETURN = r"""
confirmations:
  description: What was obtained, in the order in which it came. In check mode, what is stored or would be asked for.
  returned: success, or failure after the requests were looked at
  type: list
  elements: dict
  contains:
    machine:
      description: The name of the machine.
      type: str
      sample: lab-1
    activation_id:
      description: The activation ID of the product.
      type: str
    installation_id:
      description: The installation ID.
      type: str
    confirmation_id:
      description: The confirmation ID, 48 digits. In check mode V(none), unless it is stored.
      type: str
    from_store:
      description: Whether it had been paid for earlier.
      type: bool
      sample: false
    spent:
      description: Whether this run paid for it. In check mode, whether it would.
      type: bool
      sample: true
failed_requests:
  description: The requests that did not succeed.
  returned: success, or failure after the requests were looked at
  type: list
  elements: dict
  contains:
    machine:
      description: The name of the machine.
      type: str
    activation_id:
      description: The activation ID of the product.
      type: str
    installation_id:
      description: The installation ID.
      type: str
    code:
      description: The code of the failure.
      type: str
      sample: "0x90"
    msg:
      description: What went wrong.
      type: str
    cause:
      description: What usually causes it, V(none) when that is not known.
      type: str
    remedy:
      description: What to do about it, V(none) when that is not known.
      type: str
spent:
  description: How many activations this run spent. In check mode, how many it would spend.
  returned: success, or failure after the requests were looked at
  type: int
  sample: 12
stored:
  description: How many confirmation IDs came from the ledger and cost nothing.
  returned: success, or failure after the requests were looked at
  type: int
  sample: 3
msg:
  description: What went wrong, in one sentence.
  returned: failure
  type: str
  sample: 1 of 15 requests did not succeed.
code:
  description: The code of the first failure, as the service gives it, or a short name.
  returned: failure
  type: str
  sample: '0x90'
cause:
  description: What usually causes this failure, V(none) when that is not known.
  returned: failure
  type: str
  sample: "It was mistyped, or taken before the key or the hardware of the machine changed."
remedy:
  description: What to do about it, V(none) when that is not known.
  returned: failure
  type: str
  sample: Read the installation ID anew from the machine, and run the task again.
refused:
  description: Whether the module declined before anything was changed.
  returned: failure
  type: bool
  sample: false
"""
