# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Descriptions of what machines in the field have: suffixes, bought Office products, used-up keys, missing updates."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.catalog.languages import LANGUAGES

from ..wmi_client import STILL, Asker, Faulted, asker, fleet_of

HOST_KEY = "HHHHH-JJJJJ-KKKKK-MMMMM-PPPPP"
ESU_KEY = "MMMMM-JJJJJ-KKKKK-DDDDD-PPPPP"
OFFICE = "SELECT Name, Description, LicenseStatus, ProductKeyChannel FROM SoftwareLicensingProduct WHERE "
OFFICE += "ApplicationID = '0ff1ce15-a989-479d-af46-f275c6370663' AND PartialProductKey <> NULL"


def failure(call: Any, *args: Any, **kwargs: Any) -> int:
    """Return the HRESULT that a call fails with."""
    with pytest.raises(Faulted) as raised:
        call(*args, **kwargs)
    return int(raised.value.fault.number)


def workgroup(**more: Any) -> dict[str, Any]:
    return {"system": "windows_11_enterprise", "domain_role": "workgroup", **more}


class TestDnsSuffix:
    def test_a_workgroup_looks_for_kms_in_its_suffix(self) -> None:
        box = asker(workgroup(dns_suffix="corp.example"))

        box.activate()

        assert box.primary["discovered_kms_host"] == "kms.corp.example"

    def test_without_one_there_is_no_name_to_look_for(self) -> None:
        assert failure(asker(workgroup()).activate) == 0x8007007B

    def test_it_is_part_of_the_name_and_not_a_domain(self) -> None:
        box = asker(workgroup(dns_suffix="corp.example"))
        where = {"hDefKey": "2147483650", "sSubKeyName": r"SYSTEM\CurrentControlSet\Services\Tcpip\Parameters"}

        assert box.machine.full_name == "box.corp.example"
        row = box.one("SELECT PartOfDomain, Domain FROM Win32_ComputerSystem")
        assert row == {"Domain": "WORKGROUP", "PartOfDomain": "false"}
        assert box.registry("GetStringValue", **where, sValueName="NV Domain")["sValue"] == "corp.example"


class TestOffice:
    """Names and descriptions as `ospp.vbs /dstatus` prints them."""

    @pytest.mark.parametrize(
        ("licence", "family", "token", "status"),
        [
            ("microsoft_365", "Office16O365ProPlusR_Subscription1", "TIMEBASED_SUB", "1"),
            (
                {"product": "microsoft_365", "channel": "retail_grace"},
                "Office16O365ProPlusR_Grace",
                "RETAIL(Grace)",
                "2",
            ),
            ({"product": "office_2021", "channel": "retail"}, "Office21ProPlus2021R_Retail", "RETAIL", "1"),
            ({"product": "visio_2016", "channel": "retail"}, "Office16VisioProR_Retail", "RETAIL", "1"),
            (
                {"product": "office_2019", "channel": "retail_grace", "status": "notification"},
                "Office19ProPlus2019R_Grace",
                "RETAIL(Grace)",
                "5",
            ),
        ],
    )
    def test_what_is_not_licensed_by_volume_has_rows_of_its_own(
        self, licence: Any, family: str, token: str, status: str
    ) -> None:
        row = asker({"system": "windows_11_pro", "office": [licence]}).one(OFFICE)

        assert f", {family} edition" in row["Name"]
        assert row["Description"].endswith(f", {token} channel")
        assert (row["LicenseStatus"], row["ProductKeyChannel"].partition(":")[0]) == (status, "Retail")

    def test_it_lies_beside_the_same_product_by_volume_licence(self) -> None:
        office = ["office_2021", {"product": "office_2021", "channel": "retail"}, "microsoft_365"]
        box = asker({"system": "windows_11_pro", "office": office})

        assert len(box.rows(OFFICE)) == 3

    def test_an_installation_by_volume_licence_lists_none_of_it(self) -> None:
        box = asker({"system": "windows_11_pro", "office": ["office_2021"]})

        assert not box.rows("SELECT Name FROM SoftwareLicensingProduct WHERE Description LIKE '%RETAIL(Grace)%'")

    def test_a_subscription_runs_out(self) -> None:
        licence = {"product": "microsoft_365", "lease_days": 2}
        for days, status in ((1, "licensed"), (3, "notification")):
            clock = {"now": "2026-03-01T12:00:00Z", "frozen": True}
            fleet = fleet_of({"box": {"system": "windows_11_pro", "office": [licence]}}, clock=clock)
            fleet.update(
                {
                    "machines": {"box": {"system": "windows_11_pro", "office": [licence]}},
                    "clock": {**clock, "advance": f"{days}d"},
                }
            )
            assert fleet.machines["box"].describe()["products"][-1]["status"] == status


