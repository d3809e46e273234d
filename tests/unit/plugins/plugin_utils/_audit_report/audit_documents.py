# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Audits for the tests of reports: a fleet drawn with a seed, written down as the audit writes it."""

from __future__ import annotations

import random
import typing as t
from collections import Counter
from datetime import date, datetime, timedelta, timezone

Document = dict[str, t.Any]
Row = dict[str, t.Any]

AUDITED = datetime(2026, 11, 22, 13, 0, tzinfo=timezone.utc)
SEVERITIES = {
    "unreachable": "warning",
    "not_licensed": "critical",
    "lease_expiring": "warning",
    "profile_drift": "warning",
    "kms_host_differs": "warning",
    "duplicate_client_machine_id": "warning",
    "evaluation_edition": "warning",
    "mak_on_reimaged": "critical",
    "mak_share": "warning",
    "subscription": "info",
}
TEXTS = {
    "unreachable": ("Not read", "The machine is switched off, or the way to it is blocked.", "Run the doctor on it."),
    "not_licensed": ("Not licensed", "Nobody has activated Windows here.", "Run the role that its profile names."),
    "lease_expiring": ("The licence ends soon", "The machine has not renewed lately.", "See that it reaches its host."),
    "profile_drift": (
        "Licensed in another way than intended",
        "Somebody has changed the key by hand.",
        "Run the role of the intended profile, or change the profile in inventory.",
    ),
    "kms_host_differs": (
        "Asks another KMS host",
        "A host is set that DNS does not name.",
        "Clear the host that is set, or correct the record in DNS.",
    ),
    "duplicate_client_machine_id": (
        "Several machines have one client machine ID",
        "An image was not generalised.",
        "Generalise the image with sysprep, or rearm all but one of the machines.",
    ),
    "evaluation_edition": (
        "Evaluation edition",
        "The machine was set up from evaluation media.",
        "Convert the edition.",
    ),
    "mak_on_reimaged": (
        "A MAK on a machine that is imaged again and again",
        "Each new image spends an activation.",
        "Bring the machine to KMS or to Active Directory.",
    ),
    "mak_share": ("More machines on a MAK than planned", None, "Bring those that reach a KMS host back to KMS."),
    "subscription": ("Licensed by subscription", None, "Nothing is to be done."),
}
_KINDS = ("web", "sql", "app", "fs", "dc", "desk", "note", "lab")
_GROUPS = {"web": ["servers", "web"], "sql": ["databases", "servers"], "app": ["servers"], "fs": ["servers"]}


