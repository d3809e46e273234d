# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of mak; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mak
version_added: 0.1.0
author:
  - the volume.activation authors (@volume-activation)
short_description: License a product by a multiple activation key, within a budget
description:
  - Installs a multiple activation key (MAK) and activates the product that holds it, which is Windows itself unless
    O(products) says otherwise.
  - A MAK has a finite count at Microsoft that does not come back. So a product that is licensed with the key is left
    alone, and every activation is reserved in a ledger before it is asked for, confirmed when the machine shows its
    licence, and released when the machine shows that nothing came of it. The ledger holds however many tasks run at
    once, and whatever ends them.
  - When an answer is lost the outcome is unknown. The activation then goes on counting, and it is not asked for again
    before the machine has been looked at.
  - A confirmation ID that was paid for once is kept. When the same machine comes back with the same installation ID,
    as after a new image on the same hardware, it gets the stored one and nothing is spent.
  - In check mode nothing is reserved and nothing is spent. The task says what would be, and fails where the pool would
    refuse it.
extends_documentation_fragment:
  - volume.activation.attributes
  - volume.activation.attributes.actiongroup_mak_windows
  - volume.activation.attributes.windows
  - volume.activation.attributes.changing
  - volume.activation.attributes.idempotent
  - volume.activation.connection
  - volume.activation.waiting
  - volume.activation.ledger
  - volume.activation.service
options:
  product_key:
    description:
      - The MAK. Keep it in a vaulted variable.
      - Lower case and surrounding blanks do not matter. It leaves the controller only when it is not installed yet.
    type: str
    required: true
  pool:
    description:
      - The pool in the ledger whose budget is spent. It is declared with M(volume.activation.mak_pool).
      - It is required unless O(activate=never).
    type: str
  activate:
    description:
      - V(online) lets the machine ask Microsoft, for which it needs the internet.
      - V(proxy) gets the confirmation ID on the controller and deposits it on the machine, which needs no internet.
      - V(never) installs the key only. RV(installation) then has what M(volume.activation.confirmation_id) and
        M(volume.activation.mak_exchange) ask for.
    type: str
    choices: [online, proxy, never]
    default: online
  confirmation_id:
    description:
      - A confirmation ID that was obtained elsewhere, as by telephone, with or without hyphens between its groups.
      - It is deposited in place of asking Microsoft, and the activation that it cost is taken from the pool.
    type: str
  products:
    description:
      - What the key is for. V(windows) is Windows itself, V(office) the Office product that holds the key, and
        everything else is taken for the activation ID of a product, as add-ons such as Extended Security Updates need.
    type: str
    default: windows
  justification:
    description:
      - Why this machine gets one of the counted activations. It is written into the ledger.
    type: str
    default: ""
  use_reserve:
    description:
      - Whether this machine may be served from the part of the pool that is kept in reserve.
    type: bool
    default: false
  replace_licensed:
    description:
      - Whether a product that is licensed by another key than a KMS client key may lose that licence to the MAK.
    type: bool
    default: false
  retries:
    description:
      - How often a temporary failure of the network, by its code, is tried again. The machine is looked at before each
        further try.
    type: int
    default: 3
  retry_delay:
    description:
      - Seconds before the first further try. Each later one waits twice as long, and none longer than a minute.
    type: int
    default: 10
notes:
  - The reason in the ledger is V(first_activation), V(hardware_change) when the machine says that its hardware is out
    of tolerance, or V(activated_before) when this pool licensed a machine of that name before.
  - V(unknown_pool), V(pool_of_another_key), V(pool_stopped), V(pool_exhausted) and V(activation_in_progress). The
    ledger does not grant the activation, and RV(remedy) says why. Of a pool that is stopped this is told before the
    machine is talked to, unless the pool licensed the machine earlier.
  - V(kms_client_key). The key is one of those that Microsoft publishes for KMS clients.
  - V(not_a_mak). The machine shows the key as one of another kind, such as that of a KMS host. Windows tells the kind
    of a key only once it is installed. Nothing was activated with it.
  - V(kms_host_key). The product holds the key of a KMS host, which a MAK would end.
  - V(licensed_by_other_key). The product would lose a licence. Set O(replace_licensed) if that is meant.
  - V(evaluation_edition). An evaluation edition takes no MAK. Convert it to the full edition first.
  - V(no_such_product). The key went into another product than O(products) names.
  - V(bad_confirmation_id). O(confirmation_id) does not have 48 digits.
  - V(outcome_unknown). No answer came and the machine shows no licence. Run the task again.
  - V(malformed_key). The key does not have the form of one.
