# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows of an audit, made by hand: healthy ones of each kind, and changes to them."""

from __future__ import annotations

import itertools
import typing as t
import uuid

from ansible_collections.volume.activation.plugins.plugin_utils._findings import AuditSettings, audited

AT = "2026-11-22T13:00:00+00:00"
DAY = 1440
LEASE = 180 * DAY
Row = dict[str, t.Any]

_numbers = itertools.count(1)


def product(application: str = "windows", **changes: t.Any) -> Row:
    """Return a product on a generic key, licensed by KMS two days ago."""
    is_windows = application == "windows"
    return {
        "id": f"id-{application}",
        "name": "Windows" if is_windows else "Office 21, Office21ProPlus2021VL_KMS_Client_AE edition",
        "application": application,
        "family": "ServerStandard" if is_windows else "Office21ProPlus2021VL_KMS_Client_AE",
        "channel": "kms_client",
        "partial_product_key": "VDYBN",
        "status": "licensed",
        "status_code": 1,
        "reason": {"code": "0x4004F040", "name": "SL_I_PERPETUAL_OOB_GRACE"},
        "grace_minutes": LEASE - 2 * DAY,
        "expires": "2027-05-19",
        "activation_type": "any",
        "activated_by": "kms",
        "ad_object": None,
        "ad_object_dn": None,
        "ad_extended_pid": None,
        "ad_activation_id": None,
        "kms": {"host": None, "port": None, "discovered_host": None, "discovered_port": None},
        "is_primary": is_windows,
        "is_addon": False,
        **changes,
    }


def permanent(channel: str, **changes: t.Any) -> Row:
    """Return Windows on a key that has no end."""
    return product(channel=channel, grace_minutes=0, expires=None, activated_by=None, **changes)


def row(
    name: str,
    *products: Row,
    edition: str = "ServerStandard",
    profile: str | None = None,
    rule: str | None = None,
    marks: t.Sequence[str] = (),
    counts: Row | None = None,
    clock: str | None = AT,
    cmid: str | None = "own",
    **service: t.Any,
) -> Row:
    """Return a row of a machine that was read; it has Windows by KMS where no product is given."""
    own = str(uuid.uuid5(uuid.NAMESPACE_DNS, name))
    return {
        "name": name,
        "reached": True,
        "error": None,
        "observed_at": AT,
        # The profile none is that of a rule here; machines that their inventory leaves alone have hardly any findings.
        "profile": {"wished": "auto" if profile == "none" else profile, "intended": profile, "rule": rule},
        "marks": list(marks),
        "groups": ["windows"],
        "license": {
            "machine": {"name": name.upper()[:15], "edition": edition, "build": 20348, "sku": 7},
            "service": {
                "version": "10.0.20348.1",
                "clock": clock,
                "client_machine_id": own if cmid == "own" else cmid,
                "kms_host": None,
                "kms_port": None,
                "lookup_domain": None,
                "host_caching": True,
                "discovered_kms_host": None,
                "discovered_kms_port": None,
                "remaining_rearms": 5,
                "is_kms_host": counts is not None,
                "activation_type": "any",
                **service,
            },
            "products": list(products) or [product(family=edition)],
        },
        "counts": counts,
    }


def client(name: str, *products: Row, **changes: t.Any) -> Row:
    """Return a row of a client edition."""
    return row(name, *(products or (product(family="Enterprise"),)), **{"edition": "Enterprise", **changes})


def unread(name: str, code: str | None = "connect_timeout", **texts: t.Any) -> Row:
    """Return a row of a machine that did not answer."""
    error = {"code": code, "message": f"{name} does not answer.", "cause": None, "remedy": None, **texts}
    profile = {"wished": None, "intended": None, "rule": None}
    return {
        **{"name": name, "reached": False, "error": error, "observed_at": None},
        **{"profile": profile, "marks": [], "groups": [], "license": None, "counts": None},
    }


def healthy() -> list[Row]:
    """Return a fleet in which everybody is as they should be."""
    office = product("office")
    return [
        row("kms1", permanent("kms_host"), profile="none", counts={"windows": 50, "office": 10}),
        row("kms2", permanent("kms_host"), profile="kms_default", counts={"windows": 50, "office": None}),
        row("srv1", profile="kms_default", discovered_kms_host="kms1.corp.example", discovered_kms_port=1688),
        row("srv2", profile="kms_default", kms_host="KMS1.corp.example.", kms_port=1688),
        row("srv3", product(activated_by="ad", ad_object_dn="CN=a"), profile="adba_default", kms_host="old"),
        row("srv4", permanent("avma"), edition="ServerDatacenter"),
        row("srv5", product(status="extended_grace")),
        *(row(f"app{number}", profile="kms_default") for number in range(15)),
        client("pc1", profile="kms_default"),
        client("pc2", product(family="Enterprise"), office, profile="kms_default"),
        client("pc3", product(family="Enterprise", grace_minutes=LEASE - 140 * DAY), profile="kms_default"),
        client("lap1", permanent("mak", family="Enterprise"), profile="mak_exception", kms_host="nowhere"),
        client("lap2", permanent("mak", family="Enterprise"), product("office", channel="mak", grace_minutes=0)),
        client("kiosk", permanent("oem", family="Professional"), edition="Professional", profile="none"),
        client("home", permanent("retail", family="Core"), edition="Core"),
    ]


def document(*rows: Row, audited_at: str = AT, **settings: t.Any) -> Row:
    """Return the audit of these rows."""
    return audited(rows, AuditSettings(**settings), audited_at=audited_at, duration_seconds=1.5)


def found(*rows: Row, **settings: t.Any) -> dict[tuple[str, str | None], list[str]]:
    """Return by code and subject the machines of each finding."""
    return {(each["code"], each["subject"]): each["machines"] for each in document(*rows, **settings)["findings"]}
