# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which products a machine lists: rows of SoftwareLicensingProduct, keyed or not.

A Windows edition lists one row a channel, however it was bought; a row without a key is only an offer. Their IDs are
derived from release, edition and channel, so they are the same on every machine and in every run, as real ones are.
"""

from __future__ import annotations

import functools
import typing as t
import uuid
from dataclasses import dataclass

from .languages import words
from .product_keys import gvlk_for, office_gvlk
from .systems import System

__all__ = [
    "ADDONS",
    "ESU",
    "MICROSOFT_365",
    "OFFICE",
    "OFFICE_APPLICATION",
    "OFFICE_BOUGHT",
    "OFFICE_CHANNELS",
    "OFFICE_PRODUCTS",
    "WINDOWS_APPLICATION",
    "CatalogProduct",
    "Listing",
    "addon_names",
    "derived_id",
    "office_key",
    "rows_of",
]

WINDOWS_APPLICATION = "55c92734-d682-4d71-983e-d6ec3f16059f"
OFFICE_APPLICATION = "0ff1ce15-a989-479d-af46-f275c6370663"

_NAMESPACE = uuid.UUID("5d1f3c52-7a5e-4b5c-9d0a-51a0c0ffee00")
_CLIENT_THRESHOLD, _SERVER_THRESHOLD, _OFFICE_THRESHOLD = 25, 5, 5


@dataclass(frozen=True)
class CatalogProduct:
    """One row: what does not change while the machine runs."""

    id: str
    name: str
    description: str
    application_id: str
    family: str
    channel: str
    """As a key has it: kms_client, mak, retail, oem, kms_host, evaluation, avma."""
    key_channel: str
    """`ProductKeyChannel` of a key in this row, e.g. `Volume:GVLK`."""
    names: frozenset[str]
    """What a key may call this product in its `editions`."""
    group: str
    """Only one product of a group holds a key: the next key takes the place of the last."""
    lines: frozenset[str]
    """Names under which a KMS host or an activation object may cover this product."""
    threshold: int
    is_addon: bool = False
    depends_on: str | None = None

    @property
    def is_windows(self) -> bool:
        """Whether this belongs to Windows rather than to Office."""
        return self.application_id == WINDOWS_APPLICATION


@dataclass(frozen=True)
class _Channel:
    name: str
    token: str
    key_channel: str


_KMS_CLIENT = _Channel("kms_client", "VOLUME_KMSCLIENT", "Volume:GVLK")
_MAK = _Channel("mak", "VOLUME_MAK", "Volume:MAK")
_MAK_UPGRADE = _Channel("mak_upgrade", "VOLUME_MAK", "Volume:MAK")
_EVALUATION = _Channel("evaluation", "TIMEBASED_EVAL", "Retail:TB:Eval")
# Several rows share a channel on a real host too; a key finds the first of them.
_RETAIL = tuple(_Channel(name, "RETAIL", "Retail") for name in ("retail", "retail_upgrade", "retail_promotion"))
_OEM = (
    _Channel("oem", "OEM_DM", "OEM:DM"),
    _Channel("oem_slp", "OEM_SLP", "OEM:SLP"),
    _Channel("oem_coa_slp", "OEM_COA_SLP", "OEM:SLP"),
    _Channel("oem_nonslp", "OEM_COA_NSLP", "OEM:NONSLP"),
)
# Tokens as `ospp.vbs /dstatus` prints them: "Office 16, RETAIL(Grace) channel", "Office 16, TIMEBASED_SUB channel".
OFFICE_BOUGHT: t.Mapping[str, _Channel] = {
    "retail": _Channel("retail", "RETAIL", "Retail"),
    "retail_grace": _Channel("retail_grace", "RETAIL(Grace)", "Retail"),
    "subscription": _Channel("subscription", "TIMEBASED_SUB", "Retail:TB:Sub"),
}
"""How an Office product is licensed that is not licensed by volume."""
_SUFFIXES = {"retail": "Retail", "retail_grace": "Grace", "subscription": "Subscription1"}
_AVMA = _Channel("avma", "VIRTUAL_MACHINE_ACTIVATION", "Volume:AVMA")


@dataclass(frozen=True)
class _Addon:
    family: str
    builds: tuple[int, ...]
    id: str = ""


ADDONS: t.Mapping[str, _Addon] = {
    # Microsoft publishes these activation IDs ("Enable Extended Security Updates (ESU)", learn.microsoft.com). They are
    # the same for every edition of the program. Windows 10 has to be 22H2 (build 19045) with KB5066791 or later and the
    # preparation package KB5072653, and not of the LTSC. Server 2012 R2 takes KB5017220, Server 2012 KB5017221.
    "esu_2012_year_1": _Addon("Server-ESU-Year1", (9200, 9600), "c0a2ea62-12ad-435b-ab4f-c9bfab48dbc4"),
    "esu_2012_year_2": _Addon("Server-ESU-Year2", (9200, 9600), "e3e2690b-931c-4c80-b1ff-dffba8a81988"),
    "esu_2012_year_3": _Addon("Server-ESU-Year3", (9200, 9600), "55b1dd2d-2209-4ea0-a805-06298bad25b3"),
    "esu_windows_10_year_1": _Addon("Client-ESU-Year1", (19045,), "f520e45e-7413-4a34-a497-d2765967d094"),
    "esu_windows_10_year_2": _Addon("Client-ESU-Year2", (19045,), "1043add5-23b1-4afb-9a0f-64343c8f3f8d"),
    "esu_windows_10_year_3": _Addon("Client-ESU-Year3", (19045,), "83d49986-add3-41d7-ba33-87c7bfb5c0fb"),
    "sideloading": _Addon("APPXLOB-Client", ()),
    "inbox_apps": _Addon("InboxApps-Client", ()),
    "media_features": _Addon("MediaFeatures-Client", ()),
}
"""The add-on products by name; an empty tuple of builds means any."""


ESU = frozenset(name for name in ADDONS if name.startswith("esu_"))


@dataclass(frozen=True)
class _Office:
    line: str
    display: str
    published: str
    kms_family: str
    mak_family: str

    @property
    def bought_family(self) -> str:
        """The beginning of the families of what is not licensed by volume, e.g. `Office16ProPlusR`."""
        return f"{self.kms_family.partition('VL_')[0]}R"


OFFICE: t.Mapping[str, _Office] = {
    "office_2016": _Office(
        "office_2016",
        "Office 16",
        "Office Professional Plus 2016",
        "Office16ProPlusVL_KMS_Client",
        "Office16ProPlusVL_MAK",
    ),
    "office_2016_standard": _Office(
        "office_2016", "Office 16", "Office Standard 2016", "Office16StandardVL_KMS_Client", "Office16StandardVL_MAK"
    ),
    "visio_2016": _Office(
        "office_2016", "Office 16", "Visio Professional 2016", "Office16VisioProVL_KMS_Client", "Office16VisioProVL_MAK"
    ),
    "project_2016": _Office(
        "office_2016",
        "Office 16",
        "Project Professional 2016",
        "Office16ProjectProVL_KMS_Client",
        "Office16ProjectProVL_MAK",
    ),
    **{
        f"{product}_{year}": _Office(
            f"office_{year}",
            f"Office {year % 100}",
            published.format(ltsc="" if year == 2019 else "LTSC ", year=year),
            f"Office{year % 100}{family}{year}VL_KMS_Client_AE",
            f"Office{year % 100}{family}{year}VL_MAK_AE",
        )
        for year in (2019, 2021, 2024)
        for product, published, family in (
            ("office", "Office {ltsc}Professional Plus {year}", "ProPlus"),
            ("visio", "Visio {ltsc}Professional {year}", "VisioPro"),
            ("project", "Project Professional {year}", "ProjectPro"),
        )
    },
}
"""The Office volume products by name; `published` is what the table of generic keys calls them."""

MICROSOFT_365 = "microsoft_365"
OFFICE_PRODUCTS: t.Mapping[str, _Office] = {
    **OFFICE,
    MICROSOFT_365: _Office("office_2016", "Office 16", "Microsoft 365 Apps", "Office16O365ProPlusVL_", ""),
}
"""Every Office product: Microsoft 365 Apps have neither a volume licence nor a generic key."""

OFFICE_CHANNELS = ("kms_client", "mak", *OFFICE_BOUGHT, "none")


def derived_id(*parts: str) -> str:
    """Return the ID of a product that has no published one: the same for the same parts."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(parts)))


