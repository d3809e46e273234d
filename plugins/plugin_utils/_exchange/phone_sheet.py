# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The phone sheet: one box for each machine, to be printed, read out and written on. No script, no outside request."""

from __future__ import annotations

import html
import typing as t
from dataclasses import dataclass

from .._licensing import grouped
from .records import AnswerState, Exchange, Privacy, Request

__all__ = ["Sheet"]

_STYLE = """\
@page { margin: 15mm; }
* { box-sizing: border-box; }
body { font: 11pt/1.4 system-ui, sans-serif; color: #000; background: #fff; max-width: 190mm; margin: 0 auto;
  padding: 1rem; }
h1 { font-size: 16pt; margin: 0 0 .4em; }
h2 { font-size: 13pt; margin: 0; overflow-wrap: anywhere; }
section { border: 1.5pt solid #000; padding: 4mm; margin: 5mm 0; break-inside: avoid; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1em; margin: 2mm 0; }
dt { font-weight: 600; } dd { margin: 0; overflow-wrap: anywhere; }
h3 { font-size: 11pt; margin: 3mm 0 1mm; }
ol { list-style: none; display: flex; flex-wrap: wrap; gap: 2mm; margin: 0; padding: 0; }
li { text-align: center; } li b { display: block; font-size: 9pt; font-weight: 600; }
.given { font: 13pt/1.5 ui-monospace, monospace; border: .5pt solid #666; padding: 0 1.5mm; }
.blank { display: block; width: 40mm; height: 9mm; border: .75pt solid #000;
  background: repeating-linear-gradient(90deg, #fff 0 calc(100%/6 - .5pt), #999 calc(100%/6 - .5pt) calc(100%/6)); }
.notes { display: flex; gap: 4mm; margin: 4mm 0 1mm; }
.notes span { flex: 1; border-bottom: .5pt solid #000; min-height: 7mm; }
code { font: 10pt ui-monospace, monospace; overflow-wrap: anywhere; }
@media print {
  body { padding: 0; max-width: none; }
  .blank { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""
_HEAD = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Activation by confirmation ID</title>
<style>
{style}</style>
</head>
<body>
<h1>Activation of {count} by confirmation ID</h1>
<p>Open Microsoft's product activation portal on the web. The telephone number that <code>slui 4</code> shows on any
Windows machine leads there as well. Enter the groups of the installation ID in their order, and write the groups A to H
of the answer into the blank boxes.</p>
"""
_SECTION = """\
<section>
<h2>{title}</h2>
<dl>
{facts}</dl>
<h3>Installation ID</h3>
<ol>
{given}</ol>
<h3>Confirmation ID</h3>
<ol>
{blank}</ol>
<p class="notes"><span>Date</span><span>Called by</span><span>Reference</span></p>
<p>Afterwards give the 48 digits to the machine:<br><code>{after}</code></p>
</section>
"""
_LETTERS = "ABCDEFGH"


@dataclass(frozen=True)
class Sheet:
    """Requests on paper; a privacy level keeps back on it what it keeps back in the file."""

    requests: tuple[Request, ...]
    privacy: Privacy

    @classmethod
    def of(cls, exchange: Exchange, privacy: Privacy) -> Sheet:
        """Return the sheet of a file, for what has no confirmation ID yet, and no more open than the file is."""
        waiting = [one for one in exchange.requests if not _has_confirmation(exchange, one)]
        return cls(tuple(waiting), max(privacy, exchange.privacy, key=list(Privacy).index))

    def names(self) -> list[str]:
        """Return what each request is called on it."""
        shown = [request.seen_through(self.privacy) for request in self.requests]
        return [_title(position, request) for position, request in enumerate(shown, 1)]

    def html(self) -> str:
        """Return the page; the same requests give the same text."""
        count = "one machine" if len(self.requests) == 1 else f"{len(self.requests)} machines"
        sections = [
            _section(position, request.seen_through(self.privacy)) for position, request in enumerate(self.requests, 1)
        ]
        return _HEAD.format(style=_STYLE, count=count) + "".join(sections) + "</body>\n</html>\n"


def _has_confirmation(exchange: Exchange, request: Request) -> bool:
    answer = exchange.answers.get(request.identity)
    return answer is not None and answer.standing is AnswerState.CONFIRMED


def _title(position: int, request: Request) -> str:
    return request.machine or request.token or f"Request {position}"


def _section(position: int, request: Request) -> str:
    digits = request.installation_id
    groups = grouped(digits, len(digits) // 9).split("-")
    return _SECTION.format(
        title=html.escape(_title(position, request)),
        facts="".join(f"<dt>{name}</dt><dd>{html.escape(value)}</dd>\n" for name, value in _facts(request)),
        given="".join(
            f'<li><b>{place}</b><span class="given">{group}</span></li>\n' for place, group in _places(groups)
        ),
        blank="".join(f'<li><b>{letter}</b><span class="blank"></span></li>\n' for letter in _LETTERS),
        after=html.escape(_afterwards(request)),
    )


def _places(groups: list[str]) -> t.Iterator[tuple[int, str]]:
    return enumerate(groups, 1)


def _facts(request: Request) -> t.Iterator[tuple[str, str]]:
    """Yield what the portal may ask for; what is not known or kept back is left out."""
    named = (
        ("Key ending in", request.partial_product_key),
        ("Product ID", request.extended_pid),
        ("Activation ID", request.activation_id),
    )
    return ((name, value) for name, value in named if value)


def _afterwards(request: Request) -> str:
    host = request.machine or "the machine"
    return f"volume.activation.mak for {host}, with the groups A to H as confirmation_id"
