# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors, told apart by what the operator must do next."""

from __future__ import annotations

import copy
import pickle

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils import _errors
from ansible_collections.volume.activation.plugins.plugin_utils._errors import (
    ActivationError,
    AnswerLost,
    AuthenticationFailed,
    ConnectionFailed,
    MachineRefused,
    MissingLibrary,
    NotConverged,
    ProtocolViolation,
    Refusal,
    RequestRejected,
    Unsealed,
)

KINDS = [getattr(_errors, name) for name in _errors.__all__]


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_is_one_sentence_with_what_helps(kind: type[ActivationError]) -> None:
    error = kind("It is dark.", code="dark", cause="No lamp is lit.", remedy="Light one.")
    assert isinstance(error, ActivationError)
    assert str(error) == error.message == "It is dark."
    assert (error.code, error.cause, error.remedy) == ("dark", "No lamp is lit.", "Light one.")


@pytest.mark.parametrize("kind", KINDS)
def test_what_helps_may_be_unknown(kind: type[ActivationError]) -> None:
    error = kind("It is dark.")
    assert (error.code, error.cause, error.remedy) == (None, None, None)


def test_a_refusing_machine_gives_a_number_and_its_fault() -> None:
    fault = object()
    error = MachineRefused("No.", hresult=5, fault=fault, code="0x00000005")
    assert (error.hresult, error.fault, error.code) == (5, fault, "0x00000005")
    assert (MachineRefused("No.").hresult, MachineRefused("No.").fault) == (None, None)


@pytest.mark.parametrize("kind", [AuthenticationFailed, Unsealed])
def test_what_never_reached_the_machine_is_a_failed_connection(kind: type[ActivationError]) -> None:
    assert issubclass(kind, ConnectionFailed)


def test_an_unknown_outcome_is_never_taken_for_a_known_one() -> None:
    others = {
        ConnectionFailed,
        RequestRejected,
        Refusal,
        MachineRefused,
        ProtocolViolation,
        NotConverged,
        MissingLibrary,
    }
    assert not [kind for kind in others if issubclass(kind, AnswerLost) or issubclass(AnswerLost, kind)]


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_survives_copy_and_pickle(kind: type[ActivationError]) -> None:
    error = kind("It is dark.", code="dark", remedy="Light one.")
    for again in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert again.__class__ is kind
        assert (again.message, again.code, again.remedy) == ("It is dark.", "dark", "Light one.")
