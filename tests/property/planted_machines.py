# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Machines for the simulator, healthy ones and ones with a fault each, beside what an audit has to find of them.

What is expected is written here by hand for every kind, from what the description says and not from what the code does.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

__all__ = ["ALLOWED_KMS_HOST", "FAULTY", "HEALTHY", "ROGUE_KMS_HOST", "Kind", "Planted"]

ALLOWED_KMS_HOST = "kms.corp.example"
ROGUE_KMS_HOST = "rogue.elsewhere.example"
SERVERS = ("server_2012_r2_standard", "server_2019_standard", "server_2022_datacenter", "server_2025_standard")
CLIENTS = ("windows_10_enterprise", "windows_11_enterprise", "windows_11_pro", "windows_10_ltsc_2021")
KINDS = ("image_build", "vdi", "reimaged_lab")
TOO_LOW = "0xC004F038"

Asking = t.Literal["fresh", "stale", "waiting", "told"]
"""How a product that asks KMS stands: licensed within the last 30 days, before that, not, or refused for its count."""


@dataclass(frozen=True)
class Planted:
    """A machine as it is described, what inventory says of it, and the codes (with subjects) that it has by itself."""

    description: dict[str, t.Any]
    profile: str | None = None
    kind: str | None = None
    expected: tuple[tuple[str, str | None], ...] = ()
    windows: Asking | None = None
    office: Asking | None = None
    counts: tuple[int | None, int | None] | None = None
    method_known: bool = True
    needs_allowed_hosts: bool = False

    @property
    def is_server(self) -> bool:
        """Whether KMS takes it for a server."""
        return str(self.description["system"]).startswith("server")

    @property
    def is_mak(self) -> bool:
        """Whether Windows is on a MAK."""
        return self.method_known and self.description.get("channel") == "mak"


def _leased(days: float, **description: t.Any) -> dict[str, t.Any]:
    return {"status": "licensed", "lease_days": days, **description}


def _asking(days: float) -> Asking:
    return "fresh" if days > 150 else "stale"


def _on_time(random: Random) -> float:
    return random.choice((31.5, 64.5, 120.5, 151.5, 179.5))


def by_kms(random: Random) -> Planted:
    """A server or a client that KMS has licensed, in any language and time zone."""
    days = _on_time(random)
    where = random.choice(({}, {"kms_host": "KMS.corp.example."}, {"language": "de-DE", "utc_offset": "+09:00"}))
    description = _leased(days, system=random.choice(SERVERS + CLIENTS), **where)
    return Planted(description, random.choice(("kms_default", None, "none")), windows=_asking(days))


def with_office(random: Random) -> Planted:
    """A client with Office, both licensed by KMS."""
    days, office = _on_time(random), _on_time(random)
    products = [{"product": random.choice(("office_2021", "office_2016")), **_leased(office)}]
    description = _leased(days, system=random.choice(CLIENTS), office=products)
    return Planted(description, "kms_default", windows=_asking(days), office=_asking(office))


def by_directory(random: Random) -> Planted:
    """A member that Active Directory has licensed, with a KMS host left in its settings."""
    left = random.choice(({}, {"kms_host": "old.corp.example"}, {"activation_type": "ad"}))
    description = _leased(_on_time(random), system=random.choice(SERVERS + CLIENTS), activated_by="ad", **left)
    return Planted(description, random.choice(("adba_default", None)))


def on_mak(random: Random) -> Planted:
    """A machine that is meant to have its MAK."""
    return Planted({"system": random.choice(SERVERS + CLIENTS), "channel": "mak"}, "mak_exception")


def left_alone(random: Random) -> Planted:
    """A machine that nobody manages, licensed by whoever sold it."""
    system = random.choice(("windows_11_pro", "windows_11_home"))
    return Planted({"system": system, "channel": random.choice(("oem", "retail"))}, random.choice(("none", None)))


def guest(random: Random) -> Planted:
    """A guest that its host keeps activated."""
    return Planted({"system": "server_2022_datacenter", "channel": "avma"}, random.choice(("auto", None)))


def rearmed_lab(random: Random) -> Planted:
    """A machine that comes and goes, as it should be."""
    description = _leased(170.5, system=random.choice(CLIENTS))
    return Planted(description, "kms_default", random.choice(KINDS), windows="fresh")


Kind = Callable[[Random], Planted]
"""Draws a machine of its kind."""

