# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A description is read strictly: every mistake is told with its place and what would do, and shows no key."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.catalog.product_keys import (
    gvlk_for,
    is_well_formed,
    made_up_key,
)
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.catalog.products import (
    ADDONS,
    OFFICE,
    office_key,
)
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.catalog.systems import known_systems
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.description.fields import InvalidDescription
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.description.fleet import read_description
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.description.presets import PRESETS
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.fleet import Fleet

from ..wmi_client import fleet_of

KEY = "BBBBB-CCCCC-DDDDD-FFFFF-GGGGG"


def machine(**fields: Any) -> dict[str, Any]:
    return {"machines": {"box": {"system": "windows_11_pro", **fields}}}


def world(**parts: Any) -> dict[str, Any]:
    return {**machine(), "world": parts}


def service(**parts: Any) -> dict[str, Any]:
    return world(microsoft={"service": parts})


def refused(description: Any) -> InvalidDescription:
    with pytest.raises(InvalidDescription) as raised:
        Fleet.from_description(description)
    return raised.value


@pytest.mark.parametrize(
    ("description", "path", "remedy"),
    [
        ({}, "machines", "at least one"),
        ("text", "", "names with their values"),
        ({"machine": {}}, "machine", "machines"),
        ({"machines": ["box"]}, "machines", "names with their values"),
        ({"machines": {"box": {}}}, "machines.box.system", "server_2022_standard"),
        ({"machines": {"a/b": "windows_11_pro"}}, "machines.a/b", "letters"),
        ({"machines": {"box": "windows_11_prof"}}, "machines.box.system", "windows_11_pro"),
        ({"machines": {"box": {"system": "windows_11_pro", "sku": 4}}}, "machines.box.sku", "Leave out"),
        ({"machines": {"box": {"edition_id": "Nonsense", "build": 26100}}}, "machines.box.sku", "OperatingSystemSKU"),
        (machine(stauts="licensed"), "machines.box.stauts", "Did you mean status"),
        (machine(status="activated"), "machines.box.status", "licensed"),
        (machine(channel="volume"), "machines.box.channel", "kms_client"),
        (machine(channel="evaluation"), "machines.box.channel", "_eval"),
        (machine(channel="none", status="licensed"), "machines.box.channel", "Leave out"),
        (machine(channel="retail", lease_days=3), "machines.box.lease_days", "KMS client"),
        (machine(system="windows_11_pro", channel="avma"), "machines.box.channel", "server"),
        (machine(lease_days=181), "machines.box.lease_days", "0 to 180"),
        (machine(grace_days=3), "machines.box.grace_days", "oob_grace"),
        (machine(product_key="12345"), "machines.box.product_key", "five groups"),
        (machine(product_key=KEY), "machines.box.product_key", "leave it out"),
        (machine(channel="mak", product_key="W269N-WFGWX-YVC9B-4J6C9-T83GX"), "machines.box.product_key", "leave it"),
        (machine(kms_port=0), "machines.box.kms_port", "1 to 65535"),
        (machine(product_settings=["windows"]), "machines.box.product_settings", "names with their values"),
        (machine(product_settings={"window": {}}), "machines.box.product_settings.window", "Did you mean windows"),
        (
            machine(product_settings={"windows": {"kms_port": 0}}),
            "machines.box.product_settings.windows.kms_port",
            "1 to 65535",
        ),
        (
            machine(product_settings={"windows": {"host_caching": True}}),
            "machines.box.product_settings.windows.host_caching",
            "kms_host",
        ),
        (
            machine(product_settings={"windows": {"activation_type": "adba"}}),
            "machines.box.product_settings.windows.activation_type",
            "ad",
        ),
        (
            machine(product_settings={"office_2021": {"kms_host": "kms.corp.example"}}),
            "machines.box.product_settings.office_2021",
            "in office",
        ),
        (
            machine(product_settings={"11111111-2222-3333-4444-555555555555": {}}),
            "machines.box.product_settings.11111111-2222-3333-4444-555555555555",
            "activation ID",
        ),
        (
            machine(
                product_settings={
                    "11111111-2222-3333-4444-55555555555a": {},
                    "11111111-2222-3333-4444-55555555555A": {},
                }
            ),
            "machines.box.product_settings.11111111-2222-3333-4444-55555555555A",
            "once",
        ),
        (machine(kms_port="many"), "machines.box.kms_port", "1 to 65535"),
        (machine(kms_port=float("nan")), "machines.box.kms_port", "1 to 65535"),
        (machine(kms_port=float("inf")), "machines.box.kms_port", "1 to 65535"),
        (machine(kms_port=10**400), "machines.box.kms_port", "1 to 65535"),
        (machine(kms_port=True), "machines.box.kms_port", "1 to 65535"),
        (machine(kms_port=1.5), "machines.box.kms_port", "1 to 65535"),
        (machine(internet="maybe"), "machines.box.internet", "true or false"),
        (machine(language="en"), "machines.box.language", "en-us"),
        (machine(utc_offset="JST"), "machines.box.utc_offset", "+09:00"),
        (machine(clock_skew="5"), "machines.box.clock_skew", "unit"),
        (machine(cmid="x"), "machines.box.cmid", "1111"),
        (machine(image=True), "machines.box.image", "not empty"),
        (machine(image=[1]), "machines.box.image", "not empty"),
        (machine(hardware=2, bios_uuid="1" * 32), "machines.box.hardware", "bios_uuid"),
        (machine(office=["office_2023"]), "machines.box.office[0]", "office_2024"),
        (machine(office="office_2021"), "machines.box.office", "list"),
        (machine(office=["office_2021", "office_2021"]), "machines.box.office", "once"),
        (machine(office=[{"product": "office_2021", "channel": "oem"}]), "machines.box.office[0].channel", ""),
        (machine(office=[{"product": "office_2021", "channel": "retial"}]), "machines.box.office[0].channel", "retail"),
        (machine(office=["microsoft_356"]), "machines.box.office[0]", "microsoft_365"),
        (machine(office=[{"product": "microsoft_365", "channel": "mak"}]), "machines.box.office[0].channel", "sub"),
        (machine(dns_sufix="corp.example"), "machines.box.dns_sufix", "dns_suffix"),
        (machine(dns_suffix="corp.example"), "machines.box.dns_suffix", "workgroup"),
        (machine(esu_prerequisits=False), "machines.box.esu_prerequisits", "esu_prerequisites"),
        (machine(esu_prerequisites="some"), "machines.box.esu_prerequisites", "true or false"),
        (machine(language="fr-CH"), "machines.box.language", "fr-fr"),
        (
            world(microsoft={"keys": {KEY: {"channel": "kms_host", "remaning": 1}}}),
            "world.microsoft.keys.",
            "remaining",
        ),
        (world(microsoft={"keys": {KEY: {"channel": "retail", "remaining": 1}}}), "world.microsoft.keys.", "Leave"),
        (machine(addons=["esu_2012_year_1"]), "machines.box.addons", "sideloading"),
        (machine(subscription=True), "machines.box.subscription", "enterprise"),
        (machine(scheme="ftp"), "machines.box.scheme", "https"),
        (machine(vars=[1]), "machines.box.vars", "names with their values"),
        (machine(faults=[{"on": "Activate"}]), "machines.box.faults[0].do", "drop_after"),
        (machine(faults=[{"on": "Aktivate", "do": "delay"}]), "machines.box.faults[0].on", "activate"),
        (machine(faults=[{"do": "status"}]), "machines.box.faults[0].status", "503"),
        (machine(faults=[{"do": "status", "status": 200}]), "machines.box.faults[0].status", "from 300"),
        (machine(faults=[{"do": "delay", "status": 500}]), "machines.box.faults[0].status", "503"),
        (machine(faults=[{"do": "hresult"}]), "machines.box.faults[0].code", "0xC004F074"),
        (machine(faults=[{"do": "hresult", "code": "bad"}]), "machines.box.faults[0].code", "0xC004F074"),
        (machine(faults=[{"do": "hresult", "code": 5, "on": "login"}]), "machines.box.faults[0].on", "method"),
        (machine(faults=[{"do": "hresult_after"}]), "machines.box.faults[0].code", "0xC004F074"),
        (machine(faults=[{"do": "delay", "reaches_host": False}]), "machines.box.faults[0].reaches_host", "Leave it"),
        (machine(faults=[{"do": "delay", "limit": 2}]), "machines.box.faults[0].limit", "Leave it"),
        (machine(faults=[{"do": "slow", "on": "login"}]), "machines.box.faults[0].on", "method"),
        (machine(faults=[{"do": "delay", "times": -1}]), "machines.box.faults[0].times", "from 0"),
        (world(dsn={}), "world.dsn", "dns"),
        (world(kms_hosts={"kms": {"cuont": 1}}), "world.kms_hosts.kms.cuont", "count"),
        (world(kms_hosts={"kms": {"products": "server_2021"}}), "world.kms_hosts.kms.products", "server_2022"),
        (world(dns={"a.example": [{"port": 1}]}), "world.dns.a.example[0].host", "Name"),
        (world(ad={"a.example": [{}]}), "world.ad.a.example[0].name", "Name"),
        (world(microsoft={"maks": {"lab": {"left": 1}}}), "world.microsoft.maks.lab.left", ""),
        (world(microsoft={"maks": {"lab": {"edition": "Pro"}}}), "world.microsoft.maks.lab.edition", ""),
        (world(microsoft={"keys": {"lab": {"channel": "retail"}}}), "world.microsoft.keys.lab", "five groups"),
        (world(microsoft={"keys": {KEY: {"channel": "mak"}}}), "world.microsoft.keys.", "maks"),
        (world(microsoft={"repeats_cost": 3}), "world.microsoft.repeats_cost", "true or false"),
        (service(batch_limit=0), "world.microsoft.service.batch_limit", "from 1"),
        (service(order="random"), "world.microsoft.service.order", "reorder"),
        (service(faults=[{"do": "refuse"}]), "world.microsoft.service.faults[0].do", "drop_before"),
        (service(faults=[{"on": "count"}]), "world.microsoft.service.faults[0].do", "malformed"),
        (service(faults=[{"on": "Activate", "do": "empty"}]), "world.microsoft.service.faults[0].on", "count"),
        (service(faults=[{"do": "code"}]), "world.microsoft.service.faults[0].code", "0x7F"),
        (service(faults=[{"do": "empty", "code": "0x7F"}]), "world.microsoft.service.faults[0].code", "0x7F"),
        (service(faults=[{"do": "status"}]), "world.microsoft.service.faults[0].status", "503"),
        ({**machine(), "clock": {"now": "noon"}}, "clock.now", "2026"),
        ({**machine(), "clock": {"advance": 200}}, "clock.advance", "unit"),
        ({"preset": "dmeo"}, "preset", "demo"),
        ({"preset": "demo", "count": 5}, "count", "kms_mixed"),
        ({"preset": "kms_mixed", "count": 0}, "count", "1 to"),
        ({**machine(), "count": 5}, "count", "preset"),
    ],
)
def test_mistakes_are_told_with_their_place_and_a_remedy(description: Any, path: str, remedy: str) -> None:
    error = refused(description)

    assert error.path.startswith(path)
    assert error.code == "invalid_description"
    assert remedy in str(error.remedy)
    assert str(error).startswith(error.path or "the description")


