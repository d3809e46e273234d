# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Channels and applications, over every value that the tables hold."""

from __future__ import annotations

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    APPLICATION_IDS,
    Application,
    Channel,
    table,
)

WORDS = {
    "Volume:GVLK": Channel.KMS_CLIENT,
    "Volume:MAK": Channel.MAK,
    "Volume:CSVLK": Channel.KMS_HOST,
    "Retail": Channel.RETAIL,
    "Retail:TB:Eval": Channel.EVALUATION,
    "OEM:DM": Channel.OEM,
    "OEM:SLP": Channel.OEM,
    "OEM:NONSLP": Channel.OEM,
}
TOKENS = {
    "VOLUME_KMSCLIENT": Channel.KMS_CLIENT,
    "VOLUME_KMS": Channel.KMS_HOST,
    "VOLUME_MAK": Channel.MAK,
    "TIMEBASED_EVAL": Channel.EVALUATION,
    "TIMEBASED_SUB": Channel.SUBSCRIPTION,
    "OEM_DM": Channel.OEM,
    "OEM_SLP": Channel.OEM,
    "OEM_COA_NSLP": Channel.OEM,
    "RETAIL": Channel.RETAIL,
    "RETAIL(Grace)": Channel.RETAIL,
}


def test_every_word_of_the_table_is_expected_here() -> None:
    assert {row["value"] for row in table("constants")["channel_strings"]["product_key_channel"]["values"]} == set(
        WORDS
    )


@pytest.mark.parametrize(("word", "channel"), WORDS.items())
def test_the_word_decides(word: str, channel: Channel) -> None:
    assert Channel.classify(word, None) is channel
    assert Channel.classify(word.upper(), "nothing we know") is channel
    assert Channel.classify(f"{word}:Later", "") is channel


@pytest.mark.parametrize("example", table("constants")["channel_strings"]["description"]["examples"])
def test_every_description_of_the_table_is_understood(example: str) -> None:
    token = example.removesuffix(" channel").split(", ")[-1]
    assert Channel.classify(None, example) is TOKENS[token]


@pytest.mark.parametrize(("token", "channel"), [*TOKENS.items(), ("VIRTUAL_MACHINE_ACTIVATION", Channel.AVMA)])
@pytest.mark.parametrize(
    "sentence",
    [
        "Windows(R) Operating System, {} channel",
        "Windows(R)-Betriebssystem, {}-Kanal",
        "Syst\u00e8me d'exploitation Windows(R), canal {}",
        "Windows(R) \u30b7\u30b9\u30c6\u30e0\u3001{} \u30c1\u30e3\u30cd\u30eb",
    ],
    ids=["en", "de", "fr", "ja"],
)
def test_the_words_around_the_token_do_not_matter(sentence: str, token: str, channel: Channel) -> None:
    assert Channel.classify("", sentence.format(token)) is channel
    assert Channel.classify("Something:New", sentence.format(token).lower()) is channel


def test_a_host_key_is_told_from_a_client_key() -> None:
    assert Channel.classify(None, "Windows, VOLUME_KMS_2012-R2_WIN10 channel") is Channel.KMS_HOST
    assert Channel.classify(None, "Windows, VOLUME_KMSCLIENT channel") is Channel.KMS_CLIENT


def test_the_word_wins_over_the_description() -> None:
    assert Channel.classify("Volume:MAK", "Windows, VOLUME_KMSCLIENT channel") is Channel.MAK


def test_time_bound_retail_keys_are_told_apart_by_their_description() -> None:
    assert Channel.classify("Retail:TB:Sub", None) is Channel.SUBSCRIPTION
    assert Channel.classify("Retail:TB", "Office 16, TIMEBASED_SUB channel") is Channel.SUBSCRIPTION
    assert Channel.classify("Retail:TB:Promo", "Office 16, TIMEBASED_EVAL channel") is Channel.EVALUATION
    assert Channel.classify("Retail:TB:Promo", None) is Channel.RETAIL


@pytest.mark.parametrize("description", [None, "", "Makro-Kanal", "Windows, PGS_TB channel", "retailer"])
def test_what_nothing_tells_is_unknown(description: str | None) -> None:
    assert Channel.classify("PGS:TB", description) is Channel.UNKNOWN
    assert Channel.classify(None, description) is Channel.UNKNOWN


def test_application_ids_are_those_of_the_table() -> None:
    assert set(APPLICATION_IDS.values()) == {row["id"] for row in table("constants")["application_ids"]}


@pytest.mark.parametrize(("application", "known"), APPLICATION_IDS.items())
def test_an_application_is_known_in_every_spelling(application: Application, known: str) -> None:
    for spelled in (known, known.upper(), f"{{{known}}}", f" {known} "):
        assert Application.classify(spelled) is application


@pytest.mark.parametrize("application_id", [None, "", "00000000-0000-0000-0000-000000000000"])
def test_another_application_is_other(application_id: str | None) -> None:
    assert Application.classify(application_id) is Application.OTHER
