# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An exchange file that is not as it was written is refused, with the part that was touched."""

from __future__ import annotations

import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._exchange import Exchange, Privacy, decode, encode
from ansible_collections.volume.activation.plugins.plugin_utils._exchange.file_format import _row, canonical

from .exchange_files import HALF, Content, answer_for, content_of, exchange_of, request_for, resealed
from .offline_requests import confirmation, identifier, pid


def _refusal(content: t.Any) -> Refusal:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    with pytest.raises(Refusal) as caught:
        decode(data, "the-file.json")
    assert "the-file.json" in caught.value.message
    assert caught.value.remedy
    return caught.value


@pytest.mark.parametrize("exchange", [exchange_of(), HALF], ids=["unanswered", "half answered"])
def test_what_is_written_is_read_again(exchange: Exchange) -> None:
    assert decode(encode(exchange), "file") == exchange


def test_the_order_of_answers_does_not_matter() -> None:
    assert encode(exchange_of([answer_for(1), answer_for(3)])) == encode(exchange_of([answer_for(3), answer_for(1)]))


def test_another_layout_or_a_mark_before_the_text_is_no_edit() -> None:
    content = dict(reversed(content_of().items()))
    assert decode(b"\xef\xbb\xbf" + json.dumps(content).encode(), "file") == HALF


def _edits() -> dict[str, tuple[t.Callable[[Content], t.Any], str]]:
    def swapped(rows: list[t.Any]) -> None:
        rows[0], rows[1] = rows[1], rows[0]

    return {
        "a digit of an installation ID": (
            lambda c: c["requests"][1].update(installation_id=identifier(9)),
            "request 2",
        ),
        "a machine's name": (lambda c: c["requests"][0].update(machine="other"), "request 1"),
        "a field more in a request": (lambda c: c["requests"][2].update(note="hello"), "request 3"),
        "a field less in a request": (lambda c: c["requests"][2].pop("machine"), "request 3"),
        "a digit of a confirmation ID": (lambda c: c["answers"][0].update(confirmation_id="1" * 48), "answer 1"),
        "a refusal's code": (lambda c: c["answers"][1].update(code="0x7F"), "answer 2"),
        "a checksum": (lambda c: c["answers"][0].update(checksum="0" * 64), "answer 1"),
        "no checksum": (lambda c: c["answers"][0].pop("checksum"), "answer 1"),
        "a request taken out": (lambda c: c["requests"].pop(0), "list of requests"),
        "an answer taken out": (lambda c: c["answers"].pop(), "list of answers"),
        "requests in another order": (lambda c: swapped(c["requests"]), "list of requests"),
        "answers in another order": (lambda c: swapped(c["answers"]), "list of answers"),
        "an answer twice": (lambda c: c["answers"].append(c["answers"][0]), "list of answers"),
        "the ID": (lambda c: c.update(id="cd" * 16), "its head"),
        "the time": (lambda c: c.update(created_at="2027-01-01T00:00:00+00:00"), "its head"),
        "the privacy": (lambda c: c.update(privacy="no_names"), "its head"),
        "a part more": (lambda c: c.update(hello=1), "hello"),
        "a part less": (lambda c: c.pop("answers"), "answers"),
        "another kind of list": (lambda c: c.update(answers={}), "list of answers"),
        "a row that is none": (lambda c: c["requests"].__setitem__(0, "text"), "request 1"),
        "no checksums": (lambda c: c.update(checksums=None), "its head"),
        "an older version": (lambda c: c.update(version=0), "its head"),
        "a fraction": (lambda c: c["answers"][0].update(code=float("inf")), "answer 1"),
    }


@pytest.mark.parametrize("edit", _edits())
def test_an_edited_part_is_named(edit: str) -> None:
    change, part = _edits()[edit]
    content = content_of()
    change(content)
    refusal = _refusal(content)
    assert refusal.code == "edited_exchange"
    assert part in refusal.message


def test_an_answer_of_another_file_does_not_fit() -> None:
    content, other = content_of(), content_of(Exchange(**{**vars(HALF), "id": "ef" * 16}))
    content["answers"] = other["answers"]
    assert "answer 1" in _refusal(content).message


