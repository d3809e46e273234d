# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated forest with a real Active Directory behind it: from the host key to the member, as the caller.

The directory is shared by the tests of a run. So each test that needs a product not to be covered has a product line of
its own, and waits until nobody else's object covers it.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.catalog.offline_ids import confirmation_id
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.fleet.fleet import Fleet
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.world import ldap_forest
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.world.forest import kms_id
from ansible_collections.volume.activation.tests.samba_controller import DomainController, ForestObjects, wait_until

from ..ldap_forest_fleet import KEY, fleet, hresult, login, online, shown, stored
from ..wmi_client import Asker

AD = "SELECT ADActivationObjectName, ADActivationObjectDN, ADActivationCsvlkPid, ADActivationCsvlkSkuId, \
VLActivationType FROM SoftwareLicensingProduct WHERE PartialProductKey IS NOT NULL"
SIMULATED = b"This is no licence: a simulated fleet wrote it, and it activates nothing."


def is_uncovered(model: Fleet, samba: DomainController, line: str) -> bool:
    return model.world.activation_object(samba.domain, frozenset({line, "all", "windows"})) is None


def test_the_whole_circle(samba: DomainController, forest_objects: ForestObjects) -> None:
    app = {"system": "server_2016_standard"}
    members = {"app1": app, "app2": {**app, "activation_type": "ad"}, "app3": app}
    model = fleet(samba, members, covers="server_2016")
    name = forest_objects.name("0 circle")  # before those of other tests: the first one that covers a product is taken

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
    wait_until(lambda: is_uncovered(model, samba, "server_2016"), seconds=60)
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
    monkeypatch.setattr(ldap_forest, "container_of", lambda configuration: f"CN=Nowhere,{configuration}")

    assert hresult(online, model, "Any") == 0x80072030
    assert shown(model) == {}


def test_objects_of_others_are_shown_and_cover_nothing(samba: DomainController, forest_objects: ForestObjects) -> None:
    name, broken = forest_objects.name("Real"), forest_objects.name("Odd")
    forest_objects.add(name)
    forest_objects.add(broken, displayName=None)
    member = {"system": "server_2019_standard", "activation_type": "ad"}
    model = fleet(samba, {"app1": member}, covers="server_2019")

    assert {name, broken} <= set(shown(model))
    wait_until(lambda: is_uncovered(model, samba, "server_2019"), seconds=60)
    assert hresult(Asker(model.machines["app1"]).activate) == 0xC004F081


def test_no_password_is_in_what_the_fleet_tells(samba: DomainController, forest_objects: ForestObjects) -> None:
    model = fleet(samba)
    online(model, forest_objects.name())

    told = json.dumps(model.describe())
    for secret in (samba.password, samba.user_password, KEY):
        assert secret not in told
