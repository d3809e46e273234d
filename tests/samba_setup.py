# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets a Samba domain controller up in a folder: its address, certificates and configuration, then its keeper."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import os
import random
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._simulator.winrm.certificates import _Authority
from ansible_collections.volume.activation.plugins.plugin_utils._simulator.winrm.private_files import write_private
from ansible_collections.volume.activation.tests import shared_server
from ansible_collections.volume.activation.tests.samba_controller import DomainController

_NETWORK = ipaddress.ip_network("127.64.0.0/10")
_PORTS = (53, 88, 389, 464, 636, 3268, 3269)
_DRAWS = 20
_START_SECONDS = 120.0
# Debian keeps administrators' programs off an ordinary user's PATH.
_PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
_PACKAGES = {
    "samba": "samba-ad-dc",
    "samba-tool": "samba-ad-dc",
    "kinit": "krb5-user",
}
_SETTINGS = """\
[global]
    server role = active directory domain controller
    realm = {realm}
    workgroup = {netbios}
    netbios name = {computer}
    interfaces = {address}/8
    bind interfaces only = yes
    disable netbios = yes
    server services = ldap, cldap, kdc, dns
    prefork children = 2
    panic action =
    # Failures are logged from 2 on, logins from 3, and how a login is protected only with 4.
    log level = 1 auth_json_audit:4
    max log size = 0
    tls certfile = {folder}/server.pem
    tls keyfile = {folder}/server.pem
    tls cafile = {folder}/ca.pem
    private dir = {folder}/private
    state directory = {folder}/state
    cache directory = {folder}/cache
    lock directory = {folder}/lock
    pid directory = {folder}/run
    ncalrpc dir = {folder}/ncalrpc
    binddns dir = {folder}/dns
    ntp signd socket directory = {folder}/ntp
    winbindd socket directory = {folder}/winbindd
[sysvol]
    path = {folder}/state/sysvol
[netlogon]
    path = {folder}/state/sysvol/{domain}/scripts
"""
# The KDC has to stand on a line of its own.
_KERBEROS = """\
[libdefaults]
    default_realm = {realm}
    dns_lookup_kdc = false
    dns_lookup_realm = false
    dns_canonicalize_hostname = false
    rdns = false
[realms]
    {realm} = {{
        kdc = {address}
    }}
[domain_realm]
    .{domain} = {realm}
    {address} = {realm}
    127.0.0.1 = {realm}
"""


def what_is_missing() -> str:
    """Return what keeps Samba from running here and what to do about it, or nothing."""
    lacking = {package for program, package in _PACKAGES.items() if not shutil.which(program, path=_PATH)}
    # The program comes with the file server; what its databases consist of comes with the domain controller.
    lacking |= set() if any(Path("/usr/lib").glob("*/samba/ldb/samldb.so")) else {"samba-ad-dc"}
    lacking |= set() if Path("/usr/share/samba/setup/ad-schema").is_dir() else {"samba-ad-provision"}
    lacking |= set() if _has_nss_wrapper() else {"libnss-wrapper"}
    if lacking:
        return f"no domain controller can run here; on Debian and Ubuntu: apt-get install {' '.join(sorted(lacking))}"
    if os.getuid() != 0:
        return "only root can run a domain controller, whose ports are below 1024: run the tests as root"
    return ""


def _has_nss_wrapper() -> bool:
    environment = {**os.environ, "LD_PRELOAD": "libnss_wrapper.so"}
    done = subprocess.run(["/bin/sh", "-c", ":"], env=environment, capture_output=True, check=False)
    # The loader says that it cannot preload a library, and goes on.
    return not done.stderr


def start(folder: Path, schema: str) -> None:
    """Write what a controller needs into `folder`, and start its keeper."""
    controller = DomainController(folder, draw_address())
    values = {
        "folder": folder,
        "address": controller.address,
        "realm": controller.realm,
        "domain": controller.domain,
        "netbios": controller.netbios,
        "computer": controller.host.partition(".")[0].upper(),
    }
    for name in ("private", "state", "cache", "lock", "run", "ncalrpc", "dns", "ntp", "winbindd"):
        (folder / name).mkdir()
    (folder / "smb.conf").write_text(_SETTINGS.format(**values), encoding="utf-8")
    controller.krb5_conf.write_text(_KERBEROS.format(**values), encoding="utf-8")
    names = f"{controller.host} other.{controller.domain}"
    controller.hosts_file.write_text(f"{controller.address} {names}\n", encoding="utf-8")
    _write_certificates(controller)
    _write_wanted(controller, schema)
    shared_server.start(folder, [_provision(folder)], _serve(folder))
    (folder / "address").write_text(controller.address, encoding="ascii")


def draw_address() -> str:
    """Return a loopback address on which all of the controller's ports are free."""
    for _attempt in range(_DRAWS):
        address = str(_NETWORK[random.randrange(1, _NETWORK.num_addresses - 1)])
        taken = {
            port
            for port in _PORTS
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM)
            if not _is_free(address, port, kind)
        }
        if not taken:
            return address
    remedy = "have the service that holds them listen on its own addresses only"
    pytest.fail(f"ports {sorted(taken)} are taken on every address of this machine: {remedy}", pytrace=False)


def _is_free(address: str, port: int, kind: int) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def _write_certificates(controller: DomainController) -> None:
    authority = _Authority()
    controller.ca_path.write_bytes(authority.pem)
    controller.other_ca_path.write_bytes(_Authority().pem)
    # Samba refuses a key that others may read.
    write_private(controller.folder / "server.pem", authority.issue(controller.host, controller.address, "127.0.0.1"))


def _write_wanted(controller: DomainController, schema: str) -> None:
    wanted = {
        "smb_conf": str(controller.folder / "smb.conf"),
        "address": controller.address,
        "realm": controller.realm,
        "netbios": controller.netbios,
        "host": controller.host,
        "password": controller.password,
        "user": controller.user.partition("@")[0],
        "user_password": controller.user_password,
        "schema": schema,
        "containers": schema != "2008_R2",
    }
    (controller.folder / "wanted.json").write_text(json.dumps(wanted), encoding="utf-8")


def _provision(folder: Path) -> list[str]:
    """Return the command that makes the databases, run by the Python that has Samba's libraries."""
    tool = Path(shutil.which("samba-tool", path=_PATH) or "samba-tool")
    python = tool.read_text(encoding="utf-8").partition("\n")[0].removeprefix("#!").split()
    # Isolated: neither our environment nor the folder of the script, with a samba.py of ours, is where it may look.
    return [*python, "-I", str(Path(__file__).with_name("samba_provision.py")), str(folder / "wanted.json")]


def _serve(folder: Path) -> list[str]:
    """Return the command of the server: interactive, so that it ends when its standard input does."""
    program = shutil.which("samba", path=_PATH) or "samba"
    return [
        program,
        "--interactive",
        "--no-process-group",
        "-M",
        "prefork",
        "-s",
        f"{folder}/smb.conf",
        "-l",
        str(folder),
    ]


def wait_until_ready(folder: Path) -> DomainController:
    """Return the controller as soon as it listens everywhere; fails with its log where it does not."""
    controller = DomainController(folder, (folder / "address").read_text(encoding="ascii"))
    deadline = time.monotonic() + _START_SECONDS
    while shared_server.is_kept(folder) and time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            for port in _PORTS:
                socket.create_connection((controller.address, port), 5).close()
            return controller
        time.sleep(0.1)
    said = "".join(path.read_text(encoding="utf-8", errors="replace")[-3000:] for path in sorted(folder.glob("log*")))
    pytest.fail(f"the domain controller did not start:\n{said}", pytrace=False)
