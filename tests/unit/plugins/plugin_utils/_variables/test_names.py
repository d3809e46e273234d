# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Misspelt variables are found, and the list of variables is the one of roles and playbooks."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from ansible_collections.volume.activation.plugins.plugin_utils._errors import ActivationError
from ansible_collections.volume.activation.plugins.plugin_utils._variables import OTHERS, misspelt, refuse_misspelt

ROOT = Path(__file__).resolve().parents[5]
NAMES = json.loads((ROOT / "plugins/plugin_utils/_variables/data/names.json").read_text(encoding="utf-8"))
FILES = [path for part in ("roles", "playbooks") for path in (ROOT / part).rglob("*") if path.suffix in (".yml", ".j2")]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("kms_default_kms_hots", "kms_default_kms_hosts"),
        ("adba_default_actvate", "adba_default_activate"),
        ("mak_exception_pools", "mak_exception_pool"),
        ("kms_host_product_key", "kms_host_product_keys"),
        ("activation_profil", "activation_profile"),
        ("activation_host", "activation_hosts"),
        ("activation_isolatd", "activation_isolated"),
        ("audit_failon", "audit_fail_on"),
        ("doctor_host", "doctor_hosts"),
        ("adba_forest_object", "adba_forest_objects"),
        ("adba_migration_dir", "adba_migration_directory"),
        ("profile_overlimit", "profile_over_limit"),
    ],
)
def test_a_misspelt_variable_is_refused_with_the_nearest_name(name: str, meant: str) -> None:
    assert misspelt([name, meant, "other"]) == {name: meant}
    with pytest.raises(ActivationError, match=f"{name} does not exist; did you mean {meant}") as caught:
        refuse_misspelt({name: 1})
    assert caught.value.code == "unknown_variable"


def test_every_variable_and_those_of_other_roles_are_accepted() -> None:
    others = ["audit_rules", "profile_d_scripts", "doctor_who", "activation_email_sender", "my_kms_default_thing"]
    assert misspelt([*NAMES["documented"], *NAMES["internal"], *others]) == {}
    refuse_misspelt({"kms_host_status": {"changed": False}, "kms_host_name": "kms", OTHERS: ["kms_host_name"]})


def test_the_list_has_every_variable_of_roles_and_playbooks() -> None:
    prefixes = (*NAMES["own"], *NAMES["shared"])
    word = re.compile(rf"(?<![A-Za-z0-9_.])(?:{'|'.join(prefixes)})[a-z0-9_]*[a-z0-9]\b")
    found = {name for path in FILES for name in word.findall(path.read_text(encoding="utf-8"))}
    specs = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in ROOT.glob("roles/*/meta/argument_specs.yml")]
    options = {name for spec in specs for name in spec["argument_specs"]["main"]["options"]}
    assert len(options) > 80 and options - set(NAMES["documented"]) == {"adba_ldap"} & options
    assert found == {*NAMES["documented"], *NAMES["internal"]}
