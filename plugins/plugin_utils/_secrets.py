# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text that must not be seen: it prints, formats, serialises and pickles as a mask."""

from __future__ import annotations

import base64
import re
import typing as t
import urllib.parse

from ._key_shapes import KEY_ALPHABET, holds_key, is_key, key_places
from ._visible import one_line, visible

__all__ = [
    "KEY_ALPHABET",
    "Secret",
    "chain",
    "distinctive",
    "holds_key",
    "is_key",
    "one_line",
    "reveal",
    "said",
    "scrub",
    "scrub_lines",
]

_MASK = "********"
_PUBLIC = 5
"""How many characters at the end of a key may be shown."""
_URL_PASSWORD = re.compile(r"(?<=://)([^\s/:@]*):[^\s/]+(?=@)")
_URL_LOGIN = re.compile(r"(?<=://)[^\s/:@]*:\S*@")
"""A login in a URL that was not quoted as it should be: up to the last `@`, since the password may have one too."""
_TOKEN = re.compile(r"\b(Basic|Bearer|CredSSP|Kerberos|Negotiate|NTLM)( +)[A-Za-z0-9+/=_.-]{8,}")
_SHORTEST_DISTINCTIVE, _LONG = 8, 16
_SHORTEST_QUOTED = 4
_SHORTEST_PART = 6


class Secret:
    """A text whose every rendering is a mask; `visible` is the part of it that may be shown (a key's last five).

    The text lives in a closure, not in an attribute, so that `vars()`, a debugger's dump of the instance and
    `dataclasses.asdict` of a holder find nothing. `reveal` is the one way to it.
    """

    __slots__ = ("_reader", "_visible")

    def __init__(self, text: str, visible: str = "") -> None:
        self._reader: t.Callable[[], str] = lambda: text
        self._visible = visible

    def __str__(self) -> str:
        return f"{_MASK}{self._visible}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._reader() == other._reader()

    def __hash__(self) -> int:
        return hash((Secret, self._reader()))

    def __bool__(self) -> bool:
        return bool(self._reader())

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce__(self) -> tuple[t.Any, ...]:
        # What leaves the process by pickle is the mask: a secret is passed on by those who hold it, never by accident.
        return Secret, (str(self), self._visible)


def reveal(value: Secret | str) -> str:
    """Return the text behind a secret, or a plain text as it is."""
    return value._reader() if isinstance(value, Secret) else value


def distinctive(secrets: t.Iterable[Secret]) -> list[Secret]:
    """Return the passwords that can be looked for in a text without giving themselves away.

    A mask in place of an ordinary word shows what the word is: in `url: /********` it is `wsman`. So a password is
    looked for only when it is long, or less long with three kinds of characters. Others get into no text to begin
    with: the libraries that are given them show them in URLs at most, where `scrub` masks any password.
    """
    return [secret for secret in secrets if _is_distinctive(reveal(secret))]


def _is_distinctive(text: str) -> bool:
    kinds = {character.isalpha() + 2 * character.isupper() + 4 * character.isdigit() for character in text}
    return len(text) >= _LONG or (len(text) >= _SHORTEST_DISTINCTIVE and len(kinds) > 2)


def chain(error: BaseException) -> t.Iterator[BaseException]:
    """Yield an exception and all behind it: causes, contexts, and those that libraries keep as arguments."""
    waiting: list[t.Any] = [error]
    seen: set[int] = set()
    while waiting:
        link = waiting.pop(0)
        if not isinstance(link, BaseException) or id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        waiting += [link.__cause__, link.__context__, getattr(link, "reason", None), *link.args]


