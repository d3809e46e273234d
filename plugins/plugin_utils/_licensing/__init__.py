# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Windows licensing is: keys, editions, products, states, error codes. Pure: no network, no clock, no Ansible."""

from __future__ import annotations

from ._channels import APPLICATION_IDS, Application, Channel
from ._editions import canonical_edition, edition_of_sku, is_evaluation, is_lifted, is_server_edition
from ._explanations import Explanation, explain, parse_code
from ._gvlk import GvlkTable
from ._hosting import (
    DEFAULT_ACTIVATION_INTERVAL,
    DEFAULT_KMS_PORT,
    DEFAULT_RENEWAL_INTERVAL,
    FIREWALL_RULE,
    INTERVAL_MINUTES,
    KMS_THRESHOLDS,
    FirewallRule,
    Hosting,
    PublishDomain,
    RequestCounts,
    ServedProduct,
    is_azure_edition,
)
from ._kms_events import KMS_LOG, REQUEST_PROCESSED, ClientRequest, KmsClient, clients_of, duplicates_of
from ._offline_ids import grouped, parse_confirmation_id, parse_extended_pid, parse_installation_id
from ._product_key import ProductKey
from ._products import Machine, Product, Service, State, named
from ._service_errors import explain_service, service_code
from ._statuses import ActivationType, LicenseStatus
from ._tables import table
from ._terms import CLOCK_SKEW_LIMIT, ENDS_SOON_DAYS, KMS_WINDOW, LEASE
from ._verdicts import (
    KMS_COUNT_TOO_LOW,
    NO_ACTIVATION_OBJECT,
    blames_kms_host,
    denies_count,
    is_temporary,
    is_wrong_confirmation,
    may_have_counted,
    stops_key,
)

__all__ = [
    "APPLICATION_IDS",
    "ActivationType",
    "Application",
    "CLOCK_SKEW_LIMIT",
    "Channel",
    "ClientRequest",
    "DEFAULT_ACTIVATION_INTERVAL",
    "DEFAULT_KMS_PORT",
    "DEFAULT_RENEWAL_INTERVAL",
    "ENDS_SOON_DAYS",
    "Explanation",
    "FIREWALL_RULE",
    "FirewallRule",
    "GvlkTable",
    "Hosting",
    "INTERVAL_MINUTES",
    "KMS_COUNT_TOO_LOW",
    "KMS_LOG",
    "KMS_THRESHOLDS",
    "KMS_WINDOW",
    "KmsClient",
    "LEASE",
    "NO_ACTIVATION_OBJECT",
    "LicenseStatus",
    "Machine",
    "Product",
    "ProductKey",
    "PublishDomain",
    "REQUEST_PROCESSED",
    "RequestCounts",
    "ServedProduct",
    "Service",
    "State",
    "blames_kms_host",
    "canonical_edition",
    "clients_of",
    "denies_count",
    "duplicates_of",
    "edition_of_sku",
    "explain",
    "explain_service",
    "grouped",
    "is_azure_edition",
    "is_evaluation",
    "is_lifted",
    "is_server_edition",
    "is_temporary",
    "is_wrong_confirmation",
    "may_have_counted",
    "named",
    "parse_code",
    "parse_confirmation_id",
    "parse_extended_pid",
    "parse_installation_id",
    "service_code",
    "stops_key",
    "table",
]
