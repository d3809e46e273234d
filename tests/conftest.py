# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the collection importable from any checkout, and turns a skipped test into a failure where that is asked for.

Ansible finds a collection only below `ansible_collections/NAMESPACE/NAME`. A temporary tree with one symbolic link to
this checkout satisfies it, so that plain pytest runs wherever the checkout lies. Under `ansible-test units` the loader
is already there, and none of this happens. Processes that tests start find the same tree by ANSIBLE_COLLECTIONS_PATH.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible.utils.collection_loader import AnsibleCollectionConfig
from hypothesis import HealthCheck, settings

CHECKOUT = Path(__file__).resolve().parents[1]
TREE_VARIABLE = "VOLUME_ACTIVATION_TEST_TREE"
STRICT_VARIABLES = ("VOLUME_ACTIVATION_STRICT", "CI")

_skipped: list[str] = []

# How long an example takes is the machine's business: no test is about wall time.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("untimed")


def _link(tree: Path) -> Path:
    """Return where the collection stands inside `tree`."""
    return tree / "ansible_collections" / "volume" / "activation"


def _make_tree() -> Path:
    """Return a tree that leads to this checkout: the parent process's one, or a new one of our own."""
    inherited = Path(os.environ.get(TREE_VARIABLE, "/nowhere"))
    if _link(inherited).exists() and _link(inherited).resolve() == CHECKOUT:
        return inherited
    tree = Path(tempfile.mkdtemp(prefix="volume-activation-"))
    _link(tree).parent.mkdir(parents=True)
    _link(tree).symlink_to(CHECKOUT, target_is_directory=True)
    atexit.register(_remove, tree)
    return tree


def _remove(tree: Path) -> None:
    """Remove a tree, and never what its link leads to."""
    _link(tree).unlink(missing_ok=True)
    shutil.rmtree(tree, ignore_errors=True)


def _make_importable() -> None:
    """Point Ansible's collection loader, this process and its children at the tree."""
    from ansible.plugins.loader import init_plugin_loader

    tree = _make_tree()
    os.environ[TREE_VARIABLE] = str(tree)
    os.environ["ANSIBLE_COLLECTIONS_PATH"] = str(tree)
    init_plugin_loader([str(tree)])


if AnsibleCollectionConfig.collection_finder is None:
    _make_importable()


def pytest_configure(config: pytest.Config) -> None:
    """Add the fixtures of what is real: PostgreSQL, Active Directory, DNS, a browser; and what starts and ends them."""
    from ansible_collections.volume.activation.tests import chromium, dnsmasq, postgres, samba

    config.pluginmanager.register(chromium, "volume_activation_chromium")
    config.pluginmanager.register(dnsmasq, "volume_activation_dnsmasq")
    config.pluginmanager.register(postgres, "volume_activation_postgres")
    config.pluginmanager.register(samba, "volume_activation_samba")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--no-skips`; the variables above ask for the same."""
    parser.addoption("--no-skips", action="store_true", default=False, help="a skipped test fails the run")


def _is_strict(config: pytest.Config) -> bool:
    """Return whether a skipped test has to fail this run."""
    return bool(config.getoption("--no-skips")) or any(os.environ.get(name) for name in STRICT_VARIABLES)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember what was skipped, and why; with xdist the reports of all workers arrive in the first process."""
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        _skipped.append(f"{report.nodeid}: {reason}")


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Remember modules that were skipped as a whole."""
    if report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        _skipped.append(f"{report.nodeid}: {reason}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a strict run in which anything was skipped."""
    if _skipped and _is_strict(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say which tests a strict run misses, and what each of them wants."""
    if _skipped and _is_strict(config):
        terminalreporter.section("skipped, and this run may skip nothing", red=True)
        for line in sorted(set(_skipped)):
            terminalreporter.line(line)


@pytest.fixture(scope="session")
def collections_path() -> Iterator[Path]:
    """The folder to name in ANSIBLE_COLLECTIONS_PATH so that Ansible finds this checkout as `volume.activation`."""
    yield Path(os.environ.get(TREE_VARIABLE) or str(CHECKOUT.parents[2]))


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The root of the collection as it lies on disk."""
    return CHECKOUT
