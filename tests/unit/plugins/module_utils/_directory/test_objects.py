# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding objects in a forest that was looked at."""

from __future__ import annotations

import pytest

from .forest_samples import CONTAINER, forest, found


def test_an_object_is_found_by_its_name_in_any_case() -> None:
    one, other = found("Contoso"), found("Fabrikam")
    assert forest(one, other).named("CONTOSO") == (one,)


def test_both_names_of_an_object_count() -> None:
    one = found("Contoso", name="Contoso Servers")
    other = found("Contoso Servers")
    assert forest(one).named("Contoso") == (one,)
    assert forest(one, other).named("contoso servers") == (one, other)


def test_a_part_or_a_pattern_is_no_name() -> None:
    assert forest(found("Contoso")).named("Cont*") == ()
    assert forest(found("Contoso")).named("") == ()
    assert forest(found("", name="Contoso")).named(" ") == ()


def test_objects_are_found_by_the_end_of_their_key() -> None:
    one, other = found("A", partial_product_key="PPPPP"), found("B")
    assert forest(one, other).holding("ppppp") == (one,)


@pytest.mark.usefixtures("python_ldap")
def test_an_object_is_found_by_any_spelling_of_its_dn() -> None:
    one = found("Contoso\\, Inc")
    assert forest(one).at(f"cn=CONTOSO\\2c inc, {CONTAINER.lower()}") is one
    assert forest(one).at(f"CN=Contoso,{CONTAINER}") is None


@pytest.mark.usefixtures("python_ldap")
def test_of_two_objects_that_differ_in_blanks_the_exact_one_is_meant_or_none() -> None:
    one, other = found("A B"), found("A  B")
    assert forest(one, other).at(other.dn) is other
    assert forest(one, other).at(f"CN=a b,{CONTAINER}") is None


@pytest.mark.usefixtures("python_ldap")
def test_the_dn_for_a_name_leads_back_to_it() -> None:
    name = " a,b\\#* "
    dn = forest().dn_for(name)
    assert forest(found("x", dn=dn)).at(dn) is not None
    assert dn.endswith(CONTAINER)


def test_no_domain_is_foreign_while_the_domains_are_unknown() -> None:
    assert forest().has_domain("corp.test")
    assert forest(domains=("corp.test",)).has_domain("CORP.test")
    assert not forest(domains=("corp.test",)).has_domain("other.test")
