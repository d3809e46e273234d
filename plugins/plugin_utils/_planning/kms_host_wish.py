# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an administrator can wish of a KMS host."""

from __future__ import annotations

from dataclasses import dataclass

from .._licensing import GvlkTable, PublishDomain


@dataclass(frozen=True, kw_only=True)
class FirewallWish:
    """The firewall's rule for the KMS is on or off; `profiles` None leaves them as they are, else 0 is any."""

    enabled: bool
    profiles: int | None = None


@dataclass(frozen=True, kw_only=True)
class HostSettings:
    """How a KMS host serves; None leaves a setting as it is, no `publish_domains` at all deletes the list.

    `restart` lets the licensing service start anew after a change, without which most of them wait for the next boot.
    `mark` sees to the mark that `slmgr.vbs` leaves on hosts.
    """

    port: int | None = None
    dns_publishing: bool | None = None
    publish_domains: tuple[PublishDomain, ...] | None = None
    low_priority: bool | None = None
    activation_interval: int | None = None
    renewal_interval: int | None = None
    firewall: FirewallWish | None = None
    restart: bool = True
    mark: bool = True


@dataclass(frozen=True, kw_only=True)
class RetiredHost:
    """No product holds a KMS host key any more: Windows is a KMS client by the key of its edition in `table`."""

    table: GvlkTable
