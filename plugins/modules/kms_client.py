# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of kms_client; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: kms_client
version_added: 0.1.0
author:
  - the volume.activation authors (@volume-activation)
short_description: Keep Windows activated as a KMS client
description:
  - Makes a Windows machine a client of a KMS host and keeps it activated, through the key, the settings and the
    activation itself.
  - What is right already is left alone. An option that is not given says nothing about its setting.
  - The generic volume licence key is chosen by the edition and the build of the machine. These keys are published by
    Microsoft for everyone. They choose the channel and activate nothing by themselves, so the task needs no secret.
extends_documentation_fragment:
  - volume.activation.attributes
  - volume.activation.attributes.actiongroup_kms
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
  kms_host:
    description:
      - The name or the address of the KMS host. It is set on the machine, which then asks no other host.
      - The name of an Active Directory domain is refused with the code V(domain_as_kms_host). To have the host looked
        up in a domain use O(lookup_domain).
      - A product can have a KMS host, a port and a look-up domain of its own, which override those of the machine. What
        Windows itself has of them is cleared, so that the host is in force. Office may keep its own, which
        M(volume.activation.fleet_audit) and M(volume.activation.diagnosis_info) report.
      - Its port belongs in O(kms_port). What cannot be a single host is refused with the code V(bad_option) before
        anything is sent, such as a name with a port, the name of a service record (C(_vlmcs._tcp.corp.example)), a URL,
        a list, a number, or a name with an empty label. An IPv6 address may be in brackets, and has no zone.
      - Another spelling of the host that is set is not a change.
      - Mutually exclusive with O(kms_hosts) and O(dns_discovery).
    type: str
  kms_hosts:
    description:
      - Several KMS hosts, the most wished for first. Each is a name or an address, and may have its port behind a colon
        (an IPv6 address then stands in brackets).
      - A machine that is on one of them and licensed stays there. Otherwise they are set one after the other, and the
        first that activates the machine stays. When none does, the task fails with the code V(no_kms_host_activates)
        and leaves the first one set, which Windows then asks by itself.
      - The next one is tried only when the KMS host is to blame, by the code of the failure, or when no answer came.
      - In check mode the first one is taken to succeed.
      - Mutually exclusive with O(kms_host) and O(dns_discovery).
    type: list
    elements: str
  kms_port:
    description:
      - The port of the KMS host. It is only used with O(kms_host), and for those of O(kms_hosts) that have none.
    type: int
    default: 1688
  dns_discovery:
    description:
      - With V(true) a KMS host and a port that are set on the machine or for Windows alone are cleared, so that the
        machine looks its KMS host up in DNS.
      - With V(false) nothing is said about them.
      - Mutually exclusive with O(kms_host) and O(kms_hosts).
    type: bool
    default: false
  lookup_domain:
    description:
      - The DNS domain in which the machine looks its KMS host up, instead of its own. An address or the name of a
        service record is refused with the code V(bad_option).
      - An empty string clears the domain. A domain that is set for Windows alone is cleared in either case.
    type: str
  host_caching:
    description:
      - Whether the machine keeps to the KMS host that it found last, instead of looking one up each time.
    type: bool
  activation_type:
    description:
      - Which ways of volume activation the machine may go. Where Windows has a type of its own, that is cleared.
      - It is set machine-wide, and so applies to Office too. Where V(ad) or V(token) would cut off an Office product
        that has a generic key from KMS, it is set for Windows alone.
    type: str
    choices:
      any: Any of them, Active Directory before KMS.
      ad: Active Directory only.
      kms: KMS only.
      token: A token only.
  check_kms_host:
    description:
      - Whether to connect to the KMS host before a licence is given up that cannot be restored, which takes
        O(replace_licensed=true).
      - The host is O(kms_host), one of O(kms_hosts), the one that is set on the machine, or those that DNS names in the
        domain in which the machine looks. When each of them refuses the connection or does not answer within three
        seconds, the machine is refused with the code V(kms_host_unreachable).
      - The controller connects, not the machine. Set it to V(false) where only the machine reaches the KMS host. What
        the controller cannot see, such as a name that its DNS does not know, holds up nothing. Nor does a host that
        does not answer the controller while a product of the machine was licensed by it within the last seven days.
    type: bool
    default: true
  activate:
    description:
      - When to ask for an activation.
    type: str
    choices:
      if_needed: When the machine is not licensed, or its key has changed, or O(renew_below_days) says so.
      always: On each run. A KMS lease starts anew thereby.
      never: Never. Only the key and the settings are seen to.
    default: if_needed
  renew_below_days:
    description:
      - With O(activate=if_needed) renew the lease also when it has fewer days left than this, a number from 1 to 179.
      - A KMS lease lasts 180 days and Windows renews it by itself every seven days, so a lease below 150 days tells
        that it did not succeed for some weeks.
    type: int
