# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each task needs is read before Ansible forks, and not once more by every task."""

from __future__ import annotations

import subprocess
import sys

ENGINE = "ansible_collections.volume.activation.plugins.plugin_utils"
PROGRAM = f"""
import sys
from ansible.plugins.loader import init_plugin_loader
from ansible.utils.collection_loader import AnsibleCollectionConfig
if AnsibleCollectionConfig.collection_finder is None:
    init_plugin_loader(sys.argv[1:])
import {ENGINE}._action
from {ENGINE}._licensing import table, windows_name
from {ENGINE}._variables import refuse_misspelt
from {ENGINE}._session.tls_context import _context_for
import ssl
from pathlib import Path
def refuse(*_arguments, **_more):
    raise AssertionError("a table or a CA bundle is read in a task")
Path.read_text = Path.read_bytes = Path.open = ssl.SSLContext.load_verify_locations = refuse
assert _context_for(True) is not None
print(windows_name("ServerStandard", 20348))
refuse_misspelt({{"kms_default_kms_host": "kms.example.com"}})
"""


def test_the_tables_and_the_ca_bundle_that_each_task_needs_are_read_before_the_forks(collections_path: object) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(collections_path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "Windows Server 2022 Standard\n"), done.stderr