def test_a_key_that_stands_twice_is_an_edit() -> None:
    data = encode(HALF).replace(b'"privacy": "full"', b'"privacy": "full", "privacy": "full"')
    assert _refusal(data).code == "edited_exchange"


def test_a_file_cut_anywhere_is_refused() -> None:
    data = encode(HALF).rstrip()
    assert {_refusal(data[:end]).code for end in range(0, len(data), 37)} == {"damaged_exchange"}


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00\x01", "é".encode("latin-1"), b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}"],
    ids=["empty", "binary", "latin-1", "deep", "a huge number"],
)
def test_what_is_no_text_of_ours_is_refused(data: bytes) -> None:
    assert _refusal(data).code in ("damaged_exchange", "foreign_exchange")


@pytest.mark.parametrize("content", [[], {}, "text", {"format": "another"}, None])
def test_a_foreign_file_is_told_from_a_damaged_one(content: t.Any) -> None:
    assert _refusal(content).code == "foreign_exchange"


def test_a_newer_version_is_named_before_anything_else() -> None:
    refusal = _refusal({"format": "volume.activation.mak_exchange", "version": 2, "wholly": "different"})
    assert refusal.code == "newer_exchange"
    assert "version 2" in refusal.message


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c["requests"][0].update(installation_id="123"),
        lambda c: c["requests"][0].update(installation_id=7),
        lambda c: c["requests"][0].pop("extended_pid"),
        lambda c: c["requests"][0].update(product_key="anything"),
        lambda c: c["requests"][1].update(installation_id=identifier(1), extended_pid=pid(1)),
        lambda c: c["answers"][0].update(confirmation_id="12-34"),
        lambda c: c["answers"][0].update(confirmation_id=confirmation("x")[:6] + "-" + confirmation("x")[6:]),
        lambda c: c["answers"][0].pop("confirmation_id"),
        lambda c: c["answers"][0].update(standing="granted"),
        lambda c: c["answers"][0].update(at="yesterday"),
        lambda c: c["answers"][0].update(at="2026-03-01T12:00:00"),
        lambda c: c["answers"][0].update(doubtful="yes"),
        lambda c: c["answers"][1].update(code="x" * 41),
        lambda c: c["answers"][1].update(installation_id=identifier(8)),
        lambda c: c["answers"].append(dict(c["answers"][0])),
        lambda c: c.update(id=7),
        lambda c: c.update(created_at="now"),
        lambda c: c.update(privacy="none"),
        lambda c: c.update(version=True),
    ],
)
def test_fitting_checksums_do_not_make_nonsense_welcome(change: t.Callable[[Content], t.Any]) -> None:
    assert _refusal(resealed(change)).code == "edited_exchange"


def test_resealing_without_a_change_is_the_file_itself() -> None:
    assert decode(resealed(dict.copy), "file") == HALF


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_the_canonical_form_survives_a_round_trip_and_any_layout(value: t.Any) -> None:
    for laid_out in (json.dumps(value), json.dumps(value, indent=3), json.dumps(value, ensure_ascii=False)):
        assert canonical(json.loads(laid_out)) == canonical(value)


@given(JSON, JSON)
def test_different_values_have_different_canonical_forms(one: t.Any, other: t.Any) -> None:
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (canonical(one) == canonical(other)) == same


@given(st.data())
def test_a_changed_byte_never_yields_another_exchange(data: st.DataObject) -> None:
    original = encode(HALF)
    place = data.draw(st.integers(0, len(original) - 1))
    changed = original[:place] + bytes([data.draw(st.integers(0, 255))]) + original[place + 1 :]
    try:
        found = decode(changed, "file")
    except Refusal:
        return
    assert found == HALF


def test_a_row_leaves_out_what_is_kept_back() -> None:
    row = _row("request", "ab", request_for(1).seen_through(Privacy.SERVICE_ONLY))
    assert row.keys() == {"extended_pid", "installation_id", "checksum"}