class TestHostKeys:
    """Microsoft's planning guide: a KMS host key is activated on six computers."""

    def hosts(self, remaining: int | None, count: int = 2, **more: Any) -> list[Asker]:
        key: dict[str, Any] = {"channel": "kms_host"}
        if remaining is not None:
            key["remaining"] = remaining
        machine = {"system": "server_2022_standard", "channel": "kms_host", "product_key": HOST_KEY}
        machines = {f"kms{number}": {**machine, "status": "notification", **more} for number in range(count)}
        fleet = fleet_of(machines, world={"microsoft": {"keys": {HOST_KEY: key}}})
        return [Asker(fleet.machines[name]) for name in machines]

    def test_it_is_used_up_after_that_many_computers(self) -> None:
        first, second = self.hosts(1)

        first.activate()
        first.activate()

        assert failure(second.activate) == 0xC004C008
        assert second.primary["status"] == "notification"

    def test_one_that_was_used_up_before_licenses_no_one(self) -> None:
        (host,) = self.hosts(0, count=1)

        assert failure(host.activate) == 0xC004C008

    def test_a_host_that_is_described_as_licensed_is_counted_already(self) -> None:
        (host,) = self.hosts(0, count=1, status="licensed")

        host.activate()

    def test_without_a_count_there_is_no_end(self) -> None:
        for host in self.hosts(None, count=7):
            host.activate()


class TestExtendedSecurityUpdates:
    """Microsoft, "Troubleshoot issues in Extended Security Updates" (4547184): without the updates no key is known."""

    WORLD = {"microsoft": {"maks": {ESU_KEY: {"edition": "esu_windows_10_year_1"}}}}
    ESU = "SELECT ID FROM SoftwareLicensingProduct WHERE Name LIKE '%ESU%'"

    @pytest.mark.parametrize(
        "description",
        [
            {"system": "windows_10_enterprise", "build": 19045, "esu_prerequisites": False},
            {"system": "windows_10_enterprise", "build": 19044},
        ],
    )
    def test_without_the_prerequisites_the_key_is_not_known(self, description: dict[str, Any]) -> None:
        box = asker(description, world=self.WORLD)

        assert box.rows(self.ESU) == []
        assert failure(box.service, "InstallProductKey", ProductKey=ESU_KEY) == 0xC004F050

    def test_with_them_it_is_installed(self) -> None:
        box = asker({"system": "windows_10_enterprise", "build": 19045}, world=self.WORLD)

        box.service("InstallProductKey", ProductKey=ESU_KEY)

        assert len(box.rows(self.ESU)) == 3

    def test_other_add_ons_are_there_all_the_same(self) -> None:
        box = asker({"system": "windows_10_enterprise", "build": 19045, "esu_prerequisites": False})

        assert box.rows("SELECT ID FROM SoftwareLicensingProduct WHERE LicenseIsAddon = TRUE")


class TestHardware:
    @pytest.mark.parametrize("channel", ["mak", "retail", "kms_host", "oem"])
    def test_a_machine_that_is_described_as_licensed_notices_new_hardware(self, channel: str) -> None:
        machine = {"system": "server_2022_standard", "channel": channel, "status": "licensed"}
        fleet = fleet_of({"box": machine})

        fleet.update({"machines": {"box": {**machine, "hardware": "2"}}, "clock": STILL})

        found = fleet.machines["box"].describe()["primary"]
        assert (found["status"], found["reason"]) == ("oot_grace", "0xC004F00F")

    def test_a_lease_of_kms_goes_along(self) -> None:
        machine = {"system": "server_2022_standard", "status": "licensed"}
        fleet = fleet_of({"box": machine})

        fleet.update({"machines": {"box": {**machine, "hardware": "2"}}, "clock": STILL})

        assert fleet.machines["box"].describe()["primary"]["status"] == "licensed"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_codes_and_tokens_of_every_other(language: str) -> None:
    box = asker({"system": "server_2022_standard_eval", "language": language})
    row = box.one("SELECT Caption, Locale, OSArchitecture, OSLanguage FROM Win32_OperatingSystem")
    product = box.one("SELECT Name, Description FROM SoftwareLicensingProduct WHERE PartialProductKey <> NULL")

    assert int(row["OSLanguage"]) == int(row["Locale"], 16)
    assert "64" in row["OSArchitecture"] and "Windows Server 2022" in row["Caption"]
    assert "TIMEBASED_EVAL" in product["Description"] and "ServerStandardEval" in product["Name"]
    assert failure(box.service, "InstallProductKey", ProductKey="nonsense") == 0xC004F050


def test_no_two_languages_say_the_same() -> None:
    for phrase in ("windows_description", "provider_error", "not_found", "firewall_rule", "event_message"):
        assert len({getattr(words, phrase) for words in LANGUAGES.values()}) == len(LANGUAGES)
