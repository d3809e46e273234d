# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A secret shows nowhere; only who asks for it by name gets it."""

from __future__ import annotations

import copy
import dataclasses
import io
import json
import logging
import pickle
import pprint
import traceback
import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.volume.activation.plugins.plugin_utils._secrets import Secret, reveal, said, scrub
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import Invoke, wmi_resource

TEXT = "BBBBB-CCCCC-DDDDD-FFFFF-GGGGG"
MASK = "********"
same = settings(derandomize=True, deadline=None, max_examples=300)


@dataclasses.dataclass
class Holder:
    key: Secret
    more: dict[str, t.Any]


def holder() -> Holder:
    """Return something that holds a secret at two depths."""
    return Holder(Secret(TEXT), {"list": [Secret(TEXT)]})


def logged(value: t.Any) -> str:
    """Return what a log handler writes of a value."""
    stream = io.StringIO()
    logger = logging.Logger("test")
    logger.addHandler(logging.StreamHandler(stream))
    logger.warning("%s %r", value, value)
    return stream.getvalue()


def raised(value: t.Any) -> str:
    """Return the traceback of an error that carries a value."""
    try:
        raise ValueError(value, {"key": value})
    except ValueError as error:
        return "".join(traceback.format_exception(error)) + repr(error.args)


RENDERINGS: dict[str, t.Callable[[t.Any], str]] = {
    "str": str,
    "repr": repr,
    "format": "{0} {0!s} {0!r} {0:>60}".format,
    "f-string": lambda value: f"{value} {value!r} {value:<60} {value!a}",
    "percent": lambda value: "%s %r %a" % (value, value, value),  # noqa: UP031
    "log": logged,
    "json": lambda value: json.dumps({"key": value}, default=str),
    "json of a list": lambda value: json.dumps([value, [value]], default=repr),
    "pickle": lambda value: pickle.dumps(value).decode("latin-1") + repr(pickle.loads(pickle.dumps(value))),
    "pickled and revealed": lambda value: reveal(pickle.loads(pickle.dumps(value))),
    "copy": lambda value: repr(copy.copy(value)),
    "deepcopy": lambda value: repr(copy.deepcopy([value])),
    "attributes": lambda value: repr([getattr(value, name) for name in Secret.__slots__]),
    "dir": lambda value: repr(dir(value)),
    "pprint": pprint.pformat,
    "error": raised,
    "container": lambda value: repr([value, {value: value}, (value,), {value}]),
    "method": lambda value: repr(Invoke(wmi_resource("Acme_Lamp"), "Dim", {"Key": (value,)})),
    "method's parameters": lambda value: repr(Invoke(wmi_resource("Acme_Lamp"), "Dim", {"Key": (value,)}).parameters),
}


@pytest.mark.parametrize("rendering", RENDERINGS)
def test_no_rendering_shows_the_text(rendering: str) -> None:
    shown = RENDERINGS[rendering](Secret(TEXT, visible="GGGGG"))
    assert not [part for part in TEXT.split("-")[:-1] if part in shown]


@pytest.mark.parametrize("rendering", ["str", "f-string", "json", "log", "pickle"])
def test_the_mask_and_the_visible_part_are_shown(rendering: str) -> None:
    assert f"{MASK}GGGGG" in RENDERINGS[rendering](Secret(TEXT, visible="GGGGG"))


def test_a_holder_shows_no_secret_either() -> None:
    for shown in (
        repr(holder()),
        repr(dataclasses.asdict(holder())),
        repr(vars(holder())),
        json.dumps(dataclasses.asdict(holder()), default=str),
        repr(copy.deepcopy(holder())),
        repr(pickle.loads(pickle.dumps(holder()))),
        repr(dataclasses.replace(holder(), more={})),
    ):
        assert "BBBBB" not in shown
        assert MASK in shown


def test_there_are_no_attributes_to_list() -> None:
    with pytest.raises(TypeError):
        vars(Secret(TEXT))
    with pytest.raises(AttributeError):
        object.__setattr__(Secret(TEXT), "text", "x")


def test_it_does_not_pass_for_json_or_for_text() -> None:
    with pytest.raises(TypeError):
        json.dumps(Secret(TEXT))
    with pytest.raises(TypeError):
        "key: " + Secret(TEXT)  # type: ignore[operator]
    assert not isinstance(Secret(TEXT), str)


def test_copies_within_the_process_still_hold_the_text() -> None:
    assert reveal(copy.copy(Secret(TEXT))) == TEXT
    assert reveal(copy.deepcopy(holder()).more["list"][0]) == TEXT
    assert reveal(TEXT) == TEXT


def test_secrets_are_equal_by_text_and_never_to_a_text() -> None:
    assert Secret(TEXT) == Secret(TEXT, visible="GGGGG")
    assert hash(Secret(TEXT)) == hash(Secret(TEXT, visible="GGGGG"))
    assert Secret(TEXT) != Secret("other")
    assert Secret(TEXT) != TEXT
    assert Secret(MASK) != Secret(TEXT)
    assert len({Secret(TEXT), Secret(TEXT), Secret("other")}) == 2


