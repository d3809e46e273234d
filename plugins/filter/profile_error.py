# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter profile_error: whether the profiles and rules of many hosts can be used, in one answer."""

from __future__ import annotations

DOCUMENTATION = r"""
name: profile_error
version_added: 0.1.0
author:
  - the volume.activation authors (@volume-activation)
short_description: Check the profiles and profile rules of many hosts
description:
  - Checks C(activation_profile) and C(activation_profile_rules) of each host, and returns what is wrong with the first
    one that cannot be used, with the names of the hosts that have it, or an empty text.
  - The role C(volume.activation.profile) does this once, before any host is contacted.
options:
  _input:
    description:
      - The variables of the hosts, such as their C(hostvars).
    type: list
    elements: dict
    required: true
seealso:
  - plugin: volume.activation.recommend_profile
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Check the profiles and their rules
  ansible.builtin.assert:
    that: wrong == ''
    fail_msg: "{{ wrong }}"
  vars:
    wrong: "{{ ansible_play_hosts_all | map('extract', hostvars) | volume.activation.profile_error }}"
  run_once: true
"""

RETURN = r"""
_value:
  description: What is wrong and what to do, empty when nothing is.
  type: str
"""

import typing as t  # noqa: E402

from ansible.errors import AnsibleFilterError  # noqa: E402

from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal  # noqa: E402
from ansible_collections.volume.activation.plugins.plugin_utils._filters import check_values  # noqa: E402
from ansible_collections.volume.activation.plugins.plugin_utils._profiles import check_wish  # noqa: E402
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import scrub_lines  # noqa: E402

_NAMES = ("activation_profile", "activation_profile_rules")


def profile_error(hosts: t.Any) -> str:
    """Return what is wrong with the profile or the rules of a host, and of which hosts; empty when nothing is."""
    if isinstance(hosts, (str, t.Mapping)) or not isinstance(hosts, t.Iterable):
        raise AnsibleFilterError("profile_error takes a list of the variables of hosts.")
    found: dict[str, list[str]] = {}
    for host in hosts:
        given = {name: host[name] for name in _NAMES if name in host}
        check_values("profile_error", {"_input": given})
        try:
            check_wish(given)
        except Refusal as refusal:
            found.setdefault(f"{refusal.message} {refusal.remedy}", []).append(str(host.get("inventory_hostname", "?")))
    for wrong, names in found.items():
        others = f" and {len(names) - _NAMED} others" if len(names) > _NAMED else ""
        return str(scrub_lines(f"{wrong} Hosts with it: {', '.join(names[:_NAMED])}{others}."))
    return ""


_NAMED = 5


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"profile_error": profile_error}
