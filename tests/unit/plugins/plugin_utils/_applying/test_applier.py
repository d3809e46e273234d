# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carrying out: each step once, in order; the machine's own state decides whether it worked."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._applying import Scope
from ansible_collections.volume.activation.plugins.plugin_utils._errors import (
    ActivationError,
    AnswerLost,
    ConnectionFailed,
    MachineRefused,
    NotConverged,
)
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import KmsAttempt, State
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    AbsentKey,
    ActivatePolicy,
    Activation,
    DesiredState,
    EditionKey,
    KmsSettings,
    PresentKey,
    plan,
)
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import reveal

from .._planning.state_samples import (
    DAY,
    KEY,
    TABLE,
    VERSION,
    Channel,
    LicenseStatus,
    gvlk,
    licensed,
    machine,
    office,
    on_mak,
    state,
    windows,
)
from .fake_machine import LEASE, FakeMachine, Fault
from .kms_client_change import HOST, ORDER, WHOLE

LOST = AnswerLost("No answer came.")
REPLACING = PresentKey(partial="GGGGG", key=KEY, replace_licensed=True)
REFUSED = MachineRefused("The machine refused it.", hresult=0xC004F074)

ACTIVATE = DesiredState(activation=Activation())
DISCOVERY = DesiredState(kms=KmsSettings(dns_discovery=True))
RENEW = DesiredState(activation=Activation(renew_below_days=30))


def methods(bench: FakeMachine) -> list[str]:
    return [entry for entry in bench.log if entry != "read"]


def test_everything_once_in_order_and_one_refresh_at_the_end() -> None:
    bench = FakeMachine(state(on_mak(), office()))
    applier = bench.applier()
    after = bench.carry_out(WHOLE, applier)
    assert methods(bench) == ORDER
    assert [step.action for step in applier.done] == [
        "set_kms_host",
        "set_kms_port",
        "set_lookup_domain",
        "set_host_caching",
        "install_key",
        "set_activation_type",
        "activate",
    ]
    assert not bench.plan(WHOLE)
    assert after == bench.state
    assert bench.log[-1] == "read"
    assert not bench.pauses


def test_the_activation_after_a_key_is_of_the_product_that_windows_then_shows() -> None:
    bench = FakeMachine(state(on_mak()))
    bench.carry_out(WHOLE, bench.applier())
    (activate,) = [call for call in bench.calls if call[2] == "Activate"]
    assert activate == ("SoftwareLicensingProduct", {"ID": "id-new"}, "Activate", {})


def test_an_activation_without_a_new_key_needs_no_look_first() -> None:
    bench = FakeMachine(state(windows()))
    bench.carry_out(ACTIVATE, bench.applier())
    assert bench.log == ["Activate", "RefreshLicenseStatus", "read"]


def test_service_methods_name_the_instance_by_its_version() -> None:
    bench = FakeMachine(state(on_mak()))
    bench.carry_out(WHOLE, bench.applier())
    assert {tuple(keys.items()) for class_name, keys, _m, _p in bench.calls if class_name.endswith("Service")} == {
        (("Version", VERSION),)
    }


def test_settings_alone_need_no_refresh() -> None:
    bench = FakeMachine(state(licensed()))
    bench.carry_out(DesiredState(kms=KmsSettings(host=HOST)), bench.applier())
    assert bench.log == ["SetKeyManagementServiceMachine", "read"]


def test_what_was_read_besides_is_kept() -> None:
    bench = FakeMachine(state(licensed(), machine=machine(), domain="example.com"))
    applier, before = bench.applier(), bench.state
    bench.state = replace(bench.state, machine=None, domain=None)
    wish = DesiredState(kms=KmsSettings(host=HOST))
    after = applier.apply(wish, plan(wish, before), before, Scope())
    assert (after.machine, after.domain) == (before.machine, before.domain)


