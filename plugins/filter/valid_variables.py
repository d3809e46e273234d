# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether variables can be used, without quoting them."""

from __future__ import annotations

DOCUMENTATION = r"""
name: valid_variables
version_added: 0.1.0
author:
  - the volume.activation authors (@volume-activation)
short_description: Check variables without quoting their values
description:
  - Checks variables of a role or playbook, and returns V(true) or fails with a message that names the variable and not
    its value. Ansible's own validation of a role's arguments quotes a value that it refuses, in the output, in logs and
    in callbacks. The value may be a product key that was written on the wrong line.
  - No text in any of the variables may have the shape of a product key, whatever its spelling.
  - The roles and playbooks of this collection use it in C(when), for the variables that they read themselves. Modules
    check those that are handed on to them.
options:
  _input:
    description:
      - The values by the names of the variables. One that is V(none) or empty is not set, and valid.
    type: dict
    required: true
  choices:
    description:
      - The words that a variable may be, by its name.
    type: dict
    default: {}
  booleans:
    description:
      - The names of the variables that are booleans.
    type: list
    elements: str
    default: []
  numbers:
    description:
      - The names of the variables that are numbers.
    type: list
    elements: str
    default: []
  ranges:
    description:
      - The least and the greatest number that a variable may be, by its name.
    type: dict
    default: {}
  names:
    description:
      - Names of variables, whatever their values. One that is probably a misspelt variable of this collection is an
        error, which has the nearest name.
      - Instead of the names it can be the variables of a host, from C(hostvars). Those that hold the registered result
        of a task are accepted then, whatever their names.
    type: raw
    default: []
  others:
    description:
      - Those of O(names) that belong to something else, and are accepted.
    type: list
    elements: str
    default: []
  paths:
    description:
      - The names of the variables that are paths on the controller. A network share and a path of Windows are refused.
    type: list
    elements: str
    default: []
  endings:
    description:
      - What a variable has to end with, by its name.
    type: dict
    default: {}
seealso:
  - name: Keys and passwords
    link: https://github.com/volume-activation/volume.activation/blob/main/docs/docsite/rst/guide_getting_started.rst
    description: Where product keys may be, and what is shown of them.
"""

EXAMPLES = r"""
- name: Keep Windows activated as a KMS client
  volume.activation.kms_client:
    dns_discovery: true
  register: result
  failed_when: result is failed and site_refusals != 'report'
  when: >-
    {'site_refusals': site_refusals}
    | volume.activation.valid_variables(choices={'site_refusals': ['fail', 'report']})
"""

RETURN = r"""
_value:
  description: V(true). A variable that is not valid is an error.
  type: bool
"""

import contextlib  # noqa: E402
import math  # noqa: E402
import typing as t  # noqa: E402

from ansible.errors import AnsibleError, AnsibleFilterError  # noqa: E402
from ansible.module_utils.parsing.convert_bool import boolean  # noqa: E402

from ansible_collections.volume.activation.plugins.plugin_utils._errors import ActivationError  # noqa: E402
from ansible_collections.volume.activation.plugins.plugin_utils._misplaced import refuse_misplaced_keys  # noqa: E402
from ansible_collections.volume.activation.plugins.plugin_utils._validation import valid_number, valid_path  # noqa: E402
from ansible_collections.volume.activation.plugins.plugin_utils._variables import misspelt, refuse_misspelt  # noqa: E402


def valid_variables(
    variables: t.Any,
    choices: t.Mapping[str, t.Sequence[str]] | None = None,
    booleans: t.Sequence[str] = (),
    numbers: t.Sequence[str] = (),
    names: t.Sequence[str] | t.Mapping[str, t.Any] = (),
    others: t.Sequence[str] = (),
    paths: t.Sequence[str] = (),
    endings: t.Mapping[str, str] | None = None,
    ranges: t.Mapping[str, t.Sequence[float]] | None = None,
) -> bool:
    """Return True, or raise AnsibleFilterError with the name of the first variable that is not valid."""
    if not isinstance(variables, t.Mapping):
        raise AnsibleFilterError("valid_variables takes a mapping of variables.")
    words_by_name, ending_by_name = choices or {}, endings or {}
    bounds_by_name = ranges or {}
    _check_parameters(words_by_name, ending_by_name, booleans, numbers, paths, list(names), others)
    _check_ranges(bounds_by_name)
    given = {name: value for name, value in variables.items() if value is not None and value != ""}
    with _told_as_filter_errors():
        refuse_misplaced_keys(variables, {}, "the role or playbook")
        for name in (name for name in paths if name in given):
            valid_path(str(given[name]), name)
        refuse_misspelt({name: _value(names, name) for name in misspelt(names)}, others)
    for name, ending in ending_by_name.items():
        if name in given and not str(given[name]).endswith(ending):
            raise AnsibleFilterError(f"{name} is {str(given[name])!r}. Set it to a name that ends with {ending}.")
    kinds: list[tuple[t.Iterable[str], str, t.Callable[[t.Any], object]]] = [
        *(([name], f"one of {', '.join(words)}", _one_of(words)) for name, words in words_by_name.items()),
        (booleans, "a boolean", boolean),
        ([*numbers, *bounds_by_name], "a number", _finite),
    ]
    for checked, kind, convert in kinds:
        for name in checked:
            if name in given and not _converts(given[name], convert):
                raise AnsibleFilterError(f"{name} is not {kind}. Its value is not shown.")
    for name in (name for name in bounds_by_name if name in given):
        with _told_as_filter_errors():
            valid_number(float(given[name]), name, *bounds_by_name[name])
    return True


def _value(names: t.Sequence[str] | t.Mapping[str, t.Any], name: str) -> t.Any:
    try:
        return names[name] if isinstance(names, t.Mapping) else None
    except AnsibleError:  # hostvars work out a value when it is read; one that cannot be worked out is not a result
        return None


@contextlib.contextmanager
def _told_as_filter_errors() -> t.Iterator[None]:
    try:
        yield
    except ActivationError as error:
        raise AnsibleFilterError(f"{error.message} {error.remedy}") from None


def _check_ranges(ranges: t.Any) -> None:
    if not isinstance(ranges, t.Mapping) or not all(
        isinstance(bounds, (list, tuple))
        and len(bounds) == 2
        and all(isinstance(each, (int, float)) for each in bounds)
        for bounds in ranges.values()
    ):
        raise AnsibleFilterError("The ranges of valid_variables are the least and the greatest number, by name.")


def _check_parameters(choices: t.Any, endings: t.Any, *lists: t.Any) -> None:
    mappings = isinstance(choices, t.Mapping) and isinstance(endings, t.Mapping)
    if not mappings or not all(map(_are_texts, [*choices.values(), list(endings.values()), *lists])):
        raise AnsibleFilterError(
            "The choices of valid_variables are lists of words by the names of variables, its endings words by these"
            " names; its other parameters are lists of names."
        )


def _are_texts(given: t.Any) -> bool:
    return isinstance(given, (list, tuple)) and all(isinstance(each, str) for each in given)


def _one_of(words: t.Sequence[str]) -> t.Callable[[t.Any], object]:
    return lambda value: words.index(str(value))


def _finite(value: t.Any) -> object:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("not a number that can be compared")
    return number


def _converts(value: t.Any, convert: t.Callable[[t.Any], object]) -> bool:
    try:
        convert(value)
    except (ArithmeticError, TypeError, ValueError):
        return False
    return True


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"valid_variables": valid_variables}
