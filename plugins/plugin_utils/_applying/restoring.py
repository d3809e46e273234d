# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Restoring the licence that a failed plan gave up: the published client key (GVLK) is installed and activated again.

Only what the host shows counts: a product that is still licensed is left alone, whatever the plan was and wherever it
failed. A restriction of the activation type that led to no licence is taken back as well. What cannot be restored is
reported by the caller, which compares the states before and afterwards.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._errors import ActivationError, MachineRefused
from .._licensing import ActivationType, Channel, Product, ProductKey, State
from .._planning import Activate, InstallKey, SetActivationType, Step, UninstallKey, is_kept, losses, reverted_type
from .lost_answer import late_seconds

__all__ = ["Restorer"]


@dataclass(frozen=True, kw_only=True)
class Restorer:
    """Restores licences on one host.

    `send` carries out a step, `look` reads the state, and `shows` returns whether the state shows a step's effect
    within so many seconds, None if the host cannot be read. `log` is called with lines of progress, and `pause` with
    the seconds to wait before another try.
    """

    send: t.Callable[[Step], None]
    look: t.Callable[[], State]
    shows: t.Callable[[Step, float], bool | None]
    log: t.Callable[[str], None]
    pause: t.Callable[[float], None]

    def restore(self, begun: t.Sequence[Step], before: State, done: list[Step], restored: set[str]) -> State | None:
        """Restore what the steps that were `begun` gave up, and return the state afterwards, None if it is unreadable.

        Steps that were carried out are appended to `done`, and the activation IDs of products that got their previous
        key again are added to `restored`. A failure is logged and never raised: the error of the task is the one to
        report.
        """
        if not any(isinstance(step, (InstallKey, UninstallKey, SetActivationType)) for step in begun):
            return before
        state = self._read()
        if state is None:
            return None
        count = len(done)
        try:
            for step in begun:
                if isinstance(step, SetActivationType):
                    self._revert(step, before, state, done)
            for loss in losses(begun, before):
                if loss.key is not None and not is_kept(loss.product, state):
                    self._relicense(loss.product, loss.key, done)
                    restored.add(loss.product.id)
        except ActivationError as error:
            self.log(f"the previous licence could not be restored: {error}")
            return self._read()
        return state if len(done) == count else self._read()

    def _revert(self, step: SetActivationType, before: State, state: State, done: list[Step]) -> None:
        reverting = reverted_type(step, before)
        led_to_licence = _is_licensed_by(step.kind, state) and not _is_licensed_by(step.kind, before)
        if reverting is not None and not led_to_licence and not reverting.is_done(state):
            self._carry_out(reverting, done)

    def _relicense(self, product: Product, key: ProductKey, done: list[Step]) -> None:
        """Install the published key of a lost licence again, and activate it unless Windows shows it licensed."""
        becomes = f"{Channel.KMS_CLIENT.value} {key}"
        self._carry_out(InstallKey(why=_WHY, becomes=becomes, key=key, edition=product.family or ""), done)
        if not is_kept(product, self.look()):
            self._carry_out(Activate(why=_WHY, becomes="licensed", product_id=product.id), done)

    def _carry_out(self, step: Step, done: list[Step]) -> None:
        """Carry a step out, again after a failure: neither a published key nor its activation costs anything."""
        self.log(f"restoring: {step.action} -> {step.becomes} ({step.why})")
        for pause in PAUSES:
            try:
                self._attempt(step)
                break
            except ActivationError as error:
                self.log(f"it failed ({error}); trying again in {pause:g} seconds")
                self.pause(pause)
        else:
            self._attempt(step)
        done.append(step)

    def _attempt(self, step: Step) -> None:
        try:
            self.send(step)
        except ActivationError as error:
            if not self.shows(step, 0.0 if isinstance(error, MachineRefused) else late_seconds(error)):
                raise

    def _read(self) -> State | None:
        try:
            return self.look()
        except ActivationError as error:
            self.log(f"the host could not be read: {error}")
            return None


def _is_licensed_by(kind: ActivationType, state: State) -> bool:
    primary = state.primary
    return primary is not None and primary.is_licensed and primary.activated_by is kind


PAUSES = (2.0, 10.0)
_WHY = "the new licence did not arrive"
