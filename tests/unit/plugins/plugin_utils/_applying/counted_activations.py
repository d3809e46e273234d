# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Purchases: the wishes that spend, the machines they are for, and what Windows may say to them."""

from __future__ import annotations

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._applying import (
    Applier,
    BudgetReservation,
    Retry,
    Scope,
)
from ansible_collections.volume.activation.plugins.plugin_utils._errors import (
    ActivationError,
    AnswerLost,
    MachineRefused,
)
from ansible_collections.volume.activation.plugins.plugin_utils._licensing import State
from ansible_collections.volume.activation.plugins.plugin_utils._planning import (
    Activation,
    ActivationMethod,
    CountedActivation,
    DesiredState,
    Mak,
    plan,
)

from .._planning.state_samples import KEY, LicenseStatus, on_mak, state, windows
from .fake_budget import CONFIRMATION, FakeBudget
from .fake_machine import INSTALLATION, FakeMachine

MAK = Mak(key=KEY)
ONLINE = DesiredState(key=MAK, activation=Activation(counted=CountedActivation(mak=MAK)))
PROXY = DesiredState(key=MAK, activation=Activation(counted=CountedActivation(mak=MAK, way=ActivationMethod.PROXY)))
GIVEN = DesiredState(key=MAK, activation=Activation(counted=CountedActivation(mak=MAK, confirmation_id=CONFIRMATION)))
LOST = AnswerLost("No answer came.")
ACTIVATE, DEPOSIT, INSTALL, REFRESH = (
    "Activate",
    "DepositOfflineConfirmationId",
    "InstallProductKey",
    "RefreshLicenseStatus",
)
TAKEN_OVER = BudgetReservation(number=1, taken_over=True, idle=1000)

TIMEOUT, NO_NAME = 0x80072EE2, 0x80072EE7
OUT_OF_RANGE, EXHAUSTED, BLOCKED = 0xC004C001, 0xC004C020, 0xC004C003
WRONG_DIGITS, OWN_TROUBLE = 0xC004F04D, 0xC004F024


def refused(code: int) -> MachineRefused:
    """Return the machine's refusal with a code."""
    return MachineRefused("The machine refused it.", hresult=code)


def keyed(**changes: object) -> State:
    """Return a machine with the key in it, unlicensed, with changes."""
    given = {"partial_product_key": KEY.partial, "status": LicenseStatus.NOTIFICATION, "installation_id": INSTALLATION}
    return state(on_mak(**{**given, **changes}), client_machine_id="CMID-1")


def bare() -> State:
    """Return a machine on its KMS client key."""
    return state(windows(), client_machine_id="CMID-1")


def run(
    bench: FakeMachine, wish: DesiredState, till: FakeBudget, seconds: float = 0.0, retry: Retry | None = None
) -> Applier:
    """Plan on the state as it is and apply, by default without a second try; return the applier."""
    applier = bench.applier(seconds, till, retry or Retry(times=0))
    before = bench.state
    applier.apply(wish, plan(wish, before), before, Scope())
    return applier


def fails(
    bench: FakeMachine, wish: DesiredState, till: FakeBudget, seconds: float = 0.0, retry: Retry | None = None
) -> ActivationError:
    """Return the error that applying meets."""
    with pytest.raises(ActivationError) as caught:
        run(bench, wish, till, seconds, retry)
    return caught.value


def methods(bench: FakeMachine) -> list[str]:
    """Return the methods that the machine has seen, in their order."""
    return [entry for entry in bench.log if entry not in ("read", "bios_uuid")]
