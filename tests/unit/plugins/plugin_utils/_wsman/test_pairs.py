# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two halves against each other: what one writes, the other reads back unchanged."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.volume.activation.plugins.plugin_utils._cim import equals, select
from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import (
    OBJECTS,
    OBJECTS_AND_REFERENCES,
    REFERENCES,
    Batch,
    Call,
    Datetime,
    Enumerate,
    Get,
    Got,
    Identify,
    Identity,
    Instance,
    Interval,
    Invoke,
    Output,
    Pull,
    Put,
    PutDone,
    Release,
    Released,
    Request,
    decode_answer,
    decode_call,
    encode_answer,
    encode_request,
    wmi_resource,
)
from ansible_collections.volume.activation.plugins.plugin_utils._wsman.values import read_reference
from ansible_collections.volume.activation.plugins.plugin_utils._wsman.xml import parse

from .recorded_answers import ENUMERATE, LAMP, MESSAGE_ID, PULL, QUERY

# The same examples in every run: a failure is one for everybody.
same = settings(derandomize=True, deadline=None, max_examples=100)

ILLEGAL = [chr(number) for number in range(32) if chr(number) not in "\t\n\r"] + ["\ufffe", "\uffff"]
texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters=ILLEGAL))
edges = st.sampled_from(["", " ", "\t", "\n", "\r\n", "<&>\"'", "]]>", "&amp;", "&#0;", "\u00a0", "漢字", "😀"])
awkward = st.lists(st.one_of(edges, texts), max_size=4).map("".join)
names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,12}", fullmatch=True)
datetimes = st.datetimes().map(lambda moment: Datetime(f"{moment.isoformat()}Z"))
intervals = st.integers(0, 10**6).map(lambda days: Interval(f"P{days}DT0H1M40S"))
resources = st.builds(
    lambda name, selectors: wmi_resource(name, selectors=selectors),
    names,
    st.dictionaries(awkward, awkward, max_size=3),
)
plain = st.one_of(st.none(), awkward, datetimes, intervals, resources)


def properties(values: st.SearchStrategy[t.Any]) -> st.SearchStrategy[dict[str, tuple[t.Any, ...]]]:
    """Draw properties whose elements are `values`."""
    return st.dictionaries(names, st.lists(values, min_size=1, max_size=3).map(tuple), max_size=4)


def objects(values: st.SearchStrategy[t.Any], **options: t.Any) -> st.SearchStrategy[Instance]:
    """Draw instances, whose class must show in at least one property when they are embedded."""
    filled = st.dictionaries(names, st.lists(values, min_size=1, max_size=3).map(tuple), min_size=1, max_size=4)
    return st.builds(Instance, names.map(lambda name: wmi_resource(name).uri), filled, **options)


embedded = objects(st.one_of(plain, objects(plain)))
all_properties = properties(st.one_of(plain, embedded))


def received(request: Request) -> Call:
    """Return what a server makes of a request."""
    return decode_call(encode_request(request, to="http://bench/wsman", message_id=MESSAGE_ID))


def answered(answer: t.Any, request: Request) -> t.Any:
    """Return what a client makes of an answer."""
    return decode_answer(encode_answer(answer, received(request)), request, message_id=MESSAGE_ID)


def kinds(values: t.Mapping[str, tuple[t.Any, ...]]) -> list[type]:
    """Return the types of all values; a Datetime equals its text, so equality alone would not tell."""
    found = [type(value) for items in values.values() for value in items]
    inner = [value for items in values.values() for value in items if isinstance(value, Instance)]
    return found + [kind for value in inner for kind in kinds(value.properties)]


@same
@given(names, all_properties, st.dictionaries(awkward, awkward, max_size=3))
def test_any_method_call_survives(method: str, parameters: dict[str, t.Any], selectors: dict[str, str]) -> None:
    request = Invoke(wmi_resource("Acme_Lamp", "root/acme", selectors), method, parameters)
    call = received(request)
    assert call.request == request
    assert isinstance(call.request, Invoke)
    assert kinds(call.request.parameters) == kinds(parameters)
    assert (call.message_id, call.action, call.operation_timeout) == (MESSAGE_ID, request.action, 60.0)


@same
@given(names, awkward)
def test_any_secret_parameter_arrives_in_clear_and_shows_nowhere(method: str, text: str) -> None:
    request = Invoke(LAMP, method, {"ProductKey": (Secret(f"BBBBB{text}GGGGG"),)})
    call = received(request)
    assert isinstance(call.request, Invoke)
    assert call.request.parameters == {"ProductKey": (f"BBBBB{text}GGGGG",)}
    assert "BBBBB" not in repr(request) + str(request) + repr(call)


@same
@given(awkward)
def test_any_wql_survives(text: str) -> None:
    for request in (Enumerate(QUERY, text), Enumerate(QUERY, select("A", ["B"], [equals("B", text)]), 7, False)):
        assert received(request).request == request


@same
@given(resources)
def test_any_selector_survives(resource: t.Any) -> None:
    assert received(Get(resource)).request == Get(resource)


@same
@given(resources, all_properties)
def test_any_instance_that_is_put_survives(resource: t.Any, values: dict[str, t.Any]) -> None:
    request = Put(resource, Instance(resource.uri, values))
    assert received(request).request == request


