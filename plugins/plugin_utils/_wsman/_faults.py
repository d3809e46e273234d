# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SOAP faults in the three shapes that Windows sends, read alike and told apart by number only.

* *flat*: one `f:WSManFault` with a code;
* *provider*: the same with an inner `f:WSManFault` of the WMI plug-in, perhaps with `__ExtendedStatus`;
* *wmi_error*: a `p:MSFT_WmiError` instance with `error_Code` and `MessageID` (WinRM 3.0 and later).

Texts are localised and never decide anything, except for one pattern that is not: a provider's own HRESULT stands as
`HRESULT 0x…` in `MessageID` or in a message. `__ExtendedStatus/ParameterInfo` repeats the query and is not kept.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from . import _namespaces as ns
from ._xml import child, descendants, escape, escape_attribute, stripped

Shape = t.Literal["flat", "provider", "wmi_error"]

_HRESULT = re.compile(r"HRESULT\s+0x([0-9A-Fa-f]{8})\b")
_PREFIXES = {
    "DestinationUnreachable": "a",
    "MessageInformationHeaderRequired": "a",
    "InvalidMessageInformationHeader": "a",
    "ActionNotSupported": "a",
    "CannotProcessFilter": "n",
    "InvalidEnumerationContext": "n",
}
_ACTIONS = {"a": ns.ADDRESSING_FAULT_ACTION, "n": ns.ENUMERATION_FAULT_ACTION, "w": ns.WSMAN_FAULT_ACTION}


@dataclass(frozen=True)
class Fault:
    """A machine's refusal: `code` as the fault gives it, `hresult` the number closest to the cause (unsigned)."""

    code: int
    subcode: str = "InternalError"
    reason: str = ""
    shape: Shape = "flat"
    sender: bool = False
    hresult: int | None = None
    inner_code: int | None = None
    inner_message: str = ""
    machine: str = ""
    parameter_info: str = ""

    @property
    def number(self) -> int:
        """The number that explains the fault best: the provider's HRESULT, else the inner code, else the outer one."""
        return next(number for number in (self.hresult, self.inner_code, self.code) if number is not None)


def read_fault(element: Element) -> Fault:
    """Return the fault that an `s:Fault` element holds, whatever its shape."""
    code = child(element, "Code")
    subcode = stripped(child(child(code, "Subcode"), "Value")).rpartition(":")[2]
    reason = "".join(text.text or "" for text in descendants(child(element, "Reason"), "Text")).strip()
    sender = stripped(child(code, "Value")).rpartition(":")[2] == "Sender"
    detail = child(element, "Detail")
    error = next(iter(descendants(detail, "MSFT_WmiError")), None)
    if error is not None:
        return _read_wmi_error(error, subcode, reason, sender)
    return _read_wsman_fault(detail, subcode, reason, sender)


def _read_wmi_error(error: Element, subcode: str, reason: str, sender: bool) -> Fault:
    code = _number(stripped(child(error, "error_Code")))
    message = stripped(child(error, "Message"))
    hresult = _first_hresult([stripped(child(error, "MessageID")), message, reason])
    return Fault(
        code=code or hresult or 0,
        subcode=subcode,
        reason=reason or message,
        shape="wmi_error",
        sender=sender,
        hresult=hresult or code,
        inner_message=message,
    )


def _read_wsman_fault(detail: Element | None, subcode: str, reason: str, sender: bool) -> Fault:
    faults = descendants(detail, "WSManFault")
    inner = faults[1:]
    messages = [_own_text(message) for message in descendants(detail, "Message")]
    provider = [_own_text(item) for item in descendants(detail, "ProviderFault")]
    numbers = [number for number in (_number(fault.get("Code", "")) for fault in inner) if number is not None]
    return Fault(
        code=(_number(faults[0].get("Code", "")) if faults else None) or 0,
        subcode=subcode,
        reason=reason or next(filter(None, messages), ""),
        shape="provider" if inner or provider else "flat",
        sender=sender,
        hresult=_first_hresult([*messages, *provider, reason]),
        inner_code=numbers[-1] if numbers else None,
        inner_message=next(filter(None, reversed(messages if inner else provider)), ""),
        machine=faults[0].get("Machine", "") if faults else "",
    )


def _own_text(element: Element) -> str:
    return (element.text or "").strip()


def _first_hresult(texts: t.Iterable[str]) -> int | None:
    matches = (_HRESULT.search(text) for text in texts)
    return next((int(match.group(1), 16) for match in matches if match), None)


