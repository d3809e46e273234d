# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Activation objects and the forest that holds them, as one look found them; nothing here reads or changes anything."""

from __future__ import annotations

from dataclasses import dataclass

from .names import child_dn, same_name, split_dn

__all__ = ["ActivationObject", "Forest"]


@dataclass(frozen=True)
class ActivationObject:
    """One activation object: a KMS host key that activates members of the forest; what cannot be read is None.

    `name` is the display name, else the common name. `guid` names the object for good, whatever it is called.
    `activation_id` and `kms_ids` are GUIDs in lower case; `created` and `changed` are ISO 8601 in UTC.
    """

    dn: str
    name: str
    cn: str
    guid: str | None
    activation_id: str | None
    partial_product_key: str | None
    extended_pid: str | None
    kms_ids: tuple[str, ...] = ()
    created: str | None = None
    changed: str | None = None


@dataclass(frozen=True)
class Forest:
    """What one domain controller says of activation objects in its forest.

    `server` is its DNS name, `configuration` and `container` are DNs, `schema_version` is 0 where it cannot be read,
    `may_create` is None where the server does not tell, and `domains` are the DNS names of the forest's domains.
    """

    server: str
    configuration: str
    container: str
    schema_version: int
    has_schema: bool
    has_container: bool
    may_create: bool | None
    objects: tuple[ActivationObject, ...] = ()
    domains: tuple[str, ...] = ()

    def named(self, name: str) -> tuple[ActivationObject, ...]:
        """Return the objects whose display name or common name is `name`; case makes no difference."""
        if not name.strip():
            return ()  # what an object has of a name may be empty where it cannot be read
        return tuple(found for found in self.objects if same_name(found.name, name) or same_name(found.cn, name))

    def at(self, dn: str) -> ActivationObject | None:
        """Return the object with this DN in any spelling, None if there is none; refuses what is no DN."""
        wanted = split_dn(dn)
        matches = [found for found in self.objects if split_dn(found.dn) == wanted]
        exact = [found for found in matches if found.dn == dn]
        candidates = exact or matches
        return candidates[0] if len(candidates) == 1 else None

    def has_domain(self, domain: str) -> bool:
        """Tell whether a domain is in the forest; while its domains are not known, none is said to be foreign."""
        return not self.domains or any(same_name(known, domain) for known in self.domains)

    def holding(self, partial: str) -> tuple[ActivationObject, ...]:
        """Return the objects whose key ends in these five characters."""
        return tuple(found for found in self.objects if same_name(found.partial_product_key, partial))

    def dn_for(self, name: str) -> str:
        """Return the DN that an object with this common name has in the container, escaped."""
        return child_dn(name, self.container)
