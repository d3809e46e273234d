# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Made-up names and IDs: the same for the same, with the structure that a diagnosis rests on."""

from __future__ import annotations

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._licensing import APPLICATION_IDS, Application, table
from ansible_collections.volume.activation.plugins.plugin_utils._transcripts import Pseudonyms


def test_a_host_stays_in_its_domain() -> None:
    made_up = Pseudonyms()
    host, domain = made_up.name("kms.corp.example"), made_up.name("CORP.example")
    assert host.split(".")[1:] == domain.lower().split(".")
    assert "corp" not in (host + domain).lower()


def test_a_computer_is_called_as_its_host_is() -> None:
    made_up = Pseudonyms()
    assert made_up.name("APP01") == made_up.name("app01.corp.example").partition(".")[0].upper()


def test_a_port_stays() -> None:
    assert Pseudonyms().name("kms.corp.example:1700").endswith(":1700")


@pytest.mark.parametrize(("address", "network"), [("10.20.30.40", "192.0.2."), ("fd00::17", "2001:db8::")])
def test_an_address_becomes_one_of_the_networks_for_documentation(address: str, network: str) -> None:
    made_up = Pseudonyms()
    assert made_up.name(address).startswith(network)
    assert made_up.name(address) == made_up.address(address)


def test_what_is_no_name_stays() -> None:
    assert (Pseudonyms().name("WORKGROUP"), Pseudonyms().name("localhost")) == ("WORKGROUP", "localhost")


def test_an_id_becomes_another_one_and_the_case_stays() -> None:
    made_up = Pseudonyms()
    spelled = "0C8E7C0E-6F0E-4C37-9A54-51A0C0FFEE00"
    assert made_up.guid(spelled).lower() == made_up.guid(spelled.lower())
    assert made_up.guid(spelled) != spelled
    assert len(made_up.guid(spelled)) == len(spelled)


def test_published_ids_stay() -> None:
    office = table("constants")["office_kms_host_activation_ids"]["items"][0]["id"]
    for published in (APPLICATION_IDS[Application.WINDOWS], office):
        assert Pseudonyms().guid(published) == published


def test_the_end_of_a_key_becomes_another_one_unless_it_is_published() -> None:
    made_up = Pseudonyms()
    published = table("gvlk")["gvlk"][0]["gvlk"][-5:]
    assert made_up.partial(published) == published
    assert made_up.partial("GGGGG") == made_up.partial("ggggg") != "GGGGG"
    assert len({made_up.partial(f"GGG{number:02}") for number in range(50)}) == 50


def test_a_context_may_have_any_form() -> None:
    made_up = Pseudonyms()
    assert made_up.context("opaque") == made_up.context("opaque") == "context-1"
    assert made_up.context("uuid:0C8E7C0E-6F0E-4C37-9A54-51A0C0FFEE00").startswith("uuid:00000000-")


def test_nothing_that_stands_beside_the_id_of_a_context_stays() -> None:
    assert Pseudonyms().context("uuid:0C8E7C0E-6F0E-4C37-9A54-51A0C0FFEE00 of app01") == "context-1"
