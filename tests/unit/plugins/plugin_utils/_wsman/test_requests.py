# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests, byte for byte where Windows is particular."""

from __future__ import annotations

import re
import typing as t
from xml.etree import ElementTree

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._cim import equals, select
from ansible_collections.volume.activation.plugins.plugin_utils._errors import ProtocolViolation, Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import (
    Enumerate,
    Get,
    Identify,
    Instance,
    Invoke,
    Pull,
    Release,
    Request,
    Resource,
    Unknown,
    decode_call,
    encode_request,
    wmi_resource,
)

from .recorded_answers import ENUMERATE, LAMP, MESSAGE_ID, PULL, QUERY

NAMES = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "n": "http://schemas.xmlsoap.org/ws/2004/09/enumeration",
    "p": "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
MUST = f"{{{NAMES['s']}}}mustUnderstand"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
KEYED = wmi_resource("Acme_Lamp", selectors={"Name": 'a<b>&"c"', "Room": "  2 "})
REQUESTS: list[Request] = [
    ENUMERATE,
    PULL,
    Release(QUERY, "uuid:1"),
    Get(KEYED),
    Invoke(KEYED, "Dim", {"Level": ("3",)}),
]


def encoded(request: Request, **options: t.Any) -> bytes:
    """Return a request's bytes."""
    return encode_request(request, **{"to": "http://bench:5985/wsman", "message_id": MESSAGE_ID, **options})


def envelope(request: Request, **options: t.Any) -> ElementTree.Element:
    """Return a request as another reader sees it."""
    return ElementTree.fromstring(encoded(request, **options))


def one(root: ElementTree.Element, path: str) -> ElementTree.Element:
    """Return the one element at that path."""
    found = root.findall(path, NAMES)
    assert len(found) == 1, path
    return found[0]


def text(root: ElementTree.Element, path: str) -> str | None:
    """Return the text of the one element at that path."""
    return one(root, path).text


each_request = pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: type(request).__name__)


@each_request
def test_the_header_is_what_windows_demands(request_: t.Any) -> None:
    header = one(envelope(request_), "s:Header")
    assert text(header, "a:To") == "http://bench:5985/wsman"
    assert text(header, "a:ReplyTo/a:Address") == NAMES["a"] + "/role/anonymous"
    assert text(header, "a:Action") == request_.action
    assert text(header, "w:ResourceURI") == request_.resource.uri
    assert text(header, "a:MessageID") == MESSAGE_ID
    assert text(header, "w:MaxEnvelopeSize") == "512000"
    assert text(header, "w:OperationTimeout") == "PT60.000S"
    for path in ("a:ReplyTo/a:Address", "a:Action", "w:ResourceURI", "w:MaxEnvelopeSize"):
        assert one(header, path).attrib == {MUST: "true"}
    # A language may be asked for, but a host refuses a header that makes it mandatory.
    for element in [*header.findall("w:Locale", NAMES), *header.findall("p:DataLocale", NAMES)]:
        assert element.attrib == {MUST: "false", LANG: "en-US"}


@each_request
def test_must_understand_is_always_qualified(request_: t.Any) -> None:
    for element in envelope(request_).iter():
        assert not any(name.lower() == "mustunderstand" for name in element.attrib)


@each_request
def test_only_requests_about_one_instance_have_selectors(request_: t.Any) -> None:
    header = one(envelope(request_), "s:Header")
    selectors = {item.get("Name"): item.text for item in header.findall("w:SelectorSet/w:Selector", NAMES)}
    assert selectors == request_.resource.selectors
    assert len(header.findall("w:SelectorSet", NAMES)) == bool(selectors)


@pytest.mark.parametrize(("seconds", "written"), [(20, "PT20.000S"), (0.5, "PT0.500S"), (1800, "PT1800.000S")])
def test_the_timeout_is_a_duration(seconds: float, written: str) -> None:
    data = encoded(ENUMERATE, operation_timeout=seconds, max_envelope_size=153600)
    assert text(ElementTree.fromstring(data), "s:Header/w:OperationTimeout") == written
    assert (decode_call(data).operation_timeout, decode_call(data).max_envelope_size) == (seconds, 153600)


def test_an_enumerate_asks_for_everything_at_once() -> None:
    body = one(envelope(ENUMERATE), "s:Body/n:Enumerate")
    assert [child.tag for child in body] == [
        f"{{{NAMES['w']}}}{name}" for name in ("OptimizeEnumeration", "MaxElements", "Filter")
    ]
    assert text(body, "w:MaxElements") == "32000"
    assert text(body, "w:Filter") == ENUMERATE.wql
    assert one(body, "w:Filter").attrib == {"Dialect": "http://schemas.microsoft.com/wbem/wsman/1/WQL"}


def test_an_enumerate_need_not_be_optimised() -> None:
    body = one(envelope(Enumerate(QUERY, "SELECT A FROM B", optimize=False)), "s:Body/n:Enumerate")
    assert body.find("w:OptimizeEnumeration", NAMES) is None


def test_a_pull_limits_its_elements_in_the_other_namespace() -> None:
    body = one(envelope(PULL), "s:Body/n:Pull")
    assert text(body, "n:EnumerationContext") == PULL.context
    assert text(body, "n:MaxElements") == "32000"
    unlimited = one(envelope(Pull(QUERY, "uuid:1", None)), "s:Body/n:Pull")
    assert [child.tag for child in unlimited] == [f"{{{NAMES['n']}}}EnumerationContext"]


