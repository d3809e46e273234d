# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The confirmation desk when something fails: each confirmation ID is paid for once, whatever happens on the way."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._activation_service import (
    ConfirmationIdClient,
    Installation,
    Outcome,
    ServiceRefusal,
    ServiceSettings,
    ServiceUnavailable,
    service_for,
)
from ansible_collections.volume.activation.plugins.plugin_utils._ledger import Confirmation, Ledger, PoolWish

from .fake_http_service import CIDS, DROP, IIDS, Site, always
from .fake_service import KEY, OTHER_KEY, POOL, Service, codes, entries, granting, request, run, states, unavailable


def test_one_bad_and_one_good_in_a_batch(ledger: Ledger, service: Service) -> None:
    service.answering = lambda one: ServiceRefusal("0x90") if one.installation_id == IIDS[0] else granting(one)
    results = run(ledger, service, request(1), request(2), batch_size=2)
    assert codes(results) == ["0x90", None] and results[1].confirmation_id == CIDS[1]
    assert states(ledger) == ["released", "confirmed"]
    assert ledger.pool(POOL).stop is None
    assert "installation ID" in (results[0].error.remedy or "" if results[0].error else "")


@pytest.mark.parametrize("code", ["0x7F", "0x68", "0x86"])
def test_a_code_about_the_key_stops_every_pool_of_it(ledger: Ledger, service: Service, code: str) -> None:
    ledger.declare(PoolWish(name="library", limit=5, fingerprint=KEY, partial="GGGGG"))
    ledger.declare(PoolWish(name="other", limit=5, fingerprint=OTHER_KEY, partial="FFFFF"))
    other = request(4, pool="other", fingerprint=OTHER_KEY, partial="FFFFF")
    service.answering = lambda one: granting(one) if one.installation_id == IIDS[3] else ServiceRefusal(code)
    told: list[str] = []
    results = run(ledger, service, request(1), request(2), request(3, pool="library"), other, tell=told.append)
    assert codes(results) == [code, "pool_stopped", "pool_stopped", None]
    assert service.asked == [[IIDS[0]], [IIDS[3]]]
    stop = ledger.pool("library").stop
    assert stop is not None and stop.code == code
    assert ledger.pool("other").stop is None
    assert any("campus, library" in line for line in told)
    assert ledger.balance(POOL).left == 5


def test_a_key_that_is_called_blocked_once_goes_on_for_other_machines(ledger: Ledger, service: Service) -> None:
    # The IDs of that machine may not belong together (dadorner-msft/activationws, issues 4 and 5).
    service.answering = lambda one: ServiceRefusal("0x67") if one.installation_id == IIDS[0] else granting(one)
    results = run(ledger, service, request(1), request(2), request(1))
    assert sorted(map(str, codes(results))) == ["0x67", "0x67", "None"]
    assert sorted(states(ledger)) == ["confirmed", "released", "released"]
    assert ledger.pool(POOL).stop is None
    # Granted since, so what the first machine met says nothing about the key.
    service.answering = lambda _one: ServiceRefusal("0x67")
    assert codes(run(ledger, service, request(3))) == ["0x67"]
    assert ledger.pool(POOL).stop is not None


def test_a_key_that_two_machines_meet_as_blocked_is_stopped(ledger: Ledger, service: Service) -> None:
    service.answering = lambda _one: ServiceRefusal("0x67")
    assert codes(run(ledger, service, request(1))) == ["0x67"]
    assert ledger.pool(POOL).stop is None
    results = run(ledger, service, request(2), request(3))
    assert codes(results) == ["0x67", "pool_stopped"]
    assert service.asked == [[IIDS[0]], [IIDS[1]]]
    follower = results[1].error
    assert follower is not None
    assert "belong together" in str(follower.cause) and "Read the IDs again" in str(follower.remedy)


def test_a_refusal_in_the_services_own_trouble_stops_nothing(ledger: Ledger, service: Service) -> None:
    service.answering = lambda _one: ServiceRefusal("0x80004003")
    assert codes(run(ledger, service, request(1), request(2))) == ["0x80004003", "0x80004003"]
    assert states(ledger) == ["uncertain", "uncertain"] and ledger.pool(POOL).stop is None


