# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every test of the package may ask for."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def python_ldap() -> Any:
    """The library python-ldap, without which some tests have nothing to test."""
    remedy = "pip install -r requirements-directory.txt"
    return pytest.importorskip("ldap", reason=f"the Python library python-ldap is not installed: {remedy}")
