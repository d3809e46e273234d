# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""For any machine in any forest: a client of Active Directory is licensed by it and as predicted, or nothing was done.

As in `test_convergence.py` nothing but bytes is between our engine and the simulated machine. The machines are in a
domain or in none, licensed by KMS, by a key of another kind or not at all, and their forest has an object for them or
not. Faults strike the activation, so that its answer is lost before or after the work.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from ansible_collections.volume.activation.plugins.plugin_utils._applying import Applier, PollPolicy, Reader, Scope
from ansible_collections.volume.activation.plugins.plugin_utils._cim import Repository
from ansible_collections.volume.activation.plugins.plugin_utils._errors import AnswerLost, MachineRefused, Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import ActivationType, GvlkTable, State
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    ActivatePolicy,
    Activation,
    DesiredState,
    EditionKey,
    KmsSettings,
    Plan,
    need,
    plan,
)
from ansible_collections.volume.activation.plugins.plugin_utils._results.license import path_facts
from ansible_collections.volume.activation.plugins.plugin_utils._simulator import Fleet, Machine
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import decode_call, encode_answer

TABLE = GvlkTable.published()
KMS_HOST = "kms.corp.example"
NO_OBJECT = 0xC004F081
NO_KMS_HOST = (0xC004F074, 0x8007232B)  # none answers, and none is named in DNS
AD, ANY = ActivationType.AD, ActivationType.ANY

machines = st.fixed_dictionaries(
    {
        "system": st.sampled_from(
            [
                "server_2012_r2_standard",
                "server_2022_datacenter",
                "server_2025_datacenter",
                "server_2022_standard_eval",
                "windows_10_enterprise",
                "windows_11_pro",
            ]
        ),
        "domain": st.sampled_from(["corp.example", "corp.example", "corp.example", "other.example", None]),
    },
    optional={
        "channel": st.sampled_from(["kms_client", "kms_client", "mak", "retail", "oem", "none"]),
        "status": st.sampled_from(["licensed", "licensed", "notification", "oob_grace"]),
        "activated_by": st.sampled_from(["kms", "ad", "token"]),
        "lease_days": st.sampled_from([1, 20, 120, 180]),
        "activation_type": st.sampled_from(["any", "kms", "ad", "token"]),
        "kms_host": st.just(KMS_HOST),
        "language": st.sampled_from(["de-DE", "ja-JP"]),
        "office": st.just(["office_2021"]),
    },
)
objects = st.sampled_from(
    [
        ["For all"],
        ["For all"],
        [],
        [{"name": "For servers, and none else", "products": ["windows_server"]}],
        [{"name": "For clients", "products": ["windows_client"]}, {"name": "Für Office", "products": ["office"]}],
    ]
)
worlds = st.fixed_dictionaries(
    {
        "ad": st.fixed_dictionaries({"corp.example": objects}, optional={"other.example": objects}),
        "kms_hosts": st.sampled_from([{KMS_HOST: {"count": 50}}, {}]),
    }
)


def _possible(drawn: tuple[dict[str, Any], dict[str, Any]]) -> bool:
    """Tell what a machine can be; the others the model refuses to start."""
    try:
        Fleet.from_description({"machines": {"any": drawn[0]}, "world": drawn[1]})
    except Exception:
        return False
    return True


cases = st.tuples(machines, worlds).filter(_possible)


@st.composite
def wishes(draw: Callable[..., Any]) -> DesiredState:
    """Return what adba_client can ask for."""
    kind = draw(st.sampled_from([AD, AD, ANY]))
    key = st.builds(EditionKey, table=st.just(TABLE), replace_licensed=st.booleans(), goal=st.just("AD"))
    return DesiredState(
        kms=KmsSettings(activation_type=kind),
        key=draw(st.none() | key | key),
        activation=Activation(
            when=draw(
                st.sampled_from(
                    [ActivatePolicy.IF_NEEDED, ActivatePolicy.IF_NEEDED, ActivatePolicy.ALWAYS, ActivatePolicy.NEVER]
                )
            ),
            renew_below_days=draw(st.sampled_from([None, 30, 179])),
            only_kms_client=True,
            by=kind,
        ),
    )


class Bench:
    """A simulated machine and our engine; `lost` are what befalls the answers to the next activations."""

    def __init__(
        self, case: tuple[dict[str, Any], dict[str, Any]], wish: DesiredState, lost: list[str] | None = None
    ) -> None:
        fleet = Fleet.from_description({"machines": {"host": case[0]}, "world": case[1]})
        self.machine: Machine = fleet.machines["host"]
        self.repository = Repository(self.send, pause=lambda _seconds: None)
        self.reader = Reader(self.repository, now=lambda: datetime.now(timezone.utc))
        self.scope = Scope(directory=True)
        self.wish = wish
        self.lost = lost or []

    def send(self, message: bytes) -> bytes:
        call = decode_call(message)
        activates = getattr(call.request, "method", "") == "Activate"
        lost = self.lost.pop() if activates and self.lost else None
        if lost == "before":
            raise AnswerLost("The connection broke.")
        answer = self.machine.answer(call.request)
        if lost:
            raise AnswerLost("The connection broke.")
        return encode_answer(answer, call, language=self.machine.language)

    def read(self) -> State:
        state = self.reader.read(self.scope)
        return self.reader.complete(state, need(self.wish, state))

    def apply(self, steps: Plan, before: State) -> State:
        patience = PollPolicy(0.0, clock=lambda: 0.0, pause=lambda _seconds: None)
        return Applier(self.repository, self.reader, patience).apply(self.wish, steps, before, self.scope)

    def invoked(self) -> list[str]:
        return [entry["method"] for entry in self.machine.describe()["invoked"]]


