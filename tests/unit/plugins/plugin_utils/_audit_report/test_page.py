# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page: the same for the same audit, with everything in it escaped, and nothing in it asked from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._audit_report import as_html
from ansible_collections.volume.activation.plugins.plugin_utils._audit_report.findings import cards
from ansible_collections.volume.activation.plugins.plugin_utils._audit_report.formatting import percent

from .audit_documents import HOSTILE, Document, Fleet, audit, healthy, hostile, unreached


class Page(HTMLParser):
    """What is in a page: its elements with their attributes, and the text of each kind of element."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self._inside, []).append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of every element of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self) -> str:
        """All that can be read, without style and script."""
        return " ".join("".join(parts) for tag, parts in self.texts.items() if tag not in ("style", "script"))


def page(document: Document, title: str = "An audit") -> Page:
    """Return the page of an audit."""
    return Page(as_html(document, title=title))


def test_the_same_audit_gives_the_same_bytes() -> None:
    assert as_html(audit(60), title="x") == as_html(audit(60), title="x")


def test_the_policy_names_the_style_and_the_script_that_are_there() -> None:
    found = page(audit(3))
    policy = next(meta["content"] for meta in found.all("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    for tag in ("style", "script"):
        digest = hashlib.sha256("".join(found.texts[tag]).encode()).digest()
        assert f"{tag}-src 'sha256-{base64.b64encode(digest).decode()}'" in str(policy)
    assert str(policy).startswith("default-src 'none';")


@pytest.mark.parametrize("document", [audit(60), hostile()])
def test_nothing_is_asked_from_elsewhere(document: Document) -> None:
    found = page(document)
    named = [one[name] for _tag, one in found.elements for name in ("src", "href") if name in one]
    assert named
    assert all(str(value).startswith(("#", "data:")) for value in named)
    assert not [attributes for _tag, attributes in found.elements if "style" in attributes]
    # Their licence is the one address that they name.
    code = "".join(found.texts["style"] + found.texts["script"])
    assert not re.findall(r"url\((?!#)|@import|https?://(?!www\.gnu\.org/licenses/)|fetch|XMLHttp", code)


def test_whatever_machines_call_themselves_is_text() -> None:
    text = as_html(hostile(), title=HOSTILE)
    found = Page(text)
    assert "<img" not in text
    assert found.all("img") == []
    assert len(found.all("script")) == 1
    assert not [name for _tag, attributes in found.elements for name in attributes if name.startswith("on")]
    assert found.text.count(HOSTILE) > 12
    assert "49" not in "".join(found.texts["title"])


def test_every_machine_and_every_finding_is_in_the_page() -> None:
    document = audit(300)
    found = page(document)
    assert all(row["name"] in found.text for row in document["machines"])
    for finding in document["findings"]:
        assert finding["title"] in found.text and finding["remedy"] in found.text
        assert all(detail in found.text for detail in finding["details"].values())


def test_every_chart_is_told_in_words_too() -> None:
    found = page(audit(300))
    for svg in found.all("svg"):
        assert svg.get("aria-hidden") == "true" or (svg.get("role") == "img" and svg.get("aria-labelledby"))


def test_references_lead_somewhere_and_names_are_given_once() -> None:
    found = page(audit(300))
    ids = [attributes["id"] for _tag, attributes in found.elements if "id" in attributes]
    assert len(set(ids)) == len(ids)
    kinds = ("aria-labelledby", "aria-describedby", "for")
    used = {part for _tag, one in found.elements for kind in kinds for part in (one.get(kind) or "").split()}
    used |= {str(link["href"])[1:] for link in found.all("a") if not str(link["href"]).startswith("#?")}
    assert used <= set(ids)


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (audit(0), "No machine was audited."),
        (healthy(), "Nothing to do."),
        (unreached(), "None of 5 machines was reached."),
        (audit(300), "2 critical findings on 7 machines."),
    ],
)
def test_the_first_sentence_says_how_it_stands(document: Document, told: str) -> None:
    assert told in page(document).text


def test_findings_of_one_code_share_a_card() -> None:
    fleet = Fleet()
    for number in range(40):
        row = fleet.add(number)
        fleet.find(row, "duplicate_client_machine_id", "", f"id-{number // 2:02d}")
    document = fleet.document()
    for finding in document["findings"]:
        finding["title"] += f": {finding['subject']}" if finding["subject"] else ""
    [card] = [card for card in cards(document) if card["code"] == "duplicate_client_machine_id"]
    assert (card["title"], card["machines"]) == ("Several machines have one client machine ID", "40 machines")
    assert [part["subject"] for part in card["parts"]] == [f"id-{number:02d}" for number in range(20)]
    assert all(part["folded"] for part in card["parts"])
    assert card["fold"] == "All 20 of them"


def test_a_page_of_many_machines_stays_small() -> None:
    few, many = (len(as_html(audit(number), title="x").encode()) for number in (500, 2500))
    assert (many - few) / 2000 < 400


@pytest.mark.parametrize(
    ("part", "whole", "told"),
    [
        (0, 0, "–"),
        (0, 5, "0%"),
        (5, 5, "100%"),
        (1, 3, "33.3%"),
        (1, 9999, "< 0.1%"),
        (9999, 10000, "> 99.9%"),
        (995, 1000, "99.5%"),
    ],
)
def test_a_share_is_never_rounded_to_nothing_or_all(part: int, whole: int, told: str) -> None:
    assert percent(part, whole) == told


def palettes() -> dict[str, dict[str, str]]:
    """Return the colours of the light and the dark page and of paper, by name."""
    style = "".join(page(audit(0)).texts["style"])
    light, dark, paper = (
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6})", block))
        for block in re.findall(r":root \{(.*?)\}", style, re.S)
    )
    return {"light": light, "dark": {**light, **dark}, "paper": {**light, **paper}}


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, as WCAG 2 reckons it."""

    def luminance(colour: str) -> float:
        digits = colour[1:] if len(colour) == 7 else "".join(sign * 2 for sign in colour[1:])
        parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark", "paper"])
def test_colours_can_be_told_from_what_is_behind_them(theme: str) -> None:
    colours = palettes()[theme]
    texts = [(text, on) for text in ("ink", "muted", "accent") for on in ("ground", "sheet")]
    texts += [(text, "sheet") for text in ("critical", "warning", "info", "good", "off")]
    texts += [("ink", f"{name}-wash") for name in ("critical", "warning", "info", "good")] + [
        ("warning", "warning-wash")
    ]
    weak = {pair: contrast(*(colours[name] for name in pair)) for pair in texts}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}
    shapes = [
        (name, on) for name in ("strong", "accent", "critical", "warning", "good", "off") for on in ("sheet", "rail")
    ]
    weak = {pair: contrast(*(colours[name] for name in pair)) for pair in shapes if pair != ("strong", "rail")}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 3} == {}
