# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings of single products: which are their own, what clears them, and which KMS host they lead to."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._licensing import Channel, State
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    ClearProductDomain,
    ClearProductHost,
    ClearProductPort,
    DesiredState,
    KmsSettings,
    Plan,
    SetActivationType,
    SetKmsHost,
    SetKmsPort,
    SetLookupDomain,
    asked_kms_host,
    overrides,
    plan,
)
from ansible_collections.volume.activation.plugins.plugin_utils._results import difference

from .state_samples import ActivationType, licensed, office, on_mak, state, windows

HOST, OTHER, OWN = "kms.example.com", "old.example.com", "own.example.com"
UNREACHABLE, NOT_LICENSED = 0xC004F074, 0xC004F009


def kms(**wanted: t.Any) -> DesiredState:
    return DesiredState(kms=KmsSettings(**wanted))


def told(found: Plan) -> list[tuple[str, str, str]]:
    return [(step.action, step.was, step.becomes) for step in found.steps]


@pytest.mark.parametrize("wanted", [{"host": HOST}, {"dns_discovery": True}])
@pytest.mark.parametrize("machine", [None, HOST, OTHER])
@pytest.mark.parametrize("shown", [None, HOST, OTHER, OWN])
@pytest.mark.parametrize("port", [0, 1688, 1700])
def test_a_product_ends_with_the_machines_host(
    wanted: dict[str, t.Any], machine: str | None, shown: str | None, port: int
) -> None:
    before = state(licensed(kms_host=shown, kms_port=port), office(kms_host=shown), kms_host=machine)
    steps = plan(kms(**wanted), before)
    reached = steps.predicted(before)
    assert not plan(kms(**wanted), reached)
    for product in reached.products:
        assert reached.set_kms_host(product) == ((HOST, 1688) if "host" in wanted else None)


def test_its_own_host_and_port_are_cleared() -> None:
    found = plan(kms(host=HOST), state(licensed(kms_host=OWN, kms_port=1700), kms_host=HOST))
    assert [type(step) for step in found.steps] == [ClearProductHost, ClearProductPort]
    assert told(found) == [("clear_product_kms_host", OWN, HOST), ("clear_product_kms_port", "1700", "1688")]
    assert {step.product_id for step in found.steps} == {"id-windows"}  # type: ignore[attr-defined]
    assert difference(found.steps) == {
        "before": f"kms_host of Windows (ServerStandard): {OWN}\nkms_port of Windows (ServerStandard): 1700\n",
        "after": f"kms_host of Windows (ServerStandard): {HOST}\nkms_port of Windows (ServerStandard): 1688\n",
    }


def test_so_they_are_under_dns_discovery() -> None:
    found = plan(kms(dns_discovery=True), state(licensed(kms_host=OWN, kms_port=1700)))
    assert told(found) == [
        ("clear_product_kms_host", OWN, "(from DNS)"),
        ("clear_product_kms_port", "1700", "(from DNS)"),
    ]


def test_its_own_lookup_domain_is_cleared_where_the_task_decides_about_one() -> None:
    before = state(licensed(lookup_domain="own.example"), lookup_domain="example.com")
    (step,) = plan(kms(lookup_domain="example.com"), before).steps
    assert isinstance(step, ClearProductDomain)
    assert (step.was, step.becomes) == ("own.example", "example.com")
    assert not plan(kms(dns_discovery=True), before)


@pytest.mark.parametrize("wanted", [{}, {"host_caching": True}, {"activation_type": ActivationType.ANY}])
def test_what_the_task_says_nothing_about_stays(wanted: dict[str, t.Any]) -> None:
    before = state(licensed(kms_host=OWN, kms_port=1700, lookup_domain="own.example"), kms_host=HOST)
    assert not plan(kms(**wanted), before)


@pytest.mark.parametrize("product", [on_mak(kms_host=OWN), licensed(kms_host=OWN, partial_product_key=None)])
def test_what_is_no_kms_client_keeps_its_own(product: t.Any) -> None:
    assert not plan(kms(host=HOST), state(product, kms_host=HOST))


def test_office_that_was_read_is_cleared_as_well_under_a_name_in_no_language() -> None:
    before = state(licensed(kms_host=HOST), office(kms_host=OWN, name="Office, Edition"), kms_host=HOST)
    (step,) = plan(kms(host=HOST), before).steps
    assert isinstance(step, ClearProductHost)
    assert (step.product_id, step.product) == ("id-office", "ProPlusVL")


