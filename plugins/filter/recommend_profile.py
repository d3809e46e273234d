# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter recommend_profile: the decision of the engine, for playbooks."""

from __future__ import annotations

DOCUMENTATION = r"""
name: recommend_profile
version_added: 0.1.0
author:
  - the volume.activation authors (@volume-activation)
short_description: Tell which activation profile a machine gets, and why
description:
  - Decides by rules whether a machine is to be licensed by KMS, by Active Directory or by a MAK, or to be left alone.
    It names the rule that decided, and for each other rule why it did not.
  - The rules are a list. The first one whose conditions all hold decides. A condition on something that is not known
    does not hold, so that no activation of a MAK is spent on what nobody has said.
  - A build of an image, a virtual desktop and a machine of a lab that is re-imaged never get a MAK, whatever the rules
    say.
  - The role C(volume.activation.profile) decides in the same way, and then carries it out.
  - The same input always gives the same answer. Nothing is asked and nothing is changed.
positional: license
options:
  _input:
    description:
      - What the inventory says of the machine, by the names of the inventory's variables. What is left out, empty or
        odd is not known. Other names are ignored, so that it may as well be C(hostvars) of a host, but a misspelt one
        is an error.
      - What it says goes before what O(license) tells.
    type: dict
    required: true
    suboptions:
      activation_profile:
        description:
          - A profile that is given is the answer. With V(auto), and without it, the rules decide.
        type: str
        choices: [kms_default, adba_default, mak_exception, none, auto]
      activation_profile_rules:
        description:
          - The rules, where O(rules) are not given.
        type: list
        elements: dict
      activation_system:
        description:
          - Whether its Windows is a client or a server. Without it the edition tells.
        type: str
        choices: [client, server]
      activation_is_kms_host:
        description:
          - Whether it is a KMS host.
        type: bool
      activation_generic_key:
        description:
          - Whether there is a generic key for its edition, such as one that the inventory adds.
        type: bool
      activation_domain_member:
        description:
          - Whether it is a member of a domain.
        type: bool
      activation_forest_object:
        description:
          - Whether its forest has an activation object for it.
        type: bool
      activation_kms_reachable:
        description:
          - Whether it reaches a KMS host. Without it a licence from a KMS host tells that it does.
        type: bool
      activation_kms_count:
        description:
          - What the KMS host counts for Windows.
        type: int
      activation_site:
        description:
          - The name of its site.
        type: str
      activation_site_clients:
        description:
          - How many Windows clients ask the KMS host that serves its site, or would ask one there.
        type: int
      activation_site_servers:
        description:
          - How many servers do. KMS has one count for both.
        type: int
      activation_days_off_network:
        description:
          - How many days at a time it is away from the organisation's network.
        type: int
      activation_isolated:
        description:
          - Whether it is cut off from the organisation's network, and so from Active Directory and KMS.
        type: bool
      activation_internet:
        description:
          - Whether it reaches Microsoft by the internet.
        type: bool
      kms_default_kms_host:
        description:
          - The KMS host that the role C(kms_default) sets. It counts as the intention to use KMS.
        type: str
      kms_default_kms_hosts:
        description:
          - The KMS hosts that the role C(kms_default) tries.
        type: list
        elements: str
      kms_default_dns_discovery:
        description:
          - Whether the role C(kms_default) lets DNS find the KMS host.
        type: bool
      mak_exception_machine_kind:
        description:
          - What kind of machine it is.
        type: str
        choices: [ordinary, image_build, vdi, reimaged_lab]
      mak_exception_image_build_groups:
        description:
          - The groups whose machines are builds of an image, V([image_builds]) without it.
        type: list
        elements: str
      mak_exception_vdi_groups:
        description:
          - The groups whose machines are virtual desktops, V([vdi]) without it.
        type: list
        elements: str
      mak_exception_reimaged_lab_groups:
        description:
          - The groups whose machines are labs that are re-imaged, V([reimaged_labs]) without it.
        type: list
        elements: str
      group_names:
        description:
          - The groups that it is in, where O(groups) are not given.
        type: list
        elements: str
  license:
    description:
      - What M(volume.activation.license_info) returned in RV(volume.activation.license_info#module:license).
      - Each of V(machine), V(domain), V(service) and V(products) in
        O(volume.activation.license_info#module:subset) makes more known.
      - Without it the inventory alone decides.
    type: dict
  rules:
    description:
      - The rules, in place of those of the inventory and of the collection.
    type: list
    elements: dict
    suboptions:
      name:
        description: The name of the rule, in lower-case letters, digits and underscores.
        type: str
        required: true
      when:
        description:
          - What has to hold, all of it. Facts with V(true) or V(false), with a word or a list of words, or with
            numbers, each C(above), C(at_least), C(below) or C(at_most) one.
          - The last rule has an empty mapping, and no other one.
        type: dict
        required: true
      profile:
        description: What a machine then gets.
        type: str
        choices: [kms_default, adba_default, mak_exception, none]
        required: true
      method:
        description: How a MAK is activated, for V(mak_exception) alone and required there.
        type: str
        choices: [online, proxy]
      why:
        description: Why, in a sentence.
        type: str
        required: true
  kms_counts:
    description:
      - What the KMS host that the machine asks counts, as M(volume.activation.kms_host_info) returned it in
        RV(volume.activation.kms_host_info#module:counts).
    type: dict
  forecast:
    description:
      - What the filter P(volume.activation.kms_forecast#filter) returned. A count that will be high enough when each
        machine has asked counts as one that is.
    type: dict
  groups:
    description:
      - The groups that the machine is in.
    type: list
    elements: str
seealso:
  - plugin: volume.activation.kms_forecast
    plugin_type: filter
  - module: volume.activation.license_info
  - name: Choose a profile
    link: https://github.com/volume-activation/volume.activation/blob/main/docs/docsite/rst/guide_profiles.rst
    description: The policy, each rule of it, and how to write your own.
"""

