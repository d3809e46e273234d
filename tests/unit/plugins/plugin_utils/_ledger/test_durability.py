# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where files do not outlive a job: AWX, execution environments, containers, temporary folders."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._ledger import Ledger, durability
from ansible_collections.volume.activation.plugins.plugin_utils._ledger.durability import (
    Mount,
    disposable_reason,
    parse_mounts,
)

from .demands import refusal

HOME = {"HOME": "/home/ops"}
LEDGER = PurePosixPath("/home/ops/.ansible/volume_activation/ledger.sqlite")
DISK = Mount(PurePosixPath("/"), "/", "ext4")
LAYER = Mount(PurePosixPath("/"), "/", "overlay")
AWX = {**HOME, "AWX_HOST": "https://awx.corp.example", "JOB_ID": "41", "AWX_PRIVATE_DATA_DIR": "/tmp/awx_41"}
DOCKER = ("/.dockerenv",)


def volume(point: str, kind: str = "xfs", root: str = "/") -> Mount:
    """Return a mount of a file system of its own."""
    return Mount(PurePosixPath(point), root, kind)


@pytest.mark.parametrize(
    "environment",
    [
        AWX,
        {**HOME, "AWX_HOST": "https://towerhost"},
        {**HOME, "AWX_ISOLATED_DATA_DIR": "/runner/artifacts/41"},
        {**HOME, "KUBERNETES_SERVICE_HOST": "10.96.0.1"},
        {**HOME, "RUNNER_ENVIRONMENT": "github-hosted"},
    ],
)
def test_a_job_or_pod_is_disposable_unless_a_volume_is_mounted_at_home(environment: dict[str, str]) -> None:
    assert disposable_reason(environment, LEDGER, [DISK])
    assert disposable_reason(environment, LEDGER, [DISK, volume("/home")])
    assert disposable_reason(environment, LEDGER, [DISK, volume("/srv")])
    for point in ("/home/ops", "/home/ops/.ansible", "/home/ops/.ansible/volume_activation"):
        assert disposable_reason(environment, LEDGER, [DISK, volume(point)]) is None
        assert disposable_reason(environment, LEDGER, [LAYER, volume(point, "nfs4")]) is None


@pytest.mark.parametrize("markers", [DOCKER, ("/run/.containerenv",)])
def test_a_container_is_disposable_unless_a_volume_is_mounted_at_home(markers: tuple[str, ...]) -> None:
    for root in (DISK, LAYER, Mount(PurePosixPath("/"), "/subvolumes/1", "btrfs")):
        assert disposable_reason(HOME, LEDGER, [root], markers)
        assert disposable_reason(HOME, LEDGER, [root, volume("/home/ops/.ansible", "ext4")], markers) is None


@pytest.mark.parametrize(
    "mount",
    [
        volume("/home/ops", "tmpfs"),
        volume("/home/ops/.ansible", "ramfs"),
        volume("/home/ops", "overlay"),
        volume("/", "overlay"),
        volume("/", "fuse.fuse-overlayfs"),
        volume("/home/ops", "ext4", "/var/lib/kubelet/pods/0b1c/volumes/kubernetes.io~empty-dir/home"),
        volume("/home/ops", "ext4", f"/var/lib/docker/volumes/{'0a' * 32}/_data"),
        volume("/home/ops", "xfs", f"/var/lib/containers/storage/volumes/{'f' * 64}/_data"),
    ],
)
def test_a_file_system_that_goes_with_its_container_is_disposable(mount: Mount) -> None:
    assert disposable_reason(HOME, LEDGER, [DISK, mount])
    assert disposable_reason(AWX, LEDGER, [DISK, mount], DOCKER)


def test_a_volume_with_a_name_lasts() -> None:
    named = volume("/home/ops/.ansible", "ext4", "/var/lib/docker/volumes/mak-ledger/_data")
    assert disposable_reason(HOME, LEDGER, [LAYER, named], DOCKER) is None


@pytest.mark.parametrize(
    "home", ["/tmp/ops", "/var/tmp/ops", "/dev/shm/ops", "/scratch/7/ops", "/runner", "/runner/project", "/data/awx_41"]
)
def test_a_home_in_a_folder_that_is_emptied_is_disposable(home: str) -> None:
    environment = {"HOME": home, "TMPDIR": "/scratch/7", "AWX_PRIVATE_DATA_DIR": "/data/awx_41"}
    path = PurePosixPath(home) / ".ansible" / "volume_activation" / "ledger.sqlite"
    assert disposable_reason(environment, path, [DISK, volume(home)])
    assert disposable_reason(environment, path)


@pytest.mark.parametrize("mounts", [[], [DISK], [DISK, volume("/home")], [volume("/", "zfs", "/@root")]])
@pytest.mark.parametrize(
    "environment", [HOME, {}, {**HOME, "JOB_ID": "7", "CI": "true"}, {**HOME, "AWX_ISOLATED_DATA_DIR": "/srv/run/1"}]
)
def test_a_home_on_a_disk_lasts(environment: dict[str, str], mounts: list[Mount]) -> None:
    assert disposable_reason(environment, LEDGER, mounts) is None


def test_the_last_of_several_mounts_at_one_place_counts() -> None:
    assert disposable_reason(HOME, LEDGER, [DISK, volume("/home/ops"), volume("/home/ops", "tmpfs")])
    assert disposable_reason(HOME, LEDGER, [DISK, volume("/home/ops", "tmpfs"), volume("/home/ops")]) is None
    assert disposable_reason(HOME, LEDGER, [DISK, volume("/home/op", "tmpfs")]) is None


def test_mounts_are_read_as_the_kernel_writes_them() -> None:
    text = (
        "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n"
        "36 35 98:0 /mnt1 /mnt\\0402 rw,noatime master:1 shared:7 - ext3 /dev/root rw,errors=continue\n"
        "40 27 0:30 / /dev/shm rw - tmpfs tmpfs rw\n"
        "in another form\n"
        "\n"
    )
    assert parse_mounts(text) == [
        Mount(PurePosixPath("/"), "/", "ext4"),
        Mount(PurePosixPath("/mnt 2"), "/mnt1", "ext3"),
        Mount(PurePosixPath("/dev/shm"), "/", "tmpfs"),
    ]


def test_the_default_ledger_alone_is_refused_where_it_would_be_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"27 1 0:30 / {tmp_path} rw - tmpfs tmpfs rw\n")
    monkeypatch.setattr(durability, "_MOUNTS", mounts)
    monkeypatch.setattr(durability, "_TEMPORARY", ())
    monkeypatch.setattr(durability, "_MARKERS", ())
    for name in ("TMPDIR", "TMP", "TEMP"):
        monkeypatch.delenv(name, raising=False)
    default = str(tmp_path / ".ansible" / "volume_activation" / "ledger.sqlite")
    error = refusal(Ledger.open, default=default)
    assert error.code == "disposable_ledger"
    assert "tmpfs" in str(error.cause)
    assert not (tmp_path / ".ansible").exists()
    assert Ledger.open(str(tmp_path / "ledger.sqlite")).created
    mounts.write_text(f"27 1 254:0 / {tmp_path} rw - ext4 /dev/vda rw\n")
    assert Ledger.open(default=default).created
    # One that is there already lasted so far.
    mounts.write_text(f"27 1 0:30 / {tmp_path} rw - tmpfs tmpfs rw\n")
    assert not Ledger.open(default=default).created
