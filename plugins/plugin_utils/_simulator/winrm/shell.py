# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remote shells, only as far as a usual `win_shell` playbook needs them to be measured beside ours.

Nothing is run: whatever command is sent and whatever arrives on its standard input, the output is one canned result of
an Ansible module. [MS-WSMV] 3.1.4.1.30 and following.
"""

from __future__ import annotations

import base64
import json
import threading
import typing as t
import uuid
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from ..._wsman import Call, Fault, Unknown

__all__ = ["Shells", "envelope", "is_shell"]

_SOAP = "http://www.w3.org/2003/05/soap-envelope"
_ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
_WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
_TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
_SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
_COMMAND_SHELL = f"{_SHELL}/cmd"
_ANONYMOUS = f"{_ADDRESSING}/role/anonymous"

_RESULT = {
    "changed": True,
    "cmd": "(nothing was run: this machine is simulated)",
    "delta": "0:00:00.000000",
    "end": "2026-01-01 00:00:00.000000",
    "rc": 0,
    "start": "2026-01-01 00:00:00.000000",
    "stderr": "",
    "stderr_lines": [],
    "stdout": "simulated\r\n",
    "stdout_lines": ["simulated"],
}
_OUTPUT = base64.b64encode(json.dumps(_RESULT).encode() + b"\r\n").decode()

_NO_SHELL = Fault(2150858843, "w:InvalidSelectors", "There is no shell with that ID on this machine.", sender=True)
_NO_ACTION = Fault(2150858868, "a:ActionNotSupported", "A simulated shell does not do that.", sender=True)
_NO_RUNSPACE = Fault(
    2150858811, "a:DestinationUnreachable", "A simulated machine serves command shells, not PowerShell.", sender=True
)


@dataclass
class _Shell:
    machine: str
    commands: set[str] = field(default_factory=set)


def is_shell(request: object) -> bool:
    """Tell whether a request is for a remote shell of whatever kind."""
    return isinstance(request, Unknown) and (
        request.resource.uri.startswith(_SHELL) or "/powershell/" in request.resource.uri
    )


class Shells:
    """The open shells of a fleet; each belongs to the machine it was opened on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, _Shell] = {}

    def answer(self, machine: str, call: Call) -> bytes | Fault:
        """Return the answer's envelope, or the fault, for a request that `is_shell`."""
        request = t.cast(Unknown, call.request)
        if not request.resource.uri.startswith(_COMMAND_SHELL):
            return _NO_RUNSPACE
        if request.action == f"{_TRANSFER}/Create":
            return envelope(call, self._create(machine))
        identifier = request.resource.selectors.get("ShellId", "").upper()
        with self._lock:
            shell = self._open.get(identifier)
        if shell is None or shell.machine != machine:
            return _NO_SHELL
        return self._answer_open(call, request, identifier, shell)

    def _create(self, machine: str) -> str:
        identifier = str(uuid.uuid4()).upper()
        with self._lock:
            self._open[identifier] = _Shell(machine)
        selectors = f'<w:SelectorSet><w:Selector Name="ShellId">{identifier}</w:Selector></w:SelectorSet>'
        return (
            f'<x:ResourceCreated xmlns:x="{_TRANSFER}"><a:Address>{_ANONYMOUS}</a:Address><a:ReferenceParameters>'
            f"<w:ResourceURI>{_COMMAND_SHELL}</w:ResourceURI>{selectors}</a:ReferenceParameters></x:ResourceCreated>"
            f'<rsp:Shell xmlns:rsp="{_SHELL}"><rsp:ShellId>{identifier}</rsp:ShellId>'
            f"<rsp:ResourceUri>{_COMMAND_SHELL}</rsp:ResourceUri><rsp:InputStreams>stdin</rsp:InputStreams>"
            "<rsp:OutputStreams>stdout stderr</rsp:OutputStreams></rsp:Shell>"
        )

    def _answer_open(self, call: Call, request: Unknown, identifier: str, shell: _Shell) -> bytes | Fault:
        if request.action == f"{_TRANSFER}/Delete":
            with self._lock:
                self._open.pop(identifier, None)
            return envelope(call, "")
        answerer = _ANSWERS.get(request.action.rpartition("/")[2]) if request.action.startswith(_SHELL) else None
        return _NO_ACTION if answerer is None else envelope(call, answerer(shell, request))


def _run(shell: _Shell, _request: Unknown) -> str:
    identifier = str(uuid.uuid4()).upper()
    shell.commands.add(identifier)
    return _in_shell("CommandResponse", f"<rsp:CommandId>{identifier}</rsp:CommandId>")


def _take_input(_shell: _Shell, _request: Unknown) -> str:
    return _in_shell("SendResponse", "")


def _give_output(_shell: _Shell, request: Unknown) -> str:
    command = _command_of(request)
    streams = "".join(
        f'<rsp:Stream Name="{name}" CommandId="{command}"{end}>{text}</rsp:Stream>'
        for name, text, end in (
            ("stdout", _OUTPUT, ""),
            ("stdout", "", ' End="true"'),
            ("stderr", "", ' End="true"'),
        )
    )
    done = f'<rsp:CommandState CommandId="{command}" State="{_SHELL}/CommandState/Done">'
    return _in_shell("ReceiveResponse", f"{streams}{done}<rsp:ExitCode>0</rsp:ExitCode></rsp:CommandState>")


def _end(shell: _Shell, request: Unknown) -> str:
    shell.commands.discard(_command_of(request))
    return _in_shell("SignalResponse", "")


_ANSWERS: dict[str, t.Callable[[_Shell, Unknown], str]] = {
    "Command": _run,
    "Send": _take_input,
    "Receive": _give_output,
    "Signal": _end,
}


def _command_of(request: Unknown) -> str:
    """Return the command's ID: on `rsp:Signal` itself, on the stream inside `rsp:Receive`."""
    elements = [] if request.body is None else [request.body, *request.body]
    found = next((element.get("CommandId") for element in elements if element.get("CommandId")), "") or ""
    return escape(found, {'"': "&quot;"})


def _in_shell(name: str, inside: str) -> str:
    return f'<rsp:{name} xmlns:rsp="{_SHELL}">{inside}</rsp:{name}>'


def envelope(call: Call, body: str) -> bytes:
    """Return the envelope of an answer that is not about WMI."""
    return (
        f'<s:Envelope xml:lang="en-US" xmlns:s="{_SOAP}" xmlns:a="{_ADDRESSING}" xmlns:w="{_WSMAN}"><s:Header>'
        f"<a:Action>{escape(call.action)}Response</a:Action><a:MessageID>uuid:{str(uuid.uuid4()).upper()}</a:MessageID>"
        f"<a:To>{_ANONYMOUS}</a:To><a:RelatesTo>{escape(call.message_id)}</a:RelatesTo></s:Header>"
        f"<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()
