# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of adba_object; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: adba_object
version_added: 0.1.0
author:
  - the volume.activation authors (@volume-activation)
short_description: Create or remove an activation object of an Active Directory forest
description:
  - An activation object lets every domain member of the forest activate itself by its KMS client key, without a KMS
    host and without a threshold. This module creates one, or removes exactly one.
  - An object is created by the licensing service of a Windows machine, since only Windows can write what is in it. The
    directory is looked into first, so a key that the forest holds is asked for no second time, and afterwards, so that
    success means that the object is there.
  - An object is removed from the directory itself, and no Windows machine is needed for that. It is the object that was
    found by its whole name or DN, even if another one takes its name meanwhile.
  - The key is compared by its last five characters, which is all that the directory shows of it.
extends_documentation_fragment:
  - volume.activation.attributes
  - volume.activation.attributes.actiongroup_adba
  - volume.activation.attributes.windows
  - volume.activation.attributes.changing
  - volume.activation.attributes.idempotent
  - volume.activation.connection
  - volume.activation.directory
  - volume.activation.ledger
options:
  state:
    description:
      - Whether the forest is to hold the object.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The name of the object, at most 40 characters. Without it Windows chooses one.
      - With O(state=absent), the object with this name is removed. It is compared as a whole and without regard to
        case.
    type: str
  dn:
    description:
      - The distinguished name of the object to remove, for O(state=absent).
    type: str
  product_key:
    description:
      - The KMS host key (CSVLK) of the organisation, required with O(state=present). Keep it in a vaulted variable.
      - It leaves the controller only when no object holds it yet.
    type: str
  activate:
    description:
      - V(online) lets the machine get the licence from Microsoft, for which it needs the internet.
      - V(offline) takes a confirmation ID, from O(confirmation_id) or from the store in the ledger.
      - V(never) creates nothing. RV(installation) then has the installation ID for Microsoft's product
        activation portal.
    type: str
    choices: [online, offline, never]
    default: online
  confirmation_id:
    description:
      - The confirmation ID that Microsoft gave for the installation ID, with or without hyphens between its groups.
      - Once Windows has accepted it, it is kept in the ledger. When the same object is to be created again with the
        same installation ID, nobody has to call again.
    type: str
  wait_seconds:
    description:
      - How long to wait until the directory shows the object, in seconds. It may have been written at another domain
        controller.
    type: int
    default: 120
notes:
  - V(second_hop). The machine cannot pass the login on. Windows writes the object as the caller, so the machine has to
    be a domain controller, or the login has to be CredSSP or Kerberos with delegation.
  - V(access_denied). The login may not create or remove activation objects. RV(remedy) says which right is missing. It
    is known in check mode too when the directory is asked with the login of the connection. Whether an object may be
    removed is known only when it is tried.
  - V(schema_too_old) and V(container_missing). The forest cannot hold activation objects yet.
  - V(name_taken). An object of that name holds another key.
  - V(key_under_other_name). The key is in an object of another name. Windows cannot rename an object.
  - V(ambiguous_name). Several objects have the name. Give one of their DNs.
  - V(name_too_long) and V(bad_name). Windows would not take the name.
  - V(kms_client_key). The key is one of those that Microsoft publishes for KMS clients.
  - V(not_a_domain_member) and V(other_forest). The machine would write nowhere, or into another forest than the one
    that O(domain) or O(server) names. In no domain, it also cannot tell where the directory is.
  - V(object_gone). Somebody else has removed the object, and the directory could not be looked at again to tell.
  - V(server_read_only). A read-only domain controller removes nothing. Set O(server) to a writable one.
  - V(confirmation_id_needed). O(activate=offline), and no confirmation ID was given or is stored. RV(installation) has
    the installation ID.
  - V(outcome_unknown). No answer came, and the directory does not show the change. Run the task again.
  - V(not_converged). Windows says that it created the object, but the directory does not show it in time.
seealso:
  - module: volume.activation.adba_object_info
  - module: volume.activation.adba_client
  - name: AD-based activation
    link: https://github.com/volume-activation/volume.activation/blob/main/docs/docsite/rst/guide_adba.rst
    description: Rights, logins and the way from KMS to AD-based activation.
