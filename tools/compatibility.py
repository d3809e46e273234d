# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the unit tests, the one on secrecy and the demo on both ends of the supported ansible-core range and in between.

Each release runs on a Python it supports, the first that is found on PATH, in pyenv's folders or in /usr/bin. What
could not run is said; it fails the whole only for releases named with --require. Logs lie in build/compatibility.
"""

from __future__ import annotations

import argparse
import os
import pwd
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "compatibility"
# A release and the Pythons it runs on: with the oldest release the oldest first, with the newest the newest.
RELEASES = {
    "2.16.19": ("3.10", "3.11", "3.12"),
    "2.19.14": ("3.12", "3.11", "3.13"),
    "2.21.5": ("3.14", "3.13", "3.12"),
}
# What a release prints when it is told to be loud is its own, so secrecy is held on each of them.
TESTS = ("tests/unit", "tests/end_to_end/test_secrecy.py")
# Pinned by the release itself, each in its own way.
LEFT_TO_RELEASE = ("ansible-core", "resolvelib")
SUMMARY = re.compile(r"^=*\s*((?:\d+ \w+,? ?)+ in [0-9.]+s.*?)=*$")


@dataclass(frozen=True)
class Outcome:
    """How one release fared: `passed` is None when it could not be run at all."""

    release: str
    python: str
    passed: bool | None
    words: str


def candidates(version: str) -> Iterator[Path]:
    """Yield where a Python of this version may lie."""
    name = f"python{version}"
    if found := shutil.which(name):
        yield Path(found)
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path(pwd.getpwuid(os.getuid()).pw_dir) / ".pyenv")
    yield from sorted(pyenv.glob(f"versions/{version}.*/bin/{name}"), reverse=True)
    yield Path("/usr/bin") / name


def find_python(versions: tuple[str, ...]) -> tuple[str, Path] | None:
    """Return the first of these Python versions that is there and answers, with its path."""
    for version in versions:
        for path in candidates(version):
            if (
                path.exists()
                and not subprocess.run([path, "-c", "import ensurepip"], capture_output=True, check=False).returncode
            ):
                return version, path
    return None


def install(release: str, python: Path, folder: Path) -> None:
    """Make an environment with this release and otherwise the pinned versions."""
    files = (ROOT / "requirements" / name for name in ("run.txt", "directory.txt"))
    pins = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    constraints = folder.with_suffix(".txt")
    constraints.write_text("\n".join(pin for pin in pins if not pin.startswith(LEFT_TO_RELEASE)), encoding="utf-8")
    if not (folder / "bin" / "python").exists():
        subprocess.run([python, "-m", "venv", "--clear", folder], check=True)
    wanted: list[str | Path] = [
        "-r",
        ROOT / "requirements.txt",
        "-r",
        ROOT / "tests/unit/requirements.txt",
        "pytest",
        "pytest-xdist",
    ]
    pip: list[str | Path] = [
        folder / "bin" / "python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]
    subprocess.run([*pip, "-c", constraints, f"ansible-core=={release}", *wanted], check=True)
    # Compiled, so it is tried: without it the tests that speak LDAP are skipped, which a strict run does not accept.
    directory: list[str | Path] = ["-c", constraints, "-r", ROOT / "requirements-directory.txt"]
    if subprocess.run([*pip, *directory], capture_output=True, check=False).returncode:
        print(f"python-ldap could not be compiled for Python in {folder.name}: see CONTRIBUTING.md", flush=True)


def run(folder: Path, name: str, *command: str, cwd: Path = ROOT) -> tuple[bool, str]:
    """Run one of the environment's programs into a log; return whether it succeeded, and what it said."""
    log = folder.with_name(f"{folder.name}-{name}.log")
    environment = {**os.environ, "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    with log.open("w", encoding="utf-8") as stream:
        program: list[str | Path] = [folder / "bin" / command[0], *command[1:]]
        done = subprocess.run(program, cwd=cwd, env=environment, stdout=stream, stderr=subprocess.STDOUT, check=False)
    text = log.read_text(encoding="utf-8", errors="replace")
    if done.returncode:
        print(f"---- {log}\n" + "\n".join(text.splitlines()[-60:]))
    return not done.returncode, text


def closing_line(text: str) -> str:
    """Return pytest's closing line, without its frame."""
    found = [match[1].strip() for line in text.splitlines() if (match := SUMMARY.match(line))]
    return found[-1] if found else "no closing line"


def try_release(release: str, jobs: str) -> Outcome:
    """Run the tests and the demo on one release of ansible-core."""
    chosen = find_python(RELEASES[release])
    if chosen is None:
        return Outcome(release, "", None, f"none of Python {', '.join(RELEASES[release])} is here")
    version, python = chosen
    folder = BUILD / f"core-{release}-python-{version}"
    try:
        install(release, python, folder)
    except subprocess.CalledProcessError as error:
        return Outcome(release, version, None, f"could not be installed: {error}")
    units, text = run(folder, "units", "python", "-m", "pytest", "-n", jobs, "-p", "no:cacheprovider", *TESTS)
    demo = ("volume.activation.demo", "-e", f"demo_directory={folder}-demo")
    played, _said = run(folder, "demo", "ansible-playbook", *demo, cwd=BUILD)
    return Outcome(release, version, units and played, f"{closing_line(text)}; demo {'passed' if played else 'failed'}")


def main() -> int:
    """Run what can be run and say what became of each release."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", default="2", help="how many processes pytest uses")
    parser.add_argument("--require", nargs="*", default=[], metavar="2.NN", help="releases that must run here")
    parser.add_argument(
        "--tested", nargs="*", default=[], metavar="2.NN.N", help="releases that `make test` has run on"
    )
    options = parser.parse_args()
    BUILD.mkdir(parents=True, exist_ok=True)
    bad = 0
    for release in options.tested:
        print(f"ansible-core {release}: ran with the whole suite", flush=True)
    for release in (release for release in RELEASES if release not in options.tested):
        start = time.monotonic()
        outcome = try_release(release, options.jobs)
        required = release.rpartition(".")[0] in options.require
        word = {True: "ran", False: "FAILED", None: "COULD NOT RUN" if required else "could not run"}[outcome.passed]
        bad += outcome.passed is False or (required and outcome.passed is None)
        where = f" on Python {outcome.python}" if outcome.python else ""
        print(f"ansible-core {release}{where}: {word}: {outcome.words} ({time.monotonic() - start:.0f} s)", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
