# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of a report in a real browser: read, sorted, filtered, narrow, printed, without script, by axe."""

from __future__ import annotations

import itertools
import typing as t
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._audit_report import as_html
from ansible_collections.volume.activation.plugins.plugin_utils._audit_report.vocabulary import STATUSES
from ansible_collections.volume.activation.tests.unit.plugins.plugin_utils._audit_report.audit_documents import (
    HOSTILE,
    Document,
    Fleet,
    audit,
    healthy,
    hostile,
    unreached,
)

if t.TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

COLUMNS = ("Machine", "Status", "Method", "Profile", "Windows", "Ends", "Severity", "Findings")
RANKS = {"critical": 1, "warning": 2, "info": 3}


@dataclass
class View:
    """A page, and what the browser has noticed about it."""

    page: Page
    address: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> View:
        """Note every request and every complaint from now on, and open the page."""
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))
        self.page.goto(self.address)
        return self

    @property
    def told(self) -> str:
        """What the live region says."""
        return self.page.inner_text("#told")

    @property
    def here(self) -> str:
        """The address as the page itself sees it; the driver learns of a change some time later."""
        return str(self.page.evaluate("location.href"))

    def column(self, name: str) -> list[str]:
        """Return the cells of a column from the top to the bottom, without what stands in small print."""
        cells = "row => row.cells[at].firstChild?.data ?? ''"
        rows = "[...document.querySelectorAll('#fleet tbody tr')]"
        return t.cast("list[str]", self.page.evaluate(f"at => {rows}.map({cells})", COLUMNS.index(name)))

    def sorting(self) -> dict[str, str]:
        """Return the columns that say how they are sorted, by name."""
        heads = self.page.query_selector_all("#fleet thead th[aria-sort]")
        return {head.inner_text().strip(): str(head.get_attribute("aria-sort")) for head in heads}

    def filter(self, name: str, value: str) -> None:
        """Narrow the table by one of its fields, and wait for what it says then."""
        before = self.told
        if name == "Search":
            self.page.get_by_label(name).fill(value)
        else:
            self.page.get_by_role("combobox", name=name).select_option(value)
        self.page.wait_for_function("before => document.getElementById('told').innerText !== before", arg=before)


Show = Callable[..., View]


@pytest.fixture
def show(chromium: Browser, tmp_path: Path) -> Iterator[Show]:
    """A function that opens the page of an audit; nothing may be asked from elsewhere, and nothing complained of."""
    views: list[View] = []

    def opened(
        document: Document, *, fragment: str = "", script: bool = True, width: int = 1280, **options: t.Any
    ) -> View:
        path = tmp_path / f"report{len(views)}.html"
        path.write_text(as_html(document, title="An audit"), encoding="utf-8")
        size = {"width": width, "height": 900}
        context = chromium.new_context(viewport=size, java_script_enabled=script, **options)
        views.append(View(context.new_page(), f"{path.as_uri()}{fragment}").watch())
        return views[-1]

    yield opened
    for view in views:
        view.page.context.close()
        assert {address.split("#")[0] for address in view.requests} == {view.address.split("#")[0]}
        assert view.complaints == []


def long_names() -> Document:
    """Return an audit with names as long as they come, and without a place to break them."""
    fleet = Fleet()
    for number in range(16):
        row = fleet.add(number)
        row["name"] = f"{'verylongname' * 20}{number:02d}"
        fleet.find(row, "not_licensed", "0xC004F074" * 30)
    return fleet.document()


def of_every_kind() -> Document:
    """Return a small audit in which every status, severity and kind of finding occurs."""
    fleet = Fleet()
    kinds = zip(STATUSES, itertools.cycle(("not_licensed", "lease_expiring", "subscription")), strict=False)
    for number, (status, code) in enumerate(kinds):
        row = fleet.add(number)
        row["status"] = status
        fleet.find(row, code, f"It is {status}.")
        fleet.find(row, "kms_host_differs", "It asks kms-old.corp.example.")
    fleet.rows[0].update(days_left=3, expires="2026-11-25")
    return fleet.document()


