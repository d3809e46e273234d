# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Machines that fail, vanish, answer late or in another language: a clear result, and a re-run that converges."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .playbook_runs import Playground, task

Serve = Callable[..., Playground]

MACHINE = {"system": "server_2022_datacenter", "channel": "kms_client", "status": "notification"}
KMS = task("kms_client", kms_host="kms.corp.example", wait_seconds=6)


def _serve_with(serve: Serve, *faults: dict, **machine: object) -> Playground:
    return serve({"srv": {**MACHINE, "faults": list(faults), **machine}})


@pytest.mark.parametrize(
    "fault",
    [
        {"on": "Activate", "do": "drop_after"},
        {"on": "Activate", "do": "timeout_after"},
        {"on": "Activate", "do": "truncate"},
        {"on": "SetKeyManagementServiceMachine", "do": "drop_after"},
        {"on": "enumerate", "do": "drop_before"},
        {"on": "enumerate", "do": "timeout_before"},
        {"on": "any", "do": "quota"},
    ],
    ids=lambda fault: f"{fault['on']}-{fault['do']}",
)
def test_work_that_was_done_is_found_done_although_no_answer_came(serve: Serve, fault: dict) -> None:
    ground = _serve_with(serve, fault)
    run = ground.play(KMS)
    assert run.code == 0, run.output
    assert run.result("srv")["license"]["products"][0]["status"] == "licensed"
    invoked = [entry["method"] for entry in ground.fleet.machines["srv"].describe()["invoked"]]
    assert invoked.count("Activate") == 1


@pytest.mark.parametrize("do", ["drop_before", "timeout_before"])
def test_an_activation_that_never_began_is_unknown_and_not_repeated_in_the_same_run(serve: Serve, do: str) -> None:
    ground = _serve_with(serve, {"on": "Activate", "do": do})
    first = ground.play(KMS)
    assert first.code != 0
    assert first.result("srv")["code"] == "outcome_unknown"
    assert [step["action"] for step in first.result("srv")["steps"]] == ["set_kms_host"]
    second = ground.play(KMS)
    assert second.code == 0, second.output
    assert [step["action"] for step in second.result("srv")["steps"]] == ["activate"]


@pytest.mark.parametrize("shape", ["flat", "provider", "wmi_error"])
@pytest.mark.parametrize("language", ["en-US", "de-DE", "ja-JP"])
def test_an_error_is_explained_in_every_shape_and_language(serve: Serve, shape: str, language: str) -> None:
    fault = {"on": "Activate", "do": "hresult", "code": "0xC004F038", "shape": shape}
    run = _serve_with(serve, fault, language=language).play(KMS)
    result = run.result("srv")
    assert (run.code != 0, result["code"], result["refused"]) == (True, "0xC004F038", False)
    assert "25" in result["cause"] or "5" in result["cause"]
    assert result["remedy"]


def test_a_dead_kms_host_is_told_with_cause_and_remedy_and_the_steps_that_stay_done(serve: Serve) -> None:
    run = serve({"srv": MACHINE}).play(task("kms_client", kms_host="gone.corp.example"))
    result = run.result("srv")
    assert (result["code"], result["changed"]) == ("0xC004F074", True)
    assert [step["action"] for step in result["steps"]] == ["set_kms_host"]
    assert result["cause"] and result["remedy"]


def test_access_denied_names_the_rights_that_are_missing(serve: Serve) -> None:
    run = _serve_with(serve, {"on": "any", "do": "access_denied", "times": 0}).play(KMS)
    assert run.code != 0
    assert "dministrator" in run.result("srv")["remedy"]


@pytest.mark.parametrize(
    ("machine", "options", "code"),
    [
        ({"system": "server_2022_standard_eval"}, {}, "evaluation_edition"),
        ({"system": "windows_11_home", "channel": "retail", "status": "notification"}, {}, "no_published_key"),
        ({"channel": "kms_host"}, {}, "kms_host_key"),
        ({}, {"kms_host": "corp.example"}, "domain_as_kms_host"),
        ({}, {"kms_host": "a.example", "lookup_domain": "A.example"}, "domain_as_kms_host"),
        ({"channel": "mak"}, {}, "licensed_by_other_key"),
        ({"channel": "retail"}, {}, "licensed_by_other_key"),
        ({"channel": "oem"}, {}, "licensed_by_other_key"),
        (
            {"system": "windows_11_enterprise", "subscription": True, "channel": "retail"},
            {"replace_licensed": True},
            "subscription_step_up",
        ),
    ],
)
def test_what_needs_a_decision_is_refused_before_anything_changes(
    serve: Serve, machine: dict, options: dict, code: str
) -> None:
    ground = serve({"srv": {"system": "server_2022_datacenter", **machine}})
    run = ground.play(task("kms_client", **{"kms_host": "kms.corp.example", **options}))
    result = run.result("srv")
    assert (run.code != 0, result["code"], result["refused"], result["changed"]) == (True, code, True, False), (
        run.output
    )
    assert result["remedy"]
    assert ground.fleet.machines["srv"].describe()["invoked"] == []


def test_a_key_of_ones_own_serves_an_edition_without_a_published_one(serve: Serve) -> None:
    machine = {"system": "windows_11_home", "channel": "retail", "status": "notification"}
    ground = serve({"srv": machine})
    # The published key of another edition: the machine refuses it, which shows that it was sent.
    rows = [{"edition_id": "Core", "product_key": "NPPR9-FWDCX-D2C8J-H872K-2YT43"}]
    run = ground.play(task("kms_client", kms_host="kms.corp.example", extra_gvlks=rows))
    assert run.result("srv")["code"] == "0xC004F069"
    assert "NPPR9" not in run.output


def test_activating_a_mak_is_left_to_a_module_with_a_budget(serve: Serve) -> None:
    ground = serve({"srv": {**MACHINE, "channel": "mak"}})
    run = ground.play(task("activate"))
    assert (run.result("srv")["code"], run.result("srv")["refused"]) == ("mak_activation", True)


def test_activate_renews_a_lease_only_when_it_is_forced(serve: Serve) -> None:
    ground = serve({"srv": {**MACHINE, "status": "licensed", "lease_days": 20}})
    assert ground.play(task("activate")).result("srv")["changed"] is False
    forced = ground.play(task("activate", force=True))
    assert forced.result("srv")["changed"] is True
    assert forced.result("srv")["license"]["products"][0]["grace_minutes"] > 170 * 24 * 60


def test_a_lease_about_to_run_out_is_renewed_below_its_threshold(serve: Serve) -> None:
    ground = serve({"srv": {**MACHINE, "status": "licensed", "lease_days": 20}})
    first = ground.play(task("kms_client", renew_below_days=30))
    again = ground.play(task("kms_client", renew_below_days=30))
    assert (first.result("srv")["changed"], again.result("srv")["changed"]) == (True, False)
