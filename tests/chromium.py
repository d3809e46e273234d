# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real browser, Chromium, for the tests that ask for `chromium`: one a process, started by the first of them.

It is the system's own, driven by playwright, whose driver ends it when this process ends, however that comes about.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_NAMES = ("chromium", "chromium-browser", "google-chrome")


def program() -> str | None:
    """Return the path of the browser."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    path = program()
    if not path:
        pytest.skip("no Chromium is installed; on Debian and Ubuntu: apt-get install chromium")
    for library in ("playwright", "axe_playwright_python"):
        pytest.importorskip(library, reason=f"the Python library {library} is not installed: see requirements/run.in")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # The sandbox refuses to work for root, as whom a container runs the tests.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()
