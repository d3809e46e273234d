# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of simulated_fleet; the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: simulated_fleet
version_added: 0.1.0
author:
  - the volume.activation authors (@volume-activation)
short_description: Start and stop a simulated fleet of Windows machines
description:
  - Starts a process on the controller that answers as a fleet of Windows machines would when they are asked about their
    licences, so that an inventory and its playbooks can be tried without Windows. It is meant for pipelines and for
    Molecule.
  - The machines are reached over the C(winrm) and C(psrp) connections, by HTTPS with Basic or by HTTP with NTLM and
    sealed messages. Certificate validation stays on.
  - The process listens on loopback only, on ports of the system's choice, and writes an inventory that leads to them.
  - It grants no licence to anything and speaks no KMS protocol.
  - When a fleet runs in O(directory) already, it is changed to match the description. Machines whose description is as
    before keep the state they are in, ports and passwords included.
extends_documentation_fragment:
  - volume.activation.attributes
  - volume.activation.attributes.changing
  - volume.activation.attributes.idempotent
attributes:
  check_mode:
    description: Can run in check mode and tell what it would do, without changing the target.
    support: full
    details:
      - In check mode the description is validated, and nothing is started, changed or stopped.
  diff_mode:
    description: Returns what changed, or would change in check mode, when in diff mode.
    support: full
    details:
      - The diff says whether a fleet runs and whether its description changes.
  platform:
    description: The systems that can be operated on.
    platforms: posix
    support: full
