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
    licence, and released when it is certain that nothing came of it. The ledger holds however many tasks run at once,
    and whatever ends them.
  - After every failure the machine is looked at. One that shows its licence is licensed, and the task succeeds. One
    that shows none has the activation released only where the failure excludes that Microsoft counted it. After a lost
    answer, an HTTP status without an answer, or a code that is not known to exclude a count, the activation goes on
    counting, and it is not asked for again before the machine has been looked at.
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
      - A confirmation ID that was obtained elsewhere, as from Microsoft's product activation portal, with or without
        hyphens between its groups.
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
      - Whether a product that is licensed by another key may lose that licence to the MAK.
      - A licence on a published KMS client key needs no permission, unless O(activate=never). If the MAK brings no
        licence, the module installs the client key again and activates it, and RV(license_changes) says so.
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
  - V(no_such_product). No product has the activation ID in O(products), and nothing was installed; or the key went into
    another product than O(products) names, which RV(cause) names.
  - V(esu_not_supported). The activation ID is that of an ESU year, and the machine has another build of Windows than it
    is for. Nothing was installed.
  - V(bad_confirmation_id). O(confirmation_id) does not have 48 digits.
  - V(outcome_unknown). No answer came and the machine shows no licence. Run the task again.
  - V(malformed_key). The key does not have the form of one.
  - V(bad_option). O(products) is neither V(windows) nor V(office) nor an activation ID.
seealso:
  - module: volume.activation.mak_pool
  - module: volume.activation.mak_reconcile
  - module: volume.activation.confirmation_id
  - name: Budgets for MAKs
    link: https://github.com/volume-activation/volume.activation/blob/main/docs/docsite/rst/guide_mak.rst
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

- name: Deposit a confirmation ID of Microsoft's product activation portal
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
    - On failure, what was done before it, and the failed step itself where the machine shows its effect.
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
steps_unknown:
  description:
    - Steps that failed after a request had left, while the machine could not be read afterwards or shows a part of the
      step only. They may have changed the machine, so C(changed) is true with any of them.
    - A failed step that the machine shows is among RV(steps), and one that it shows not to be done is in neither.
  returned: failure
  type: list
  elements: dict
license_changes:
  description:
    - The products whose key or licence is another one after the task, and those whose previous key was installed again.
      In check mode, those that would change.
  returned: always
  type: list
  elements: dict
  contains:
    product:
      description: V(windows) for Windows itself, else the activation ID of the product.
      type: str
    before:
      description: The product before the task, V(none) if it had no key.
      type: dict
      contains: &licence
        activation_id:
          description: The activation ID, V(none) where only Windows will show it.
          type: str
        channel:
          description: The kind of its key.
          type: str
        partial_product_key:
          description: The last five characters of its key.
          type: str
        licensed:
          description: Whether it is licensed.
          type: bool
        status:
          description: The licence status.
          type: str
        activated_by:
          description: What licensed it last, V(kms), V(ad) or V(token).
          type: str
    after:
      description: The product after the task, V(none) if it has no key or could not be read.
      type: dict
      contains: *licence
    given_up:
      description: Whether its licence was given up, so that it is licensed by another key or not at all.
      type: bool
    restored:
      description: Whether its previous key was installed and licensed again, since the new licence did not arrive.
      type: bool
recovery:
  description:
    - The command that licenses the machine again, where the task left it without the licence that it had, or failed
      on a machine without one. V(none) otherwise.
  returned: always
  type: str
  sample: ansible web1 -m volume.activation.kms_client
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
      product's name, the KMS host that it found and the end of its evaluation are V(none) here.
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
  sample: true
"""
