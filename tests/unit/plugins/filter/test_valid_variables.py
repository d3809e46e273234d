# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables are checked by name, and no message has a value."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleError, AnsibleFilterError

from ansible_collections.volume.activation.plugins.filter.adba_migration import adba_migration
from ansible_collections.volume.activation.plugins.filter.diagnosis_report import diagnosis_report
from ansible_collections.volume.activation.plugins.filter.kms_forecast import kms_forecast
from ansible_collections.volume.activation.plugins.filter.recommend_profile import recommend_profile
from ansible_collections.volume.activation.plugins.filter.valid_variables import FilterModule, valid_variables

from ..plugin_utils.key_spellings import GROUPS, spellings

RULES: dict[str, t.Any] = {"choices": {"mode": ["fail", "report"]}, "booleans": ["flag"], "numbers": ["share"]}
FILTERS: dict[str, t.Callable[[str], t.Any]] = {
    "valid_variables": lambda key: valid_variables({"mode": key}, **RULES),
    "valid_variables by name": lambda key: valid_variables({key: 1}),
    "adba_migration": lambda key: adba_migration([{"machine": key}]),
    "adba_migration's forest": lambda key: adba_migration([], {"objects": [{"dn": key}]}),
    "diagnosis_report": lambda key: diagnosis_report([{"machine": "a", "result": {"msg": [key]}}]),
    "kms_forecast": lambda key: kms_forecast([{"name": "a", "kind": key}]),
    "kms_forecast's name": lambda key: kms_forecast([{"name": key, "kind": "neither"}]),
    "kms_forecast's hosts": lambda key: kms_forecast([], [{"name": key}]),
    "recommend_profile": lambda key: recommend_profile({"activation_profile": key}),
    "recommend_profile's rules": lambda key: recommend_profile({}, rules=[{"name": key}]),
    "recommend_profile's license": lambda key: recommend_profile({}, license={key: {}}),
    "recommend_profile's counts": lambda key: recommend_profile({}, kms_counts={"windows": key}),
    "recommend_profile's forecast": lambda key: recommend_profile({}, forecast={"windows": key}),
    "recommend_profile's groups": lambda key: recommend_profile({}, groups=[key]),
}


@pytest.mark.parametrize("name", FILTERS)
def test_filters_refuse_keys_in_every_spelling_and_quote_none(name: str) -> None:
    for spelled in spellings():
        with pytest.raises(AnsibleFilterError, match="shape of a product key") as caught:
            FILTERS[name](spelled)
        assert caught.value.__cause__ is None
        assert not [group for group in GROUPS[:-1] if group.lower() in str(caught.value).lower()]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"mode": "fail", "flag": True, "share": 10},
        {"mode": "report", "flag": "no", "share": "7.5"},
        {"mode": "", "flag": None, "share": ""},
        {"other": "anything"},
    ],
)
def test_valid_variables_are_true(given: dict[str, t.Any]) -> None:
    assert FilterModule().filters()["valid_variables"](given, **RULES) is True


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"mode": "hidden-value"}, "mode"),
        ({"mode": ["hidden-value"]}, "mode"),
        ({"flag": "hidden-value"}, "flag"),
        ({"flag": ["hidden-value"]}, "flag"),
        ({"share": "hidden-value"}, "share"),
        ({"share": {"hidden-value": 1}}, "share"),
    ],
)
def test_an_invalid_variable_is_named_and_not_quoted(given: dict[str, t.Any], name: str) -> None:
    with pytest.raises(AnsibleFilterError, match=f"^{name} is not") as caught:
        valid_variables(given, **RULES)
    assert "hidden-value" not in str(caught.value)


@pytest.mark.parametrize("given", ["//server/share/audit", "C:\\audit", "audit\\daily"])
def test_a_path_that_is_not_one_of_the_controller_is_quoted(given: str) -> None:
    with pytest.raises(AnsibleFilterError, match="audit_directory") as caught:
        valid_variables({"audit_directory": given}, paths=["audit_directory", "unset"])
    assert repr(given) in str(caught.value)
    assert valid_variables({"audit_directory": "/srv/audit"}, paths=["audit_directory"])


def test_a_variable_has_to_have_its_ending() -> None:
    endings = {"audit_prometheus": ".prom", "unset": ".x"}
    assert valid_variables({"audit_prometheus": "/srv/a.prom"}, endings=endings)
    with pytest.raises(AnsibleFilterError, match="audit_prometheus is '/srv/a.txt'.*[.]prom"):
        valid_variables({"audit_prometheus": "/srv/a.txt"}, endings=endings)


@pytest.mark.parametrize("given", [None, "a", ["a"]])
def test_the_input_is_a_mapping(given: t.Any) -> None:
    with pytest.raises(AnsibleFilterError, match="takes a mapping"):
        valid_variables(given)


@pytest.mark.parametrize("value", ["nan", "inf", 10**5000, "1e999", [], {}], ids=lambda value: str(type(value)))
def test_a_number_is_finite(value: object) -> None:
    with pytest.raises(AnsibleFilterError, match="^limit is not a number"):
        valid_variables({"limit": value if value not in ([], {}) else [value]}, numbers=["limit"])


@pytest.mark.parametrize("value", [-1, "100.5", 101, True, 0, "0", 100])
def test_a_number_is_within_its_range(value: object) -> None:
    if float(str(int(value) if value is True else value)) in (0, 1, 100):
        assert valid_variables({"limit": value}, ranges={"limit": [0, 100]})
        return
    with pytest.raises(AnsibleFilterError, match=f"^limit is {value}, which is not between 0 and 100"):
        valid_variables({"limit": value}, ranges={"limit": [0, 100]})


def test_registered_results_of_the_user_are_not_misspelt_variables() -> None:
    class HostVars(dict[str, t.Any]):
        def __getitem__(self, name: str) -> t.Any:
            if name == "kms_host_lost":
                raise AnsibleError("'vault' is undefined")
            return super().__getitem__(name)

    assert valid_variables({}, names={"kms_host_status": {"changed": False}, "kms_host_found_all": {"results": []}})
    with pytest.raises(AnsibleFilterError, match="kms_host_lost does not exist"):
        valid_variables({}, names=HostVars({"kms_host_lost": 1, "kms_host_status": {"changed": False}}))
    assert valid_variables({}, names=HostVars({"kms_host_lost": 1}), others=["kms_host_lost"])


@pytest.mark.parametrize(
    "parameters",
    [
        {"choices": ["a"]},
        {"choices": {"a": "b"}},
        {"booleans": 3},
        {"numbers": [{}]},
        {"paths": 1},
        {"endings": {"a": 1}},
        {"ranges": [1]},
        {"ranges": {"a": [1]}},
        {"ranges": {"a": ["x", 2]}},
    ],
)
def test_parameters_of_another_shape_are_refused(parameters: dict[str, t.Any]) -> None:
    with pytest.raises(AnsibleFilterError, match="valid_variables"):
        valid_variables({"a": "b"}, **parameters)
