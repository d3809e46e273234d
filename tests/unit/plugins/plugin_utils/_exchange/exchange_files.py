# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exchange files with requests and answers, and edited ones whose checksums fit."""

from __future__ import annotations

import json
import typing as t
from datetime import datetime, timezone

from ansible_collections.volume.activation.plugins.plugin_utils._exchange import (
    Answer,
    AnswerState,
    Exchange,
    Privacy,
    Request,
    encode,
)
from ansible_collections.volume.activation.plugins.plugin_utils._exchange.file_format import _sums, canonical

from .offline_requests import confirmation, identifier, pid

NOW = datetime(2026, 3, 1, 12, 30, 15, 250, tzinfo=timezone.utc)


Content = dict[str, t.Any]


def request_for(number: int) -> Request:
    return Request(extended_pid=pid(number), installation_id=identifier(number), machine=f"secluded-{number}")


def answer_for(number: int, **more: t.Any) -> Answer:
    standing = {"standing": AnswerState.CONFIRMED, "confirmation_id": confirmation(identifier(number))}
    return Answer(extended_pid=pid(number), installation_id=identifier(number), at=NOW, **{**standing, **more})


def exchange_of(answers: t.Iterable[Answer] = ()) -> Exchange:
    whole = Exchange(id="ab" * 16, created_at=NOW, privacy=Privacy.FULL, requests=tuple(map(request_for, (1, 2, 3))))
    return whole.answered(answers)


HALF = exchange_of(
    [answer_for(2), answer_for(3, standing=AnswerState.REFUSED, confirmation_id=None, code="0x90", doubtful=True)]
)


def content_of(exchange: Exchange = HALF) -> Content:
    return t.cast(Content, json.loads(encode(exchange)))


def resealed(change: t.Callable[[Content], t.Any]) -> bytes:
    """Return an edited file with checksums that fit: what somebody else's program might write."""
    content = content_of()
    change(content)
    for kind in ("request", "answer"):
        for row in content[f"{kind}s"]:
            row.pop("checksum")
            row["checksum"] = seal(kind, content["id"], row)
    head = {part: content[part] for part in ("format", "version", "id", "created_at", "privacy")}
    content["checksums"] = _sums(head, content["requests"], content["answers"])
    return json.dumps(content).encode()


def seal(kind: str, file_id: str, row: Content) -> str:
    import hashlib

    return hashlib.sha256(canonical([kind, [file_id, row]])).hexdigest()
