# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of license_info; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: license_info
version_added: 0.1.0
author:
  - the volume.activation authors (@volume-activation)
short_description: Read what a Windows machine says about its licences
description:
  - Reads the licences of a Windows machine, their state, their leases and the settings of the KMS client.
  - Nothing is changed and no product key is read. A key is told apart by its last five characters.
  - All answers are the same in every language of Windows, as they come from numbers and not from texts.
extends_documentation_fragment:
  - volume.activation.attributes
  - volume.activation.attributes.actiongroup_all
  - volume.activation.attributes.windows
  - volume.activation.attributes.reading
  - volume.activation.connection
  - volume.activation.waiting.unused
options:
  subset:
    description:
      - What to read. Each part less saves a request, and V(domain) is one more.
    type: list
    elements: str
    choices:
      machine: The name, the edition and the build.
      domain: The DNS domain that the machine is a member of.
      service: The settings of the KMS client, the version of the service and the clock.
      products: The products and the state of their licences.
    default:
      - machine
      - service
      - products
  products:
    description:
      - Which products to read.
    type: str
    choices:
      primary: The licence of Windows itself only.
      installed: Every product that has a key.
      all: Every licence that the machine knows, those without a key too. It is slow, a machine knows hundreds of
        them.
    default: installed
  installation_ids:
    description:
      - Whether to read the installation IDs and the extended product IDs too.
      - It is slow, since Windows computes them anew for each product.
    type: bool
    default: false
  events:
    description:
      - Whether to read how the last attempt ended to activate a product that is not licensed, from the events that the
        machine wrote about it into its Application log in the last 30 days.
      - It costs one more query where a product is not licensed. A machine with a long log may take many seconds for it.
    type: bool
    default: false
seealso:
  - module: volume.activation.kms_client
"""

EXAMPLES = r"""
- name: Read what the machine says about its licences
  volume.activation.license_info:
  register: licences

- name: Show the state of Windows itself
  ansible.builtin.debug:
    msg: "{{ (licences.license.products | selectattr('is_primary') | first).status }}"

- name: Read the primary product only, in one request
  volume.activation.license_info:
    subset: products
    products: primary

- name: Read which way the licence came, and of which domain the machine is a member
  volume.activation.license_info:
    subset:
      - domain
      - products
    products: primary
  register: path

- name: Show whether Active Directory or KMS licensed Windows, and the activation object
  ansible.builtin.debug:
    msg: "{{ item.activated_by }} {{ item.ad_object_dn }} in {{ path.license.domain }}"
  loop: "{{ path.license.products }}"
  loop_control:
    label: "{{ item.id }}"

- name: Find the products whose lease ends within a month
  ansible.builtin.debug:
    msg: "{{ item.name }} ends on {{ item.expires }}"
  loop: "{{ licences.license.products | selectattr('expires') | selectattr('grace_minutes', 'lt', 30 * 24 * 60) }}"
  loop_control:
    label: "{{ item.id }}"

- name: Read the installation IDs for Microsoft's product activation portal
  volume.activation.license_info:
    subset:
      - products
    installation_ids: true
