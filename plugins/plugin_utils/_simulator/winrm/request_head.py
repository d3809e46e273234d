# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The head of an HTTP request, read line by line.

The standard library hands it to its parser of mails, which costs more than the XML of the message that follows.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

__all__ = ["BadHead", "RequestHead", "read_head"]

_MOST_FIELDS = 100
_LONGEST_LINE = 65536
_VERSIONS = ("HTTP/1.1", "HTTP/1.0")


class BadHead(ValueError):
    """What came is not the head of a request."""


@dataclass(frozen=True)
class RequestHead:
    """The request line and the fields, whose names are in lower case; `size` is all of it in bytes."""

    method: str
    target: str
    version: str
    fields: t.Mapping[str, str]
    size: int

    @property
    def ends_connection(self) -> bool:
        """Whether the client wants the connection closed after the answer."""
        wish = self.fields.get("connection", "").lower()
        return wish != "keep-alive" if self.version == "HTTP/1.0" else wish == "close"


def read_head(first_line: bytes, readline: t.Callable[[int], bytes]) -> RequestHead:
    """Return the head that begins with `first_line`, the rest of it read by `readline`; raises BadHead."""
    words = first_line.decode("latin-1").split()
    if len(words) != 3 or words[2] not in _VERSIONS:
        raise BadHead("the request line has not three words, or is of another version of HTTP")
    method, target, version = words
    fields: dict[str, str] = {}
    size = len(first_line)
    while (line := readline(_LONGEST_LINE + 1)) not in (b"\r\n", b"\n"):
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon or len(line) > _LONGEST_LINE or len(fields) == _MOST_FIELDS:
            raise BadHead("a line is no field, or there is too much of them")
        # Of a field that comes twice the first one counts.
        fields.setdefault(name.strip().lower(), value.strip())
        size += len(line)
    return RequestHead(method, target, version, fields, size + len(line))
