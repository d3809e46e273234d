# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""For any machine and any wish for a MAK: both accounts agree, nothing is spent twice, and then nothing is left to do.

As in `test_convergence.py` nothing but bytes is between our engine and the simulated machine; the budget is in a real
ledger. Faults strike the activation, so that its answer is lost before or after the work.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from ansible_collections.volume.activation.plugins.plugin_utils._applying import (
    Applier,
    PollPolicy,
    Products,
    Reader,
    Retry,
    Scope,
)
from ansible_collections.volume.activation.plugins.plugin_utils._cim import Repository
from ansible_collections.volume.activation.plugins.plugin_utils._errors import ActivationError, AnswerLost, Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._ledger import (
    BudgetAccount,
    Confirmation,
    Demand,
    EntryState,
    Ledger,
    LedgerBudget,
    PoolWish,
)
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    Application,
    Channel,
    ProductKey,
    State,
)
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    Activation,
    ActivationMethod,
    CountedActivation,
    DesiredState,
    Mak,
    Plan,
    holder_of,
    plan,
)
from ansible_collections.volume.activation.plugins.plugin_utils._simulator import Fleet, Machine
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import decode_call, encode_answer

MAK = "BBBBB-CCCCC-DDDDD-FFFFF-GGGGG"
OTHER = "BBBBB-CCCCC-DDDDD-FFFFF-HHHHH"
ESU = "f520e45e-7413-4a34-a497-d2765967d094"
POOL = "the pool"
LIMIT = 2
# What the key is for, and how a wish names that.
PLACES: dict[str, dict[str, Any]] = {
    "windows": {"application": Application.WINDOWS},
    "office": {"application": Application.OFFICE},
    "add-on": {"application": None, "activation_id": ESU},
}
EDITIONS = {"windows": "any", "office": "office_2021", "add-on": "esu_windows_10_year_1"}
SYSTEMS = (
    {"system": "server_2012_r2_standard"},
    {"system": "server_2022_datacenter"},
    {"system": "server_2022_standard_eval"},
    {"system": "windows_10_pro", "build": 19045},
    {"system": "windows_11_enterprise"},
)

machines = st.builds(
    lambda system, rest: {**system, **rest},
    st.sampled_from(SYSTEMS),
    st.fixed_dictionaries(
        {"office": st.just(["office_2021"])},
        optional={
            "channel": st.sampled_from(["mak", "mak", "retail", "kms_host", "none"]),
            "status": st.sampled_from(["licensed", "notification", "oob_grace", "oot_grace"]),
            "product_key": st.sampled_from([MAK, MAK, OTHER]),
            "internet": st.sampled_from([True, True, False]),
            "language": st.sampled_from(["de-DE", "ja-JP"]),
        },
    ),
)
faults = st.lists(
    st.sampled_from(
        [
            {"do": "hresult", "code": "0x80072EE2"},
            {"do": "hresult_after", "code": "0x80072EE2"},
            {"do": "hresult_after", "code": "0x80072EE2", "reaches_host": False},
            {"do": "hresult", "code": "0x80072EE7"},
            {"do": "hresult", "code": "0xC004F024"},
            {"do": "lost_before"},
            {"do": "lost_after"},
        ]
    ),
    max_size=2,
)


