# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of kms_host; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: kms_host
version_added: 0.1.0
author:
  - the volume.activation authors (@volume-activation)
short_description: Keep a Windows machine a KMS host, or retire it
description:
  - Installs the KMS host keys (CSVLK) of an organisation on a machine, activates them, and keeps the settings of the
    Key Management Service (KMS) as they are wished for.
  - What is right already is left alone. An option that is not given says nothing about its setting.
  - A host key can be activated on six machines, and ten times on each, so it is activated only where its product is not
    licensed, and asked for once. When the answer is lost, the machine is looked at and not asked again.
  - With O(state=absent) the machine becomes an ordinary KMS client again.
  - In check mode nothing is spent. The task says what would be.
extends_documentation_fragment:
  - volume.activation.attributes
  - volume.activation.attributes.actiongroup_all
  - volume.activation.attributes.windows
  - volume.activation.attributes.changing
  - volume.activation.attributes.idempotent
  - volume.activation.connection
  - volume.activation.waiting
  - volume.activation.ledger
options:
  state:
    description:
      - V(present) keeps the machine a host with these keys and settings.
      - V(absent) takes every host key off. Windows gets the generic key of its edition, Office's host keys are
        uninstalled, the settings of the host go back to Windows' own, and the firewall's rule is switched off.
      - Activating the machine as a client is left to M(volume.activation.kms_client). SRV records that the host has
        written stay in DNS until somebody removes them; M(volume.activation.kms_discovery_info) finds them.
    type: str
    choices: [present, absent]
    default: present
  product_keys:
    description:
      - The host keys that the machine is to have, one for Windows and one for each Office release that it serves.
      - A product has one key at a time, so two keys for the same one are refused.
      - Without any the keys of the machine are left alone, and only the settings are seen to.
      - Host keys that are not in the list are left alone too, except that a Windows has one key at a time.
    type: list
    elements: dict
    default: []
    suboptions:
      product_key:
        description:
          - The host key. Keep it in a vaulted variable. It leaves the controller only when it is not installed yet.
        type: str
        required: true
      products:
        description:
          - What the key is for. V(windows) is Windows itself, V(office) the Office product that takes the key, and
            everything else is taken for the activation ID of a product.
          - Office's host keys need Office's volume licence pack on the machine, or Windows knows no product for them.
        type: str
        default: windows
      confirmation_id:
        description:
          - A confirmation ID that Microsoft's product activation portal gave, with or without hyphens between its
            groups. It is deposited in place of asking Microsoft.
          - With a O(product_keys[].pool) it is kept in the ledger, and serves again when the same machine comes back
            with the same installation ID.
        type: str
      pool:
        description:
          - The pool in the ledger from which the activation is taken, as with M(volume.activation.mak). It belongs to
            this key alone.
          - Without a pool nothing is counted.
        type: str
  activate:
    description:
      - V(online) lets the machine ask Microsoft, for which it needs the internet.
      - V(offline) takes a confirmation ID, from O(product_keys[].confirmation_id) or from the store in the ledger.
      - V(never) installs the keys only. RV(installations) then has the installation IDs for Microsoft's product
        activation portal.
    type: str
    choices: [online, offline, never]
    default: online
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
      - Whether a product that is licensed by another key, an older KMS host key included, may lose that licence to the
        host key.
      - A licence on a published KMS client key needs no permission, unless O(activate=never). If the host key brings no
        licence, the module installs the client key again and activates it, and RV(license_changes) says so.
    type: bool
    default: false
  port:
    description:
      - The TCP port that the host listens on, usually 1688.
    type: int
  dns_publishing:
    description:
      - Whether the host writes its SRV records (C(_vlmcs._tcp)) into DNS.
    type: bool
  publish_domains:
    description:
      - The DNS domains in the host's list of domains to publish in (C(DnsDomainPublishList)), as an exact set. An empty
        list deletes it.
      - Microsoft's pages disagree whether a host with a list goes on publishing in its own domain. Put that domain into
        the list too, which is right in both cases.
    type: list
    elements: dict
    suboptions:
      domain:
        description: The DNS name of the domain.
        type: str
        required: true
      priority:
        description: The priority in the SRV record. Clients try lower ones first.
        type: int
        default: 0
      weight:
        description: The weight in the SRV record, for the choice among those of one priority.
        type: int
        default: 0
  low_priority:
    description:
      - Whether the service runs with low priority, on a machine that has other work to do.
    type: bool
  activation_interval:
    description:
      - After how many minutes a client that is not activated tries again, from 15 to 43200. Windows' own value is 120.
      - Windows takes it from an activated host only. On one that is not activated yet it waits, see RV(deferred).
    type: int
  renewal_interval:
    description:
      - After how many minutes a client renews its activation, from 15 to 43200. Windows' own value is 10080, a week.
      - Windows takes it from an activated host only, as O(activation_interval).
    type: int
  firewall:
    description:
      - Whether the rule of the Windows firewall for the service (C(SPPSVC-In-TCP)) is on, and about the host's port.
      - With V(false) the rule is switched off.
    type: bool
  firewall_profiles:
    description:
      - The network profiles in which the rule holds, one at least. It needs O(firewall=true).
    type: list
    elements: str
    choices: [domain, private, public]
  restart_service:
    description:
      - Whether to restart the licensing service (C(sppsvc)) after a change of port, DNS, priority or intervals. Until
        it starts anew the host serves as before.
    type: bool
    default: true
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
  - V(azure_edition). Windows Server Datacenter Azure Edition cannot be a KMS host. Take another machine.
  - V(evaluation_edition) and V(not_a_volume_edition). The edition takes no volume licence key.
  - V(kms_client_key). The key is one of those that Microsoft publishes for KMS clients, which makes no host.
  - V(not_a_host_key). The machine shows the key as one of another kind, such as a MAK. Windows tells the kind of a key
    only once it is installed. It was not activated.
  - V(licensed_by_other_key). The product would lose a licence. Set O(replace_licensed) if that is meant.
  - V(confirmation_id_needed). O(activate=offline), and no confirmation ID was given or is stored. The message has the
    installation ID. A machine that was licensed by a published KMS client key has that key again.
  - Microsoft's batch service, which gives confirmation IDs for MAKs, is not asked for host keys, as it serves no other
    kind of key.
  - V(no_firewall_rule). The firewall's rule, or its port, was deleted, or the firewall is managed elsewhere.
  - V(service_not_restarted). The settings are written and wait for the licensing service to start anew.
  - V(no_such_product). No product has the activation ID in O(product_keys[].products), or the key went into another
    product. For an Office key, the Office volume licence pack may be missing on the host.
  - V(no_published_key). With O(state=absent) there is no client key for the edition.
  - V(unknown_pool), V(pool_of_another_key), V(pool_stopped), V(pool_exhausted) and V(activation_in_progress). The
    ledger does not grant the activation, and RV(remedy) says why.
  - V(outcome_unknown). No answer came and the machine does not show the effect. Run the task again.
  - V(bad_confirmation_id), V(malformed_key) and V(bad_option). What was given cannot be used; nothing was sent.
  - If the controller is killed between a setting and the restart of the service, the next run finds the setting as it
    is wished and restarts nothing. The setting then comes into force with the next start of the machine.
  - The role service C(VolumeActivation) is not needed. It only adds a graphical tool.