@pytest.mark.parametrize(
    ("wanted", "service", "shown", "kind"),
    [
        ({"host": HOST}, {"kms_host": OTHER}, {"kms_host": OTHER}, SetKmsHost),
        ({"host": HOST}, {"kms_host": HOST, "kms_port": 1700}, {"kms_host": HOST, "kms_port": 1700}, SetKmsPort),
        ({"dns_discovery": True}, {"kms_host": OTHER}, {"kms_host": OTHER}, SetKmsHost),
        ({"dns_discovery": True}, {"kms_port": 1700}, {"kms_port": 1700}, SetKmsPort),
        ({"lookup_domain": ""}, {"lookup_domain": "d.example"}, {"lookup_domain": "D.example."}, SetLookupDomain),
        ({"activation_type": ActivationType.ANY}, {}, {"activation_type": ActivationType.AD}, SetActivationType),
    ],
)
def test_what_a_product_shows_of_the_machine_may_be_its_own_as_well(
    wanted: dict[str, t.Any], service: dict[str, t.Any], shown: dict[str, t.Any], kind: type
) -> None:
    before = state(licensed(**shown), office(), on_mak(id="id-mak", **shown), **service)
    (step,) = plan(kms(**wanted), before).steps
    assert isinstance(step, kind)
    assert step.product_ids == ("id-windows",)  # type: ignore[attr-defined]
    reached = step.predicted(before)
    assert step.is_done(reached)
    # Its own value, which showed nowhere, is in force still: then the step is not done.
    hidden = State(
        service=reached.service, products=before.products, observed_at=before.observed_at, domain=before.domain
    )
    assert not step.is_done(hidden)


def test_a_type_that_no_product_shows_is_nothing_to_clear() -> None:
    (step,) = plan(kms(activation_type=ActivationType.AD), state(licensed())).steps
    assert step.product_ids == ()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("product", "service", "expected"),
    [
        ({}, {}, []),
        ({"kms_host": HOST, "kms_port": 1688}, {"kms_host": "KMS.example.com."}, []),
        ({"kms_host": OWN}, {"kms_host": HOST}, [("kms_host", OWN, HOST)]),
        ({"kms_host": OWN}, {}, [("kms_host", OWN, "(from DNS)")]),
        ({"kms_host": HOST, "kms_port": 1700}, {"kms_host": HOST}, [("kms_port", "1700", "1688")]),
        ({"lookup_domain": "own.example"}, {}, [("lookup_domain", "own.example", "(the machine's own)")]),
        ({"activation_type": ActivationType.AD}, {}, [("activation_type", "ad", "any")]),
    ],
)
def test_what_overrides_the_machine(
    product: dict[str, t.Any], service: dict[str, t.Any], expected: list[tuple[str, str, str]]
) -> None:
    windows_row = licensed(**product)
    assert list(overrides(windows_row, state(windows_row, office(), **service))) == expected


def test_a_type_that_all_products_show_may_be_the_machines() -> None:
    kind = {"activation_type": ActivationType.AD}
    assert overrides(licensed(**kind), state(licensed(**kind))) == ()
    assert overrides(licensed(**kind), state(licensed(**kind), office(**kind))) == ()


@pytest.mark.parametrize(
    ("product", "service", "parts"),
    [
        ({"kms_host": OWN, "kms_port": 1700}, {"kms_host": HOST}, [f"{OWN}:1700", "Windows (ServerStandard) alone"]),
        ({"kms_host": OWN}, {}, [f"{OWN}:1688", "alone"]),
        ({"kms_host": HOST}, {"kms_host": HOST, "kms_port": 1700}, [f"{HOST}:1700", "on the machine"]),
        ({}, {"kms_host": HOST}, [f"{HOST}:1688", "on the machine"]),
        ({"lookup_domain": "own.example"}, {"lookup_domain": "d.example"}, ["DNS", "in own.example"]),
        ({}, {"lookup_domain": "d.example"}, ["DNS", "in d.example"]),
        ({}, {"domain": "corp.example"}, ["DNS", "in corp.example"]),
        ({}, {}, ["DNS", "own DNS suffix"]),
        ({"discovered_kms_host": OTHER}, {"discovered_kms_host": HOST}, ["DNS", f"{OTHER}:1688"]),
        ({}, {"discovered_kms_host": HOST, "discovered_kms_port": 1700}, ["DNS", f"{HOST}:1700"]),
    ],
)
def test_the_kms_host_that_was_asked(product: dict[str, t.Any], service: dict[str, t.Any], parts: list[str]) -> None:
    row = windows(**product)
    found = asked_kms_host(UNREACHABLE, row, state(row, **service))
    assert found is not None
    assert all(part in found for part in parts)


@pytest.mark.parametrize(
    ("code", "product"),
    [
        (NOT_LICENSED, windows()),
        (UNREACHABLE, windows(channel=Channel.MAK)),
        (UNREACHABLE, windows(activation_type=ActivationType.AD)),
    ],
)
def test_no_kms_host_is_named_where_none_is_to_blame(code: int, product: t.Any) -> None:
    assert asked_kms_host(code, product, state(product, kms_host=HOST)) is None
