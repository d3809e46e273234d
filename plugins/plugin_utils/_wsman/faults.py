# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SOAP faults in the three shapes that Windows sends, read alike and told apart by number only.

* *flat*: one `f:WSManFault` with a code;
* *provider*: the same with an inner `f:WSManFault` of the WMI plug-in, perhaps with `__ExtendedStatus`;
* *wmi_error*: a `p:MSFT_WmiError` instance with `error_Code` and `MessageID` (WinRM 3.0 and later).

Texts are localised and never decide anything, except for three patterns that are not: a provider's own HRESULT is
written as `HRESULT 0x…` in `MessageID` or in a message, a Win32 error as `Windows System Error 5`, and a status of MI
as `MI RESULT 2`.
`__ExtendedStatus/ParameterInfo` repeats the query and is not kept.

A provider of the Management Infrastructure (MI) gives the kind of its number in `error_Type`, and its `CIMStatusCode`
also where it has no number. Sources: mi.h (MI_RESULT_TYPE_MI, MI_RESULT_TYPE_HRESULT, MI_RESULT_TYPE_WIN32; the values
of MI_Result are those of CIM) and DSP0004, CIM status codes.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from .._secrets import scrub
from . import namespaces as ns
from .xml import child, descendants, escape, escape_attribute, stripped

Shape = t.Literal["flat", "provider", "wmi_error"]

_HRESULT = re.compile(
    r"\bHRESULT\s+(?P<hresult>0x[0-9A-F]{1,8})\b"
    r"|\bWindows System Error (?P<win32>-?[0-9]{1,10}|0x[0-9A-F]{1,8})\b"
    r"|\bMI RESULT (?P<status>[0-9]{1,2})\b",
    re.IGNORECASE,
)
_HEXADECIMAL = re.compile(r"\b0x([0-9A-Fa-f]{8})\b")
_WBEM_BY_STATUS = {
    2: 0x80041003,  # CIM_ERR_ACCESS_DENIED
    3: 0x8004100E,  # CIM_ERR_INVALID_NAMESPACE
    4: 0x80041008,  # CIM_ERR_INVALID_PARAMETER
    5: 0x80041010,  # CIM_ERR_INVALID_CLASS
    6: 0x80041002,  # CIM_ERR_NOT_FOUND
    7: 0x8004100C,  # CIM_ERR_NOT_SUPPORTED
    11: 0x80041019,  # CIM_ERR_ALREADY_EXISTS
    12: 0x80041031,  # CIM_ERR_NO_SUCH_PROPERTY
    13: 0x80041005,  # CIM_ERR_TYPE_MISMATCH
    14: 0x80041018,  # CIM_ERR_QUERY_LANGUAGE_NOT_SUPPORTED
    15: 0x80041017,  # CIM_ERR_INVALID_QUERY
    17: 0x8004102E,  # CIM_ERR_METHOD_NOT_FOUND
}
"""The WBEM code (wbemcli.h) with the meaning of a CIM status; 1 (failed) has no more to say than the fault has."""
_LONGEST_TEXT = 2000
"""Characters of a machine's text that are passed on."""
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
    """A machine's refusal: `code` as the fault gives it (0: none), `hresult` the number closest to the cause.

    All numbers are unsigned.
    """

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
    operation: str = "ExecQuery"
    """What WMI was asked to do, as `__ExtendedStatus` names it."""

    @property
    def number(self) -> int | None:
        """The number that explains the fault best: the provider's HRESULT, else the inner code, else the outer one."""
        return next(filter(None, (self.hresult, self.inner_code, self.code)), None)

    @property
    def text(self) -> str:
        """What the machine wrote: its reason, and what its provider adds to that."""
        texts = dict.fromkeys(filter(None, (self.reason, self.inner_message)))
        return " ".join(text for text in texts if not any(text != other and text in other for other in texts))

    def facts(self) -> dict[str, str | None]:
        """Return what the machine said, for a result; an inner code may be in the text alone."""
        codes = {number for number in (self.hresult, self.inner_code) if number}
        codes |= {int(code, 16) for code in _HEXADECIMAL.findall(self.text)}
        inner = next(iter(sorted(codes - {self.code}, key=lambda code: code != self.number)), None)
        return {
            "subcode": _local(self) or None,
            "code": _spelled(self.code),
            "inner_code": _spelled(inner),
            "text": _shortened(str(scrub(self.text, ()))) or None,
        }