@pytest.mark.parametrize(
    "description",
    [
        machine(product_key=KEY),
        machine(product_key=KEY[:-1]),
        machine(status=KEY),
        machine(office=[KEY]),
        world(microsoft={"maks": {KEY: {"remaining": "x"}}}),
        world(microsoft={"keys": {KEY: {"channel": KEY}}}),
    ],
)
def test_no_mistake_shows_a_key(description: Any) -> None:
    error = refused(description)

    assert "CCCCC" not in f"{error} {error.remedy} {error.path}".replace("BBBBB-CCCCC-DDDDD-FFFFF-GGGGG.", "")


@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(
                st.sampled_from(
                    [
                        *(
                            "machines",
                            "world",
                            "clock",
                            "preset",
                            "count",
                            "box",
                            "system",
                            "faults",
                            "on",
                            "do",
                            "dns",
                        ),
                        *("kms_hosts", "microsoft", "maks", "now", "advance", "windows_11_pro", "status", "office"),
                    ]
                ),
                inner,
                max_size=4,
            ),
        ),
        max_leaves=12,
    )
)
def test_nothing_but_invalid_description_comes_of_nonsense(description: Any) -> None:
    try:
        read_description(description)
    except InvalidDescription as error:
        assert error.remedy


def test_a_name_alone_is_a_machine_in_its_usual_state() -> None:
    fleet = fleet_of({"box": "server_2022_standard"})

    assert fleet.machines["box"].describe()["primary"]["status"] == "notification"
    assert fleet.machines["box"].description["domain"] == "corp.example"


