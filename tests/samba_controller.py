# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a test knows of the Samba domain controller that runs for it, and how it reaches it."""

from __future__ import annotations

import json
import os
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

REALM = "AD.CORP.TEST"
DOMAIN = "ad.corp.test"
NETBIOS = "ADCORP"
HOST = "dc1.ad.corp.test"
ADMINISTRATOR, PASSWORD = f"administrator@{REALM}", "Not-a-real-1-password"
USER, USER_PASSWORD = f"reader@{REALM}", "Not-a-real-2-password"

_SECONDS = 10.0


@dataclass(frozen=True)
class DomainController:
    """One running controller; everything of it lies in `folder`.

    Its standard ports (LDAP 389, LDAPS 636, Kerberos 88, DNS 53) are on `address`, a loopback address of its own. Its
    certificate and its Kerberos names hold for `host`, for `address` and, with a relay before it, for 127.0.0.1.
    `user` is an ordinary domain user without rights.
    """

    folder: Path
    address: str
    realm: str = REALM
    domain: str = DOMAIN
    netbios: str = NETBIOS
    host: str = HOST
    administrator: str = ADMINISTRATOR
    password: str = field(default=PASSWORD, repr=False)
    user: str = USER
    user_password: str = field(default=USER_PASSWORD, repr=False)

    @property
    def configuration(self) -> str:
        """The DN of the forest's configuration."""
        return "CN=Configuration," + ",".join(f"DC={label}" for label in self.domain.split("."))

    @property
    def container(self) -> str:
        """The DN of the container of activation objects; a forest with an old schema lacks it."""
        return f"CN=Activation Objects,CN=Microsoft SPP,CN=Services,{self.configuration}"

    @property
    def ca_path(self) -> Path:
        """The CA that signed the certificate."""
        return self.folder / "ca.pem"

    @property
    def other_ca_path(self) -> Path:
        """A CA that did not."""
        return self.folder / "other-ca.pem"

    @property
    def krb5_conf(self) -> Path:
        """A Kerberos configuration that names this KDC by its address."""
        return self.folder / "krb5.conf"

    @property
    def hosts_file(self) -> Path:
        """The controller's names, as nss_wrapper reads them; `other.ad.corp.test` is not in the certificate."""
        return self.folder / "hosts"

    @property
    def audit_log(self) -> Path:
        """The server's log: logins and failures as JSON, besides what else Samba has to say."""
        return self.folder / "log.samba"

    def environment(self, ccache: str | None = None) -> dict[str, str]:
        """What a subprocess needs in its environment to find the controller by name, and a ticket if one is given."""
        found = {
            "LD_PRELOAD": "libnss_wrapper.so",
            "NSS_WRAPPER_HOSTS": str(self.hosts_file),
            "KRB5_CONFIG": str(self.krb5_conf),
        }
        return found | ({"KRB5CCNAME": ccache} if ccache else {})

    def ldap(self, user: str | None = None, password: str | None = None, *, url: str | None = None) -> Any:
        """Open a connection of python-ldap over LDAPS, as the administrator unless another one is named."""
        import ldap

        connection = ldap.initialize(url or f"ldaps://{self.address}")
        options = {
            ldap.OPT_REFERRALS: 0,
            ldap.OPT_NETWORK_TIMEOUT: _SECONDS,
            ldap.OPT_TIMEOUT: _SECONDS,
            ldap.OPT_X_TLS_CACERTFILE: str(self.ca_path),
            ldap.OPT_X_TLS_REQUIRE_CERT: ldap.OPT_X_TLS_DEMAND,
            # The last one: it makes the others count.
            ldap.OPT_X_TLS_NEWCTX: 0,
        }
        for option, value in options.items():
            connection.set_option(option, value)
        connection.simple_bind_s(user or self.administrator, password or self._password_of(user))
        return connection

    def kinit(self, folder: Path, user: str | None = None, password: str | None = None) -> str:
        """Get a ticket into a file below `folder`; return its name as KRB5CCNAME takes it."""
        ccache = f"FILE:{folder / f'ccache-{uuid.uuid4().hex[:8]}'}"
        subprocess.run(
            ["kinit", "-c", ccache, user or self.administrator],
            input=f"{password or self._password_of(user)}\n",
            env={**os.environ, "KRB5_CONFIG": str(self.krb5_conf)},
            capture_output=True,
            text=True,
            check=True,
            timeout=_SECONDS,
        )
        return ccache

    def authorizations(self, *, since: int = 0) -> list[dict[str, Any]]:
        """Return who was let in and how, oldest first, from byte `since` of the log on (see `audit_position`).

        Rows are Samba's own: `authType` is "simple bind" or "krb5", `transportProtection` "TLS", "SEAL", "SIGN" or
        "NONE", `account`, `remoteAddress` as "ipv4:127.0.0.1:PORT".
        """
        return [row["Authorization"] for row in self._audit(since) if row["type"] == "Authorization"]

    def authentications(self, *, since: int = 0) -> list[dict[str, Any]]:
        """Return every attempt to log in, successful or not, `status` telling which."""
        return [row["Authentication"] for row in self._audit(since) if row["type"] == "Authentication"]

    def audit_position(self) -> int:
        """Return where the log ends now."""
        return self.audit_log.stat().st_size

    def _password_of(self, user: str | None) -> str:
        return self.user_password if user == self.user else self.password

    def _audit(self, since: int) -> Iterator[dict[str, Any]]:
        with self.audit_log.open("rb") as stream:
            stream.seek(since)
            # The last line may be in the middle of being written.
            whole = stream.read().rpartition(b"\n")[0]
            for line in whole.decode("utf-8", errors="replace").splitlines():
                if line.strip().startswith('{"timestamp"'):
                    yield json.loads(line)


