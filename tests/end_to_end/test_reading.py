# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What license_info tells of machines in unlike states and languages, through a real play."""

from __future__ import annotations

from collections.abc import Callable

from .playbook_runs import Playground, task

Serve = Callable[..., Playground]


def test_a_machine_activated_by_active_directory_names_its_activation_object(serve: Serve) -> None:
    machine = {"system": "server_2022_standard", "channel": "kms_client", "status": "notification"}
    ground = serve({"srv": machine}, world={"ad": {"corp.example": ["Windows Server"]}})
    run = ground.play(task("activate"), task("license_info", products="primary"))
    assert run.code == 0, run.output
    (product,) = run.result("srv")["license"]["products"]
    assert (product["activated_by"], product["ad_object"]) == ("ad", "Windows Server")


def test_a_machine_says_the_same_in_every_language(serve: Serve) -> None:
    languages = ("en-US", "de-DE", "es-ES", "fr-FR", "ja-JP", "pt-BR", "ru-RU", "zh-CN")
    machine = {"system": "windows_10_ltsc_2021", "status": "licensed", "office": ["office_2021", "microsoft_365"]}
    run = serve({language.lower(): {**machine, "language": language} for language in languages}).play(
        task("license_info")
    )
    for language in languages:
        found = run.result(language.lower())["license"]
        assert (found["machine"]["edition"], found["machine"]["build"]) == ("EnterpriseS", 19044)
        told = {(product["application"], product["channel"], product["is_primary"]) for product in found["products"]}
        assert told == {
            ("windows", "kms_client", True),
            ("office", "kms_client", False),
            ("office", "subscription", False),
        }


def test_every_licence_comes_over_several_pages(serve: Serve) -> None:
    ground = serve({"srv": "server_2022_standard"})
    run = ground.play(task("license_info", subset=["products"], products="all", installation_ids=True))
    assert len(run.result("srv")["license"]["products"]) > 10
    assert ground.server.counters.of("srv").kinds["pull"] >= 1
