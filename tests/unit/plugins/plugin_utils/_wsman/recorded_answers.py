# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hand-written answers of a machine, and the request that each of them answers."""

from __future__ import annotations

import re
from pathlib import Path

from ansible_collections.volume.activation.plugins.plugin_utils._wsman import (
    Enumerate,
    Get,
    Identify,
    Invoke,
    Pull,
    Release,
    Request,
    wmi_resource,
)

FOLDER = Path(__file__).resolve().parents[1] / "fixtures" / "wsman"
MESSAGE_ID = "uuid:11111111-2222-4333-8444-555555555555"
FIRST_CONTEXT = "uuid:AAAAAAAA-0000-4000-8000-000000000001"
SECOND_CONTEXT = "uuid:AAAAAAAA-0000-4000-8000-000000000002"

LAMP = wmi_resource("Acme_Lamp")
QUERY = wmi_resource("*")
ENUMERATE = Enumerate(QUERY, "SELECT Name, Watt FROM Acme_Lamp")
PULL = Pull(QUERY, FIRST_CONTEXT)

_REQUESTS: dict[str, Request] = {
    "enumerate": ENUMERATE,
    "pull": PULL,
    "get": Get(wmi_resource("Acme_Clock", selectors={"Name": "tower"})),
    "invoke": Invoke(LAMP, "Dim"),
    "release": Release(QUERY, FIRST_CONTEXT),
    "identify": Identify(),
    "fault": ENUMERATE,
}


def names(prefix: str = "") -> list[str]:
    """Return the names of the recorded answers that begin with `prefix`."""
    return sorted(path.stem for path in FOLDER.glob(f"{prefix}*.xml"))


def load(name: str) -> bytes:
    """Return an answer as it is in its file, without the licence in front."""
    return re.sub(rb"\A<!--.*?-->\s*", b"", (FOLDER / f"{name}.xml").read_bytes(), flags=re.DOTALL)


def compact(name: str) -> bytes:
    """Return an answer without white space between elements, the way Windows itself writes."""
    return re.sub(rb">\s+<", b"><", load(name)).strip()


def request_for(name: str) -> Request:
    """Return the request that an answer belongs to."""
    if name == "invoke_with_arrays":
        return Invoke(wmi_resource("Acme_Registry", "root/default"), "List")
    return _REQUESTS[name.split("_", maxsplit=1)[0]]
