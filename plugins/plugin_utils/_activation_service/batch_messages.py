# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The messages of the batch activation protocol, without I/O.

A request is an XML document of its own, which travels as base64 of UTF-16LE inside a SOAP 1.1 envelope, with a digest
over exactly those bytes. The answer comes back as escaped text in an element, says of itself that it is UTF-16 (which
it was, before it was put there) and carries no digest. No product key is in either: a machine is named by its extended
product ID and its installation ID.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
import re
import typing as t
from xml.etree.ElementTree import Element

from .._errors import ProtocolViolation
from .._licensing import is_simulated, service_code
from .._wsman import parse

__all__ = [
    "ANSWER_LIMIT",
    "SOAP_ACTION",
    "BatchAnswer",
    "Installation",
    "Row",
    "confirmation_request",
    "count_request",
    "decode_answer",
    "envelope",
    "first_text",
    "inner_request",
]

ANSWER_LIMIT = 4 * 1024 * 1024
"""Bytes. The answer for one machine has about one kilobyte."""

SOAP_ACTION = "http://www.microsoft.com/BatchActivationService/BatchActivate"

_SERVICE = "http://www.microsoft.com/BatchActivationService"
_REQUEST = "http://www.microsoft.com/DRM/SL/BatchActivationRequest/1.0"
_DECLARATION = re.compile(r"\A\ufeff?\s*<\?xml[^>]*\?>")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_CONFIRMATION, _COUNT = "1", "2"

_DIGEST_KEY = bytes.fromhex("fe319875fb4884869cf3f1ce99a89064ab571fca470450583024e214628779a0")
"""The integrity constant of the protocol, the same in every client; published in Microsoft's sample ActivationWs (MIT).

It proves nothing about who asks and opens nothing: it is no secret, no licence and no product key.
"""


@dataclasses.dataclass(frozen=True)
class Installation:
    """What the service knows a machine by; `host` is told to ActivationWs alone and does not count for equality."""

    extended_pid: str
    installation_id: str
    host: str = dataclasses.field(default="", compare=False)

    @property
    def is_simulated(self) -> bool:
        """Whether the machine belongs to a simulated fleet."""
        return is_simulated(self.extended_pid, self.installation_id)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Row:
    """One answer among several; an ID the service did not repeat is None, as is what it did not say."""

    extended_pid: str | None = None
    installation_id: str | None = None
    confirmation_id: str | None = None
    remaining: int | None = None
    code: str | None = None

    def is_for(self, asked: Installation) -> bool:
        """Tell whether this may be the answer for an installation: nothing in it says otherwise."""
        return self.extended_pid in (None, asked.extended_pid) and self.installation_id in (
            None,
            asked.installation_id,
        )


@dataclasses.dataclass(frozen=True)
class BatchAnswer:
    """What came back: rows in the service's order, which means nothing, or one code for everything that was asked."""

    rows: tuple[Row, ...]
    code: str | None = None

    def row_for(self, asked: Installation, batch: t.Sequence[Installation]) -> Row | None:
        """Return the row for one of a batch by its IDs; a row that would fit several of them is nobody's."""
        mine = [row for row in self.rows if sum(row.is_for(one) for one in batch) == 1 and row.is_for(asked)]
        return mine[0] if mine else None


def confirmation_request(batch: t.Sequence[Installation]) -> bytes:
    """Return the message that asks for the confirmation IDs of these installations."""
    return envelope(inner_request(_CONFIRMATION, [(one.extended_pid, one.installation_id) for one in batch]))


def count_request(extended_pid: str) -> bytes:
    """Return the message that asks how many activations are left on a key; it spends none."""
    return envelope(inner_request(_COUNT, [(extended_pid, None)]))


def inner_request(kind: str, items: t.Iterable[tuple[str, str | None]]) -> str:
    """Return the inner document: request type 1 (confirmation IDs) or 2 (remaining count), then PID and IID of each."""
    requests = "".join(f"<Request>{_tag('PID', pid)}{_tag('IID', iid)}</Request>" for pid, iid in items)
    head = _tag("VersionNumber", "2.0") + _tag("RequestType", kind)
    return f'<ActivationRequest xmlns="{_REQUEST}">{head}<Requests>{requests}</Requests></ActivationRequest>'


def envelope(document: str) -> bytes:
    """Return the SOAP message that carries an inner document and its digest."""
    data = document.encode("utf-16-le")
    digest = base64.b64encode(hmac.new(_DIGEST_KEY, data, hashlib.sha256).digest()).decode("ascii")
    body = _tag("Digest", digest) + _tag("RequestXml", base64.b64encode(data).decode("ascii"))
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">'
        f'<soap:Body><BatchActivate xmlns="{_SERVICE}"><request>{body}</request></BatchActivate></soap:Body>'
        "</soap:Envelope>"
    ).encode()


def decode_answer(data: bytes) -> BatchAnswer:
    """Return what the service said; raises ProtocolViolation for anything that is not its answer."""
    text = first_text(parse(data, limit=ANSWER_LIMIT), "ResponseXml")
    if not text:
        raise ProtocolViolation("The answer holds no ResponseXml.")
    root = parse(_DECLARATION.sub("", text).strip().encode("utf-8", "replace"), limit=ANSWER_LIMIT)
    responses = _descendants(root, "Response")
    rows = tuple(_row(response) for response in responses)
    code = None if any(row.code for row in rows) else _code(root)
    if not rows and code is None:
        raise ProtocolViolation("The answer holds neither a response nor an error code.")
    return BatchAnswer(rows, code)


def first_text(element: Element, name: str) -> str | None:
    """Return the text, without white space around it, of the first descendant of that local name; None for none."""
    found = _descendants(element, name)
    return ((found[0].text or "").strip() or None) if found else None


def _row(response: Element) -> Row:
    remaining = first_text(response, "ActivationRemaining") or ""
    return Row(
        extended_pid=first_text(response, "PID"),
        installation_id=_digits(first_text(response, "IID")),
        confirmation_id=_digits(first_text(response, "CID")),
        # -1 stands for "not told": that is what every answer with a confirmation ID says.
        remaining=int(remaining) if remaining.isascii() and remaining.isdigit() and len(remaining) < 10 else None,
        code=_code(response),
    )


def _code(element: Element) -> str | None:
    # Whatever wraps it: only one source tells its parent's name, and the open clients look for it at any depth.
    text = first_text(element, "ErrorCode")
    code = service_code(text) if text else None
    return None if code == "0x0" else code


def _digits(text: str | None) -> str | None:
    return None if text is None else re.sub(r"[\s-]+", "", text)


def _descendants(element: Element, name: str) -> list[Element]:
    return [one for one in element.iter() if one.tag.rpartition("}")[2] == name]


def _tag(name: str, text: str | None) -> str:
    return "" if text is None else f"<{name}>{text.translate(_ENTITIES)}</{name}>"
