# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An export reserves before it writes, writes the same again, and destroys nothing that was paid for."""

from __future__ import annotations

import stat
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._activation_service import Installation
from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._exchange import (
    Answerer,
    Exporter,
    Importer,
    Privacy,
    load,
)
from ansible_collections.volume.activation.plugins.plugin_utils._exchange import export as export_module
from ansible_collections.volume.activation.plugins.plugin_utils._ledger import (
    Confirmation,
    EntryState,
    Ledger,
    MachineIdentity,
    Method,
    Stop,
)

from .offline_requests import (
    FINGERPRINT,
    KEY,
    POOL,
    Service,
    confirmation,
    exported,
    identifier,
    open_ledger,
    pid,
    refused,
    wanted,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file goes."""
    return tmp_path / "parcel.json"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger with a pool of 100."""
    return open_ledger(tmp_path)


def _counts(report: object) -> dict[str, int]:
    return {name: count for name, count in report.facts()["counts"].items() if count}  # type: ignore[attr-defined]


def test_every_request_is_reserved_without_an_owner_and_in_the_file(ledger: Ledger, path: Path) -> None:
    report = exported(ledger, path)
    entries = ledger.entries()
    assert _counts(report) == {"exported": 3}
    assert {(entry.state, entry.method) for entry in entries} == {(EntryState.RESERVED, Method.EXCHANGE)}
    assert not any(ledger.is_live(entry.id) for entry in entries)
    assert [request.identity for request in load(path).requests] == [(pid(n), identifier(n)) for n in (1, 2, 3)]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_same_again_changes_neither_file_nor_ledger(ledger: Ledger, path: Path) -> None:
    first = exported(ledger, path)
    before, entries = path.read_bytes(), ledger.entries()
    again = exported(ledger, path, [3, 1, 2])
    assert (first.changed, again.changed) == (True, False)
    assert (path.read_bytes(), ledger.entries()) == (before, entries)
    assert first.id == again.id
    assert again.before == again.after


def test_another_path_takes_over_what_is_reserved(ledger: Ledger, path: Path, tmp_path: Path) -> None:
    exported(ledger, path)
    assert exported(ledger, tmp_path / "other.json", range(1, 5)).changed
    assert ledger.balance(POOL).reserved == 4


def test_an_uncertain_attempt_is_taken_over_and_counted_once(ledger: Ledger, path: Path) -> None:
    earlier = ledger.reserve(wanted(1).demand()).entry
    ledger.settle(earlier.id, EntryState.UNCERTAIN)
    exported(ledger, path, [1])
    (entry,) = ledger.entries()
    assert (entry.id, entry.method, entry.state, entry.attempts) == (
        earlier.id,
        Method.EXCHANGE,
        EntryState.RESERVED,
        2,
    )


def test_what_another_process_is_about_to_activate_is_left_to_it(ledger: Ledger, path: Path) -> None:
    ledger.reserve(wanted(1).demand())
    report = exported(ledger, path)
    assert _counts(report) == {"exported": 2, "failed": 1}
    assert report.failure is not None
    assert report.failure.code == "activation_in_progress"


def test_what_is_in_the_store_is_left_out(ledger: Ledger, path: Path) -> None:
    ledger.keep(
        Confirmation(installation_id=identifier(2), confirmation_id=confirmation(identifier(2)), source="microsoft")
    )
    report = exported(ledger, path)
    assert _counts(report) == {"exported": 2, "stored": 1}
    assert ledger.balance(POOL).counted == 2
    assert identifier(2) not in path.read_text()


def test_nothing_to_ask_for_writes_no_file(ledger: Ledger, path: Path) -> None:
    ledger.keep(
        Confirmation(installation_id=identifier(1), confirmation_id=confirmation(identifier(1)), source="microsoft")
    )
    report = exported(ledger, path, [1])
    assert not report.changed
    assert not path.exists()


def test_the_same_installation_twice_is_one_request(ledger: Ledger, path: Path) -> None:
    twin = wanted(1, machine=MachineIdentity(name="twin", client_machine_id="cmid-9", bios_uuid="bios-9"))
    report = Exporter(ledger, path, Privacy.FULL).export([wanted(1), twin])
    assert [line.machine for line in report.lines] == ["secluded-001"]
    assert ledger.balance(POOL).counted == 1


def test_a_malformed_id_refuses_the_whole_before_anything_is_reserved(ledger: Ledger, path: Path) -> None:
    bad = wanted(2, installation=Installation(pid(2), "1234"))
    with pytest.raises(Refusal, match="secluded-002") as caught:
        Exporter(ledger, path, Privacy.FULL).export([wanted(1), bad])
    assert caught.value.code == "bad_installation_id"
    assert ledger.entries() == []
    assert not path.exists()


def test_a_pool_that_is_too_small_exports_what_it_can_pay_for(tmp_path: Path, path: Path) -> None:
    ledger = open_ledger(tmp_path, limit=2)
    exporter = Exporter(ledger, path, Privacy.FULL)
    requests = [wanted(number) for number in range(1, 5)]
    foreseen = exporter.foresee(requests)
    assert not path.exists()
    assert ledger.entries() == []
    report = exporter.export(requests)
    assert _counts(foreseen) == _counts(report) == {"exported": 2, "failed": 2}
    assert report.failure is not None
    assert report.failure.code == "pool_exhausted"
    assert "2 of 4" in report.failure.message
    assert not exporter.export(requests).changed


@pytest.mark.parametrize("trouble", ["unknown_pool", "pool_stopped", "pool_of_another_key"])
def test_a_pool_that_serves_nobody_refuses_the_whole(trouble: str, ledger: Ledger, path: Path) -> None:
    if trouble == "pool_stopped":
        ledger.stop(FINGERPRINT, Stop(code="0x7F", message="No more.", at=datetime.now(timezone.utc)))
    other = {"unknown_pool": {"pool": "nowhere"}, "pool_of_another_key": {"fingerprint": "ab" * 32, "partial": "HHHHH"}}
    request = wanted(1, **other.get(trouble, {}))
    with pytest.raises(Refusal) as caught:
        Exporter(ledger, path, Privacy.FULL).export([request])
    assert caught.value.code == trouble


def test_confirmation_ids_that_nobody_imported_are_not_written_over(ledger: Ledger, path: Path) -> None:
    exported(ledger, path, [1, 2])
    Answerer(Service({identifier(2): refused("0x90")}), path).answer()
    before = path.read_bytes()
    with pytest.raises(Refusal, match="not imported yet: 1") as caught:
        exported(ledger, path, [1, 2, 3])
    assert caught.value.code == "answers_not_imported"
    assert (path.read_bytes(), ledger.balance(POOL).counted) == (before, 2)
    assert not exported(ledger, path, [1, 2]).changed
    Importer(ledger, path).import_answers()
    report = exported(ledger, path, [1, 2, 3])
    assert _counts(report) == {"exported": 2, "stored": 1}
    assert load(path).answers == {}


@pytest.mark.parametrize("content", [b"precious", b'{"format": "volume.activation.mak_exchange", "version": 1}'])
def test_a_file_that_is_something_else_is_not_written_over(content: bytes, ledger: Ledger, path: Path) -> None:
    path.write_bytes(content)
    with pytest.raises(Refusal):
        exported(ledger, path)
    assert (path.read_bytes(), ledger.entries()) == (content, [])


def test_a_file_that_cannot_be_written_takes_the_reservations_back(
    ledger: Ledger, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported(ledger, path, [1])
    before = path.read_bytes()

    def fail(place: Path, _exchange: object) -> None:
        raise Refusal(f"no room for {place.name}", code="exchange_unwritable")

    monkeypatch.setattr(export_module, "save", fail)
    with pytest.raises(Refusal):
        exported(ledger, path, [1, 2])
    states = {entry.machine.name: entry.state for entry in ledger.entries()}
    assert states == {"secluded-001": EntryState.RESERVED, "secluded-002": EntryState.RELEASED}
    assert path.read_bytes() == before


def _telling(number: int) -> tuple[str, ...]:
    return f"secluded-{number:03d}", f"cmid-{number}", f"bios-{number}"


@pytest.mark.parametrize(
    ("privacy", "absent"),
    [
        (Privacy.FULL, ("confidential", "operator-of-this-test")),
        (Privacy.NO_NAMES, (*_telling(1), *_telling(2), "confidential", "operator-of-this-test", "first_activation")),
        (Privacy.SERVICE_ONLY, (*_telling(1), *_telling(2), "confidential", "id-windows", "GGGGG", "token", "lab")),
    ],
)
def test_a_privacy_level_keeps_its_word_in_every_byte(
    privacy: Privacy, absent: tuple[str, ...], ledger: Ledger, path: Path
) -> None:
    requests = [wanted(n, justification="confidential", user="operator-of-this-test") for n in (1, 2)]
    Exporter(ledger, path, privacy).export(requests)
    Answerer(Service(), path).answer()
    text = path.read_bytes().decode()
    assert [word for word in (*absent, KEY, FINGERPRINT) if word.lower() in text.lower()] == []
    assert identifier(1) in text
    fields = {name for row in load(path).requests for name, value in vars(row).items() if value is not None}
    assert fields == _FIELDS[privacy]


_FIELDS = {
    Privacy.FULL: {
        "extended_pid",
        "installation_id",
        "machine",
        "activation_id",
        "partial_product_key",
        "client_machine_id",
        "bios_uuid",
        "reason",
    },
    Privacy.NO_NAMES: {"extended_pid", "installation_id", "token", "activation_id", "partial_product_key"},
    Privacy.SERVICE_ONLY: {"extended_pid", "installation_id"},
}


def test_tokens_are_random_told_here_and_kept_while_the_file_stays(ledger: Ledger, path: Path, tmp_path: Path) -> None:
    first = exported(ledger, path, privacy=Privacy.NO_NAMES)
    tokens = [line.token for line in first.lines]
    assert tokens == [request.token for request in load(path).requests]
    assert len(set(tokens)) == 3
    assert [line.token for line in exported(ledger, path, privacy=Privacy.NO_NAMES).lines] == tokens
    other = exported(ledger, tmp_path / "other.json", privacy=Privacy.NO_NAMES)
    assert not {line.token for line in other.lines} & set(tokens)


def test_another_privacy_level_writes_another_file(ledger: Ledger, path: Path) -> None:
    exported(ledger, path)
    assert exported(ledger, path, privacy=Privacy.SERVICE_ONLY).changed
    assert load(path).privacy is Privacy.SERVICE_ONLY
    assert ledger.balance(POOL).counted == 3


def test_a_product_key_in_a_free_text_does_not_get_into_the_file(ledger: Ledger, path: Path) -> None:
    careless = wanted(1, reason=f"key {KEY}")
    careless = replace(careless, machine=replace(careless.machine, name=f"host {KEY}"))
    Exporter(ledger, path, Privacy.FULL).export([careless])
    assert KEY not in path.read_text()
