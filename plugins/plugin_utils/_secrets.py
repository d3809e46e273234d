# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text that must not be seen: it prints, formats, serialises and pickles as a mask."""

from __future__ import annotations

import re
import typing as t

__all__ = ["Secret", "reveal", "scrub"]

_MASK = "********"
_KEY_SHAPED = re.compile(r"(?<![A-Za-z0-9])(?:[A-Za-z0-9]{5}-){4}[A-Za-z0-9]{5}(?![A-Za-z0-9])")


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


def scrub(value: t.Any, secrets: t.Iterable[Secret | str]) -> t.Any:
    """Return `value` with every secret's text in it, at any depth, replaced by the secret's mask.

    The last gate before a result leaves: nothing should be left for it to find. Whatever has the form of a product key
    is masked too, for a key that was given where none belongs comes back in the message that says so.
    """
    masks = {reveal(secret): str(secret) if isinstance(secret, Secret) else _MASK for secret in secrets if secret}
    return _scrubbed(value, masks)


def _scrubbed(value: t.Any, masks: dict[str, str]) -> t.Any:
    if isinstance(value, Secret):
        return str(value)
    if isinstance(value, str):
        return _masked(value, masks)
    if isinstance(value, t.Mapping):
        return {_scrubbed(key, masks): _scrubbed(item, masks) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_scrubbed(item, masks) for item in value]
    return value


def _masked(text: str, masks: dict[str, str]) -> str:
    """Mask every place of `text` that belongs to a secret; places that overlap become one, so that no end is left."""
    shaped = [match.span() for match in _KEY_SHAPED.finditer(text)]
    places = sorted([*shaped, *(place for secret in masks for place in _places(text, secret))])
    if not places:
        return text
    merged = places[:1]
    for start, end in places[1:]:
        first, last = merged[-1]
        if start < last:
            merged[-1] = (first, max(last, end))
        else:
            merged.append((start, end))
    for start, end in reversed(merged):
        text = text[:start] + _mask_of(text[start:end], masks) + text[end:]
    return text


def _mask_of(found: str, masks: dict[str, str]) -> str:
    return masks.get(found) or (f"{_MASK}{found[-5:]}" if _KEY_SHAPED.fullmatch(found) else _MASK)


def _places(text: str, secret: str) -> t.Iterator[tuple[int, int]]:
    start = text.find(secret)
    while start >= 0:
        yield start, start + len(secret)
        start = text.find(secret, start + 1)
