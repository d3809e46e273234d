# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carrying out a plan: each step once, then the machine's own state decides whether it worked."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from .._cim import Repository
from .._errors import ActivationError, AnswerLost, MachineRefused, NotConverged
from .._licensing import Channel, Product, State
from .._planning import (
    Activate,
    ActivateMak,
    HostStep,
    InstallKey,
    Plan,
    RestartService,
    Step,
    UninstallKey,
    Wish,
    plan,
)
from ._calls import REFRESH, Call, call_for
from ._gate import Gate
from ._host_registry import keep_service_version
from ._host_work import work_for
from ._reader import Products, Reader, Scope
from ._spender import Retry, Spender, Spending

POLL_SECONDS = 5.0
RESTART_SECONDS, RESTART_POLL_SECONDS = 60.0, 0.5


@dataclass(frozen=True)
class Patience:
    """How to wait: `seconds` at most, by a monotonic clock, sleeping through `pause`."""

    seconds: float
    clock: t.Callable[[], float]
    pause: t.Callable[[float], None]

    def moments(self, seconds: float | None = None, every: float = POLL_SECONDS) -> t.Iterator[None]:
        """Yield now and again until the time is over, at least once."""
        end = self.clock() + (self.seconds if seconds is None else seconds)
        while True:
            yield
            left = end - self.clock()
            if left <= 0:
                return
            self.pause(min(every, left))


class Applier:
    """Carries out plans on one machine; `done` lists the finished steps, also after a failure.

    Steps that are counted go through `gate`; without one there is no budget to take them from.
    """

    def __init__(
        self,
        repository: Repository,
        reader: Reader,
        patience: Patience,
        tell: t.Callable[[str], None] = lambda _text: None,
        *,
        gate: Gate | None = None,
        retry: Retry | None = None,
    ) -> None:
        self.done: list[Step] = []
        self._stirred = False
        self._restarted = False
        self._repository = repository
        self._reader = reader
        self._patience = patience
        self._tell = tell
        self._gate = gate
        self._spender = self._spender_for(gate, retry or Retry()) if gate else None

    @property
    def spent(self) -> Spending | None:
        """What the counted step of the plan did, or in check mode would do; None when there was none."""
        return self._spender.spent if self._spender else None

    def foresee(self, steps: Plan, predicted: State) -> None:
        """Raise what would be refused before anything is spent, for check mode; nothing is reserved."""
        for step in steps.steps:
            if isinstance(step, ActivateMak):
                self._counting().foresee(step, predicted, installed=not _installs(steps))

    def note(self, wish: Wish, state: State) -> None:
        """Settle in the ledger what the state shows, when there was nothing to do."""
        if self._spender and wish.activation and wish.activation.counted:
            self._spender.note(wish.activation.counted, state)

    def apply(self, wish: Wish, steps: Plan, before: State, scope: Scope) -> State:
        """Carry out every step and return the state read afterwards, which shows what was wished.

        Raises AnswerLost when a step's outcome stays unknown, MachineRefused when the machine declined it, and
        NotConverged when everything was answered well but the state does not show it.
        """
        if _installs(steps):
            # A machine must not lose the key it has to a budget that has nothing for it.
            self.foresee(steps, steps.predicted(before))
        try:
            for step in steps.steps:
                if self._carried_out(step, before, scope):
                    self.done.append(step)
        except MachineRefused as refusal:
            if self._gate is not None and refusal.hresult is not None:
                self._gate.heed(refusal.hresult)
            raise
        finally:
            self._restart_if_owed(steps, before)
            self._refresh(before)
        after = self._settled(wish, before, scope)
        if _moves_key(steps) and (after.hosting is None or after.hosting.version_mark is None):
            # Where the mark is read, it is a step of the plan.
            keep_service_version(self._repository, before, after)
        return after

    def _carried_out(self, step: Step, before: State, scope: Scope) -> bool:
        """Carry a step out; False when a second look found nothing to do."""
        if isinstance(step, ActivateMak):
            self._tell_of(step)
            return self._counting().spend(step, before)
        self._carry_out(step, before, scope)
        return True

    def _counting(self) -> Spender:
        if self._spender is None:
            raise TypeError("a counted step needs the gate of a budget")
        return self._spender

    def _spender_for(self, gate: Gate, retry: Retry) -> Spender:
        return Spender(
            gate,
            self._reader,
            retry=retry,
            invoke=self._invoke_on_product,
            moments=lambda waited: self._patience.moments(max(0.0, self._patience.seconds - waited)),
            pause=self._patience.pause,
            tell=self._tell,
        )

    def _tell_of(self, step: Step) -> None:
        self._tell(f"{step.action}: {step.was or '-'} -> {step.becomes or '-'} ({step.why})")

    def _carry_out(self, step: Step, before: State, scope: Scope) -> None:
        self._tell_of(step)
        located = self._located(step)
        self._stirred = self._stirred or isinstance(step, InstallKey)
        try:
            self._send(located, before)
        except AnswerLost as lost:
            self._tell(f"no answer to {step.action}; looking at the machine instead")
            if not self._shows(step, scope):
                raise _unknown(step) from lost

    def _located(self, step: Step) -> Step:
        """Return the activation with its product's ID, which after an installed key is another one than before."""
        if not isinstance(step, Activate) or step.product_id is not None:
            return step
        return replace(step, product_id=_kms_client(self._reader.read(_PRIMARY).primary).id)

    def _send(self, step: Step, before: State) -> None:
        self._restarted = self._restarted or isinstance(step, RestartService)
        work = work_for(step)
        if work is None:
            self._invoke(call_for(step), before)
        else:
            work(self._repository, before, lambda: self._patience.moments(RESTART_SECONDS, RESTART_POLL_SECONDS))

    def _restart_if_owed(self, steps: Plan, before: State) -> None:
        """Bring into force what was set before a later step failed; the next run would find it set and do nothing.

        A restart that failed itself is not tried again.
        """
        waiting = any(isinstance(step, HostStep) and step.needs_restart for step in self.done)
        restart = next((step for step in steps.steps if isinstance(step, RestartService)), None)
        if restart is None or not waiting or self._restarted:
            return
        try:
            self._send(restart, before)
            self.done.append(restart)
        except ActivationError as error:
            self._tell(f"the licensing service could not be restarted: {error}")

    def _invoke(self, call: Call, state: State) -> None:
        if call.product_id is not None:
            return self._invoke_on_product(call)
        keys = {"Version": state.service.version}
        self._repository.invoke(call.class_name, keys, call.method, call.parameters)
        return None

    def _invoke_on_product(self, call: Call) -> None:
        self._stirred = True
        self._repository.invoke(call.class_name, {"ID": call.product_id or ""}, call.method, call.parameters)

    def _shows(self, step: Step, scope: Scope) -> bool:
        """Wait until the state shows the step's effect; only an activation is worth waiting for."""
        seconds = self._patience.seconds if isinstance(step, Activate) else 0.0
        try:
            return any(step.is_done(state) for state in self._looks(scope, seconds))
        except ActivationError as error:
            # That the machine cannot be read either must not pass for the outcome of what was sent before.
            self._tell(f"the machine could not be read: {error}")
            return False

    def _looks(self, scope: Scope, seconds: float) -> t.Iterator[State]:
        """Yield the state now and again until `seconds` are over."""
        return (self._reader.read(scope) for _moment in self._patience.moments(seconds))

    def _refresh(self, before: State) -> None:
        """Let Windows take notice, also when a later step failed; a failure of this alone fails nothing."""
        if not self._stirred:
            return
        try:
            self._invoke(REFRESH, before)
        except ActivationError as error:
            self._tell(f"the licence status could not be refreshed: {error}")

    def _settled(self, wish: Wish, before: State, scope: Scope) -> State:
        """Return the state once it shows the wish; an activation may take a while to show."""
        wanted = wish.settled()
        remaining: tuple[Step, ...] = ()
        state = before
        for state in self._looks(scope, self._patience.seconds):
            known = replace(state, machine=before.machine, domain=before.domain)
            remaining = plan(wanted, known).steps
            if not remaining:
                return known
            if not all(isinstance(step, Activate) for step in remaining):
                break
        raise _not_converged(remaining, state)


