# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Identifiers of a simulated fleet are recognised, those of real hosts are not."""

from __future__ import annotations

import uuid

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._licensing import is_simulated
from ansible_collections.volume.activation.plugins.plugin_utils._simulator import Fleet

MAK = "AAAAA-MMMMM-CCCCC-KKKKK-DDDDD"


@pytest.fixture(scope="module")
def described() -> dict[str, object]:
    """What a simulated machine with a MAK says of itself."""
    machines = {"pc": {"system": "windows_11_enterprise", "channel": "mak"}}
    fleet = Fleet.from_description({"machines": machines})
    return dict(fleet.machines["pc"].describe())


def _values(found: object, name: str) -> list[str]:
    """Return every text of this name in nested data."""
    if isinstance(found, dict):
        own = [value for key, value in found.items() if key == name and isinstance(value, str)]
        return own + [value for item in found.values() for value in _values(item, name)]
    if isinstance(found, (list, tuple)):
        return [value for item in found for value in _values(item, name)]
    return []


@pytest.mark.parametrize("name", ["client_machine_id", "bios_uuid", "extended_pid", "installation_id"])
def test_every_identifier_of_a_simulated_machine_is_recognised_by_itself(
    described: dict[str, object], name: str
) -> None:
    found = _values(described, name)
    assert found
    assert all(is_simulated(value) for value in found)
    assert all(is_simulated(None, "4c4c4544-0052-3510-8054-b4c04f565231", value.upper()) for value in found)


def test_another_image_and_other_hardware_are_recognised_too() -> None:
    machines = {"pc": {"system": "windows_11_pro", "image": 2, "hardware": "new board", "channel": "mak"}}
    fleet = Fleet.from_description({"machines": machines})
    found = fleet.machines["pc"].describe()
    values = [value for name in ("client_machine_id", "bios_uuid", "installation_id") for value in _values(found, name)]
    assert len(values) >= 3
    assert all(is_simulated(value) for value in values)


@pytest.mark.parametrize(
    "identifier",
    [
        None,
        "",
        str(uuid.UUID(int=0)),
        "4C4C4544-0052-3510-8054-B4C04F565231",
        "564d8f2e-1b7a-8c3d-9e5f-0a1b2c3d4e5f",
        "51a0f1ee-1111-4222-8333-444455556666",
        "00000000-0000-0000-0000-AC1F6BFF0001",
        "03612-00206-271-298329-03-1031-14393.0000-0012017",
        "00000-00000-000-000000-00",
        "0" * 63,
        "9999999" * 9,
        "0000001" + "9999999" * 8,
        "123456" * 9,
    ],
)
def test_what_real_hosts_have_is_not_taken_for_simulated(identifier: str | None) -> None:
    assert not is_simulated(identifier)
    assert not is_simulated(None, identifier)
