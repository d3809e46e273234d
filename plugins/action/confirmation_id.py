# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action of confirmation_id: many machines' confirmation IDs, each of them paid for once."""

from __future__ import annotations

import typing as t

from ansible.utils.display import Display

from ansible_collections.volume.activation.plugins.plugin_utils._action import ControllerAction, Progress
from ansible_collections.volume.activation.plugins.plugin_utils._action.features.confirmation_requests import (
    REQUEST_SPEC,
    check_shape,
    key_of,
    requests_from,
)
from ansible_collections.volume.activation.plugins.plugin_utils._action.features.ledger_options import (
    LEDGER_SPEC,
    SERVICE_SPEC,
    ledger_from,
    service_from,
    user_from,
)
from ansible_collections.volume.activation.plugins.plugin_utils._activation_service import (
    ConfirmationIdClient,
    Obtained,
    ProxyRequest,
)
from ansible_collections.volume.activation.plugins.plugin_utils._errors import ActivationError, Refusal

ARGUMENT_SPEC: dict[str, t.Any] = {
    "requests": {"type": "list", "elements": "dict", "required": True, "options": REQUEST_SPEC},
    "pool": {"type": "str", "required": True},
    "product_key": {"type": "str", "no_log": True},
    "justification": {"type": "str", "default": ""},
    "use_reserve": {"type": "bool", "default": False},
    "failures": {"type": "str", "choices": ["fail", "report"], "default": "fail"},
    **LEDGER_SPEC,
    **SERVICE_SPEC,
}

_display = Display()


class ActionModule(ControllerAction):
    """Obtain confirmation IDs from the store, or from the service at the pool's cost."""

    SPEC = ARGUMENT_SPEC

    def performed(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
        """Look at all requests, then obtain what they ask for; in check mode, foresee it."""
        with ledger_from(options, create=False) as ledger:
            requests = requests_from(
                options, *key_of(ledger, options["pool"], options["product_key"]), user_from(self.task_vars)
            )
            batch_size = (options["service"] or {}).get("batch_size") or 1
            desk = ConfirmationIdClient(ledger, service_from(options), batch_size=batch_size, tell=self.tell)
            results = self._foreseen(desk, requests) if self._task.check_mode else self._obtained(desk, requests)
        return self._result(results, report=options["failures"] == "report")

    def _validated(self) -> dict[str, t.Any]:
        # Before the general check, which does not tell which one of a thousand is meant.
        check_shape(self._task.args.get("requests"))
        return super()._validated()

    def _foreseen(self, desk: ConfirmationIdClient, requests: list[ProxyRequest]) -> list[Obtained]:
        return list(desk.foresee(requests))

    def _obtained(self, desk: ConfirmationIdClient, requests: list[ProxyRequest]) -> list[Obtained]:
        progress = Progress(len(requests), lambda line: _display.display(self.line(f"confirmation_id: {line}")))
        results = []
        for obtained in desk.obtain(requests):
            results.append(obtained)
            progress.note(failed=obtained.error is not None)
        return results

    def _result(self, results: list[Obtained], *, report: bool) -> dict[str, t.Any]:
        spent = sum(one.spent for one in results)
        failures = [(one, one.error) for one in results if one.error is not None]
        result = {
            "changed": spent > 0,
            "confirmations": [_confirmation(one) for one in results if one.confirmation_id or one.error is None],
            "failed_requests": [_failure(one, error) for one, error in failures],
            "spent": spent,
            "stored": sum(one.from_store for one in results),
        }
        if not failures or report:
            return result
        refused = not spent and all(isinstance(error, Refusal) for _one, error in failures)
        return {**self.failed(_summary(results, failures, spent)), **result, "refused": refused}


def _confirmation(one: Obtained) -> dict[str, t.Any]:
    return {
        **_names(one),
        "confirmation_id": one.confirmation_id,
        "from_store": one.from_store,
        "spent": one.spent,
    }


def _failure(one: Obtained, error: ActivationError) -> dict[str, t.Any]:
    return {**_names(one), "code": error.code, "msg": error.message, "cause": error.cause, "remedy": error.remedy}


def _names(one: Obtained) -> dict[str, t.Any]:
    return {
        "machine": one.request.machine.name,
        "activation_id": one.request.product_id,
        "installation_id": one.request.installation.installation_id,
    }


def _summary(results: list[Obtained], failures: list[tuple[Obtained, ActivationError]], spent: int) -> ActivationError:
    """Return the failure of the whole run: the first one, how many there are, and what was obtained all the same."""
    first, error = failures[0]
    given = sum(bool(one.confirmation_id) for one in results)
    remedy = error.remedy or "Look at failed_requests for each one's cause."
    return ActivationError(
        f"{len(failures)} of {len(results)} requests did not succeed. {given} have a confirmation ID, {spent} of them"
        f" were paid for now, and all of them are kept. The first that failed is {first.request.machine.name}:"
        f" {error.message}",
        code=error.code,
        cause=error.cause,
        remedy=f"{remedy} Then run the task again: what was obtained is not asked or paid for a second time.",
    )