_PRIMARY = Scope(service=False, products=Products.PRIMARY)


def _installs(steps: Plan) -> bool:
    return any(isinstance(step, InstallKey) for step in steps.steps)


def _moves_key(steps: Plan) -> bool:
    return any(isinstance(step, (InstallKey, UninstallKey)) for step in steps.steps)


def _kms_client(primary: Product | None) -> Product:
    """Return the product that an edition's key belongs to; a key of any other channel must not be activated here."""
    if primary is None:
        raise NotConverged("The key was installed, but Windows shows no primary product.", code="no_primary_product")
    if primary.channel is Channel.KMS_CLIENT:
        return primary
    raise NotConverged(
        f"The key was installed, but Windows shows the product on a {primary.channel.value} key.",
        code="not_a_kms_client",
        cause="The key that was given for this edition is no KMS client key. Nothing was activated with it.",
        remedy="Correct extra_gvlks, then run the task again with replace_licensed set to true.",
    )


def _unknown(step: Step) -> AnswerLost:
    return AnswerLost(
        f"No answer came to {step.action}, and the machine does not show its effect: the outcome is unknown.",
        code="outcome_unknown",
        cause="The connection broke, or the machine was slower than its WinRM limit (MaxTimeoutms).",
        remedy="Run the task again; it reads the state first and repeats only what is missing.",
    )


def _not_converged(remaining: tuple[Step, ...], state: State) -> ActivationError:
    reason = _reason(remaining, state)
    if reason:
        return MachineRefused("The machine answered well but did not become licensed.", hresult=reason)
    left = "; ".join(f"{step.action} ({step.why})" for step in remaining)
    return NotConverged(
        f"Every step was carried out, yet the machine does not show it: {left}.",
        code="not_converged",
        cause="Something else on the machine, such as a group policy, sets it back.",
        remedy="Look for a policy or a tool that manages the same setting, then run the task again.",
    )


def _reason(remaining: tuple[Step, ...], state: State) -> int:
    """Return the machine's own reason when an activation is all that is missing, 0 when there is none."""
    activations = [step for step in remaining if isinstance(step, Activate)]
    if len(activations) < len(remaining):
        return 0
    concerned = (product.reason for product in state.products if any(step.concerns(product) for step in activations))
    return next((reason for reason in concerned if reason), 0)
