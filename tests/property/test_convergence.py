# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""For any machine and any wish: what is planned is done, what is done was predicted, and then nothing is left to do.

The planner, the reader and the applier meet a simulated machine that shares none of their code; every message passes
through its bytes. A failing example is printed with the seed that draws it again (`--hypothesis-seed`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from ansible_collections.volume.activation.plugins.plugin_utils._applying import (
    Applier,
    PollPolicy,
    Products,
    Reader,
    Scope,
)
from ansible_collections.volume.activation.plugins.plugin_utils._applying.commands import REFRESH, calls_for
from ansible_collections.volume.activation.plugins.plugin_utils._cim import Repository
from ansible_collections.volume.activation.plugins.plugin_utils._errors import MachineRefused, Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    ActivationType,
    GvlkTable,
    Product,
    ProductKey,
    State,
)
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    AbsentKey,
    ActivatePolicy,
    Activation,
    DesiredState,
    EditionKey,
    InstallKey,
    KmsSettings,
    Plan,
    PresentKey,
    need,
    plan,
)
from ansible_collections.volume.activation.plugins.plugin_utils._simulator import Fleet, Machine
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import decode_call, encode_answer

TABLE = GvlkTable.published()
WORLD = {"kms_hosts": {name: {"count": 50, "office_count": 50} for name in ("kms.corp.example", "kms2.corp.example")}}
SYSTEMS = (
    "server_2012_r2_standard",
    "server_1809_datacenter_sac",
    "server_2019_standard",
    "server_2022_datacenter_azure",
    "server_2025_datacenter",
    "server_2022_standard_eval",
    "windows_10_pro_n",
    "windows_10_ltsc_2021",
    "windows_10_enterprise",
    "windows_11_pro",
    "windows_11_home",
)
FOUND_SECOND = "kms2.corp.example"
MADE_UP_MAK = "BBBBB-CCCCC-DDDDD-FFFFF-GGGGG"

own_settings = st.fixed_dictionaries(
    {},
    optional={
        "kms_host": st.sampled_from(["kms.corp.example", "KMS2.corp.example.", "gone.corp.example"]),
        "kms_port": st.sampled_from([1688, 1700]),
        "lookup_domain": st.sampled_from(["corp.example", "own.example"]),
        "activation_type": st.sampled_from(["any", "kms", "ad"]),
    },
)
ordinary = st.fixed_dictionaries(
    {"system": st.sampled_from(SYSTEMS)},
    optional={
        "channel": st.sampled_from(["mak", "retail", "oem", "none"]),
        "status": st.sampled_from(["licensed", "notification", "oob_grace"]),
        "kms_host": st.sampled_from(["kms.corp.example", "gone.corp.example"]),
        "kms_port": st.sampled_from([1688, 1700]),
        "lookup_domain": st.just("corp.example"),
        "host_caching": st.booleans(),
        "activation_type": st.sampled_from(["any", "kms", "ad"]),
        "language": st.sampled_from(["de-DE", "ja-JP"]),
        "office": st.just(["office_2021"]),
        "product_settings": st.fixed_dictionaries({"windows": own_settings}),
    },
)
machines = st.one_of(
    ordinary,
    ordinary.map(lambda machine: {**machine, "system": "windows_11_enterprise", "subscription": True}),
).filter(lambda machine: not _impossible(machine))


def _impossible(machine: dict[str, Any]) -> bool:
    """Tell what no machine can be, and what the model therefore refuses to start."""
    try:
        Fleet.from_description({"machines": {"any": machine}, "world": WORLD})
    except Exception:
        return True
    return False


kms_settings = st.builds(
    KmsSettings,
    host=st.sampled_from([None, "kms.corp.example", FOUND_SECOND, "KMS.corp.example."]),
    lookup_domain=st.sampled_from([None, "", "corp.example"]),
    host_caching=st.sampled_from([None, True, False]),
    activation_type=st.sampled_from([None, ActivationType.ANY, ActivationType.KMS]),
) | st.just(KmsSettings(dns_discovery=True))

wishes = st.one_of(
    st.builds(
        DesiredState,
        kms=kms_settings,
        key=st.builds(EditionKey, table=st.just(TABLE), replace_licensed=st.booleans()) | st.none(),
        activation=st.builds(
            Activation,
            when=st.sampled_from(ActivatePolicy),
            renew_below_days=st.sampled_from([None, 30, 170]),
            only_kms_client=st.just(True),
        ),
    ),
    st.builds(DesiredState, key=st.just(PresentKey(partial="GGGGG", key=ProductKey.parse(MADE_UP_MAK)))),
    st.builds(DesiredState, key=st.just(AbsentKey(partial="GGGGG"))),
    st.builds(
        DesiredState,
        activation=st.builds(Activation, when=st.sampled_from([ActivatePolicy.IF_NEEDED, ActivatePolicy.ALWAYS])),
    ),
)


UNSATISFIABLE = frozenset(
    {
        0xC004F074,  # the machine is set to a KMS host, or a port, that does not answer, and the wish leaves it there
        0xC004F081,  # it may be activated by Active Directory only, and the forest offers nothing
        0x8007232B,  # the lookup domain of its product publishes nothing, and the wish leaves it there
        0xC004F069,  # the made-up MAK is not for this edition
    }
)
"""What a machine may decline in these generated worlds; any other failure is a finding."""