class Fleet:
    """Draws machines, and writes the document of their audit."""

    def __init__(self, seed: int = 1) -> None:
        self.draw = random.Random(seed)
        self.rows: list[Row] = []
        self.found: dict[tuple[str, str | None], dict[str, str]] = {}

    def add(self, number: int) -> Row:
        """Add a machine like those of a fleet that is mostly well."""
        kind = _KINDS[number % len(_KINDS)]
        row = machine(f"{kind}{number:05d}.corp.example", server=kind in ("web", "sql", "app", "fs", "dc"))
        row["groups"] = _GROUPS.get(kind, ["clients"])
        self.rows.append(row)
        self._spoil(row)
        return row

    def find(self, row: Row, code: str, text: str, subject: str | None = None) -> None:
        """Note a finding on a machine."""
        self.found.setdefault((code, subject), {})[row["name"]] = text
        row["findings"] = sorted({*row["findings"], code})

    def _spoil(self, row: Row) -> None:
        lot = self.draw.random()
        self._lease(row, self.draw.choice((173, 174, 175, 176, 177, 178, 179, 180)))
        if lot < 0.02:
            self._lose(row)
        elif lot < 0.03:
            self._unlicense(row)
        elif lot < 0.05:
            days = self.draw.randrange(1, 31)
            self._lease(row, days)
            self.find(row, "lease_expiring", f"Windows ends on {row['expires']}, in {days} days.")
        elif lot < 0.08:
            self._give_mak(row)
        elif lot < 0.09:
            self._lease(row, self.draw.randrange(31, 150))
        elif lot < 0.1:
            row["license"]["service"]["kms_host"] = "kms-old.corp.example"
            told = "kms-old.corp.example is set, and DNS names kms.corp.example."
            self.find(row, "kms_host_differs", told)
        elif lot < 0.25:
            self._by_directory(row)

    def _lease(self, row: Row, days: int) -> None:
        end = (AUDITED + timedelta(days=days)).date().isoformat()
        row.update(expires=end, days_left=days)
        row["license"]["products"][0].update(expires=end, grace_minutes=days * 1440)

    def _lose(self, row: Row) -> None:
        row.update(reached=False, license=None, status="unreachable", method="unknown", expires=None, days_left=None)
        row["error"] = {
            "code": "connection_failed",
            "message": f"{row['name']} did not answer on port 5986.",
            "cause": "It is switched off, or a firewall is in the way.",
            "remedy": "Run the playbook volume.activation.doctor on it.",
        }
        self.find(row, "unreachable", row["error"]["message"], "connection_failed")

    def _unlicense(self, row: Row) -> None:
        row.update(status="notification", expires=None, days_left=None)
        reason = {"code": "0xC004F074", "name": "SL_E_VL_KEY_MANAGEMENT_SERVICE_UNREACHABLE"}
        row["license"]["products"][0].update(status="notification", status_code=5, reason=reason, expires=None)
        self.find(row, "not_licensed", "Windows is notification: 0xC004F074.")

    def _give_mak(self, row: Row) -> None:
        row.update(method="mak", expires=None, days_left=None)
        row["license"]["products"][0].update(
            channel="mak", partial_product_key="MMMMM", activated_by=None, expires=None, grace_minutes=0
        )
        if row["name"].startswith("lab"):
            row["marks"] = ["reimaged_lab"]
            self.find(row, "mak_on_reimaged", "It is in a lab that is imaged again and again.")
        elif row["name"].startswith("note"):
            row["profile"] = {"wished": "auto", "intended": "mak_exception", "rule": "off_network"}
        else:
            self.find(row, "profile_drift", "kms_default is intended, and it is licensed by mak.")

    def _by_directory(self, row: Row) -> None:
        row.update(method="ad", profile={"wished": "auto", "intended": "adba_default", "rule": "forest_object"})
        row["license"]["products"][0].update(activated_by="ad", ad_object="Corp Windows")

    def document(self) -> Document:
        """Return the audit of the machines as they are."""
        rows = sorted(self.rows, key=lambda row: row["name"])
        findings = [self._finding(code, subject) for code, subject in self.found]
        order = ["critical", "warning", "info"]
        findings.sort(key=lambda row: (order.index(row["severity"]), row["code"], row["subject"] or ""))
        return {
            "format": "volume.activation audit 1",
            "audited_at": AUDITED.isoformat(),
            "duration_seconds": round(len(rows) * 0.0058 + 0.3, 1),
            "settings": {
                "expiring_days": 30,
                "clock_skew_minutes": 240,
                "mak_share_limit": 10.0,
                "kms_hosts": ["kms.corp.example"],
            },
            "summary": _summary(rows, findings),
            "findings": findings,
            "expiry": {"days": _days(rows), "horizon_days": 180},
            "forecast": forecast(rows) if any(row["reached"] for row in rows) else None,
            "machines": rows,
        }

    def _finding(self, code: str, subject: str | None) -> Row:
        title, cause, remedy = TEXTS[code]
        details = dict(sorted(self.found[code, subject].items()))
        return {
            "code": code,
            "severity": SEVERITIES[code],
            "subject": subject,
            "title": title,
            "machines": list(details),
            "details": details,
            "cause": cause,
            "remedy": remedy,
        }


def audit(machines: int = 60, seed: int = 1) -> Document:
    """Return the audit of a fleet of so many machines."""
    fleet = Fleet(seed)
    for number in range(machines):
        fleet.add(number)
    return fleet.document()


def healthy(machines: int = 12) -> Document:
    """Return the audit of a fleet with nothing wrong."""
    fleet = Fleet()
    fleet.rows = [machine(f"web{number:02d}") for number in range(machines)]
    return fleet.document()


def unreached(machines: int = 5) -> Document:
    """Return the audit of a fleet of which nobody answered."""
    fleet = Fleet()
    for number in range(machines):
        fleet.rows.append(machine(f"web{number:02d}"))
        fleet._lose(fleet.rows[-1])
    return fleet.document()


def machine(name: str, *, server: bool = True) -> Row:
    """Return a machine that KMS has licensed, in the middle of nothing."""
    end = (AUDITED + timedelta(days=177)).date().isoformat()
    return {
        "name": name,
        "reached": True,
        "error": None,
        "observed_at": AUDITED.isoformat(),
        "profile": {"wished": "auto", "intended": "kms_default", "rule": "kms_reachable"},
        "marks": [],
        "groups": ["windows"],
        "license": _license(name, server, end),
        "counts": None,
        "method": "kms",
        "status": "licensed",
        "expires": end,
        "days_left": 177,
        "findings": [],
    }