def violations(view: View, *, contrast: bool) -> list[str]:
    """Return what axe objects to, with the elements; contrast takes it most of its time."""
    from axe_playwright_python.sync_playwright import Axe

    options = {"resultTypes": ["violations"], "rules": {"color-contrast": {"enabled": contrast}}}
    found = Axe().run(view.page, options=options).response["violations"]
    return [f"{one['id']}: {one['help']}: {[node['html'][:200] for node in one['nodes'][:3]]}" for one in found]


def unfold(view: View) -> None:
    """Open whatever is folded."""
    view.page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_axe_has_nothing_to_object_to(show: Show, scheme: str, width: int) -> None:
    view = show(of_every_kind(), width=width, color_scheme=scheme)
    assert violations(view, contrast=False) == []
    unfold(view)
    view.page.get_by_role("button", name="Ends").click()
    assert violations(view, contrast=True) == []


@pytest.mark.parametrize(
    "document",
    [audit(0), healthy(), unreached(), hostile(), long_names()],
    ids=["none", "healthy", "silent", "hostile", "long"],
)
def test_axe_has_nothing_to_object_to_at_the_edges(show: Show, document: Document) -> None:
    assert violations(show(document), contrast=False) == []


def test_columns_sort_by_mouse_and_by_keyboard(show: Show) -> None:
    view = show(audit(60))
    assert view.sorting() == {}
    for column in COLUMNS:
        view.page.get_by_role("columnheader", name=column).get_by_role("button").click()
        assert view.sorting() == {column: "ascending"}
        upwards = view.column(column)
        assert upwards == ordered(column, upwards, down=False)
        assert f"sorted by {column.lower()}, ascending" in view.told
        view.page.keyboard.press("Enter")  # the focus stays where it was
        assert view.sorting() == {column: "descending"}
        assert view.column(column) == ordered(column, upwards, down=True)
        view.page.keyboard.press("Space")
        assert view.column(column) == upwards
        assert view.page.evaluate("document.activeElement.textContent") == column


def ordered(column: str, cells: list[str], *, down: bool) -> list[str]:
    """Return cells as they should stand; what is empty is last either way."""
    filled = [cell for cell in cells if cell]
    filled.sort(key=lambda cell: (RANKS.get(cell, 0), cell.lower()), reverse=down)
    return filled + [""] * (len(cells) - len(filled))


def test_every_control_is_reached_by_keyboard_and_shows_it(show: Show) -> None:
    view = show(audit(40))
    view.page.get_by_label("Search").focus()
    seen = []
    for _press in range(7 + len(COLUMNS) - 1):
        view.page.keyboard.press("Tab")
        seen.append(view.page.evaluate("document.activeElement.id || document.activeElement.textContent"))
    assert seen == [f"f-{name}" for name in ("status", "method", "profile", "severity", "finding")] + [
        "Clear",
        *COLUMNS,
    ]
    assert view.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_filters_narrow_the_table_and_tell_how_far(show: Show) -> None:
    document = audit(150)
    view = show(document)
    drifted = [row["name"] for row in document["machines"] if "profile_drift" in row["findings"]]
    view.filter("Finding", "profile_drift")
    assert view.column("Machine") == drifted
    assert view.told == f"{len(drifted)} of 150 machines."
    kind = drifted[0][:3]
    view.filter("Search", f"{kind.upper()} corp")
    wanted = [name for name in drifted if kind in name]
    assert view.column("Machine") == wanted
    view.filter("Search", "no machine is called that")
    assert view.column("Machine") == []
    assert view.told == "None of 150 machines matches."
    view.page.get_by_role("button", name="Clear").click()
    view.page.wait_for_function("document.getElementById('told').innerText === '150 machines.'")
    assert view.here == view.address


