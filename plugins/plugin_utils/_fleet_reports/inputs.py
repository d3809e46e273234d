# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shapes of what playbooks hand to the reports: results of modules, from `register`, a file or a caller's own list.

Only what the reports use is here. Everything may be missing or null except for a machine's name; what is there has to
be of the right kind.
"""

from __future__ import annotations

import typing as t

from .._schema import Schema

__all__ = [
    "DIAGNOSED",
    "FOREST",
    "KMS_HOSTS",
    "LICENSE",
    "MACHINES",
    "MAK_MACHINES",
    "MAK_RESULTS",
    "NAMED",
    "message_of",
]

Facts = t.Mapping[str, t.Any]

_MOST_MINUTES = 2**32
"""What a Windows host can count; much larger numbers are beyond the calendar."""
_TEXT = {"type": ["string", "null"]}
_NAME = {"type": ["string", "integer"]}
_FLAG = {"type": ["boolean", "null"]}
_COUNT = {"type": ["integer", "null"], "maximum": _MOST_MINUTES}
_CODE = {"type": ["string", "integer", "null"]}


def _texts(*names: str) -> dict[str, Facts]:
    return dict.fromkeys(names, _TEXT)


def _record(**fields: Facts) -> dict[str, t.Any]:
    return {"type": ["object", "null"], "properties": fields}


def _list_of(item: Facts) -> Facts:
    return {"type": ["array", "null"], "items": item}


def _rows(*required: str, **fields: Facts) -> Facts:
    return _list_of({**_record(**fields), "type": "object", "required": required})


def _machines(required: str, **fields: Facts) -> Schema:
    """Return the schema of a list of machines, each with its name in the field `required`."""
    row = {"type": "object", "required": [required], "properties": {required: _NAME, **fields}}
    return Schema({"type": "array", "items": row}, others=False)


_PRODUCT: Facts = {
    **_texts("id", "name", "application", "family", "channel", "partial_product_key", "status", "expires"),
    **_texts("activation_type", "activated_by", "ad_object", "ad_object_dn"),
    "reason": _record(**_texts("code", "name", "message", "cause", "remedy")),
    "last_attempt": _record(
        **_texts("code", "name", "message", "cause", "remedy", "host", "at"),
        **dict.fromkeys(("port", "event", "count", "required_count"), _COUNT),
    ),
    "kms": _record(**_texts("host", "lookup_domain", "discovered_host"), port=_COUNT, discovered_port=_COUNT),
    "grace_minutes": _COUNT,
    "is_primary": _FLAG,
    "is_addon": _FLAG,
}
_SERVICE: Facts = {
    **_texts("version", "clock", "client_machine_id", "kms_host", "lookup_domain", "discovered_kms_host"),
    **dict.fromkeys(("kms_port", "discovered_kms_port", "remaining_rearms"), _COUNT),
    "host_caching": _FLAG,
    "is_kms_host": _FLAG,
}
_LICENSE: Facts = _record(
    machine=_record(**_texts("name", "edition"), build=_COUNT),
    domain=_TEXT,
    service=_record(**_SERVICE),
    products=_rows(**_PRODUCT),
)
_FAILURE: Facts = {"code": _CODE, "msg": {}, **_texts("cause", "remedy")}
_CHECK: Facts = {**_FAILURE, **_texts("check", "status", "message")}

LICENSE = Schema(_LICENSE, others=False)
"""The `license` of a result."""
NAMED = _machines("name", kind=_TEXT, license=_LICENSE, result=_record(license=_LICENSE))
"""The machines of a forecast."""
MACHINES = _machines("machine", license=_LICENSE, result=_record(license=_LICENSE, **_FAILURE))
"""The machines of a migration report."""
DIAGNOSED = _machines(
    "machine",
    result=_record(
        **_FAILURE,
        diagnosis=_record(
            healthy=_FLAG, reached=_FLAG, wrong=_list_of({"type": "string"}), checks=_rows("check", **_CHECK)
        ),
    ),
)
"""The machines of a diagnosis report."""
FOREST = Schema(
    _record(forest=_record(domains=_list_of(_TEXT)), objects={**_rows(**_texts("dn", "created")), "type": "array"}),
    others=False,
)
"""A result of adba_object_info."""
KMS_HOSTS = Schema(
    _rows(
        name=_CODE,
        failed=_FLAG,
        counts=_record(windows=_COUNT, office=_COUNT),
        clients=_record(
            truncated=_FLAG,
            rows=_rows(
                **_texts("kind", "activation_id", "last_seen", "client_machine_id", "name"),
                requests=_COUNT,
                failed=_COUNT,
            ),
            duplicates=_rows(client_machine_id=_TEXT, names=_list_of(_TEXT)),
        ),
    ),
    others=False,
)
"""Results of kms_host_info."""
MAK_MACHINES = Schema(
    {
        "type": "object",
        "additionalProperties": {
            "type": "object",
            "required": ["state", "account"],
            "properties": {
                "state": {"type": "string"},
                "account": {"type": "string"},
                **_texts("stage", "backend"),
                **_FAILURE,
                **dict.fromkeys(("installed", "keyed", "licensed", "stored", "use_reserve"), _FLAG),
                "spent": _COUNT,
            },
        },
    },
    others=False,
)
"""The machines of an admission to a MAK, by name."""
MAK_RESULTS = Schema(
    _rows(
        **_FAILURE,
        item=_TEXT,
        skipped=_FLAG,
        known=_FLAG,
        remaining=_COUNT,
        pools=_rows(
            **_texts("name", "extended_pid"),
            left=_COUNT,
            available=_COUNT,
            stopped=_record(code=_CODE, message={}),
            by_machine=_rows("machine", machine=_NAME, confirmed=_COUNT, open=_COUNT),
        ),
    ),
    others=False,
)
"""Results about an account, from a loop over accounts."""


def message_of(result: t.Mapping[str, t.Any]) -> str:
    """Return what a failed result says is wrong; its `msg` ends with the remedy, which is in `remedy` as well."""
    return str(result.get("msg") or "").removesuffix(str(result.get("remedy") or "")).strip()
