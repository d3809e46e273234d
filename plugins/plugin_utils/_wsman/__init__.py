# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""WS-Management without I/O: requests and answers as frozen messages, with a client and a server half.

Bytes come in, messages go out, and the other way round; who carries the bytes is somebody else's business.
"""

from __future__ import annotations

from .client import Answer, decode_answer, encode_request
from .faults import Fault
from .messages import (
    ALL_ITEMS,
    OBJECTS,
    OBJECTS_AND_REFERENCES,
    REFERENCES,
    Batch,
    Call,
    Enumerate,
    Get,
    Got,
    Identify,
    Identity,
    Invoke,
    Output,
    Pull,
    Put,
    PutDone,
    Release,
    Released,
    Request,
    Unknown,
)
from .server import decode_call, encode_answer
from .values import Datetime, Instance, Interval, Reference, Resource, Value, wmi_resource
from .xml import MAX_MESSAGE_BYTES, parse

__all__ = [
    "ALL_ITEMS",
    "MAX_MESSAGE_BYTES",
    "OBJECTS",
    "OBJECTS_AND_REFERENCES",
    "REFERENCES",
    "Answer",
    "Batch",
    "Call",
    "Datetime",
    "Enumerate",
    "Fault",
    "Get",
    "Got",
    "Identify",
    "Identity",
    "Instance",
    "Interval",
    "Invoke",
    "Output",
    "Pull",
    "Put",
    "PutDone",
    "Reference",
    "Release",
    "Released",
    "Request",
    "Resource",
    "Unknown",
    "Value",
    "decode_answer",
    "decode_call",
    "encode_answer",
    "encode_request",
    "parse",
    "wmi_resource",
]