def test_a_host_may_say_nothing_about_what_was_put() -> None:
    assert answered(PutDone(), Put(LAMP, Instance(LAMP.uri, {}))) == PutDone()


@pytest.mark.parametrize(
    "request_", [PULL, Pull(QUERY, "uuid:<1>", None), Pull(QUERY, "x", 1), Release(QUERY, "&"), Identify()]
)
def test_the_other_requests_survive(request_: t.Any) -> None:
    assert received(request_).request == request_


@same
@given(st.one_of(st.none(), names), all_properties)
def test_any_instance_survives(class_name: str | None, values: dict[str, t.Any]) -> None:
    item = Instance(None if class_name is None else wmi_resource(class_name).uri, values)
    assert answered(Got(item), Get(LAMP)) == Got(item)
    assert answered(PutDone(item), Put(LAMP, item)) == PutDone(item)
    batch = answered(Batch((item, item), "uuid:1"), PULL)
    assert batch == Batch((item, item), "uuid:1")
    assert kinds(batch.items[0].properties) == kinds(values)


@same
@given(names, all_properties)
def test_any_output_survives(method: str, values: dict[str, t.Any]) -> None:
    output = Output(LAMP, method, values)
    assert answered(output, Invoke(LAMP, method)) == output


@pytest.mark.parametrize("context", [None, "uuid:<&>"])
@pytest.mark.parametrize("count", [0, 1, 5])
def test_batches_survive_whether_they_open_or_go_on(context: str | None, count: int) -> None:
    items = tuple(Instance(LAMP.uri, {"Name": (str(number),)}) for number in range(count))
    assert answered(Batch(items, context, opening=True), ENUMERATE) == Batch(items, context, opening=True)
    assert answered(Batch(items, context), PULL) == Batch(items, context)


def test_the_rest_survives() -> None:
    identity = Identity("Acme <&>", "OS: 10.0.31999", "urn:protocol")
    assert answered(identity, Identify()) == identity
    assert answered(Released(), Release(QUERY, "uuid:1")) == Released()


def test_answers_have_the_namespaces_that_windows_uses() -> None:
    first = encode_answer(Batch((), None, opening=True), received(ENUMERATE)).decode()
    then = encode_answer(Batch((), None), received(PULL)).decode()
    assert "<n:EnumerationContext></n:EnumerationContext><w:EndOfSequence/></n:EnumerateResponse>" in first
    assert "<n:PullResponse><n:EndOfSequence/></n:PullResponse>" in then


def test_an_enumeration_has_objects_references_or_both() -> None:
    item = Instance(LAMP.uri, {"Name": ("x",)}, LAMP)
    written = {
        mode: encode_answer(Batch((item,), None, mode=mode), received(PULL)).decode()
        for mode in (OBJECTS, REFERENCES, OBJECTS_AND_REFERENCES)
    }

    assert {mode: data.count("<a:EndpointReference>") for mode, data in written.items()} == {
        OBJECTS: 0,
        REFERENCES: 1,
        OBJECTS_AND_REFERENCES: 1,
    }
    assert "<n:Items><a:EndpointReference><a:Address>" in written[REFERENCES]
    assert "<n:Items><w:Item><p:" in written[OBJECTS_AND_REFERENCES]
    assert f"<w:ResourceURI>{LAMP.uri}</w:ResourceURI>" in written[REFERENCES]
    assert read_reference(parse(written[REFERENCES].encode())) == LAMP


def test_a_projection_is_written_without_namespaces() -> None:
    item = Instance(None, {"Name": ("x",), "When": (Datetime("2031-01-01T00:00:00Z"),)})
    data = encode_answer(Batch((item,), None), received(PULL)).decode()
    assert "><Name>x</Name><When><Datetime>2031-01-01T00:00:00Z</Datetime></When></w:XmlFragment>" in data


def test_an_answer_names_its_request_and_its_language() -> None:
    data = encode_answer(Released(), received(Release(QUERY, "uuid:1")), language="de-DE").decode()
    assert 'xml:lang="de-DE"' in data
    assert f"<a:RelatesTo>{MESSAGE_ID}</a:RelatesTo>" in data
    assert "enumeration/ReleaseResponse</a:Action>" in data


def test_a_machine_replaces_control_characters() -> None:
    item = Instance(LAMP.uri, {"Name": ("a\x00b\x1bc\ud800",)})
    assert answered(Got(item), Get(LAMP)).instance.properties == {"Name": ("a?b?c?",)}


@pytest.mark.parametrize(
    "message",
    [
        Invoke(LAMP, "Dim", {"Key": (Secret("BBBBB-CCCCC"),)}),
        Output(LAMP, "Dim", {"Key": (Secret("BBBBB-CCCCC"),)}),
        Got(Instance(None, {"Key": (Secret("BBBBB-CCCCC"),)})),
        Batch((Instance(None, {"Key": (Secret("BBBBB-CCCCC"),)}),), None),
        Call(Invoke(LAMP, "Dim", {"Key": ("BBBBB-CCCCC",)})),
    ],
    ids=lambda message: type(message).__name__,
)
def test_no_message_shows_a_secret(message: t.Any) -> None:
    for shown in (repr(message), str(message), f"{message}", "%s %r" % (message, message)):  # noqa: UP031
        assert "BBBBB" not in shown
