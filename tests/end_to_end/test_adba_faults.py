# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong between a task and a real directory: each trouble has its name, and none of them changes anything."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.volume.activation.tests import shared_server
from ansible_collections.volume.activation.tests.samba_controller import DomainController, ForestObjects
from ansible_collections.volume.activation.tests.tcp_proxy import Relay

from .playbook_runs import Run, task
from .samba_fleet import ONLINE, SERVER, Forest, Serve, forest_of

WRONG = "Not-the-right-1-password"
# Wherever it is met, in looking, in creating and in removing: the same name, a cause or a remedy, and no change.
TROUBLES: dict[str, tuple[dict[str, Any], str]] = {
    "wrong CA": ({"ca_path": "{{ other_ca }}"}, "certificate_refused"),
    "name not in the certificate": ({"server": "other.ad.corp.test"}, "certificate_refused"),
    "StartTLS with the wrong CA": ({"security": "starttls", "ca_path": "{{ other_ca }}"}, "certificate_refused"),
    "wrong password": ({"bind_password": "{{ wrong }}"}, "directory_login_refused"),
    "unknown user": ({"bind_user": "nobody@AD.CORP.TEST"}, "directory_login_refused"),
    "empty password": ({"bind_password": ""}, "bad_option"),
    "nobody listens": ({"port": "{{ dead_port }}"}, "directory_unreachable"),
    "no such name": ({"server": "dc9.ad.corp.test"}, "directory_unreachable"),
    "no such domain": ({"server": "", "domain": "corp.nowhere"}, "no_such_domain"),
    "ticket missing": ({"security": "gssapi", "bind_user": "", "bind_password": ""}, "no_ticket"),
}
# A connection that breaks: before the login, while nothing was sealed yet, afterwards, or not at all.
BROKEN = ("directory_unreachable", "not_sealed", "not_converged", "outcome_unknown", None)
MODULES = ("look", "create", "remove")


@pytest.fixture
def troubled(serve: Serve, samba: DomainController, forest_objects: ForestObjects) -> Forest:
    """A forest with an object of the test, and a login for the directory in every task."""
    forest = forest_of(serve, samba, forest_objects)
    forest_objects.add(msSPP_CSVLKPartialProductKey="NNNNN")
    forest.options |= {"bind_user": samba.administrator, "bind_password": samba.password, "timeout": 5}
    return forest


def three_tasks(forest: Forest, title: str, **options: Any) -> list[dict[str, Any]]:
    """Return a look, a creation and a removal with these options, none of which ends the play."""
    given = {name: value for name, value in {**forest.options, **options}.items() if value != ""}
    if options.get("bind_password") == "" and options.get("security") != "gssapi":
        given["bind_password"] = ""
    look = {**task("adba_object_info", **given), "ignore_errors": True}
    create = {"product_key": forest.key, "name": "Never", "wait_seconds": 0, **given}
    remove = {"state": "absent", "name": next(iter(forest.objects.names), "Corp"), **given}
    return [
        {**look, "name": f"{title} look"},
        {**look, "name": f"{title} create", **task_of("adba_object", create)},
        {**look, "name": f"{title} remove", **task_of("adba_object", remove)},
    ]


def task_of(module: str, options: dict[str, Any]) -> dict[str, Any]:
    """Return the part of a task that names its module; another one's is taken away."""
    return {"volume.activation.adba_object_info": None, f"volume.activation.{module}": options}


def played(forest: Forest, *tasks: dict[str, Any], **variables: Any) -> Run:
    """Run tasks on the domain controller."""
    clean = [{name: value for name, value in one.items() if value is not None} for one in tasks]
    known = {"other_ca": str(forest.samba.other_ca_path), **variables}
    return forest.play(*clean, play={"hosts": "dc1"}, variables=known)