def test_what_ansible_and_yaml_make_of_values_is_taken() -> None:
    box = fleet_of(
        {
            "box": {
                "system": "windows_11_pro",
                "kms_port": "1700",
                "internet": "no",
                "faults": [{True: "any", "do": "delay"}],
            }
        }
    ).machines["box"]

    assert box.description["kms_port"] == 1700 and box.description["internet"] is False
    assert box.faults == ({"on": "any", "do": "delay", "seconds": 0.0, "times": 1},)


def test_rules_come_out_with_every_default() -> None:
    rules = [
        {"on": "login", "do": "status", "status": "503", "times": 0},
        {"on": "ACTIVATE", "do": "hresult", "code": "0xC004F074", "shape": "flat"},
    ]

    assert fleet_of({"box": {"system": "windows_11_pro", "faults": rules}}).machines["box"].faults == (
        {"on": "login", "do": "status", "status": 503, "times": 0, "seconds": 0.0},
        {"on": "Activate", "do": "hresult", "code": 0xC004F074, "shape": "flat", "times": 1, "seconds": 0.0},
    )


def test_a_system_may_be_told_by_its_parts() -> None:
    parts = {"edition_id": "serverstandard", "build": 17763}
    odd = {"edition_id": "ServerFuture", "build": 27000, "sku": 999, "caption": "Microsoft Windows Server Future"}
    fleet = fleet_of({"known": parts, "odd": odd})

    assert fleet.machines["known"].describe()["primary"]["partial_product_key"] == "J464C"
    assert fleet.machines["odd"].describe()["primary"]["channel"] == "retail"


