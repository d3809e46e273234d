# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Questions about Windows that no document answers, and that reading from one real machine settles.

Each is asked by a few messages that change nothing, and answered by what is in them, after it was made anonymous. What
would take a change to find out is not asked; the list says so.
"""

from __future__ import annotations

import typing as t
import uuid
from dataclasses import dataclass

from .._errors import ActivationError
from .._wsman import Batch, Enumerate, Get, Invoke, Pull, Release, Request, decode_answer, encode_request, wmi_resource
from .recorder import Recorder

__all__ = ["QUESTIONS", "Question", "ask"]

_SERVICE = "SoftwareLicensingService"
_PRODUCT = "SoftwareLicensingProduct"
_REGISTRY = "StdRegProv"
_LOCAL_MACHINE = "2147483650"
_SETTINGS = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\SoftwareProtectionPlatform"
_NO_SUCH_POLICY = "volume-activation-doctor-no-such-policy"
_VALUE = "DisableDnsPublishing"
_READ = "GetDWORDValue"


@dataclass(frozen=True)
class Question:
    """One open question: its number, what is to be known, and how it is asked."""

    number: int
    text: str
    asked: str


QUESTIONS = (
    Question(
        1,
        "How does Windows write a failure of the licensing service?",
        "A product is asked for a policy that does not exist.",
    ),
    Question(
        2,
        "Does the licensing service answer without its key?",
        "Get of its version, and a method it does not have, each without and with Version as selector.",
    ),
    Question(
        3, "How does a query without a result look?", "A query for an operating system of build 0, optimised and not."
    ),
    Question(
        4,
        "How does an array that is NULL look in a projection?",
        "A query for properties of the computer that hardly any computer has.",
    ),
    Question(
        5,
        "What becomes of a parameter with a wrong name, and of one that is NULL?",
        "A value of the registry is read with either. Methods that take a truth value all change something, so these"
        " are not asked.",
    ),
    Question(6, "Does Windows go on after the time for an activation is over?", "Not asked: it takes an activation."),
    Question(
        7,
        "Does a machine of another language answer in English when it is asked to?",
        "A query that cannot be processed, without a Locale and with en-US.",
    ),
)


def ask(recorder: Recorder, *, version: str, product_id: str | None, operation_timeout: float) -> int:
    """Ask every question that can be asked and return how many messages it took; what fails is an answer too."""
    desk = _Desk(recorder, operation_timeout)
    for number, variant, request, header in _messages(version, product_id):
        with recorder.asking(f"{number} {variant}"):
            desk.ask(request, header)
    return desk.sent


class _Desk:
    """Sends single messages as they are, and takes an enumeration to its end."""

    def __init__(self, recorder: Recorder, operation_timeout: float) -> None:
        self.sent = 0
        self._recorder = recorder
        self._timeout = operation_timeout

    def ask(self, request: Request, header: str) -> None:
        """Send a request with this in its header, and whatever it takes to end what it began."""
        answer = self._answer(request, header)
        if not isinstance(answer, Batch) or answer.context is None:
            return
        rest = self._answer(Pull(request.resource, answer.context))
        context = rest.context if isinstance(rest, Batch) else answer.context
        if context is not None:
            self._answer(Release(request.resource, context))

    def _answer(self, request: Request, header: str = "") -> t.Any:
        self.sent += 1
        data = encode_request(
            request,
            to="http://machine:5985/wsman",
            message_id=f"uuid:{str(uuid.uuid4()).upper()}",
            operation_timeout=self._timeout,
        )
        try:
            sent = data.replace(b"</s:Header>", header.encode() + b"</s:Header>", 1)
            return decode_answer(self._recorder.send(sent), request)
        except ActivationError:
            return None


def _messages(version: str, product_id: str | None) -> t.Iterator[tuple[int, str, Request, str]]:
    """Yield the number of a question, a word for the variant, the request and what stands in its header besides."""
    policy = {"PolicyName": (_NO_SUCH_POLICY,)}
    if product_id:
        yield 1, "policy", Invoke(wmi_resource(_PRODUCT, selectors={"ID": product_id}), _POLICY_METHOD, policy), ""
    for label, selectors in (("without", {}), ("with", {"Version": version})):
        service = wmi_resource(_SERVICE, selectors=selectors)
        # The whole instance has the firmware's key in it, so only one property is asked for.
        yield 2, f"get-{label}", Get(service), _FRAGMENT
        yield 2, f"invoke-{label}", Invoke(service, _POLICY_METHOD, policy), ""
    nothing = "SELECT Version FROM Win32_OperatingSystem WHERE BuildNumber = '0'"
    for label, optimize in (("optimised", True), ("plain", False)):
        yield 3, label, Enumerate(wmi_resource("*"), nothing, optimize=optimize), ""
    yield 4, "projection", Enumerate(wmi_resource("*"), f"SELECT {_RARE} FROM Win32_ComputerSystem"), ""
    registry = wmi_resource(_REGISTRY, "root/default")
    where: dict[str, tuple[str | None, ...]] = {"hDefKey": (_LOCAL_MACHINE,), "sSubKeyName": (_SETTINGS,)}
    misnamed = {"hDefKey": (_LOCAL_MACHINE,), "sSubKeyNames": (_SETTINGS,), "sValueName": (_VALUE,)}
    yield 5, "wrong-name", Invoke(registry, _READ, misnamed), ""
    yield 5, "null", Invoke(registry, _READ, {**where, "sValueName": (None,)}), ""
    wrong = Enumerate(wmi_resource("*"), "SELECT Version FROM Win32_NoSuchClassOfAnyWindows")
    yield 7, "without", wrong, ""
    yield 7, "english", wrong, _LOCALE


_POLICY_METHOD = "GetPolicyInformationDWord"
_RARE = "PowerManagementCapabilities, SupportContactDescription"
_FRAGMENT = '<w:FragmentTransfer s:mustUnderstand="true">Version</w:FragmentTransfer>'
_LOCALE = '<w:Locale s:mustUnderstand="false" xml:lang="en-US"/>'
