# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The control channel: how a running fleet is asked and changed, on loopback and with a token.

The token stands in `control.json`, which its owner alone can read; whoever can read that file may do everything here.
"""

from __future__ import annotations

import hmac
import http.client
import json
import logging
import secrets
import typing as t
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from ..._errors import ActivationError
from ..winrm.loopback import LoopbackServer
from ..winrm.private_files import write_private

__all__ = ["CONTROL_FILE", "ControlServer", "Controlled", "FleetControl", "as_data"]

log = logging.getLogger(__name__)

CONTROL_FILE = "control.json"
"""Where a fleet's directory says how to reach its control channel."""

Data = dict[str, t.Any]

_HOST = "127.0.0.1"
_TIMEOUT_SECONDS = 60.0


class Controlled(t.Protocol):
    """What the channel does on behalf of its caller."""

    def state(self) -> Data:
        """Return the truth about every machine and the world, and the counters."""

    def hosts(self) -> Data:
        """Return the inventory variables of every machine."""

    def apply(self, job: Data, *, check: bool) -> bool:
        """Make the fleet as described, or with `check` only say whether that would change it."""

    def reset_counters(self) -> None:
        """Start counting anew."""

    def request_stop(self) -> None:
        """End the process soon after the answer is sent."""


class ControlServer:
    """Serves the control channel of one fleet until `stop`."""

    def __init__(self, controlled: Controlled) -> None:
        self._token = secrets.token_urlsafe(32)
        self._server = LoopbackServer(_HOST, _handler(controlled, self._token))
        self.port = self._server.port

    def announce(self, path: Path, pid: int) -> None:
        """Write the file by which `FleetControl` finds this channel."""
        write_private(path, json.dumps({"port": self.port, "token": self._token, "pid": pid}) + "\n")

    def stop(self) -> None:
        """Close the channel."""
        self._server.stop()


def _handler(controlled: Controlled, token: str) -> type[BaseHTTPRequestHandler]:
    routes: dict[tuple[str, str], t.Callable[[Data], t.Any]] = {
        ("GET", "/state"): lambda _: controlled.state(),
        ("GET", "/hosts"): lambda _: controlled.hosts(),
        ("POST", "/description"): lambda sent: {
            "changed": controlled.apply(sent["job"], check=bool(sent.get("check")))
        },
        ("POST", "/counters/reset"): lambda _: controlled.reset_counters(),
        ("POST", "/stop"): lambda _: controlled.request_stop(),
    }

    class Handler(BaseHTTPRequestHandler):
        """One request of the control channel."""

        disable_nagle_algorithm = True

        def log_message(self, format: str, *args: t.Any) -> None:
            log.debug(format, *args)

        def do_GET(self) -> None:
            self._serve(b"{}")

        def do_POST(self) -> None:
            self._serve(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")

        def _serve(self, body: bytes) -> None:
            given = self.headers.get("Authorization", "")
            if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
                return self._send(401, {})
            route = routes.get((self.command, self.path))
            if route is None:
                return self._send(404, {})
            try:
                return self._send(200, route(json.loads(body)))
            except ActivationError as error:
                return self._send(422, as_data(error))
            except Exception:
                log.exception("the control channel failed")
                return self._send(500, {"message": "The simulated fleet failed; its log says why."})

        def _send(self, status: int, data: t.Any) -> None:
            body = json.dumps(data, default=str).encode()
            head = f"HTTP/1.0 {status} \r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            self.wfile.write(head.encode() + body)

    return Handler


def as_data(error: ActivationError) -> Data:
    """Return an error as plain data, from which the other side makes an equal one."""
    return {"message": error.message, "code": error.code, "cause": error.cause, "remedy": error.remedy}


class FleetControl:
    """Asks and changes the fleet that runs in `directory`; every call raises ActivationError when it does not."""

    def __init__(self, directory: str | Path) -> None:
        self.directory = Path(directory)

    def state(self) -> Data:
        """Return `fleet` (the truth per machine and world), `counters` per machine, their `total`, and the ports."""
        return t.cast(Data, self._call("GET", "/state"))

    def counters(self) -> Data:
        """Return the counters by machine name."""
        return t.cast(Data, self.state()["counters"])

    def hosts(self) -> Data:
        """Return the inventory variables by machine name, passwords included."""
        return t.cast(Data, self._call("GET", "/hosts"))

    def update(self, description: Data, settings: Data | None = None, *, check: bool = False) -> bool:
        """Make the fleet as described and return whether that changed it; with `check` only foretell it."""
        job = {"description": description, "settings": settings or {}}
        return bool(self._call("POST", "/description", {"job": job, "check": check})["changed"])

    def reset_counters(self) -> None:
        """Start counting anew."""
        self._call("POST", "/counters/reset")

    def stop(self) -> None:
        """Ask the process to end; it does so soon after."""
        self._call("POST", "/stop")

    def _call(self, method: str, path: str, data: Data | None = None) -> t.Any:
        address = self._address()
        connection = http.client.HTTPConnection(_HOST, address["port"], timeout=_TIMEOUT_SECONDS)
        try:
            body = None if data is None else json.dumps(data)
            connection.request(method, path, body, {"Authorization": f"Bearer {address['token']}"})
            answer = connection.getresponse()
            content = json.loads(answer.read() or b"null")
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise self._unreachable(type(error).__name__) from None
        finally:
            connection.close()
        if answer.status == 200:
            return content
        if answer.status == 401:
            raise self._unreachable("another program answers there")
        raise ActivationError(**{"message": f"The control channel answered {answer.status}.", **(content or {})})

    def _address(self) -> Data:
        try:
            address = json.loads((self.directory / CONTROL_FILE).read_bytes())
            return {"port": int(address["port"]), "token": str(address["token"])}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise self._unreachable(type(error).__name__) from None

    def _unreachable(self, cause: str) -> ActivationError:
        return ActivationError(
            f"No simulated fleet can be reached in {self.directory}.",
            code="fleet_unreachable",
            cause=cause,
            remedy="Start it with simulated_fleet and state: started; its log is fleet.log in that directory.",
        )