@pytest.mark.parametrize("failing", [name for name in ORDER if name != "RefreshLicenseStatus"])
def test_after_a_failure_nothing_more_is_done_but_the_refresh_of_what_was(failing: str) -> None:
    bench = FakeMachine(state(on_mak()), faults={failing: Fault(REFUSED)})
    applier = bench.applier(60)
    with pytest.raises(MachineRefused) as caught:
        bench.carry_out(WHOLE, applier)
    assert caught.value is REFUSED
    place = ORDER.index(failing)
    stirred = place >= ORDER.index("InstallProductKey")
    assert methods(bench) == [*ORDER[: place + 1], *(["RefreshLicenseStatus"] if stirred else [])]
    assert len(applier.done) == place
    assert not bench.pauses


@pytest.mark.parametrize("error", [REFUSED, LOST, ConnectionFailed("gone")])
def test_a_refresh_that_fails_fails_nothing(error: ActivationError) -> None:
    bench = FakeMachine(state(windows()), faults={"RefreshLicenseStatus": Fault(error)})
    bench.carry_out(ACTIVATE, bench.applier())
    assert any("could not be refreshed" in line for line in bench.told)


@pytest.mark.parametrize("lost", [name for name in ORDER if name != "RefreshLicenseStatus"])
def test_a_lost_answer_to_work_that_was_done_stops_nothing(lost: str) -> None:
    bench = FakeMachine(state(on_mak()), faults={lost: Fault(LOST, works=True)})
    applier = bench.applier(60)
    bench.carry_out(WHOLE, applier)
    assert methods(bench) == ORDER
    assert len(applier.done) == 7
    assert not bench.pauses
    assert any("looking at the machine" in line for line in bench.told)


@pytest.mark.parametrize(
    ("wish", "actual", "lost"),
    [
        (
            DesiredState(kms=KmsSettings(dns_discovery=True)),
            state(licensed(), kms_host=HOST),
            "ClearKeyManagementServiceMachine",
        ),
        (DISCOVERY, state(licensed(), kms_port=1), "ClearKeyManagementServicePort"),
        (DesiredState(key=AbsentKey(partial="MMMMM")), state(on_mak()), "UninstallProductKey"),
        (DesiredState(key=REPLACING), state(on_mak()), "InstallProductKey"),
        (RENEW, state(licensed(grace_minutes=DAY)), "Activate"),
    ],
)
@pytest.mark.parametrize("works", [True, False])
def test_lost_answers_of_the_other_steps(wish: DesiredState, actual: State, lost: str, works: bool) -> None:
    bench = FakeMachine(actual, faults={lost: Fault(LOST, works=works)})
    applier = bench.applier()
    if works:
        bench.carry_out(wish, applier)
        assert len(applier.done) == 1
        return
    with pytest.raises(AnswerLost) as caught:
        bench.carry_out(wish, applier)
    assert caught.value.code == "outcome_unknown"
    assert methods(bench).count(lost) == 1
    assert applier.done == []


@pytest.mark.parametrize("lost", [name for name in ORDER if name != "RefreshLicenseStatus"])
def test_a_lost_answer_to_work_that_does_not_show_is_an_unknown_outcome(lost: str) -> None:
    bench = FakeMachine(state(on_mak()), faults={lost: Fault(LOST)})
    applier = bench.applier(60)
    with pytest.raises(AnswerLost) as caught:
        bench.carry_out(WHOLE, applier)
    assert caught.value.code == "outcome_unknown"
    assert "Run the task again" in (caught.value.remedy or "")
    assert methods(bench).count(lost) == 1
    assert len(applier.done) == ORDER.index(lost)
    assert sum(bench.pauses) == 60


@pytest.mark.parametrize("works", [True, False])
@pytest.mark.parametrize("failing", [name for name in ORDER if name != "RefreshLicenseStatus"])
def test_a_reported_failure_ends_the_plan_and_the_step_is_done_if_the_host_shows_it(failing: str, works: bool) -> None:
    refused = MachineRefused("no", hresult=0x8000FFFF)
    bench = FakeMachine(state(on_mak()), faults={failing: Fault(refused, works=works)})
    applier = bench.applier(60)
    with pytest.raises(MachineRefused) as caught:
        bench.carry_out(WHOLE, applier)
    assert caught.value is refused
    assert len(applier.done) == ORDER.index(failing) + works
    assert applier.unknown == []
    assert not bench.pauses


