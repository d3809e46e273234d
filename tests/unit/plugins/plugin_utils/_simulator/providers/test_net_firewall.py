# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The firewall rule of a KMS host is found, switched, and changed by putting it back whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._wsman import (
    Fault,
    Get,
    Instance,
    Invoke,
    Put,
    PutDone,
    Resource,
    wmi_resource,
)

from ..wmi_client import Asker, Faulted, asker

SPACE = "root/StandardCimv2"
RULE, PORTS = "MSFT_NetFirewallRule", "MSFT_NetProtocolPortFilter"
PATH = "MSFT|FW|FirewallRule|SPPSVC-In-TCP"
NAME_OF = {RULE: "PolicyRuleName", PORTS: "Name"}


def keys(name: str) -> dict[str, str]:
    return {"CreationClassName": PATH, NAME_OF[name]: "", "SystemCreationClassName": "", "SystemName": ""}


def resource(name: str) -> Resource:
    return wmi_resource(name, SPACE, keys(name))


def read(box: Asker, name: str) -> Instance:
    instance: Instance = box.send(Get(resource(name))).instance
    return instance


def put(box: Asker, name: str, **values: tuple[str | None, ...]) -> PutDone:
    whole = {**read(box, name).properties, **values}
    answer: PutDone = box.send(Put(resource(name), Instance(resource(name).uri, whole)))
    return answer


def refused(box: Asker, name: str, **values: tuple[str | None, ...]) -> Fault:
    before = read(box, RULE), read(box, PORTS)
    with pytest.raises(Faulted) as raised:
        put(box, name, **values)
    assert (read(box, RULE), read(box, PORTS)) == before
    return raised.value.fault


@pytest.fixture
def box() -> Asker:
    return asker("server_2022_standard")


def test_the_rule_is_there_and_off_on_a_fresh_server(box: Asker) -> None:
    where = f"FROM {RULE} WHERE InstanceID = 'SPPSVC-In-TCP'"

    found = box.one(f"SELECT CreationClassName, Enabled, PolicyRuleName, Profiles, Platforms {where}", namespace=SPACE)

    assert found == {"CreationClassName": PATH, "Enabled": "2", "PolicyRuleName": "", "Profiles": "0"}


def test_its_ports_are_lists_of_texts_also_when_they_have_one(box: Asker) -> None:
    found = read(box, PORTS)

    assert found.properties["LocalPort"] == ("1688",)
    assert found.properties["RemotePort"] == ("Any",)
    assert found.properties["Protocol"] == ("TCP",)
    assert "IcmpType" not in found.properties
    assert found.properties["InstallDate"] == (None,)


@pytest.mark.parametrize(("language", "word"), [("en-US", "Key Management"), ("de-DE", "Schl\u00fcsselverwaltung")])
def test_its_name_for_people_is_in_their_language(language: str, word: str) -> None:
    box = asker({"system": "server_2022_standard", "language": language})

    assert word in str(read(box, RULE).properties["DisplayName"][0])


def test_it_is_nowhere_else_and_takes_all_of_its_keys(box: Asker) -> None:
    with pytest.raises(Faulted):
        box.rows(f"SELECT Enabled FROM {RULE}")
    with pytest.raises(Faulted) as raised:
        box.send(Get(wmi_resource(RULE, SPACE, {"CreationClassName": PATH})))
    assert raised.value.fault.code == 2150858752


def test_it_is_switched_on_and_off(box: Asker) -> None:
    for method, enabled in (("Enable", "1"), ("Enable", "1"), ("Disable", "2")):
        assert box.send(Invoke(resource(RULE), method, {})).values == {}
        assert read(box, RULE).properties["Enabled"] == (enabled,)


def _properties(done: PutDone) -> Mapping[str, Any]:
    assert done.instance is not None
    return done.instance.properties


def test_a_put_changes_what_differs_and_answers_with_the_instance(box: Asker) -> None:
    assert _properties(put(box, RULE, Profiles=("7",)))["Profiles"] == ("7",)
    done = put(box, RULE, Profiles=("3",), Enabled=("1",))
    ports = put(box, PORTS, LocalPort=("1688", "2000-2010"))

    assert done.instance == read(box, RULE)
    assert (done.instance.properties["Profiles"], done.instance.properties["Enabled"]) == (("3",), ("1",))
    assert ports.instance == read(box, PORTS)
    assert ports.instance.properties["LocalPort"] == ("1688", "2000-2010")


def test_a_put_of_what_is_there_changes_nothing(box: Asker) -> None:
    before = read(box, PORTS)

    assert put(box, PORTS).instance == before


