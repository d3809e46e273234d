# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Total limits of time and bytes for requests, queries, hosts and tasks, enforced inside the sockets."""

from __future__ import annotations

from .deadline import (
    AnswerTooLarge,
    Deadline,
    DeadlineExceeded,
    TimedExchange,
    check,
    operation,
    operation_seconds,
    pause,
    time_left,
)
from .sockets import bounded, connected

__all__ = [
    "AnswerTooLarge",
    "Deadline",
    "DeadlineExceeded",
    "TimedExchange",
    "bounded",
    "check",
    "connected",
    "operation",
    "operation_seconds",
    "pause",
    "time_left",
]
