# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a folder outlives the job that writes into it.

A ledger that is thrown away with a container forgets what was spent, and the next job gets the whole limit again. So
the default ledger, whose place was not chosen, is not created where files do not last.

What is looked for is what the runtimes themselves leave behind: AWX gives a job `AWX_HOST` and `AWX_PRIVATE_DATA_DIR`;
ansible-runner mounts the job's private folder at `/runner` and names it in `AWX_ISOLATED_DATA_DIR`; Docker creates
`/.dockerenv`, Podman `/run/.containerenv`; Kubernetes sets `KUBERNETES_SERVICE_HOST` in every pod. A volume that is
mounted at the home folder or below was chosen for it and lasts, unless it is in memory, anonymous, or an `emptyDir`.
"""

from __future__ import annotations

import os
import re
import typing as t
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path, PurePath

from .._errors import Refusal

__all__ = ["Mount", "disposable_reason", "parse_mounts", "require_durable"]

_TEMPORARY = ("/tmp", "/var/tmp", "/dev/shm", "/private/tmp", "/private/var/tmp", "/private/var/folders")  # noqa: S108
_TEMPORARY_VARIABLES = ("TMPDIR", "TMP", "TEMP")
_JOB_FOLDER = "/runner"
_JOB_VARIABLES = ("AWX_PRIVATE_DATA_DIR", "AWX_ISOLATED_DATA_DIR")
_IN_MEMORY = frozenset({"tmpfs", "ramfs", "rootfs", "devtmpfs"})
_LAYERS = frozenset({"overlay", "overlayfs", "aufs", "fuse-overlayfs", "fuse.fuse-overlayfs"})
# Docker and Podman give an anonymous volume a name of 64 hexadecimal digits, and remove it with its container.
_ANONYMOUS = re.compile(r"/volumes/[0-9a-f]{64}/_data(/|$)")
_EMPTY_DIR = "kubernetes.io~empty-dir"
_MARKERS = ("/.dockerenv", "/run/.containerenv")
_MOUNTS = Path("/proc/self/mountinfo")
_ESCAPED = re.compile(r"\\([0-7]{3})")


class Mount(t.NamedTuple):
    """A mounted file system: where it is, which folder of the file system is shown there, and its type."""

    point: PurePath
    root: str
    kind: str


def parse_mounts(text: str) -> list[Mount]:
    """Return the mounts in `/proc/self/mountinfo` (proc_pid_mountinfo(5)); lines in another form are skipped."""
    mounts = []
    for line in text.splitlines():
        before, _separator, after = line.partition(" - ")
        fields, kinds = before.split(" "), after.split(" ")
        if len(fields) > 4 and kinds[0]:
            root, point = (_ESCAPED.sub(lambda octal: chr(int(octal[1], 8)), field) for field in fields[3:5])
            mounts.append(Mount(PurePath(point), root, kinds[0]))
    return mounts


def disposable_reason(
    environment: Mapping[str, str], path: PurePath, mounts: Sequence[Mount] = (), markers: Collection[str] = ()
) -> str | None:
    """Return why a file at `path` will not outlive this job or container, None if nothing says so.

    `markers` are the files of container runtimes that exist. Without `mounts` only the environment and the path count.
    """
    job_folders = (_JOB_FOLDER, *(environment.get(name) for name in _JOB_VARIABLES))
    for folders, what in (
        ((*_TEMPORARY, *(environment.get(name) for name in _TEMPORARY_VARIABLES)), "a folder for temporary files"),
        (job_folders, "the private folder of a job, which is removed when the job ends"),
    ):
        for folder in folders:
            if folder and folder != "/" and _is_below(path, folder):
                return f"It would be below {folder}, {what}."
    mount = _mount_of(path, mounts)
    if mount is not None:
        passing = _passing(mount)
        if passing:
            return passing
    container = _container(environment, markers)
    if container is None or (mount is not None and _was_chosen(environment, path, mount)):
        return None
    return f"{container} Its files go with it, and no volume is mounted there."


def _is_below(path: PurePath, folder: str | PurePath) -> bool:
    return PurePath(folder) in (path, *path.parents)


def _mount_of(path: PurePath, mounts: Sequence[Mount]) -> Mount | None:
    holding = [mount for mount in mounts if _is_below(path, mount.point)]
    # Of several at one place the last one hides the others.
    return max(reversed(holding), key=lambda mount: len(mount.point.parts), default=None)


def _passing(mount: Mount) -> str | None:
    if mount.kind in _IN_MEMORY:
        return f"{mount.point} is a file system in memory ({mount.kind})."
    if mount.kind in _LAYERS:
        return f"{mount.point} is the writable layer of a container ({mount.kind}), which is removed with it."
    if _EMPTY_DIR in mount.root:
        return f"{mount.point} is an emptyDir volume, which is removed with its pod."
    if _ANONYMOUS.search(mount.root):
        return f"{mount.point} is an anonymous volume, which is removed with its container."
    return None


def _container(environment: Mapping[str, str], markers: Collection[str]) -> str | None:
    """Return the sentence about the container that this is, None if it is none."""
    if environment.get("AWX_HOST") or environment.get("AWX_PRIVATE_DATA_DIR"):
        return "This is a job of AWX or automation controller (AWX_HOST or AWX_PRIVATE_DATA_DIR is set)."
    if _is_below(PurePath(environment.get("AWX_ISOLATED_DATA_DIR") or "."), _JOB_FOLDER):
        return "This is an execution environment (AWX_ISOLATED_DATA_DIR is set)."
    if environment.get("KUBERNETES_SERVICE_HOST"):
        return "This is a pod (KUBERNETES_SERVICE_HOST is set)."
    if environment.get("RUNNER_ENVIRONMENT") == "github-hosted":
        return "This is a machine of GitHub Actions (RUNNER_ENVIRONMENT is github-hosted)."
    for marker in sorted(markers):
        return f"This is a container ({marker} exists)."
    return None


def _was_chosen(environment: Mapping[str, str], path: PurePath, mount: Mount) -> bool:
    """Return whether a file system is mounted for the home folder, for Ansible's folder in it, or for the ledger's."""
    homes = [folder for folder in (*path.parents[:2], environment.get("HOME")) if folder and PurePath(folder).parts[1:]]
    return len(mount.point.parts) > 1 and any(_is_below(mount.point, home) for home in homes)


def require_durable(path: Path) -> None:
    """Raise Refusal (`disposable_ledger`) if the default ledger at `path` would not outlive this job or container."""
    try:
        mounts = parse_mounts(_MOUNTS.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        mounts = []  # not Linux
    markers = [marker for marker in _MARKERS if Path(marker).exists()]
    reason = disposable_reason(os.environ, Path(os.path.realpath(path)), mounts, markers)
    if reason:
        raise Refusal(
            f"The default MAK ledger is not created at {path}: it would be lost, and what was spent forgotten.",
            code="disposable_ledger",
            cause=reason,
            remedy="Set the option ledger, or the environment variable VOLUME_ACTIVATION_LEDGER, to a PostgreSQL"
            " database (postgresql+psycopg://USER@HOST/DATABASE) or to a file in a folder that lasts.",
        )