@pytest.mark.parametrize("error", [LOST, MachineRefused("no", hresult=5)])
def test_a_step_whose_effect_cannot_be_read_is_unknown(error: ActivationError) -> None:
    fault = Fault(error, blinds=ConnectionFailed("gone"))
    bench = FakeMachine(state(on_mak()), faults={"SetKeyManagementServicePort": fault})
    applier = bench.applier()
    with pytest.raises(type(error)):
        bench.carry_out(WHOLE, applier)
    assert [step.action for step in applier.done] == ["set_kms_host"]
    assert [step.action for step in applier.unknown] == ["set_kms_port"]


def test_a_step_that_never_left_is_neither_done_nor_unknown_and_nothing_is_read() -> None:
    bench = FakeMachine(state(on_mak()), faults={"SetKeyManagementServiceMachine": Fault(ConnectionFailed("gone"))})
    applier = bench.applier()
    with pytest.raises(ConnectionFailed):
        bench.carry_out(WHOLE, applier)
    assert (applier.done, applier.unknown, bench.log) == ([], [], ["SetKeyManagementServiceMachine"])


def test_an_activation_is_waited_for_within_the_bound_and_never_asked_for_again() -> None:
    bench = FakeMachine(state(windows()), faults={"Activate": Fault(LOST, works=True, late=3)})
    bench.carry_out(ACTIVATE, bench.applier(60))
    assert methods(bench) == ["Activate", "RefreshLicenseStatus"]
    assert bench.pauses == [5.0, 5.0, 5.0]


def test_the_wait_ends_with_the_bound_to_the_second() -> None:
    bench = FakeMachine(state(windows()), faults={"Activate": Fault(LOST)})
    with pytest.raises(AnswerLost):
        bench.carry_out(ACTIVATE, bench.applier(12.0))
    assert bench.pauses == [5.0, 5.0, 2.0]
    assert bench.time == 12.0


@pytest.mark.parametrize("seconds", [0.0, -1.0])
def test_without_patience_there_is_one_look(seconds: float) -> None:
    bench = FakeMachine(state(windows()), faults={"Activate": Fault(LOST)})
    with pytest.raises(AnswerLost):
        bench.carry_out(ACTIVATE, bench.applier(seconds))
    assert bench.log == ["Activate", "read", "RefreshLicenseStatus"]


@pytest.mark.parametrize("when", [ActivatePolicy.ALWAYS, ActivatePolicy.IF_NEEDED])
def test_a_renewal_without_an_answer_is_not_done_because_the_old_lease_runs_on(when: ActivatePolicy) -> None:
    wish = DesiredState(activation=Activation(when=when, renew_below_days=30))
    bench = FakeMachine(state(licensed(grace_minutes=20 * DAY)), faults={"Activate": Fault(LOST)})
    with pytest.raises(AnswerLost) as caught:
        bench.carry_out(wish, bench.applier(10))
    assert caught.value.code == "outcome_unknown"


def test_a_machine_that_cannot_be_read_afterwards_leaves_the_outcome_unknown() -> None:
    bench = FakeMachine(state(windows()), faults={"Activate": Fault(LOST)}, blind=ConnectionFailed("refused"))
    applier = bench.applier(60)
    with pytest.raises(AnswerLost) as caught:
        bench.carry_out(ACTIVATE, applier)
    assert caught.value.code == "outcome_unknown"
    assert caught.value.__cause__ is LOST
    assert applier.done == []


def test_a_machine_that_cannot_be_read_at_the_end_says_so_with_what_was_done() -> None:
    bench = FakeMachine(state(windows()), blind=ConnectionFailed("refused"))
    applier = bench.applier()
    with pytest.raises(ConnectionFailed):
        bench.carry_out(ACTIVATE, applier)
    assert [step.action for step in applier.done] == ["activate"]


def test_a_late_licence_is_waited_for() -> None:
    bench = FakeMachine(state(windows()), faults={"Activate": Fault(None, works=True, late=2)})
    after = bench.carry_out(ACTIVATE, bench.applier(60))
    assert after.primary is not None
    assert after.primary.grace_minutes == LEASE
    assert bench.pauses == [5.0, 5.0]