def test_each_filter_finds_what_it_names(show: Show) -> None:
    view = show(audit(150))
    words = {
        "Status": "unreachable",
        "Method": "Active Directory",
        "Profile": "Active Directory",
        "Severity": "critical",
    }
    for name, word in words.items():
        field = view.page.get_by_role("combobox", name=name)
        view.filter(name, next(text for text in field.locator("option").all_inner_texts() if text.startswith(word)))
        assert set(view.column(name)) == {word}
        view.filter(name, "Any")


def test_the_address_keeps_what_was_asked(show: Show) -> None:
    document = audit(150)
    view = show(document)
    view.filter("Status", "licensed")
    view.filter("Search", "sql")
    for _time in range(2):
        view.page.get_by_role("columnheader", name="Machine").get_by_role("button").click()
    fragment = view.here.removeprefix(view.address)
    again = show(document, fragment=fragment)
    assert again.column("Machine") == view.column("Machine") != []
    assert (again.told, again.sorting()) == (view.told, {"Machine": "descending"})
    assert again.page.get_by_label("Search").input_value() == "sql"


@pytest.mark.parametrize("fragment", ["#?sort=nothing&status=nothing", "#?sort=-", "#machines"])
def test_an_address_that_says_nothing_shows_everything(show: Show, fragment: str) -> None:
    view = show(audit(40), fragment=fragment)
    assert len(view.column("Machine")) == 40
    assert view.sorting() == {}


def test_a_finding_leads_to_its_machines(show: Show) -> None:
    document = audit(150)
    view = show(document)
    finding = document["findings"][0]
    view.page.get_by_role("article").filter(has_text=finding["title"]).get_by_role("link").click()
    assert view.column("Machine") == finding["machines"]
    assert view.page.evaluate("document.activeElement.id") == "machines"


@pytest.mark.parametrize(
    "document", [audit(40), long_names(), hostile(), audit(0)], ids=["fleet", "long", "hostile", "none"]
)
def test_nothing_is_cut_off_or_scrolls_sideways_on_a_small_phone(show: Show, document: Document) -> None:
    view = show(document, width=320)
    unfold(view)
    assert view.page.evaluate("document.documentElement.scrollWidth") == 320
    too_wide = "[...document.querySelectorAll('main *')].filter(one => one.getBoundingClientRect().right > 321).length"
    assert view.page.evaluate(too_wide) == 0


@pytest.mark.parametrize("width", [1440, 1280, 1024, 920, 390])
def test_no_word_of_the_table_is_broken(show: Show, width: int) -> None:
    fleet = Fleet()
    for number, status in enumerate(STATUSES):
        row = fleet.add(number)
        row.update(status=status, method="subscription", error={"code": "name_not_resolved"})
        row["license"] = {"machine": {"product_name": "Windows Server 2022 Datacenter: Azure Edition", "build": 20348}}
        row["profile"] = {"wished": "auto", "intended": "adba_default", "rule": "existing_active_directory"}
        fleet.find(row, "duplicate_client_machine_id", "It has the ID of another machine.")
    view = show(fleet.document(), width=width)
    # A name can be longer than any column, a word cannot. A line may end after the hyphen of a word, not of a date.
    broken = """() => [...document.querySelectorAll('#fleet tbody td')].flatMap(cell => {
      const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT), found = [];
      for (let node = walker.nextNode(); node; node = walker.nextNode())
        for (const word of node.data.matchAll(/\\d[\\d-]*|[^\\s-]+/g)) {
          const range = document.createRange();
          range.setStart(node, word.index);
          range.setEnd(node, word.index + word[0].length);
          if (new Set([...range.getClientRects()].map(box => box.top)).size > 1) found.push(word[0]);
        }
      return found;
    })"""
    assert view.page.evaluate(broken) == []