seealso:
  - module: volume.activation.kms_host_info
  - module: volume.activation.kms_discovery_info
  - module: volume.activation.kms_client
  - name: KMS hosts
    link: https://github.com/volume-activation/volume.activation/blob/main/docs/docsite/rst/guide_kms_host.rst
    description: Setting one up, replacing one, and reading its counts.
"""

EXAMPLES = r"""
- name: Keep the machine a KMS host for Windows
  volume.activation.kms_host:
    product_keys:
      - product_key: "{{ vault_kms_host_key }}"
    firewall: true
    firewall_profiles: [domain, private]

- name: Count what is spent of the key, which six machines may activate ten times each
  volume.activation.kms_host:
    product_keys:
      - product_key: "{{ vault_kms_host_key }}"
        pool: kms-hosts

- name: Serve Office too, on another port, and publish in the branches
  volume.activation.kms_host:
    product_keys:
      - product_key: "{{ vault_kms_host_key }}"
      - product_key: "{{ vault_office_host_key }}"
        products: office
    port: 1689
    firewall: true
    publish_domains:
      - domain: example.com
      - domain: branch.example.com
        priority: 10

- name: Install the key on a machine without internet, and see what the portal asks for
  volume.activation.kms_host:
    product_keys:
      - product_key: "{{ vault_kms_host_key }}"
    activate: never
  register: prepared

