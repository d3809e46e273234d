# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a KMS host: its settings come with the service's row, the rest only where it is asked for."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._applying import Products, Reader, Scope
from ansible_collections.volume.activation.plugins.plugin_utils._applying import queries as q
from ansible_collections.volume.activation.plugins.plugin_utils._applying.decoding import hosting_from, served_from
from ansible_collections.volume.activation.plugins.plugin_utils._errors import MachineRefused
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    FirewallRule,
    Hosting,
    PublishDomain,
    RequestCounts,
    ServedProduct,
)

from .cim_rows import PRODUCT, SERVICE
from .fake_repository import Scripted

COUNTS = {name: number for number, name in enumerate(q.REQUEST_COUNTS, start=1)}
COUNTED = RequestCounts(
    total=1,
    failed=2,
    unlicensed=3,
    licensed=4,
    oob_grace=5,
    oot_grace=6,
    non_genuine_grace=7,
    notification=8,
)
HOST_ROW = {
    "KeyManagementServiceDnsPublishing": True,
    "KeyManagementServiceListeningPort": 1700,
    "KeyManagementServiceLowPriority": True,
    "VLActivationInterval": 120,
    "VLRenewalInterval": 10080,
    **COUNTS,
}
HOSTING = Hosting(
    port=1700,
    dns_publishing=True,
    low_priority=True,
    activation_interval=120,
    renewal_interval=10080,
    requests=COUNTED,
)
UNKNOWN = 0xFFFFFFFF


@dataclass
class Host(Scripted):
    """A KMS host of rows, with a registry."""

    values: dict[str, t.Any] = field(default_factory=dict)

    def select(self, class_name: str, properties: t.Any, conditions: t.Any = (), **_where: t.Any) -> t.Any:
        """Show rows, of the firewall too."""
        return super().select(class_name, properties, conditions)

    def invoke(self, _class: str, _keys: t.Any, method: str, given: dict[str, t.Any], *, namespace: str) -> t.Any:
        """Read the registry."""
        assert namespace == "root/default"
        self.asked.append((method, {given["sValueName"]}, []))
        found = self.values.get(given["sValueName"])
        if found is None:
            raise MachineRefused("no", hresult=2)
        return {"sValue": found}

    def reader(self) -> Reader:
        """Return a reader of this host."""
        self.rows.setdefault(q.SERVICE, [{**SERVICE, **HOST_ROW}])
        self.rows.setdefault(q.FIREWALL_RULE, [])
        return super().reader()


def read(host: Host, **parts: t.Any) -> Hosting | None:
    """Read this much of a host."""
    return host.reader().read(Scope(products=Products.NONE, **parts)).hosting


def test_without_being_asked_nothing_of_a_host_is_read() -> None:
    host = Host()
    assert read(host) is None
    assert read(host, registry=True, firewall=True) is None
    assert all(not properties & set(q.HOSTING_PROPERTIES) for _class, properties, _where in host.asked)
    assert host.classes == [q.SERVICE] * 2


def test_its_settings_come_with_the_service_for_no_further_request() -> None:
    host = Host()
    assert read(host, hosting=True) == HOSTING
    assert host.classes == [q.SERVICE]


def test_without_the_service_there_is_no_host() -> None:
    assert Host().reader().read(Scope(service=False, hosting=True)).hosting is None


def test_the_registry_tells_of_domains_and_of_the_mark() -> None:
    values = {"DnsDomainPublishList": ("a.example, 1, 2",), "KeyManagementServiceVersion": ("10.0",)}
    host = Host(values=values)
    found = read(host, hosting=True, registry=True)
    assert found is not None
    assert (found.publish_domains, found.version_mark) == ((PublishDomain("a.example", 1, 2),), "10.0")
    assert host.classes == [q.SERVICE, "GetMultiStringValue", "GetStringValue", "GetStringValue"]


def test_what_is_not_in_the_registry_is_known_not_to_be_there() -> None:
    found = read(Host(), hosting=True, registry=True)
    assert found is not None
    assert (found.publish_domains, found.version_mark, found.firewall) == ((), "", None)


def test_the_rule_is_read_where_it_is_asked_for() -> None:
    found = read(Host(), hosting=True, firewall=True)
    assert found is not None
    assert found.firewall == FirewallRule(name="", enabled=False)
    assert (found.publish_domains, found.version_mark) == (None, None)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"KeyManagementServiceListeningPort": None}, {"port": 0}),
        ({"KeyManagementServiceDnsPublishing": False}, {"dns_publishing": False}),
        ({"KeyManagementServiceDnsPublishing": None}, {"dns_publishing": True}),
        ({"KeyManagementServiceLowPriority": False}, {"low_priority": False}),
        ({"KeyManagementServiceLowPriority": None}, {"low_priority": False}),
        ({"VLActivationInterval": UNKNOWN}, {"activation_interval": None}),
        ({"VLRenewalInterval": UNKNOWN}, {"renewal_interval": None}),
        ({"VLActivationInterval": None, "VLRenewalInterval": None}, {"activation_interval": None}),
        ({"KeyManagementServiceTotalRequests": UNKNOWN}, {"total": None}),
        ({"KeyManagementServiceNotificationRequests": 0}, {"notification": 0}),
    ],
)
def test_what_a_machine_leaves_open_is_not_made_up(changes: dict[str, t.Any], expected: dict[str, t.Any]) -> None:
    found = hosting_from({**HOST_ROW, **changes})
    for name, value in expected.items():
        assert getattr(found if hasattr(found, name) else found.requests, name) == value


def test_what_products_have_served_is_told_by_their_id() -> None:
    count = {"KeyManagementServiceCurrentCount": 25, "RequiredClientCount": UNKNOWN}
    host = Host(rows={q.PRODUCT: [{**PRODUCT, **COUNTS, **count, "ID": "one"}]})
    assert host.reader().served() == {
        "one": ServedProduct(id="one", current_count=25, required_count=None, requests=COUNTED)
    }
    ((_class, properties, where),) = host.asked
    assert properties == set(q.SERVED_PROPERTIES)
    assert where == ["PartialProductKey IS NOT NULL"]


def test_a_product_that_serves_nobody_has_no_counts() -> None:
    nothing = dict.fromkeys([*q.REQUEST_COUNTS, "KeyManagementServiceCurrentCount", "RequiredClientCount"], UNKNOWN)
    assert served_from({"ID": None, **nothing}) == ServedProduct(id="")
