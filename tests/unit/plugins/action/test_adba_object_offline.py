# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""adba_object by telephone, and what it refuses before anybody is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._action import base
from ansible_collections.volume.activation.plugins.plugin_utils._ledger import Ledger
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import Fault

from ..plugin_utils._planning.forest_samples import NEEDS_LDAP
from .fake_directory import DEPOSIT, PREPARE, FakeDirectory, present
from .fake_task import FakeTask, Row

INSTALLATION, CONFIRMATION = "1234567" * 9, "123456" * 8


def test_an_installation_id_changes_nothing(stage: FakeTask, directory: FakeDirectory) -> None:
    result = stage.run("adba_object", present(activate="never"))
    assert (result["failed"], result["code"], stage.machine.methods) == (True, "protocol_violation", [PREPARE])
    stage.machine.calls.clear()
    assert stage.run("adba_object", present(activate="never"), check=True)["installation"] is None
    assert stage.machine.methods == []


def test_an_installation_id_is_told_and_nothing_created(stage: FakeTask, directory: FakeDirectory) -> None:
    stage.machine.outputs[PREPARE] = {"InstallationID": INSTALLATION}
    result = stage.run("adba_object", present(activate="never"), diff=True)
    assert (result["changed"], result["steps"], result["object"]) == (False, [], None)
    assert result["installation"]["installation_id"] == INSTALLATION
    assert stage.machine.methods == [PREPARE]


@pytest.fixture
def offline(stage: FakeTask, directory: FakeDirectory, tmp_path: Path) -> Row:
    """Options that ask for an object by telephone, with a ledger that is not there yet."""
    stage.machine.outputs[PREPARE] = {"InstallationID": INSTALLATION}
    return present(activate="offline", ledger=str(tmp_path / "ledger.sqlite"))


def test_a_confirmation_id_that_windows_accepted_is_kept_and_serves_again(
    stage: FakeTask, directory: FakeDirectory, offline: Row
) -> None:
    for options in ({**offline, "confirmation_id": CONFIRMATION}, offline):
        stage.machine.calls.clear()
        assert stage.run("adba_object", options)["changed"]
        assert stage.machine.methods == [PREPARE, DEPOSIT]
        assert stage.machine.calls[1][1]["ConfirmationID"] == CONFIRMATION
        with Ledger.open(offline["ledger"]) as ledger:
            (kept,) = ledger.confirmations()
        assert (kept.confirmation_id, kept.source, kept.partial) == (CONFIRMATION, "telephone", "PPPPP")
        assert kept.uses >= 1


@NEEDS_LDAP
def test_a_confirmation_id_that_windows_refused_is_not_kept(
    stage: FakeTask, directory: FakeDirectory, offline: Row
) -> None:
    stage.machine.faults[DEPOSIT] = Fault(0xC004F04D, hresult=0xC004F04D)
    directory.replicates = False
    result = stage.run("adba_object", {**offline, "confirmation_id": CONFIRMATION})
    assert (result["code"], result["changed"], Path(offline["ledger"]).exists()) == ("0xC004F04D", False, False)


def test_without_a_confirmation_id_the_installation_id_is_told(
    stage: FakeTask, directory: FakeDirectory, offline: Row
) -> None:
    result = stage.run("adba_object", offline)
    assert (result["code"], result["refused"], stage.machine.methods) == ("confirmation_id_needed", True, [PREPARE])
    assert result["installation"]["installation_id"] == INSTALLATION


def test_a_ledger_that_cannot_be_written_fails_nothing(
    stage: FakeTask, directory: FakeDirectory, offline: Row, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warned: list[str] = []
    monkeypatch.setattr(base._display, "warning", warned.append)
    result = stage.run("adba_object", {**offline, "ledger": str(tmp_path), "confirmation_id": CONFIRMATION})
    assert (result["changed"], stage.machine.methods) == (True, [PREPARE, DEPOSIT])
    assert len(warned) == 1
    assert "could not be stored" in warned[0]
    assert CONFIRMATION not in warned[0]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"name": "A" * 41}, "name_too_long"),
        ({"name": "\U0001f511" * 21}, "name_too_long"),
        ({"name": " Corp"}, "bad_name"),
        ({"name": ""}, "bad_name"),
        ({"name": "Corp\n2"}, "bad_name"),
        ({"name": "Corp\ud800"}, "bad_name"),
        ({"product_key": "VDYBN-27WPP-V4HQT-9VMD4-VMK7H"}, "kms_client_key"),
        ({"name": None, "dn": "CN=Corp"}, "bad_option"),
        ({"confirmation_id": "12"}, "bad_confirmation_id"),
        ({"state": "absent", "name": " "}, "bad_option"),
        ({"state": "absent", "name": None, "dn": ""}, "bad_option"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_asked(
    stage: FakeTask, directory: FakeDirectory, options: Row, code: str
) -> None:
    given = {name: value for name, value in present(**options).items() if value is not None}
    result = stage.run("adba_object", given)
    assert (result["code"], result["refused"], directory.settings, stage.machine.settings) == (code, True, [], [])


@pytest.mark.parametrize("name", ["A" * 40, "\U0001f511" * 20])
def test_forty_characters_are_not_too_many(stage: FakeTask, directory: FakeDirectory, name: str) -> None:
    assert stage.run("adba_object", present(name=name))["object"]["name"] == name