def test_a_setting_that_does_not_stay_is_not_waited_for() -> None:
    bench = FakeMachine(state(licensed()), faults={"SetKeyManagementServiceMachine": Fault(None)})
    with pytest.raises(NotConverged) as caught:
        bench.carry_out(DesiredState(kms=KmsSettings(host=HOST)), bench.applier(60))
    assert caught.value.code == "not_converged"
    assert "set_kms_host" in caught.value.message
    assert "group policy" in (caught.value.cause or "")
    assert not bench.pauses


def test_a_machine_that_stays_unlicensed_without_a_reason_has_not_converged() -> None:
    bench = FakeMachine(state(windows()), faults={"Activate": Fault(None)})
    with pytest.raises(NotConverged) as caught:
        bench.carry_out(ACTIVATE, bench.applier(60))
    assert caught.value.code == "not_converged"
    assert sum(bench.pauses) == 60


def test_a_machine_that_stays_unlicensed_tells_why() -> None:
    bench = FakeMachine(state(windows(reason=0xC004F056)), faults={"Activate": Fault(None)})
    with pytest.raises(MachineRefused) as caught:
        bench.carry_out(ACTIVATE, bench.applier())
    assert caught.value.hresult == 0xC004F056


def test_the_reason_is_that_of_the_product_that_was_to_be_activated() -> None:
    wish = DesiredState(activation=Activation(product_id="id-office"))
    products = (windows(reason=0xC004F00F), office(reason=0xC004F074))
    bench = FakeMachine(state(*products), faults={"Activate": Fault(None)})
    with pytest.raises(MachineRefused) as caught:
        bench.carry_out(wish, bench.applier())
    assert caught.value.hresult == 0xC004F074


LOGGED = KmsAttempt(event=12288, code=0xC004F06C, host="kms.corp.example", port=1688)


@pytest.mark.parametrize("fault", [Fault(REFUSED), Fault(None)], ids=["refused", "answered well"])
def test_what_the_machine_has_logged_of_a_failed_activation_comes_with_the_error(fault: Fault) -> None:
    bench = FakeMachine(state(windows(reason=0xC004F056)), faults={"Activate": fault}, logged=LOGGED)
    with pytest.raises(MachineRefused) as caught:
        bench.carry_out(ACTIVATE, bench.applier())
    assert caught.value.attempt == LOGGED
    assert caught.value.hresult == (0xC004F074 if fault.error else 0xC004F056)
    assert bench.looks_into_log == 1


@pytest.mark.parametrize("logged", [None, KmsAttempt(event=12288, code=0)], ids=["no event", "one that went well"])
def test_a_failed_activation_without_such_an_event_stays_the_error_that_it_is(logged: KmsAttempt | None) -> None:
    bench = FakeMachine(state(windows()), faults={"Activate": Fault(REFUSED)}, logged=logged)
    with pytest.raises(MachineRefused) as caught:
        bench.carry_out(ACTIVATE, bench.applier())
    assert (caught.value, caught.value.attempt) == (REFUSED, None)


def test_the_log_is_not_looked_into_for_what_went_well_and_for_other_steps() -> None:
    bench = FakeMachine(state(windows()), logged=LOGGED)
    bench.carry_out(ACTIVATE, bench.applier())
    stuck = FakeMachine(state(windows()), faults={"SetKeyManagementServiceMachine": Fault(REFUSED)}, logged=LOGGED)
    with pytest.raises(MachineRefused):
        stuck.carry_out(WHOLE, stuck.applier())
    assert (bench.looks_into_log, stuck.looks_into_log) == (0, 0)


@pytest.mark.parametrize("error", [ConnectionFailed("It is off."), AnswerLost("Nothing came.", code="read_timeout")])
def test_a_machine_that_does_not_answer_is_not_asked_for_its_log(error: ActivationError) -> None:
    bench = FakeMachine(state(windows()), faults={"Activate": Fault(error, blinds=error)}, logged=LOGGED)
    with pytest.raises(ActivationError) as caught:
        bench.carry_out(ACTIVATE, bench.applier())
    assert (caught.value.attempt, bench.looks_into_log) == (None, 0)


