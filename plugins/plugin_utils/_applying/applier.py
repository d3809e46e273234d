# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carrying out a plan: each step once, then the machine's own state decides whether it worked.

A step that failed is looked for as well, as soon as any of its requests may have left. What a lost answer leaves open
is decided by the state alone: a step that it shows is done, and the plan goes on. Where the host itself reported a
failure, the plan ends with that failure even if the state shows the step, since something else of it may be missing;
but the step is reported as done, for the host did change.
"""

from __future__ import annotations

import functools
import typing as t
from dataclasses import replace

from .._cim import Repository
from .._errors import ActivationError, MachineRefused, NotConverged
from .._licensing import Channel, Product, State
from .._planning import (
    Activate,
    ActivateMak,
    DesiredState,
    HostStep,
    InstallKey,
    Plan,
    RestartService,
    SetActivationType,
    Step,
    UninstallKey,
    losses,
    plan,
    plan_overrides,
    refuse_replaced,
)
from .attempt_log import AttemptLog
from .budget import Budget
from .commands import REFRESH, MethodCall, calls_for, work_for
from .counted_activation import Retry, Spender, Spending
from .lost_answer import Attempt, concerned, late_seconds, lost_step
from .not_converged import not_converged
from .poll_policy import PollPolicy
from .reader import Products, Reader, Scope
from .registry import keep_service_version
from .restoring import Restorer

RESTART_SECONDS, RESTART_POLL_SECONDS = 60.0, 0.5
RESTORING_SECONDS = 300.0


class Applier:
    """Carries out plans on one machine; `done` lists the finished steps, also after a failure.

    `unknown` lists a failed step that may have changed the host all the same, and whose effect could not be read.
    `restored` has the activation IDs of products that got their previous key again.
    Steps that are counted go through `gate`; without one there is no budget to take them from. `grant` is called with
    the seconds that restoring a licence may take beyond the deadline of the task.
    """

    def __init__(
        self,
        repository: Repository,
        reader: Reader,
        patience: PollPolicy,
        tell: t.Callable[[str], None] = lambda _text: None,
        *,
        gate: Budget | None = None,
        retry: Retry | None = None,
        grant: t.Callable[[float], None] = lambda _seconds: None,
    ) -> None:
        self.done: list[Step] = []
        self.unknown: list[Step] = []
        self.after: State | None = None
        self.restored: set[str] = set()
        self._begun: list[Step] = []
        self._stirred = False
        self._restarted = False
        self._new_primary: Product | None = None
        self._log: AttemptLog | None = None
        self._repository = repository
        self._reader = reader
        self._patience = patience
        self._tell = tell
        self._gate = gate
        self._grant = grant
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

    def note(self, wish: DesiredState, state: State) -> None:
        """Settle in the ledger what the state shows, when there was nothing to do."""
        if self._spender and wish.activation and wish.activation.counted:
            self._spender.note(wish.activation.counted, state)

    def apply(self, wish: DesiredState, steps: Plan, before: State, scope: Scope) -> State:
        """Carry out every step and return the state read afterwards, which shows what was wished.

        A plan that fails must not leave the host without the licence that it had: what can be restored is restored,
        and `after` is the state that this led to, None if it could not be read. Raises Refusal when a budget declines
        or a licence was replaced unasked, AnswerLost when a step's outcome stays unknown, MachineRefused when the
        machine declined it, and NotConverged when everything was answered well but the state does not show it.
        """
        self.after, begun = before, self._repository.begun
        self._begun = []
        try:
            self._reserve_ahead(steps, before)
            self.after = self._applied(wish, steps, before, scope)
            refuse_replaced(wish, steps.steps, before, self.after)
            return self.after
        except ActivationError as error:
            if self._repository.begun > begun:
                self.after = self._restored(before, scope)
            self._look_up(error)
            raise
        finally:
            if self._spender is not None:
                self._spender.withdraw()

    def _look_up(self, error: ActivationError) -> None:
        """Add to an error what the machine has logged of the activation that failed, where one did."""
        answered = isinstance(error, (MachineRefused, NotConverged)) or error.code == "outcome_unknown"
        if self._log is None or not answered or self.unknown:
            return  # a machine that does not answer is not asked again
        found = self._log.found or self._log.read()
        returned = getattr(error, "hresult", None) or 0
        error.attempt = found if found and found.code and found.explains(returned) else None

    def _reserve_ahead(self, steps: Plan, before: State) -> None:
        """Reserve what a plan that installs a key spends, lest a host lose its key to an empty budget."""
        if _installs(steps):
            for step in steps.steps:
                if isinstance(step, ActivateMak):
                    gives_up = bool(losses(steps.steps, before))
                    self._counting().reserve_ahead(step, steps.predicted(before), gives_up=gives_up)

    def _restored(self, before: State, scope: Scope) -> State | None:
        self._grant(RESTORING_SECONDS)
        restorer = Restorer(
            send=lambda step: self._send(step, before),
            look=lambda: self._reader.read(scope),
            shows=lambda step, seconds: self._shows(step, scope, seconds, Attempt(())),
            log=self._tell,
            pause=self._patience.pause,
        )
        after = restorer.restore(self._begun, before, self.done, self.restored)
        if self.restored:
            self._refresh(before)
        return after

    def _applied(self, wish: DesiredState, steps: Plan, before: State, scope: Scope) -> State:
        try:
            for step in steps.steps:
                if isinstance(step, Activate):
                    self._clear_overrides(wish, steps, before, scope)
                if self._carried_out(step, before, scope):
                    self.done.append(step)
            self._clear_overrides(wish, steps, before, scope)
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

    def _clear_overrides(self, wish: DesiredState, steps: Plan, before: State, scope: Scope) -> None:
        """Clear, once, what the product of a new key has of its own; its row was not read before it had the key."""
        if wish.kms is None or self._new_primary is not None or not _installs(steps):
            return
        self._new_primary = self._reader.read(_PRIMARY).primary
        service = _reached(before, self.done).service
        for step in plan_overrides(wish.kms, self._new_primary, service) if self._new_primary else ():
            if self._carried_out(step, before, scope):
                self.done.append(step)

    def _carried_out(self, step: Step, before: State, scope: Scope) -> bool:
        """Carry a step out; False when a second look found nothing to do."""
        self._tell_of(step)
        located = self._located(step)
        self._stirred = self._stirred or isinstance(step, InstallKey)
        begun = self._repository.begun
        self._begun.append(located)
        try:
            if isinstance(step, ActivateMak):
                return self._counting().spend(step, before)
            if isinstance(located, Activate):
                self._log = self._reader.attempt_log(located.product_id or "", self._tell)
            self._send(located, before)
        except ActivationError as error:
            # Only reads failed, or nothing has left: then nothing has changed either.
            sent = self._repository.begun - begun
            if not sent or not self._outlives(step, error, before, scope, sent):
                raise
        return True

    def _outlives(self, step: Step, error: ActivationError, before: State, scope: Scope, sent: int) -> bool:
        """Look for the effect of a step that failed after `sent` of its requests had left, and note what it shows.

        Return whether the plan goes on. Raises MachineRefused where the product shows how an activation ended, and
        AnswerLost where an answer was lost and nothing shows.
        """
        counted = isinstance(step, ActivateMak)
        reported = counted or isinstance(error, (MachineRefused, NotConverged))
        self._tell(f"{step.action} failed ({error}); looking at the machine")
        seconds = self._patience.seconds if isinstance(step, Activate) else late_seconds(error)
        # The reasons that a new key starts with are not those that were read before it.
        is_new_key = any(isinstance(done, InstallKey) for done in self.done)
        attempt = Attempt(() if is_new_key else before.products, None if reported else self._log)
        shown = self._shows(step, scope, 0.0 if reported else seconds, attempt)
        if shown and not reported:
            return True
        if shown and not step.is_done(_reached(before, self.done)):
            self.done.append(step)
        elif shown is None or (_has_parts(step) and sent > error.sent):
            self.unknown.append(step)
        failure = None if reported else lost_step(step, error, attempt)
        if failure is not None:
            raise failure from error
        return False

    def _counting(self) -> Spender:
        if self._spender is None:
            raise TypeError("a counted step needs the gate of a budget")
        return self._spender

    def _spender_for(self, gate: Budget, retry: Retry) -> Spender:
        return Spender(
            gate,
            self._reader,
            retry=retry,
            invoke=lambda call: self._invoke_on_product(call, repeat=False),
            moments=lambda waited, most: self._patience.moments(max(0.0, min(self._patience.seconds - waited, most))),
            pause=self._patience.pause,
            tell=self._tell,
        )

    def _tell_of(self, step: Step) -> None:
        self._tell(f"{step.action}: {step.was or '-'} -> {step.becomes or '-'} ({step.why})")

    def _located(self, step: Step) -> Step:
        """Return the step with its product's ID, which after an installed key is another one than before."""
        if isinstance(step, SetActivationType):
            return replace(step, product_id=self._primary_id()) if step.product_id == "" else step
        if isinstance(step, ActivateMak) or not isinstance(step, Activate) or step.product_id is not None:
            return step
        return replace(step, product_id=self._primary_id())

    def _primary_id(self) -> str:
        return _kms_client(self._new_primary or self._reader.read(_PRIMARY).primary).id

    def _send(self, step: Step, before: State) -> None:
        self._restarted = self._restarted or isinstance(step, RestartService)
        work = work_for(step)
        if work is None:
            for call in calls_for(step):
                self._invoke(call, before)
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

    def _invoke(self, call: MethodCall, state: State) -> None:
        if call.product_id is not None:
            return self._invoke_on_product(call)
        keys = {"Version": state.service.version}
        self._repository.invoke(call.class_name, keys, call.method, call.parameters)
        return None

    def _invoke_on_product(self, call: MethodCall, *, repeat: bool = True) -> None:
        self._stirred = self._stirred or call.changes_license
        keys = {"ID": call.product_id or ""}
        self._repository.invoke(call.class_name, keys, call.method, call.parameters, repeat=repeat)

    def _shows(self, step: Step, scope: Scope, seconds: float, attempt: Attempt) -> bool | None:
        """Wait until the state shows the step's effect, or that it failed; None if the machine cannot be read."""
        try:
            for state in self._looks(scope, seconds):
                if step.is_done(state):
                    return True
                if attempt.has_failed(concerned(step, state)):
                    break
            return False
        except ActivationError as error:
            # That the machine cannot be read either must not pass for the outcome of what was sent before.
            self._tell(f"the machine could not be read: {error}")
            return None

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

    def _settled(self, wish: DesiredState, before: State, scope: Scope) -> State:
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
        raise not_converged(remaining, state)


_PRIMARY = Scope(service=False, products=Products.PRIMARY)


def _reached(before: State, done: t.Iterable[Step]) -> State:
    """Return the state that the finished steps have led to."""
    return functools.reduce(lambda state, step: step.predicted(state), done, before)


def _has_parts(step: Step) -> bool:
    """Return whether a step takes several requests, of which some may succeed before one fails."""
    return work_for(step) is not None or len(calls_for(step)) > 1


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