"""

EXAMPLES = r"""
- name: Let the forest activate its members, through a domain controller
  volume.activation.adba_object:
    name: Corp 2022
    product_key: "{{ vault_csvlk }}"
    ca_path: /etc/ssl/corp-ca.pem

- name: Get the installation ID for the portal
  volume.activation.adba_object:
    name: Corp 2022
    product_key: "{{ vault_csvlk }}"
    activate: never
  register: prepared

- name: Create the object with the confirmation ID that the portal gave
  volume.activation.adba_object:
    name: Corp 2022
    product_key: "{{ vault_csvlk }}"
    activate: offline
    confirmation_id: "{{ confirmation_id }}"

- name: Remove an object, from the controller
  volume.activation.adba_object:
    state: absent
    name: Corp 2016
    domain: corp.example
    bind_user: admin@corp.example
    bind_password: "{{ vault_admin_password }}"
  delegate_to: localhost
"""

RETURN = r"""
steps:
  description:
    - What was done. In check mode, what would be done.
    - On failure, what was done before it, and the failed step itself where the directory shows its effect.
  returned: always
  type: list
  elements: dict
  contains:
    action:
      description: The kind of step, V(create_object) or V(remove_object).
      type: str
    target:
      description: What it leads to. Of a product key no more than the last five characters are told.
      type: str
    why:
      description: Why the step is needed.
      type: str
  sample:
    - action: create_object
      target: Corp 2022, key PPPPP
      why: no activation object holds this key
steps_unknown:
  description:
    - Steps that failed after a request had left, while the directory could not be read afterwards. They
      may have changed the forest, so C(changed) is true with any of them.
    - A failed step that the directory shows is among RV(steps), and one that it shows not to be done is in neither.
  returned: failure
  type: list
  elements: dict
object:
  description:
    - The object that holds the key, as the directory shows it; V(none) with O(state=absent).
    - In check mode, as far as it can be foretold.
  returned: success
  type: dict
  contains:
    dn:
      description: The distinguished name.
      type: str
    name:
      description: The display name.
      type: str
    guid:
      description: The GUID of the object in the directory.
      type: str
    activation_id:
      description: The activation ID of the KMS host key, as a GUID.
      type: str
    partial_product_key:
      description: The last five characters of the KMS host key.
      type: str
    extended_pid:
      description: The extended product ID of the KMS host key.
      type: str
    kms_ids:
      description: The KMS IDs of the products that the object can activate, as GUIDs.
      type: list
      elements: str
    created:
      description: When the object was created, in UTC.
      type: str
    changed:
      description: When it was last changed, in UTC.
      type: str
  sample:
    dn: CN=Corp 2022,CN=Activation Objects,CN=Microsoft SPP,CN=Services,CN=Configuration,DC=corp,DC=example
    name: Corp 2022
    partial_product_key: PPPPP
forest:
  description:
    - The forest, and what it can hold. The parts are those of RV(volume.activation.adba_object_info#module:forest).
  returned: success
  type: dict
  sample:
    server: dc1.corp.example
    schema_version: 88
installation:
  description:
    - What the portal asks for, V(none) unless the machine was asked for it.
  returned: always
  type: dict
  contains:
    machine:
      description: The machine's name in the inventory.
      type: str
    installation_id:
      description: The installation ID of the forest for this key.
      type: str
    partial_product_key:
      description: The last five characters of the key.
      type: str
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
  sample: 3
msg:
  description: What went wrong, in one sentence.
  returned: failure
  type: str
  sample: dc-member cannot pass this login on to a domain controller, which creating the object takes.
code:
  description: The code of the failure, as Windows spells it, or a short name when the collection itself declined.
  returned: failure
  type: str
  sample: second_hop
cause:
  description: What usually causes this failure, V(none) when that is not known.
  returned: failure
  type: str
  sample: Windows writes the object as the caller; an NTLM, Basic or plain Kerberos login ends at the machine.
remedy:
  description: What to do about it, V(none) when that is not known.
  returned: failure
  type: str
  sample: Run the task on a domain controller.
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
