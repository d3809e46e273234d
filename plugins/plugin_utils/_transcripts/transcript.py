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
import os
import pathlib
import re
import typing as t
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import unescape

from .._errors import ActivationError, Refusal
from .anonymiser import Anonymiser
from .recorder import RecordedAnswer
from .vocabulary import FORMS, WORDS

__all__ = ["FORMAT", "Transcript", "load", "rows"]

FORMAT = "volume.activation transcript 1"

_SHORTEST = 4
"""Shorter words than this stand in every text by chance."""

_MARKUP = re.compile(
    rf"<(?:[\w.-]+:)?(?:{'|'.join(FORMS)})>[^<]+|</?(?:[\w.-]+:)?[\w.-]+|http://(?:schemas|www)\.[^\"'<\s]+"
)
"""Elements, with their values where only those of a known form are kept, and the URIs of the standards."""
_MADE_UP = re.compile(r"name\d+|context-\d+|xxx[a-z0-9]{2}", re.IGNORECASE)
_STATES = frozenset({"open", "refused", "silent", "no_route", "nameless", "unknown"})

_TLS_WORDS = re.compile(
    r"certificate has expired|certificate is not yet valid|hostname mismatch|ip address mismatch|doesn't match"
    r"|self[- ]signed certificate|unable to get (?:local )?issuer certificate|certificate_verify_failed",
    re.IGNORECASE,
)


def rows(entries: t.Sequence[RecordedAnswer], anonymiser: Anonymiser) -> list[dict[str, t.Any]]:
    """Return the exchange of a transcript: what was recorded, made anonymous."""
    texts = [(_text(entry.request), None if entry.answer is None else _readable(entry.answer)) for entry in entries]
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
        """Write it for its owner alone; raises Refusal, and writes nothing, if anything forbidden is left in it."""
        left = _left(self.forbidden, "\n".join(_told(self.document)))
        if left:
            raise _not_anonymous(left)
        text = f"{json.dumps({'format': FORMAT, **self.document}, indent=1, ensure_ascii=False)}\n"
        try:
            for folder in reversed([path.parent, *path.parent.parents]):
                folder.mkdir(mode=0o700, exist_ok=True)  # one by one: `parents` leaves their mode to the umask
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
                os.fchmod(handle, 0o600)
                file.write(text)
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


def _readable(answer: bytes) -> str:
    """Return an answer as text, and nothing of one that is no XML: what is a name or a value in it cannot be told."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _no_doctype
    try:
        parser.Parse(answer, True)
    except (expat.ExpatError, LookupError, ValueError):
        return ""
    return _text(answer)


def _no_doctype(*_declared: t.Any) -> None:
    raise ValueError


def _text(message: bytes) -> str:
    """Return a message as text; Windows writes UTF-8, and may write UTF-16."""
    encoding = next((name for start, name in _STARTS if message.startswith(start)), "utf-8-sig")
    return message.decode(encoding, errors="replace")


_STARTS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))


def _error(error: ActivationError) -> dict[str, str | None]:
    """Return an error by its kind and code alone: its message says where it came from."""
    found = _TLS_WORDS.search(error.cause or "")
    kind = type(error).__name__
    return {"kind": kind, "code": error.code, "message": f"{kind}.", "cause": found.group() if found else None}


def _told(value: t.Any) -> t.Iterator[str]:
    """Yield every text of a document but those that are always the same, and those of XML as they read besides."""
    if isinstance(value, str):
        yield from (value, unescape(value, {"&quot;": '"', "&apos;": "'"}))
    elif isinstance(value, t.Mapping):
        yield from (text for name in value if name not in _FIXED for text in _told(value[name]))
    elif isinstance(value, (list, tuple)):
        yield from (text for item in value for text in _told(item))


_FIXED = frozenset({"question", "asked", "made_by"})


def _left(forbidden: t.Iterable[str], told: str) -> int:
    """Return how many of the forbidden words, and of the parts of names among them, are in what is told.

    A word that stands there anyway, because Windows or the markup says it, tells nothing.
    """
    words = {part.strip().lower() for word in forbidden for part in (word, *word.split("."))}
    markup = " ".join(_MARKUP.findall(told))
    common = WORDS | _STATES | {name.lower() for name in re.findall(r"\w+", markup)}
    return sum(1 for word in words if _is_name(word) and word not in common and _is_in(word, told))


def _is_name(word: str) -> bool:
    return len(word) >= _SHORTEST and _MADE_UP.fullmatch(word) is None


def _is_in(word: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) is not None