def test_each_trouble_has_its_name_and_changes_nothing(troubled: Forest) -> None:
    forest = troubled
    forest.options |= {"dns_servers": [forest.samba.address]}
    tasks = [one for title, (given, _code) in TROUBLES.items() for one in three_tasks(forest, title, **given)]
    run = played(forest, *tasks, dead_port=1, wrong=WRONG)
    found = {(title, module): run.result("dc1", f"{title} {module}") for title in TROUBLES for module in MODULES}
    assert {key: result.get("code") for key, result in found.items()} == {
        (title, module): code for title, (_given, code) in TROUBLES.items() for module in MODULES
    }, run.output
    assert all(result["remedy"] and not result.get("changed") for result in found.values())
    assert forest.invoked() == []
    assert len(forest.held()) == 0
    assert forest.samba.ldap().compare_s(forest.objects.dn(forest.objects.names[0]), "cn", forest.objects.names[0])
    assert WRONG not in run.output


def test_every_way_to_a_directory_shows_the_same(troubled: Forest) -> None:
    forest, name = troubled, troubled.objects.names[0]
    ways: dict[str, dict[str, Any]] = {
        "ldaps by name": {},
        "ldaps by address": {"server": forest.samba.address},
        "starttls": {"security": "starttls"},
        "found in DNS": {"server": "", "domain": forest.samba.domain, "dns_servers": [forest.samba.address]},
        "starttls, found in DNS": {
            "security": "starttls",
            "server": "",
            "domain": forest.samba.domain.upper(),
            "dns_servers": [forest.samba.address],
        },
        "as an ordinary user": {"bind_user": forest.samba.user, "bind_password": forest.samba.user_password},
        "as DOMAIN and user": {"bind_user": f"{forest.samba.netbios}\\reader", "bind_password": "{{ theirs }}"},
    }
    tasks = [{**three_tasks(forest, way, name=name, **given)[0], "name": way} for way, given in ways.items()]
    for one in tasks:
        one["volume.activation.adba_object_info"]["name"] = name
    ways["from another host"] = {}
    run = played(forest, *tasks, forest.elsewhere("from another host", name=name), theirs=forest.samba.user_password)
    assert run.code == 0, run.output
    shown = {way: run.result("dc1", way) for way in ways}
    assert {way: [item["name"] for item in result["objects"]] for way, result in shown.items()} == dict.fromkeys(
        ways, [name]
    )
    servers = {result["forest"]["server"] for result in shown.values()}
    assert servers == {forest.samba.host}
    rights = {way: result["forest"]["may_create"] for way, result in shown.items()}
    assert [way for way, may in rights.items() if not may] == ["as an ordinary user", "as DOMAIN and user"]
    assert shown["starttls"]["forest"]["domains"] == [forest.samba.domain]


def test_an_ordinary_user_removes_nothing(troubled: Forest) -> None:
    forest, name = troubled, troubled.objects.names[0]
    ordinary = {"bind_user": forest.samba.user, "bind_password": forest.samba.user_password}
    run = played(forest, forest.object_task("remove", state="absent", name=name, **ordinary))
    found = run.result("dc1", "remove")
    assert (found["code"], found["changed"], found["steps"]) == ("access_denied", False, [])
    assert "Enterprise Admins" in found["remedy"]
    assert forest.samba.ldap().compare_s(forest.objects.dn(name), "cn", name)


def test_a_forest_with_an_old_schema_is_told_so_before_windows_is_asked(
    serve: Serve, old_samba: DomainController
) -> None:
    forest = forest_of(serve, old_samba, ForestObjects(old_samba))
    run = forest.play(
        {**task("adba_object_info", **forest.options), "name": "look"},
        forest.object_task("create", name="Corp"),
        forest.object_task("remove", state="absent", name="Corp"),
    )
    shown = run.result("dc1", "look")
    assert (shown["forest"]["has_schema"], shown["forest"]["has_container"], shown["objects"]) == (False, False, [])
    assert shown["forest"]["schema_version"] == 47
    found = run.result("dc1", "create")
    assert (found["code"], found["refused"]) == ("schema_too_old", True)
    assert "adprep" in found["remedy"]
    assert not run.result("dc1", "remove")["changed"]
    assert forest.invoked() == []


