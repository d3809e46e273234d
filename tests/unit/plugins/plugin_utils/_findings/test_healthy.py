# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where everything is as it should be, nothing is found."""

from __future__ import annotations

import json

import pytest

from .audit_rows import Row, document, found, healthy, unread


def test_a_healthy_fleet_has_no_finding() -> None:
    assert found(*healthy()) == {}


@pytest.mark.parametrize("machine", healthy(), ids=lambda machine: machine["name"])
def test_no_machine_of_it_has_one_when_it_is_audited_alone(machine: Row) -> None:
    alone = found(machine, mak_share_limit=100.0)
    assert alone == {}


def test_the_kms_hosts_that_are_given_are_no_finding_either() -> None:
    assert found(*healthy(), kms_hosts=("kms1.CORP.example.",)) == {}
    assert found(*healthy(), kms_hosts=("other", "kms1.corp.example:1688")) == {}


def test_nobody_is_a_document_too() -> None:
    empty = document()
    assert (empty["findings"], empty["forecast"], empty["machines"]) == ([], None, [])


def test_the_forecast_is_none_when_nobody_was_reached() -> None:
    assert document(unread("gone"))["forecast"] is None


def test_the_document_is_json() -> None:
    whole = document(*healthy(), unread("gone"))
    assert json.loads(json.dumps(whole)) == whole
    assert next(iter(whole)) == "format"