def test_a_key_of_the_wrong_channel_is_not_activated_with() -> None:
    bench = FakeMachine(state(windows(channel=Channel.RETAIL)), channel=Channel.MAK)
    wish = DesiredState(key=EditionKey(table=TABLE), activation=Activation(only_kms_client=True))
    applier = bench.applier(60)
    with pytest.raises(NotConverged) as caught:
        bench.carry_out(wish, applier)
    assert "Activate" not in methods(bench)
    assert caught.value.code == "not_a_kms_client"
    assert "extra_gvlks" in (caught.value.remedy or "")
    assert [step.action for step in applier.done] == ["install_key"]
    assert methods(bench)[-1] == "RefreshLicenseStatus"


def test_a_key_that_no_product_shows_is_not_activated_with() -> None:
    bench = FakeMachine(state(machine=machine()), faults={"InstallProductKey": Fault(None)})
    wish = DesiredState(key=EditionKey(table=TABLE), activation=Activation())
    with pytest.raises(NotConverged) as caught:
        bench.carry_out(wish, bench.applier(60))
    assert caught.value.code == "no_primary_product"


KMS_HOST = windows(channel=Channel.KMS_HOST, partial_product_key="JJJJJ", status=LicenseStatus.LICENSED)
REGISTRY = [
    r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\SoftwareProtectionPlatform",
    r"SOFTWARE\Wow6432Node\Microsoft\Windows NT\CurrentVersion\SoftwareProtectionPlatform",
]


@pytest.mark.parametrize(
    ("wish", "actual", "channel", "expected"),
    [
        (DesiredState(key=PresentKey(partial="GGGGG", key=KEY)), state(windows()), Channel.KMS_HOST, VERSION),
        (
            DesiredState(key=REPLACING),
            state(KMS_HOST),
            Channel.KMS_HOST,
            VERSION,
        ),
        (
            DesiredState(key=REPLACING),
            state(KMS_HOST),
            Channel.KMS_CLIENT,
            None,
        ),
        (DesiredState(key=AbsentKey(partial="JJJJJ")), state(KMS_HOST), Channel.KMS_CLIENT, None),
        (DesiredState(key=PresentKey(partial="GGGGG", key=KEY)), state(windows()), Channel.KMS_CLIENT, ...),
        (DesiredState(key=AbsentKey(partial=gvlk().partial)), state(windows()), Channel.KMS_CLIENT, ...),
        (DesiredState(kms=KmsSettings(host=HOST)), state(KMS_HOST), Channel.KMS_HOST, ...),
        (DesiredState(kms=KmsSettings(host=HOST)), state(licensed()), Channel.KMS_HOST, ...),
    ],
)
def test_the_service_version_is_kept_where_a_kms_host_key_is_or_was(
    wish: DesiredState, actual: State, channel: Channel, expected: t.Any
) -> None:
    bench = FakeMachine(actual, channel=channel)
    bench.carry_out(wish, bench.applier())
    assert bench.registry == ([] if expected is ... else [(key, expected) for key in REGISTRY])
    touched = {(class_name, method) for class_name, _k, method, _p in bench.calls if class_name == "StdRegProv"}
    methods_used = {method for _class, method in touched}
    assert methods_used == ({None: {"DeleteValue"}, ...: set()}.get(expected, {"SetStringValue"}))


@pytest.mark.parametrize(("number", "fails"), [(2, False), (5, True), (None, True)])
def test_a_value_that_is_not_there_need_not_be_deleted(number: int | None, fails: bool) -> None:
    error = MachineRefused("DeleteValue did not work.", hresult=number)
    bench = FakeMachine(state(KMS_HOST), faults={"DeleteValue": Fault(error)})
    wish = DesiredState(key=AbsentKey(partial="JJJJJ"))
    applier = bench.applier()
    if fails:
        with pytest.raises(MachineRefused):
            bench.carry_out(wish, applier)
    else:
        bench.carry_out(wish, applier)
        assert bench.log.count("DeleteValue") == 2
    assert len(applier.done) == 1


def test_no_key_text_is_told() -> None:
    bench = FakeMachine(state(on_mak()))
    bench.carry_out(WHOLE, bench.applier())
    told = "\n".join(bench.told)
    assert gvlk().partial in told
    assert not any(group in told for group in reveal(gvlk()).split("-")[:4])
