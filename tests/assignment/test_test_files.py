"""Otter's test files: which checks they ask for, however they are written, and which checks no
build has.

Covers too: `assignment.recorded_tests`, `checks.recording`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder.assignment.recorded_tests import record
from autograder.assignment.test_files import (
    Asked,
    check_calls,
    check_readable,
    checks_of_cases,
)
from autograder.errors import BuildError

FUNCTION = (
    "from otter.test_files import test_case\n"
    "OK_FORMAT = False\n"
    "name = 'q1'\n"
    "points = 1\n"
    "@test_case(points=1, hidden={hidden})\n"
    "def test_it(f, helper):\n"
    "{body}\n"
)

DOCTEST = (
    "OK_FORMAT = True\n"
    "test = {{'name': 'q1', 'points': 1, 'suites': [{{'type': 'doctest', 'scored': True, 'setup': "
    "'', 'teardown': '', 'cases': [{{'hidden': {hidden}, 'code': {body!r}}}]}}]}}\n"
)

QUESTIONS = {"f": Asked(["by map"], ["jit"])}


def asked(tmp_path: Path, body: str, *, hidden: bool = False, doctest: bool = False) -> object:
    if doctest:
        lines = body.splitlines()
        text = DOCTEST.format(
            hidden=hidden,
            body="\n".join(("... " if line.startswith(" ") else ">>> ") + line for line in lines),
        )
    else:
        indented = "\n".join(f"    {line}" for line in body.splitlines())
        text = FUNCTION.format(hidden=hidden, body=indented)
    (tmp_path / "q1.py").write_text(text)
    check_readable(tmp_path)
    namespace = {"f": lambda x: 2 * x, "helper": lambda: ("corners", "random")}
    calls = record(tmp_path, namespace)
    check_calls(calls, QUESTIONS)
    return checks_of_cases(calls)["q1"]


IMPORT = "from autograder import check\n"


@pytest.mark.parametrize("doctest", [False, True])
@pytest.mark.parametrize(
    ("body", "found"),
    [
        (IMPORT + "check('f', f)", [["f", "public"]]),
        (IMPORT + "check('f', f, 'corners')", [["f", "corners"]]),
        (IMPORT + "check(question='f', function=f, cases='corners')", [["f", "corners"]]),
        ("import autograder\nautograder.check('f', f, cases='corners')", [["f", "corners"]]),
        ("from autograder import check as look\nlook('f', f, cases='types')", [["f", "types"]]),
        (IMPORT + "name, group = 'f', 'random'\ncheck(name, f, cases=group)", [["f", "random"]]),
        (IMPORT + "check('f', f, rule='by map')", [["f", "method", "by map"]]),
        (IMPORT + "check('f', f, cases='jit')", [["f", "jit"]]),
        (IMPORT + "for group in helper():\n    check('f', f, cases=group)", [None]),
        (IMPORT + "check('f', f, 'corners')\nassert f(1) == 3", [["f", "corners"]]),
        ("assert f(1) == 2", [None]),
    ],
)
def test_what_a_test_asks_for_is_recorded_while_it_runs(
    tmp_path: Path, body: str, found: object, doctest: bool
) -> None:
    assert asked(tmp_path, body, hidden=True, doctest=doctest) == found


@pytest.mark.parametrize(
    "body",
    [
        "import autograder\nautograder.check('f', f, cases='corners')",
        "from autograder import check as look\nlook('f', f, cases='corners')",
        IMPORT + "check(question='f', function=f, cases='corners')",
        IMPORT + "for group in ('public', 'corners'):\n    check('f', f, cases=group)",
        IMPORT + "look = check\nlook('f', lambda x: f(x), **dict(cases='corners'))",
    ],
)
def test_a_public_test_that_asks_for_hidden_cases_is_refused(tmp_path: Path, body: str) -> None:
    message = (
        "the test test_it of 'q1' is public but asks for cases='corners', which students do not "
        "have; begin the cell with `# HIDDEN`"
    )
    with pytest.raises(BuildError, match=f"^{re.escape(message)}$"):
        asked(tmp_path, body)


def test_a_test_that_stops_before_its_check_is_read(tmp_path: Path) -> None:
    found = asked(
        tmp_path, IMPORT + "assert f(1) == 3\ncheck('f', f, cases='corners')", hidden=True
    )
    assert found == [["f", "corners"]]


def test_a_group_that_does_not_exist_is_told(tmp_path: Path) -> None:
    message = (
        "the test test_it of 'q1' asks for cases='edge'; the groups of cases are public, corners, "
        "random, repeated, types; the laws of f are jit"
    )
    with pytest.raises(BuildError, match=f"^{re.escape(message)}$"):
        asked(tmp_path, IMPORT + "check('f', f, cases='edge')", hidden=True)


@pytest.mark.parametrize(("rule", "told"), [("'by loop'", "'by loop'"), ("7", "'7'")])
def test_a_rule_that_the_question_does_not_have_is_named(
    tmp_path: Path, rule: str, told: str
) -> None:
    message = (
        f"the test test_it of 'q1' asks for rule={told}, which f does not require; its rules are "
        "'by map'"
    )
    with pytest.raises(BuildError, match=f"^{re.escape(message)}$"):
        asked(tmp_path, IMPORT + f"check('f', f, rule={rule})")


def test_a_file_that_otter_cannot_load_is_told(tmp_path: Path) -> None:
    (tmp_path / "q1.py").write_text(
        FUNCTION.format(hidden=False, body="    pass").replace("points = 1", "points = [1, 2]")
    )
    message = "^Otter cannot load the tests of 'q1' \\(ValueError: .*\\), so no submission could be"
    with pytest.raises(BuildError, match=message):
        record(tmp_path, {})


def test_a_question_that_nobody_declares_is_named(tmp_path: Path) -> None:
    message = "the test test_it of 'q1' checks 'g', which no Question declares; declared: f"
    with pytest.raises(BuildError, match=f"^{re.escape(message)}$"):
        asked(tmp_path, IMPORT + "check('g', f)")