options:
  state:
    description:
      - V(started) sees that a fleet as described runs.
      - V(stopped) sees that none runs in O(directory), and removes what holds passwords or keys from there. The log
        stays.
    type: str
    choices: [started, stopped]
    default: started
  directory:
    description:
      - Where the process keeps inventory, certificates, log and process number. It is created if need be, for its owner
        only.
      - A directory that everybody can write to is refused.
      - The process ends by itself when the directory is removed.
    type: path
    required: true
  machines:
    description:
      - The machines by name. A value is the name of a system such as C(server_2022_standard) or C(windows_11_pro), or a
        dictionary.
      - C(system) names the system. In its place C(edition_id) and C(build) can be given.
      - C(channel) says what kind of key the machine has, V(kms_client) when it is not given. With V(avma) a server is
        kept activated by the host that it runs on. C(status) is the state of the licence, C(lease_days) and
        C(grace_days) how long it holds.
      - C(kms_host), C(kms_port), C(lookup_domain), C(host_caching) and C(activation_type) are its settings.
      - C(product_settings) has settings of single products, which override those of the machine. Its keys are
        C(windows), the names of products in C(office), or activation IDs. A value has C(kms_host), C(kms_port),
        C(lookup_domain) and C(activation_type).
      - C(office) and C(addons) list products beside Windows, and C(office_host) the volume licence packs by which it
        can hold host keys of Office, such as V(office_2021). A pack that is named alone has no key yet. C(domain),
        C(language) and C(utc_offset) say where it stands. With C(internet) V(false) it does not reach Microsoft.
      - An Office product can have the C(channel) V(retail) or V(retail_grace), and V(microsoft_365) is Microsoft 365
        Apps. With C(esu_prerequisites) V(false) the updates are missing that Extended Security Updates need.
        C(dns_suffix) is the primary DNS suffix of a machine in a workgroup.
      - C(domain_role) is V(member), V(domain_controller), which takes a server, or V(workgroup). Without it a machine
        with a C(domain) is a member. A login reaches the directory on a domain controller only, since Basic and NTLM
        end at the machine they are made on; with C(delegation) V(true) it can be passed on.
      - With C(administrator) V(false) the login reads everything and changes nothing. Methods of the licensing service
        and a Put are refused with C(0x80070005), writes into the registry with 5, and the stop or start of a service
        with 2.
      - A machine that is licensed with C(channel) V(kms_host), or with a key of C(office_host), is a KMS host under its
        full name, and its clients feel what is changed on it. C(firewall) is V(open) or V(closed) for the port of KMS,
        V(open) for a KMS host when it is not given. C(virtual), which is V(true) when it is not given, is what a KMS
        host notes of its client.
      - C(image) is 1 when it is not given. Another number or word is another installation of Windows on the same
        computer. The machine gets another client machine ID and its keys as described, and its installation IDs stay.
      - C(hardware) is 1 when it is not given. Another number or word is another computer with the same installation,
        and so is another C(bios_uuid), which can be given in its place. A running machine keeps its keys. What
        Microsoft had activated on it goes into a grace with the reason C(0xC004F00F), and its installation IDs change.
      - C(credentials) has C(username) and C(password). Without it the fleet's user and a random password are taken.
      - C(last_attempt) of a KMS client is how its last attempt to activate ended, with C(code), C(host), C(port),
        C(count) and C(ago); C(events) are further events of its Application log, with C(id), C(strings), C(ago) and
        C(source).
      - C(vars) has more inventory variables. C(connection), C(transport) and C(scheme) may differ from those of the
        fleet.
      - Each of C(faults) has C(on), which is V(login), V(any), V(enumerate), V(get), V(put), V(shell) or the name of a
        method such as C(Activate); C(do), which is V(refuse), V(drop_before), V(drop_after), V(delay), V(truncate),
        V(status), V(status_after), V(timeout_before), V(timeout_after), V(access_denied), V(access_denied_after),
        V(quota), V(quota_after), V(fault), V(fault_after), V(slow), V(hresult) or V(hresult_after); and as it needs
        C(seconds), C(status), C(code), C(limit), and C(times), which is 1 when it is not given and 0 for always.
      - Where the name ends in C(_after), the work is done and the answer fails all the same; otherwise nothing is done.
        V(status) and V(status_after) answer an HTTP status from 300 to 599 without a SOAP message, V(fault) and
        V(fault_after) a SOAP fault of WinRM with the number C(code), V(hresult) and V(hresult_after) the number
        C(code) of the licensing service. The C(shape) of the last two is V(flat), V(provider), V(wmi_error) or
        V(returned), which is a C(ReturnValue) in a good answer.
      - When C(reaches_host) of V(hresult_after) is V(false), Microsoft has counted the activation and the machine does
        not know of it.
      - With V(slow) an operation takes C(seconds). If the client allows less (C(OperationTimeout)), or the host does
        (C(limit), in place of its C(MaxTimeoutms) of 60 seconds), the machine answers C(w:TimedOut) at that limit, or
        C(code) as C(ReturnValue), such as 7 of C(StopService), and completes the operation at its time all the same. If
        it is an activation that fails, the event log of the machine has the error.
      - A machine that refuses V(any) or V(login) always gets a port in the inventory on which nobody listens.
      - A field that does not exist is refused, and the message lists those that do.
    type: dict
  preset:
    description:
      - The name of a ready-made fleet. V(kms_mixed) has O(count) machines, V(demo) has one of each story.
      - What O(machines) has is added to it, or takes the place of a machine of the same name.
    type: str
  count:
    description:
      - How many machines the O(preset) has.
    type: int
  world:
    description:
      - What is around the machines.
      - C(kms_hosts) has KMS hosts by name, beside the machines that are KMS hosts. C(dns) has the records of each
        domain, C(ad) the forests by their root domain, and C(microsoft) Microsoft's activation service.
      - A KMS host has C(count) and C(office_count), which are the clients outside this fleet that keep asking it;
        C(port); C(products), which it activates; C(activated); C(clock_skew); and C(activation_interval) and
        C(renewal_interval) in minutes. Its port is closed with C(reachable) V(false), it never answers with C(silent)
        V(true), and its name has no address with C(resolves) V(false). When a machine has that name, C(port) and
        C(products) are those of the machine.
      - With C(clients_renew) V(true) KMS clients try to activate by themselves, every two hours without a licence and
        every seven days with one, as O(clock) moves on. Otherwise nothing happens by itself.
      - A forest is a list of activation objects, by name or with C(name) and C(products), or a dictionary with
        C(objects) or C(directory). A C(directory) is a real one, which has C(uri) (C(ldaps) only), C(ca_path), and the
        C(user) and the C(password) by which members read it. Machines create objects in it under their own
        C(credentials), so these have to be those of a domain user.
      - C(microsoft) has C(maks) by name with C(remaining), C(key), C(edition) and C(blocked), other C(keys) with
        C(channel), C(edition), C(blocked) and, for a KMS host key, C(covers) and the C(remaining) computers that it can
        be activated on, and C(reachable). An activation is paid
        for once an installation ID, whether a machine activates itself or a confirmation ID is asked for. With
        C(repeats_cost) the same installation pays again.
      - C(service) in C(microsoft) is about the batch service, where confirmation IDs and counts are asked for. Each of
        its C(faults) has C(on), which is V(any), V(count) or V(confirmation); C(do), which is V(status),
        V(status_after), V(drop_before), V(drop_after), V(delay), V(truncate), V(empty), V(malformed), V(code) or
        V(code_after); and C(seconds),
        C(status), C(code) and C(times). With C(reorder) it answers in another order than it was asked, and
        C(batch_limit) is how many machines it takes at once.
      - A part that is not given is as it usually is.
    type: dict
  clock:
    description:
      - The time in the fleet. C(now) sets it, C(advance) moves it, and C(frozen) stops it.
    type: dict
  connection:
    description:
      - The connection plugin in the inventory.
    type: str
    choices: [winrm, psrp]
    default: winrm
  transport:
    description:
      - How the login is done. It is V(basic) over HTTPS and V(ntlm) over HTTP when it is not given.
      - V(basic) over HTTP is refused, since a Windows machine refuses it as well.
    type: str
    choices: [basic, ntlm]
  scheme:
    description:
      - The scheme of the machines' addresses in the inventory. The process listens for both.
    type: str
    choices: [https, http]
    default: https
  ipv6:
    description:
      - Whether the inventory has the IPv6 address of loopback.
    type: bool
    default: false
  dns:
    description:
      - Whether the process serves DNS too, on loopback and over UDP and TCP. It has the records C(_vlmcs._tcp) of every
        domain, and an address of every machine and KMS host.
      - Each KMS host then has a loopback address of its own with a port on it, which accepts and closes at once, as no
        KMS protocol is spoken. It refuses when the host is not C(reachable), and never answers when the host is
        C(silent). A host with C(resolves) V(false) has no address.
    type: bool
    default: false
  idle_minutes:
    description:
      - Ends the process when no machine was called for so long. It is left running when it is not given.
    type: int
