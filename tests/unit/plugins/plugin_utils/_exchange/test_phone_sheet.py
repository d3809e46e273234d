# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The phone sheet shows what has to be read out, keeps back what the level keeps back, and asks nothing of anybody."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._exchange import Answerer, Privacy, Request, Sheet, load

from .offline_requests import Service, digits, exported, identifier, open_ledger, pid, unreachable


def _request(number: int = 1, **more: str) -> Request:
    given = {
        "extended_pid": pid(number),
        "installation_id": identifier(number),
        "machine": f"secluded-{number:03d}",
        "activation_id": "id-windows",
        "partial_product_key": "GGGGG",
    }
    return Request(**{**given, **more})


def _groups(page: str) -> list[str]:
    return re.findall(r'<span class="given">(\d+)</span>', page)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.sources: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.sources += [name for name, value in attrs if name in ("src", "href", "srcset", "action", "style")]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize(("length", "size"), [(63, 7), (54, 6)])
def test_the_installation_id_is_in_nine_labelled_groups(length: int, size: int) -> None:
    number = digits("old or new", length)
    page = Sheet((_request(installation_id=number),), Privacy.FULL).html()
    groups = _groups(page)
    assert "".join(groups) == number
    assert {len(group) for group in groups} == {size}
    assert re.findall(r"<b>(\w)</b>", page) == [*"123456789", *"ABCDEFGH"]
    assert page.count('class="blank"') == 8


def test_it_tells_what_to_do_with_the_confirmation_id() -> None:
    page = Sheet((_request(),), Privacy.FULL).html()
    for word in ("secluded-001", "GGGGG", pid(1), "volume.activation.mak", "confirmation_id", "slui 4"):
        assert word in page


def test_it_is_well_formed_and_needs_nothing_from_anywhere() -> None:
    reader = _Reader()
    page = Sheet(tuple(_request(number) for number in range(1, 4)), Privacy.FULL).html()
    reader.feed(page)
    assert reader.open == []
    assert reader.sources == []
    assert not reader.tags & {"script", "img", "link", "iframe", "object", "form"}
    assert "url(" not in page
    assert "default-src 'none'" in page
    assert "@page" in page
    assert "break-inside: avoid" in page


def test_text_is_escaped() -> None:
    page = Sheet((_request(machine='<script>alert("x")</script>&', activation_id="<b>"),), Privacy.FULL).html()
    assert "<script>" not in page
    assert "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;" in page
    assert "<dd><b>" not in page


@pytest.mark.parametrize(
    ("privacy", "absent"),
    [(Privacy.NO_NAMES, ["secluded"]), (Privacy.SERVICE_ONLY, ["secluded", "GGGGG", "id-windows"])],
)
def test_a_privacy_level_holds_on_paper(privacy: Privacy, absent: list[str]) -> None:
    page = Sheet((_request(1), _request(2)), privacy).html()
    assert [word for word in absent if word in page] == []
    assert "<h2>Request 2</h2>" in page


def test_a_file_gives_a_sheet_for_what_is_still_open_and_no_more_open_than_itself(tmp_path: Path) -> None:
    path = tmp_path / "parcel.json"
    with open_ledger(tmp_path) as ledger:
        exported(ledger, path, privacy=Privacy.NO_NAMES)
    Answerer(Service({identifier(n): unreachable(arrived=False) for n in (2, 3)}), path).answer()
    sheet = Sheet.of(load(path), Privacy.FULL)
    assert sheet.names() == [request.token for request in load(path).requests[1:]]
    assert "".join(_groups(sheet.html())) == identifier(2) + identifier(3)
    assert Sheet.of(load(path), Privacy.SERVICE_ONLY).names() == ["Request 1", "Request 2"]