def test_the_codes_the_build_and_the_kms_host_are_found_by_the_search(show: Show) -> None:
    fleet = Fleet()
    for number in range(8):
        fleet.add(number)
    fleet.rows[1]["license"]["products"][0]["reason"] = {"code": "0xC004F074"}
    fleet.rows[1]["status"] = "notification"
    fleet.rows[2]["license"]["machine"].update(product_name="Windows Server 2025 Standard", build=26100)
    fleet.rows[3]["method"] = "kms"
    fleet.rows[3]["license"]["service"]["kms_host"] = "kms7.corp.example"
    view = show(fleet.document())
    for words, row in {"c004f074": 1, "server 2025": 2, "26100": 2, "kms7.corp": 3}.items():
        view.filter("Search", words)
        assert view.column("Machine") == [fleet.rows[row]["name"]]
        view.filter("Search", "")


def test_a_screenshot_of_the_full_page_shows_every_machine_of_a_medium_fleet(show: Show) -> None:
    view = show(audit(400))
    bodies = "[...document.querySelectorAll('#fleet tbody')]"
    looks = f"{bodies}.map(body => getComputedStyle(body).contentVisibility)"
    assert set(view.page.evaluate(looks)) == {"visible"}


@pytest.mark.parametrize("machines", [60, 1500])
def test_a_link_leads_to_the_machines_on_a_phone(show: Show, machines: int) -> None:
    view = show(audit(machines), width=390, reduced_motion="reduce")
    view.page.get_by_role("link", name="Machines", exact=True).click()
    view.page.wait_for_function("Math.abs(document.getElementById('machines').getBoundingClientRect().top) < 40")


def test_paper_shows_everything(show: Show) -> None:
    document = audit(150)
    view = show(document)
    view.page.emulate_media(media="print")
    assert not view.page.get_by_label("Search").is_visible()
    text = view.page.inner_text("main")
    assert all(row["name"] in text for row in document["machines"])
    for finding in document["findings"]:
        assert all(detail in text for detail in finding["details"].values())
    folded = view.page.locator("details li")
    assert folded.count() and all(one.is_visible() for one in folded.all()[:20])
    assert view.page.pdf(format="A4")[:5] == b"%PDF-"


@pytest.mark.parametrize("width", [1280, 360])
def test_without_script_everything_can_be_read(show: Show, width: int) -> None:
    document = audit(60)
    view = show(document, script=False, width=width)
    assert view.page.locator("#fleet tbody tr").count() == 60
    assert not view.page.get_by_label("Search").is_visible()
    assert view.page.get_by_role("button").count() == 0
    fold = view.page.locator("details").first
    fold.locator("summary").click()
    assert fold.locator("table, ul, dl").first.is_visible()


def test_the_table_is_a_table_to_a_screen_reader(show: Show) -> None:
    for width in (1280, 360):
        view = show(audit(40), width=width)
        table = view.page.get_by_role("table", name="Machines")
        assert table.get_by_role("row").count() == 41
        assert table.get_by_role("rowheader").count() == 40
        assert table.get_by_role("cell").count() == 40 * (len(COLUMNS) - 1)


def test_what_machines_call_themselves_does_nothing(show: Show) -> None:
    view = show(hostile())
    assert HOSTILE in view.column("Machine")
    view.filter("Status", HOSTILE)
    assert view.column("Machine") == [HOSTILE]
    assert view.page.locator("img").count() == 0


def test_who_wants_no_motion_gets_none(show: Show) -> None:
    view = show(healthy(), reduced_motion="reduce")
    assert view.page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_ten_thousand_machines_are_sorted_and_filtered_while_one_waits(show: Show) -> None:
    view = show(audit(10_000))
    timed = """column => {
        const start = performance.now();
        document.querySelectorAll('#fleet thead button')[column].click();
        document.getElementById('fleet').getBoundingClientRect();
        return performance.now() - start;
    }"""
    # Far above what it takes, since the machine may be busy with other tests.
    assert max(view.page.evaluate(timed, column) for column in (0, 5, 7)) < 5000
    view.filter("Search", "web00008")
    assert view.told == "1 of 10,000 machines, sorted by findings, ascending."
