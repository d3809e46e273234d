# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Captures of real hosts in the folder that VOLUME_ACTIVATION_CAPTURES names; none is kept here.

Every test goes through the files in a loop, so that without the folder there is nothing to check and nothing to skip.
What a file is shows in its content; the fault codes show in the files' names.
"""

from __future__ import annotations

import os
import re
import typing as t
from pathlib import Path

from ansible_collections.volume.activation.plugins.plugin_utils._cim import from_lexical
from ansible_collections.volume.activation.plugins.plugin_utils._wsman import (
    Batch,
    Datetime,
    Enumerate,
    Fault,
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
    Request,
    Resource,
    decode_answer,
    decode_call,
    parse,
    wmi_resource,
)

FOLDER = Path(os.environ.get("VOLUME_ACTIVATION_CAPTURES") or "no-captures")
QUERY = wmi_resource("*")
ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _content(path: Path) -> str:
    """Return the local name of what stands in a file's body; a bare fault counts as a fragment."""
    root = parse(path.read_bytes())
    if _local(root.tag) != "Envelope":
        return "fragment"
    body = next(element for element in root if _local(element.tag) == "Body")
    return _local(body[0].tag) if len(body) else ""


def _is_request(path: Path) -> bool:
    return b"ReplyTo" in path.read_bytes()


def _files(*kinds: str) -> list[Path]:
    found = [path for path in sorted(FOLDER.rglob("*.xml")) if not _is_request(path)]
    return [path for path in found if not kinds or _content(path) in kinds]


def _requests() -> list[Path]:
    return [path for path in sorted(FOLDER.rglob("*")) if path.suffix in (".xml", ".tmpl") and _is_request(path)]


def _request_for(content: str) -> Request:
    """Return a request that an answer with that content fits."""
    if content == "EnumerateResponse":
        return Enumerate(QUERY, "")
    if content == "PullResponse":
        return Pull(QUERY, "")
    if content == "IdentifyResponse":
        return Identify()
    if content.endswith("_OUTPUT"):
        return Invoke(wmi_resource("Any"), content.removesuffix("_OUTPUT"))
    return Get(wmi_resource("Any"))


def _answer(path: Path) -> t.Any:
    return decode_answer(path.read_bytes(), _request_for(_content(path)))


def _conversations() -> dict[str, list[Path]]:
    """Return the files that belong together: same folder, same name but for one number."""
    found: dict[str, list[Path]] = {}
    for path in _files("EnumerateResponse", "PullResponse"):
        stem = re.sub(r"_(response_)?\d+(_\w+)?$", "", path.stem.replace("_response", ""))
        found.setdefault(f"{path.parent}/{stem}", []).append(path)
    return {key: files for key, files in found.items() if len(files) > 1}


def _all_items() -> list[Instance]:
    answers = [_answer(path) for path in _files("EnumerateResponse", "PullResponse")]
    return [item for answer in answers for item in answer.items]


def test_every_answer_is_decoded_as_what_it_is() -> None:
    kinds = {"EnumerateResponse": Batch, "PullResponse": Batch, "Fault": Fault, "IdentifyResponse": Identity}
    for path in _files():
        content = _content(path)
        if content != "fragment":
            expected = kinds.get(content, Output if content.endswith("_OUTPUT") else Got)
            assert isinstance(_answer(path), expected), path


def test_every_fault_has_the_code_in_its_name() -> None:
    for path in _files("Fault"):
        fault = _answer(path)
        named = re.search(r"_(\d{2,10})(?:_[a-z]\w*)?$", path.stem)
        if named:
            assert fault.code == int(named.group(1)), path
            assert fault.number == fault.code, path
        assert fault.subcode or path.stem == "must_understand", path
        assert fault.shape == "wmi_error" or fault.hresult is None, path


def test_a_bare_fault_reads_alike_inside_an_envelope() -> None:
    for path in _files("fragment"):
        envelope = (
            b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><s:Fault><s:Detail>'
            + path.read_bytes()
            + b"</s:Detail></s:Fault></s:Body></s:Envelope>"
        )
        fault = decode_answer(envelope, Get(wmi_resource("Any")))
        assert isinstance(fault, Fault)
        assert fault.shape == "provider"
        assert str(fault.number) in path.stem


def test_every_request_is_read_as_what_it_is() -> None:
    words = {"enumerate": Enumerate, "pull": Pull, "get": Get, "invoke": Invoke, "put": Put}
    for path in _requests():
        call = decode_call(path.read_bytes().replace(b"{resource_uri}", QUERY.uri.encode()))
        kind = next((kind for word, kind in words.items() if word in path.stem), None)
        assert kind is None or isinstance(call.request, kind), path
        assert call.message_id, path
        assert isinstance(call.request.resource, Resource), path


def test_conversations_join() -> None:
    for name, files in _conversations().items():
        batches = [_answer(path) for path in files]
        assert all(isinstance(batch, Batch) for batch in batches), name
        assert [batch.opening for batch in batches] == [_content(path) == "EnumerateResponse" for path in files], name
        assert batches[-1].context is None or "eos" not in files[-1].stem, name
        contexts = [batch.context for batch in batches[:-1]]
        assert all(contexts), name
        assert len(set(contexts)) == len(contexts), name


def test_every_item_is_an_object_with_properties() -> None:
    for item in _all_items():
        assert item.properties
        assert item.class_uri is None or item.class_uri.startswith("http://schemas.microsoft.com/wbem/wsman/1/wmi/")
        assert "Location" not in item.properties


def test_every_value_is_read_by_its_type() -> None:
    for item in _all_items():
        for values in item.properties.values():
            for value in values:
                if isinstance(value, Datetime):
                    assert from_lexical((value,), "datetime").tzinfo is not None
                elif isinstance(value, Interval):
                    assert from_lexical((value,), "interval") is not None
                elif value in ("true", "false"):
                    assert from_lexical((value,), "boolean") is (value == "true")
                elif isinstance(value, str) and re.fullmatch(r"-?\d{1,20}", value):
                    assert from_lexical((value,), "uint64") == int(value)


def test_a_page_is_as_full_as_it_looks() -> None:
    for path in _files("EnumerateResponse", "PullResponse"):
        root = parse(path.read_bytes())
        lists = [element for element in root.iter() if _local(element.tag) == "Items"]
        assert len(_answer(path).items) == sum(len(element) for element in lists), path
