# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action of diagnosis_info: what is wrong is the result, and never a failure of the task."""

from __future__ import annotations

import pathlib
import typing as t

from ansible_collections.volume.activation.plugins.plugin_utils._action import WindowsAction
from ansible_collections.volume.activation.plugins.plugin_utils._action.features.diagnosis_task import examined
from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._transcripts import Transcript

ARGUMENT_SPEC: dict[str, t.Any] = {
    "expect": {"type": "str", "choices": ["any", "kms", "ad", "mak"], "default": "any"},
    "lookup_domain": {"type": "str"},
    "allowed_kms_hosts": {"type": "list", "elements": "str"},
    "kms_counts": {"type": "dict", "options": {"windows": {"type": "int"}, "office": {"type": "int"}}},
    "dns_servers": {"type": "list", "elements": "str", "default": []},
    "dns_port": {"type": "int", "default": 53},
    "timeout": {"type": "float", "default": 2.0},
    "transcript": {"type": "path"},
    "questions": {"type": "bool"},
    "wait_seconds": {"type": "int"},
}


class ActionModule(WindowsAction):
    """Examine one machine from the controller to its licence."""

    SPEC = ARGUMENT_SPEC

    def performed(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
        """Examine, judge, and write the transcript if there is to be one."""
        wanted = {**options, "transcript": None} if self._task.check_mode else options
        found, transcript = examined(self.host_name, self.settings(), wanted)
        return {
            "changed": False,
            "diagnosis": found.diagnosis.facts(),
            "transcript": self._written(transcript, options["transcript"]),
            "requests": found.requests,
            # What Ansible prints where failed_when turns the diagnosis into a failure.
            "msg": found.diagnosis.message,
        }

    def _written(self, transcript: Transcript | None, path: str | None) -> str | None:
        """Write the transcript, and go on without it where that is not possible: the diagnosis is what counts."""
        if transcript is None or path is None:
            return None
        try:
            transcript.save(pathlib.Path(path))
        except Refusal as refusal:
            self.warn(f"{refusal.message} {refusal.remedy}")
            return None
        return path