class Bench:
    """One simulated machine and our engine in front of it, with nothing but bytes between them."""

    def __init__(self, description: dict[str, Any], wish: DesiredState) -> None:
        world = {**WORLD, "microsoft": {"maks": {"made up": {"key": MADE_UP_MAK, "remaining": 1}}}}
        fleet = Fleet.from_description({"machines": {"host": description}, "world": world})
        self.machine: Machine = fleet.machines["host"]
        self.repository = Repository(self.send, pause=lambda _seconds: None)
        self.reader = Reader(self.repository, now=lambda: datetime.now(timezone.utc))
        single = isinstance(wish.key, (PresentKey, AbsentKey))
        self.scope = Scope(products=Products.INSTALLED if single else Products.PRIMARY)
        self.wish = wish

    def send(self, message: bytes) -> bytes:
        call = decode_call(message)
        return encode_answer(self.machine.answer(call.request), call, language=self.machine.language)

    def read(self) -> State:
        state = self.reader.read(self.scope)
        return self.reader.complete(state, need(self.wish, state))

    def apply(self, steps: Plan, before: State) -> State:
        patience = PollPolicy(0.0, clock=lambda: 0.0, pause=lambda _seconds: None)
        return Applier(self.repository, self.reader, patience).apply(self.wish, steps, before, self.scope)

    def invoked(self) -> list[str]:
        return [entry["method"] for entry in self.machine.describe()["invoked"]]


def _told(state: State) -> dict[str, Any]:
    """Return what check mode promises: the settings and the primary product, in the words of a result."""
    primary = state.primary
    return {
        "host": (state.service.kms_host or "").lower().rstrip("."),
        "port": state.service.kms_port,
        "domain": (state.service.lookup_domain or "").lower(),
        "caching": state.service.host_caching,
        "keys": sorted(product.partial_product_key or "" for product in state.products),
        "in force": primary and _in_force(state, primary),
        "primary": primary and (primary.channel, primary.partial_product_key, *_standing(primary)),
    }


def _in_force(state: State, product: Product) -> tuple[str, int] | None:
    found = state.set_kms_host(product)
    return found and (found[0].lower().rstrip("."), found[1])


def _standing(product: Product) -> tuple[Any, ...]:
    return product.family, product.is_licensed, product.activation_type


def _known(told: dict[str, Any], shown: dict[str, Any]) -> dict[str, Any]:
    """Return a prediction with what it leaves open filled in: without a product no activation type is shown."""
    primary = told["primary"]
    if primary is None or primary[-1] is not ActivationType.UNKNOWN:
        return told
    return {**told, "primary": (*primary[:-1], shown["primary"][-1])}


def _planned(bench: Bench) -> tuple[State, Plan | None]:
    before = bench.read()
    try:
        return before, plan(bench.wish, before)
    except Refusal as refusal:
        event(f"refused: {refusal.code}")
        return before, None


def _applied(bench: Bench, steps: Plan, before: State) -> State | None:
    """Return the state after the plan, or None where this machine in this world cannot be activated, whoever asks."""
    try:
        return bench.apply(steps, before) if steps else before
    except MachineRefused as refused:
        assert refused.hresult in UNSATISFIABLE, f"0x{refused.hresult or 0:08X}: {refused}"
        event(f"the machine declined: 0x{refused.hresult:08X}")
        return None
    except Refusal as refusal:
        assert refusal.code == "licensed_by_other_key", refusal
        assert isinstance(bench.wish.key, PresentKey), "only of this key it is not known which product it is for"
        event("the previous key was installed again")
        return None


def _installs_over_own(description: dict, steps: Plan) -> bool:
    return "product_settings" in description and any(isinstance(step, InstallKey) for step in steps.steps)


EXAMPLES: Callable = settings(
    max_examples=400,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


@EXAMPLES
@given(machines, wishes)
def test_after_applying_the_plan_is_empty_and_the_prediction_was_right(description: dict, wish: DesiredState) -> None:
    bench = Bench(description, wish)
    before, steps = _planned(bench)
    if steps is None:
        assert bench.invoked() == []
        return
    event(f"{len(steps.steps)} steps")
    predicted = steps.predicted(before)
    assert bench.invoked() == [], "planning and predicting invoke nothing"

    after = _applied(bench, steps, before)

    fresh = bench.read()
    if after is None:
        assert plan(wish, fresh).steps, "what failed is still to be done"
        return
    assert plan(wish.settled(), fresh).steps == ()
    told = _told(predicted)
    if isinstance(wish.key, PresentKey) and steps:
        # Of a key that no table knows only its last five can be told beforehand, not which product takes it.
        assert wish.key.partial in _told(after)["keys"]
    elif _installs_over_own(description, steps):
        assert _told(after) == _told(fresh)  # what the product of a new key has of its own is not shown before
    else:
        assert _known(told, _told(after)) == _told(after) == _told(fresh)


@EXAMPLES
@given(machines, wishes)
def test_exactly_the_planned_methods_are_invoked_each_once(description: dict, wish: DesiredState) -> None:
    bench = Bench(description, wish)
    before, steps = _planned(bench)
    if not steps:
        return
    if _applied(bench, steps, before) is None:
        return
    if _installs_over_own(description, steps):
        return  # what the product of a new key has of its own is cleared in between
    expected = [call.method for step in steps.steps for call in calls_for(step)]
    if {"InstallProductKey", "UninstallProductKey", "Activate"} & set(expected):
        expected.append(REFRESH.method)
    assert bench.invoked() == expected


@EXAMPLES
@given(machines, wishes)
def test_a_second_run_changes_nothing(description: dict, wish: DesiredState) -> None:
    bench = Bench(description, wish)
    before, steps = _planned(bench)
    if steps is None or _applied(bench, steps, before) is None:
        return
    calls = len(bench.invoked())
    again = plan(wish.settled(), bench.read())
    assert again.steps == ()
    assert len(bench.invoked()) == calls