- name: Deposit the confirmation ID that the portal gave
  volume.activation.kms_host:
    product_keys:
      - product_key: "{{ vault_kms_host_key }}"
        confirmation_id: "{{ confirmation_id }}"
    activate: offline

- name: Retire the host
  volume.activation.kms_host:
    state: absent
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
    - action: set_listening_port
      target: "1689"
      why: it listens on another port
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
hosting:
  description:
    - How the machine is set as a KMS host after the steps. In check mode, as it would be.
  returned: success
  type: dict
  contains:
    is_kms_host:
      description: Whether the machine is an activated KMS host.
      type: bool
    port:
      description: The TCP port that it listens on.
      type: int
    dns_publishing:
      description: Whether it writes its SRV records.
      type: bool
    publish_domains:
      description: The list of domains to publish in, each with C(domain), C(priority) and C(weight).
      type: list
      elements: dict
    low_priority:
      description: Whether it runs with low priority.
      type: bool
    activation_interval:
      description: After how many minutes a client that is not activated tries again, V(none) where nobody tells.
      type: int
    renewal_interval:
      description: After how many minutes a client renews, V(none) where Windows tells none.
      type: int
    firewall:
      description:
        - The rule of the Windows firewall for the service, with C(rule), C(enabled), C(ports) and C(profiles).
        - It is V(none) where it was not read, and where the machine has no such rule.
      type: dict
    service_version:
      description: The mark that C(slmgr.vbs) leaves on KMS hosts (C(KeyManagementServiceVersion)), V(none) without it.
      type: str
  sample:
    is_kms_host: true
    port: 1688
    dns_publishing: true
    publish_domains:
      - domain: branch.example.com
        priority: 10
        weight: 0
    low_priority: false
    activation_interval: 120
    renewal_interval: 10080
    firewall:
      rule: SPPSVC-In-TCP
      enabled: true
      ports: ["1688"]
      profiles: [domain, private]
    service_version: 10.0.20348.1
deferred:
  description:
    - The options that Windows takes from an activated KMS host only, while the machine is none. The task has to run
      again once the host is activated.
  returned: success
  type: list
  elements: str
  sample: [activation_interval]
installations:
  description:
    - With O(activate=never), what the activation of each product that is not licensed asks for, with its
      C(installation_id) and its C(activation_id) among it.
  returned: success
  type: list
  elements: dict
license:
  description:
    - What the machine says about its licences after the steps. In check mode, what it would say.
    - The parts are those of RV(volume.activation.license_info#module:license).
  returned: success
  type: dict
  sample:
    products:
      - family: ServerStandard
        channel: kms_host
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
  sample: 6
msg:
  description: What went wrong, in one sentence.
  returned: failure
  type: str
  sample: Windows Server Datacenter Azure Edition cannot be a KMS host.
code:
  description: The code of the failure, as Windows spells it, or a short name when the collection itself declined.
  returned: failure
  type: str
  sample: azure_edition
cause:
  description: What usually causes this failure, V(none) when that is not known.
  returned: failure
  type: str
remedy:
  description: What to do about it, V(none) when that is not known.
  returned: failure
  type: str
  sample: Make another machine the KMS host.
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
