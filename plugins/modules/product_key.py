# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of product_key; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: product_key
version_added: 0.1.0
author:
  - the volume.activation authors (@volume-activation)
short_description: Install or remove a product key of Windows or Office
description:
  - Sees to it that a product key is installed on a Windows machine, or that it is not.
  - A key is there when a product shows its last five characters. Then it is not installed again.
  - Nothing is activated. Use M(volume.activation.activate) afterwards, or M(volume.activation.kms_client) for a KMS
    client.
extends_documentation_fragment:
  - volume.activation.attributes
  - volume.activation.attributes.actiongroup_all
  - volume.activation.attributes.windows
  - volume.activation.attributes.changing
  - volume.activation.attributes.idempotent
  - volume.activation.connection
  - volume.activation.waiting.unused
options:
  state:
    description:
      - Whether the key is to be there.
      - With V(present) and O(partial_product_key) alone, it is only checked that the key is there. The task fails
        when it is not.
    type: str
    choices:
      - present
      - absent
    default: present
  product_key:
    description:
      - The whole key, five groups of five characters.
      - Keep it in a vaulted variable. The module shows no more than its last five characters anywhere, and sends it
        in a sealed message only.
      - One of O(product_key) and O(partial_product_key) is required.
    type: str
  partial_product_key:
    description:
      - The last five characters of the key, which are no secret and enough to remove it.
      - One of O(product_key) and O(partial_product_key) is required.
    type: str
  activation_id:
    description:
      - The activation ID of the product that is meant, where several products have a key with the same last five
        characters.
    type: str
  replace_licensed:
    description:
      - Whether the key may replace that of a licensed Windows. Which product a key is for, only Windows knows, and only
        once it is installed.
      - With V(false), a licence that cannot be restored (of a MAK, OEM or retail key) is refused beforehand, unless
        O(activation_id) names the product that is meant. A licence on a published KMS client key is restored if the
        key turns out to be for Windows.
    type: bool
    default: false
notes:
  - V(malformed_key). The key has not the form of a product key. The message does not show it.
  - V(key_of_another_edition). The key is a published KMS client key, and not that of this edition and release. It is
    refused in check mode too, and nothing is sent.
  - V(evaluation_edition). The key is a published KMS client key, and an evaluation edition takes none.
  - V(no_such_product). No product has this O(activation_id), with or without a key. Nothing was installed.
  - V(bad_option). O(activation_id) is not an activation ID, or O(partial_product_key) is not the end of a key.
  - V(key_unknown). No product shows these last five characters, and from them alone no key can be installed. Give the
    whole key in O(product_key).
  - V(licensed_by_other_key). The key would replace that of a licensed Windows, or did and the previous key was
    installed again. Set O(replace_licensed) if that is meant.
  - V(ambiguous_key). Several products have a key with these last five characters. Name one in O(activation_id).
seealso:
  - module: volume.activation.license_info
  - module: volume.activation.activate
"""

EXAMPLES = r"""
- name: Install the key for extended security updates
  volume.activation.product_key:
    product_key: "{{ vault_esu_key }}"

- name: Check that a certain key is there, without having the key
  volume.activation.product_key:
    partial_product_key: GGGGG

- name: Remove a key that is no longer in use
  volume.activation.product_key:
    state: absent
    partial_product_key: GGGGG

- name: Remove a key from one of two products that have it
  volume.activation.product_key:
    state: absent
    partial_product_key: GGGGG
    activation_id: 00000000-5555-6666-7777-888888888888
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
    - action: install_key
      target: "*****-*****-*****-*****-GGGGG"
      why: no product has this key
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
