# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of adba_client; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: adba_client
version_added: 0.1.0
author:
  - the volume.activation authors (@volume-activation)
short_description: Keep a domain member activated by Active Directory
description:
  - Keeps a Windows machine activated by an activation object of its forest, through the key, the activation type and
    the activation itself, and tells which path gave the licence.
  - A licence by KMS is none that this module was asked for. Such a machine is activated again, unless
    O(activation_type=any).
  - What is right already is left alone. Whether Active Directory gave the licence is read from the product, which names
    the activation object.
  - The module is about Windows itself. Office that has a generic volume licence key activates by itself, through an
    activation object that covers it; where it has to be now, use M(volume.activation.activate) with its activation ID.
extends_documentation_fragment:
  - volume.activation.attributes
  - volume.activation.attributes.actiongroup_all
  - volume.activation.attributes.windows
  - volume.activation.attributes.changing
  - volume.activation.connection
  - volume.activation.volume_key
  - volume.activation.waiting
attributes:
  idempotent:
    description: When run twice in a row outside check mode with the same arguments, the second run changes nothing.
    support: partial
    details:
      - With O(activate=always) every run asks for an activation.
options:
  activation_type:
    description:
      - Which ways of volume activation Windows may go.
      - It is set machine-wide, and so applies to Office too. Where V(ad) would cut off an Office product that has a
        generic key from KMS, it is set for Windows alone. That is every such Office that Active Directory has not
        licensed, since nothing else shows that the forest has an activation object for it.
      - Where another type is set machine-wide, one that Windows has of its own is cleared.
    type: str
    choices:
      ad: Active Directory only. A machine that is licensed otherwise is activated again.
      any: Any of them, Active Directory before KMS. A licence by KMS is accepted and told in RV(activation.path).
    default: ad
  activate:
    description:
      - When to ask for an activation.
    type: str
    choices:
      if_needed: When the machine is not licensed, when another path than the one wished for gave the licence, when its
        key has changed, or when O(renew_below_days) says so.
      always: On each run. The licence starts anew thereby.
      never: Never. Only the key and the activation type are seen to.
    default: if_needed
  renew_below_days:
    description:
      - With O(activate=if_needed) renew the licence also when it has fewer days left than this, a number from 1 to 179.
      - A licence by Active Directory lasts 180 days and Windows renews it by itself every seven days, so one below 150
        days tells that it did not succeed for some weeks.
    type: int
