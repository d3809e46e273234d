# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of activate; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: activate
version_added: 0.1.0
author:
  - the volume.activation authors (@volume-activation)
short_description: Activate a product of a Windows machine
description:
  - Activates a product, which is the licence of Windows itself unless O(activation_id) names another one.
  - A product that is licensed is left alone.
  - When the activation fails, the result has the code, its cause and its remedy.
  - When the answer is lost, the outcome is unknown. Then the state is read until it is clear, and nothing is asked
    for twice.
extends_documentation_fragment:
  - volume.activation.attributes
  - volume.activation.attributes.actiongroup_all
  - volume.activation.attributes.windows
  - volume.activation.attributes.changing
  - volume.activation.connection
  - volume.activation.waiting
attributes:
  idempotent:
    description: When run twice in a row outside check mode with the same arguments, the second run changes nothing.
    support: partial
    details:
      - With O(force=true) every run asks for an activation.
options:
  activation_id:
    description:
      - The activation ID of the product. RV(volume.activation.license_info#module:license.products[].id) has it.
      - When it is not given the licence of Windows itself is meant. Office and add-ons are activated by their own
        IDs.
    type: str
  force:
    description:
      - Whether to ask again although the product is licensed. It renews a lease from a KMS host or from Active
        Directory.
      - For a product on a MAK it is refused, since it would spend an activation.
    type: bool
    default: false
notes:
  - V(mak_activation). The product is on a MAK. Each activation of a MAK is taken from its count and does not come
    back, so it is spent from a budget, with M(volume.activation.mak). Or bring the machine to KMS with
    M(volume.activation.kms_client).
  - V(kms_host_activation). The product is on the key of a KMS host, which can be activated a few times only. Use
    M(volume.activation.kms_host), which does it once.
  - V(evaluation_edition). An evaluation edition cannot be activated. Convert it to the full edition first.
  - V(token_activation). The machine may be activated by a token only, which takes a certificate on the machine.
  - V(no_primary_product). Windows shows no product of its own that has a key. Install one with
    M(volume.activation.kms_client) or M(volume.activation.product_key).
  - V(no_such_product). No product that has a key has this O(activation_id). Read them with
    M(volume.activation.license_info).
  - V(bad_option). O(activation_id) is not an activation ID. Braces and capital letters do not matter.
seealso:
  - module: volume.activation.kms_client
  - module: volume.activation.mak
  - module: volume.activation.product_key
"""

EXAMPLES = r"""
- name: Activate Windows, unless it is licensed
  volume.activation.activate:

- name: Activate an add-on and wait longer for a slow machine
  volume.activation.activate:
    activation_id: "{{ esu_activation_id }}"
    wait_seconds: 300

- name: Renew the lease now
  volume.activation.activate:
    force: true
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
license:
  description:
    - What the machine says about its licences after the steps. In check mode, what it would say.
    - The parts are those of RV(volume.activation.license_info#module:license). No more is read than what decides, so a
      product's name, the KMS host that it found and the end of its evaluation are V(none) here.
  returned: success
  type: dict
  sample:
    products:
      - family: ServerStandard
        channel: kms_client
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
  sample: The machine could not reach a KMS host.
code:
  description: The code of the failure, as Windows spells it, or a short name when the collection itself declined.
  returned: failure
  type: str
  sample: "0xC004F074"
cause:
  description: What usually causes this failure, V(none) when that is not known.
  returned: failure
  type: str
  sample: No KMS host answered on its port.
last_attempt:
  description:
    - How the machine itself has recorded the activation that failed, from its Application log (event 12288 and others).
    - A KMS client that no host has licensed returns C(0xC004F074) for several reasons; this is the code behind it, and
      RV(cause) and RV(remedy) are about it.
  returned: on failure, where an activation was tried and the machine has an event about it
  type: dict
  contains:
    code:
      description: The code that the attempt ended with, V(none) for one that did not fail.
      type: str
      sample: "0xC004F06C"
    name:
      description: The name of the code, V(none) when it has none.
      type: str
    message:
      description: What the code means.
      type: str
    cause:
      description: What usually causes it.
      type: str
    remedy:
      description: What to do about it.
      type: str
    host:
      description: The KMS host that the machine contacted, V(none) when the event does not name one.
      type: str
      sample: kms.example.com
    port:
      description: The port that it contacted, V(none) when it is not known.
      type: int
      sample: 1688
    at:
      description: When, by the clock of the machine.
      type: str
      sample: "2026-11-02T08:05:00+00:00"
    event:
      description: The number of the event in the Application log.
      type: int
      sample: 12288
    count:
      description: How many machines the KMS host had counted, V(none) when it did not say.
      type: int
    required_count:
      description: How many it takes for this product, V(none) when the event does not say.
      type: int
remedy:
  description: What to do about it, V(none) when that is not known.
  returned: failure
  type: str
  sample: Check the name and the port of the KMS host and the way to it.
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