class Bench:
    """A simulated machine, a ledger, and our engine between them; `broken` are what befalls the next activations."""

    def __init__(self, folder: Path, machine: dict[str, Any], place: str, broken: list[dict[str, Any]]) -> None:
        mak = {"key": MAK, "remaining": 5, "edition": EDITIONS[place]}
        world = {"microsoft": {"maks": {"made up": mak, "other": {"key": OTHER}}}}
        rules = [{"on": "Activate", **rule} for rule in broken if rule["do"].startswith("hresult")]
        self.fleet = Fleet.from_description({"machines": {"host": {**machine, "faults": rules}}, "world": world})
        self.machine: Machine = self.fleet.machines["host"]
        self.lost = [rule["do"] for rule in broken if rule["do"].startswith("lost")]
        self.repository = Repository(self.send, pause=lambda _seconds: None)
        self.reader = Reader(self.repository, now=lambda: datetime.now(timezone.utc))
        self.scope = Scope(products=Products.INSTALLED)
        self.ledger = Ledger.open(str(folder / "ledger.sqlite"), simulated_by="tests")
        self.ledger.declare(PoolWish(name=POOL, limit=LIMIT))
        account = BudgetAccount(pool=POOL, key=ProductKey.parse(MAK), machine="host", user="somebody")
        self.gate = LedgerBudget(self.ledger, account, self.pay, lambda _text: None)

    def send(self, message: bytes) -> bytes:
        call = decode_call(message)
        counted = getattr(call.request, "method", "") in ("Activate", "DepositOfflineConfirmationId")
        lost = self.lost.pop() if counted and self.lost else None
        if lost == "lost_before":
            raise AnswerLost("The connection broke.")
        answer = self.machine.answer(call.request)
        if lost:
            raise AnswerLost("The connection broke.")
        return encode_answer(answer, call, language=self.machine.language)

    def pay(self, demand: Demand) -> str:
        """Obtain a confirmation ID as the desk does, with nothing going wrong."""
        entry = self.ledger.reserve(demand).entry
        found = self.fleet.microsoft.confirm(demand.extended_pid or "", demand.installation_id or "")
        kept = Confirmation(installation_id=demand.installation_id or "", confirmation_id=found, source="microsoft")
        return self.ledger.keep(kept, entry.id).confirmation_id

    def read(self) -> State:
        return self.reader.read(self.scope)

    def applier(self) -> Applier:
        patience = PollPolicy(0.0, clock=lambda: 0.0, pause=lambda _seconds: None)
        retry = Retry(times=1, delay=0.0)
        return Applier(self.repository, self.reader, patience, gate=self.gate, retry=retry)

    def apply(self, wish: DesiredState) -> tuple[State, ActivationError | None]:
        """Plan and carry out, and return what is read afterwards, with what went wrong."""
        before = self.read()
        try:
            steps = plan(wish, before)
            if steps:
                return self.applier().apply(wish, steps, before, self.scope), None
            self.applier().note(wish, before)
        except ActivationError as error:
            return self.read(), error
        return before, None

    def invoked(self) -> list[str]:
        return [entry["method"] for entry in self.machine.describe()["invoked"]]

    def spent(self) -> int:
        return int(self.fleet.microsoft.describe()["maks"]["made up"]["spent"])

    def counted(self) -> int:
        return self.ledger.balance(POOL).counted

    def states(self) -> set[EntryState]:
        return {entry.state for entry in self.ledger.entries()}


@contextmanager
def _bench(machine: dict[str, Any], place: str, broken: list[dict[str, Any]]) -> Iterator[Bench]:
    with tempfile.TemporaryDirectory() as folder:
        yield Bench(Path(folder), machine, place, broken)


def _possible(drawn: tuple[dict[str, Any], str]) -> bool:
    """Tell what a machine can be; the others the model refuses to start."""
    machine, place = drawn
    mak = {"key": MAK, "edition": EDITIONS[place]}
    world = {"microsoft": {"maks": {"made up": mak, "other": {"key": OTHER}}}}
    try:
        Fleet.from_description({"machines": {"any": machine}, "world": world})
    except Exception:
        return False
    return True


cases = st.tuples(machines, st.sampled_from(["windows", "windows", "office", "add-on"])).filter(_possible)
ways = st.sampled_from([ActivationMethod.ONLINE, ActivationMethod.ONLINE, ActivationMethod.PROXY, None])


def _wish(place: str, way: ActivationMethod | None, replace_licensed: bool) -> DesiredState:
    mak = Mak(key=ProductKey.parse(MAK), replace_licensed=replace_licensed, **PLACES[place])
    return DesiredState(key=mak, activation=Activation(counted=CountedActivation(mak=mak, way=way)) if way else None)