notes:
  - A machine that Active Directory has licensed costs two requests, one that is licensed by KMS three, since then its
    domain is asked for. With Office beside Windows it is one more.
  - A machine on which a material decision is needed is refused before anything is changed. The result then has
    RV(refused=true), the code and the remedy.
  - V(not_a_domain_member). The machine is in a workgroup. Join it to a domain first, or leave it to
    M(volume.activation.kms_client). To prepare an image that joins a domain later use that module with
    O(volume.activation.kms_client#module:activation_type=ad) and
    O(volume.activation.kms_client#module:activate=never).
  - V(evaluation_edition). An evaluation edition takes no volume licence key. Convert it to the full edition first.
  - V(no_published_key). No key is published for the edition and the build. Give one in O(extra_gvlks), or use
    O(product_key=keep).
  - V(kms_host_key). The machine holds the key of a KMS host. Leave it out of the play when it is meant to be one,
    else remove the key with M(volume.activation.product_key) first.
  - V(licensed_by_other_key). The machine is licensed by a MAK, a retail or an OEM key. Set O(replace_licensed=true)
    to replace it.
  - V(subscription_step_up). The edition comes from a subscription and goes back when the key is changed. Use
    O(product_key=keep) with O(activation_type=any), or leave the machine out.
  - V(no_primary_product). Windows shows no product of its own that has a key, and its edition cannot be told. Install
    a key with M(volume.activation.product_key).
  - V(not_a_kms_client). With O(product_key=keep) the machine is on another key, which Active Directory does not
    activate. Use O(product_key=gvlk). It also comes, without RV(refused), after a key from O(extra_gvlks) was installed
    that turns out to be no KMS client key. Then correct that key.
  - V(bad_gvlk_row). A row of O(extra_gvlks) cannot be used, for example since its key has not the form of one.
  - V(0xC004F081). The forest has no activation object for this product, or the domain controller that the machine asks
    has not got it yet. List the objects with M(volume.activation.adba_object_info). The code does not come with
    O(activation_type=any) as long as a KMS host answers.
  - When an activation fails, the activation type is set back to what it was, so that a licence by KMS is renewed as
    before.
seealso:
  - module: volume.activation.license_info
  - module: volume.activation.kms_client
  - module: volume.activation.adba_object
  - module: volume.activation.adba_object_info
  - name: Activate using Active Directory-based activation
    description: What a forest and its clients need.
    link: https://learn.microsoft.com/windows/deployment/volume-activation/activate-using-active-directory-based-activation-client
"""

EXAMPLES = r"""
- name: Keep the machine activated by Active Directory
  volume.activation.adba_client:

- name: Prefer Active Directory, and take KMS where it offers nothing
  volume.activation.adba_client:
    activation_type: any
  register: client

- name: Show which path gave the licence
  ansible.builtin.debug:
    msg: "{{ client.activation.path }} {{ client.activation.object_dn }}"

- name: Bring a machine back from a MAK
  volume.activation.adba_client:
    replace_licensed: true

- name: Renew a licence that nobody renewed for a month
  volume.activation.adba_client:
    renew_below_days: 150

- name: Activate domain members by Active Directory, all others by KMS
  block:
    - name: Ask whether the machine is a member of a domain
      volume.activation.license_info:
        subset: domain
      register: membership

    - name: Keep the domain member activated by Active Directory
      volume.activation.adba_client:
      when: membership.license.domain is not none

    - name: Keep the other machine a KMS client
      volume.activation.kms_client:
        kms_host: kms.example.com
      when: membership.license.domain is none
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
    - action: set_activation_type
      target: ad
      why: the activation type is set otherwise
    - action: activate
      target: licensed by Active Directory
      why: it is licensed by KMS, not by Active Directory
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
    - Which path gave Windows the licence that it has after the steps, and by which activation object.
    - In check mode the object is V(none) where an activation is still to come, since the directory chooses it.
  returned: success
  type: dict
  contains:
    path:
      description:
        - V(ad) for Active Directory, V(kms) for KMS.
        - V(none) when Windows is not licensed or licensed otherwise. In check mode also where O(activation_type=any)
          leaves it to Windows.
      type: str
      sample: ad
    object:
      description: The name of the activation object, V(none) when the path is not Active Directory.
      type: str
      sample: Windows Server 2025
    object_dn:
      description: The distinguished name of the activation object.
      type: str
      sample: CN=Windows Server 2025,CN=Activation Objects,CN=Microsoft SPP,CN=Services,CN=Configuration,DC=example
    extended_pid:
      description: The extended product ID of the KMS host key in that object.
      type: str
      sample: 03612-00206-000-000000-03-1033-20348.0000-0602026
    activation_id:
      description: The activation ID of the KMS host key in that object.
      type: str
      sample: 00000000-aaaa-bbbb-cccc-dddddddddddd
license:
  description:
    - What the machine says about its licences after the steps. In check mode, what it would say.
    - The parts are those of RV(volume.activation.license_info#module:license), with every product that has a key, since
      the activation type may apply to Office. No more is read than what decides, so a product's name, the KMS host that
      it found and the end of its evaluation are V(none) here.
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
checks:
  description:
    - What was checked before a licence was given up that cannot be restored.
    - Empty when no such licence was given up.
  returned: always
  type: list
  elements: dict
  contains:
    check:
      description: V(ad_object), the activation objects of the forest.
      type: str
    target:
      description: The domain of the machine.
      type: str
    result:
      description: V(ok), V(failed), or V(unknown) where the controller cannot see it.
      type: str
    detail:
      description: The result in one sentence.
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
  sample: The machine is not a member of a domain, so Active Directory cannot activate it.
code:
  description: The code of the failure, as Windows spells it, or a short name when the collection itself declined.
  returned: failure
  type: str
  sample: "0xC004F081"
cause:
  description: What usually causes this failure, V(none) when that is not known.
  returned: failure
  type: str
  sample: The forest has no activation object that covers this product.
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
  sample: List the forest's activation objects with volume.activation.adba_object_info.
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