notes:
  - A machine on which a material decision is needed is refused before anything is changed. The result then has
    RV(refused=true), the code and the remedy.
  - V(evaluation_edition). An evaluation edition takes no volume licence key. Convert it to the full edition first.
  - V(no_published_key). No key is published for the edition and the build. Give one in O(extra_gvlks), or use
    O(product_key=keep).
  - V(kms_host_key). The machine holds the key of a KMS host. Leave it out of the play when it is meant to be one,
    else remove the key with M(volume.activation.product_key) first.
  - V(domain_as_kms_host). O(kms_host) is the name of a domain. Put it into O(lookup_domain).
  - V(licensed_by_other_key). The machine is licensed by a MAK, a retail or an OEM key. Set O(replace_licensed=true)
    to replace it.
  - V(kms_host_unreachable). No KMS host answers the controller, and a licence that cannot be restored would be given up
    for it. See O(check_kms_host).
  - V(0xC004F081). The activation type of the machine is V(ad), and Active Directory has not licensed it. To license it
    by KMS use O(activation_type=any) or O(activation_type=kms).
  - V(subscription_step_up). The edition comes from a subscription and goes back when the key is changed. Use
    O(product_key=keep) or leave the machine out.
  - V(no_primary_product). Windows shows no product of its own that has a key. Then its edition may not be told either,
    O(activation_type) can neither be compared nor set, and nothing can be activated. Install a key with
    M(volume.activation.product_key). With O(product_key=keep) leave O(activation_type) out and use O(activate=never).
  - V(not_a_kms_client). With O(product_key=keep) the machine is on another key, so there is nothing to activate by
    KMS. Use O(product_key=gvlk), or O(activate=never). It also comes, without RV(refused), after a key from
    O(extra_gvlks) was installed that turns out to be no KMS client key. Then correct that key.
  - V(token_activation). The machine may be activated by a token only, which takes a certificate on the machine. Use
    another O(activation_type), or O(activate=never).
  - V(no_kms_host_activates). None of O(kms_hosts) activated the machine. RV(kms_hosts_tried) has the reason of each.
  - V(bad_gvlk_row). A row of O(extra_gvlks) cannot be used, for example since its key has not the form of one.
seealso:
  - module: volume.activation.license_info
  - module: volume.activation.activate
  - name: Keep a fleet on KMS
    link: https://github.com/volume-activation/volume.activation/blob/main/docs/docsite/rst/guide_kms.rst
    description: How the module decides, and what each refusal asks for.
  - name: Key Management Services (KMS) client activation and product keys
    description: The generic volume licence keys, published by Microsoft.
    link: https://learn.microsoft.com/windows-server/get-started/kms-client-activation-keys
"""

EXAMPLES = r"""
- name: Keep the machine activated by the KMS host that DNS names
  volume.activation.kms_client:
    dns_discovery: true

- name: Keep the machine activated by the first of two KMS hosts that does it
  volume.activation.kms_client:
    kms_hosts:
      - kms1.example.com
      - kms2.example.com:1689

- name: Keep the machine activated by a certain KMS host
  volume.activation.kms_client:
    kms_host: kms.example.com

- name: Look the KMS host up in another domain and renew a lease that nobody renewed
  volume.activation.kms_client:
    dns_discovery: true
    lookup_domain: corp.example.com
    renew_below_days: 150

- name: Bring a machine back from a MAK
  volume.activation.kms_client:
    kms_host: kms.example.com
    replace_licensed: true

- name: Prepare an image, whose copies are to be activated later
  volume.activation.kms_client:
    kms_host: kms.example.com
    activate: never

- name: Use a key of your own for an edition without a published one
  volume.activation.kms_client:
    kms_host: kms.example.com
    extra_gvlks:
      - edition_id: EnterpriseS
        build: 26100
        product_key: "{{ vault_enterprise_ltsc_key }}"

- name: Say what is common to all tasks only once
  module_defaults:
    group/volume.activation.all:
      wait_seconds: 300
  block:
    - name: Keep the machine a KMS client
      volume.activation.kms_client:
        kms_host: kms.example.com

    - name: Activate the extended security updates beside it
      volume.activation.activate:
        activation_id: "{{ esu_activation_id }}"
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
    - action: set_kms_host
      target: kms.example.com
      why: no KMS host is set
    - action: activate
      target: licensed
      why: it is not licensed (oob_grace)
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
kms_hosts_tried:
  description: Which of O(kms_hosts) were asked, in their order. It is empty when none had to be, and in check mode.
  returned: always
  type: list
  elements: dict
  contains:
    host:
      description: The name or address.
      type: str
    port:
      description: Its port.
      type: int
    activated:
      description: Whether it activated the machine.
      type: bool
    code:
      description: Why it did not, V(none) when it did.
      type: str
    inner_code:
      description:
        - The code in the machine's event log for this attempt, which may be more exact than RV(kms_hosts_tried[].code).
        - V(none) when there is no event about it.
      type: str
    message:
      description: The same in words.
      type: str
checks:
  description:
    - What was checked before a licence was given up that cannot be restored.
    - Empty when no such licence was given up, or with O(check_kms_host=false).
  returned: always
  type: list
  elements: dict
  contains:
    check:
      description: V(kms_host), a connection to a KMS host, or V(kms_srv), the KMS hosts that DNS names.
      type: str
    target:
      description: The KMS host and its port, or the name that DNS was asked for.
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