def test_an_answer_that_never_came_counts_until_it_is_asked_for_again(ledger: Ledger, service: Service) -> None:
    service.answering = lambda _one: unavailable(arrived=True)
    result = run(ledger, service, request(1))[0]
    assert result.confirmation_id is None and not result.spent
    assert states(ledger) == ["uncertain"] and ledger.balance(POOL).left == 4
    service.answering = granting
    assert run(ledger, service, request(1))[0].confirmation_id == CIDS[0]
    assert states(ledger) == ["confirmed"] and entries(ledger)[0].attempts == 2
    assert ledger.balance(POOL).left == 4


def test_what_never_arrived_counts_nowhere(ledger: Ledger, service: Service) -> None:
    service.answering = lambda _one: unavailable(arrived=False)
    assert codes(run(ledger, service, request(1))) == ["connection_dropped"]
    assert states(ledger) == ["released"] and ledger.balance(POOL).left == 5


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (unavailable(arrived=False), "uncertain"),
        (ServiceRefusal("0x7F"), "uncertain"),
        (ServiceRefusal("0x80004003"), "uncertain"),
        (ServiceRefusal("0x90"), "released"),
        (ServiceRefusal("0x68"), "released"),
    ],
)
def test_a_later_attempt_does_not_take_back_what_an_earlier_one_may_have_spent(
    ledger: Ledger, service: Service, outcome: Outcome, state: str
) -> None:
    service.answering = lambda _one: unavailable(arrived=True)
    run(ledger, service, request(1))
    service.answering = lambda _one: outcome
    run(ledger, service, request(1))
    assert states(ledger) == [state]


def test_a_refusal_after_silence_in_the_same_run_may_have_been_spent(ledger: Ledger, service: Service) -> None:
    service.answering = lambda _one: ServiceRefusal("0x7F", earlier_unanswered=True)
    run(ledger, service, request(1))
    assert states(ledger) == ["uncertain"]


def test_a_service_that_is_out_of_reach_is_not_asked_for_every_machine(ledger: Ledger, service: Service) -> None:
    run(ledger, service, request(5))
    service.answering = lambda _one: unavailable(arrived=True)
    results = run(ledger, service, *map(request, range(1, 6)))
    assert [result.from_store for result in results] == [False, False, False, False, True]
    assert len(service.asked) == 1 + 2
    assert states(ledger) == ["confirmed", "uncertain", "uncertain"]
    given_up = results[2].error
    assert isinstance(given_up, ServiceUnavailable) and not given_up.may_have_arrived
    assert given_up.message.startswith("Not asked") and given_up.remedy == "wait"


def test_a_request_that_the_service_cannot_digest_does_not_block_the_others(ledger: Ledger, service: Service) -> None:
    service.answering = lambda one: unavailable(arrived=True) if one.installation_id == IIDS[0] else granting(one)
    results = run(ledger, service, *map(request, range(1, 5)))
    assert [result.confirmation_id for result in results] == [None, *CIDS[1:4]]


def test_where_nothing_arrives_one_attempt_is_enough(ledger: Ledger, service: Service) -> None:
    service.answering = lambda _one: unavailable(arrived=False)
    assert codes(run(ledger, service, *map(request, range(1, 5)))) == ["connection_dropped"] * 4
    assert len(service.asked) == 1


def test_a_service_may_also_raise_that_it_is_unavailable(ledger: Ledger) -> None:
    class Broken(Service):
        def confirmation_ids(self, batch: t.Sequence[Installation]) -> t.Mapping[Installation, Outcome]:
            raise unavailable(arrived=True)

    assert codes(run(ledger, Broken(), request(1))) == ["connection_dropped"]
    assert states(ledger) == ["uncertain"]


def test_what_a_service_forgets_to_answer_is_uncertain(ledger: Ledger) -> None:
    class Forgetful(Service):
        def confirmation_ids(self, batch: t.Sequence[Installation]) -> t.Mapping[Installation, Outcome]:
            return {batch[0]: granting(batch[0])}

    results = run(ledger, Forgetful(), request(1), request(2), batch_size=2)
    assert codes(results) == [None, "answer_missing"] and states(ledger) == ["confirmed", "uncertain"]


