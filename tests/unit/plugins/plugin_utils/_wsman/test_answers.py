# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every shape of an answer that is no fault, read from hand-written files."""

from __future__ import annotations

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import ProtocolViolation
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import (
    Batch,
    Datetime,
    Fault,
    Got,
    Identity,
    Instance,
    Interval,
    Output,
    Released,
    decode_answer,
    wmi_resource,
)
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import namespaces as ns

from .recorded_answers import FIRST_CONTEXT, LAMP, MESSAGE_ID, PULL, SECOND_CONTEXT, compact, load, names, request_for


def decoded(name: str) -> object:
    """Return the decoded answer of a file."""
    return decode_answer(load(name), request_for(name), message_id=MESSAGE_ID)


def batch(name: str) -> Batch:
    """Return the batch of a file."""
    answer = decoded(name)
    assert isinstance(answer, Batch)
    return answer


def lamp(number: int, watt: int) -> Instance:
    """Return the lamp that the files know by that number."""
    return Instance(LAMP.uri, {"Name": (f"lamp-{number}",), "Watt": (str(watt),)})


def values() -> dict[str, tuple[object, ...]]:
    """Return the properties of the lamp that has one of each kind."""
    return dict(batch("pull_values").items[0].properties)


def test_an_optimised_enumerate_brings_one_item_and_a_context() -> None:
    assert batch("enumerate_one_item_and_context") == Batch((lamp(1, 40),), FIRST_CONTEXT, opening=True)


def test_an_empty_context_and_the_end_make_an_answer_complete() -> None:
    answer = batch("enumerate_complete")
    assert answer.context is None
    assert answer.opening
    assert [item.properties["LicenseStatus"] for item in answer.items] == [("1",)]


def test_an_answer_may_hold_a_context_and_nothing_else() -> None:
    assert batch("enumerate_context_only") == Batch((), FIRST_CONTEXT, opening=True)


def test_an_old_host_sends_everything_at_once() -> None:
    assert batch("enumerate_many_items") == Batch(tuple(lamp(n, 20 * n) for n in range(1, 6)), None, opening=True)


@pytest.mark.parametrize("name", ["enumerate_none_with_items", "enumerate_none_without_items"])
def test_no_result_is_an_empty_batch_with_or_without_a_list(name: str) -> None:
    assert batch(name) == Batch((), None, opening=True)


def test_a_pull_in_the_middle_brings_a_new_context() -> None:
    assert batch("pull_middle") == Batch((lamp(2, 60), lamp(3, 75)), SECOND_CONTEXT)


def test_a_pull_at_the_end_has_no_context() -> None:
    assert batch("pull_end") == Batch((lamp(4, 100),), None)
    assert batch("pull_end_without_items") == Batch((), None)


def test_the_end_of_a_sequence_counts_even_beside_a_context() -> None:
    data = load("pull_middle").replace(b"</n:PullResponse>", b"<n:EndOfSequence/></n:PullResponse>")
    assert decode_answer(data, PULL) == Batch((lamp(2, 60), lamp(3, 75)), None)


def test_items_are_found_in_either_namespace() -> None:
    swapped = load("pull_middle").replace(b"n:Items", b"w:Items")
    assert decode_answer(swapped, PULL) == batch("pull_middle")


def test_a_subclass_comes_as_itself() -> None:
    plain, special = batch("enumerate_subclass").items
    assert (plain.class_name, special.class_name) == ("Acme_Lamp", "Acme_DimmableLamp")
    assert special.class_uri == wmi_resource("Acme_DimmableLamp").uri
    assert special.properties["Level"] == ("7",)


@pytest.mark.parametrize("name", ["enumerate_with_location", "enumerate_objects_and_references"])
def test_what_stands_beside_the_properties_is_left_out(name: str) -> None:
    assert batch(name).items == (lamp(1, 40),)


def test_a_class_may_be_called_item() -> None:
    data = (
        load("enumerate_one_item_and_context").replace(b"p:Acme_Lamp ", b"p:Item ").replace(b"p:Acme_Lamp>", b"p:Item>")
    )
    answer = decode_answer(data, request_for("enumerate"))
    assert isinstance(answer, Batch)
    assert answer.items == (lamp(1, 40),)