def test_names_in_a_put_are_found_whatever_their_case(box: Asker) -> None:
    whole = {name.upper(): values for name, values in read(box, PORTS).properties.items()}

    box.send(Put(resource(PORTS), Instance(None, {**whole, "LOCALPORT": ("1700",)})))

    assert read(box, PORTS).properties["LocalPort"] == ("1700",)


@pytest.mark.parametrize(
    "ports", [("",), ("0",), ("65536",), ("1688,1689",), ("20-10",), ("kms",), ("1688", ""), (None,)]
)
def test_what_is_no_port_is_an_invalid_parameter(box: Asker, ports: tuple[str | None, ...]) -> None:
    assert refused(box, PORTS, LocalPort=ports).number == 0x80070057


@pytest.mark.parametrize("ports", ["1", "65535", "1688-1688", "Any", "RPC"])
def test_numbers_ranges_and_some_words_are_ports(box: Asker, ports: str) -> None:
    put(box, PORTS, LocalPort=(ports,))

    assert read(box, PORTS).properties["LocalPort"] == (ports,)


@pytest.mark.parametrize(
    "values",
    [{"Enabled": ("0",)}, {"Enabled": ("3",)}, {"Enabled": (None,)}, {"Profiles": ("8",)}, {"Profiles": (None,)}],
)
def test_values_outside_their_range_are_invalid_parameters(box: Asker, values: Mapping[str, Any]) -> None:
    assert refused(box, RULE, **values).number == 0x80070057


@pytest.mark.parametrize("values", [{"Enabled": ("yes",)}, {"Nonsense": ("1",)}, {"Profiles": ("1", "2")}])
def test_what_the_class_does_not_declare_is_refused(box: Asker, values: Mapping[str, Any]) -> None:
    assert refused(box, RULE, **values).code == 2150858817


@pytest.mark.parametrize(
    ("name", "values"),
    [
        (RULE, {"Action": ("4",)}),
        (RULE, {"InstanceID": ("Other",)}),
        (PORTS, {"Protocol": ("UDP",)}),
        (PORTS, {"RemotePort": ("1688",)}),
    ],
)
def test_what_is_not_to_be_changed_here_is_refused_and_not_passed_over(
    box: Asker, name: str, values: Mapping[str, Any]
) -> None:
    fault = refused(box, name, **values)

    assert (fault.code, fault.shape) == (2150859010, "provider")


@pytest.mark.parametrize(
    ("name", "values"), [(RULE, {"Profiles": ("3",)}), (PORTS, {"LocalPort": ("1700", "1701")}), (PORTS, {})]
)
def test_a_property_that_is_left_out_of_a_put_stays_as_it_is(
    box: Asker, name: str, values: dict[str, tuple[str, ...]]
) -> None:
    before = read(box, name).properties

    done = box.send(Put(resource(name), Instance(resource(name).uri, values)))

    assert done.instance.properties == {**before, **values} == read(box, name).properties


@pytest.mark.parametrize("name", ["Win32_OperatingSystem", "SoftwareLicensingService", "StdRegProv"])
def test_nothing_else_is_put(box: Asker, name: str) -> None:
    with pytest.raises(Faulted) as raised:
        box.send(Put(wmi_resource(name), Instance(None, {})))
    assert raised.value.fault.code == 2150859010


def test_without_administrator_rights_it_is_read_only() -> None:
    box = asker({"system": "server_2022_standard", "administrator": False})

    assert refused(box, PORTS, LocalPort=("1700",)).number == 0x80070005
    with pytest.raises(Faulted) as raised:
        box.send(Invoke(resource(RULE), "Enable", {}))
    assert raised.value.fault.number == 0x80070005
    assert read(box, RULE).properties["Enabled"] == ("2",)


def test_a_put_is_counted_noted_and_an_occasion_for_faults() -> None:
    rule = {"on": "put", "do": "hresult", "code": "0x80070020"}
    box = asker({"system": "server_2022_standard", "faults": [rule]})

    assert refused(box, PORTS, LocalPort=("1700",)).number == 0x80070020
    put(box, PORTS, LocalPort=("1700",))

    told = box.machine.describe()
    assert told["counters"]["put"] == 2
    assert [(item["class"], item["method"], item["failure"]) for item in told["invoked"]] == [
        (PORTS, "Put", "0x80070020"),
        (PORTS, "Put", None),
    ]
    assert told["invoked"][1]["parameters"]["LocalPort"] == "1700"


def test_other_ports_leave_the_rule_as_it_is(box: Asker) -> None:
    before = read(box, RULE)
    assert before.properties["Enabled"] == ("2",)
    assert _properties(put(box, PORTS, LocalPort=("1700",)))["LocalPort"] == ("1700",)
    assert read(box, RULE) == before