@dataclass(frozen=True)
class Listing:
    """What decides which rows a machine lists."""

    system: System
    language: str
    base: System | None = None
    """The edition below a subscription's step-up."""
    office: tuple[tuple[str, str], ...] = ()
    """Office products, each with the channel that it was bought by."""
    has_esu: bool = True
    """Whether the updates are there that bring the rows of Extended Security Updates."""


def rows_of(listing: Listing) -> tuple[CatalogProduct, ...]:
    """Return all rows a machine lists."""
    system, language = listing.system, listing.language
    editions = (system,) if listing.base is None else (listing.base, system)
    rows = [row for edition in editions for row in _windows_rows(edition, language)]
    rows += [row for row in _addon_rows(system, language) if listing.has_esu or not row.names & ESU]
    for name, channel in dict.fromkeys((name, _office_kind(channel)) for name, channel in listing.office):
        rows += _office_rows(name, channel, language)
    return tuple(rows)


def _office_kind(channel: str) -> str:
    return channel if channel in OFFICE_BOUGHT else "volume"


@functools.lru_cache(maxsize=512)
def _windows_rows(system: System, language: str) -> tuple[CatalogProduct, ...]:
    return tuple(_windows_row(system, language, channel) for channel in _windows_channels(system))


def _windows_channels(system: System) -> tuple[_Channel, ...]:
    if system.is_evaluation:
        return (_EVALUATION, *_RETAIL)
    # Azure Edition cannot be a KMS host.
    host = () if system.edition_id == "ServerTurbine" else (_host_channel(system),)
    volume = (_KMS_CLIENT, _MAK, _MAK_UPGRADE, *host) if gvlk_for(system.edition_id, system.build) else ()
    machine = (_AVMA,) if system.is_server else ()
    return (*volume, *_RETAIL, *_OEM, *machine)


