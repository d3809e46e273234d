# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an exchange file holds, as frozen records: requests of the isolated side, answers of the connected one."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import Enum

from .._activation_service import Installation, ServiceRefusal

__all__ = ["Answer", "AnswerState", "Exchange", "Identity", "Privacy", "Request"]

Identity: t.TypeAlias = "tuple[str, str]"
"""Extended product ID and installation ID: all that an answer is matched by."""


class Privacy(str, Enum):
    """How much of a machine leaves the isolated side."""

    FULL = "full"
    NO_NAMES = "no_names"
    SERVICE_ONLY = "service_only"


class AnswerState(str, Enum):
    """Where a question stands; `asked` means that no answer came, and so that nobody knows whether it was granted."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


_NO_NAMES = frozenset({"extended_pid", "installation_id", "token", "activation_id", "partial_product_key"})
_SERVICE_ONLY = frozenset({"extended_pid", "installation_id"})


@dataclass(frozen=True, kw_only=True)
class Request:
    """One product of one machine that needs a confirmation ID; what the privacy level keeps back is None."""

    extended_pid: str
    installation_id: str
    token: str | None = None
    machine: str | None = None
    activation_id: str | None = None
    partial_product_key: str | None = None
    client_machine_id: str | None = None
    bios_uuid: str | None = None
    reason: str | None = None

    @property
    def identity(self) -> Identity:
        """What its answer is matched by."""
        return self.extended_pid, self.installation_id

    @property
    def installation(self) -> Installation:
        """What the service is asked about."""
        return Installation(self.extended_pid, self.installation_id, self.machine or self.token or "")

    def name(self, position: int) -> str:
        """Return what to call it where it may have no name."""
        return self.machine or self.token or f"request {position}"

    def seen_through(self, privacy: Privacy) -> Request:
        """Return what a privacy level lets pass of it."""
        allowed = _ALLOWED[privacy]
        kept_back: dict[str, t.Any] = {one.name: None for one in fields(self) if one.name not in allowed}
        return replace(self, **kept_back)


_ALLOWED: t.Mapping[Privacy, frozenset[str]] = {
    Privacy.FULL: frozenset(one.name for one in fields(Request)) - {"token"},
    Privacy.NO_NAMES: _NO_NAMES,
    Privacy.SERVICE_ONLY: _SERVICE_ONLY,
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the service said, and when; `doubtful`: an earlier question got no answer and may have been granted."""

    extended_pid: str
    installation_id: str
    standing: AnswerState
    confirmation_id: str | None = None
    code: str | None = None
    at: datetime
    doubtful: bool = False

    @property
    def identity(self) -> Identity:
        """The request it belongs to."""
        return self.extended_pid, self.installation_id

    @property
    def refusal(self) -> ServiceRefusal | None:
        """What the service's code means, where it refused."""
        return ServiceRefusal(self.code, earlier_unanswered=self.doubtful) if self.code else None

    @property
    def is_final(self) -> bool:
        """Whether asking again would be of no use."""
        refusal = self.refusal
        return self.standing is AnswerState.CONFIRMED or (refusal is not None and not refusal.retryable)


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A whole file: `id` is random, and `created_at` is the time of the ledger that it was exported with."""

    id: str
    created_at: datetime
    privacy: Privacy
    requests: tuple[Request, ...]
    answers: t.Mapping[Identity, Answer] = field(default_factory=dict)

    def answered(self, answers: t.Iterable[Answer]) -> Exchange:
        """Return it with answers put in, in the place of earlier ones to the same requests."""
        return replace(self, answers={**self.answers, **{answer.identity: answer for answer in answers}})

    def without(self, identities: t.Iterable[Identity]) -> Exchange:
        """Return it without the answers to some requests."""
        gone = set(identities)
        return replace(self, answers={key: answer for key, answer in self.answers.items() if key not in gone})

    @property
    def stop(self) -> Answer | None:
        """The answer that concerns the whole key, where one did: then nothing more is to be asked."""
        return next(filter(self.is_stopped_by, self.answers.values()), None)

    def is_stopped_by(self, answer: Answer) -> bool:
        """Return whether an answer concerns the whole key, by its code or because another machine got the same one."""
        refusal = answer.refusal
        if refusal is None or refusal.stops:
            return refusal is not None
        confirmed = (one.at for one in self.answers.values() if one.standing is AnswerState.CONFIRMED)
        granted = max(confirmed, default=None)
        machines = {
            one.installation_id
            for one in self.answers.values()
            if one.code == answer.code and (granted is None or one.at > granted)
        }
        return refusal.stops_when_repeated and answer.installation_id in machines and len(machines) > 1