def test_an_interrupted_run_is_resumed_and_pays_for_nothing_twice(ledger: Ledger, service: Service) -> None:
    def interrupted(one: Installation) -> Outcome:
        if one.installation_id == IIDS[2]:
            raise KeyboardInterrupt
        return granting(one)

    service.answering = interrupted
    wanted = [request(number) for number in range(1, 6)]
    with pytest.raises(KeyboardInterrupt):
        list(ConfirmationIdClient(ledger, service).obtain(wanted))
    assert states(ledger) == ["confirmed", "confirmed", "uncertain"]
    resumed = Service()
    results = run(ledger, resumed, *wanted)
    assert [result.confirmation_id for result in results] == list(CIDS[:5])
    assert resumed.asked == [[IIDS[2]], [IIDS[3]], [IIDS[4]]]
    assert states(ledger) == ["confirmed"] * 5


def test_who_stops_listening_leaves_no_reservation_behind(ledger: Ledger, service: Service) -> None:
    run(ledger, service, request(3))
    results = ConfirmationIdClient(ledger, service, batch_size=5).obtain(
        [request(1), request(2), request(3), request(4)]
    )
    assert next(results).from_store
    t.cast("t.Generator[object, None, None]", results).close()
    assert states(ledger) == ["confirmed", "released", "released"]
    assert len(service.asked) == 1


def test_everything_is_recorded_before_anybody_is_told(ledger: Ledger, service: Service) -> None:
    results = ConfirmationIdClient(ledger, service, batch_size=2).obtain([request(1), request(2)])
    next(results)
    assert len(ledger.confirmations()) == 2 and states(ledger) == ["confirmed", "confirmed"]


def test_a_confirmation_id_that_cannot_be_stored_is_handed_out_and_counted(ledger: Ledger, service: Service) -> None:
    def meanwhile(one: Installation) -> Outcome:
        other = Confirmation(installation_id=one.installation_id, confirmation_id="9" * 48, source="telephone")
        ledger.keep(other)
        return granting(one)

    service.answering = meanwhile
    result = run(ledger, service, request(1))[0]
    assert codes([result]) == ["confirmation_differs"]
    assert result.confirmation_id == CIDS[0] and result.spent
    assert states(ledger) == ["confirmed"]


def test_what_another_process_obtained_in_between_is_not_asked_for(ledger: Ledger, service: Service) -> None:
    class Late(Ledger):
        """Looks into the store too early by one look."""

        looked = False

        def confirmation(self, installation_id: str) -> Confirmation | None:
            early, self.looked = not self.looked, True
            return None if early else super().confirmation(installation_id)

    ledger.keep(Confirmation(installation_id=IIDS[0], confirmation_id=CIDS[0], source="microsoft"))
    with Late.open(ledger.location) as late:
        result = run(late, service, request(1))[0]
    assert result.from_store and result.confirmation_id == CIDS[0] and service.asked == []
    assert states(ledger) == ["released"]


def test_over_the_wire_with_outages_everything_is_paid_for_once(
    ledger: Ledger, start: t.Callable[..., Site], settings_for: t.Callable[..., ServiceSettings]
) -> None:
    site = start(tls=True)
    site.script = [DROP, always(b"", 503), always(b"", 500), always(b"", 500), always(b"", 500), always(b"", 500)]
    patient = service_for(settings_for(site, retries=1), pause=lambda _seconds: None)
    wanted = [request(number) for number in range(1, 6)]
    first = list(ConfirmationIdClient(ledger, patient, batch_size=2).obtain(wanted))
    assert not any(result.confirmation_id for result in first)
    assert states(ledger) == ["uncertain"] * 4
    site.script.clear()
    second = list(ConfirmationIdClient(ledger, patient, batch_size=2).obtain(wanted))
    assert [result.confirmation_id for result in second] == list(CIDS[:5])
    assert states(ledger) == ["confirmed"] * 5 and ledger.balance(POOL).left == 0