def test_null_and_empty_text_are_two_things() -> None:
    assert values()["Missing"] == (None,)
    assert values()["Empty"] == ("",)


def test_white_space_of_a_value_stays() -> None:
    assert values()["Blank"] == ("  two spaces at both ends  ",)


def test_an_unset_array_is_absent_and_a_short_one_looks_like_a_scalar() -> None:
    assert "Shades" not in values()
    assert values()["OnlyOne"] == ("lonely",)
    assert values()["Roles"] == ("reading", "ceiling", "night & day")
    assert values()["Gaps"] == ("first", None, "third")


def test_plain_values_are_kept_as_they_are_written() -> None:
    assert (values()["Enabled"], values()["Broken"]) == (("true",), ("false",))
    assert values()["Photons"] == ("18446744073709551615",)
    assert values()["Temperature"] == ("-7",)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Created", "2031-04-05T06:07:08.123456Z"),
        ("CreatedHere", "2031-04-05T06:07:08+05:30"),
        ("CreatedThere", "2031-04-05T06:07:08.5-08:00"),
        ("Never", "1601-01-01T00:00:00Z"),
    ],
)
def test_datetimes_are_told_from_text(name: str, text: str) -> None:
    (value,) = values()[name]
    assert isinstance(value, Datetime)
    assert value == text


def test_intervals_are_told_from_text() -> None:
    (value,) = values()["Lifetime"]
    assert isinstance(value, Interval)
    assert value == "P12DT3H4M5S"


def test_a_reference_names_a_resource() -> None:
    assert values()["Room"] == (wmi_resource("Acme_Room", selectors={"Floor": "2", "Name": "Küche <hinten>"}),)


def test_an_embedded_instance_keeps_its_class_even_when_a_property_is_called_address() -> None:
    assert values()["Socket"] == (
        Instance(wmi_resource("Acme_Socket").uri, {"Address": ("wall 3",), "Volt": ("230",)}),
    )


def test_an_embedded_object_may_be_escaped_text() -> None:
    (text,) = values()["Definition"]
    assert str(text).startswith('<INSTANCE CLASSNAME="Acme_Bulb"><PROPERTY')


def test_a_projection_has_no_class_and_no_namespaces() -> None:
    full, empty = batch("pull_projection_values").items
    assert full.class_uri is None
    assert full.class_name is None
    assert full.properties["Roles"] == ("reading", "ceiling")
    assert isinstance(full.properties["Created"][0], Datetime)
    assert isinstance(full.properties["Lifetime"][0], Interval)
    assert empty.properties == {"Created": (None,), "Lifetime": (None,), "Missing": (None,), "Name": ("",)}


def test_a_get_brings_the_instance_itself() -> None:
    answer = decoded("get_response")
    assert isinstance(answer, Got)
    assert answer.instance.class_name == "Acme_Clock"
    assert answer.instance.properties["LocalTime"] == ("2031-12-31T23:59:59.9+13:00",)


@pytest.mark.parametrize(("name", "value"), [("invoke_returned_zero", "0"), ("invoke_returned_nonzero", "3221549172")])
def test_a_return_value_is_an_answer_whatever_it_says(name: str, value: str) -> None:
    assert decoded(name) == Output(LAMP, "Dim", {"ReturnValue": (value,)})


def test_a_method_returns_arrays_and_nulls() -> None:
    answer = decoded("invoke_with_arrays")
    assert isinstance(answer, Output)
    assert answer.values == {
        "Names": ("Attic", "Cellar & Garage", ""),
        "Types": ("1", "4", "7"),
        "Remark": (None,),
        "ReturnValue": ("0",),
    }


def test_a_release_is_answered_with_nothing() -> None:
    assert decoded("release_response") == Released()