HEALTHY: tuple[Kind, ...] = (
    *(by_kms, by_kms, by_kms, with_office, by_directory),
    *(on_mak, left_alone, guest, rearmed_lab),
)


def unreachable(random: Random) -> Planted:
    """A machine that refuses connections, or the login."""
    fault, code = random.choice(
        (
            ({"on": "any", "do": "refuse", "times": 0}, "connection_refused"),
            ({"on": "login", "do": "status", "status": 401, "times": 0}, "login_refused"),
        )
    )
    description = {"system": random.choice(SERVERS), "faults": [fault], "channel": random.choice(("mak", "kms_client"))}
    return Planted(description, "kms_default", expected=(("unreachable", code),), method_known=False)


def not_licensed(random: Random) -> Planted:
    """A machine without a licence or in some grace, with or without a reason of its own."""
    standing: dict[str, t.Any] = random.choice(
        (
            {"status": "notification"},
            {"status": "unlicensed"},
            {"status": "oob_grace", "grace_days": 12},
            {"status": "oot_grace", "grace_days": 3},
        )
    )
    reason, failed = random.choice((None, "0xC004F056", "0xC004F034")), random.choice((None, "0xC004F06C", TOO_LOW))
    attempt = {"last_attempt": {"code": failed, "host": ALLOWED_KMS_HOST}} if failed else {}
    description = {
        "system": random.choice(SERVERS + CLIENTS),
        **standing,
        **({"reason": reason} if reason else {}),
        **attempt,
    }
    asking: Asking = "told" if failed == TOO_LOW else "waiting"
    return Planted(
        description, random.choice(("kms_default", None)), expected=(("not_licensed", None),), windows=asking
    )


def without_key(random: Random) -> Planted:
    """A machine whose key was removed."""
    description = {"system": random.choice(SERVERS + CLIENTS), "channel": "none"}
    return Planted(description, random.choice(("kms_default", "mak_exception")), expected=(("not_licensed", None),))


def expiring(random: Random) -> Planted:
    """A lease of Windows that was not renewed for months, by KMS or by Active Directory."""
    by = random.choice(("kms", "ad"))
    description = _leased(random.choice((0.5, 9.5, 29.5)), system=random.choice(SERVERS + CLIENTS), activated_by=by)
    return Planted(description, expected=(("lease_expiring", None),), windows="stale" if by == "kms" else None)


def office_expiring(random: Random) -> Planted:
    """A lease of Office that was not renewed, on a Windows that was."""
    office = [{"product": "office_2021", **_leased(random.choice((2.5, 20.5)))}]
    description = _leased(175.5, system=random.choice(CLIENTS), office=office)
    return Planted(description, expected=(("lease_expiring", None),), windows="fresh", office="stale")


def drifted(random: Random) -> Planted:
    """A machine that goes another way than the inventory says."""
    days = _on_time(random)
    mak, oem, kms = {"channel": "mak"}, {"channel": "oem"}, _leased(days)
    profile, standing = random.choice(
        (
            ("kms_default", mak),
            ("kms_default", oem),
            ("kms_default", _leased(days, activated_by="ad")),
            ("adba_default", kms),
            ("adba_default", mak),
            ("mak_exception", kms),
            ("mak_exception", oem),
        )
    )
    asks = _asking(days) if standing is kms else None
    description = {"system": random.choice(SERVERS), **standing}
    return Planted(description, profile, expected=(("profile_drift", None),), windows=asks)


def at_a_rogue_host(random: Random) -> Planted:
    """A machine that is set to a foreign KMS host, or was led to it by DNS."""
    where = random.choice(({"kms_host": ROGUE_KMS_HOST}, {"lookup_domain": "elsewhere.example"}))
    description = _leased(155.5, system=random.choice(SERVERS + CLIENTS), **where)
    expected = (("kms_host_differs", None),)
    return Planted(description, expected=expected, windows="fresh", needs_allowed_hosts=True)


def with_settings_of_its_own(random: Random) -> Planted:
    """A machine on which the Windows product looks its KMS host up in a domain of its own."""
    days = _on_time(random)
    own = {"windows": {"lookup_domain": "corp.example"}}
    description = _leased(days, system=random.choice(SERVERS + CLIENTS), product_settings=own)
    return Planted(description, expected=(("product_settings_override", None),), windows=_asking(days))


