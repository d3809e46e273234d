# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The numbers a Windows host fails with, and the one exception by which the model says them."""

from __future__ import annotations

__all__ = ["Failure", "Hresult"]


class Hresult:
    """HRESULTs by the names of slerror.h and winerror.h."""

    NO_DNS_NAME = 0x8007007B
    INVALID_PARAMETER = 0x80070057
    DNS_NAME_ERROR = 0x8007232B
    INTERNET_TIMEOUT = 0x80072EE2
    INTERNET_NAME_NOT_RESOLVED = 0x80072EE7
    MAK_OUT_OF_RANGE = 0xC004C001
    KEY_BLOCKED_BY_MICROSOFT = 0xC004C003
    UNLOCKS_EXCEEDED = 0xC004C008
    MAK_EXHAUSTED = 0xC004C020
    NO_REARMS_LEFT = 0xC004D307
    GRACE_EXPIRED = 0xC004F009
    OOB_GRACE = 0x4004F00C
    OOT_GRACE = 0x4004F00D
    HARDWARE_CHANGED = 0xC004F00F
    NO_KEY_INSTALLED = 0xC004F014
    NOT_SUPPORTED = 0xC004F016
    CONFIRMATION_LENGTH = 0xC004F02F
    CONFIRMATION_MISMATCH = 0xC004F031
    LICENCE_NOT_FOUND = 0xC004F034
    COUNT_TOO_LOW = 0xC004F038
    ACTIVATED_CHECK_USE_RIGHTS = 0x4004F040
    KMS_HOST_NOT_ACTIVATED = 0xC004F041
    KMS_HOST_MISMATCH = 0xC004F042
    CONFIRMATION_DIGITS = 0xC004F04D
    INVALID_KEY = 0xC004F050
    KEY_BLOCKED = 0xC004F051
    NON_GENUINE_EXPIRED = 0xC004F064
    NON_GENUINE_GRACE = 0x4004F065
    SKU_NOT_FOUND = 0xC004F069
    NOT_ALLOWED = 0xC004F06A
    CLOCKS_APART = 0xC004F06C
    KMS_UNREACHABLE = 0xC004F074
    AD_OBJECT_NOT_FOUND = 0xC004F081
    NOT_GENUINE = 0xC004F200
    NO_TOKEN_CERTIFICATE = 0xC004F305
    STORE_LICENCE = 0x4004F401
    TRIAL_RUNNING = 0x4004FC04
    EXTENDED_GRACE = 0x4004FC06
    TRIAL_OVER = 0xC004FC07
    NOT_ON_HYPER_V = 0xC004FD01


class Failure(Exception):
    """The licensing service refuses or fails; `hresult` says why."""

    def __init__(self, hresult: int) -> None:
        super().__init__(f"0x{hresult:08X}")
        self.hresult = hresult
