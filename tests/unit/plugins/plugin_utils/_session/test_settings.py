# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What settings say about a login: whether the machine can use it at another one."""

from __future__ import annotations

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._session import Kerberos, PsrpSettings, WinRMSettings

DELEGATED = Kerberos(delegate=True)


@pytest.mark.parametrize(
    ("transports", "kerberos", "expected"),
    [
        (("ssl",), Kerberos(), False),
        (("ntlm",), Kerberos(), False),
        (("ntlm",), DELEGATED, False),
        (("kerberos",), Kerberos(), False),
        (("kerberos",), DELEGATED, True),
        (("credssp",), Kerberos(), True),
        (("kerberos", "ntlm"), DELEGATED, True),
        (("basic", "plaintext"), DELEGATED, False),
    ],
)
def test_a_login_of_pywinrm_goes_on_by_credssp_and_by_delegation(
    transports: tuple[str, ...], kerberos: Kerberos, expected: bool
) -> None:
    assert WinRMSettings(host="app01", transports=transports, kerberos=kerberos).can_go_on is expected


@pytest.mark.parametrize(
    ("auth", "kerberos", "expected"),
    [
        ("ntlm", DELEGATED, False),
        ("basic", DELEGATED, False),
        ("certificate", DELEGATED, False),
        ("negotiate", Kerberos(), False),
        ("negotiate", DELEGATED, True),
        ("kerberos", DELEGATED, True),
        ("credssp", Kerberos(), True),
    ],
)
def test_a_login_of_pypsrp_goes_on_by_credssp_and_by_delegation(auth: str, kerberos: Kerberos, expected: bool) -> None:
    assert PsrpSettings(host="app01", auth=auth, kerberos=kerberos).can_go_on is expected
