# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import subprocess
import sys

import pytest

PACKAGE = "ansible_collections.volume.activation.plugins.plugin_utils._ledger"
SETUP = """
import sys
from ansible.utils.collection_loader import AnsibleCollectionConfig
if AnsibleCollectionConfig.collection_finder is None:
    from ansible.plugins.loader import init_plugin_loader
    init_plugin_loader(sys.argv[1:])
"""


def _run(program: str, tree: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", SETUP + program, tree], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize(("call", "loaded"), [("", "False"), ("preload()", "True")])
def test_sqlalchemy_is_loaded_before_the_forks_where_that_is_asked_for_and_not_before(
    call: str, loaded: str, collections_path: object
) -> None:
    program = f"from {PACKAGE} import preload\n{call}\nprint('sqlalchemy' in sys.modules)"
    assert _run(program, str(collections_path)) == [loaded]


def test_a_controller_without_the_library_loads_all_that_it_has(collections_path: object) -> None:
    program = f"sys.modules['sqlalchemy'] = None\nfrom {PACKAGE} import preload\npreload()\nprint('went on')"
    assert _run(program, str(collections_path)) == ["went", "on"]
