# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The transcript itself: put together, looked through for what must not be in it, written and read.

Its form is JSON with these fields:

    format     "volume.activation transcript 1"
    made_by    the collection that made it
    clock      the controller's time of the reading, to which the machine's own is compared
    place      how the machine was reached: scheme, whether the certificate was checked, whether by a proxy
    expected   what the diagnosis was told to expect
    exchange   the messages in their order: request, answer or error, and the question that it asks if it asks one
    around     what was seen of the network around the machine
    questions  the open questions about Windows, and what the answers settle
    diagnosis  what was found, by check, status and code
"""

from __future__ import annotations

import json
import pathlib
import re
import typing as t
from dataclasses import dataclass, field

from .._errors import ActivationError, Refusal
from ._anonymiser import Anonymiser
from ._recorder import Entry

__all__ = ["FORMAT", "Transcript", "load", "rows"]

FORMAT = "volume.activation transcript 1"

_SHORTEST = 4
"""Shorter words than this stand in every text by chance."""

_COMMON = frozenset({"client", "computer", "domain", "host", "kms", "machine", "office", "server", "system", "windows"})
"""Words that are no name, although somebody calls a machine so; they stand in what is ours and what is Windows'."""

_TLS_WORDS = re.compile(
    r"certificate has expired|certificate is not yet valid|hostname mismatch|ip address mismatch|doesn't match"
    r"|self[- ]signed certificate|unable to get (?:local )?issuer certificate|certificate_verify_failed",
    re.IGNORECASE,
)


def rows(entries: t.Sequence[Entry], anonymiser: Anonymiser) -> list[dict[str, t.Any]]:
    """Return the exchange of a transcript: what was recorded, made anonymous."""
    texts = [(_text(entry.request), None if entry.answer is None else _text(entry.answer)) for entry in entries]
    for _request, answer in texts:
        anonymiser.learn(answer or "")
    return [
        {
            "question": entry.question,
            "request": anonymiser.message(request),
            "answer": None if answer is None else anonymiser.message(answer),
            "error": None if entry.error is None else _error(entry.error),
        }
        for entry, (request, answer) in zip(entries, texts, strict=True)
    ]


@dataclass(frozen=True)
class Transcript:
    """What is to be written, and the names and secrets that must not be in it, whatever became of them before."""

    document: t.Mapping[str, t.Any]
    forbidden: tuple[str, ...] = field(default=(), repr=False)

    def save(self, path: pathlib.Path) -> None:
        """Write it; raises Refusal, and writes nothing, if anything forbidden is left in it."""
        text = f"{json.dumps({'format': FORMAT, **self.document}, indent=1, ensure_ascii=False)}\n"
        left = sum(1 for word in self.forbidden if _is_in(word, text))
        if left:
            raise _not_anonymous(left)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise _not_written(path, error) from error


def load(path: pathlib.Path) -> dict[str, t.Any]:
    """Return a transcript from its file; raises Refusal (`not_a_transcript`)."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _no_transcript(path, str(error)) from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise _no_transcript(path, f"Its format is not '{FORMAT}'.")
    return found


def _not_anonymous(left: int) -> Refusal:
    return Refusal(
        f"{left} names or secrets would have been left in the transcript, so it was not written.",
        code="transcript_not_anonymous",
        cause="A machine, a domain or a user may be called by a word that Windows uses itself.",
        remedy="Report this, without the transcript. The diagnosis is the same without one.",
    )


def _not_written(path: pathlib.Path, error: OSError) -> Refusal:
    return Refusal(
        f"The transcript cannot be written to {path}.",
        code="transcript_not_written",
        cause=error.strerror,
        remedy="Name a file on the controller that may be written.",
    )


def _no_transcript(path: pathlib.Path, cause: str) -> Refusal:
    return Refusal(f"{path} is no transcript of this version.", code="not_a_transcript", cause=cause)


def _text(message: bytes) -> str:
    """Return a message as text; Windows writes UTF-8, and may write UTF-16."""
    encoding = "utf-16" if message[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    return message.decode(encoding, errors="replace")


def _error(error: ActivationError) -> dict[str, str | None]:
    """Return an error by its kind and code alone: its message says where it came from."""
    found = _TLS_WORDS.search(error.cause or "")
    kind = type(error).__name__
    return {"kind": kind, "code": error.code, "message": f"{kind}.", "cause": found.group() if found else None}


def _is_in(word: str, text: str) -> bool:
    found = word.strip()
    if len(found) < _SHORTEST or found.lower() in _COMMON:
        return False
    return re.search(rf"(?<!\w){re.escape(found)}(?!\w)", text, re.IGNORECASE) is not None