def host_key_on_client(random: Random) -> Planted:
    """A client with the key of a KMS host, licensed or not."""
    licensed = random.choice((True, False))
    description = {"system": "windows_11_enterprise", "channel": "kms_host"}
    if not licensed:
        description["status"] = "notification"
    expected = (("host_key_on_client", None),)
    return Planted(description, random.choice(("kms_default", None)), None, expected, counts=_idle(licensed))


def host_key_on_server(random: Random) -> Planted:
    """A server with the key of a KMS host that is meant to be a client, and that nobody asks."""
    description = {"system": "server_2022_standard", "channel": "kms_host"}
    profile = random.choice(("kms_default", "adba_default", "mak_exception"))
    return Planted(description, profile, None, (("host_key_on_client", None),), counts=_idle(True))


def _idle(licensed: bool) -> tuple[int | None, int | None] | None:
    return (0, None) if licensed else None


def host_key_that_hosts_nothing(random: Random) -> Planted:
    """A server with the key of a KMS host that was never activated, whatever is intended."""
    description = {"system": random.choice(SERVERS), "channel": "kms_host", "status": "notification"}
    profile = random.choice((None, "none", "kms_default", "auto"))
    return Planted(description, profile, None, (("host_key_on_client", None),))


def without_ad_object(random: Random) -> Planted:
    """A machine that only Active Directory may license, and that KMS has licensed."""
    days = _on_time(random)
    description = _leased(days, system=random.choice(SERVERS + CLIENTS), activated_by="kms", activation_type="ad")
    return Planted(description, random.choice(("kms_default", None, "none")), expected=(("ad_without_object", None),))


def evaluation(random: Random) -> Planted:
    """An evaluation, running, about to end or over."""
    system = random.choice(("server_2022_standard_eval", "windows_11_enterprise_eval"))
    standing = random.choice(({"lease_days": 80.5}, {"lease_days": 4.5}, {"status": "notification"}))
    profile = random.choice(("kms_default", "mak_exception", "none", "auto", None))
    return Planted({"system": system, **standing}, profile, expected=(("evaluation_edition", None),))


def wrong_clock(random: Random) -> Planted:
    """A machine whose clock is hours off."""
    description = _leased(170.5, system=random.choice(SERVERS), clock_skew=random.choice(("5h", "-4h 5m", "30d")))
    return Planted(description, expected=(("clock_skew", None),), windows="fresh")


def mak_on_reimaged(random: Random) -> Planted:
    """A machine that comes and goes, and has a MAK all the same."""
    description = {"system": random.choice(CLIENTS), "channel": "mak"}
    profile = random.choice(("kms_default", "mak_exception", None))
    return Planted(description, profile, random.choice(KINDS), expected=(("mak_on_reimaged", None),))


def office_unmanaged(random: Random) -> Planted:
    """An Office by volume that is not licensed."""
    days = _on_time(random)
    office = [{"product": "office_2021", "status": random.choice(("notification", "oob_grace"))}]
    description = _leased(days, system=random.choice(CLIENTS), office=office)
    expected = (("office_unmanaged", None),)
    return Planted(description, expected=expected, windows=_asking(days), office="waiting")


def subscription(random: Random) -> Planted:
    """A client that a subscription has lifted to Enterprise."""
    description = {"system": "windows_11_enterprise", "subscription": True, "channel": random.choice(("oem", "retail"))}
    return Planted(description, random.choice(("none", "kms_default", None)), expected=(("subscription", None),))


def much_at_once(random: Random) -> Planted:
    """A machine with several faults that have nothing to do with each other."""
    office = [{"product": "office_2021", "status": "notification"}]
    skew = random.choice(("6h", "-7h"))
    description = {"system": random.choice(CLIENTS), "channel": "mak", "office": office, "clock_skew": skew}
    expected = (("profile_drift", None), ("office_unmanaged", None), ("clock_skew", None))
    return Planted(description, "kms_default", expected=expected, office="waiting")


FAULTY: tuple[Kind, ...] = (
    *(unreachable, not_licensed, without_key, expiring, office_expiring, drifted, at_a_rogue_host),
    *(with_settings_of_its_own, without_ad_object),
    *(host_key_on_client, host_key_on_server, host_key_that_hosts_nothing),
    *(evaluation, wrong_clock, mak_on_reimaged, office_unmanaged),
    *(subscription, much_at_once),
)
