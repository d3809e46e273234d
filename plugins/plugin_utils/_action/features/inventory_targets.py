# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hosts of a play as machines to read: what Ansible would do for a task on each of them, without a task on each.

Core looks a host's variables up, loads its connection plugin and gives it its options. The same is done here, for the
host that is read next; the plugin is loaded once and given the next host's options, since it never connects.
"""

from __future__ import annotations

import dataclasses
import os
import typing as t

from ansible import constants
from ansible.errors import AnsibleError
from ansible.plugins.loader import connection_loader

from ..._auditing import Target
from ..._errors import ActivationError, Refusal
from ..._outbound import Outbound
from ..._profiles import VARIABLES, needs_domain
from ..._secrets import Secret, distinctive, reveal, scrub
from ..._session import ConnectionSettings, limit_error
from ..._variables import refuse_misspelt
from ..connection_settings import FOREIGN, plugin_name, settings_from, speaks_wsman
from .intended_profiles import told_of

__all__ = ["InventoryTargets"]

Variables = t.Mapping[str, t.Any]


class InventoryTargets:
    """The hosts of a play, by what the inventory says of them.

    A host's own variables count, those of its groups, facts, and extra variables; not those of the play and the task.
    """

    def __init__(
        self,
        task: t.Any,
        play_context: t.Any,
        templar: t.Any,
        task_vars: Variables,
        connection_timeout: float,
        host_timeout: float,
        *,
        attempts: bool = False,
    ) -> None:
        self._hostvars = task_vars["hostvars"]
        self._play_hosts = task_vars.get("ansible_play_hosts_all") or ()
        self._default = str(task.connection)
        self._play_context = play_context
        self._templar = templar.copy_with_new_env(available_variables={})
        self._keywords = _keywords(task, play_context)
        self._connections: dict[str, t.Any] = {}
        self._connection_timeout = connection_timeout
        self._host_timeout = host_timeout
        self._set_by_play = _set_by_play(task_vars)
        self._attempts = attempts
        self._outbound = Outbound.of(os.environ)  # once, here: `target` is called while threads are running

    def hosts(self, named: t.Iterable[str] | None) -> list[str]:
        """Return the hosts to read, each once: those that are named, else all of the play; raises Refusal."""
        names = sorted({str(name) for name in (self._play_hosts if named is None else named)})
        unknown = [name for name in names if name not in self._hostvars]
        if unknown:
            raise _unknown(unknown)
        return names

    def target(self, name: str) -> Target:
        """Return a host as a machine to read; what is wrong with it is its refusal."""
        variables: Variables = {}
        try:
            variables = self._variables(name)
            settings, refusal = self._settings(variables), None
            refuse_misspelt(variables)
        except ActivationError as error:
            settings, refusal = None, error
        except AnsibleError as error:
            text = _quoted(str(error.message), _passwords(variables))
            settings, refusal = None, limit_error(error) or _unusable(name, text)
        except Exception as error:  # noqa: BLE001 - of a plugin or a filter; one host must not end the audit
            # The text of an error may hold a password.
            settings, refusal = None, limit_error(error) or _unusable(name, type(error).__name__)
        given = self._told(variables)
        asks = _asks_for_domain(given)
        return Target(
            name,
            settings,
            refusal,
            told_of(given),
            with_domain=asks,
            with_attempts=self._attempts,
            timeout=self._host_timeout,
        )

    def _variables(self, name: str) -> Variables:
        # As they stand in the inventory: a template is worked out only where its value is needed.
        return {**self._hostvars.raw_get(name), "hostvars": self._hostvars}

    def _settings(self, variables: Variables) -> ConnectionSettings:
        self._templar.available_variables = variables
        given = variables.get("ansible_connection")
        name = str(self._worked_out(given)) if given else self._default
        connection = self._connection(name)
        if connection is None:
            raise self._foreign(name, given)
        if not speaks_wsman(connection):
            raise self._foreign(plugin_name(connection), given)  # before its options, of which it may miss some
        connection.set_options(task_keys=self._keywords, var_options=self._options(connection, variables))
        return dataclasses.replace(
            settings_from(connection, self._outbound), connection_timeout=self._connection_timeout
        )

    def _connection(self, name: str) -> t.Any:
        if name not in self._connections:
            self._connections[name] = connection_loader.get(name, self._play_context, new_stdin=None)
        return self._connections[name]

    def _foreign(self, name: str, given: t.Any) -> Refusal:
        return _foreign(name, set_by_play=self._set_by_play and not given)

    def _worked_out(self, value: t.Any) -> t.Any:
        # Most values are no templates, and to find that out Ansible takes longer than a machine to answer.
        return value if _is_plain(value) else self._templar.template(value)

    def _options(self, connection: t.Any, variables: Variables) -> dict[str, t.Any]:
        plugin = connection._load_name
        known = constants.config.get_plugin_vars("connection", plugin)
        options = {name: self._worked_out(variables[name]) for name in known if name in variables}
        if getattr(connection, "allow_extras", False):
            prefix = f"ansible_{plugin}_"
            passed = [name for name in variables if name.startswith(prefix) and name not in options]
            options["_extras"] = {name: self._worked_out(variables[name]) for name in passed}
        return options

    def _told(self, variables: Variables) -> dict[str, t.Any]:
        """Return what the inventory says of activation; what cannot be worked out was not said."""
        told: dict[str, t.Any] = {}
        for name in ("group_names", *VARIABLES):
            if name in variables:
                try:
                    told[name] = self._worked_out(variables[name])
                except MemoryError:
                    raise  # the inventory is not to blame, and the host has to be looked up again
                except Exception:  # noqa: BLE001, S112 - a filter may raise anything
                    continue
        return told


def _is_plain(value: t.Any) -> bool:
    """Tell whether a value is what it looks like: neither a template nor in a vault."""
    if isinstance(value, str):
        return "{" not in value
    if isinstance(value, (list, tuple)):
        return all(_is_plain(item) for item in value)
    return isinstance(value, (int, float, type(None)))


def _asks_for_domain(told: Variables) -> bool:
    try:
        return needs_domain(told)
    except Refusal:
        return False  # a wish that does not exist needs nothing, and is told when all have been read


def _keywords(task: t.Any, play_context: t.Any) -> dict[str, t.Any]:
    """Return the task's keywords as core hands them to a connection plugin."""
    keywords: dict[str, t.Any] = task.dump_attrs()
    keywords["timeout"] = play_context.timeout  # the task's own is another one
    if play_context.password:
        keywords["password"] = play_context.password  # asked for on the command line
    keywords.pop("retries", None)
    return keywords


