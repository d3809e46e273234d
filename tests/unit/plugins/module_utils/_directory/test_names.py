# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""GUIDs in the order of Windows, escaped names, and DNs that mean the same."""

from __future__ import annotations

import pytest

from ansible_collections.volume.activation.plugins.module_utils._directory import (
    DirectoryRefusal,
    guid_text,
    same_name,
)
from ansible_collections.volume.activation.plugins.module_utils._directory.names import child_dn, filter_text, split_dn

PARENT = "CN=Activation Objects,DC=corp,DC=test"
# The byte at each place tells where it goes.
ORDERED = bytes(range(16))

needs_ldap = pytest.mark.usefixtures("python_ldap")


def test_the_first_three_fields_of_a_guid_are_little_endian() -> None:
    assert guid_text(ORDERED) == "03020100-0504-0706-0809-0a0b0c0d0e0f"


@pytest.mark.parametrize("data", [b"", b"15 bytes only..", b"seventeen bytes.."])
def test_other_lengths_are_no_guid(data: bytes) -> None:
    with pytest.raises(ValueError):
        guid_text(data)


@needs_ldap
@pytest.mark.parametrize(
    ("name", "escaped"),
    [
        ("Plain", "Plain"),
        ("a,b", "a\\,b"),
        ("#1", "\\#1"),
        ("back\\slash", "back\\\\slash"),
        (" both ", "\\ both\\ "),
        ('say "yes"', 'say \\"yes\\"'),
        ("a=b+c", "a\\=b\\+c"),
        ("Größe (*)", "Größe (*)"),
    ],
)
def test_a_name_is_escaped_in_a_dn(name: str, escaped: str) -> None:
    assert child_dn(name, PARENT) == f"CN={escaped},{PARENT}"


@needs_ldap
def test_a_name_is_escaped_in_a_filter() -> None:
    assert filter_text("a*(b)\\c\0ü") == "a\\2a\\28b\\29\\5cc\\00ü"


@needs_ldap
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CN=A B,DC=corp,DC=test", "cn=a b,dc=CORP,dc=test"),
        ("CN=A B,DC=corp,DC=test", "CN = A  B , DC = corp, DC=test"),
        ("CN=a\\,b,DC=test", "CN=a\\2cb,DC=test"),
        ("CN=Größe,DC=test", "cn=GRÖSSE,dc=test"),
        ("CN=\\ x\\ ,DC=test", "CN=x,DC=test"),
        ("CN=a+OU=b,DC=test", "OU=B+CN=A,DC=test"),
    ],
)
def test_spellings_of_one_dn_are_equal(one: str, other: str) -> None:
    assert split_dn(one) == split_dn(other)


@needs_ldap
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CN=a,DC=test", "CN=a,DC=corp,DC=test"),
        ("CN=a\\,DC\\=corp,DC=test", "CN=a,DC=corp,DC=test"),
        ("CN=a,DC=test", "OU=a,DC=test"),
        ("CN=a*,DC=test", "CN=ab,DC=test"),
    ],
)
def test_other_dns_are_not(one: str, other: str) -> None:
    assert split_dn(one) != split_dn(other)


@needs_ldap
@pytest.mark.parametrize("text", ["Contoso", "CN=a,b", "=a", 'CN="open'])
def test_what_is_no_dn_is_refused(text: str) -> None:
    with pytest.raises(DirectoryRefusal) as caught:
        split_dn(text)
    assert caught.value.code == "bad_option"
    assert text in caught.value.message


def test_names_are_compared_as_a_directory_does() -> None:
    assert same_name("Contoso  Servers", "contoso servers ")
    assert not same_name("Contoso", "Contoso*")
    assert not same_name(None, None)
