"""Otter's test files: which checks they ask for, and those that no build has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder.assignment.test_files import Asked, check_tests, checks_of_tests
from autograder.errors import BuildError


def test_a_group_that_does_not_exist_is_told(tmp_path: Path) -> None:
    (tmp_path / "q1.py").write_text(
        "@test_case(points=1, hidden=True)\ndef test_edge(f):\n    check('f', f, cases='edge')\n"
    )
    with pytest.raises(
        BuildError,
        match=(
            r"^the test test_edge of 'q1' asks for cases='edge'; the groups of cases are public, "
            r"corners, random, repeated, types$"
        ),
    ):
        check_tests(tmp_path, {"f": Asked(["by map"])})


TEST = (
    "from otter.test_files import test_case\n"
    "OK_FORMAT = False\n"
    "name = 'q1'\n"
    "@test_case(points=1, hidden=False)\n"
    "def test_way(f):\n"
    "    {}\n"
)


def test_a_check_of_a_rule_is_read_with_its_rule(tmp_path: Path) -> None:
    (tmp_path / "q1.py").write_text(TEST.format("check('f', f, rule='by map')"))
    check_tests(tmp_path, {"f": Asked(["by map"])})
    assert checks_of_tests(tmp_path) == {"q1": [["f", "method", "by map"]]}


@pytest.mark.parametrize(
    ("call", "asked"),
    [
        ("check('f', f, rule='by loop')", "'by loop'"),
        ("check('f', f, rule=name)", "'None'"),
        ("check('f', f, rule=7)", "'7'"),
    ],
)
def test_a_rule_that_the_question_does_not_have_is_named(
    tmp_path: Path, call: str, asked: str
) -> None:
    (tmp_path / "q1.py").write_text(TEST.format(call))
    message = (
        f"the test test_way of 'q1' asks for rule={asked}, which f does not require; its rules are "
        "'by map'"
    )
    with pytest.raises(BuildError, match=f"^{re.escape(message)}$"):
        check_tests(tmp_path, {"f": Asked(["by map"])})