def test_another_build_of_a_system_is_that_build() -> None:
    description = fleet_of({"box": {"system": "windows_11_pro", "build": 22631}}).machines["box"].description

    assert (description["system"].build, description["system"].edition_id) == (22631, "Professional")


def test_a_subscription_lifts_the_edition_above_its_key() -> None:
    box = fleet_of({"box": {"system": "windows_11_enterprise", "subscription": True, "status": "licensed"}}).machines[
        "box"
    ]
    told = box.describe()

    assert (told["edition_id"], told["primary"]["family"]) == ("Enterprise", "Professional")
    assert told["primary"]["partial_product_key"] == "T83GX"


@pytest.mark.parametrize(
    ("licence", "status", "reason", "days"),
    [
        ({}, "notification", "0xC004F034", 0),
        ({"status": "licensed"}, "licensed", "0x4004F040", 150),
        ({"lease_days": 3}, "licensed", "0x4004F040", 3),
        ({"status": "licensed", "lease_days": 0}, "oot_grace", "0x4004F00D", 30),
        ({"status": "oob_grace"}, "oob_grace", "0x4004F00C", 20),
        ({"status": "oot_grace", "grace_days": 4}, "oot_grace", "0x4004F00D", 4),
        ({"status": "notification"}, "notification", "0xC004F009", 0),
        ({"status": "notification", "reason": "0xC004F200"}, "notification", "0xC004F200", 0),
        ({"status": "unlicensed"}, "unlicensed", "0x00000000", 0),
        ({"channel": "mak"}, "licensed", "0x4004F040", 0),
        ({"channel": "mak", "status": None}, "notification", "0xC004F034", 0),
        ({"channel": "oem"}, "licensed", "0x00000000", 0),
        ({"channel": "retail", "product_key": KEY}, "licensed", "0x4004F401", 0),
    ],
)
def test_a_licence_stands_as_it_is_described(licence: dict[str, Any], status: str, reason: str, days: int) -> None:
    primary = fleet_of({"box": {"system": "windows_11_pro", **licence}}).machines["box"].describe()["primary"]

    assert (primary["status"], primary["reason"], primary["minutes"]) == (status, reason, days * 1440)


def test_a_server_may_be_a_guest_that_its_host_activates() -> None:
    guest = {"system": "server_2022_datacenter", "channel": "avma"}
    primary = fleet_of({"box": guest}).machines["box"].describe()["primary"]

    assert (primary["channel"], primary["status"], primary["minutes"]) == ("avma", "licensed", 0)


@pytest.mark.parametrize("spelled", ["0x7f", "0x7F", 127])
def test_a_rule_of_the_service_has_the_code_as_the_service_writes_it(spelled: Any) -> None:
    rule = {True: "count", "do": "code", "code": spelled}

    (read,) = read_description(service(faults=[rule])).world.microsoft.faults
    assert read == {"on": "count", "do": "code", "code": "0x7F", "times": 1, "seconds": 0.0}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("200d", timedelta(days=200)),
        ("1d 12h", timedelta(hours=36)),
        ("-90m", timedelta(minutes=-90)),
        ("2w", timedelta(14)),
    ],
)
def test_spans_of_time_have_units(text: str, expected: timedelta) -> None:
    assert read_description(machine(clock_skew=text)).machines["box"].clock_skew == expected


