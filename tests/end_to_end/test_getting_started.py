# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide "Getting started", followed to the letter: its files are written, and its commands run in their order."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml

from .playbook_runs import Playground, Run, run_ansible

GUIDE = Path("docs") / "docsite" / "rst" / "guide_getting_started.rst"
MACHINES = {
    "app01.example.com": {"system": "server_2022_standard", "status": "notification"},
    "app02.example.com": {"system": "server_2019_datacenter", "channel": "none"},
    "desk17.example.com": {"system": "windows_11_enterprise", "kms_host": "old.example.com", "status": "notification"},
}
WORLD = {
    "kms_hosts": {"kms.example.com": {"count": 50}},
    "dns": {"corp.example": ["kms.example.com"]},
}
_FILE = re.compile(r"``(inventory/[\w./]+)``(?:(?!\n\n)[\s\S])*:\n\n\.\. code-block:: yaml\n\n((?:    .*\n|\n)+)")
_PLAY = re.compile(r"\.\. code-block:: yaml\n\n((?:    .*\n|\n)+)")
_COMMAND = re.compile(r"^    \$ ansible-playbook (-i inventory .*)$", re.MULTILINE)


def without_indent(block: str) -> str:
    """Return a block of the guide as it is typed."""
    return "".join(line.removeprefix("    ") for line in block.splitlines(keepends=True))


class Reader:
    """A user in an empty directory with the guide and the simulated fleet."""

    def __init__(self, ground: Playground, guide: str) -> None:
        self._ground, self._guide = ground, guide
        self._password = ground.folder / "vault-password"
        self._password.write_text("not a secret\n", encoding="utf-8")
        self._fleet = ground.inventory()

    def write_files(self) -> list[str]:
        """Write the files that the guide names, those of vaults encrypted, and return their names."""
        names = []
        for name, block in _FILE.findall(self._guide):
            path = self._ground.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(without_indent(block), encoding="utf-8")
            if path.name == "vault.yml":
                vault = str(Path(sys.executable).parent / "ansible-vault")
                subprocess.run(
                    [vault, "encrypt", "--vault-password-file", str(self._password), str(path)],
                    check=True,
                    capture_output=True,
                )
            names.append(name)
        return names

    def run(self, command: str) -> Run:
        """Run a command of the guide; the inventory of the fleet stands for the network, a file for the prompt."""
        arguments = shlex.split(command.replace("--ask-vault-pass", f"--vault-password-file {self._password}"))
        last = max(place for place, word in enumerate(arguments) if word == "inventory")
        arguments[last + 1 : last + 1] = ["-i", str(self._fleet)]
        return run_ansible(self._ground.folder, self._ground.tree, *arguments)

    def commands(self) -> Iterator[tuple[str, Run]]:
        """Run each command of the guide, and yield it with its run."""
        for command in _COMMAND.findall(self._guide):
            yield command, self.run(command)

    def plays(self) -> list[str]:
        """Return the plays that the guide has as examples."""
        blocks = [without_indent(block) for block in _PLAY.findall(self._guide)]
        return [block for block in blocks if isinstance(yaml.safe_load(block), list)]


def test_the_guide_works_to_the_letter(serve: Callable[..., Playground], checkout: Path) -> None:
    ground = serve(MACHINES, world=WORLD, scheme="https", transport="basic")
    user = Reader(ground, (checkout / GUIDE).read_text(encoding="utf-8"))
    assert {"inventory/hosts.yml", "inventory/group_vars/windows/vault.yml"} < set(user.write_files())
    seen = []
    for command, run in user.commands():
        assert run.code == 0, f"{command}\n{run.output}"
        assert "[WARNING]" not in run.output, f"{command}\n{run.output}"
        seen.append(next(word for word in command.split() if word.startswith("volume.")))
        if "--check" in command:
            states = {name: machine.describe()["primary"] for name, machine in ground.fleet.machines.items()}
            assert {row["status"] for row in states.values() if row} == {"notification"}
    assert seen == [f"volume.activation.{name}" for name in ("site", "site", "audit", "doctor")]
    assert {machine.describe()["primary"]["status"] for machine in ground.fleet.machines.values()} == {"licensed"}

    again = user.run("-i inventory volume.activation.site --ask-vault-pass")
    assert not [row for row in again.results if row["result"].get("changed")], again.output

    (example,) = user.plays()
    (ground.folder / "example.yml").write_text(example, encoding="utf-8")
    run = user.run("-i inventory example.yml --ask-vault-pass")
    assert run.code == 0, run.output
