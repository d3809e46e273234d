# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The JSON tables beside this package, read once and only when somebody asks.

A worker process of Ansible lives for one task on one machine, so what is read at import is read a thousand times for
nothing: importing this package reads no file. What `table` returns is shared; nobody may change it.
"""

from __future__ import annotations

import functools
import json
import pathlib
import typing as t

__all__ = ["table"]

_DATA = pathlib.Path(__file__).parent / "data"


@functools.cache
def table(name: str) -> dict[str, t.Any]:
    """Return one table of `data/` by its name without the ending."""
    loaded: dict[str, t.Any] = json.loads((_DATA / f"{name}.json").read_text(encoding="utf-8"))
    return loaded
