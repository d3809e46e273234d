# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A callback that tells where the CPU time of an audit goes.

It puts a clock around the functions that are the doors of a part of the program. A part's time is what its threads have
computed inside, less what they have in the parts that are entered from there. Each process writes what it knows to a
file of its own, in the directory that BENCH_LAYERS names.
"""

from __future__ import annotations

import collections
import functools
import importlib
import json
import os
import threading
import time
import typing as t
from pathlib import Path

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: layers
type: aggregate
short_description: Tells where the CPU time of an audit goes
description:
  - A part of the benchmark; not for use elsewhere.
"""

_ENGINE = "ansible_collections.volume.activation.plugins.plugin_utils"
_SETTINGS, _TLS, _HTTP, _SEALING, _XML = "settings from inventory", "TLS", "HTTP", "NTLM and sealing", "XML"
_READING, _PASSING, _JUDGING, _WRITING = "queries and rows", "passing rows on", "judging", "writing"
_DOORS: tuple[tuple[str, str, str], ...] = (
    (f"{_ENGINE}._action.features.inventory_targets", "InventoryTargets.target", _SETTINGS),
    ("ssl", "SSLSocket.do_handshake", _TLS),
    ("ssl", "SSLContext.load_verify_locations", _TLS),
    ("winrm.transport", "Transport.build_session", _HTTP),
    ("winrm.transport", "Transport.send_message", _HTTP),
    ("requests.sessions", "Session.send", _HTTP),
    ("requests.adapters", "HTTPAdapter.send", _HTTP),
    ("requests_ntlm", "HttpNtlmAuth.response_hook", _SEALING),
    ("winrm.encryption", "Encryption.prepare_encrypted_request", _SEALING),
    ("winrm.encryption", "Encryption.parse_encrypted_response", _SEALING),
    (f"{_ENGINE}._cim.repository", "encode_request", _XML),
    (f"{_ENGINE}._cim.repository", "decode_answer", _XML),
    (f"{_ENGINE}._auditing.reader_process", "read_target", _READING),
    (f"{_ENGINE}._auditing.reader_handle", "work", _PASSING),
    (f"{_ENGINE}._action.features.audit_task", "Audit.of", _PASSING),
    (f"{_ENGINE}._action.features.intended_profiles", "Intentions.settle", _JUDGING),
    (f"{_ENGINE}._action.features.audit_task", "audited", _JUDGING),
    (f"{_ENGINE}._action.features.audit_task", "Audit.keep", _WRITING),
)
"""Module, function as that module knows it, part of the program."""
_LAST = ("Audit.keep", "work")
"""What a process does last: then it writes down what it knows."""

_seconds: collections.Counter[str] = collections.Counter()
_at_work = threading.Lock()
_here = threading.local()


class CallbackModule(CallbackBase):
    """Puts the clocks in place before the first process is forked."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "layers"

    def __init__(self, *arguments: t.Any, **options: t.Any) -> None:
        super().__init__(*arguments, **options)
        os.register_at_fork(after_in_child=_seconds.clear)
        for module, name, layer in _DOORS:
            _clock(importlib.import_module(module), name, layer)


def _clock(module: t.Any, name: str, layer: str) -> None:
    *owner, attribute = name.split(".")
    place = functools.reduce(getattr, owner, module)
    found = vars(place).get(attribute, getattr(place, attribute))
    inner = found.__func__ if isinstance(found, classmethod) else found

    @functools.wraps(inner)
    def clocked(*arguments: t.Any, **options: t.Any) -> t.Any:
        inside, _here.inside, start = getattr(_here, "inside", 0.0), 0.0, time.thread_time()
        try:
            return inner(*arguments, **options)
        finally:
            spent = time.thread_time() - start
            with _at_work:
                _seconds[layer] += spent - _here.inside
            _here.inside = inside + spent
            if name in _LAST:
                _write()

    setattr(place, attribute, classmethod(clocked) if isinstance(found, classmethod) else clocked)


def _write() -> None:
    path = Path(os.environ["BENCH_LAYERS"]) / f"{os.getpid()}.json"
    path.write_text(json.dumps(_seconds), encoding="utf-8")
