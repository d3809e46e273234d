# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Active Directory, Samba's, for the tests that ask for it: one controller a run, started by the first of them.

Samba cannot be told other ports than the standard ones. So each controller has a loopback address to itself, drawn at
random, and root is needed. `samba` has the schema of 2012 R2 and the containers of activation objects; `old_samba`,
another forest, has the schema of 2008 R2, which knows neither.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.volume.activation.tests import samba_setup, shared_server
from ansible_collections.volume.activation.tests.samba_controller import DomainController, ForestObjects

FOLDER_VARIABLE = "VOLUME_ACTIVATION_TEST_SAMBA"


def pytest_configure(config: pytest.Config) -> None:
    """Choose the folder, in the process that leads the run; its workers, and what they start, inherit the name."""
    if FOLDER_VARIABLE not in os.environ:
        os.environ[FOLDER_VARIABLE] = str(shared_server.choose_folder("va-ad", os.getpid()))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the controllers where the folder was chosen, whatever became of the tests."""
    folder = Path(os.environ[FOLDER_VARIABLE])
    if shared_server.leader_of(folder) == os.getpid():
        del os.environ[FOLDER_VARIABLE]
        for each in folder.glob("*/"):
            shared_server.dismiss(each)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def samba() -> DomainController:
    """The domain controller of a forest that can hold activation objects."""
    return _controller("forest", "2012_R2")


@pytest.fixture(scope="session")
def old_samba() -> DomainController:
    """The domain controller of a forest whose schema does not know activation objects."""
    return _controller("old-forest", "2008_R2")


@pytest.fixture
def stopping_samba() -> Iterator[DomainController]:
    """A domain controller for one test alone, which may stop it."""
    controller = _controller(f"own-{uuid.uuid4().hex[:8]}", "2012_R2")
    yield controller
    shared_server.dismiss(controller.folder)


@pytest.fixture
def forest_objects(samba: DomainController) -> Iterator[ForestObjects]:
    """Names for activation objects in `samba`; what has such a name is removed when the test ends."""
    objects = ForestObjects(samba)
    yield objects
    objects.remove()


def _controller(name: str, schema: str) -> DomainController:
    if missing := samba_setup.what_is_missing():
        pytest.skip(missing)
    remedy = "pip install -r requirements.txt -r requirements-directory.txt"
    for library in ("ldap", "dns"):
        pytest.importorskip(library, reason=f"the Python library {library} is not installed: {remedy}")
    folder = Path(os.environ[FOLDER_VARIABLE]) / name
    for each in (folder.parent, folder):
        each.mkdir(mode=0o700, exist_ok=True)
    with (folder / "start").open("wb") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        if not (folder / "address").exists():
            samba_setup.start(folder, schema)
        return samba_setup.wait_until_ready(folder)
