# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""For any machine and any wish for a KMS host: check mode told what came, and then nothing is left to do.

As in `test_convergence.py` nothing but bytes is between our engine and the simulated machine. Every case starts with
one wish, so that the next one meets settings of every kind. That one runs in check mode, for real and again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from ansible_collections.volume.activation.plugins.plugin_utils import _errors as errors
from ansible_collections.volume.activation.plugins.plugin_utils._action import ConnectedMachine, Stage, Stages
from ansible_collections.volume.activation.plugins.plugin_utils._action.features.kms_host_options import (
    retired_settings,
)
from ansible_collections.volume.activation.plugins.plugin_utils._applying import PollPolicy, Products, Scope, Unlimited
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    Application,
    GvlkTable,
    ProductKey,
    PublishDomain,
    State,
)
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    Activation,
    CountedActivation,
    DesiredState,
    FirewallWish,
    HostKey,
    HostSettings,
    RetiredHost,
    deferred,
    is_host,
)
from ansible_collections.volume.activation.plugins.plugin_utils._simulator import Fleet
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import decode_call, encode_answer

WINDOWS_KEY, NEWER_KEY = "HHHHH-JJJJJ-KKKKK-MMMMM-PPPPP", "HHHHH-JJJJJ-KKKKK-MMMMM-RRRRR"
OFFICE_KEY, MAK = "HHHHH-JJJJJ-KKKKK-MMMMM-FFFFF", "BBBBB-CCCCC-DDDDD-FFFFF-GGGGG"
WORLD: dict[str, Any] = {
    "microsoft": {
        "keys": {
            WINDOWS_KEY: {"channel": "kms_host"},
            NEWER_KEY: {"channel": "kms_host"},
            OFFICE_KEY: {"channel": "kms_host", "edition": "office_2021"},
        },
        "maks": {"made up": {"key": MAK, "remaining": 5}},
    }
}
SYSTEMS = (
    "server_2012_r2_standard",
    "server_2019_standard",
    "server_2022_datacenter",
    "server_2025_datacenter",
    "server_2022_datacenter_azure",
    "server_2022_standard_eval",
    "windows_10_pro",
    "windows_11_home",
)
READS = ("GetStringValue", "GetMultiStringValue", "CheckAccess")
UNSATISFIABLE = frozenset(
    {
        0x80072EE7,  # the machine has no internet
        0xC004F069,  # it has no product for the key
    }
)
"""What a machine may decline in these generated worlds; any other failure is a finding."""

# Another key in the same Office product would go, and which product a key is for only Windows knows beforehand.
OFFICE_HOST = {"product": "office_2021", "status": "licensed", "product_key": OFFICE_KEY}

machines = st.fixed_dictionaries(
    {"system": st.sampled_from([*SYSTEMS[:4] * 3, *SYSTEMS[4:]])},
    optional={
        "channel": st.sampled_from(["kms_host", "kms_host", "mak", "retail", "none"]),
        "status": st.sampled_from(["licensed", "licensed", "notification", "oob_grace"]),
        "office_host": st.sampled_from([["office_2021"], [OFFICE_HOST]]),
        "firewall": st.sampled_from(["open", "closed"]),
        "internet": st.sampled_from([True, True, False]),
        "language": st.sampled_from(["de-DE", "ja-JP"]),
    },
)
domains = st.builds(
    PublishDomain,
    st.sampled_from(["corp.example", "CORP.example", "branch.example"]),
    st.sampled_from([0, 10]),
    st.sampled_from([0, 5]),
)
wished = st.builds(
    HostSettings,
    port=st.sampled_from([None, 1688, 1700, 1701]),
    dns_publishing=st.sampled_from([None, True, False]),
    publish_domains=st.none() | st.lists(domains, max_size=3, unique=True).map(tuple),
    low_priority=st.sampled_from([None, True, False]),
    activation_interval=st.sampled_from([None, 15, 120, 43200]),
    renewal_interval=st.sampled_from([None, 15, 10080]),
    firewall=st.none() | st.builds(FirewallWish, enabled=st.booleans(), profiles=st.sampled_from([None, 0, 1, 3])),
    restart=st.booleans(),
)


def _key_stage(text: str, application: Application, activate: bool, replace_licensed: bool) -> Stage:
    key = HostKey(key=ProductKey.parse(text), application=application, replace_licensed=replace_licensed)
    activation = Activation(counted=CountedActivation(mak=key)) if activate else None
    return Stage(DesiredState(key=key, activation=activation), Unlimited() if activate else None)


windows_keys = st.builds(
    _key_stage,
    st.sampled_from([WINDOWS_KEY, NEWER_KEY]),
    st.just(Application.WINDOWS),
    st.sampled_from([True, True, False]),
    st.booleans(),
)
office_keys = st.builds(
    _key_stage, st.just(OFFICE_KEY), st.just(Application.OFFICE), st.sampled_from([True, True, False]), st.just(False)
)
kept = st.builds(
    lambda windows, office, wish: [*windows, *office, Stage(DesiredState(hosting=wish))],
    st.lists(windows_keys, max_size=1),
    st.lists(office_keys, max_size=1),
    wished,
)


def _retirement() -> list[Stage]:
    first, last = retired_settings()
    return [
        Stage(DesiredState(hosting=first)),
        Stage(DesiredState(key=RetiredHost(table=GvlkTable.published()))),
        Stage(DesiredState(hosting=last)),
    ]


asked = st.one_of(kept, kept, kept, st.builds(_retirement))


def _possible(machine: dict[str, Any]) -> bool:
    """Tell what a machine can be; the others the model refuses to start."""
    try:
        Fleet.from_description({"machines": {"any": machine}, "world": WORLD})
    except Exception:
        return False
    return True


