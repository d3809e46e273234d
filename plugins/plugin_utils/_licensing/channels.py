# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which way a product is licensed (its channel) and which program it belongs to (its application).

Windows tells the channel twice. `ProductKeyChannel` is a fixed word, though Microsoft publishes no list of them;
`Description` is a sentence whose words are localised except for one token, such as `VOLUME_KMSCLIENT`. So the first is
asked first, by prefix because unknown endings exist, and the second when the first says nothing we know.
"""

from __future__ import annotations

import enum
import re

__all__ = ["APPLICATION_IDS", "Application", "Channel"]


class Channel(enum.Enum):
    """How a product's key says that the product is to be activated."""

    KMS_CLIENT = "kms_client"
    KMS_HOST = "kms_host"
    MAK = "mak"
    RETAIL = "retail"
    OEM = "oem"
    EVALUATION = "evaluation"
    AVMA = "avma"
    SUBSCRIPTION = "subscription"
    UNKNOWN = "unknown"

    @classmethod
    def classify(cls, product_key_channel: str | None, description: str | None) -> Channel:
        """Return the channel that the two properties of a product tell, `UNKNOWN` if neither does.

        Retail keys that are bound to a time (`Retail:TB:...`) come in kinds that only the description tells apart.
        """
        by_word = _first(_WORDS, product_key_channel)
        if by_word is None:
            by_token = _first(_TOKENS, description)
            by_word = by_token or (_first(_LAST_RESORT, product_key_channel) or cls.UNKNOWN)
        return by_word


def _first(tests: tuple[tuple[re.Pattern[str], Channel], ...], text: str | None) -> Channel | None:
    return next((channel for test, channel in tests if test.search(text or "")), None)


def _tests(*rows: tuple[str, Channel]) -> tuple[tuple[re.Pattern[str], Channel], ...]:
    return tuple((re.compile(pattern, re.IGNORECASE), channel) for pattern, channel in rows)


_WORDS = _tests(
    (r"^\s*Volume:GVLK", Channel.KMS_CLIENT),
    (r"^\s*Volume:CSVLK", Channel.KMS_HOST),
    (r"^\s*Volume:MAK", Channel.MAK),
    (r"^\s*Retail:TB:Eval", Channel.EVALUATION),
    (r"^\s*Retail:TB:Sub", Channel.SUBSCRIPTION),
    (r"^\s*Retail(?!:TB)", Channel.RETAIL),
    (r"^\s*OEM:", Channel.OEM),
    (r"^\s*VT:IA", Channel.AVMA),
)
_LAST_RESORT = _tests((r"^\s*Retail:TB", Channel.RETAIL))

# The order of slmgr.vbs: KMSCLIENT before KMS. A letter on either side would make it a part of some localised word.
_TOKENS = _tests(
    (r"VOLUME_KMSCLIENT", Channel.KMS_CLIENT),
    (r"VOLUME_KMS", Channel.KMS_HOST),
    (r"(?<![^\W_])MAK(?![^\W_])", Channel.MAK),
    (r"TIMEBASED_EVAL", Channel.EVALUATION),
    (r"TIMEBASED_SUB", Channel.SUBSCRIPTION),
    (r"VIRTUAL_MACHINE_ACTIVATION", Channel.AVMA),
    (r"(?<![^\W_])OEM_", Channel.OEM),
    (r"(?<![^\W_])RETAIL(?![^\W_])", Channel.RETAIL),
)


class Application(enum.Enum):
    """The program whose licences a product carries, by its ApplicationID."""

    WINDOWS = "windows"
    OFFICE = "office"
    OFFICE_2010 = "office_2010"
    OTHER = "other"

    @classmethod
    def classify(cls, application_id: str | None) -> Application:
        """Return the application of an ApplicationID in any case, with or without braces."""
        wanted = (application_id or "").strip().strip("{}").lower()
        wanted = _OTHER_SPELLINGS.get(wanted, wanted)
        return next((application for application, known in APPLICATION_IDS.items() if known == wanted), cls.OTHER)


# The values of data/constants.json, said here again so that telling Windows from Office needs no file.
APPLICATION_IDS: dict[Application, str] = {
    Application.WINDOWS: "55c92734-d682-4d71-983e-d6ec3f16059f",
    Application.OFFICE: "0ff1ce15-a989-479d-af46-f275c6370663",
    Application.OFFICE_2010: "59a52881-a989-479d-af46-f275c6370663",
}

_OTHER_SPELLINGS = {
    # What Microsoft's page on Office KMS hosts shows for the product of their host key; everywhere else it is ...15.
    "0ff1ce16-a989-479d-af46-f275c6370663": APPLICATION_IDS[Application.OFFICE],
}
