# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host that cannot be reached, as Ansible reports it: not as a failed task.

Ansible's own connections raise AnsibleConnectionFailure where the network, TLS or the login fails, and core makes that
`unreachable`, which ignore_unreachable, the recap and the counters of AWX rely on:
https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_error_handling.html
"""

from __future__ import annotations

import typing as t

from .._errors import ActivationError
from .._session import UNREACHABLE_CODES

__all__ = ["unreached"]


def unreached(result: dict[str, t.Any], error: ActivationError) -> dict[str, t.Any]:
    """Return the result of a failed task, as unreachable where its host could not be reached before it was changed.

    A task that has changed its host and then lost it has failed: a rescue has to see that.
    """
    if not error.of_session or result["code"] not in UNREACHABLE_CODES or result["changed"]:
        return result
    return {**{name: value for name, value in result.items() if name != "failed"}, "unreachable": True}