def _license(name: str, server: bool, end: str) -> Row:
    edition = "ServerStandard" if server else "Enterprise"
    product: Row = {
        "id": "00000000-5555-6666-7777-888888888888",
        "name": f"Windows(R), {edition} edition",
        "application": "windows",
        "family": edition,
        "channel": "kms_client",
        "partial_product_key": "GGGGG",
        "status": "licensed",
        "status_code": 1,
        "reason": None,
        "grace_minutes": 177 * 1440,
        "expires": end,
        "activation_type": "any",
        "activated_by": "kms",
        "ad_object": None,
        "ad_object_dn": None,
        "ad_extended_pid": None,
        "ad_activation_id": None,
        "kms": {"host": None, "port": None, "discovered_host": "kms.corp.example", "discovered_port": 1688},
        "is_primary": True,
        "is_addon": False,
    }
    service = {
        "version": "10.0.20348.2849",
        "clock": AUDITED.isoformat(),
        "client_machine_id": f"00000000-1111-2222-3333-{abs(hash_of(name)) % 10**12:012d}",
        "kms_host": None,
        "kms_port": None,
        "lookup_domain": None,
        "host_caching": True,
        "discovered_kms_host": "kms.corp.example",
        "discovered_kms_port": 1688,
        "remaining_rearms": 1000,
        "is_kms_host": False,
        "activation_type": "any",
    }
    of_machine = {"name": name.split(".")[0].upper()[:15], "edition": edition, "build": 20348, "sku": 7}
    return {"machine": of_machine, "domain": "corp.example", "service": service, "products": [product]}


def hash_of(name: str) -> int:
    """Return a number for a name that is the same in every process."""
    number = 0
    for sign in name:
        number = (number * 131 + ord(sign)) % 2**61
    return number


def forecast(rows: list[Row]) -> Row:
    """Return a forecast in the shape of kms_forecast."""
    reached = [row for row in rows if row["reached"]]
    joining = min(50, len(reached))

    def outlook(machines: int, required: int) -> Row:
        told = {"required": required, "reached_now": None, "reached": joining >= required}
        return {"machines": machines, **told, "missing": max(0, required - joining)}

    on_kms = [row for row in reached if row["method"] == "kms"]
    servers = sum(row["license"]["machine"]["edition"].startswith("Server") for row in on_kms)
    others = sorted(row["name"] for row in reached if row["method"] != "kms")
    note = {
        "code": "not_on_kms",
        "message": "Windows on these machines does not ask a KMS host.",
        "remedy": None,
        "machines": others,
    }
    return {
        "windows": {
            "count_now": None,
            "joining": joining,
            "count_expected": joining,
            "clients": outlook(len(on_kms) - servers, 25),
            "servers": outlook(servers, 5),
        },
        "office": {
            "count_now": None,
            "joining": 0,
            "count_expected": 0,
            "machines": 0,
            "required": 5,
            "reached_now": None,
            "reached": False,
            "missing": 5,
        },
        "duplicates": [],
        "notes": [note] if others else [],
    }


def _summary(rows: list[Row], findings: list[Row]) -> Row:
    severity = Counter(row["severity"] for row in findings)
    mak = sum(row["method"] == "mak" for row in rows)
    reached = sum(row["reached"] for row in rows)
    percent = round(100 * mak / reached, 1) if reached else 0.0
    return {
        "machines": len(rows),
        "reached": reached,
        "licensed": sum(row["status"] in ("licensed", "extended_grace") for row in rows),
        "with_findings": sum(bool(row["findings"]) for row in rows),
        "by_status": dict(sorted(Counter(row["status"] for row in rows).items())),
        "by_method": dict(sorted(Counter(row["method"] for row in rows).items())),
        "by_profile": dict(sorted(Counter(row["profile"]["intended"] or "unset" for row in rows).items())),
        "by_severity": {name: severity[name] for name in ("critical", "warning", "info")},
        "mak_share": {"machines": mak, "of": reached, "percent": percent, "limit": 10.0, "exceeded": percent > 10},
    }


def _days(rows: list[Row]) -> list[Row]:
    ending: dict[str, list[str]] = {}
    for row in rows:
        if row["expires"]:
            ending.setdefault(row["expires"], []).append(row["name"])
    return [
        {"date": day, "days_left": (date.fromisoformat(day) - AUDITED.date()).days, "machines": sorted(ending[day])}
        for day in sorted(ending)
    ]


HOSTILE = "</script><img src=x onerror=alert(1)>'\"&amp;{{ 7*7 }}"


def hostile() -> Document:
    """Return an audit in which everything that somebody else can name is named to do harm."""
    fleet = Fleet()
    for number in range(12):
        fleet.add(number)
    row = fleet.rows[0]
    row.update(name=HOSTILE, groups=[HOSTILE], status=HOSTILE, method=HOSTILE)
    row["profile"] = {"wished": HOSTILE, "intended": HOSTILE, "rule": HOSTILE}
    row["license"]["machine"]["edition"] = HOSTILE
    fleet.find(row, "not_licensed", HOSTILE, HOSTILE)
    document = fleet.document()
    document["findings"][0].update(title=HOSTILE, cause=HOSTILE, remedy=HOSTILE)
    document["settings"]["kms_hosts"] = [HOSTILE]
    document["forecast"]["notes"] = [{"code": "x", "message": HOSTILE, "remedy": HOSTILE, "machines": [HOSTILE]}]
    return document
