# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The audit as metrics, in the text format that the textfile collector of Prometheus' node exporter reads.

They are sums over the fleet: none has a machine as a label, so that ten thousand machines cost a monitor no more than
ten. A series that is known is there with 0 too, since an alert cannot be about what is missing.
"""

from __future__ import annotations

import typing as t

from .document import Audit
from .formatting import utc
from .vocabulary import CODES, METHODS, PROFILES, STATUSES, ordered

__all__ = ["as_prometheus"]

Labels: t.TypeAlias = "dict[str, str]"
Sample: t.TypeAlias = "tuple[Labels, float]"

_PREFIX = "volume_activation_"
_HORIZONS = (7, 30, 90)
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
_OUTLOOKS = (
    ("windows_client", "windows", "clients"),
    ("windows_server", "windows", "servers"),
    ("office", "office", None),
)


def as_prometheus(audit: Audit) -> str:
    """Return the metrics, in a fixed order."""
    families = (*_about_the_audit(audit), *_sums(audit), *_findings(audit), *_endings(audit), *_kms(audit))
    return "".join(_family(*family) for family in families)


def _family(name: str, meaning: str, samples: t.Iterable[Sample]) -> str:
    lines = [f"# HELP {_PREFIX}{name} {meaning}", f"# TYPE {_PREFIX}{name} gauge"]
    lines += [f"{_PREFIX}{name}{_labels(labels)} {_number(value)}" for labels, value in samples]
    return "\n".join(lines) + "\n" if len(lines) > 2 else ""


def _labels(labels: Labels) -> str:
    # What cannot be told from the end of a line by every parser is told as a space.
    clean = {name: " ".join(value.splitlines()).translate(_ESCAPES) for name, value in labels.items()}
    return "{" + ",".join(f'{name}="{value}"' for name, value in clean.items()) + "}" if clean else ""


def _number(value: float) -> str:
    return repr(round(float(value), 6)).removesuffix(".0")


Family: t.TypeAlias = "tuple[str, str, list[Sample]]"


def _one(name: str, meaning: str, value: float) -> Family:
    return name, meaning, [({}, value)]


def _about_the_audit(audit: Audit) -> t.Iterator[Family]:
    audited = utc(audit["audited_at"]).timestamp()
    yield _one("audit_timestamp_seconds", "When the audit was made, in seconds since 1970.", audited)
    yield _one("audit_duration_seconds", "How long the audit took.", audit["duration_seconds"])


def _sums(audit: Audit) -> t.Iterator[Family]:
    summary, share = audit["summary"], audit["summary"]["mak_share"]
    machines, reached = summary["machines"], summary["reached"]
    yield _one("machines", "Machines that the audit is about.", machines)
    yield _one("machines_reached", "Machines that were read.", reached)
    yield _one("machines_unreachable", "Machines that were not read.", machines - reached)
    yield _one("machines_licensed", "Machines whose Windows is licensed.", summary["licensed"])
    yield _one("machines_with_findings", "Machines with a finding of any severity.", summary["with_findings"])
    yield _by("status", "Machines by the status of Windows.", summary["by_status"], STATUSES)
    yield _by("method", "Machines by how they are licensed.", summary["by_method"], METHODS)
    yield _by("profile", "Machines by the profile that is intended.", summary["by_profile"], PROFILES)
    yield _one("mak_machines", "Machines that are licensed by a MAK.", share["machines"])
    yield _one("mak_share_ratio", "The share of MAK machines, from 0 to 1.", share["machines"] / max(share["of"], 1))
    yield _one("mak_share_limit_ratio", "The share that the site has set as its limit.", share["limit"] / 100)


def _by(label: str, meaning: str, counts: t.Mapping[str, int], known: t.Iterable[str]) -> Family:
    words = ordered({*counts, *known}, known)
    return f"machines_by_{label}", meaning, [({label: word}, counts.get(word, 0)) for word in words]


def _findings(audit: Audit) -> t.Iterator[Family]:
    numbers: dict[tuple[str, str], int] = {}
    machines: dict[tuple[str, str], set[str]] = {}
    for finding in audit["findings"]:
        key = finding["code"], finding["severity"]
        numbers[key] = numbers.get(key, 0) + 1
        machines.setdefault(key, set()).update(finding["machines"])
    for code, severity in CODES.items():
        if not any(code == found for found, _severity in numbers):
            numbers[code, severity], machines[code, severity] = 0, set()
    keys = [(key, {"code": key[0], "severity": key[1]}) for key in sorted(numbers)]
    yield "findings", "Findings by their code.", [(labels, numbers[key]) for key, labels in keys]
    told = [(labels, float(len(machines[key]))) for key, labels in keys]
    yield "finding_machines", "Machines that a finding names, each once a code.", told


def _endings(audit: Audit) -> t.Iterator[Family]:
    days = audit["expiry"]["days"]
    samples: list[Sample] = []
    for horizon in _HORIZONS:
        ending = {name for day in days if day["days_left"] <= horizon for name in day["machines"]}
        samples.append(({"within_days": str(horizon)}, len(ending)))
    yield "expiring_machines", "Machines on which a lease or an evaluation ends within so many days.", samples


def _kms(audit: Audit) -> t.Iterator[Family]:
    forecast = audit["forecast"] or {}
    outlooks = [(name, _outlook(forecast, count, kind)) for name, count, kind in _OUTLOOKS]
    missing: list[Sample] = [
        ({"product": name}, outlook["missing"]) for name, outlook in outlooks if outlook.get("machines")
    ]
    counted: list[Sample] = [
        ({"product": name}, forecast[name]["count_now"])
        for name in ("windows", "office")
        if (forecast.get(name) or {}).get("count_now") is not None
    ]
    yield "kms_missing_machines", "Machines that KMS will lack to license those that ask it.", missing
    yield "kms_count", "What the KMS host counts.", counted


def _outlook(forecast: t.Mapping[str, t.Any], count: str, kind: str | None) -> t.Mapping[str, t.Any]:
    found = forecast.get(count) or {}
    return (found.get(kind) or {}) if kind else found