requirements:
  - cryptography and pyspnego on the controller, which pywinrm with C(requests_ntlm) and pypsrp bring along
  - python-ldap on the controller, for a forest with a real directory behind it only
  - dnspython on the controller, with O(dns) only
notes:
  - The result has the passwords of the machines for M(ansible.builtin.add_host). Ansible's output therefore does not
    show it, at no verbosity, as if the task had C(no_log). Put C(no_log) on the task that uses it.
  - A fleet is a sandbox. Its hosts, its ledger and its activation service are recognised, and tasks refuse to combine
    them with real ones. V(simulated_host_real_ledger), V(simulated_host_real_service), V(real_host_simulated_ledger)
    and V(real_host_simulated_service) say which two do not fit; nothing was sent or counted.
  - A remote shell can be opened and answers every command with the same made-up module result. It is only there to
    measure what a playbook of shell tasks costs on the wire.
  - V(invalid_description). The description of the fleet is not one. The message names the place, and RV(remedy) says
    what it takes.
  - V(directory_shared). Others can write to O(directory). Name another one.
  - V(fleet_not_started) and V(fleet_not_stopped). The process did not do so in time. RV(cause) has the end of its log.
  - V(no_loopback_network) and V(port_taken). With O(dns), the KMS hosts have no addresses or no ports here.
  - V(fleet_unreachable). A fleet runs, and its control channel does not answer.
  - V(missing_library). A library is not installed on the controller. RV(remedy) has the command that installs it.
seealso:
  - module: volume.activation.kms_client
  - module: ansible.builtin.add_host
