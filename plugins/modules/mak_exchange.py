# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of mak_exchange; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mak_exchange
version_added: 0.1.0
author:
  - the volume.activation authors (@volume-activation)
short_description: Carry MAK activations through an air gap
description:
  - Activates machines with a MAK where neither they nor their controller reach Microsoft. A file goes out with the
    requests and comes back with the answers.
  - On the isolated side V(export) reserves an activation for each request in the ledger and writes the file. On a
    connected machine V(answer) asks the activation service and writes each answer into the file. Back on the isolated
    side V(import) takes the confirmation IDs into the ledger, where M(volume.activation.mak) finds them.
  - For a few machines V(sheet) writes a page to print, for Microsoft's product activation portal on
    the web, to which its telephone line leads as well.
  - Every step can be interrupted at any point and run again. The file is replaced as a whole, never written in place,
    and has checksums by which an edited or cut file is told and refused.
  - There is no product key in the file or on the sheet, at any privacy level.
extends_documentation_fragment:
  - volume.activation.attributes
  - volume.activation.attributes.actiongroup_mak
  - volume.activation.attributes.controller
  - volume.activation.attributes.changing
  - volume.activation.attributes.idempotent
  - volume.activation.ledger
  - volume.activation.service
options:
  step:
    description:
      - Which step of the exchange to do.
      - V(export) needs the ledger. The same requests again leave the file and the ledger as they are.
      - V(answer) needs no ledger. It asks for what has no answer yet, and writes the file after every batch. A refusal
        of the whole key ends it, and so does a service that is out of reach.
      - V(import) needs the ledger. It takes what is answered, releases what was refused, and stops the pools of a key
        that Microsoft calls exhausted or blocked. A second import of the same file changes nothing.
      - V(sheet) needs neither. It takes the requests from O(requests), or from the file at O(path) those that have no
        confirmation ID yet.
    type: str
    choices: [export, answer, import, sheet]
    required: true
  path:
    description:
      - The exchange file, on the controller. It is written for its owner only.
      - It is needed for all steps but V(sheet).
    type: path
  sheet_path:
    description:
      - The HTML file to write, on the controller. It is needed for O(step=sheet).
    type: path
  requests:
    description:
      - What to ask for, each element as RV(volume.activation.mak#module:installation) has it.
      - The same installation ID twice is one request.
      - It is needed for O(step=export).
    type: list
    elements: dict
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
        description: The last five characters of the installed key. For an export they must be those of the pool's key.
        type: str
        required: true
      client_machine_id:
        description: The identity of the installed image. For an export this or C(bios_uuid) is needed.
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
      - The pool that pays. It is needed for O(step=export).
    type: str
  product_key:
    description:
      - The MAK. It is needed for an export only as long as the pool is not bound to its key. No part of it but the last
        five characters gets into the file.
      - Keep it in a vaulted variable.
    type: str
  justification:
    description: Why these machines are activated with a MAK. It stands in the ledger, and never in the file.
    type: str
    default: ""
  use_reserve:
    description: Whether these requests may use what the pool keeps in reserve.
    type: bool
    default: false
  privacy:
    description:
      - How much about the machines leaves the isolated side.
      - V(full) has all that O(requests) has.
      - V(no_names) has a random token instead of the name, and neither client machine ID nor BIOS UUID. The result
        tells which token is which machine.
      - V(service_only) has the extended product ID and the installation ID, without which nobody can answer.
      - A sheet of a file shows no more than the file does.
    type: str
    choices: [full, no_names, service_only]
    default: full
  failures:
    description:
      - What to do when single requests fail. The others are exported, answered or imported in any case.
      - With V(fail) the task fails in the end. With V(report) it succeeds, and RV(machines) tells of them.
      - A file, a pool or a service that cannot be used always fails the task.
    type: str
    choices: [fail, report]
    default: fail
notes:
  - Keep the file until it is imported. The confirmation IDs in it are paid for.
  - The checksums in the file guard against accidents, not against somebody who means harm. An import takes only what
    was asked for from the same ledger.
  - V(no_exchange), V(foreign_exchange), V(damaged_exchange), V(edited_exchange) and V(newer_exchange). There is no
    file, it is something else, cut off, edited, or of a later version of the collection. RV(msg) names the part.
    Nothing was changed, and nothing was imported in part.
  - V(exchange_unreadable), V(exchange_unwritable) and V(exchange_in_use). The file cannot be read or written, or
    another task is working on it.
  - V(answers_not_imported). The file at O(path) holds confirmation IDs that an export would destroy. Import it first.
  - V(not_asked_for). An answer was not asked for from this ledger.
  - V(confirmation_differs). The ledger has another confirmation ID for the same installation ID.
  - V(pool_without_key) and V(kms_client_key). The pool has no key yet, so it has to be given in O(product_key) once; or
    what was given there is a published key, which needs no activation that counts.
  - V(pool_exhausted), V(pool_stopped), V(pool_of_another_key), V(unknown_pool), V(bad_machine) and
    V(activation_in_progress). The ledger declined to reserve.
  - V(bad_request), V(bad_installation_id), V(bad_extended_pid) and V(bad_partial_key). A request cannot be used, and
    RV(msg) says which. Nothing was reserved.
seealso:
  - module: volume.activation.mak
  - module: volume.activation.confirmation_id
  - module: volume.activation.mak_pool
  - name: Activate with a MAK behind an air gap
    link: https://github.com/volume-activation/volume.activation/blob/main/docs/docsite/rst/guide_mak_air_gap.rst
    description: The whole way through an air gap.
"""

EXAMPLES = r"""
- name: Export what the isolated machines need
  volume.activation.mak_exchange:
    step: export
    path: /media/usb/requests.json
    pool: laboratory
    privacy: no_names
    justification: Measuring computers without a network
    requests: "{{ ansible_play_hosts | map('extract', hostvars, ['mak_result', 'installation']) | select | list }}"
  run_once: true

- name: Ask Microsoft, on a machine with internet access
  volume.activation.mak_exchange:
    step: answer
    path: /media/usb/requests.json

- name: Take the answers into the ledger
  volume.activation.mak_exchange:
    step: import
    path: /media/usb/requests.json

- name: Write a page for the portal instead
  volume.activation.mak_exchange:
    step: sheet
    sheet_path: /tmp/portal.html
    requests:
      - "{{ mak_result.installation }}"
"""

RETURN = r"""
path:
  description: The exchange file, V(none) where the task names none.
  returned: always
  type: str
  sample: /media/usb/requests.json
sheet_path:
  description: The page for the portal, V(none) where the task names none.
  returned: always
  type: str
  sample: /tmp/portal.html
exchange_id:
  description:
    - The random ID of the file, by which two files are told apart.
    - It is V(none) where there is no file, and in check mode for one that would be written.
  returned: when the file could be used
  type: str
  sample: 0f3c9a5d1b7e4c2f8a6d5e4b3c2a1f0e
counts:
  description: How many requests came to what. In check mode, to what they would come as far as that can be known.
  returned: when the file could be used
  type: dict
  contains:
    exported:
      description: Reserved, and in the file.
      type: int
    stored:
      description: The ledger has the confirmation ID already.
      type: int
    answered:
      description: The file has a confirmation ID.
      type: int
    imported:
      description: The confirmation ID was taken into the ledger by this task.
      type: int
    missing:
      description: There is no answer yet, or the service was out of order. It stays reserved.
      type: int
    failed:
      description: Refused by the service, by the ledger or by the task.
      type: int
machines:
  description: What became of each request. Neither confirmation IDs nor keys are in it.
  returned: when the file could be used
  type: list
  elements: dict
  contains:
    machine:
      description: The name of the machine where it is known here, else its token, else its place in the file.
      type: str
    token:
      description: What stands for the name in a file without names, V(none) in other files.
      type: str
    outcome:
      description: What it came to, one of the names in RV(counts), and V(listed) for a sheet.
      type: str
    msg:
      description: Why it failed or is still open, V(none) otherwise.
      type: str
    code:
      description: The code of that, V(none) otherwise.
      type: str
    remedy:
      description: What to do about it, V(none) otherwise.
      type: str
  sample:
    - machine: measuring-01
      token: 5c1d0f9e2ab4
      outcome: exported
      msg: null
      code: null
      remedy: null
diff:
  description: What changes, in words, for a sheet its text. No confirmation ID and no product key is in it.
  returned: when the file could be used, in diff mode
  type: dict
  contains:
    before:
      description: What is, a line for each request.
      type: str
    after:
      description: What is to be, a line for each request.
      type: str
msg:
  description: What went wrong, in one sentence.
  returned: failure
  type: str
  sample: "The exchange file requests.json was edited: answer 3. Nothing was changed, here or in the file."
code:
  description: The code of the failure, as the service spells it, or a short name when the collection itself declined.
  returned: failure
  type: str
  sample: edited_exchange
cause:
  description: What usually causes this failure, V(none) when that is not known.
  returned: failure
  type: str
  sample: A checksum does not fit what it stands for, or a part does not belong into such a file.
remedy:
  description: What to do about it, V(none) when that is not known.
  returned: failure
  type: str
  sample: Take the file as the task wrote it, or copy it again. It is not meant to be edited.
refused:
  description: Whether the module declined before anything was changed.
  returned: failure
  type: bool
  sample: true
"""
