# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one base action: five named steps, the same for every module.

validate -> open -> read -> plan -> apply (in check mode: predict); then report. A module's action adds its options and
says which wish they are.
"""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from .._applying import Products, Scope
from .._errors import ActivationError, Refusal
from .._licensing import State
from .._planning import Plan, Wish, plan
from .._reporting import PARTS, Outcome, failure, success
from .._secrets import Secret, scrub
from .._session import open_session, preload
from ._connections import settings_from
from ._machine import Machine

_display = Display()
preload()


class LicensingAction(ActionBase):
    """A task about a machine's licences, run on the controller without opening a shell on the machine."""

    # Core must neither dial the host nor prepare a temporary folder there: the session is ours.
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False
    TRANSFERS_FILES = False

    SPEC: t.ClassVar[dict[str, t.Any]] = {}
    RULES: t.ClassVar[dict[str, t.Any]] = {}

    def wish(self, options: dict[str, t.Any]) -> Wish:
        """Return what these options ask of a machine; an empty wish asks nothing and only reads."""
        raise NotImplementedError

    def scope(self, options: dict[str, t.Any]) -> Scope:
        """Return how much has to be read; Windows itself is enough for most wishes."""
        return Scope(products=Products.PRIMARY)

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Run the task and return its result; what fails comes back as `msg`, `code`, `cause` and `remedy`."""
        result: dict[str, t.Any] = {}
        secrets = _secrets_in(self._task.args, self.SPEC)
        try:
            self._refuse_keywords()  # before the base class, whose refusal of async has neither code nor remedy
            result.update(super().run(tmp, task_vars))
            result.update(self._performed(self._validated()))
        except ActivationError as error:
            result.update(failure(error))
        # Values only: whatever was given for a key, the result's own names such as `failed` stay what they are.
        return {name: scrub(value, secrets) for name, value in result.items()}

    def _refuse_keywords(self) -> None:
        if self._task.async_val:
            raise Refusal(
                "This module cannot run in the background.",
                code="async_not_supported",
                remedy="Remove async from the task; it runs on the controller and ends in seconds.",
            )
        if self._play_context.become:
            raise Refusal(
                "This module cannot use become: nothing runs on the machine that could become somebody else.",
                code="become_not_supported",
                remedy="Remove become, and connect with an account that is an administrator of the machine.",
            )

    def _validated(self) -> dict[str, t.Any]:
        try:
            _validation, options = self.validate_argument_spec(self.SPEC, **self.RULES)
        except AnsibleActionFail as error:
            # Not passed on: core would print its traceback, and with it what was given for the option, as it is.
            raise Refusal(
                str(error),
                code="bad_option",
                remedy=f"Correct the task; ansible-doc {self._task.action} describes its options.",
            ) from None
        return t.cast("dict[str, t.Any]", options)

    def _performed(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
        wish, scope = self.wish(options), self.scope(options)
        with self._opened(options.get("wait_seconds") or 0) as machine:
            try:
                outcome = self._outcome(machine, wish, scope, options)
            except ActivationError as error:
                return failure(error, done=machine.applier.done, requests=machine.requests)
        return success(outcome, diff=bool(self._task.diff))

    def _opened(self, wait_seconds: int) -> Machine:
        settings = settings_from(self._connection)
        return Machine(
            open_session(settings),
            operation_timeout=settings.operation_timeout,
            wait_seconds=wait_seconds,
            tell=lambda text: _display.vv(text, host=self._task_host()),
        )

    def _task_host(self) -> str | None:
        return getattr(self._play_context, "remote_addr", None)

    def _outcome(self, machine: Machine, wish: Wish, scope: Scope, options: dict[str, t.Any]) -> Outcome:
        before = machine.read_for(wish, scope)
        steps = plan(wish, before)
        after = self._after(machine, wish, steps, before, scope)
        return Outcome(
            state=after,
            requests=machine.requests,
            steps=steps.steps,
            parts=self.parts(options),
            installation_ids=scope.offline,
        )

    def _after(self, machine: Machine, wish: Wish, steps: Plan, before: State, scope: Scope) -> State:
        if not steps or self._task.check_mode:
            return steps.predicted(before)
        return machine.apply(wish, steps, before, scope)

    def parts(self, options: dict[str, t.Any]) -> tuple[str, ...]:
        """Return which parts of the state belong into the result."""
        return PARTS


def _secrets_in(args: t.Mapping[str, t.Any], spec: t.Mapping[str, t.Any]) -> list[Secret]:
    """Return the texts given for options that are marked no_log, nested ones too, as they were spelled and as sent."""
    found: list[Secret] = []
    for name, option in spec.items():
        given = args.get(name)
        if option.get("no_log"):
            found.extend(Secret(spelled) for text in _texts(given) for spelled in (text, text.strip().upper()))
        for row in given if isinstance(given, list) else [given]:
            if isinstance(row, dict) and option.get("options"):
                found.extend(_secrets_in(row, option["options"]))
    return found


def _texts(given: t.Any) -> t.Iterator[str]:
    """Yield every text in a value, whatever its shape; five characters of a key are public, and fewer are no key."""
    if isinstance(given, (dict, list)):
        for item in given.values() if isinstance(given, dict) else given:
            yield from _texts(item)
    elif given is not None and len(str(given)) > _PUBLIC:
        yield str(given)


_PUBLIC = 5
