# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The faults a host's WMI service answers with, by what went wrong; texts in the machine's own language."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._wsman import Fault
from ..catalog.languages import words

__all__ = ["Refusals", "Refused", "Shape"]

Shape = t.Literal["flat", "provider", "wmi_error"]

_NOT_FOUND = 2150858752
_BAD_FILTER = 2150858778
_BAD_CONTEXT = 2150858779
_BAD_SCHEMA = 2150858817
_TOO_LARGE = 2150858824
_UNEXPECTED_SELECTORS = 2150858843
_UNKNOWN_MODE = 2150858886
_BAD_METHOD = 2150858868
_NO_KEYS = 2150859002
_NOT_CAPABLE = 2150859010
_CLASS_WITH_WQL = 2150859003
_TOO_MANY_OPERATIONS = 2150859174


class Refused(Exception):
    """A request that ends in a fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"{fault.code}")
        self.fault = fault


@dataclass(frozen=True)
class Refusals:
    """Makes the faults of one machine."""

    computer_name: str
    language: str

    def _refused(self, code: int, subcode: str, text: str, **more: t.Any) -> Refused:
        sender = subcode != "w:InternalError"
        return Refused(Fault(code, subcode, text, sender=sender, machine=self.computer_name, **more))

    def bad_query(self, wql: str, *, no_such_class: bool) -> Refused:
        """Refuse a query whose class is missing, or that names what its class does not have; it repeats the query."""
        text = words(self.language).no_such_class if no_such_class else words(self.language).bad_query
        return self._refused(
            _BAD_FILTER,
            "n:CannotProcessFilter",
            words(self.language).bad_query,
            shape="provider",
            inner_code=_BAD_FILTER,
            inner_message=text,
            parameter_info=wql,
        )

    def class_with_query(self) -> Refused:
        """Refuse a query that is sent to a class: the resource has to end in `*`."""
        return self._refused(_CLASS_WITH_WQL, "n:CannotProcessFilter", words(self.language).bad_query)

    def bad_context(self) -> Refused:
        """Refuse an enumeration context that was used already or is too old."""
        return self._refused(_BAD_CONTEXT, "n:InvalidEnumerationContext", words(self.language).other)

    def not_found(self, path: str) -> Refused:
        """Refuse a class or an instance that is not there; the provider repeats the object path.

        The operation is GetObject for an instance that is to be invoked or put, too, since WMI gets it first. Source:
        a capture of a Get from Windows Server 2012 R2, published with microsoft/omi.
        """
        text = words(self.language).not_found
        return self._refused(
            _NOT_FOUND,
            "a:DestinationUnreachable",
            text,
            shape="provider",
            inner_code=_NOT_FOUND,
            inner_message=text,
            parameter_info=path,
            operation="GetObject",
        )

    def keys_missing(self) -> Refused:
        """Refuse to address a class that may have many instances as if it had one."""
        return self._refused(_NO_KEYS, "a:DestinationUnreachable", words(self.language).not_found)

    def unknown_selector(self) -> Refused:
        """Refuse a selector that is not a property of the class."""
        return self._refused(_UNEXPECTED_SELECTORS, "w:InvalidSelectors", words(self.language).other)

    def unknown_mode(self) -> Refused:
        """Refuse an enumeration mode that WS-Management does not have (DSP0226 1.0.0, 8.7)."""
        return self._refused(_UNKNOWN_MODE, "w:UnsupportedFeature", words(self.language).other)

    def bad_method(self) -> Refused:
        """Refuse a method that the class does not have."""
        return self._refused(_BAD_METHOD, "a:ActionNotSupported", words(self.language).other)

    def bad_parameters(self) -> Refused:
        """Refuse a parameter that the method does not have, or of another type."""
        return self._refused(_BAD_SCHEMA, "w:SchemaValidationError", words(self.language).other)

    def not_capable(self) -> Refused:
        """Refuse to put what the provider of a class does not change."""
        text = words(self.language).other
        return self._refused(
            _NOT_CAPABLE,
            "w:UnsupportedFeature",
            text,
            shape="provider",
            inner_code=_NOT_CAPABLE,
            inner_message=text,
        )

    def too_large(self) -> Refused:
        """Refuse to answer with an instance that no envelope holds."""
        return self._refused(_TOO_LARGE, "w:EncodingLimit", words(self.language).other)

    def too_many_operations(self) -> Refused:
        """Refuse another enumeration as long as too many are open."""
        return self._refused(
            _TOO_MANY_OPERATIONS,
            "w:InternalError",
            words(self.language).other,
            shape="wmi_error",
            hresult=_TOO_MANY_OPERATIONS,
        )

    def provider_failed(self, hresult: int, shape: Shape = "wmi_error") -> Refused:
        """Return what becomes of a provider's HRESULT on the wire."""
        text = words(self.language).provider_error.format(number=hresult)
        # The two older shapes carry the number as their code, the third one in fields of its own.
        inner = hresult if shape == "provider" else None
        return self._refused(
            hresult, "w:InternalError", text, shape=shape, hresult=hresult, inner_code=inner, inner_message=text
        )
