# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One thread that waits for many sockets at once, and does for each what is to be done when something arrives."""

from __future__ import annotations

import contextlib
import logging
import selectors
import socket
import threading
import typing as t

__all__ = ["Readiness"]

log = logging.getLogger(__name__)

Callback = t.Callable[[socket.socket], None]


class Readiness:
    """Calls back for sockets with something to read until `stop`, which closes them; a callback must not wait."""

    def __init__(self, name: str) -> None:
        self._selector = selectors.DefaultSelector()
        self._bell, self._ear = socket.socketpair()
        self._selector.register(self._ear, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._serve, name=name, daemon=True)
        self._thread.start()

    def add(self, listening: socket.socket, callback: Callback) -> None:
        """Take over a socket."""
        listening.setblocking(False)
        self._selector.register(listening, selectors.EVENT_READ, callback)

    def remove(self, listening: socket.socket) -> None:
        """Close a socket that was taken over."""
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(listening)
        listening.close()

    def stop(self) -> None:
        """End the thread and close every socket."""
        self._bell.close()
        self._thread.join()
        for key in tuple(self._selector.get_map().values()):
            self.remove(t.cast(socket.socket, key.fileobj))
        self._selector.close()

    def _serve(self) -> None:
        while True:
            for key, _events in self._selector.select():
                if key.fileobj is self._ear:
                    return
                try:
                    key.data(key.fileobj)
                except OSError:
                    # Somebody went away, or the socket was closed between being ready and being served.
                    log.debug("nothing was there any more", exc_info=True)
                except Exception:
                    # What one of them sends must not deafen the others.
                    log.exception("a callback failed")