"""

RETURN = r"""
license:
  description: What the machine says about its licences, as far as O(subset) asks for it.
  returned: success
  type: dict
  contains:
    machine:
      description: The machine itself.
      returned: when O(subset) has V(machine)
      type: dict
      contains:
        name:
          description: The name of the machine.
          type: str
          sample: APP01
        product_name:
          description: The product name of Windows, in English whatever the language of the machine.
          type: str
          sample: Windows Server 2022 Standard
        edition:
          description: The edition, in the same words in every language. V(none) when the collection does not know it.
          type: str
          sample: ServerStandard
        build:
          description: The build of Windows.
          type: int
          sample: 20348
        sku:
          description: The number of the edition, as Windows gives it.
          type: int
          sample: 7
    domain:
      description: The DNS domain that the machine is a member of, V(none) for a member of a workgroup.
      returned: when O(subset) has V(domain)
      type: str
      sample: corp.example.com
    service:
      description: The licensing service of the machine.
      returned: when O(subset) has V(service)
      type: dict
      contains:
        version:
          description: The version of the service.
          type: str
          sample: 10.0.20348.2849
        clock:
          description: The clock of the machine, as an ISO 8601 time; V(none) where the module did not read it.
          type: str
          sample: "2026-03-01T09:30:00+00:00"
        client_machine_id:
          description: The ID by which a KMS host counts the machine. It has to be unique in the fleet.
          type: str
          sample: 00000000-1111-2222-3333-444444444444
        kms_host:
          description: The KMS host that is set, V(none) when the host is looked up in DNS.
          type: str
          sample: kms.example.com
        kms_port:
          description: The port that is set, V(none) when none is set and 1688 applies.
          type: int
          sample: 1688
        lookup_domain:
          description: The domain in which the KMS host is looked up, V(none) when none is set.
          type: str
          sample: example.com
        host_caching:
          description: Whether the machine keeps to the KMS host that it found last.
          type: bool
          sample: true
        discovered_kms_host:
          description: The KMS host that was found in DNS.
          type: str
          sample: kms.example.com
        discovered_kms_port:
          description: The port that was found in DNS.
          type: int
          sample: 1688
        remaining_rearms:
          description: How often the grace period can still be started anew.
          type: int
          sample: 1000
        is_kms_host:
          description: Whether the machine is a KMS host.
          type: bool
          sample: false
        activation_type:
          description:
            - Which ways of volume activation the primary product may go, one of V(any), V(ad), V(kms), V(token) and
              V(unknown).
          type: str
          sample: any
    products:
      description: The products, as O(products) selects them. It is a list also when there is one only.
      returned: when O(subset) has V(products)
      type: list
      elements: dict
      contains:
        id:
          description: The activation ID of the product.
          type: str
          sample: 00000000-5555-6666-7777-888888888888
        name:
          description:
            - The name of the product.
            - It is V(none) in the results of the modules that read no more than what decides, such as
              M(volume.activation.kms_client).
          type: str
          sample: Windows(R), ServerStandard edition
        application:
          description: What the product belongs to, one of V(windows), V(office), V(office_2010) and V(other).
          type: str
          sample: windows
        family:
          description: The family of the licence. For Windows it is the edition.
          type: str
          sample: ServerStandard
        channel:
          description:
            - The channel of the key, one of V(kms_client), V(kms_host), V(mak), V(retail), V(oem), V(evaluation),
              V(avma), V(subscription) and V(unknown).
          type: str
          sample: kms_client
        partial_product_key:
          description: The last five characters of the key, V(none) when the product has no key.
          type: str
          sample: GGGGG
        status:
          description:
            - The state of the licence, one of V(unlicensed), V(licensed), V(oob_grace), V(oot_grace),
              V(non_genuine_grace), V(notification), V(extended_grace) and V(unknown).
            - It is V(unknown) when the number that Windows gives is none that the collection knows.
          type: str
          sample: licensed
        status_code:
          description: The state of the licence, as the number that Windows gives.
          type: int
          sample: 1
        reason:
          description: Why the product is in this state, V(none) when Windows gives no reason.
          type: dict
          contains:
            code:
              description: The code.
              type: str
              sample: "0xC004F056"
            name:
              description: The name of the code, V(none) when it has none.
              type: str
              sample: SL_E_VL_MACHINE_NOT_BOUND
            message:
              description: What it means.
              type: str
            cause:
              description: What usually causes it.
              type: str
            remedy:
              description: What to do about it.
              type: str
        last_attempt:
          description:
            - How the last attempt to activate the product ended. RV(license.products[].reason) is something
              else, mostly a state such as C(0xC004F056).
          returned: with O(events), where the product is not licensed and the machine has an event about an attempt
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
        grace_minutes:
          description: The minutes left of the lease or the grace period, V(0) when there is no end or none is left.
          type: int
          sample: 259200
        expires:
          description:
            - The day on which the lease, the grace period or the evaluation ends, as an ISO 8601 date.
            - It is reckoned by the clock of the machine, or by that of the controller when the machine itself was not
              read, as without V(machine) in O(subset).
            - It is V(none) when there is no end.
          type: str
          sample: "2026-08-28"
        activation_type:
          description:
            - Which ways of volume activation the product may go, one of V(any), V(ad), V(kms), V(token) and V(unknown).
          type: str
          sample: any
        activated_by:
          description:
            - The way that the last activation went, one of V(ad), V(kms), V(token) and V(unknown).
            - It is V(none) when there was none by volume activation.
          type: str
          sample: kms
        ad_object:
          description: The activation object in Active Directory that the product was activated by, V(none) without one.
          type: str
          sample: Windows Server 2025
        ad_object_dn:
          description: The distinguished name of that object.
          type: str
          sample: CN=Windows Server 2025,CN=Activation Objects,CN=Microsoft SPP,CN=Services,CN=Configuration,DC=example
        ad_extended_pid:
          description: The extended product ID of the KMS host key in that object.
          type: str
          sample: 03612-00206-000-000000-03-1033-20348.0000-0602026
        ad_activation_id:
          description: The activation ID of the KMS host key in that object.
          type: str
          sample: 00000000-aaaa-bbbb-cccc-dddddddddddd
        kms:
          description:
            - The KMS host of the product. Windows shows what is in force, which is what was set for the product itself,
              else what was set for the machine.
          type: dict
          contains:
            host:
              description: The host that is set, V(none) when DNS is asked.
              type: str
            port:
              description: The port that is set, V(none) when none is set.
              type: int
            lookup_domain:
              description: The DNS domain in which the host is looked up, V(none) when that is the machine's own.
              type: str
            discovered_host:
              description: The host that was found in DNS.
              type: str
            discovered_port:
              description: The port that was found in DNS.
              type: int
        is_primary:
          description: Whether this is the licence of Windows itself.
          type: bool
          sample: true
        is_addon:
          description: Whether this is an add-on to another product, such as extended security updates.
          type: bool
          sample: false
        installation_id:
          description: The installation ID of the product.
          returned: when O(installation_ids=true)
          type: str
        extended_pid:
          description: The extended product ID of its key, for which Microsoft asks beside the installation ID.
          returned: when O(installation_ids=true)
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
