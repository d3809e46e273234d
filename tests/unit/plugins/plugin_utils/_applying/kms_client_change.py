# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A desired state that changes all that a KMS client has, and the calls that carry it out, in order."""

from __future__ import annotations

from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    Activation,
    DesiredState,
    EditionKey,
    KmsSettings,
)

from .._planning.state_samples import TABLE, ActivationType

HOST = "kms.example.com"


WHOLE = DesiredState(
    kms=KmsSettings(
        host=HOST, port=1700, lookup_domain="example.com", host_caching=False, activation_type=ActivationType.KMS
    ),
    key=EditionKey(table=TABLE, replace_licensed=True),
    activation=Activation(only_kms_client=True),
)


ORDER = [
    "SetKeyManagementServiceMachine",
    "SetKeyManagementServicePort",
    "SetKeyManagementServiceLookupDomain",
    "DisableKeyManagementServiceHostCaching",
    "InstallProductKey",
    "SetVLActivationTypeEnabled",
    "Activate",
    "RefreshLicenseStatus",
]
