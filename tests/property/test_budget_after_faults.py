# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A counted activation that was carried out and answered with a failure: the ledger is never below Microsoft's count.

One host a fault, each with a key, a pool and a count of its own. The work is done, and then the answer is an HTTP
status, a number or a fault. No reservation may be released that Microsoft has counted, unless the answer is one of the
few that say that it did not count; and a second run without faults makes both counts equal.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins import plugin_utils
from ansible_collections.volume.activation.plugins.plugin_utils._applying import Products, Scope
from ansible_collections.volume.activation.plugins.plugin_utils._ledger import EntryState
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import ProductKey, is_uncounted
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    Activation,
    ActivationMethod,
    CountedActivation,
    DesiredState,
    HostKey,
    Mak,
)
from ansible_collections.volume.activation.plugins.plugin_utils._simulator import Fleet, FleetServer

from .faulty_hosts import SEED, Hosts, key_of, single, statuses_for_this_run

INSTALLED = Scope(products=Products.INSTALLED)
DATA = Path(plugin_utils.__path__[0]) / "_licensing" / "data"
OTHERS = (
    *(0x800706BE, 0x800706BA, 0x80041033, 0x80041032, 0x80041006, 0x80041001, 0x80010108, 0x8000FFFF, 0x80004005),
    *(0x80072EE2, 0x80072EFD, 0x80072EFE, 0x80072EFF, 0x80072F0D, 0x80072F05, 0x80072F78, 0x80072F8F, 0x80072EF1),
    *(0x800706BF, 0x800706B5, 0x8007045B, 0x80070422, 0x8007041D, 0x800703E3, 0x80070006, 0x80131500, 0x80080005),
    *(0x800401F0, 0x80010105, 0x8001010E, 0xC0000022, 0xC000013A, 0xC004F075, 0xC004E028, 0x8024402C, 0x80338029),
)
NOT_COUNTED = frozenset(
    {
        *(0xC004C001, 0xC004C002, 0xC004C003, 0xC004C004, 0xC004C007, 0xC004C008, 0xC004C009, 0xC004C00A, 0xC004C00B),
        *(0xC004C00D, 0xC004C00E, 0xC004C00F, 0xC004C010, 0xC004C016, 0xC004C017, 0xC004C020, 0xC004C021, 0xC004C04F),
        *(0xC004C060, 0xC004C764, 0x803FA067, 0x803FA071, 0x803FA07F, 0x803FA080, 0x803FA083),
        *(0x803FA065, 0x803FA066, 0x803FA068, 0x803FA06C, 0x803FA073, 0x803FA074, 0x803FA076, 0x803FA077),
        *(0x803FA078, 0x803FA0C8, 0x803FA0CB),
        *(0xC004F014, 0xC004F015, 0xC004F025, 0xC004F050, 0xC004F051, 0xC004F069),
        *(0x80072EE7, 0x80072EFD, 0x8004FE33),
    }
)
"""What Microsoft refuses itself, what never reached it, and what the licensing service refuses before asking."""
STOPS = frozenset({0xC004C003, 0xC004C060, 0xC004F051, 0xC004C020, 0xC004C021, 0x803FA067, 0x803FA07F, 0x803FA080})


def known_codes() -> list[int]:
    """Return each code that a table names, and some others."""
    tables = [
        json.loads((DATA / f"{name}.json").read_text())["errors"]
        for name in ("errors", "wire_errors", "windows_errors")
    ]
    return sorted({int(code, 16) for table in tables for code in table} | set(OTHERS))