@dataclass
class ForestObjects:
    """Activation objects of one test in the directory that all tests share; those named here are removed in the end."""

    controller: DomainController
    names: list[str] = field(default_factory=list)

    def name(self, stem: str = "Test") -> str:
        """Return a name nobody else uses; whatever is called so afterwards is removed."""
        self.names.append(f"{stem} {uuid.uuid4().hex[:12]}")
        return self.names[-1]

    def dn(self, name: str) -> str:
        """Return the DN of an object with this name."""
        import ldap.dn

        return f"CN={ldap.dn.escape_dn_chars(name)},{self.controller.container}"

    def add(self, name: str | None = None, **attributes: Any) -> str:
        """Add an object of made-up values and return its DN; `msSPP_KMSIds=[...]` replaces one, None leaves it out."""
        import ldap.modlist

        name = name or self.name()
        if name not in self.names:
            self.names.append(name)
        values: dict[str, Any] = {
            "objectClass": b"msSPP-ActivationObject",
            "displayName": name,
            "msSPP-CSVLKSkuId": uuid.uuid4().bytes_le,
            "msSPP-CSVLKPartialProductKey": "PPPPP",
            "msSPP-CSVLKPid": "00000-00000-000-000000-00-1033-0000.0000-0000000",
            "msSPP-KMSIds": [uuid.uuid4().bytes_le],
            **{key.replace("_", "-"): value for key, value in attributes.items()},
        }
        wanted = {key: _encoded(value) for key, value in values.items() if value is not None}
        with self._connection() as connection:
            connection.add_s(self.dn(name), ldap.modlist.addModlist(wanted))
        return self.dn(name)

    def remove(self) -> None:
        """Remove what this test has added, itself or through others."""
        import ldap

        with self._connection() as connection:
            for name in self.names:
                try:
                    connection.delete_s(self.dn(name))
                except ldap.NO_SUCH_OBJECT:
                    continue

    @contextmanager
    def _connection(self) -> Iterator[Any]:
        connection = self.controller.ldap()
        try:
            yield connection
        finally:
            connection.unbind_s()


def _encoded(value: Any) -> list[bytes]:
    values = value if isinstance(value, (list, tuple)) else [value]
    return [each if isinstance(each, bytes) else str(each).encode() for each in values]


def wait_until(condition: Any, *, seconds: float = _SECONDS) -> Any:
    """Return the first true answer of `condition`, or the last one when the time is over."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return answer
