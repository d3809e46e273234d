# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Patience: what is asked again, how often, after which pauses, and what it comes to."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._activation_service import (
    ActivationService,
    Installation,
    ServiceRefusal,
    ServiceSettings,
    ServiceUnavailable,
    service_for,
)
from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal

from .fake_http_service import CIDS, DROP, IIDS, PID, Seen, Sent, Site, always, answer, granted, microsoft, row, wrapped

ONE, TWO, THREE = (Installation(PID, iid) for iid in IIDS[:3])
Start = t.Callable[..., Site]
Asking = t.Callable[..., tuple[ActivationService, list[float]]]


@pytest.fixture
def asking(settings_for: t.Callable[..., ServiceSettings]) -> Asking:
    """A service with three further attempts, and the pauses it takes."""

    def service(site: Site, **changes: t.Any) -> tuple[ActivationService, list[float]]:
        pauses: list[float] = []
        settings = settings_for(site, **{"retries": 3, "retry_delay": 5.0, **changes})
        return service_for(settings, pause=pauses.append), pauses

    return service


@pytest.mark.parametrize("trouble", [DROP, always(b"", 500), always(b"", 503), always(b""), always(b"<a/>")])
def test_no_usable_answer_is_asked_again_until_one_comes(start: Start, asking: Asking, trouble: t.Any) -> None:
    site = start()
    site.script = [trouble, trouble]
    service, pauses = asking(site)
    assert service.confirmation_ids([ONE]) == {ONE: CIDS[0]}
    assert pauses == [5.0, 10.0] and len(site.seen) == 3


def test_attempts_and_pauses_are_bounded(start: Start, asking: Asking) -> None:
    site = start(always(b"", 503))
    service, pauses = asking(site, retries=5, retry_delay=20.0)
    outcome = service.confirmation_ids([ONE])[ONE]
    assert isinstance(outcome, ServiceUnavailable) and outcome.may_have_arrived
    assert pauses == [20.0, 40.0, 60.0, 60.0, 60.0] and len(site.seen) == 6


def test_once_possibly_arrived_stays_so_whatever_the_later_attempts_say(start: Start, asking: Asking) -> None:
    site = start(always(b"", 404))
    site.script = [DROP]
    service, pauses = asking(site)
    outcome = service.confirmation_ids([ONE])[ONE]
    assert isinstance(outcome, ServiceUnavailable)
    assert outcome.code == "http_404" and outcome.may_have_arrived
    # Not retryable: there is no use in asking a third time.
    assert pauses == [5.0]


@pytest.mark.parametrize("code", ["0x7F", "0x67", "0x68", "0x86", "0x90", "0x72"])
def test_a_refusal_is_an_answer_and_is_not_asked_again(start: Start, asking: Asking, code: str) -> None:
    site = start(always(answer(row(PID, IIDS[0], code=code))))
    service, pauses = asking(site)
    refusal = service.confirmation_ids([ONE])[ONE]
    assert isinstance(refusal, ServiceRefusal)
    assert refusal.service_code == refusal.code == code
    assert refusal.stops is (code in ("0x7F", "0x68", "0x86"))
    assert refusal.stops_when_repeated is (code in ("0x7F", "0x67", "0x68", "0x86"))
    assert not refusal.retryable and not refusal.earlier_unanswered
    assert refusal.cause and refusal.remedy
    assert pauses == [] and len(site.seen) == 1


@pytest.mark.parametrize("code", ["0x71", "0x80004003", "0x8000FFFF"])
def test_a_refusal_out_of_the_services_own_trouble_is_asked_about_once_more(
    start: Start, asking: Asking, code: str
) -> None:
    site = start(always(answer(row(PID, IIDS[0], code=code))))
    service, pauses = asking(site)
    refusal = service.confirmation_ids([ONE])[ONE]
    assert isinstance(refusal, ServiceRefusal) and refusal.retryable and not refusal.stops
    assert pauses == [5.0] and len(site.seen) == 2


