# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking at the activation objects of a real forest, and removing exactly one of them."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from ansible_collections.volume.activation.plugins.module_utils._directory import (
    ActivationObject,
    Directory,
    DirectoryError,
    DirectoryRefusal,
)
from ansible_collections.volume.activation.plugins.module_utils._directory import directory as directory_module
from ansible_collections.volume.activation.tests.samba_controller import DomainController, ForestObjects

from .directory_sessions import opened

ACTIVATION_ID = uuid.UUID("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9")
KMS_IDS = (uuid.UUID(int=1), uuid.UUID(int=2))


def only(directory: Directory, name: str) -> ActivationObject:
    """Return the one object of this name."""
    (found,) = directory.survey(name=name).objects
    return found


def test_an_object_is_read_with_all_that_a_reader_wants(samba: DomainController, forest_objects: ForestObjects) -> None:
    name = forest_objects.name("Whole")
    dn = forest_objects.add(
        name, msSPP_CSVLKSkuId=ACTIVATION_ID.bytes_le, msSPP_KMSIds=[guid.bytes_le for guid in KMS_IDS]
    )
    with opened(samba) as directory:
        found = only(directory, name)
    assert (found.dn, found.name, found.cn) == (dn, name, name)
    assert found.activation_id == str(ACTIVATION_ID)
    assert found.kms_ids == tuple(str(guid) for guid in KMS_IDS)
    assert found.partial_product_key == "PPPPP"
    assert found.extended_pid == "00000-00000-000-000000-00-1033-0000.0000-0000000"
    assert found.guid is not None
    assert uuid.UUID(found.guid)
    assert found.created is not None
    assert found.created.endswith("Z")
    assert found.changed is not None


def test_the_forest_is_described(samba: DomainController) -> None:
    with opened(samba) as directory:
        forest = directory.survey()
    assert (forest.server, forest.configuration, forest.container) == (
        samba.host,
        samba.configuration,
        samba.container,
    )
    assert (forest.schema_version, forest.has_schema, forest.has_container) == (69, True, True)
    assert forest.domains == (samba.domain,)


def test_a_forest_with_an_old_schema_has_no_objects(old_samba: DomainController) -> None:
    with opened(old_samba) as directory:
        forest = directory.survey()
    assert (forest.schema_version, forest.has_schema, forest.has_container) == (47, False, False)
    assert (forest.objects, forest.may_create) == ((), None)


def test_a_missing_container_is_no_failure(samba: DomainController, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory_module, "_CONTAINER", "CN=Nothing,CN=Services")
    with opened(samba) as directory:
        forest = directory.survey()
    assert (forest.has_schema, forest.has_container, forest.objects, forest.may_create) == (True, False, (), None)


