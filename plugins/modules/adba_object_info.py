# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List the activation objects of a forest; the action plugin of the same name runs this only where it has to."""

from __future__ import annotations

DOCUMENTATION = r"""
module: adba_object_info
version_added: 0.1.0
author:
  - the volume.activation authors (@volume-activation)
short_description: List the activation objects of an Active Directory forest
description:
  - Lists the activation objects by which the domain members of a forest activate themselves, and tells whether the
    forest can hold any.
  - The directory is read over LDAP. Every authenticated user may read it, no administrator is needed.
  - For a Windows host, and for C(localhost), the directory is asked from the controller. For any other host it is asked
    from there, which takes Python and python-ldap on that host and helps where the controller reaches no domain
    controller.
extends_documentation_fragment:
  - volume.activation.attributes
  - volume.activation.attributes.actiongroup_adba
  - volume.activation.attributes.anywhere
  - volume.activation.attributes.reading
  - volume.activation.directory
  - volume.activation.waiting.unused
options:
  name:
    description:
      - Only objects with this name, which is compared as a whole and without regard to case.
      - Without it all of them are listed.
    type: str
notes:
  - V(not_a_domain_member). Neither O(domain) nor O(server) is given, and the Windows host is in no domain.
  - V(access_denied). The login may not read the objects. By default every user of the forest may.
seealso:
  - module: volume.activation.adba_object
  - module: volume.activation.adba_client
  - name: AD-based activation
    link: https://github.com/volume-activation/volume.activation/blob/main/docs/docsite/rst/guide_adba.rst
    description: Rights, logins and the way from KMS to AD-based activation.
"""

EXAMPLES = r"""
- name: List the activation objects of the forest that a machine is in
  volume.activation.adba_object_info:
    ca_path: /etc/ssl/corp-ca.pem
  register: forest
  run_once: true

- name: The same from the controller, with an account that may only read
  volume.activation.adba_object_info:
    domain: corp.example
    ca_path: /etc/ssl/corp-ca.pem
    bind_user: reader@corp.example
    bind_password: "{{ vault_reader_password }}"
  delegate_to: localhost
  register: forest

- name: With the Kerberos ticket at hand, signed and sealed
  volume.activation.adba_object_info:
    domain: corp.example
    security: gssapi
  delegate_to: localhost

- name: Show which keys the forest holds
  ansible.builtin.debug:
    msg: "{{ item.name }}: key {{ item.partial_product_key }}, since {{ item.created }}"
  loop: "{{ forest.objects }}"
  loop_control:
    label: "{{ item.dn }}"
"""

RETURN = r"""
objects:
  description: The activation objects, by name.
  returned: success
  type: list
  elements: dict
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
    - dn: CN=Corp 2022,CN=Activation Objects,CN=Microsoft SPP,CN=Services,CN=Configuration,DC=corp,DC=example
      name: Corp 2022
      guid: 7f0f3b3a-5a0e-4c43-9d0f-2b6a1f0f7d11
      activation_id: 9db83b52-9904-4326-8957-ebe6feedf37c
      partial_product_key: PPPPP
      extended_pid: 12345-00206-271-000000-03-1033-20348.0000-3262026
      kms_ids: [b74263e4-0f92-46c6-bcf8-c11d5efe2959]
      created: "2026-11-02T09:12:41Z"
      changed: "2026-11-02T09:12:41Z"
forest:
  description: The forest, and what it can hold.
  returned: success
  type: dict
  contains:
    server:
      description: The domain controller that answered.
      type: str
    configuration:
      description: The DN of the configuration partition.
      type: str
    container:
      description: The DN of the container of activation objects.
      type: str
    domains:
      description: The DNS names of the forest's domains.
      type: list
      elements: str
    schema_version:
      description: The version of the schema. Activation objects came with 56, which is Windows Server 2012.
      type: int
    has_schema:
      description: Whether the schema knows activation objects.
      type: bool
    has_container:
      description: Whether the container is there.
      type: bool
    may_create:
      description: Whether the login used here may create objects, V(none) where the directory does not tell.
      type: bool
  sample:
    server: dc1.corp.example
    configuration: CN=Configuration,DC=corp,DC=example
    container: CN=Activation Objects,CN=Microsoft SPP,CN=Services,CN=Configuration,DC=corp,DC=example
    domains: [corp.example]
    schema_version: 88
    has_schema: true
    has_container: true
    may_create: false
msg:
  description: What went wrong, in one sentence.
  returned: failure
  type: str
  sample: The certificate of dc1.corp.example is not from a CA that is trusted here.
code:
  description: A short name of the failure.
  returned: failure
  type: str
  sample: certificate_refused
cause:
  description: What usually causes this failure, V(none) when that is not known.
  returned: failure
  type: str
  sample: The CA of the domain is not among those of this system.
remedy:
  description: What to do about it, V(none) when that is not known.
  returned: failure
  type: str
  sample: Set ca_path to the certificate of the CA that issued it.
refused:
  description: Whether the module declined before anything was sent.
  returned: failure
  type: bool
  sample: false
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._directory import (
    DIRECTORY_SPEC,
    DirectoryError,
    DirectoryRefusal,
    found_facts,
    open_directory,
    settings_from,
)


def main() -> None:
    """Look into the directory from the host that this runs on."""
    spec = {"name": {"type": "str"}, **DIRECTORY_SPEC, "wait_seconds": {"type": "int"}}
    module = AnsibleModule(spec, supports_check_mode=True)
    try:
        with open_directory(settings_from(module.params)) as directory:
            found = found_facts(directory.survey(name=module.params["name"]))
    except DirectoryError as error:
        module.fail_json(
            msg=error.message,
            code=error.code,
            cause=error.cause,
            remedy=error.remedy,
            refused=isinstance(error, DirectoryRefusal),
        )
    module.exit_json(changed=False, **found)


if __name__ == "__main__":
    main()