def test_what_was_refused_in_trouble_may_be_granted_the_second_time(start: Start, asking: Asking) -> None:
    site = start()
    site.script = [always(answer(row(PID, IIDS[0], code="0x80004003"), granted(IIDS[1], CIDS[1])))]
    service, pauses = asking(site)
    assert service.confirmation_ids([ONE, TWO]) == {ONE: CIDS[0], TWO: CIDS[1]}
    assert pauses == [5.0]
    assert [len(seen.asked) for seen in site.seen] == [2, 1]


def test_without_further_attempts_there_are_none(start: Start, asking: Asking) -> None:
    site = start(always(answer(row(PID, IIDS[0], code="0x71"))))
    service, pauses = asking(site, retries=0)
    assert isinstance(service.confirmation_ids([ONE])[ONE], ServiceRefusal)
    with pytest.raises(ServiceRefusal):
        service.remaining(PID)
    assert pauses == [] and len(site.seen) == 2


def test_a_refusal_after_silence_says_so(start: Start, asking: Asking) -> None:
    site = start(always(answer(row(PID, IIDS[0], code="0x7F"))))
    site.script = [DROP]
    refusal = asking(site)[0].confirmation_ids([ONE])[ONE]
    assert isinstance(refusal, ServiceRefusal) and refusal.earlier_unanswered


def test_answers_out_of_order_reach_those_who_asked(start: Start, asking: Asking) -> None:
    def reordered(seen: Seen) -> Sent:
        return Sent(answer(*(granted(iid, CIDS[IIDS.index(iid)]) for _pid, iid in reversed(seen.asked))))

    service, _pauses = asking(start(reordered))
    assert service.confirmation_ids([ONE, TWO, THREE]) == {ONE: CIDS[0], TWO: CIDS[1], THREE: CIDS[2]}


def test_one_bad_and_one_good_in_a_batch(start: Start, asking: Asking) -> None:
    site = start(always(answer(row(PID, IIDS[1], code="0x90"), granted(IIDS[0], CIDS[0]))))
    outcomes = asking(site)[0].confirmation_ids([ONE, TWO])
    assert outcomes[ONE] == CIDS[0]
    refusal = outcomes[TWO]
    assert isinstance(refusal, ServiceRefusal) and refusal.service_code == "0x90"


def test_what_an_answer_leaves_out_is_asked_for_again_without_losing_an_attempt(start: Start, asking: Asking) -> None:
    def two_at_most(seen: Seen) -> Sent:
        return Sent(answer(*(granted(iid, CIDS[IIDS.index(iid)]) for _pid, iid in seen.asked[:2])))

    site = start(two_at_most)
    service, pauses = asking(site, retries=1)
    batch = [Installation(PID, iid) for iid in IIDS[:7]]
    assert list(service.confirmation_ids(batch).values()) == list(CIDS[:7])
    assert [len(seen.asked) for seen in site.seen] == [7, 5, 3, 1] and pauses == []


def test_a_batch_that_is_too_large_for_the_service_goes_singly(start: Start, asking: Asking) -> None:
    site = start(lambda seen: microsoft(seen) if len(seen.asked) == 1 else Sent(status=500))
    service, pauses = asking(site, retries=1)
    batch = [Installation(PID, iid) for iid in IIDS[:5]]
    assert list(service.confirmation_ids(batch).values()) == list(CIDS[:5])
    assert [len(seen.asked) for seen in site.seen] == [5, 1, 1, 1, 1, 1] and pauses == [5.0]


def test_one_that_the_service_cannot_digest_does_not_take_the_batch_with_it(start: Start, asking: Asking) -> None:
    site = start(lambda seen: Sent(status=500) if (PID, IIDS[0]) in seen.asked else microsoft(seen))
    outcomes = asking(site, retries=2)[0].confirmation_ids([ONE, TWO, THREE])
    assert (outcomes[TWO], outcomes[THREE]) == (CIDS[1], CIDS[2])
    assert isinstance(outcomes[ONE], ServiceUnavailable)