@pytest.mark.parametrize("answers", [0, 2, 3, 5, 8, 11])
def test_a_server_that_stops_in_the_middle_is_no_success_and_nothing_is_done_twice(
    troubled: Forest, answers: int
) -> None:
    forest, name = troubled, troubled.objects.name("Cut")
    with Relay(forest.samba.address, 389, address=forest.samba.address) as relay:
        relay.cut_after_answers(answers)
        cut = {"port": relay.port, "security": "starttls"}
        broken = played(forest, forest.object_task("create", name=name, **cut)).result("dc1")
    whole = played(forest, forest.object_task("again", name=name)).result("dc1")
    assert whole["object"]["name"] == name
    # Whatever the first run made of it, it said so, and the second asked Windows for no second object.
    assert broken.get("code") in BROKEN
    assert ("object" in broken) == (broken.get("code") is None)
    assert forest.invoked() == [ONLINE]
    assert forest.held() == [forest.objects.dn(name)]


@pytest.mark.parametrize("answers", [2, 4, 9, 10, 11])
def test_a_removal_that_was_cut_off_is_finished_by_the_next_run(troubled: Forest, answers: int) -> None:
    forest, name = troubled, troubled.objects.names[0]
    with Relay(forest.samba.address, 389, address=forest.samba.address) as relay:
        relay.cut_after_answers(answers)
        cut = {"port": relay.port, "security": "starttls"}
        broken = played(forest, forest.object_task("remove", state="absent", name=name, **cut)).result("dc1")
    assert broken.get("code") in BROKEN
    run = played(forest, forest.object_task("again", state="absent", name=name))
    assert run.code == 0, run.output
    look = played(forest, {**task("adba_object_info", **forest.options, name=name)})
    assert look.result("dc1")["objects"] == []


def test_a_server_that_hangs_ends_the_task_in_time(troubled: Forest) -> None:
    forest = troubled
    with Relay(forest.samba.address, 636, address=forest.samba.address) as relay:
        relay.hang()
        run = played(forest, *three_tasks(forest, "hang", port=relay.port, timeout=2))
    assert {run.result("dc1", f"hang {module}")["code"] for module in MODULES} == {"directory_unreachable"}


def test_a_controller_that_was_stopped_is_named_and_windows_not_asked(
    serve: Serve, stopping_samba: DomainController
) -> None:
    forest = forest_of(serve, stopping_samba, ForestObjects(stopping_samba))
    forest.options |= {"timeout": 5}
    name = "Stopped"
    assert forest.play(forest.object_task("create", name=name), play={"hosts": "dc1"}).code == 0
    shared_server.dismiss(stopping_samba.folder)
    run = played(forest, *three_tasks(forest, "stopped"), forest.object_task("again", state="absent", name=name))
    titles = [*(f"stopped {module}" for module in MODULES), "again"]
    assert {title: run.result("dc1", title)["code"] for title in titles} == dict.fromkeys(
        titles, "directory_unreachable"
    )
    assert forest.invoked() == [ONLINE]


def test_a_machine_that_windows_lets_write_nothing_is_told_why(
    serve: Serve, samba: DomainController, forest_objects: ForestObjects
) -> None:
    ordinary = {"username": samba.user, "password": samba.user_password}
    forest = forest_of(
        serve,
        samba,
        forest_objects,
        weak={"system": SERVER, "domain_role": "domain_controller", "credentials": ordinary},
    )
    # The directory is asked as somebody else, so that Windows is the first to find out.
    login = {"bind_user": samba.administrator, "bind_password": samba.password}
    one = {**forest.object_task("create", name="Never", **login), "when": "inventory_hostname == 'weak'"}
    found = forest.play(one).result("weak")
    assert (found["code"], found["changed"]) == ("0x80070005", False)
    assert found["remedy"]
    assert forest.held() == []
