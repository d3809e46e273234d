# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Windows licensing is: keys, editions, products, states, error codes. Pure: no network, no clock, no Ansible."""

from __future__ import annotations

from .attempt_words import attempt_facts, attempt_sentence
from .channels import APPLICATION_IDS, Application, Channel
from .editions import (
    OLDEST_BUILD,
    canonical_edition,
    edition_of_sku,
    is_evaluation,
    is_lifted,
    is_server_edition,
    is_too_old,
)
from .error_classes import (
    KMS_COUNT_TOO_LOW,
    NO_ACTIVATION_OBJECT,
    Verdict,
    blames_kms_host,
    denies_count,
    is_not_dispatched,
    is_temporary,
    is_uncounted,
    is_wrong_confirmation,
    may_have_counted,
    names_failed_attempt,
    stops_key,
    verdict,
)
from .error_codes import Explanation, explain, parse_code
from .esu import EsuYear, esu_year
from .gvlk import GvlkTable
from .kms_attempts import ATTEMPT_EVENTS, ATTEMPT_LOG, ATTEMPT_SOURCES, AttemptEvent, KmsAttempt, last_attempt
from .kms_events import KMS_LOG, REQUEST_PROCESSED, ClientRequest, KmsClient, clients_of, duplicates_of
from .kms_host import (
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
from .machine_refusals import explain_refusal
from .offline_ids import grouped, parse_confirmation_id, parse_extended_pid, parse_installation_id
from .product_key import ProductKey
from .service_errors import ServiceVerdict, explain_service, service_code, service_verdict
from .simulated_ids import is_simulated
from .state import Machine, Product, Service, State, named
from .statuses import ActivationType, LicenseStatus
from .tables import table
from .terms import ATTEMPT_WINDOW, CLOCK_SKEW_LIMIT, ENDS_SOON_DAYS, KMS_WINDOW, LEASE, RENEWAL
from .windows_names import preload_names, windows_name

__all__ = [
    "APPLICATION_IDS",
    "ATTEMPT_EVENTS",
    "ATTEMPT_LOG",
    "ATTEMPT_SOURCES",
    "ATTEMPT_WINDOW",
    "ActivationType",
    "AttemptEvent",
    "Application",
    "CLOCK_SKEW_LIMIT",
    "Channel",
    "ClientRequest",
    "DEFAULT_ACTIVATION_INTERVAL",
    "DEFAULT_KMS_PORT",
    "DEFAULT_RENEWAL_INTERVAL",
    "ENDS_SOON_DAYS",
    "EsuYear",
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
    "KmsAttempt",
    "KmsClient",
    "LEASE",
    "NO_ACTIVATION_OBJECT",
    "OLDEST_BUILD",
    "LicenseStatus",
    "Machine",
    "Product",
    "ProductKey",
    "PublishDomain",
    "RENEWAL",
    "REQUEST_PROCESSED",
    "RequestCounts",
    "ServedProduct",
    "Service",
    "ServiceVerdict",
    "State",
    "Verdict",
    "attempt_facts",
    "attempt_sentence",
    "blames_kms_host",
    "canonical_edition",
    "clients_of",
    "denies_count",
    "duplicates_of",
    "edition_of_sku",
    "esu_year",
    "explain",
    "explain_refusal",
    "explain_service",
    "grouped",
    "is_azure_edition",
    "is_evaluation",
    "is_lifted",
    "is_not_dispatched",
    "is_server_edition",
    "is_too_old",
    "is_simulated",
    "is_temporary",
    "is_uncounted",
    "is_wrong_confirmation",
    "last_attempt",
    "may_have_counted",
    "names_failed_attempt",
    "named",
    "parse_code",
    "parse_confirmation_id",
    "parse_extended_pid",
    "parse_installation_id",
    "preload_names",
    "service_code",
    "service_verdict",
    "stops_key",
    "table",
    "windows_name",
    "verdict",
]