EXAMPLES = r"""
- name: Read what each machine tells of itself
  volume.activation.license_info:
    subset: [machine, domain, service, products]
    products: primary
  register: licence

- name: Tell what each machine is to have, and why
  ansible.builtin.debug:
    msg: "{{ found.profile }} by the rule {{ found.rule }}: {{ found.why }}"
  vars:
    told:
      activation_forest_object: true
      activation_isolated: "{{ activation_isolated | default('') }}"
      activation_days_off_network: "{{ activation_days_off_network | default('') }}"
    found: "{{ told | volume.activation.recommend_profile(license=licence.license, groups=group_names) }}"

- name: Ask what a laptop that goes to sea would get, without any machine
  ansible.builtin.debug:
    msg: "{{ {'activation_days_off_network': 270, 'activation_internet': true} | volume.activation.recommend_profile }}"

# "profile": "mak_exception", "rule": "off_network_online", "method": "online"
"""

RETURN = r"""
_value:
  description: The recommendation.
  type: dict
  contains:
    profile:
      description: One of V(kms_default), V(adba_default), V(mak_exception), and V(none) for a machine to be left alone.
      type: str
    rule:
      description: The rule that decided, V(none) where the inventory names the profile.
      type: str
    why:
      description: What the rule says about its reason.
      type: str
    method:
      description: How a MAK is to be activated, V(online) or V(proxy), V(none) for the other profiles.
      type: str
    undecided:
      description: Whether no rule but the last one held, which leaves the machine alone.
      type: bool
    missing:
      description:
        - Where it is undecided, the variables that would decide, which the inventory does not set.
      type: list
      elements: str
    rejected:
      description: The other rules in their order. It is empty where the inventory names the profile.
      type: list
      elements: dict
      contains:
        rule:
          description: The name of the rule.
          type: str
        profile:
          description: What it would have given.
          type: str
        why:
          description: Why it did not decide.
          type: str
    facts:
      description:
        - What the decision rests on, by the names that rules use; V(none) for what is not known. It is empty where the
          inventory names the profile.
      type: dict
"""

import typing as t  # noqa: E402

from ansible.errors import AnsibleFilterError  # noqa: E402

from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal  # noqa: E402
from ansible_collections.volume.activation.plugins.plugin_utils._filters import check_values, filter_error  # noqa: E402
from ansible_collections.volume.activation.plugins.plugin_utils._fleet_reports import LICENSE  # noqa: E402
from ansible_collections.volume.activation.plugins.plugin_utils._profiles import VARIABLES, recommended  # noqa: E402
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import scrub_lines  # noqa: E402
from ansible_collections.volume.activation.plugins.plugin_utils._variables import misspelt  # noqa: E402

_NAMES = (*VARIABLES, "group_names")
_PARTS = ("machine", "domain", "service", "products")


def recommend_profile(
    variables: t.Any,
    license: t.Any = None,
    rules: t.Any = None,
    kms_counts: t.Any = None,
    forecast: t.Any = None,
    groups: t.Any = None,
) -> dict[str, t.Any]:
    """Return which profile a machine gets, and why."""
    given = _mapping(variables, "input")
    _refuse_unknown_facts(given)
    # One by one: the variables of a host are templated as they are taken, and most of them are none of ours.
    known = {name: given[name] for name in _NAMES if name in given}
    if groups is not None:
        known["group_names"] = _groups(groups)
    values = {"_input": known, "license": license, "rules": rules, "kms_counts": kms_counts, "forecast": forecast}
    check_values("recommend_profile", values)
    read = _mapping(license, "license")
    if read and not any(part in read for part in _PARTS):
        raise AnsibleFilterError("The license of recommend_profile is what license_info returned in `license`.")
    check_values("recommend_profile", {"license": read}, {"license": LICENSE})
    counts, expected = _mapping(kms_counts, "kms_counts"), _mapping(forecast, "forecast")
    try:
        facts = recommended(known, read, rules=rules, kms_counts=counts, forecast=expected).facts()
    except Refusal as refusal:
        raise filter_error("recommend_profile", refusal) from None
    except ValueError as error:  # a number with more digits than Python prints
        raise AnsibleFilterError(f"A value of recommend_profile cannot be used: {scrub_lines(str(error))}.") from None
    return t.cast("dict[str, t.Any]", scrub_lines(facts))


def _refuse_unknown_facts(given: t.Mapping[str, t.Any]) -> None:
    wrong = misspelt(name for name in given if isinstance(name, str) and name.startswith("activation_"))
    for name, meant in wrong.items():
        raise AnsibleFilterError(f"recommend_profile: {scrub_lines(name)} does not exist; did you mean {meant}?")


def _mapping(given: t.Any, name: str) -> t.Mapping[str, t.Any]:
    """Return a mapping; what a variable that is not set came to is an empty one, but for the input."""
    if name != "input" and (given is None or given == ""):
        return {}
    if not isinstance(given, t.Mapping):
        raise AnsibleFilterError(f"The {name} of recommend_profile is a mapping.")
    return given


def _groups(given: t.Any) -> list[t.Any]:
    if isinstance(given, (str, t.Mapping)) or not isinstance(given, t.Iterable):
        raise AnsibleFilterError("The groups of recommend_profile are a list of names.")
    return list(given)


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"recommend_profile": recommend_profile}