def _host_channel(system: System) -> _Channel:
    return _Channel("kms_host", f"VOLUME_KMS_{system.line.rpartition('_')[2].upper()}", "Volume:CSVLK")


def _windows_row(system: System, language: str, channel: _Channel) -> CatalogProduct:
    text = words(language)
    audience = "server" if system.is_server else "client"
    return CatalogProduct(
        id=derived_id(system.line, str(system.build), system.edition_id, channel.name),
        name=text.windows_name.format(family=system.edition_id),
        description=text.windows_description.format(token=channel.token),
        application_id=WINDOWS_APPLICATION,
        family=system.edition_id,
        channel=channel.name,
        key_channel=channel.key_channel,
        names=frozenset({system.edition_id, "any"}),
        group="windows",
        lines=frozenset({"all", "windows", f"windows_{audience}", system.line}),
        threshold=_SERVER_THRESHOLD if system.is_server else _CLIENT_THRESHOLD,
    )


def addon_names(system: System) -> tuple[str, ...]:
    """Return the names of the add-ons that a machine lists."""
    wanted = (name for name, addon in ADDONS.items() if not addon.builds or system.build in addon.builds)
    # Build 9600 is Server 2012 R2 and Windows 8.1 at once, and only the server has an ESU program.
    return tuple(name for name in wanted if system.is_server or not name.startswith("esu_2012"))


@functools.lru_cache(maxsize=512)
def _addon_rows(system: System, language: str) -> tuple[CatalogProduct, ...]:
    return tuple(_addon_row(name, system, language) for name in addon_names(system))


def _addon_row(name: str, system: System, language: str) -> CatalogProduct:
    addon, text = ADDONS[name], words(language)
    return CatalogProduct(
        id=addon.id or derived_id(system.line, str(system.build), name),
        name=text.addon_name.format(family=addon.family, base=system.edition_id),
        description=text.windows_description.format(token=_MAK.token),
        application_id=WINDOWS_APPLICATION,
        family=addon.family,
        channel="mak",
        key_channel=_MAK.key_channel,
        names=frozenset({name}),
        group=f"addon/{name}",
        lines=frozenset(),
        threshold=0,
        is_addon=True,
        depends_on=WINDOWS_APPLICATION,
    )


@functools.lru_cache(maxsize=512)
def _office_rows(name: str, kind: str, language: str) -> tuple[CatalogProduct, ...]:
    """Return the rows of an Office product: a KMS client's and a MAK's by volume licence, else the one of its kind."""
    office = OFFICE_PRODUCTS[name]
    channels: tuple[tuple[_Channel, str], ...] = ((_KMS_CLIENT, office.kms_family), (_MAK, office.mak_family))
    if kind in OFFICE_BOUGHT:
        channel = OFFICE_BOUGHT[kind]
        channels = ((channel, f"{office.bought_family}_{_SUFFIXES[kind]}"),)
    return tuple(_office_row(name, language, channel, family) for channel, family in channels)


def _office_row(name: str, language: str, channel: _Channel, family: str) -> CatalogProduct:
    office, text = OFFICE_PRODUCTS[name], words(language)
    return CatalogProduct(
        id=derived_id("office", family),
        name=text.office_name.format(line=office.display, family=family),
        description=text.office_description.format(line=office.display, token=channel.token),
        application_id=OFFICE_APPLICATION,
        family=family,
        channel=channel.name,
        key_channel=channel.key_channel,
        names=frozenset({name, office.published}),
        group=f"office/{family}" if channel.name in OFFICE_BOUGHT else f"office/{name}",
        lines=frozenset({"all", "office", office.line}),
        threshold=0 if channel.name in OFFICE_BOUGHT else _OFFICE_THRESHOLD,
    )


def office_key(name: str) -> str:
    """Return the published KMS client key of an Office product; every product of the table has one."""
    key = office_gvlk(OFFICE[name].published)
    if key is None:
        raise LookupError(OFFICE[name].published)
    return key