def _object_for(case: tuple[dict[str, Any], dict[str, Any]]) -> str | None:
    """Return the name of the object that is for the machine, by the descriptions alone."""
    machine, world = case
    audience = "windows_server" if machine["system"].startswith("server") else "windows_client"
    for row in world["ad"].get(machine["domain"] or "", []):
        if isinstance(row, str):
            return row
        if audience in row["products"]:
            return str(row["name"])
    return None


def _planned(bench: Bench) -> tuple[State, Plan | None]:
    before = bench.read()
    try:
        return before, plan(bench.wish, before)
    except Refusal as refusal:
        event(f"refused: {refusal.code}")
        assert bench.invoked() == []
        return before, None


def _applied(bench: Bench, steps: Plan, before: State, case: tuple[dict[str, Any], dict[str, Any]]) -> State | None:
    """Return the state after the plan, or None where this machine in this world cannot be activated, whoever asks."""
    try:
        return bench.apply(steps, before) if steps else before
    except MachineRefused as refused:
        event(f"the machine declined: 0x{refused.hresult or 0:08X}")
        assert _object_for(case) is None, refused
        directory_only = bench.wish.activation is not None and bench.wish.activation.by is AD
        assert refused.hresult == NO_OBJECT if directory_only else refused.hresult in NO_KMS_HOST
        return None


EXAMPLES: Callable = settings(
    max_examples=250,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


@EXAMPLES
@given(cases, wishes())
def test_the_directory_licenses_the_machine_as_predicted_and_then_nothing_is_left_to_do(
    case: tuple[dict[str, Any], dict[str, Any]], wish: DesiredState
) -> None:
    bench = Bench(case, wish)
    before, steps = _planned(bench)
    if steps is None:
        return
    event(f"{len(steps.steps)} steps")
    predicted = steps.predicted(before)
    assert bench.invoked() == [], "planning and predicting invoke nothing"

    after = _applied(bench, steps, before, case)

    fresh = bench.read()
    if after is None:
        assert plan(wish, fresh).steps, "what failed is still to be done"
        return
    assert plan(wish.settled(), fresh).steps == ()
    _assert_predicted(wish, predicted, fresh, case)
    calls = bench.invoked()
    again = plan(wish.settled(), bench.read())
    assert (again.steps, bench.invoked()) == ((), calls)


def _assert_predicted(
    wish: DesiredState, predicted: State, found: State, case: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    assert wish.activation is not None
    assert predicted.primary is not None
    assert found.primary is not None
    for name in ("channel", "partial_product_key", "family", "is_licensed"):
        assert getattr(predicted.primary, name) == getattr(found.primary, name), name
    told, path = path_facts(predicted), path_facts(found)
    event(f"path: {path['path']}")
    if wish.activation.by is AD and wish.activation.when is not ActivatePolicy.NEVER:
        assert told["path"] == path["path"] == "ad"
        assert path["object"] == _object_for(case)
        assert found.primary.activation_type is AD
    elif told["path"] is not None and wish.activation.when is ActivatePolicy.IF_NEEDED:
        assert told["path"] == path["path"] or wish.activation.renew_below_days
    assert bool(path["object_dn"]) is (path["path"] == "ad")


@EXAMPLES
@given(cases, wishes())
def test_outside_a_domain_nothing_is_done_but_to_say_so(
    case: tuple[dict[str, Any], dict[str, Any]], wish: DesiredState
) -> None:
    machine, world = case
    bench = Bench(({**machine, "domain": None}, world), wish)
    before = bench.read()
    assert before.domain == ""
    try:
        plan(wish, before)
    except Refusal as refusal:
        assert refusal.code == "not_a_domain_member"
    else:
        raise AssertionError("it was planned for")
    assert bench.invoked() == []


@EXAMPLES
@given(cases, wishes(), st.lists(st.sampled_from(["before", "after"]), min_size=1, max_size=2))
def test_whatever_answer_is_lost_another_run_ends_it_and_asks_for_nothing_twice(
    case: tuple[dict[str, Any], dict[str, Any]], wish: DesiredState, lost: list[str]
) -> None:
    machine, world = case
    assume(machine["domain"] is not None)
    case = machine, {**world, "ad": {str(machine["domain"]): ["For all"]}}
    assume(_possible(case))
    bench = Bench(case, wish, lost)
    for attempt in range(3):
        before, steps = _planned(bench)
        if steps is None:
            return
        try:
            bench.apply(steps, before)
        except AnswerLost:
            event(f"lost in attempt {attempt}")
            continue
        break
    else:
        raise AssertionError("three runs, and two answers to lose")
    assert plan(wish.settled(), bench.read()).steps == ()
    activations = bench.invoked().count("Activate")
    assert activations <= 1 or (wish.activation is not None and wish.activation.when is ActivatePolicy.ALWAYS)
