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
notes:
  - V(malformed_key). The key has not the form of a product key. The message does not show it.
  - V(key_unknown). No product shows these last five characters, and from them alone no key can be installed. Give the
    whole key in O(product_key).
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
    - action: install_key
      target: "*****-*****-*****-*****-GGGGG"
      why: no product has this key
license:
  description:
    - What the machine says about its licences after the steps. In check mode, what it would say.
    - The parts are those of RV(volume.activation.license_info#module:license). No more is read than what decides, so a
      product's name, its own KMS host and the end of its evaluation are V(none) here.
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
remedy:
  description: What to do about it, V(none) when that is not known.
  returned: failure
  type: str
  sample: Check the name and the port of the KMS host and the way to it.
refused:
  description: Whether the module declined before anything was changed.
  returned: failure
  type: bool
  sample: false
"""
