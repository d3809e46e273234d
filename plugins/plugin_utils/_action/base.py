# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one base action: five named steps, the same for every module.

validate -> open -> read -> plan -> apply (in check mode: predict); then report. A module's action adds its options and
says which wish they are. What a module does on the controller alone is validated and reported by the same code.
"""

from __future__ import annotations

import contextlib
import copy
import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from .._applying import Budget, Products, Retry, Scope
from .._errors import ActivationError, Refusal
from .._licensing import State, preload_names
from .._misplaced import refuse_misplaced_keys
from .._planning import DesiredState
from .._results import PARTS, Outcome, failure, license_changes, recovery, success
from .._secrets import Secret, distinctive, reveal, scrub, scrub_lines
from .._session import ConnectionSettings, limit_error, open_session, preload
from .._variables import misspelt, nearest, refuse_misspelt
from .connection_settings import settings_from
from .machine import ConnectedMachine
from .option_checks import KEY_OPTION, check_options
from .sandbox import FLEET_VARIABLE, sandboxed
from .stages import Stage, Stages
from .unreachable import unreached
from .wording import role_prefix, worded

_display = Display()
# Before Ansible forks a process for each task: each would load the libraries and read the tables for itself.
preload()
preload_names()
misspelt(())


class EngineAction(ActionBase):
    """A task that is validated, performed and reported in the engine's way, whatever it is about."""

    # Core must neither dial the host nor prepare a temporary folder there: the session is ours.
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False
    TRANSFERS_FILES = False

    SPEC: t.ClassVar[dict[str, t.Any]] = {}
    RULES: t.ClassVar[dict[str, t.Any]] = {}
    _secrets: t.Sequence[Secret] = ()

    def performed(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
        """Do what the validated options ask for and return the result; what fails raises ActivationError."""
        raise NotImplementedError

    @property
    def host_name(self) -> str:
        """The machine's name in the inventory."""
        return str(self.task_vars.get("inventory_hostname") or self._task_host() or "")

    def tell(self, text: str) -> None:
        """Log progress at `-vv`."""
        _display.vv(self.line(text), host=self._task_host())

    def warn(self, text: str) -> None:
        """Display a warning: something is wrong although the task goes on."""
        _display.warning(self.line(text))

    def line(self, text: str) -> str:
        """Return a text fit for the screen and the log: without secrets, and in one line."""
        return str(scrub_lines(text, self._secrets))

    def _task_host(self) -> str | None:
        address = getattr(self._play_context, "remote_addr", None)
        return None if address is None else self.line(str(address))

    def settings(self) -> ConnectionSettings:
        """Return the settings of the connection; from now on its passwords are masked in the result."""
        settings = settings_from(self._connection)
        self._secrets = [*self._secrets, *distinctive(settings.secrets)]
        return settings

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Run the task and return its result; what fails comes back as `msg`, `code`, `cause` and `remedy`."""
        result: dict[str, t.Any] = {}
        self.task_vars = task_vars or {}
        self._secrets = _secrets_in(self._task.args, self.SPEC)
        try:
            # First, since everything that follows may quote an option.
            refuse_misplaced_keys(self._task.args, self.SPEC, str(self._task.action))
            refuse_misspelt(self.task_vars)
            self._refuse_unknown_options()
            self._refuse_keywords()  # before the base class, whose refusal of async has neither code nor remedy
            result.update(super().run(tmp, task_vars))
            fleet = self.task_vars.get(FLEET_VARIABLE)
            options = sandboxed(self._validated(), self._templar.template(fleet) if fleet else None)
            result.update(self.performed(options))
        except ActivationError as error:
            result.update(self.failed(error))
        except (MemoryError, OSError, RuntimeError, SystemError) as error:
            limit = limit_error(error, unforeseen=isinstance(error, SystemError))
            if limit is None:
                raise
            result.update(self.failed(limit))
        result = worded(result, self.SPEC, role_prefix(self._task))
        # Values only: whatever was given for a key, the result's own names such as `failed` stay what they are.
        return {name: scrub(value, self._secrets) for name, value in result.items()}

    def failed(self, error: ActivationError) -> dict[str, t.Any]:
        """Return the result of a task that failed before it could do anything."""
        return unreached(failure(error), error)

    def _refuse_keywords(self) -> None:
        if self._task.async_val:
            raise Refusal(
                "This module cannot run in the background.",
                code="async_not_supported",
                remedy="Remove async from the task; it runs on the controller and ends in seconds.",
            )

    def _refuse_unknown_options(self) -> None:
        unknown = [str(name) for name in self._task.args if name not in self.SPEC]
        if unknown:
            raise Refusal(
                f"{self._task.action} has no option {unknown[0]}; did you mean {nearest(unknown[0], self.SPEC)}?",
                code="bad_option",
                cause=f"Its options are {', '.join(sorted(self.SPEC))}.",
                remedy=f"Correct the task; ansible-doc {self._task.action} describes its options.",
            )

    def _validated(self) -> dict[str, t.Any]:
        try:
            # A copy: core fills the defaults of nested options into the default that it finds in the spec.
            _validation, options = self.validate_argument_spec(copy.deepcopy(self.SPEC), **self.RULES)
        except AnsibleActionFail as error:
            # Not passed on: core would print its traceback, and with it what was given for the option, as it is.
            raise Refusal(
                str(error),
                code="bad_option",
                remedy=f"Correct the task; ansible-doc {self._task.action} describes its options.",
            ) from None
        check_options(options, self.SPEC)
        return t.cast("dict[str, t.Any]", options)


class ControllerAction(EngineAction):
    """A task about what the controller keeps or asks for; no machine is talked to."""

    def failed(self, error: ActivationError) -> dict[str, t.Any]:
        """Return the result of a failed task, without what only a machine's task has."""
        only_machines = ("steps", "steps_unknown", "requests")
        return {name: value for name, value in super().failed(error).items() if name not in only_machines}


class WindowsAction(EngineAction):
    """A task that talks to a Windows machine, on the controller and without opening a shell on the machine."""

    def _refuse_keywords(self) -> None:
        super()._refuse_keywords()
        if self._play_context.become:
            raise Refusal(
                "This module cannot use become: nothing runs on the machine that could become somebody else.",
                code="become_not_supported",
                remedy="Remove become, and connect with an account that is an administrator of the machine.",
            )


class LicensingAction(WindowsAction):
    """A task about a machine's licences."""

    CHANGES_LICENCES: t.ClassVar[bool] = True
    """Whether results have `license_changes` and `recovery`."""

    def wish(self, options: dict[str, t.Any]) -> DesiredState:
        """Return what these options ask of a machine; an empty wish asks nothing and only reads."""
        raise NotImplementedError

    def stages(self, options: dict[str, t.Any], resources: contextlib.ExitStack) -> list[Stage]:
        """Return the wishes in their order, for tasks that have more than one."""
        return [Stage(self.wish(options), self.gate(options, resources))]

    def scope(self, options: dict[str, t.Any]) -> Scope:
        """Return how much has to be read; Windows itself is enough for most wishes."""
        return Scope(products=Products.PRIMARY)

    def gate(self, options: dict[str, t.Any], resources: contextlib.ExitStack) -> Budget | None:
        """Return the gate of the budget that counted steps are taken from; what is opened closes with `resources`."""
        return None

    def before_loss(self, wish: DesiredState, state: State, options: dict[str, t.Any]) -> list[dict[str, t.Any]]:
        """Check what can be checked before a licence is given up that cannot be restored; raises Refusal."""
        return []

    def details(self, work: Stages, state: State, options: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return what the result holds besides when the task ends well."""
        return {}

    def tried(self, work: Stages) -> dict[str, t.Any]:
        """Return what the result holds besides however the task ends."""
        return {}

    def parts(self, options: dict[str, t.Any]) -> tuple[str, ...]:
        """Return which parts of the state belong into the result."""
        return PARTS

    def performed(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
        """Open, read, plan, apply or predict, and report."""
        scope = self.scope(options)
        with contextlib.ExitStack() as resources:
            stages = self.stages(options, resources)
            machine = resources.enter_context(self._opened(options))
            work = Stages(
                machine,
                scope,
                check_mode=bool(self._task.check_mode),
                tell=self.tell,
                before_loss=lambda wish, state: self.before_loss(wish, state, options),
            )
            try:
                state = work.run(stages)
                details = self.details(work, state, options)
            except ActivationError as error:
                failed = failure(error, done=machine.done, unknown=machine.unknown, requests=machine.requests)
                return {**unreached(failed, error), **self.tried(work), **self._licences(work, failed=True)}
            result = success(self._outcome(work, state, scope, options), diff=bool(self._task.diff))
            return {**result, **details, **self.tried(work), **self._licences(work)}

    def _licences(self, work: Stages, *, failed: bool = False) -> dict[str, t.Any]:
        """Return what the task changed about licences, and the command that recovers a lost one."""
        if not self.CHANGES_LICENCES:
            return {}
        changes = license_changes(work.before, work.after, restored=work.machine.restored)
        command = recovery(self.host_name, work.before, work.after, failed=failed, predicted=work.predicted)
        return {"license_changes": changes, "recovery": command}

    def _opened(self, options: dict[str, t.Any]) -> ConnectedMachine:
        settings = self.settings()
        return ConnectedMachine(
            open_session(settings),
            operation_timeout=settings.operation_timeout,
            call_timeout=settings.call_timeout,
            max_envelope_size=settings.max_envelope_size,
            wait_seconds=options.get("wait_seconds") or 0,
            tell=self.tell,
            retry=Retry(options.get("retries") or 0, options.get("retry_delay") or 0),
            deadline=settings.task_deadline(),
        )

    def _outcome(self, work: Stages, state: State, scope: Scope, options: dict[str, t.Any]) -> Outcome:
        return Outcome(
            state=state,
            requests=work.machine.requests,
            steps=work.steps,
            parts=self.parts(options),
            installation_ids=scope.offline,
        )


def _secrets_in(args: t.Mapping[str, t.Any], spec: t.Mapping[str, t.Any]) -> list[Secret]:
    """Return the texts given for options that are marked no_log, nested ones too, as they were spelled and as sent."""
    found: list[Secret] = []
    for name, option in spec.items():
        given = args.get(name)
        if option.get("no_log"):
            secrets = [Secret(text) for text in _texts(given)]
            found.extend(_spellings(secrets) if name == KEY_OPTION else distinctive(secrets))
        for row in given if isinstance(given, list) else [given]:
            if isinstance(row, dict) and option.get("options"):
                found.extend(_secrets_in(row, option["options"]))
    return found


def _spellings(keys: t.Iterable[Secret]) -> t.Iterator[Secret]:
    """Yield keys as they were given and as they are sent; five characters are public, and fewer are not a key."""
    for text in map(reveal, keys):
        if len(text) > _PUBLIC:
            yield from (Secret(text), Secret(text.strip().upper()))


def _texts(given: t.Any) -> t.Iterator[str]:
    """Yield every text in a value, whatever its shape."""
    if isinstance(given, (dict, list)):
        for item in given.values() if isinstance(given, dict) else given:
            yield from _texts(item)
    elif given is not None:
        yield str(given)


_PUBLIC = 5