class TestTables:
    @pytest.mark.parametrize("name", sorted(known_systems()))
    def test_every_system_can_be_had_and_lists_its_products(self, name: str) -> None:
        box = fleet_of({"box": name}).machines["box"]
        primary = box.describe()["primary"]
        system = known_systems()[name]
        key = gvlk_for(system.edition_id, system.build)

        expected = "evaluation" if system.is_evaluation else "kms_client" if key else "retail"
        assert primary["channel"] == expected and primary["family"] == system.edition_id
        assert key is None or primary["partial_product_key"] == key[-5:]

    def test_editions_without_a_published_key_are_the_ones_we_know_of(self) -> None:
        unpublished = {
            system.edition_id for system in known_systems().values() if not gvlk_for(system.edition_id, system.build)
        }

        assert {name for name in unpublished if not name.endswith("Eval")} == {
            "Core",
            "CoreN",
            "IoTEnterprise",
            "IoTEnterpriseS",
            "ServerDatacenterACor",
            "ServerRdsh",
        }

    def test_systems_that_share_a_build_differ_in_edition(self) -> None:
        systems = known_systems().values()

        assert len({(system.edition_id, system.build, system.is_server) for system in systems}) == len(systems)

    def test_every_office_product_has_a_published_key_and_every_addon_an_id(self) -> None:
        assert all(is_well_formed(office_key(name)) for name in OFFICE)
        assert all(addon.id for name, addon in ADDONS.items() if name.startswith("esu"))

    @given(st.sampled_from(["mak", "retail", "oem", "kms_host", "evaluation", "avma"]), st.text())
    def test_made_up_keys_are_well_formed_stable_and_look_it(self, channel: str, seed: str) -> None:
        key = made_up_key(channel, seed)

        assert is_well_formed(key) and key == made_up_key(channel, seed)
        assert key[:5] == key[0] * 5


class TestPresets:
    def test_the_demo_has_every_case_that_it_is_meant_to_show(self) -> None:
        fleet = Fleet.from_description({"preset": "demo"})
        rows = {name: row["primary"] or {} for name, row in fleet.describe()["machines"].items()}
        told = fleet.describe()["machines"]

        assert {row["build"] for row in told.values()} >= {9600, 14393, 17763, 20348, 26100, 19045, 19044}
        assert {"de-DE", "ja-JP", "en-US"} == {row["language"] for row in told.values()}
        assert {"ServerTurbine", "EnterpriseS", "EducationN", "ProfessionalN", "ServerStandardACor"} <= {
            row["edition_id"] for row in told.values()
        }
        assert rows["lab-mak"]["channel"] == "mak" and rows["lab-mak"]["status"] == "licensed"
        assert fleet.machines["lab-mak"].description["vars"] == {"kms_default_replace_licensed": True}
        assert rows["retail-w11"]["channel"] == "retail" and rows["retail-w11"]["status"] == "licensed"
        assert told["deadkms-2019"]["kms"]["host"] not in fleet.describe()["world"]["kms_hosts"]
        assert 0 < rows["lease-w10"]["minutes"] < 7 * 1440
        assert rows["eval-2022"]["channel"] == "evaluation"
        assert [row["partial_product_key"] for row in told["office-esu"]["products"] if row["is_addon"]]
        assert [rule["do"] for rule in fleet.machines["flaky-2025"].faults] == ["drop_after"]

    @pytest.mark.parametrize("count", [1, 12, 200])
    def test_kms_mixed_has_as_many_machines_as_are_asked_for(self, count: int) -> None:
        fleet = Fleet.from_description({"preset": "kms_mixed", "count": count})

        assert len(fleet.machines) == count
        assert all(not machine.faults for machine in fleet.machines.values())

    @pytest.mark.parametrize("name", sorted(PRESETS))
    def test_a_preset_may_be_completed_and_changed(self, name: str) -> None:
        first = next(iter(Fleet.from_description({"preset": name}).machines))
        fleet = Fleet.from_description(
            {"preset": name, "machines": {first: "windows_11_home", "one-more": "server_2016_standard"}}
        )

        assert fleet.machines[first].describe()["edition_id"] == "Core"
        assert "one-more" in fleet.machines