@pytest.mark.parametrize(
    ("name", "build"), [("identify_authenticated", "10.0.31999"), ("identify_unauthenticated", "0.0.0")]
)
def test_identify_tells_vendor_build_and_protocol(name: str, build: str) -> None:
    expected = Identity(
        "Acme Corporation", f"OS: {build} SP: 0.0 Stack: 3.0", "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
    )
    assert decoded(name) == expected


@pytest.mark.parametrize("name", names())
def test_white_space_between_elements_means_nothing(name: str) -> None:
    request = request_for(name)
    assert compact(name) != load(name)
    assert decode_answer(compact(name), request) == decode_answer(load(name), request)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le-bom", "utf-8-sig"])
@pytest.mark.parametrize("name", ["pull_values", "fault_german", "fault_japanese"])
def test_other_encodings_are_read(name: str, encoding: str) -> None:
    text = load(name).decode()
    data = b"\xff\xfe" + text.encode("utf-16-le") if encoding == "utf-16-le-bom" else text.encode(encoding)
    assert decode_answer(data, request_for(name)) == decode_answer(load(name), request_for(name))


def test_a_declared_encoding_is_read() -> None:
    data = b'<?xml version="1.0" encoding="UTF-16"?>'.decode() + load("pull_values").decode()
    assert decode_answer(data.encode("utf-16"), PULL) == batch("pull_values")


def test_comments_inside_do_not_cut_a_value() -> None:
    data = load("pull_end").replace(b"lamp-4", b"la<!-- remark -->mp-<?pi?>4")
    assert decode_answer(data, PULL) == Batch((lamp(4, 100),), None)


@pytest.mark.parametrize("name", [name for name in names() if not name.startswith(("identify", "fault", "release"))])
def test_an_answer_to_another_request_is_refused(name: str) -> None:
    with pytest.raises(ProtocolViolation, match="another request"):
        decode_answer(load(name), request_for(name), message_id="uuid:77777777-7777-4777-8777-777777777777")


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("pull_end", "invoke"),
        ("get_response", "pull"),
        ("invoke_returned_zero", "enumerate"),
        ("pull_end", "identify"),
        ("release_response", "pull"),
        ("release_response", "get"),
    ],
)
def test_an_answer_of_another_kind_is_refused(name: str, other: str) -> None:
    request = request_for(other)
    with pytest.raises(ProtocolViolation):
        decode_answer(load(name), request)


def test_the_output_of_a_method_may_have_another_name() -> None:
    answer = decode_answer(load("invoke_with_arrays"), request_for("invoke"))
    named = decode_answer(load("invoke_with_arrays"), request_for("invoke_with_arrays"))
    assert isinstance(answer, Output)
    assert isinstance(named, Output)
    assert answer.values == named.values


RELATION = f"<a:RelatesTo>{MESSAGE_ID}</a:RelatesTo>".encode()


def test_relates_to_may_be_padded() -> None:
    data = load("pull_end")
    padded = data.replace(MESSAGE_ID.encode(), f"\n{MESSAGE_ID}\n".encode())
    assert padded != data
    assert decode_answer(padded, PULL, message_id=MESSAGE_ID) == batch("pull_end")


@pytest.mark.parametrize("name", [name for name in names() if not name.startswith(("identify", "fault"))])
@pytest.mark.parametrize("relation", [b"", b"<a:RelatesTo/>", f"<a:RelatesTo>{ns.UNSPECIFIED}</a:RelatesTo>".encode()])
def test_a_success_that_names_no_request_is_refused(name: str, relation: bytes) -> None:
    data = load(name)
    assert RELATION in data
    with pytest.raises(ProtocolViolation, match="another request"):
        decode_answer(data.replace(RELATION, relation), request_for(name), message_id=MESSAGE_ID)


@pytest.mark.parametrize("name", ["fault_without_relation", "fault_unspecified_relation"])
def test_a_fault_may_name_no_request(name: str) -> None:
    assert isinstance(decode_answer(load(name), PULL, message_id=MESSAGE_ID), Fault)


def test_the_answer_to_identify_names_no_request() -> None:
    name = "identify_authenticated"
    assert isinstance(decode_answer(load(name), request_for(name), message_id=MESSAGE_ID), Identity)