def test_what_is_always_left_out_is_unknown_and_the_others_are_not_lost(start: Start, asking: Asking) -> None:
    site = start(always(answer(granted(IIDS[0], CIDS[0]))))
    outcomes = asking(site)[0].confirmation_ids([ONE, TWO])
    assert outcomes[ONE] == CIDS[0]
    missing = outcomes[TWO]
    assert isinstance(missing, ServiceUnavailable)
    assert missing.code == "answer_missing" and missing.may_have_arrived
    assert [len(seen.asked) for seen in site.seen] == [2, 1, 1, 1, 1]


def test_a_confirmation_id_of_the_wrong_length_is_no_answer(start: Start, asking: Asking) -> None:
    site = start(always(answer(granted(IIDS[0], CIDS[0][:-1]))))
    assert isinstance(asking(site)[0].confirmation_ids([ONE])[ONE], ServiceUnavailable)


def test_an_error_code_for_all_is_everybodys(start: Start, asking: Asking) -> None:
    site = start(always(wrapped("<ActivationResponse><ErrorCode>0x7F</ErrorCode></ActivationResponse>")))
    outcomes = asking(site)[0].confirmation_ids([ONE, TWO])
    assert {outcome.code for outcome in outcomes.values() if isinstance(outcome, ServiceRefusal)} == {"0x7F"}
    assert len(outcomes) == 2


def test_the_remaining_count_is_told(start: Start, asking: Asking) -> None:
    site = start(microsoft)
    service, _pauses = asking(site)
    assert service.remaining(PID) == 42
    assert "<IID>" not in site.seen[0].inner


@pytest.mark.parametrize("body", [answer(row(PID, ActivationRemaining=-1), kind=2), answer(row(PID), kind=2), b"<a/>"])
def test_a_count_that_is_not_told_is_unknown_and_never_zero(start: Start, asking: Asking, body: bytes) -> None:
    site = start(always(body))
    service, pauses = asking(site)
    with pytest.raises(ServiceUnavailable) as caught:
        service.remaining(PID)
    assert caught.value.code == "unusable_answer" and pauses == [5.0, 10.0, 20.0]


@pytest.mark.parametrize(("code", "asked"), [("0x86", 1), ("0x80004003", 2)])
def test_a_count_that_is_refused(start: Start, asking: Asking, code: str, asked: int) -> None:
    site = start(always(answer(row(PID, code=code), kind=2)))
    with pytest.raises(ServiceRefusal) as caught:
        asking(site)[0].remaining(PID)
    assert caught.value.service_code == code and len(site.seen) == asked


@pytest.mark.parametrize(("left", "code"), [(1, None), (0, "no_activations_left")])
def test_a_probe_of_a_known_key_asks_for_its_count(start: Start, asking: Asking, left: int, code: str | None) -> None:
    site = start(always(answer(row(PID, ActivationRemaining=left), kind=2)))
    service, _pauses = asking(site)
    if code is None:
        service.probe(PID)
    else:
        with pytest.raises(Refusal) as caught:
            service.probe(PID)
        assert caught.value.code == code
    assert len(site.seen) == 1


@pytest.mark.parametrize(("status", "code"), [(200, None), (405, None), (404, None), (503, "http_503")])
def test_a_probe_of_an_unknown_key_asks_for_nothing(
    start: Start, asking: Asking, status: int, code: str | None
) -> None:
    site = start(always(b"", status))
    service, _pauses = asking(site)
    if code is None:
        service.probe(None)
    else:
        with pytest.raises(ServiceUnavailable) as caught:
            service.probe(None)
        assert caught.value.code == code
    assert [(seen.method, seen.body) for seen in site.seen] == [("GET", b"")]


def test_a_count_survives_an_outage(start: Start, asking: Asking) -> None:
    site = start()
    site.script = [always(b"", 503), DROP]
    assert asking(site)[0].remaining(PID) == 42