def _set_by_play(task_vars: Variables) -> bool:
    """Return whether the play or the task sets the connection in its own variables."""
    name, hostvars = task_vars.get("inventory_hostname"), task_vars["hostvars"]
    own = hostvars.raw_get(name) if name in hostvars else {}
    return bool(task_vars.get("ansible_connection")) and not own.get("ansible_connection")


def _foreign(name: str, *, set_by_play: bool) -> Refusal:
    play = " The play sets ansible_connection in its own variables, which an audit does not use." if set_by_play else ""
    return Refusal(
        f"The connection is {name}, and not winrm or psrp.{play}",
        code=FOREIGN,
        remedy="Set ansible_connection to winrm or psrp for this host, or leave it out of the audit.",
    )


def _unknown(names: t.Sequence[str]) -> Refusal:
    return Refusal(
        f"The inventory does not know {', '.join(names[:10])}{' and others' if len(names) > 10 else ''}.",
        code="unknown_host",
        remedy="Name hosts of the inventory in hosts, such as groups['windows'].",
    )


def _passwords(variables: Variables) -> list[Secret]:
    """Return what stands where a password should, since Ansible tells a value that it cannot use."""
    found: list[Secret] = []
    for name, value in variables.items():
        if "pass" in name:
            items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else (value,)
            found.extend(Secret(str(item)) for item in items if item)
    return found


def _quoted(message: str, passwords: t.Sequence[Secret]) -> str:
    """Return what Ansible says of a value; a mask for a short password would show which word of the message it is."""
    known = distinctive(passwords)
    if any(reveal(password) in message for password in passwords if password not in known):
        return "What Ansible says of them is not shown, since it may quote a password."
    return str(scrub(message, known))


def _unusable(name: str, cause: str) -> ActivationError:
    return ActivationError(
        f"The variables that lead to {name} cannot be worked out.",
        code="bad_connection_option",
        cause=cause,
        remedy="Correct them in the inventory; volume.activation.license_info on this host alone tells more.",
    )