def _number(text: str) -> int | None:
    """Return a code as an unsigned number; some writers spell it as a signed 32-bit one."""
    try:
        return int(text) & 0xFFFFFFFF
    except ValueError:
        return None


def fault_action(fault: Fault) -> str:
    """Return the `a:Action` of the message that carries `fault`."""
    return _ACTIONS[_prefix(fault)]


def write_fault(fault: Fault, language: str) -> str:
    """Return the `s:Fault` element in the fault's shape."""
    lang = escape_attribute(language)
    return (
        f"<s:Fault><s:Code><s:Value>s:{'Sender' if fault.sender else 'Receiver'}</s:Value>"
        f"<s:Subcode><s:Value>{_prefix(fault)}:{_local(fault)}</s:Value></s:Subcode></s:Code>"
        f'<s:Reason><s:Text xml:lang="{lang}">{escape(_text(fault))} </s:Text></s:Reason>'
        f"<s:Detail>{_WRITERS[fault.shape](fault)}</s:Detail></s:Fault>"
    )


def _local(fault: Fault) -> str:
    return fault.subcode.rpartition(":")[2]


def _prefix(fault: Fault) -> str:
    return _PREFIXES.get(_local(fault), "w")


def _text(fault: Fault) -> str:
    if fault.hresult is None or "HRESULT" in fault.reason:
        return fault.reason
    return f"{fault.reason or 'The WMI provider returned an error'}: HRESULT 0x{fault.hresult:08x}"


def _write_flat(fault: Fault) -> str:
    return _wsman_fault(fault.code, fault.machine, escape(_text(fault)) + " ")


def _write_provider(fault: Fault) -> str:
    inner_code = fault.code if fault.inner_code is None else fault.inner_code
    inner = _wsman_fault(inner_code, fault.machine, escape(fault.inner_message or _text(fault)) + " ")
    status = "" if not fault.parameter_info else _extended_status(fault.parameter_info)
    provider = rf'<f:ProviderFault provider="WMI Provider" path="%systemroot%\system32\WsmWmiPl.dll">{inner}{status}'
    return _wsman_fault(fault.code, fault.machine, f"{provider}</f:ProviderFault>")


def _wsman_fault(code: int, machine: str, message: str) -> str:
    return (
        f'<f:WSManFault xmlns:f="{ns.WSMAN_FAULT}" Code="{code}" Machine="{escape_attribute(machine)}">'
        f"<f:Message>{message}</f:Message></f:WSManFault>"
    )


def _extended_status(parameter_info: str) -> str:
    uri = f"{ns.WMI_PREFIX}root/cimv2/__ExtendedStatus"
    return (
        f'<f:ExtendedError><p:__ExtendedStatus xmlns:xsi="{ns.XSI}" xmlns:p="{uri}" xsi:type="p:__ExtendedStatus_Type">'
        f'<p:Description xsi:nil="true"/><p:Operation>ExecQuery</p:Operation>'
        f"<p:ParameterInfo>{escape(parameter_info)}</p:ParameterInfo><p:ProviderName>WinMgmt</p:ProviderName>"
        f'<p:StatusCode xsi:nil="true"/></p:__ExtendedStatus></f:ExtendedError>'
    )


def _write_wmi_error(fault: Fault) -> str:
    number = fault.number
    text = escape(fault.inner_message or _text(fault))
    return (
        f'<p:MSFT_WmiError b:IsCIM_Error="true" xmlns:b="{ns.CIM_BINDING}" xmlns:cim="{ns.CIM_COMMON}" '
        f'xmlns:p="{ns.WMI_ERROR}" xmlns:xsi="{ns.XSI}" xsi:type="p:MSFT_WmiError_Type">'
        f'<p:CIMStatusCode xsi:type="cim:cimUnsignedInt">1</p:CIMStatusCode>'
        f'<p:Message xsi:type="cim:cimString">{text} </p:Message>'
        f'<p:MessageID xsi:type="cim:cimString">HRESULT 0x{number:08x}</p:MessageID>'
        f'<p:error_Category xsi:type="cim:cimUnsignedInt">0</p:error_Category>'
        f'<p:error_Code xsi:type="cim:cimUnsignedInt">{number}</p:error_Code>'
        f'<p:error_Type xsi:type="cim:cimString">HRESULT</p:error_Type>'
        f'<p:error_WindowsErrorMessage xsi:type="cim:cimString">{text} </p:error_WindowsErrorMessage></p:MSFT_WmiError>'
    )


_WRITERS: dict[str, t.Callable[[Fault], str]] = {
    "flat": _write_flat,
    "provider": _write_provider,
    "wmi_error": _write_wmi_error,
}
