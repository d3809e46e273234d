# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The audit as one HTML page that asks nobody for anything: style, script and figures are in it.

The page's policy names the style and the script by their hashes, so that nothing else can run, whatever machines call
themselves. What machines have said is escaped by the templates, all of it.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import typing as t
from pathlib import Path

import jinja2

from .charts import figures, tiles, verdict
from .document import Audit
from .expiry import expiry
from .findings import cards, no_findings
from .footer import facts, meanings
from .forecast import outlook
from .formatting import count, duration, moment
from .machine_table import COLUMNS, choices, chunks

__all__ = ["as_html"]

_DATA = Path(__file__).parent / "data"
_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
    "%3Crect width='16' height='16' rx='3' fill='%231f5f99'/%3E"
    "%3Cpath d='M4 8.4l2.8 2.8L12 5.4' fill='none' stroke='white' stroke-width='2'/%3E%3C/svg%3E"
)


def as_html(audit: Audit, *, title: str) -> str:
    """Return the page; the same audit and title give the same text."""
    style, script = _text("page.css"), _text("page.js")
    return _template().render(
        title=title,
        icon=_ICON,
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
        **_content(audit),
    )


def _content(audit: Audit) -> dict[str, t.Any]:
    return {
        "audited": moment(audit["audited_at"]),
        "duration": duration(audit["duration_seconds"]),
        "machines_text": count(len(audit["machines"]), "machine"),
        "verdict": verdict(audit),
        "tiles": tiles(audit),
        "findings": cards(audit),
        "no_findings": no_findings(audit),
        **figures(audit),
        "expiry": expiry(audit),
        "forecast": outlook(audit),
        "columns": COLUMNS,
        "rows": chunks(audit),
        "choices": choices(audit),
        "facts": facts(audit),
        "words": meanings(audit),
    }


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@functools.cache
def _text(name: str) -> str:
    return (_DATA / name).read_text(encoding="utf-8")


@functools.cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.from_string(_text("page.html.j2"))
