# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of adba_client, the wish that each states, and which path the result tells."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._applying import Products, Scope
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import ActivationType, ProductKey
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    ActivatePolicy,
    Activation,
    DesiredState,
    EditionKey,
    KmsSettings,
)

from .fake_task import KEY, FakeTask, Keywords, Row, licensed, on_mak, windows

DN = "CN=Object,CN=Activation Objects,CN=Microsoft SPP,CN=Services,CN=Configuration,DC=example,DC=com"
ID = "00000000-aaaa-bbbb-cccc-dddddddddddd"
NO_PATH = dict.fromkeys(("path", "object", "object_dn", "extended_pid", "activation_id"))


def by_directory(**changes: t.Any) -> Row:
    """Return Windows licensed by an activation object and by nothing else."""
    found = {
        "ADActivationObjectName": "Object",
        "ADActivationObjectDN": DN,
        "ADActivationCsvlkPid": "03612-00206",
        "ADActivationCsvlkSkuId": ID,
    }
    return licensed(**{"VLActivationType": "1", "VLActivationTypeEnabled": "1", **found, **changes})


def by_kms(**changes: t.Any) -> Row:
    """Return Windows licensed by KMS."""
    return licensed(**{"VLActivationType": "2", **changes})


def wish(stage: FakeTask, **args: t.Any) -> DesiredState:
    """Return the wish behind a task's options."""
    action = stage.action("adba_client", args, Keywords())
    return t.cast(DesiredState, action.wish(action._validated()))


def test_without_options_the_edition_key_and_the_directory_alone_are_meant(stage: FakeTask) -> None:
    found = wish(stage)
    assert found.kms == KmsSettings(activation_type=ActivationType.AD)
    assert isinstance(found.key, EditionKey)
    assert (found.key.replace_licensed, found.key.goal) == (False, "AD-based activation")
    assert found.activation == Activation(only_kms_client=True, by=ActivationType.AD)


def test_any_path_may_be_meant(stage: FakeTask) -> None:
    found = wish(stage, activation_type="any")
    assert found.kms == KmsSettings(activation_type=ActivationType.ANY)
    assert found.activation == Activation(only_kms_client=True, by=ActivationType.ANY)


@pytest.mark.parametrize("when", [*ActivatePolicy])
def test_activations(stage: FakeTask, when: ActivatePolicy) -> None:
    expected = Activation(when=when, renew_below_days=150, only_kms_client=True, by=ActivationType.AD)
    assert wish(stage, activate=when.value, renew_below_days=150).activation == expected


def test_keys(stage: FakeTask) -> None:
    assert wish(stage, product_key="keep").key is None
    own = wish(stage, replace_licensed=True, extra_gvlks=[{"edition_id": "ServerStandard", "product_key": KEY}]).key
    assert isinstance(own, EditionKey)
    assert own.replace_licensed is True
    assert own.table.key_for("ServerStandard", 20348) == ProductKey(KEY)


@pytest.mark.parametrize(
    "args", [{"renew_below_days": 0}, {"renew_below_days": 180}, {"activation_type": "kms"}, {"kms_host": "kms"}]
)
def test_what_makes_no_sense_is_refused_before_anything_is_read(stage: FakeTask, args: dict[str, t.Any]) -> None:
    found = stage.run("adba_client", args)
    assert (found["code"], found["refused"]) == ("bad_option", True)
    assert stage.machine.settings == []


def test_every_keyed_product_is_read_with_the_object_that_licensed_it(stage: FakeTask) -> None:
    assert stage.action("adba_client", {}, Keywords()).scope({}) == Scope(products=Products.INSTALLED, directory=True)


@pytest.mark.parametrize("check", [True, False])
def test_a_client_that_is_right_costs_two_requests_and_no_change(stage: FakeTask, check: bool) -> None:
    stage.machine.products = [by_directory()]
    found = stage.run("adba_client", check=check)
    assert (found["changed"], found["steps"], found["requests"]) == (False, [], 2)
    assert stage.machine.calls == []
    assert found["activation"] == {
        "path": "ad",
        "object": "Object",
        "object_dn": DN,
        "extended_pid": "03612-00206",
        "activation_id": ID,
    }


def test_a_licence_by_kms_is_accepted_and_told_where_any_path_may_be_gone(stage: FakeTask) -> None:
    stage.machine.products = [by_kms()]
    found = stage.run("adba_client", {"activation_type": "any"})
    assert (found["changed"], found["requests"]) == (False, 3)
    assert found["activation"] == {**NO_PATH, "path": "kms"}
    assert stage.machine.queries[-1] == "Win32_ComputerSystem"


def test_a_licence_by_kms_is_none_where_the_directory_is_to_give_it(stage: FakeTask) -> None:
    stage.machine.products = [by_kms(VLActivationTypeEnabled="1")]
    found = stage.run("adba_client", check=True)
    assert [(step["action"], step["target"]) for step in found["steps"]] == [
        ("activate", "licensed by Active Directory")
    ]
    assert found["activation"] == {**NO_PATH, "path": "ad"}
    assert stage.machine.calls == []


def test_a_machine_that_stays_with_kms_is_no_success(stage: FakeTask) -> None:
    stage.machine.products = [by_kms(VLActivationTypeEnabled="1")]
    found = stage.run("adba_client", {"wait_seconds": 0})
    assert stage.machine.methods == ["Activate", "RefreshLicenseStatus"]
    assert (found["failed"], found["code"], found["refused"]) == (True, "not_converged", False)


@pytest.mark.parametrize("args", [{}, {"activation_type": "any"}, {"activate": "never"}])
@pytest.mark.parametrize("check", [True, False])
def test_a_machine_in_a_workgroup_is_refused(stage: FakeTask, args: dict[str, t.Any], check: bool) -> None:
    stage.machine.products = [windows()]
    stage.machine.domain = {"Domain": "WORKGROUP", "PartOfDomain": "false"}
    found = stage.run("adba_client", args, check=check)
    assert (found["code"], found["refused"], found["requests"]) == ("not_a_domain_member", True, 3)
    assert stage.machine.calls == []


def test_a_mak_that_would_be_lost_is_told_with_the_goal(stage: FakeTask) -> None:
    stage.machine.products = [on_mak()]
    found = stage.run("adba_client")
    assert (found["code"], found["refused"]) == ("licensed_by_other_key", True)
    assert "AD-based activation" in found["remedy"]


def test_nothing_is_told_of_a_licence_that_is_neither(stage: FakeTask) -> None:
    stage.machine.products = [on_mak()]
    found = stage.run("adba_client", {"activation_type": "any", "product_key": "keep"})
    assert (found["changed"], found["activation"]) == (False, NO_PATH)
    stage.machine.products = [by_directory(LicenseStatus="5")]
    assert stage.run("adba_client", {"activate": "never"})["activation"] == NO_PATH