seealso:
  - module: volume.activation.mak_pool
  - module: volume.activation.mak_reconcile
  - module: volume.activation.confirmation_id
  - ref: Budgets for MAKs <ansible_collections.volume.activation.docsite.guide_mak>
    description: What costs an activation, and how not to spend it.
"""

EXAMPLES = r"""
- name: Activate Windows by a MAK, within the pool's budget
  volume.activation.mak:
    product_key: "{{ vault_mak }}"
    pool: field-laptops
    justification: "TICKET-4711: at sea for nine months"

- name: Activate machines that cannot reach the internet
  volume.activation.mak:
    product_key: "{{ vault_mak }}"
    pool: isolated-lab
    activate: proxy
    service:
      proxy: http://proxy.corp.example:3128

- name: Deposit a confirmation ID that was given over the telephone
  volume.activation.mak:
    product_key: "{{ vault_mak }}"
    pool: isolated-lab
    confirmation_id: "{{ confirmation_id }}"

- name: Install the key and see what an activation elsewhere needs
  volume.activation.mak:
    product_key: "{{ vault_mak }}"
    activate: never
  register: prepared

- name: Activate an Office product
  volume.activation.mak:
    product_key: "{{ vault_office_mak }}"
    pool: office
    products: office
"""

RETURN = r"""
steps:
  description:
    - What was done, in order. In check mode, what would be done.
    - On failure, what was done before it.
  returned: always
  type: list
  elements: dict
  contains:
    action:
      description: The kind of step.
      type: str
    target:
      description: What it leads to. Of a product key no more than the last five characters are told.
      type: str
    why:
      description: Why the step is needed.
      type: str
  sample:
    - action: activate
      target: licensed
      why: it is not licensed (notification)
activation:
  description:
    - What the activation was, V(none) when none was needed. In check mode, what it would be.
  returned: success
  type: dict
  contains:
    pool:
      description: The pool it was taken from.
      type: str
    method:
      description: How the licence came, V(online), V(proxy) or V(telephone).
      type: str
    reason:
      description: Why it was needed, V(first_activation) or V(hardware_change).
      type: str
    spent:
      description:
        - How many activations it cost. It is 0 when a stored confirmation ID served, or the licence was found.
        - In check mode it is the most that it can be, as long as the key is not installed.
      type: int
  sample:
    pool: field-laptops
    method: online
    reason: first_activation
    spent: 1
installation:
  description:
    - What an activation elsewhere needs, V(none) unless O(activate=never) and the product is not licensed.
    - It is one element of O(volume.activation.confirmation_id#module:requests).
  returned: success
  type: dict
  contains:
    machine:
      description: The machine's name in the inventory.
      type: str
    activation_id:
      description: The activation ID of the product.
      type: str
    installation_id:
      description: The installation ID, 63 digits.
      type: str
    extended_pid:
      description: The extended product ID of the key.
      type: str
    partial_product_key:
      description: The last five characters of the key.
      type: str
    client_machine_id:
      description: The identity of the installed image.
      type: str
    bios_uuid:
      description: The identity of the hardware.
      type: str
    reason:
      description: Why an activation is needed.
      type: str
license:
  description:
    - What the machine says about its licences after the steps. In check mode, what it would say.
    - The parts are those of RV(volume.activation.license_info#module:license). No more is read than what decides, so a
      product's name, its own KMS host and the end of its evaluation are V(none) here.
  returned: success
  type: dict
  sample:
    products:
      - family: Enterprise
        channel: mak
        status: licensed
diff:
  description: The steps in words. No product key is in it.
  returned: success, in diff mode
  type: dict
  contains:
    before:
      description: What is, a line for each step.
      type: str
    after:
      description: What is to be, a line for each step.
      type: str
requests:
  description: How many WS-Management requests were spent on the machine, those of the login not counted.
  returned: always
  type: int
  sample: 2
msg:
  description: What went wrong, in one sentence.
  returned: failure
  type: str
  sample: Pool field-laptops has no activation for laptop-7.
code:
  description: The code of the failure, as Windows spells it, or a short name when the collection itself declined.
  returned: failure
  type: str
  sample: pool_exhausted
cause:
  description: What usually causes this failure, V(none) when that is not known.
  returned: failure
  type: str
  sample: All activations of the MAK are used.
remedy:
  description: What to do about it, V(none) when that is not known.
  returned: failure
  type: str
  sample: Raise the pool's limit if Microsoft grants more.
refused:
  description: Whether the module declined before anything was changed.
  returned: failure
  type: bool
  sample: true
"""
