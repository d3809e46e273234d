# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which service to ask, and how to reach it; checked before anything is sent."""

from __future__ import annotations

import dataclasses
import ipaddress
import ssl
import typing as t
import urllib.parse
from pathlib import Path

from .._errors import Refusal
from .._outbound import Outbound
from .._secrets import Secret

__all__ = ["MICROSOFT_URL", "Backend", "ServiceSettings", "checked"]

Backend = t.Literal["microsoft", "activationws_soap", "activationws_rest"]

MICROSOFT_URL = "https://activation.sls.microsoft.com/BatchActivation/BatchActivation.asmx"
_MICROSOFT = "microsoft.com"
_SIMULATED_PATH = "/simulated-fleet/"
"""Where the activation service of a simulated fleet is, on loopback; no real service is."""
_BACKENDS = t.get_args(Backend)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ServiceSettings:
    """One activation service and the way to it.

    `ca_path` names a PEM file (or a folder made by `openssl rehash`) with the CAs that may sign the service's
    certificate, in place of the usual ones; that the certificate is checked cannot be switched off. Times are in
    seconds: `timeout` for one exchange as a whole, from connecting to the last byte of the answer, `retry_delay` before
    the first of `retries` further attempts, doubling up to a minute. `proxy` is the outbound proxy; None is the
    environment's, and an empty one none at all.
    Microsoft's service is asked over https alone. ActivationWs may be asked over http, as many are inside a site: no
    key and no password is in what is asked, but neither are the answers protected then.
    """

    backend: Backend = "microsoft"
    url: str | None = None
    ca_path: str | None = None
    timeout: float = 60
    retries: int = 3
    retry_delay: float = 5
    proxy: str | None = None
    proxy_username: str | None = None
    proxy_password: Secret | None = None
    batch_size: int = 1
    outbound: Outbound = Outbound()  # noqa: RUF009 - frozen

    @property
    def address(self) -> str:
        """The URL that is asked (for ActivationWs' REST front end: its base)."""
        return self.url or MICROSOFT_URL

    @property
    def is_simulated(self) -> bool:
        """Whether the service is that of a simulated fleet."""
        parts = urllib.parse.urlsplit(self.address)
        return _is_loopback((parts.hostname or "").lower()) and parts.path.lower().startswith(_SIMULATED_PATH)

    @property
    def proxy_url(self) -> str | None:
        """The proxy's URL, with a scheme and without a login."""
        if not self.proxy:
            return None
        return self.proxy if "://" in self.proxy else f"http://{self.proxy}"

    @property
    def proxy_in_use(self) -> str | None:
        """The proxy that leads to the service: the one given, else the environment's; it may hold a login."""
        return self.outbound.proxy_for(self.address) if self.proxy is None else self.proxy_url

    @property
    def proxy_variable(self) -> str | None:
        """The environment variable that the proxy comes from, None where it was given or there is none."""
        return self.outbound.variable_for(self.address) if self.proxy is None else None


def checked(settings: ServiceSettings) -> ServiceSettings:
    """Return the settings if they can serve; raises Refusal otherwise (`bad_service`, `bad_service_url` and others)."""
    if settings.backend not in _BACKENDS:
        raise _refusal("bad_service", "The back end is unknown.", f"Give one of {', '.join(_BACKENDS)}.")
    if settings.backend != "microsoft" and not settings.url:
        raise _refusal("bad_service", "An ActivationWs server needs its URL.", "Set url of the service.")
    _check_url(settings)
    _check_numbers(settings)
    _check_proxy(settings)
    _check_ca(settings.ca_path)
    return settings


def _check_url(settings: ServiceSettings) -> None:
    parts = _split(settings.address, "bad_service_url", "url", schemes=("https", "http"))
    if parts.query or parts.fragment:
        raise _refusal("bad_service_url", "The service's URL has a query or a fragment.", "Give it without them.")
    host = (parts.hostname or "").lower().rstrip(".")
    of_microsoft = host == _MICROSOFT or host.endswith(f".{_MICROSOFT}")
    if parts.scheme == "http" and (of_microsoft or (settings.backend == "microsoft" and not _is_loopback(host))):
        raise _refusal(
            "plain_http", "Microsoft's activation service is not asked over plain http.", "Give the URL with https."
        )


def _check_numbers(settings: ServiceSettings) -> None:
    bounds: list[tuple[str, float, float]] = [
        ("timeout", settings.timeout, 0.001),
        ("retries", settings.retries, 0),
        ("retry_delay", settings.retry_delay, 0),
        ("batch_size", settings.batch_size, 1),
    ]
    for name, value, least in bounds:
        # Written so that NaN, which is neither below nor above, is turned away too.
        if not least <= value < float("inf"):
            wanted = "more than 0" if 0 < least < 1 else f"{least:g} or more"
            raise _refusal("bad_service", f"The service's {name} is {value:g}.", f"Give {wanted}.")


def _check_proxy(settings: ServiceSettings) -> None:
    if settings.proxy_url is None:
        if settings.proxy_username or settings.proxy_password:
            raise _refusal("bad_proxy", "A login for a proxy is given, but no proxy.", "Set proxy of the service.")
        return
    _split(settings.proxy_url, "bad_proxy", "proxy", schemes=("http", "https"))
    if settings.proxy_password and not settings.proxy_username:
        raise _refusal("bad_proxy", "The proxy has a password and no user.", "Set proxy_username of the service.")


def _check_ca(path: str | None) -> None:
    if path is None:
        return
    place = Path(path)
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(**{"capath" if place.is_dir() else "cafile": str(place)})
    except OSError as error:
        reason = "It holds no certificate." if isinstance(error, ssl.SSLError) else f"{error.strerror}."
        raise Refusal(
            f"The CA file {place} cannot be used.",
            code="bad_ca_path",
            cause=reason,
            remedy="Give a PEM file with the CA certificates.",
        ) from None


def _split(url: str, code: str, option: str, *, schemes: tuple[str, ...]) -> urllib.parse.SplitResult:
    """Split a URL; the text is not quoted in the refusal, for a password may be in it."""
    try:
        parts = urllib.parse.urlsplit(url)
        usable = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0 and url.isprintable()
    except ValueError:
        usable = False
    if not usable or any(sign.isspace() for sign in url):
        raise _refusal(code, f"The service's {option} is no URL of {' or '.join(schemes)}.", f"Correct {option}.")
    if "@" in parts.netloc:
        names = "proxy_username and proxy_password" if option == "proxy" else "no login at all"
        raise _refusal(
            "password_in_url", f"The service's {option} holds a login.", f"Give the address alone, and {names}."
        )
    return parts


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _refusal(code: str, message: str, remedy: str) -> Refusal:
    return Refusal(message, code=code, remedy=remedy)