"""

EXAMPLES = r"""
- name: Start twelve machines of a ready-made fleet
  volume.activation.simulated_fleet:
    directory: "{{ playbook_dir }}/fleet"
    idle_minutes: 30
    preset: kms_mixed
    count: 12

- name: Stop them
  volume.activation.simulated_fleet:
    directory: "{{ playbook_dir }}/fleet"
    state: stopped

- name: Start two machines of one's own, one of which loses the answer of its first activation
  volume.activation.simulated_fleet:
    directory: "{{ lookup('ansible.builtin.env', 'MOLECULE_EPHEMERAL_DIRECTORY', default=undef()) }}/fleet"
    idle_minutes: 30
    scheme: http
    machines:
      web1: server_2022_standard
      web2:
        system: server_2022_standard
        faults:
          - "on": Activate
            do: drop_after
  register: fleet

- name: Start a domain controller and a member, with a made-up KMS host key for the forest
  volume.activation.simulated_fleet:
    directory: "{{ playbook_dir }}/fleet"
    idle_minutes: 30
    machines:
      dc1:
        system: server_2022_standard
        domain: ad.example
        domain_role: domain_controller
      app1:
        system: server_2022_standard
        domain: ad.example
        activation_type: ad
    world:
      ad:
        ad.example: []
      microsoft:
        keys:
          HHHHH-JJJJJ-KKKKK-MMMMM-PPPPP:
            channel: kms_host
            covers:
              - windows_server

- name: Use them in the same play
  ansible.builtin.add_host: "{{ {'name': item.key, 'groups': 'windows'} | combine(item.value) }}"
  loop: "{{ fleet.inventory.all.hosts | dict2items }}"
  loop_control:
    label: "{{ item.key }}"
  no_log: true

- name: Declare a pool in the ledger of the fleet, in the same play
  volume.activation.mak_pool:
    name: trial
    limit: 5
  vars:
    volume_activation_fleet: "{{ fleet.sandbox }}"
"""

RETURN = r"""
state:
  description: The state the fleet is in, or would be in outside check mode.
  returned: success
  type: str
  sample: started
directory:
  description: The directory of the fleet.
  returned: success
  type: str
  sample: /tmp/fleet
inventory_file:
  description: The inventory, for C(ansible-playbook -i).
  returned: success
  type: str
  sample: /tmp/fleet/inventory.yml
inventory:
  description:
    - The same inventory. All machines are hosts of C(all) and of the group C(simulated).
    - It has passwords, so the output of the task is not shown.
  returned: when a fleet runs
  type: dict
  sample:
    all:
      hosts:
        web1:
          ansible_connection: winrm
          ansible_host: 127.0.0.1
          ansible_port: 41234
      children:
        simulated:
          hosts:
            web1: {}
ca_file:
  description: The certificate of the authority that signed the fleet's certificate.
  returned: when a fleet runs
  type: str
  sample: /tmp/fleet/ca.pem
http_port:
  description: The port for HTTP.
  returned: when a fleet runs
  type: int
  sample: 41233
https_port:
  description: The port for HTTPS.
  returned: when a fleet runs
  type: int
  sample: 41234
microsoft:
  description: Microsoft's activation service, as this fleet has it.
  returned: when a fleet runs
  type: dict
  contains:
    batch_url:
      description: The batch activation service, which gives confirmation IDs and counts.
      type: str
    activationws_soap_url:
      description: ActivationWs in front of it.
      type: str
    activationws_rest_url:
      description: The newer ActivationWs with REST, without the path of its operations.
      type: str
    ca_file:
      description: The certificate of the authority that signed the service's certificate.
      type: str
    http:
      description: The same three URLs without TLS.
      type: dict
    maks:
      description: Each MAK by its name, with C(key) (the last five), C(extended_pid) (the part of the key), C(spent),
        C(remaining) and C(blocked).
      type: dict
    product_keys_seen:
      description: How many product keys ever arrived at these services. No message of theirs has one.
      type: int
  sample:
    batch_url: https://127.0.0.1:41235/simulated-fleet/BatchActivation/BatchActivation.asmx
    activationws_soap_url: https://127.0.0.1:41235/simulated-fleet/ActivationWs.asmx
    activationws_rest_url: https://127.0.0.1:41235/simulated-fleet/activationws
    ca_file: /tmp/fleet/ca.pem
    http:
      batch_url: http://127.0.0.1:41236/simulated-fleet/BatchActivation/BatchActivation.asmx
      activationws_soap_url: http://127.0.0.1:41236/simulated-fleet/ActivationWs.asmx
      activationws_rest_url: http://127.0.0.1:41236/simulated-fleet/activationws
    maks:
      laboratory:
        key: BCDFG
        extended_pid: 00000-99999-678-901234-03
        spent: 2
        remaining: 48
        blocked: false
    product_keys_seen: 0
