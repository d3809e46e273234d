# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The limit on open files is found before the audit and not by the hosts that cannot be read any more."""

from __future__ import annotations

import multiprocessing
import os
import resource

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._auditing import Descriptors, ReaderPool
from ansible_collections.volume.activation.plugins.plugin_utils._auditing.descriptors import raise_limit
from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal

pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")


@pytest.mark.parametrize(
    ("in_use", "most", "processes", "fitting"),
    [
        (20, 1024, 2, 64),
        (20, float("inf"), 4, 64),
        (20, 64, 1, 7),
        (20, 64, 2, 14),
        (20, 40, 2, 2),
        (20, 164, 2, 64),
        (20, 163, 2, 62),
    ],
)
def test_as_many_are_read_at_a_time_as_each_process_has_descriptors_for(
    in_use: int, most: float, processes: int, fitting: int
) -> None:
    assert Descriptors(in_use, most).fitting(64, processes) == fitting
    assert ReaderPool(64, processes).fitted(1000, Descriptors(in_use, most)).concurrency == fitting


def test_without_descriptors_for_a_single_host_the_audit_is_refused() -> None:
    with pytest.raises(Refusal) as caught:
        ReaderPool(64, 2).fitted(1000, Descriptors(20, 39))
    assert caught.value.code == "controller_limit"
    assert "39" in caught.value.message and "20" in caught.value.message and caught.value.remedy


def test_the_figures_are_those_of_this_process() -> None:
    before = Descriptors.now()
    pipe = os.pipe()
    try:
        assert Descriptors.now().in_use == before.in_use + 2
    finally:
        for descriptor in pipe:
            os.close(descriptor)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    assert before.most == (float("inf") if hard == resource.RLIM_INFINITY else hard)


@pytest.mark.parametrize(("hard", "soft"), [(4000, "needed"), (100, 100)])
def test_the_soft_limit_is_raised_to_what_is_needed_and_not_beyond_the_hard_one(hard: int, soft: int | str) -> None:
    theirs, ours = multiprocessing.Pipe(duplex=False)

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
        needed = Descriptors.now().needed(100)
        raise_limit(100)
        ours.send((resource.getrlimit(resource.RLIMIT_NOFILE), needed))

    process = multiprocessing.get_context("fork").Process(target=limited)
    process.start()
    process.join()
    found, needed = theirs.recv()
    assert found == (needed if soft == "needed" else soft, hard)


def test_a_limit_that_is_high_enough_is_left() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    raise_limit(1)
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == before
