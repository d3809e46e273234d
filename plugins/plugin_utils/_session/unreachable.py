# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which failures mean that a host could not be reached, in the sense of Ansible's `unreachable`.

Ansible's own connections report a host as unreachable where the network, TLS or the login fails, and where no answer
comes. A missing library, a bad option and a limit of the controller are failures of the task: they say nothing about
the host.
"""

from __future__ import annotations

__all__ = ["UNREACHABLE_CODES"]

_NETWORK = frozenset(
    {"connect_timeout", "connection_dropped", "connection_failed", "connection_refused", "name_not_resolved"}
)
_PROXY = frozenset({"http_407", "http_502", "http_504", "proxy_failed"})
_TLS = frozenset({"certificate_not_trusted", "tls_failed"})
_LOGIN = frozenset({"authentication_failed", "kinit_failed", "login_failed", "login_given_up", "login_refused"})
_SILENCE = frozenset({"deadline_exceeded", "http_404", "http_503", "read_timeout"})

UNREACHABLE_CODES = _NETWORK | _PROXY | _TLS | _LOGIN | _SILENCE
"""The codes of failures for which a host counts as unreachable."""