EXAMPLES: Callable = settings(
    max_examples=150,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


@EXAMPLES
@given(cases, ways, st.booleans())
def test_a_wish_for_a_mak_is_fulfilled_as_predicted_and_paid_for_once(
    case: tuple[dict[str, Any], str], way: ActivationMethod | None, replace_licensed: bool
) -> None:
    machine, place = case
    wish = _wish(place, way, replace_licensed)
    with _bench(machine, place, []) as bench:
        before = bench.read()
        paid_before = bench.spent()
        try:
            steps = plan(wish, before)
            predicted = steps.predicted(before)
            bench.applier().foresee(steps, predicted)
        except Refusal as refusal:
            event(f"refused: {refusal.code}")
            assert bench.invoked() == []
            return
        assert bench.invoked() == [], "planning and predicting invoke nothing"
        assert bench.ledger.entries() == [], "and reserve nothing"

        after, error = bench.apply(wish)
        assert bench.spent() - paid_before == bench.counted()
        if error is not None:
            _assert_declined(bench, machine, place, way, error)
            return
        event(f"{len(steps.steps)} steps")
        assert plan(wish, bench.read()).steps == ()
        _assert_predicted(wish, predicted, after, steps)
        assert bench.states() <= {EntryState.CONFIRMED}

        calls, spent = bench.invoked(), bench.spent()
        again, error = bench.apply(wish)
        assert (error, bench.invoked(), bench.spent()) == (None, calls, spent)
        assert holder_of(_mak(wish), again) is not None


def _mak(wish: DesiredState) -> Mak:
    assert isinstance(wish.key, Mak)
    return wish.key


def _assert_declined(
    bench: Bench, machine: dict[str, Any], place: str, way: ActivationMethod | None, error: ActivationError
) -> None:
    """What a machine may decline: a key that is not for it, and the internet that it has not."""
    code = getattr(error, "hresult", None)
    wrong_product = code in (0xC004F050, 0xC004F069) or error.code in ("no_such_product", "not_converged")
    no_internet = way is ActivationMethod.ONLINE and machine.get("internet") is False and code == 0x80072EE7
    assert wrong_product or no_internet, f"{place}: {error}"
    event("the machine declined")
    assert bench.states() <= {EntryState.RELEASED}
    assert bench.spent() == 0


def _assert_predicted(wish: DesiredState, predicted: State, after: State, steps: Plan) -> None:
    foreseen, found = holder_of(_mak(wish), predicted), holder_of(_mak(wish), after)
    assert foreseen is not None
    assert found is not None
    assert (foreseen.channel, found.channel) == (Channel.MAK, Channel.MAK)
    if wish.activation is not None or not steps:
        assert (foreseen.is_licensed, found.is_licensed) == (found.is_licensed, foreseen.is_licensed)
    if wish.activation is not None:
        assert found.is_licensed


@EXAMPLES
@given(cases, ways, faults)
def test_whatever_is_lost_on_the_way_the_ledger_is_never_below_and_ends_equal(
    case: tuple[dict[str, Any], str], way: ActivationMethod | None, broken: list[dict[str, Any]]
) -> None:
    machine, place = case
    wish = _wish(place, way, True)
    with _bench({**machine, "internet": True}, place, broken) as bench:
        for attempt in range(4):
            after, error = bench.apply(wish)
            assert bench.spent() <= bench.counted() <= 1
            holder = holder_of(_mak(wish), after)
            if error is None:
                assert holder is not None
                assert holder.is_licensed or way is None
                event(f"well after {attempt} failures")
                break
        _after, error = bench.apply(wish)
        assert error is None or not isinstance(error, AnswerLost)
        if error is None:
            assert bench.spent() == bench.counted()
            assert bench.states() <= {EntryState.CONFIRMED, EntryState.RELEASED}