def codes_for_this_run(share: int) -> list[int]:
    """Return one in `share` of all known codes, other ones in each run, and made-up ones."""
    print(f"VOLUME_ACTIVATION_SEED={SEED}")
    known = known_codes()
    chance = random.Random(SEED)
    made_up = {chance.randrange(0x80000000, 2**32) for _number in range(40 // share)}
    return sorted(set(chance.sample(known, len(known) // share)) | made_up)


def described(faults: Mapping[str, Mapping[str, Any]], method: str, **machine: Any) -> dict[str, Any]:
    """Return a fleet in which each host has its key and meets its fault at the method once."""
    keys = {name: key_of(number) for number, name in enumerate(faults)}
    machines = {
        name: {
            "system": "server_2022_standard",
            "channel": "mak",
            "product_key": keys[name],
            "status": "notification",
            "faults": [{"on": method, "times": 1, **fault}] if fault else [],
            **machine,
        }
        for name, fault in faults.items()
    }
    maks = {name: {"key": key, "remaining": 5} for name, key in keys.items()}
    return {"machines": machines, "world": {"microsoft": {"maks": maks}}}


def wish_for(key: str, way: ActivationMethod = ActivationMethod.ONLINE) -> DesiredState:
    """Return the wish for an activation with a key."""
    mak = Mak(key=ProductKey.parse(key))
    return DesiredState(key=mak, activation=Activation(counted=CountedActivation(mak=mak, way=way)))


def played(
    hosts: Hosts, names: Iterable[str], way: ActivationMethod = ActivationMethod.ONLINE, **service: Any
) -> dict[str, dict[str, Any]]:
    """Run mak on the hosts, one after the other, and return the results."""
    keys = {name: key_of(number) for number, name in enumerate(hosts.fleet.machines)}
    return {
        name: hosts.run(name, single(wish_for(keys[name], way), hosts.gate(name, keys[name], **service)), INSTALLED)
        for name in names
    }


def released_although_counted(hosts: Hosts, names: Iterable[str]) -> set[str]:
    """Return the hosts whose pool counts less than Microsoft does."""
    return {name for name in names if hosts.counted(name) < hosts.spent(name)}


def assert_converges(
    hosts: Hosts, names: list[str], way: ActivationMethod = ActivationMethod.ONLINE, **service: Any
) -> None:
    """A run without faults leaves every host licensed and both counts equal, and the next one changes nothing."""
    second = played(hosts, names, way, **service)
    assert {name: result for name, result in second.items() if result.get("failed")} == {}
    assert [name for name in names if not hosts.licensed(name)] == []
    assert {name: (hosts.counted(name), hosts.spent(name)) for name in names} == dict.fromkeys(names, (1, 1))
    assert {entry.state for name in names for entry in hosts.entries(name)} <= {
        EntryState.CONFIRMED,
        EntryState.RELEASED,
    }
    third = played(hosts, names[:3], way, **service)
    assert not any(result["changed"] for result in third.values())


@pytest.mark.parametrize("shape", ["wmi_error", "provider", "flat", "returned"])
def test_a_code_after_the_work_is_a_licence_that_is_booked(tmp_path: Path, shape: str) -> None:
    codes = codes_for_this_run(10 if shape == "wmi_error" else 20)
    faults = {f"{code:08x}": {"do": "hresult_after", "code": code, "shape": shape} for code in codes}
    hosts = Hosts(tmp_path, described(faults, "Activate"))
    results = played(hosts, faults)
    assert released_although_counted(hosts, faults) == set()
    assert {name for name in faults if not hosts.licensed(name)} == set()
    assert {name: result.get("code") for name, result in results.items() if result.get("failed")} == {}
    assert {entry.state for name in faults for entry in hosts.entries(name)} == {EntryState.CONFIRMED}
    assert_converges(hosts, list(faults))


def test_only_listed_codes_release_a_reservation() -> None:
    assert {code for code in known_codes() if is_uncounted(code)} == NOT_COUNTED


def test_a_code_after_microsoft_counted_leaves_doubt_unless_it_says_that_it_did_not(tmp_path: Path) -> None:
    codes = codes_for_this_run(8)
    faults = {f"{code:08x}": {"do": "hresult_after", "code": code, "reaches_host": False} for code in codes}
    hosts = Hosts(tmp_path, described(faults, "Activate"))
    played(hosts, faults)
    released = {int(name, 16) for name in released_although_counted(hosts, faults)}
    not_begun = {code for code in released if code in (5, 0x80070005) or code >> 16 in (0x8033, 0x8004)}
    assert released - not_begun <= NOT_COUNTED
    assert not released & set(OTHERS) - NOT_COUNTED
    assert released >= NOT_COUNTED & set(codes)
    assert_converges(hosts, [name for name in faults if int(name, 16) not in STOPS])


FAULTS = ["timeout_after", "drop_after", "truncate", "access_denied_after", "quota_after"]


@pytest.mark.parametrize("method", ["Activate", "DepositOfflineConfirmationId"])
def test_a_fault_of_the_connection_after_the_work_is_a_licence_that_is_booked(tmp_path: Path, method: str) -> None:
    faults: dict[str, dict[str, Any]] = {name: {"do": name} for name in FAULTS}
    numbers = (5, 87, 2150858752, 2150858770, 2150858817, 2150858824, 2150859002, 2150859173, 2150859240, 0x80338126)
    faults |= {f"fault-{number}": {"do": "fault_after", "code": number} for number in numbers}
    way = ActivationMethod.ONLINE if method == "Activate" else ActivationMethod.PROXY
    fleet = Fleet.from_description(described(faults, method))
    with FleetServer(fleet, directory=tmp_path) as server:
        hosts = Hosts(tmp_path, {}, fleet=fleet)
        service = {"url": server.microsoft_urls["microsoft"], "ca_path": str(server.ca_file)}
        results = played(hosts, faults, way, **service)
        assert {name: result.get("code") for name, result in results.items() if result.get("failed")} == {}
        assert {name: (hosts.counted(name), hosts.spent(name)) for name in faults} == dict.fromkeys(faults, (1, 1))
        assert_converges(hosts, list(faults), way, **service)


@pytest.mark.parametrize("method", ["Activate", "DepositOfflineConfirmationId"])
@pytest.mark.parametrize("do", ["status_after", "status"])
def test_no_http_status_of_a_host_releases_what_may_be_counted(tmp_path: Path, method: str, do: str) -> None:
    faults = {str(status): {"do": do, "status": status} for status in statuses_for_this_run()}
    way = ActivationMethod.ONLINE if method == "Activate" else ActivationMethod.PROXY
    fleet = Fleet.from_description(described(faults, method))
    with FleetServer(fleet, directory=tmp_path) as server:
        hosts = Hosts(tmp_path, {}, server, fleet)
        service = {"url": server.microsoft_urls["microsoft"], "ca_path": str(server.ca_file)}
        results = played(hosts, faults, way, **service)
        states = {name: [entry.state for entry in hosts.entries(name)] for name in faults}
        assert released_although_counted(hosts, faults) == set()
        if do == "status_after":
            assert {name: result.get("code") for name, result in results.items() if result.get("failed")} == {}
            assert states == dict.fromkeys(faults, [EntryState.CONFIRMED])
        else:
            assert all(result["failed"] and not result["changed"] for result in results.values())
            paid = EntryState.CONFIRMED if way is ActivationMethod.PROXY else EntryState.UNCERTAIN
            assert states == dict.fromkeys(faults, [paid])
        assert_converges(hosts, list(faults), way, **service)


SERVICE_CODES = ["0x71", "0x80004003", "0x80004005", "0x00", "0x01", "0x6F", "0x87", "0x8B", "0xC004C012", "0x91"]


@pytest.mark.parametrize("backend", ["microsoft", "activationws_soap", "activationws_rest"])
def test_no_answer_of_the_service_releases_what_it_may_have_counted(tmp_path: Path, backend: str) -> None:
    chance = random.Random(SEED)
    print(f"VOLUME_ACTIVATION_SEED={SEED}")
    codes = [*SERVICE_CODES[:2], *SERVICE_CODES[4:], *(f"0x{chance.randrange(2**31, 2**32):X}" for _time in range(5))]
    statuses = statuses_for_this_run()[:: 1 if backend == "microsoft" else 4]
    rules: list[dict[str, Any]] = [{"do": "status_after", "status": status} for status in statuses]
    rules += [{"do": "code_after", "code": code} for code in codes if code != "0x00"]
    rules += [{"do": do} for do in ("drop_after", "truncate", "empty", "malformed")]
    names = [f"host-{number}" for number in range(len(rules))]
    description = described(dict.fromkeys(names, {}), "Activate", internet=False)
    faults = [{"on": "confirmation", "times": 1, **rule} for rule in rules]
    description["world"]["microsoft"]["service"] = {"faults": faults}
    fleet = Fleet.from_description(description)
    with FleetServer(fleet, directory=tmp_path) as server:
        hosts = Hosts(tmp_path, {}, fleet=fleet)
        service = {
            "url": server.microsoft_urls[backend],
            "ca_path": str(server.ca_file),
            "backend": backend,
            "retries": 0,
        }
        results = played(hosts, names, ActivationMethod.PROXY, **service)
        assert [name for name in names if not results[name].get("failed")] == []
        assert {name: hosts.spent(name) for name in names} == dict.fromkeys(names, 1), "every rule came after the work"
        assert released_although_counted(hosts, names) == set()
        assert {entry.state for name in names for entry in hosts.entries(name)} == {EntryState.UNCERTAIN}
        assert_converges(hosts, names, ActivationMethod.PROXY, **service)


def test_a_host_key_with_a_pool_is_counted_by_the_same_rule(tmp_path: Path) -> None:
    codes = codes_for_this_run(20)
    faults: dict[str, dict[str, Any]] = {f"{code:08x}": {"do": "hresult_after", "code": code} for code in codes}
    faults |= {name: {"do": name} for name in FAULTS}
    keys = {name: key_of(number) for number, name in enumerate(faults)}
    machines = {
        name: {
            "system": "server_2022_standard",
            "channel": "kms_host",
            "status": "notification",
            "product_key": keys[name],
            "faults": [{"on": "Activate", "times": 1, **fault}],
        }
        for name, fault in faults.items()
    }
    known = {key: {"channel": "kms_host"} for key in keys.values()}
    hosts = Hosts(tmp_path, {"machines": machines, "world": {"microsoft": {"keys": known}}})
    for name in faults:
        key = HostKey(key=ProductKey.parse(keys[name]))
        wish = DesiredState(key=key, activation=Activation(counted=CountedActivation(mak=key)))
        assert not hosts.run(name, single(wish, hosts.gate(name, keys[name])), INSTALLED).get("failed"), name
        assert hosts.licensed(name)
        assert [entry.state for entry in hosts.entries(name)] == [EntryState.CONFIRMED]
        assert not hosts.run(name, single(wish, hosts.gate(name, keys[name])), INSTALLED)["changed"]
