# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a HOME for Ansible's tools: nothing in the user's own can shadow the checkout, and nothing is left there.

ansible-test clears the environment of what it starts, so pip's settings must stand in a file below that HOME. It also
wants to download `get-pip.py`; a stand-in in its cache seeds pip from Python's own `ensurepip`.
"""

from __future__ import annotations

import ast
import configparser
import os
import subprocess
import sys
from pathlib import Path

# By ansible-core version: 2.16 and 2.17, 2.18 and 2.19, 2.20 and 2.21.
GET_PIP_NAMES = ("get_pip_23_1_2.py", "get_pip_24_2.py", "get_pip_25_2.py")
GET_PIP = '''"""Stands in for get-pip.py: seeds pip from ensurepip, then installs what was asked for."""
import subprocess
import sys

wanted = [arg for arg in sys.argv[1:] if arg not in ("--no-setuptools", "--no-wheel")]
subprocess.check_call([sys.executable, "-m", "ensurepip", "--upgrade", "--default-pip"])
sys.exit(subprocess.call([sys.executable, "-m", "pip", "install", *wanted]))
'''
# What pip also takes from variables that other programs share, by the setting they stand for.
SHARED_VARIABLES = {
    "cert": ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"),
    "proxy": ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"),
}


def pip_settings() -> dict[str, dict[str, str]]:
    """Return what pip is told here by files and variables, by section; variables win, as they do in pip."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    settings: dict[str, dict[str, str]] = {"global": {}}
    for line in sorted(listing.splitlines(), key=lambda line: line.startswith(":env:")):
        name, value = line.split("=", 1)
        section, option = name.replace(":env:", "global").rsplit(".", 1)
        settings.setdefault(section, {})[option] = str(ast.literal_eval(value))
    for option, variables in SHARED_VARIABLES.items():
        found = next((os.environ[name] for name in variables if os.environ.get(name)), None)
        if found:
            settings["global"].setdefault(option, found)
    return settings


def write_pip_conf(home: Path) -> None:
    """Carry pip's settings over into `home`."""
    config = configparser.RawConfigParser()
    config.read_dict(pip_settings())
    path = home / ".config" / "pip" / "pip.conf"
    path.parent.mkdir(parents=True, exist_ok=True)
    # An index may carry a login in its address.
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
        config.write(stream)


def write_get_pip(home: Path) -> None:
    """Put the stand-ins where ansible-test keeps its downloads."""
    cache = home / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for name in GET_PIP_NAMES:
        (cache / name).write_text(GET_PIP, encoding="utf-8")


if __name__ == "__main__":
    write_pip_conf(Path(sys.argv[1]))
    write_get_pip(Path(sys.argv[1]))
