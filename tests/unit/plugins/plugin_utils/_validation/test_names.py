# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts, endpoints and domains: what is valid, and that a refusal shows the value and the remedy."""

from __future__ import annotations

import pytest

from ansible_collections.volume.activation.plugins.plugin_utils._errors import Refusal
from ansible_collections.volume.activation.plugins.plugin_utils._validation import (
    valid_dns_domain,
    valid_dns_host,
    valid_domain,
    valid_endpoint,
    valid_host,
)

NO_NAMES = [
    "",
    ".",
    "  ",
    "_vlmcs._tcp.corp.example",
    "_VLMCS._TCP.corp.example",
    "_vlmcs.corp.example",
    "https://corp.example",
    "corp.example/",
    "corp.example\\share",
    "user@corp.example",
    "corp..example",
    ".corp.example",
    "corp.example..",
    "-corp.example",
    "corp-.example",
    "corp.-example",
    f"{'a' * 64}.example",
    ".".join(["abcdefgh"] * 30),
    "a.example,b.example",
    "a.example;b.example",
    "corp example",
    "corp\texample",
    "corp.exam\u200bple",
    "corp!.example",
    "corp.example:1688:1",
    "1688",
    "10.0.0.300",
    "10.0.0",
    "10.0.0.1.",
    "010.0.0.1",
    "0x7f.1",
    "kms.corp.1",
    "\uff11\uff16\uff18\uff18",
    "2001:db8::g",
    "[2001:db8::5",
    "fe80::1%eth0",
    "kms%20corp",
]
"""Neither a host nor a domain."""


@pytest.mark.parametrize("text", NO_NAMES)
def test_a_refusal_shows_the_value_the_option_and_the_remedy(text: str) -> None:
    for check in (valid_host, valid_domain, valid_endpoint):
        with pytest.raises(Refusal) as caught:
            check(text, "some_option")
        assert caught.value.code == "bad_option"
        assert repr(text) in caught.value.message
        assert "some_option" in caught.value.message and "some_option" in str(caught.value.remedy)


@pytest.mark.parametrize(
    "text",
    [
        "kms",
        "kms.corp.example",
        "KMS.Corp.Example.",
        "kms_1.corp.example",
        "kms--1.corp.example",
        "1kms.3com.example",
        "b\u00fccher.example",
        f"{'a' * 63}.example",
        "192.0.2.5",
        "2001:db8::5",
        "[2001:db8::5]",
        "::1",
    ],
)
def test_a_host_is_a_name_or_an_address_and_stays_as_it_is(text: str) -> None:
    assert valid_host(text, "kms_host") == text
    assert valid_endpoint(text, "kms_hosts") == (text, None)


@pytest.mark.parametrize("text", ["0.0.0.0", "::", "255.255.255.255", "224.0.0.1", "ff02::1", "[::]", "_kms.example"])
def test_what_cannot_be_a_single_host_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        valid_host(text, "kms_host")


@pytest.mark.parametrize(
    ("text", "name", "port"),
    [
        ("kms.example:1688", "kms.example", "1688"),
        ("192.0.2.5:1", "192.0.2.5", "1"),
        ("[2001:db8::5]:65535", "[2001:db8::5]", "65535"),
    ],
)
def test_a_port_belongs_in_its_own_option_where_there_is_one(text: str, name: str, port: str) -> None:
    with pytest.raises(Refusal) as caught:
        valid_host(text, "kms_host", port_option="kms_port")
    assert caught.value.remedy == f"Set kms_host to {name} and kms_port to {port}."
    assert valid_endpoint(f" {text} ", "kms_hosts") == (name, int(port))


@pytest.mark.parametrize("text", ["kms:0", "kms:65536", "kms:" + "9" * 5000, "kms:", "kms:-1", "kms:http", ":1688"])
def test_an_endpoint_without_a_possible_port_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        valid_endpoint(text, "kms_hosts")


@pytest.mark.parametrize(
    "text", ["corp.example", "Corp.Example.", "local", "_msdcs.old_forest.example", "b\u00fc.example"]
)
def test_a_domain_stays_as_it_is(text: str) -> None:
    assert valid_domain(text, "lookup_domain") == text


@pytest.mark.parametrize("text", ["192.0.2.1", "2001:db8::1", "[2001:db8::1]", "corp.example:1688"])
def test_a_domain_is_neither_an_address_nor_an_endpoint(text: str) -> None:
    with pytest.raises(Refusal):
        valid_domain(text, "lookup_domain")


def test_a_domain_leaves_room_for_the_labels_of_its_service_record() -> None:
    longest = ".".join(["a" * 63] * 3 + ["b" * 48])
    assert (len(longest), valid_domain(longest, "domains")) == (240, longest)
    with pytest.raises(Refusal):
        valid_domain(f"{longest}b", "domains")


def test_names_that_are_looked_up_have_one_spelling() -> None:
    assert valid_dns_domain(" Corp.Example.COM. ", "domains") == "corp.example.com"
    assert valid_dns_host(" KMS.Corp.Example. ", "allowed_hosts") == "kms.corp.example"
    with pytest.raises(Refusal):
        valid_dns_host("192.0.2.5", "allowed_hosts")


def test_a_very_long_value_is_shown_in_part() -> None:
    with pytest.raises(Refusal) as caught:
        valid_host("a" * 5000, "kms_host")
    assert len(caught.value.message) < 400
