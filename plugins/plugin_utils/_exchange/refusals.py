# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why an exchange file is not accepted: each refusal says what was found in it and what would help."""

from __future__ import annotations

from .._errors import Refusal

__all__ = [
    "answers_not_imported",
    "damaged",
    "edited",
    "foreign",
    "in_use",
    "missing",
    "newer",
    "not_asked_for",
    "unreadable",
    "unwritable",
]

_UNTOUCHED = "Nothing was changed, here or in the file."
_ORIGINAL = "Take the file as the task wrote it, or copy it again. It is not meant to be edited."


def missing(name: str) -> Refusal:
    """There is no file."""
    return Refusal(
        f"There is no exchange file {name}.",
        code="no_exchange",
        remedy="Correct the path, or export the file on the isolated side first.",
    )


def unreadable(name: str, why: str) -> Refusal:
    """The file cannot be read."""
    return Refusal(
        f"The exchange file {name} cannot be read: {why}.",
        code="exchange_unreadable",
        remedy="Check the permissions of the file, the folder and the medium.",
    )


def unwritable(name: str, why: str) -> Refusal:
    """The file cannot be written."""
    return Refusal(
        f"The file {name} cannot be written: {why}.",
        code="exchange_unwritable",
        cause="What was there before is still there, whole.",
        remedy="Create the folder, or check its permissions and the room on the medium. Then run the task again.",
    )


def in_use(name: str) -> Refusal:
    """Another process works on the file."""
    return Refusal(
        f"Another task is working on the exchange file {name} right now.",
        code="exchange_in_use",
        remedy="Wait until it has ended, and run the task again.",
    )


def damaged(name: str, why: str) -> Refusal:
    """The file is no whole JSON text."""
    return Refusal(
        f"The exchange file {name} is damaged or cut off: {why}. {_UNTOUCHED}",
        code="damaged_exchange",
        cause="It was not copied to its end, or something wrote into it.",
        remedy=_ORIGINAL,
    )


def foreign(name: str) -> Refusal:
    """The file is something else."""
    return Refusal(
        f"{name} is not an exchange file. {_UNTOUCHED}",
        code="foreign_exchange",
        cause="It does not say of itself that it is one.",
        remedy="Name the file that the export wrote, or for an export a path where nothing is yet.",
    )


def newer(name: str, version: int, known: int) -> Refusal:
    """The file comes from a later version of the collection."""
    return Refusal(
        f"The exchange file {name} has version {version}; this collection knows versions up to {known}. {_UNTOUCHED}",
        code="newer_exchange",
        cause="A later version of the collection wrote it.",
        remedy="Bring volume.activation to the same version on both sides.",
    )


def edited(name: str, part: str) -> Refusal:
    """A part of the file is not what was written."""
    return Refusal(
        f"The exchange file {name} was edited: {part}. {_UNTOUCHED}",
        code="edited_exchange",
        cause="A checksum does not fit what it stands for, or a part does not belong into such a file.",
        remedy=_ORIGINAL,
    )


def answers_not_imported(name: str, count: int) -> Refusal:
    """An export would destroy confirmation IDs that are paid for."""
    return Refusal(
        f"The exchange file {name} holds confirmation IDs that were not imported yet: {count}. {_UNTOUCHED}",
        code="answers_not_imported",
        cause="They are paid for, and a new export to the same path would lose them.",
        remedy="Import the file first, or export to another path.",
    )


def not_asked_for(name: str, position: int, installation_id: str) -> Refusal:
    """An answer belongs to nothing in this ledger."""
    return Refusal(
        f"Answer {position} of {name} was not asked for from this ledger (installation ID ending in"
        f" {installation_id[-7:]}). It was not imported.",
        code="not_asked_for",
        cause="The file was exported with another ledger, or this ledger is an older copy.",
        remedy="Import the file with the ledger that it was exported with.",
    )
