# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a KMS host is set to, as values: the lines of its publish list, its firewall rule, its port."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.volume.activation.plugins.plugin_utils._licensing import (
    FirewallRule,
    Hosting,
    PublishDomain,
    is_azure_edition,
)

names = st.from_regex(r"[a-z0-9-]{1,12}(\.[a-z]{2,8}){0,3}", fullmatch=True)
numbers = st.integers(0, 65535)


@pytest.mark.parametrize(
    ("line", "domain"),
    [
        ("corp.example", PublishDomain("corp.example")),
        ("corp.example, 10, 20", PublishDomain("corp.example", 10, 20)),
        ("corp.example,10,20", PublishDomain("corp.example", 10, 20)),
        ("  corp.example  ,  10  ,  20  ", PublishDomain("corp.example", 10, 20)),
        ("corp.example, 10", PublishDomain("corp.example", 10, 0)),
        ("corp.example, , 20", PublishDomain("corp.example", 0, 20)),
        ("corp.example,", PublishDomain("corp.example")),
        ("corp.example, 10, 20, 30", PublishDomain("corp.example", 10, 20)),
        ("corp.example, ten, -5", PublishDomain("corp.example")),
        ("corp.example, \u0663, 1.5", PublishDomain("corp.example")),
        ("Corp.Example.", PublishDomain("Corp.Example")),
        ("", PublishDomain("")),
        (", 10, 20", PublishDomain("", 10, 20)),
    ],
)
def test_a_line_of_the_publish_list_is_read_however_it_was_written(line: str, domain: PublishDomain) -> None:
    assert PublishDomain.from_line(line) == domain


@pytest.mark.parametrize(
    ("domain", "line"),
    [
        (PublishDomain("corp.example"), "corp.example"),
        (PublishDomain("corp.example", 10, 20), "corp.example, 10, 20"),
        (PublishDomain("corp.example", 10), "corp.example, 10, 0"),
        (PublishDomain("corp.example", 0, 20), "corp.example, 0, 20"),
    ],
)
def test_a_line_has_its_numbers_where_one_of_them_is_set(domain: PublishDomain, line: str) -> None:
    assert domain.line == line


@given(names, numbers, numbers)
def test_what_is_written_is_read_back_as_it_was(name: str, priority: int, weight: int) -> None:
    domain = PublishDomain(name, priority, weight)
    assert PublishDomain.from_line(domain.line) == domain


@given(st.text() | st.from_regex(r"\d{1,5000}(, ?\d{1,5000}){0,3}"))
def test_any_line_at_all_is_read(line: str) -> None:
    domain = PublishDomain.from_line(line)
    assert domain.priority >= 0
    assert domain.weight >= 0


def test_a_number_of_endless_length_is_none() -> None:
    assert PublishDomain.from_line("corp.example, " + "9" * 5000) == PublishDomain("corp.example")


def test_domains_are_compared_without_case_and_final_dot_but_with_their_numbers() -> None:
    one = PublishDomain("Corp.EXAMPLE.", 1, 2).normal
    assert one == PublishDomain("corp.example", 1, 2)
    assert one != PublishDomain("corp.example", 1, 3)


@pytest.mark.parametrize(
    ("ports", "admitted", "kept_out"),
    [
        (("1688",), (1688,), (1687, 1689)),
        (("1687", " 1688 "), (1687, 1688), (1689,)),
        (("1688-1690",), (1688, 1689, 1690), (1687, 1691)),
        (("1690-1688",), (), (1688, 1689, 1690)),
        (("1688-",), (1688,), (1689,)),
        (("-1688",), (), (1688,)),
        (("Any",), (1, 1688, 65535), ()),
        ((" any ",), (1688,), ()),
        (("RPC", "IPHTTPSIn", "*", ""), (), (1688,)),
        (("9" * 5000, "1-" + "9" * 5000), (1,), (1688,)),
        ((), (), (1688,)),
    ],
)
def test_a_rule_admits_the_ports_that_it_is_about(
    ports: tuple[str, ...], admitted: tuple[int, ...], kept_out: tuple[int, ...]
) -> None:
    rule = FirewallRule(name="SPPSVC-In-TCP", enabled=True, ports=ports)
    assert all(rule.admits(port) for port in admitted)
    assert not any(rule.admits(port) for port in kept_out)


@given(st.lists(st.text()), st.integers(1, 65535))
def test_a_rule_of_any_texts_can_be_asked(ports: list[str], port: int) -> None:
    rule = FirewallRule(name="any", enabled=True, ports=(*ports, str(port)))
    assert rule.admits(port)


@pytest.mark.parametrize(("port", "effective"), [(0, 1688), (1688, 1688), (1700, 1700)])
def test_a_port_that_is_not_set_is_the_default(port: int, effective: int) -> None:
    assert Hosting(port=port).effective_port == effective


@pytest.mark.parametrize(
    ("edition", "is_azure"),
    [
        ("ServerTurbine", True),
        ("ServerTurbineCor", True),
        (" serverturbine ", True),
        ("ServerDatacenter", False),
        ("NotServerTurbine", False),
        ("", False),
        (None, False),
    ],
)
def test_azure_edition_is_told_by_its_name(edition: str | None, is_azure: bool) -> None:
    assert is_azure_edition(edition) is is_azure
