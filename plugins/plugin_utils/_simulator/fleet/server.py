# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet on the network: listeners in front of its machines and of its Microsoft, in this process.

with FleetServer(fleet) as server:
    Protocol(server.url("web1"), transport="basic", **server.login, ca_trust_path=str(server.ca_file))
"""

from __future__ import annotations

import contextlib
import secrets
import socket
import ssl
import tempfile
import types
import typing as t
from pathlib import Path
from urllib.parse import quote

from ..._errors import ActivationError
from ..._secrets import Secret, reveal
from ..dns.server import NameServer
from ..microsoft.listener import MicrosoftListener, MicrosoftSite, listen
from ..winrm.authentication import LoginAccount, LoginAccounts, require_libraries
from ..winrm.certificates import create_credentials, server_context
from ..winrm.counters import Counters
from ..winrm.dispatcher import Machine
from ..winrm.fault_injection import is_closed
from ..winrm.listener import IDLE_SECONDS, Listener, Site
from .inventory import Addresses, Settings, Variables, host_variables, sandbox_of

__all__ = ["FleetServer", "ServedFleet"]

_IPV4, _IPV6 = "127.0.0.1", "::1"
_USERNAME = "simulated"


class ServedFleet(t.Protocol):
    """What is needed of a fleet to serve it."""

    @property
    def machines(self) -> t.Mapping[str, Machine]:
        """The machines by name."""


class FleetServer:
    """Serves a fleet on loopback from entering its `with` block until leaving it; ports are the system's choice.

    Certificates and account files go to `directory`, or to a temporary one that is removed at the end. A connection
    that is idle for `idle_seconds` is closed.
    """

    def __init__(
        self,
        fleet: ServedFleet,
        *,
        directory: Path | None = None,
        settings: Settings | None = None,
        username: str = _USERNAME,
        password: str | None = None,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self.fleet = fleet
        self.settings = settings or Settings()
        self._directory = directory
        self._idle_seconds = idle_seconds
        self._account = LoginAccount(username, Secret(password or secrets.token_urlsafe(18)))
        self._resources = contextlib.ExitStack()
        self._listeners: dict[tuple[str, str], Listener] = {}
        self._microsoft: dict[str, MicrosoftListener] = {}
        self._names: NameServer | None = None

    def __enter__(self) -> FleetServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: types.TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Open the listeners; raises MissingLibrary, and leaves nothing behind when it fails."""
        require_libraries()
        with contextlib.ExitStack() as resources:
            directory = self._directory or Path(resources.enter_context(tempfile.TemporaryDirectory()))
            credentials = create_credentials(directory)
            self.ca_file = credentials.ca_file
            self._place = directory
            resources.callback(credentials.server_file.unlink, missing_ok=True)
            self.accounts = LoginAccounts(directory / "accounts", self._account)
            resources.callback(self.accounts.forget)
            self.site = Site(lambda: self.fleet.machines, self.accounts, idle_seconds=self._idle_seconds)
            self._closed_port = resources.enter_context(_port_nobody_listens_on())
            context = server_context(credentials)
            self._listen(context, resources)
            self._listen_for_microsoft(context, resources)
            resources.callback(self.site.stopping.set)
            resources.callback(self._stop_names)
            self._see_to_names(self.settings)
            self._resources = resources.pop_all()

    def adopt(self, settings: Settings) -> None:
        """Go on with other settings; nothing has changed when it raises."""
        self._see_to_names(settings)
        self.settings = settings

    def _see_to_names(self, settings: Settings) -> None:
        """Serve names if they are to be served."""
        world = getattr(self.fleet, "world", None)
        if not settings.dns:
            self._stop_names()
        elif self._names is None and world is not None:
            self._names = NameServer(world)

    def _stop_names(self) -> None:
        if self._names is not None:
            self._names.stop()
            self._names = None

    def _listen(self, context: ssl.SSLContext, resources: contextlib.ExitStack) -> None:
        for host in (_IPV4, _IPV6):
            for scheme in ("http", "https"):
                try:
                    listener = Listener(host, self.site, context if scheme == "https" else None)
                except OSError:
                    # Containers often have no IPv6; it is missed only where it is asked for.
                    if host == _IPV4:
                        raise
                    return
                self._listeners[host, scheme] = listener
                resources.callback(listener.stop)

    def _listen_for_microsoft(self, context: ssl.SSLContext, resources: contextlib.ExitStack) -> None:
        microsoft = getattr(self.fleet, "microsoft", None)
        if microsoft is not None:
            self._microsoft = listen(MicrosoftSite(microsoft, self.site.stopping), context, resources)

    def stop(self) -> None:
        """Close the listeners and every connection, and remove keys and accounts; a second time does nothing."""
        self._resources.close()
        self._listeners.clear()
        self._microsoft.clear()

    @property
    def counters(self) -> Counters:
        """What passed over the wire."""
        return self.site.counters

    @property
    def login(self) -> dict[str, str]:
        """The fleet's own user name and password, as keyword arguments of a client."""
        return {"username": self._account.username, "password": reveal(self._account.password)}

    @property
    def http_port(self) -> int:
        """The port of the plain listener on 127.0.0.1."""
        return self._listeners[_IPV4, "http"].port

    @property
    def https_port(self) -> int:
        """The port of the TLS listener on 127.0.0.1."""
        return self._listeners[_IPV4, "https"].port

    @property
    def addresses(self) -> Addresses:
        """Where a client finds the fleet: on IPv6 when the settings ask for it."""
        host = _IPV6 if self.settings.ipv6 else _IPV4
        if (host, "https") not in self._listeners:
            raise ActivationError(
                "This machine has no IPv6 loopback address to listen on.",
                code="no_ipv6",
                remedy="Leave the option ipv6 out, or enable IPv6 on the loopback interface.",
            )
        plain, tls = self._listeners[host, "http"], self._listeners[host, "https"]
        return Addresses(host, plain.port, tls.port, self._closed_port, self.ca_file)

    @property
    def microsoft_urls(self) -> dict[str, str]:
        """Where Microsoft's batch service and both kinds of ActivationWs are, by the name of the client's backend."""
        return self.microsoft_urls_by("https")

    def microsoft_urls_by(self, scheme: str) -> dict[str, str]:
        """Return the same for `https` or `http`; nothing when the fleet has no Microsoft."""
        return self._microsoft[scheme].urls if scheme in self._microsoft else {}

    @property
    def sandbox(self) -> Variables:
        """The value of `volume_activation_fleet`, which keeps tasks in this fleet."""
        url = self.microsoft_urls.get("microsoft")
        return sandbox_of(self._place, {"url": url, "ca_path": str(self.ca_file)} if url else {})

    @property
    def dns(self) -> dict[str, t.Any] | None:
        """Where the fleet's DNS is: `server` and `port`; None without the setting `dns`."""
        return self._names.place if self._names else None

    @property
    def requests(self) -> int:
        """How many requests there were, to machines, to Microsoft and to DNS: whether anybody is at work."""
        microsoft = getattr(self.fleet, "microsoft", None)
        others = (microsoft.journal.total if microsoft else 0) + (self._names.questions if self._names else 0)
        return self.counters.requests + others

    def url(self, machine: str, scheme: str = "https") -> str:
        """Return the endpoint of a machine."""
        addresses = self.addresses
        host = f"[{addresses.host}]" if ":" in addresses.host else addresses.host
        return f"{scheme}://{host}:{addresses.port(scheme)}/wsman/{quote(machine, safe='')}"

    def host_variables(self) -> dict[str, Variables]:
        """Return the inventory variables of every machine, by its name."""
        addresses = self.addresses
        return {
            name: host_variables(
                machine,
                self.accounts.of(machine.description),
                self.settings,
                addresses,
                sandbox=self.sandbox,
                closed=is_closed(machine),
            )
            for name, machine in self.fleet.machines.items()
        }


@contextlib.contextmanager
def _port_nobody_listens_on() -> t.Iterator[int]:
    """Keep a port taken without listening on it: connecting to it is refused, and no other program can have it."""
    with socket.socket() as holder:
        holder.bind((_IPV4, 0))
        yield int(holder.getsockname()[1])