def test_a_release_names_the_context_and_a_get_says_nothing() -> None:
    assert text(envelope(Release(QUERY, "uuid:<1>")), "s:Body/n:Release/n:EnumerationContext") == "uuid:<1>"
    assert len(one(envelope(Get(KEYED)), "s:Body")) == 0


def test_a_method_without_parameters_still_has_its_input() -> None:
    (content,) = one(envelope(Invoke(LAMP, "Dim")), "s:Body")
    assert content.tag == f"{{{LAMP.uri}}}Dim_INPUT"
    assert len(content) == 0


def test_parameters_stand_in_the_namespace_of_the_class() -> None:
    parameters = {"Level": ("3",), "Name": (None,), "Rooms": ("a", "b"), "Nothing": ()}
    (content,) = one(envelope(Invoke(LAMP, "Dim", parameters)), "s:Body")
    assert [child.tag for child in content] == [f"{{{LAMP.uri}}}{name}" for name in ("Level", "Name", "Rooms", "Rooms")]
    assert content[1].attrib == {f"{{{NAMES['xsi']}}}nil": "true"}


def test_an_action_of_a_method_is_the_class_and_its_name() -> None:
    assert Invoke(LAMP, "Dim").action == f"{LAMP.uri}/Dim"


def test_wql_is_quoted_first_and_escaped_then() -> None:
    wql = select("Acme_Lamp", ["Name"], [equals("Name", "a'b\\c<d>&e")])
    data = encoded(Enumerate(QUERY, wql))
    assert b"WHERE Name = 'a\\'b\\\\c&lt;d&gt;&amp;e'</w:Filter>" in data
    assert text(ElementTree.fromstring(data), "s:Body/n:Enumerate/w:Filter") == wql


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x0b", "\ufffe", "\ud800"], ids=ascii)
@pytest.mark.parametrize("wrap", [str, Secret, lambda value: Instance(LAMP.uri, {"Inner": (value,)})])
def test_control_characters_are_refused_before_anything_is_sent(wrap: t.Any, character: str) -> None:
    with pytest.raises(Refusal) as caught:
        encoded(Invoke(LAMP, "Dim", {"ProductKey": ("fine", wrap(f"GGGGG{character}"))}))
    assert caught.value.code == "control_characters"
    assert "ProductKey" in str(caught.value)
    assert "GGGGG" not in str(caught.value)


def test_control_characters_in_the_key_of_an_instance_are_refused() -> None:
    with pytest.raises(Refusal):
        encoded(Invoke(wmi_resource("Acme_Lamp", selectors={"Name": "a\x01"}), "Dim"))


@pytest.mark.parametrize("character", ["\t", "\n", "\r"], ids=ascii)
def test_legal_white_space_is_no_control_character(character: str) -> None:
    request = Invoke(
        wmi_resource("Acme_Lamp", selectors={f"N{character}": f"v{character}"}), "Dim", {"A": (character,)}
    )
    assert decode_call(encoded(request)).request == request


def test_identify_needs_no_header() -> None:
    (body,) = one(envelope(Identify()), "s:Body")
    assert body.tag == "{http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd}Identify"
    assert len(one(envelope(Identify()), "s:Header")) == 0
    assert decode_call(encoded(Identify())).request == Identify()


def test_a_resource_knows_its_class_and_namespace() -> None:
    resource = wmi_resource("Acme_Lamp", "root/acme/v2", {"Name": "x"})
    assert (resource.class_name, resource.namespace) == ("Acme_Lamp", "root/acme/v2")
    assert (Resource("urn:shell").namespace, QUERY.class_name) == ("", "*")


@each_request
def test_a_request_without_anonymous_reply_is_none(request_: t.Any) -> None:
    data = encoded(request_)
    for spoilt in (data.replace(b"/role/anonymous", b"/role/else"), re.sub(rb"<a:ReplyTo>.*</a:ReplyTo>", b"", data)):
        with pytest.raises(ProtocolViolation, match="ReplyTo"):
            decode_call(spoilt)


def test_other_requests_are_unknown_and_keep_their_options() -> None:
    data = encoded(PULL)
    data = data.replace(QUERY.uri.encode(), b"urn:shell").replace(PULL.action.encode(), b"urn:shell/Create")
    options = b'<w:OptionSet><w:Option Name="CODEPAGE">65001</w:Option></w:OptionSet></s:Header>'
    request = decode_call(data.replace(b"</s:Header>", options)).request
    assert isinstance(request, Unknown)
    assert (request.action, request.resource.uri, request.options) == (
        "urn:shell/Create",
        "urn:shell",
        {"CODEPAGE": "65001"},
    )
    assert request.body is not None


@pytest.mark.parametrize("limit", ["", "many", "-1", "²", "9" * 5000, "٣"])
def test_a_limit_that_is_no_number_is_none(limit: str) -> None:
    data = encoded(PULL).decode().replace(">32000<", f">{limit}<").replace(">512000<", f">{limit}<")
    call = decode_call(data.encode())
    assert call.request == Pull(QUERY, PULL.context, None)
    assert call.max_envelope_size is None


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [("PT20S", 20.0), ("PT1M", 60.0), ("P1DT2H3M4.5S", 93784.5), ("", None), ("60", None), ("PT-1S", None)],
)
def test_durations_are_read(duration: str, seconds: float | None) -> None:
    data = encoded(PULL).decode().replace("PT60.000S", duration)
    assert decode_call(data.encode()).operation_timeout == seconds


@pytest.mark.parametrize("data", [b"", b"hello", b"<html/>", b"<s:Envelope/>", b"<Envelope><Header/></Envelope>"])
def test_what_is_no_request_is_a_violation(data: bytes) -> None:
    with pytest.raises(ProtocolViolation):
        decode_call(data)