def test_a_list_of_several_pages_is_whole(samba: DomainController, forest_objects: ForestObjects) -> None:
    names = {forest_objects.name(f"Page {number}") for number in range(5)}
    for name in sorted(names):
        forest_objects.add(name)
    with opened(samba, page_size=2) as directory:
        listed = [found.name for found in directory.survey().objects]
    assert names <= set(listed)
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize("bound", ["_MOST_PAGES", "_MOST_OBJECTS"])
def test_a_list_without_end_is_given_up(
    samba: DomainController, forest_objects: ForestObjects, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    for number in range(3):
        forest_objects.add(forest_objects.name(f"Many {number}"))
    monkeypatch.setattr(directory_module, bound, 2)
    with opened(samba, page_size=1) as directory, pytest.raises(DirectoryError) as caught:
        directory.survey()
    assert caught.value.code == "too_many_objects"


ODD_NAMES = ["a,b", "a*", "(a)", "back\\slash", "#1", "Größe", " both ", "a=b+c", 'say "yes"', "<a>;b", "a/b"]


@pytest.mark.parametrize("odd", ODD_NAMES)
def test_a_name_means_itself_whatever_is_in_it(
    samba: DomainController, forest_objects: ForestObjects, odd: str
) -> None:
    name = f"{odd}{forest_objects.name('Odd')}{odd}"
    dn = forest_objects.add(name, displayName=None)
    with opened(samba) as directory:
        everything = directory.survey()
        found = only(directory, name)
        assert everything.at(everything.dn_for(name)) == found
        assert everything.at(dn) == found
        assert found in everything.named(name)
        directory.remove(found)
        assert directory.survey(name=name).objects == ()


def test_a_pattern_finds_nothing(samba: DomainController, forest_objects: ForestObjects) -> None:
    name = forest_objects.name("Pattern")
    forest_objects.add(name)
    with opened(samba) as directory:
        assert directory.survey(name=f"{name[:-3]}*").objects == ()
        assert directory.survey(name="*").objects == ()


def test_the_display_name_is_a_name_too(samba: DomainController, forest_objects: ForestObjects) -> None:
    name, shown = forest_objects.name("Inner"), forest_objects.name("Shown")
    forest_objects.add(name, displayName=shown)
    with opened(samba) as directory:
        by_shown, by_inner = only(directory, shown.upper()), only(directory, name.lower())
    assert by_shown == by_inner
    assert (by_shown.name, by_shown.cn) == (shown, name)


def test_exactly_one_object_is_removed(samba: DomainController, forest_objects: ForestObjects) -> None:
    stays, goes = forest_objects.name("Twin"), forest_objects.name("Twin")
    forest_objects.add(stays)
    forest_objects.add(goes)
    with opened(samba) as directory:
        directory.remove(only(directory, goes))
        assert directory.survey(name=goes).objects == ()
        assert only(directory, stays)


def test_what_is_gone_is_said_to_be_gone(samba: DomainController, forest_objects: ForestObjects) -> None:
    name = forest_objects.name("Gone")
    forest_objects.add(name)
    with opened(samba) as directory:
        found = only(directory, name)
        directory.remove(found)
        with pytest.raises(DirectoryRefusal) as caught:
            directory.remove(found)
    assert caught.value.code == "object_gone"
    assert found.dn in caught.value.message


def test_an_object_that_took_the_name_stays(samba: DomainController, forest_objects: ForestObjects) -> None:
    name = forest_objects.name("Heir")
    forest_objects.add(name)
    with opened(samba) as directory:
        seen = only(directory, name)
        directory.remove(seen)
        forest_objects.add(name)
        with pytest.raises(DirectoryRefusal) as caught:
            directory.remove(seen)
        assert caught.value.code == "object_gone"
        heir = only(directory, name)
    assert (heir.dn, heir.guid != seen.guid) == (seen.dn, True)


def test_an_object_without_a_guid_is_not_removed(samba: DomainController) -> None:
    values: dict[str, Any] = dict.fromkeys(ActivationObject.__dataclass_fields__)
    with opened(samba) as directory, pytest.raises(DirectoryRefusal, match="GUID"):
        directory.remove(ActivationObject(**{**values, "dn": "CN=x", "name": "x", "cn": "x", "kms_ids": ()}))


def test_an_administrator_may_create_and_an_ordinary_user_may_not(samba: DomainController) -> None:
    with opened(samba) as directory:
        assert directory.survey().may_create is True
    with opened(samba, bind_user=samba.user, bind_password=samba.user_password) as directory:
        assert directory.survey().may_create is False


def test_an_ordinary_user_sees_objects_and_cannot_remove_them(
    samba: DomainController, forest_objects: ForestObjects
) -> None:
    name = forest_objects.name("Guarded")
    forest_objects.add(name)
    with opened(samba, bind_user=samba.user, bind_password=samba.user_password) as directory:
        found = only(directory, name)
        with pytest.raises(DirectoryRefusal) as caught:
            directory.remove(found)
        assert only(directory, name) == found
    assert caught.value.code == "access_denied"
    assert samba.container in (caught.value.remedy or "")


def test_a_closed_directory_stays_closed(samba: DomainController) -> None:
    with opened(samba) as directory:
        directory.close()
        directory.close()
        with pytest.raises(DirectoryError):
            directory.survey()