def said(error: BaseException, secrets: t.Iterable[Secret] = ()) -> str:
    """Return the class and the text of an exception of a library, for the cause of ours.

    The text is left out where it may quote a secret that cannot be masked: a UnicodeError names characters of what it
    could not encode, which may be a password, and a mask for an ordinary word would show the word.
    """
    name = type(error).__name__
    held = [secret for secret in secrets if secret]
    text = str(error)
    if not text or any(isinstance(link, UnicodeError) for link in chain(error)):
        return name
    spelled = {secret: spellings for secret in held if (spellings := _spellings(reveal(secret)))}
    ordinary = [secret for secret in held if secret not in distinctive(held)]
    if any(len(one) >= _SHORTEST_QUOTED and one in text for secret in ordinary for one in spelled[secret]):
        return name
    text = _TOKEN.sub(rf"\1\2{_MASK}", _URL_LOGIN.sub(f"{_MASK}@", text))
    masked = str(scrub(text, [Secret(one) for secret in distinctive(held) for one in spelled[secret]]))
    parts_of = [one for secret, ones in spelled.items() if "://" not in reveal(secret) for one in ones]
    return name if any(_quotes_part(masked, one) for one in parts_of) else f"{name}: {masked}"


def _spellings(text: str) -> set[str]:
    """Return a text as it may be quoted: as it is, escaped, encoded, or as a part of a URL."""
    data = text.encode("utf-8", "replace")
    quoted = {urllib.parse.quote(text, safe=""), urllib.parse.quote(text), urllib.parse.quote_plus(text)}
    escaped = {ascii(text)[1:-1], repr(data)[2:-1]}
    return {text, *escaped, *quoted, base64.b64encode(data).decode("ascii").rstrip("=")}


def _quotes_part(text: str, secret: str) -> bool:
    """Return whether a part of a secret is in a text, such as one that a library took for the port of a URL."""
    folded, whole = secret.casefold(), text.casefold()
    starts = range(len(folded) - _SHORTEST_PART + 1)
    return any(folded[start : start + _SHORTEST_PART] in whole for start in starts)


def scrub(value: t.Any, secrets: t.Iterable[Secret | str]) -> t.Any:
    """Return `value` fit to be shown and kept: without secrets, and with control characters made visible.

    At any depth, the text of each secret is replaced by its mask. So is whatever has the shape of a product key, since
    a key that was given where none belongs comes back in the message that refuses it, and the password of a URL.
    """
    masks = {reveal(secret): str(secret) if isinstance(secret, Secret) else _MASK for secret in secrets if secret}
    return _scrubbed(value, masks, visible)


def scrub_lines(value: t.Any, secrets: t.Iterable[Secret] = ()) -> t.Any:
    """Return `value` scrubbed and each text in it as one line, for what is shown or written line by line."""
    return _scrubbed(value, {reveal(secret): str(secret) for secret in secrets if secret}, one_line)


def _scrubbed(value: t.Any, masks: dict[str, str], shown: t.Callable[[str], str]) -> t.Any:
    if isinstance(value, Secret):
        return str(value)
    if isinstance(value, str):
        return shown(_masked(value, masks))
    if isinstance(value, t.Mapping):
        return {_scrubbed(key, masks, shown): _scrubbed(item, masks, shown) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_scrubbed(item, masks, shown) for item in value]
    return value


def _masked(text: str, masks: dict[str, str]) -> str:
    """Mask every place of `text` that belongs to a secret; places that overlap become one, so that no end is left."""
    shaped = key_places(text)
    given = [place for secret in masks for place in _places(text, secret)]
    firsts = {first for first, _last in given}
    parts, position = [], 0
    for start, end in _merged([*shaped, *given]):
        found = text[start:end]
        is_secret = bool(firsts) and not firsts.isdisjoint(range(start, end))
        parts += [text[position:start], masks.get(found) or (_MASK if is_secret else _MASK + _last_five(found))]
        position = end
    text = "".join([*parts, text[position:]]) if parts else text
    return _URL_PASSWORD.sub(rf"\1:{_MASK}", text) if "://" in text else text


def _merged(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _last_five(key: str) -> str:
    return "".join(character for character in key if character.isalnum())[-_PUBLIC:]


def _places(text: str, secret: str) -> t.Iterator[tuple[int, int]]:
    start = text.find(secret)
    while start >= 0:
        yield start, start + len(secret)
        start = text.find(secret, start + 1)
