# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A diagnosis as a task: the connection's settings, a session that may not come about, and the result."""

from __future__ import annotations

import contextlib
import json
import pathlib
import typing as t
from datetime import datetime, timezone

from ..._deadlines import pause
from ..._diagnosis import Clocks, Examined, Expected, Network, diagnose, diagnose_and_record
from ..._discovery import DnsSettings
from ..._errors import MissingLibrary
from ..._session import ConnectionSettings, Session, open_session
from ..._transcripts import Transcript
from ..._validation import valid_dns_domain, valid_dns_host, valid_number

__all__ = ["examined"]

_MANIFEST = pathlib.Path(__file__).resolve().parents[3] / "MANIFEST.json"
_MOST_MACHINES = 1_000_000_000
_CLOCKS = Clocks(now=lambda: datetime.now(timezone.utc), pause=pause)


def examined(
    machine: str, settings: ConnectionSettings, options: t.Mapping[str, t.Any]
) -> tuple[Examined, Transcript | None]:
    """Return the diagnosis that these options ask for, and the transcript if they ask for one."""
    expected = Expected(
        path=options["expect"],
        lookup_domain=valid_dns_domain(options["lookup_domain"], "lookup_domain") if options["lookup_domain"] else None,
        counts=_counts(options["kms_counts"] or {}),
    )
    network = _network(options)
    with settings.task_deadline(), contextlib.closing(_session(settings)) as session:
        if not options["transcript"]:
            return diagnose(machine, session, settings, network, expected, _CLOCKS), None
        return diagnose_and_record(
            machine,
            session,
            settings,
            network,
            expected,
            _CLOCKS,
            questions=options["questions"] is not False,
            made_by=_made_by(),
        )


def _counts(given: t.Mapping[str, int | None]) -> dict[str, int]:
    return {
        name: valid_number(count, f"kms_counts.{name}", 0, _MOST_MACHINES)
        for name, count in given.items()
        if count is not None
    }


def _network(options: t.Mapping[str, t.Any]) -> Network:
    allowed = options["allowed_kms_hosts"]
    return Network(
        DnsSettings(tuple(options["dns_servers"]), options["dns_port"], options["timeout"]),
        None if allowed is None else [valid_dns_host(host, "allowed_kms_hosts") for host in allowed],
    )


def _session(settings: ConnectionSettings) -> Session:
    try:
        return open_session(settings)
    except MissingLibrary as missing:
        return _NoSession(missing)


class _NoSession:
    """A session that cannot be: what is missing is one more thing to tell."""

    def __init__(self, missing: MissingLibrary) -> None:
        self._missing = missing

    def send(self, _message: bytes, /) -> bytes:
        raise self._missing

    def close(self) -> None:
        """Do nothing."""


def _made_by() -> str:
    """Return the collection and, where it was installed as one, its version."""
    try:
        version = json.loads(_MANIFEST.read_text(encoding="utf-8"))["collection_info"]["version"]
    except (OSError, ValueError, KeyError):
        return "volume.activation"
    return f"volume.activation {version}"
