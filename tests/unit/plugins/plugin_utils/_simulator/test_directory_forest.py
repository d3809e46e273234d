# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated forest with a real Active Directory behind it: from the host key to the member, as the caller.

The directory is shared by the tests of a run. So each test that needs a product not to be covered has a product line of
its own, and waits until nobody else's object covers it.
"""

from __future__ import annotations

import json
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._simulator import _directory_forest
from ansible_collections.volume.activation.plugins.plugin_utils._simulator._fleet import Fleet
from ansible_collections.volume.activation.plugins.plugin_utils._simulator._forest import kms_id
from ansible_collections.volume.activation.plugins.plugin_utils._simulator._offline_numbers import confirmation_id
from ansible_collections.volume.activation.tests.relay import Relay
from ansible_collections.volume.activation.tests.samba_controller import DomainController, ForestObjects, wait_until

from .asking import Asker, Faulted, fleet_of

KEY = "HHHHH-JJJJJ-KKKKK-MMMMM-PPPPP"
AD = "SELECT ADActivationObjectName, ADActivationObjectDN, ADActivationCsvlkPid, ADActivationCsvlkSkuId, \
VLActivationType FROM SoftwareLicensingProduct WHERE PartialProductKey IS NOT NULL"
SIMULATED = b"This is no licence: a simulated fleet wrote it, and it activates nothing."


def address(samba: DomainController, **changed: Any) -> dict[str, Any]:
    """Return the directory as a description has it."""
    return {
        "uri": f"ldaps://{samba.address}",
        "ca_path": str(samba.ca_path),
        "user": samba.administrator,
        "password": samba.password,
        **changed,
    }


def login(username: str, password: str) -> dict[str, Any]:
    return {"credentials": {"username": username, "password": password}}


def fleet(
    samba: DomainController,
    machines: dict[str, Any] | None = None,
    *,
    covers: str = "server_2012",
    directory: dict[str, Any] | None = None,
) -> Fleet:
    """Return a domain controller and others; the key covers one product line, which the test may call its own."""
    administrator = login(samba.administrator, samba.password)
    controller = {"system": "server_2025_standard", "domain_role": "domain_controller", **administrator}
    described = {"dc1": controller, **(machines or {})}
    world = {
        "ad": {samba.domain: {"directory": directory or address(samba)}},
        "kms_hosts": {f"kms.{samba.domain}": {}},
        "microsoft": {"keys": {KEY: {"channel": "kms_host", "covers": [covers]}}},
    }
    return fleet_of({name: {"domain": samba.domain, **row} for name, row in described.items()}, world=world)


def online(model: Fleet, name: str, machine: str = "dc1") -> None:
    asker = Asker(model.machines[machine])
    asker.service("DoActiveDirectoryOnlineActivation", ProductKey=KEY, ActivationObjectName=name)


def hresult(call: Any, *args: Any, **kwargs: Any) -> int | None:
    with pytest.raises(Faulted) as raised:
        call(*args, **kwargs)
    return raised.value.fault.number


def stored(samba: DomainController, dn: str) -> dict[str, list[bytes]]:
    """Return what the directory has under a DN, nothing when there is no such object."""
    import ldap

    connection = samba.ldap()
    try:
        return connection.search_ext_s(dn, ldap.SCOPE_BASE)[0][1]
    except ldap.NO_SUCH_OBJECT:
        return {}
    finally:
        connection.unbind_s()


def shown(model: Fleet) -> dict[str, dict[str, Any]]:
    """Return the objects that the fleet shows, by their names."""
    ((_domain, forest),) = model.describe()["world"]["forests"].items()
    return {row["name"]: row for row in forest["objects"]}


def is_uncovered(model: Fleet, samba: DomainController, line: str) -> bool:
    return model.world.activation_object(samba.domain, frozenset({line, "all", "windows"})) is None


def test_the_whole_circle(samba: DomainController, forest_objects: ForestObjects) -> None:
    app = {"system": "server_2016_standard"}
    members = {"app1": app, "app2": {**app, "activation_type": "ad"}, "app3": app}
    model = fleet(samba, members, covers="server_2016")
    name = forest_objects.name("Circle")

    online(model, name)
    found = stored(samba, forest_objects.dn(name))
    first = Asker(model.machines["app1"])
    first.activate()

    assert first.one(AD) == {
        "ADActivationObjectName": name,
        "ADActivationObjectDN": found["distinguishedName"][0].decode(),
        "ADActivationCsvlkPid": found["msSPP-CSVLKPid"][0].decode(),
        "ADActivationCsvlkSkuId": str(uuid.UUID(bytes_le=found["msSPP-CSVLKSkuId"][0])),
        "VLActivationType": "1",
    }

    forest_objects.remove()
    wait_until(lambda: is_uncovered(model, samba, "server_2016"))
    assert hresult(Asker(model.machines["app2"]).activate) == 0xC004F081
    third = Asker(model.machines["app3"])
    third.activate()
    assert third.primary["activated_by"] == 2
    assert first.primary["status"] == "licensed"


def test_an_object_is_written_byte_for_byte_as_windows_lays_it_out(
    samba: DomainController, forest_objects: ForestObjects
) -> None:
    model = fleet(samba, covers="office_2021")
    name = forest_objects.name("Bytes")

    online(model, name)

    found = stored(samba, forest_objects.dn(name))
    row = shown(model)[name]
    assert found["objectClass"] == [b"top", b"msSPP-ActivationObject"]
    assert found["cn"] == found["displayName"] == [name.encode()]
    assert found["msSPP-CSVLKPartialProductKey"] == [b"PPPPP"]
    assert found["msSPP-CSVLKPid"] == [row["extended_pid"].encode()]
    assert found["msSPP-CSVLKSkuId"] == [uuid.UUID(row["activation_id"]).bytes_le]
    assert found["msSPP-KMSIds"] == [uuid.UUID(kms_id("office_2021")).bytes_le]
    for licence in ("Config", "Issuance", "Online"):
        assert found[f"msSPP-{licence}License"] == [SIMULATED]
    assert not {"msSPP-PhoneLicense", "msSPP-InstallationId", "msSPP-ConfirmationId"} & set(found)


def test_the_offline_way_leaves_its_numbers_in_the_object(
    samba: DomainController, forest_objects: ForestObjects
) -> None:
    model = fleet(samba)
    dc1 = Asker(model.machines["dc1"])
    name = forest_objects.name("Offline")

    output = dc1.service("GenerateActiveDirectoryOfflineActivationId", ProductKey=KEY)
    installation = str(output.values["InstallationID"][0])
    confirmation = confirmation_id(installation)
    dc1.service(
        "DepositActiveDirectoryOfflineActivationConfirmation",
        ProductKey=KEY,
        ConfirmationID=confirmation,
        ActivationObjectName=name,
    )

    found = stored(samba, forest_objects.dn(name))
    assert found["msSPP-InstallationId"] == [installation.encode()]
    assert found["msSPP-ConfirmationId"] == [confirmation.encode()]
    assert found["msSPP-PhoneLicense"] == [SIMULATED]
    assert "msSPP-OnlineLicense" not in found
    assert confirmation not in json.dumps(model.describe())


@pytest.mark.parametrize("stem", ['Key, "x"', "#1 a+b", "<b>;=", "back\\slash", "\u00e4\u20ac", "(x)*/y"])
def test_any_name_is_found_again_under_its_own(
    samba: DomainController, forest_objects: ForestObjects, stem: str
) -> None:
    model = fleet(samba)
    name = forest_objects.name(stem)

    online(model, name)

    assert stored(samba, shown(model)[name]["dn"])["displayName"] == [name.encode()]
    assert hresult(online, model, name.upper()) == 0x80071392


class TestRights:
    @pytest.mark.parametrize("form", ["{user}", "ADCORP\\{short}", "{short}"])
    def test_the_administrator_may_whatever_the_form_of_the_name(
        self, samba: DomainController, forest_objects: ForestObjects, form: str
    ) -> None:
        user = form.format(user=samba.administrator, short=samba.administrator.partition("@")[0])
        row = {"system": "server_2025_standard", "domain_role": "domain_controller", **login(user, samba.password)}
        model, name = fleet(samba, {"dc1": row}), forest_objects.name()

        online(model, name)

        assert name in shown(model)

    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            (login("reader@AD.CORP.TEST", "Not-a-real-2-password"), 0x80070005),
            (login("administrator@AD.CORP.TEST", "wrong"), 0x8007052E),
            (login("administrator@AD.CORP.TEST", ""), 0x8007052E),
            ({"credentials": {}}, 0x80072020),
            ({"domain_role": "member"}, 0x80072020),
        ],
    )
    def test_the_directory_itself_decides(
        self, samba: DomainController, forest_objects: ForestObjects, changed: dict[str, Any], code: int
    ) -> None:
        administrator = login(samba.administrator, samba.password)
        row = {"system": "server_2025_standard", "domain_role": "domain_controller", **administrator, **changed}
        model, name = fleet(samba, {"dc1": row}), forest_objects.name()

        assert hresult(online, model, name) == code
        assert stored(samba, forest_objects.dn(name)) == {}

    def test_a_login_that_can_be_passed_on_writes_from_a_member(
        self, samba: DomainController, forest_objects: ForestObjects
    ) -> None:
        administrator = login(samba.administrator, samba.password)
        jump = {"system": "server_2022_standard", "delegation": True, **administrator}
        model, name = fleet(samba, {"jump1": jump}), forest_objects.name()

        online(model, name, "jump1")

        assert name in shown(model)


def test_a_schema_without_activation_objects_is_too_old(old_samba: DomainController) -> None:
    model = fleet(old_samba, {"app1": {"system": "server_2016_standard", "activation_type": "ad"}})

    assert hresult(online, model, "Any") == 0xC004F083
    assert hresult(Asker(model.machines["app1"]).activate) == 0xC004F081
    assert shown(model) == {}


def test_a_forest_without_the_container_says_so(samba: DomainController, monkeypatch: pytest.MonkeyPatch) -> None:
    model = fleet(samba)
    monkeypatch.setattr(_directory_forest, "container_of", lambda configuration: f"CN=Nowhere,{configuration}")

    assert hresult(online, model, "Any") == 0x80072030
    assert shown(model) == {}


def test_objects_of_others_are_shown_and_cover_nothing(samba: DomainController, forest_objects: ForestObjects) -> None:
    name, broken = forest_objects.name("Real"), forest_objects.name("Odd")
    forest_objects.add(name)
    forest_objects.add(broken, displayName=None)
    member = {"system": "server_2019_standard", "activation_type": "ad"}
    model = fleet(samba, {"app1": member}, covers="server_2019")

    assert {name, broken} <= set(shown(model))
    wait_until(lambda: is_uncovered(model, samba, "server_2019"))
    assert hresult(Asker(model.machines["app1"]).activate) == 0xC004F081


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the time limit be short."""
    monkeypatch.setattr(_directory_forest, "_SECONDS", 0.5)