def test_the_hash_is_not_that_of_the_text() -> None:
    assert hash(Secret(TEXT)) != hash(TEXT)


def test_an_empty_secret_is_false() -> None:
    assert not Secret("")
    assert Secret(" ")


# scrub


def test_scrub_reaches_any_depth_and_keys() -> None:
    value = {
        "msg": f"key {TEXT} twice: {TEXT}",
        TEXT: [(TEXT, {f"<{TEXT}>": {TEXT}}), frozenset({TEXT})],
        Secret("inner", "r"): Secret("else"),
        5: [None, True, 1.5, b"raw"],
    }
    assert scrub(value, [Secret(TEXT, visible="GGGGG")]) == {
        "msg": f"key {MASK}GGGGG twice: {MASK}GGGGG",
        f"{MASK}GGGGG": [[f"{MASK}GGGGG", {f"<{MASK}GGGGG>": [f"{MASK}GGGGG"]}], [f"{MASK}GGGGG"]],
        f"{MASK}r": MASK,
        5: [None, True, 1.5, b"raw"],
    }


def test_scrub_takes_plain_texts_and_leaves_the_rest_alone() -> None:
    assert scrub("the password is lamp", ["lamp"]) == f"the password is {MASK}"
    text = "nothing to see"
    assert scrub(text, [Secret(TEXT)]) is text
    assert scrub([text], []) == [text]
    assert scrub(text, [Secret(""), ""]) is text


@pytest.mark.parametrize(
    ("secrets", "text", "expected"),
    [
        (["lamp", "lamplight"], "lamplight, lamp", f"{MASK}, {MASK}"),
        (["ABCDEF", "DEFGHI"], "xABCDEFGHIx", f"x{MASK}x"),
        (["DEFGHI", "ABCDEF"], "ABCDEF DEFGHI", f"{MASK} {MASK}"),
        (["aa"], "baaab", f"b{MASK}b"),
        (["ab", "cd"], "abcd", f"{MASK}{MASK}"),
        ([Secret("key-one", "one"), "one"], "key-one one", f"{MASK}one {MASK}"),
        (["*"], "a*b", f"a{MASK}b"),
    ],
)
def test_overlapping_secrets_leave_no_end(secrets: list[t.Any], text: str, expected: str) -> None:
    assert scrub(text, secrets) == expected


@same
@given(st.lists(st.text("ab-", min_size=1, max_size=5), min_size=1, max_size=4), st.text("ab-x", max_size=30))
def test_no_secret_is_left_in_any_text(secrets: list[str], text: str) -> None:
    scrubbed = scrub({"deep": [text]}, secrets)["deep"][0]
    assert not [secret for secret in secrets if secret in scrubbed]


plain_text = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]))


@same
@given(plain_text, plain_text.filter(bool), plain_text)
def test_a_secret_between_any_texts_is_masked(before: str, secret: str, after: str) -> None:
    scrubbed = scrub(before + secret + after, [Secret(secret)])
    assert MASK in scrubbed
    assert secret not in scrubbed.replace(MASK, "\x00")


@pytest.mark.parametrize("text", ["BBBBB-CCCCC-DDDDD-FFFFF-GGGGG", "bbbbb-ccccc-ddddd-fffff-ggggg"])
def test_what_has_the_form_of_a_key_is_masked_although_nobody_called_it_a_secret(text: str) -> None:
    assert scrub(f"got: {text}.", []) == f"got: ********{text[-5:]}."


@pytest.mark.parametrize("text", ["43ea481b-3183-56cc-8338-edd701585089", "BBBBB-CCCCC-DDDDD-FFFFF", "a-b-c-d-e"])
def test_identifiers_that_are_no_keys_stay(text: str) -> None:
    assert scrub(text, []) == text


@pytest.mark.parametrize(
    "quoted",
    [
        "Op3n:Se same",
        "Op3n%3ASe%20same",
        "Op3n%3ASe+same",
        "T3AzbjpTZSBzYW1l",
        "'Se same' is not a port",
        "OP3N:SE SAME",
    ],
)
def test_a_text_that_quotes_a_password_or_a_part_of_it_is_not_passed_on(quoted: str) -> None:
    cause = said(ValueError(f"cannot read {quoted}"), [Secret("Op3n:Se same")])
    assert cause.startswith("ValueError")
    assert not [part for part in ("se", "p3n", "3a", "3asb") if part in cause.lower().replace("valueerror", "")]


def test_a_text_that_quotes_nothing_is_passed_on() -> None:
    held = [Secret("Op3n:Se same"), Secret("http://svc:Op3nSe@proxy.example:3128")]
    assert said(OSError("proxy.example is closed"), held) == "OSError: proxy.example is closed"