def _shortened(text: str) -> str:
    """Return a text without its end where it is too long; no word is cut, for a part of a password has no mask."""
    return text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT].rpartition(" ")[0]


def _spelled(number: int | None) -> str | None:
    return f"0x{number:08X}" if number else None


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
    message = stripped(child(error, "Message"))
    code = _typed(_number(stripped(child(error, "error_Code"))), stripped(child(error, "error_Type")))
    hresult = _first_hresult([stripped(child(error, "MessageID")), message, reason])
    status = _WBEM_BY_STATUS.get(_number(stripped(child(error, "CIMStatusCode"))) or 0)
    return Fault(
        code=code or hresult or status or 0,
        subcode=subcode,
        reason=reason or message,
        shape="wmi_error",
        sender=sender,
        hresult=hresult or code or status,
        inner_message=message,
    )


def _typed(number: int | None, kind: str) -> int | None:
    """Return an `error_Code` as the HRESULT that its `error_Type` makes of it."""
    if not number or kind.upper() not in ("MI", "WIN32"):
        return number
    return _WBEM_BY_STATUS.get(number) if kind.upper() == "MI" else _from_win32(number)


def _from_win32(number: int) -> int:
    """Return the HRESULT of a Win32 error, as the macro HRESULT_FROM_WIN32 does; an HRESULT is left as it is."""
    return 0x80070000 | number if 0 < number <= 0xFFFF else number


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
    match = next(filter(None, map(_HRESULT.search, texts)), None)
    if match is None:
        return None
    if match["hresult"]:
        return _number(match["hresult"]) or None
    if match["win32"]:
        return _from_win32(_number(match["win32"]) or 0) or None
    return _WBEM_BY_STATUS.get(int(match["status"]))


def _number(text: str) -> int | None:
    """Return a code as an unsigned number; some writers spell it as a signed 32-bit one, or in hexadecimal."""
    try:
        return int(text, 16 if text[:2].lower() == "0x" else 10) & 0xFFFFFFFF
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
    status = "" if not fault.parameter_info else _extended_status(fault.operation, fault.parameter_info)
    provider = rf'<f:ProviderFault provider="WMI Provider" path="%systemroot%\system32\WsmWmiPl.dll">{inner}{status}'
    return _wsman_fault(fault.code, fault.machine, f"{provider}</f:ProviderFault>")


def _wsman_fault(code: int, machine: str, message: str) -> str:
    return (
        f'<f:WSManFault xmlns:f="{ns.WSMAN_FAULT}" Code="{code}" Machine="{escape_attribute(machine)}">'
        f"<f:Message>{message}</f:Message></f:WSManFault>"
    )


def _extended_status(operation: str, parameter_info: str) -> str:
    uri = f"{ns.WMI_PREFIX}root/cimv2/__ExtendedStatus"
    return (
        f'<f:ExtendedError><p:__ExtendedStatus xmlns:xsi="{ns.XSI}" xmlns:p="{uri}" xsi:type="p:__ExtendedStatus_Type">'
        f'<p:Description xsi:nil="true"/><p:Operation>{operation}</p:Operation>'
        f"<p:ParameterInfo>{escape(parameter_info)}</p:ParameterInfo><p:ProviderName>WinMgmt</p:ProviderName>"
        f'<p:StatusCode xsi:nil="true"/></p:__ExtendedStatus></f:ExtendedError>'
    )


def _write_wmi_error(fault: Fault) -> str:
    number = fault.number or 0
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