class Bench:
    """One simulated machine, and tasks about it with nothing but bytes and no time between them."""

    def __init__(self, description: dict[str, Any]) -> None:
        fleet = Fleet.from_description({"machines": {"host": description}, "world": WORLD})
        self.box = fleet.machines["host"]
        self.scope = Scope(products=Products.INSTALLED, hosting=True, registry=True, firewall=True)
        self.time = 0.0
        self.lost: set[int] = set()
        self.changes = 0

    def send(self, message: bytes) -> bytes:
        call = decode_call(message)
        answer = self.box.answer(call.request)
        changed = len(self.changed())
        if changed > self.changes:
            self.changes = changed
            if changed in self.lost:
                raise errors.AnswerLost("The connection broke.")
        return encode_answer(answer, call, language=self.box.language)

    def close(self) -> None:
        """Keep the machine for the next task."""

    def pause(self, seconds: float) -> None:
        self.time += seconds

    def run(self, stages: list[Stage], *, check_mode: bool = False) -> tuple[Stages, State]:
        """Run a task, and return it with the state that it tells."""
        machine = ConnectedMachine(self, operation_timeout=60.0, wait_seconds=0.0, tell=lambda _text: None)
        machine.patience = PollPolicy(0.0, lambda: self.time, self.pause)
        work = Stages(machine, self.scope, check_mode=check_mode)
        return work, work.run(stages)

    def read(self) -> State:
        return self.run([Stage(DesiredState())])[1]

    def changed(self) -> list[str]:
        """Return everything that the machine was asked to change."""
        invoked = [entry["method"] for entry in self.box.describe()["invoked"]]
        return [method for method in invoked if method not in READS]


def _told(state: State) -> dict[str, Any]:
    """Return what check mode promises, in words that do not depend on how the machine spells it."""
    hosting = state.hosting
    assert hosting is not None
    assert hosting.firewall is not None
    return {
        "host": is_host(state),
        "keys": sorted(product.partial_product_key or "" for product in state.products),
        "licensed": sorted(product.partial_product_key or "" for product in state.products if product.is_licensed),
        "port": hosting.effective_port,
        "publishing": hosting.dns_publishing,
        "domains": {domain.normal for domain in hosting.publish_domains or ()},
        "priority": hosting.low_priority,
        "intervals": (hosting.activation_interval, hosting.renewal_interval),
        "mark": hosting.version_mark,
        "firewall": (hosting.firewall.enabled, hosting.firewall.ports, hosting.firewall.profiles),
    }


def _started(bench: Bench, stages: list[Stage]) -> None:
    """Bring a machine to where an earlier task has left it, whatever became of that."""
    try:
        bench.run(stages)
    except errors.ActivationError:
        event("the first wish failed")


def _foreseen(bench: Bench, stages: list[Stage]) -> tuple[Stages, State] | None:
    try:
        return bench.run(stages, check_mode=True)
    except errors.Refusal as refusal:
        event(f"refused: {refusal.code}")
        return None


EXAMPLES: Callable = settings(
    max_examples=150,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


@EXAMPLES
@given(machines.filter(_possible), asked, asked)
def test_what_check_mode_tells_is_done_and_then_nothing_is_left(
    description: dict[str, Any], first: list[Stage], stages: list[Stage]
) -> None:
    bench = Bench(description)
    _started(bench, first)
    before, calls = _told(bench.read()), bench.changed()
    foreseen = _foreseen(bench, stages)
    assert (bench.changed(), _told(bench.read())) == (calls, before), "planning and predicting change nothing"
    try:
        work, after = bench.run(stages)
    except errors.Refusal:
        assert foreseen is None
        return
    except errors.MachineRefused as refused:
        assert refused.hresult in UNSATISFIABLE, f"0x{refused.hresult or 0:08X}: {refused}"
        event(f"the machine declined: 0x{refused.hresult:08X}")
        return
    assert foreseen is not None
    promised, predicted = foreseen
    event(f"{len(work.steps)} steps")
    assert _told(predicted) == _told(after) == _told(bench.read())
    assert [step.action for step in promised.steps] == [step.action for step in work.steps]
    wish = stages[-1].wish.hosting
    assert deferred(wish, predicted) == deferred(wish, after)

    done = bench.changed()
    again, state = bench.run(stages)
    assert (again.steps, bench.changed(), _told(state)) == ((), done, _told(after))


def _tried(bench: Bench, stages: list[Stage]) -> tuple[Stages, State] | None:
    """Run a task; what the machine or we decline, and what stays unknown, is no finding here."""
    try:
        return bench.run(stages)
    except (errors.MachineRefused, errors.Refusal) as error:
        event(f"declined: {error.code or getattr(error, 'hresult', None)}")
    except errors.AnswerLost as error:
        assert error.code == "outcome_unknown"
        event("an outcome stayed unknown")
    return None


@EXAMPLES
@given(machines.filter(_possible), asked, asked, st.sets(st.integers(1, 12), min_size=1, max_size=3))
def test_whatever_answers_are_lost_a_second_task_does_what_is_left_and_a_third_nothing(
    description: dict[str, Any], first: list[Stage], stages: list[Stage], lost: set[int]
) -> None:
    bench = Bench({**description, "internet": True})
    _started(bench, first)
    bench.lost = {bench.changes + number for number in lost}
    _tried(bench, stages)
    bench.lost = set()
    found = _tried(bench, stages)
    if found is None:
        return
    done, after = bench.changed(), _told(found[1])
    again, state = bench.run(stages)
    assert (again.steps, bench.changed(), _told(state)) == ((), done, after)
