# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action of adba_client: its options as a wish."""

from __future__ import annotations

import typing as t

from ansible_collections.volume.activation.plugins.plugin_utils._action import LicensingAction, Stages
from ansible_collections.volume.activation.plugins.plugin_utils._action.features.kms_host_checks import HostCheck
from ansible_collections.volume.activation.plugins.plugin_utils._action.features.volume_options import (
    VOLUME_SPEC,
    edition_key,
    volume_activation,
)
from ansible_collections.volume.activation.plugins.plugin_utils._applying import Products, Scope
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import ActivationType, State
from ansible_collections.volume.activation.plugins.plugin_utils._planning import DesiredState, KmsSettings
from ansible_collections.volume.activation.plugins.plugin_utils._results import path_facts

ARGUMENT_SPEC: dict[str, t.Any] = {
    "activation_type": {"type": "str", "choices": ["ad", "any"], "default": "ad"},
    **VOLUME_SPEC,
}


class ActionModule(LicensingAction):
    """Keep a domain member activated by Active Directory, with the right key, setting and licence."""

    SPEC = ARGUMENT_SPEC

    def wish(self, options: dict[str, t.Any]) -> DesiredState:
        """Return the activation type, the edition's key and an activation by Active Directory."""
        kind = ActivationType.from_label(options["activation_type"])
        return DesiredState(
            kms=KmsSettings(activation_type=kind),
            key=edition_key(options, "AD-based activation"),
            activation=volume_activation(options, by=kind),
        )

    def scope(self, options: dict[str, t.Any]) -> Scope:
        """Return every product with a key: a machine-wide activation type would apply to Office too."""
        return Scope(products=Products.INSTALLED, directory=True)

    def tried(self, work: Stages) -> dict[str, t.Any]:
        """Return what was checked before a licence was given up."""
        return {"checks": work.checks}

    def before_loss(self, wish: DesiredState, state: State, options: dict[str, t.Any]) -> list[dict[str, t.Any]]:
        """Return what is known of the way to the new licence; a machine outside a domain was refused before."""
        detail = (
            "The activation objects of a forest can be read over LDAP only, with volume.activation.adba_object_info."
        )
        return [HostCheck("ad_object", state.domain or "", "unknown", detail).facts()]

    def details(self, work: Stages, state: State, options: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return which path gave the licence."""
        return {"activation": path_facts(state)}