@pytest.fixture
def silent() -> Iterator[int]:
    """Return the port of a server that lets connect and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield int(listener.getsockname()[1])


@pytest.mark.usefixtures("hasty")
class TestUnreachable:
    MEMBERS: dict[str, Any] = {
        "app1": {"system": "server_2016_standard", "activation_type": "ad"},
        "app2": {"system": "server_2016_standard", "status": "licensed", "activated_by": "ad"},
        "app3": {"system": "server_2016_standard"},
    }

    @pytest.fixture
    def uris(self, silent: int) -> dict[str, str]:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            port = closed.getsockname()[1]
        return {"silent": f"ldaps://127.0.0.1:{silent}", "closed": f"ldaps://127.0.0.1:{port}"}

    @pytest.mark.parametrize("kind", ["silent", "closed"])
    def test_a_directory_that_does_not_answer_is_down(
        self, samba: DomainController, uris: dict[str, str], kind: str
    ) -> None:
        model = fleet(samba, self.MEMBERS, directory=address(samba, uri=uris[kind]))

        assert hresult(online, model, "Any") == 0x8007203A
        assert hresult(Asker(model.machines["app1"]).activate) == 0x8007203A
        assert Asker(model.machines["app2"]).primary["activation_object"] is None
        third = Asker(model.machines["app3"])
        third.activate()
        assert third.primary["activated_by"] == 2
        assert model.describe()["world"]["forests"][samba.domain] == {"objects": None, "failure": "0x8007203A"}

    def test_a_certificate_of_another_authority_is_not_believed(
        self, samba: DomainController, forest_objects: ForestObjects
    ) -> None:
        name = forest_objects.name()
        model = fleet(samba, directory=address(samba, ca_path=str(samba.other_ca_path)))

        assert hresult(online, model, name) == 0x8007203A
        assert stored(samba, forest_objects.dn(name)) == {}

    def test_a_directory_that_freezes_in_the_middle_holds_nobody_for_long(
        self, samba: DomainController, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with Relay(samba.address, 636) as relay:
            model = fleet(samba, directory=address(samba, uri=f"ldaps://{relay.address}:{relay.port}"))
            container = _directory_forest._container

            def freeze(connection: Any) -> str:
                found = container(connection)
                relay.hang()
                return found

            monkeypatch.setattr(_directory_forest, "_container", freeze)
            assert hresult(online, model, "Any") == 0x8007203A


def test_no_password_is_in_what_the_fleet_tells(
    samba: DomainController, forest_objects: ForestObjects, tmp_path: Path
) -> None:
    model = fleet(samba)
    online(model, forest_objects.name())
    (tmp_path / "told").write_text(json.dumps(model.describe()), encoding="utf-8")

    told = (tmp_path / "told").read_text(encoding="utf-8")
    for secret in (samba.password, samba.user_password, KEY):
        assert secret not in told