dns:
  description: Where the fleet's DNS is, V(none) without O(dns).
  returned: when a fleet runs
  type: dict
  contains:
    server:
      description: The address of the server.
      type: str
      sample: 127.0.0.1
    port:
      description: Its port, for UDP and TCP.
      type: int
      sample: 41237
sandbox:
  description:
    - What the variable C(volume_activation_fleet) holds, which keeps tasks in this fleet. The inventory sets it for all
      hosts. In a play that reads no inventory of the fleet, set it for tasks on the controller.
    - The ledger is created by the first task that declares a pool, and is kept when the fleet stops.
  returned: when a fleet runs
  type: dict
  contains:
    directory:
      description: The directory of the fleet.
      type: str
    ledger:
      description: The MAK ledger of the fleet, the default of O(volume.activation.mak#module:ledger).
      type: str
    service:
      description: C(url) and C(ca_path) of the activation service, the default of
        O(volume.activation.mak#module:service).
      type: dict
  sample:
    directory: /tmp/fleet
    ledger: /tmp/fleet/ledger.sqlite
    service:
      url: https://127.0.0.1:41235/simulated-fleet/BatchActivation/BatchActivation.asmx
      ca_path: /tmp/fleet/ca.pem
pid:
  description: The number of the process.
  returned: when a fleet runs
  type: int
  sample: 4711
control_file:
  description: Where port and token of the control channel are. Whoever can read it may change and stop the fleet.
  returned: success
  type: str
  sample: /tmp/fleet/control.json
log_file:
  description: The log of the process.
  returned: success
  type: str
  sample: /tmp/fleet/fleet.log
counters:
  description: What passed over the wire, by machine, with the values of RV(total). One that nobody called is not in it.
  returned: when a fleet runs
  type: dict
total:
  description: What passed over the wire, for all machines.
  returned: when a fleet runs
  type: dict
  contains:
    requests:
      description: All HTTP requests.
      type: int
    logins:
      description: Those of them that served the login only.
      type: int
    rejected:
      description: Requests with wrong credentials.
      type: int
    unsealed:
      description: Messages that came in clear over HTTP.
      type: int
    faults:
      description: How often a fault rule struck.
      type: int
    bytes_in:
      description: Bytes received, with the headers of HTTP and without TLS.
      type: int
    bytes_out:
      description: Bytes sent, counted alike.
      type: int
    login_bytes_in:
      description: Those of the received bytes that served the login only.
      type: int
    login_bytes_out:
      description: Those of the sent bytes that served the login only.
      type: int
    kinds:
      description: Messages by kind, such as C(enumerate), C(pull), C(invoke) and C(shell).
      type: dict
    methods:
      description: Invocations by the name of the method.
      type: dict
diff:
  description: What is changed, in words.
  returned: in diff mode
  type: dict
  sample:
    before: "the simulated fleet is stopped\n"
    after: "the simulated fleet is running\n"
msg:
  description: What went wrong, in one sentence.
  returned: failure
  type: str
code:
  description: A short name of what went wrong. The notes list them.
  returned: failure
  type: str
  sample: invalid_description
cause:
  description: Why it went wrong, where that is known.
  returned: failure
  type: str
remedy:
  description: What to do about it, where that is known.
  returned: failure
  type: str
"""
