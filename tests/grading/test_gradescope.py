"""Otter's results as Gradescope's JSON: one row for each group of cases, and no score where there
is no verdict.

Covers too: `grading.outcomes`, `grading.stopped_cells`.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from otter.run import AutograderConfig
from otter.test_files import ExceptionTestFile, GradingResults
from otter.test_files.ok_test import OKTestFile

from autograder.grading import gradescope, results, stopped_cells
from autograder.sandbox.cells import Stopped

HEAD = (
    "from otter.test_files import test_case\n"
    "OK_FORMAT = False\n"
    "name = '{name}'\n"
    "points = None\n"
    "{options}\n"
)
CASE = "@test_case(points={points}, hidden={hidden}, {more})\ndef test_{number}(env):\n    {body}\n"
FAILS = (
    "class CheckFailed(AssertionError): pass\n"
    "    raise CheckFailed('f returned None.\\n\\n2 of 4 cases fail.')"
)
IMPRECISE = "class Imprecise(AssertionError): pass\n    raise Imprecise('f is imprecise.')"
UNGRADED = (
    "class Ungraded(Exception): pass\n"
    "    raise Ungraded('f was not called: why. Please tell your instructor.')"
)


def otters_file(name: str, bodies: list[tuple[str, bool, str]], options: str = "") -> Any:
    """One of Otter's test files, run. Each test case is (body, hidden, further arguments) and worth
    2 points.
    """
    source = HEAD.format(name=name, options=options) + "".join(
        CASE.format(points=2, hidden=hidden, more=more, number=number, body=body)
        for number, (body, hidden, more) in enumerate(bodies)
    )
    found = ExceptionTestFile.from_string(source, f"{name}.py")
    found.run({})
    return found


CHECKS = {"q1": [["f", "public"], ["f", "corners"], ["f", "random"]]}


def written(
    files: list[Any], tmp_path: Path, checks: Any = CHECKS, worth: Any = None, **config: Any
) -> dict[str, Any]:
    results = GradingResults(files)
    gradescope.settle(results, checks, worth or {})
    target = tmp_path / "results.json"
    gradescope.write_from_now(
        results,
        file=target,
        checks=checks,
        worth=worth or {},
        details={"version": "x"},
        started=time.monotonic(),
    )
    before = Path.cwd()
    returned = results.to_gradescope_dict(AutograderConfig({"show_hidden": True, **config}))
    os.chdir(before)
    found: dict[str, Any] = json.loads(target.read_text())
    assert found == json.loads(json.dumps(returned))
    assert found.pop("execution_time") >= 0
    assert found.pop("extra_data") == {"version": "x"}
    return found


def test_each_group_is_a_row(tmp_path: Path) -> None:
    file = otters_file(
        "q1",
        [("pass", False, ""), (FAILS, True, ""), ("pass", True, "success_message='Well done.'")],
    )
    assert written([file], tmp_path) == {
        "tests": [
            {
                "name": "f: the cases in the notebook",
                "number": "1.1",
                "score": 2,
                "max_score": 2,
                "status": "passed",
                "visibility": "visible",
                "output": "All calls are right.",
                "output_format": "md",
                "tags": ["public"],
                "extra_data": {"question": "q1"},
            },
            {
                "name": "f: edge sizes",
                "number": "1.2",
                "score": 0,
                "max_score": 2,
                "status": "failed",
                "visibility": "after_published",
                "output": "f returned None.\n\n2 of 4 cases fail.",
                "output_format": "md",
                "tags": ["corners"],
                "extra_data": {"question": "q1"},
            },
            {
                "name": "f: random sizes and seeds",
                "number": "1.3",
                "score": 2,
                "max_score": 2,
                "status": "passed",
                "visibility": "after_published",
                "output": "Well done.",
                "output_format": "md",
                "tags": ["random"],
                "extra_data": {"question": "q1"},
            },
        ]
    }


def test_what_was_not_graded_has_no_score_and_the_rest_keeps_its_own(tmp_path: Path) -> None:
    found = written(
        [
            otters_file(
                "q1",
                [
                    ("pass", False, ""),
                    (UNGRADED, True, ""),
                    (FAILS, True, "failure_message='Think of B = 1.'"),
                ],
            )
        ],
        tmp_path,
    )
    first, second, third = found["tests"]
    assert (first["score"], third["score"]) == (2, 0)
    assert second == {
        "name": "f: edge sizes (ungraded)",
        "number": "1.2",
        "visibility": "after_published",
        "output": "f was not called: why. Please tell your instructor.",
        "output_format": "md",
        "tags": ["corners"],
        "extra_data": {"question": "q1"},
    }
    assert third["output"] == "Think of B = 1.\n\nf returned None.\n\n2 of 4 cases fail."
    assert found["output"] == (
        "1 of 1 questions could not be graded completely. This is not your fault; please tell "
        "your instructor."
    )
    assert "score" not in found


def test_an_imprecise_answer_gets_its_share(tmp_path: Path) -> None:
    bodies = [("pass", False, ""), (IMPRECISE, True, ""), (FAILS, True, "")]
    found = written([otters_file("q1", bodies)], tmp_path, worth={"f": 0.25}, points_possible=12)
    assert [(row["score"], row["status"]) for row in found["tests"]] == [
        (2, "passed"),
        (0.5, "failed"),
        (0, "failed"),
    ]
    assert found["tests"][1]["output"] == "f is imprecise."
    assert found["score"] == 5.0  # (2 + 0.5) of 6, scaled to 12


def test_hidden_rows_follow_otters_settings(tmp_path: Path) -> None:
    files = [otters_file("q1", [("pass", False, ""), ("pass", True, ""), ("pass", True, "")])]
    assert [row["visibility"] for row in written(files, tmp_path, show_hidden=False)["tests"]] == [
        "visible",
        "hidden",
        "hidden",
    ]


@pytest.mark.parametrize(
    ("checks", "options"),
    [
        ({}, ""),
        ({"q1": [["f", "public"], None, ["f", "random"]]}, ""),
        (CHECKS, "all_or_nothing = True"),
    ],
)
def test_questions_of_another_kind_stay_as_otter_shows_them(
    tmp_path: Path, checks: Any, options: str
) -> None:
    file = otters_file("q1", [("pass", False, ""), (FAILS, True, ""), ("pass", True, "")], options)
    found = written([file], tmp_path, checks)
    assert [row["name"] for row in found["tests"]] == ["Public Tests", "q1"]
    assert found["tests"][1]["score"] == (0 if options else 4)


def test_beside_a_question_of_another_kind_the_summary_of_public_tests_stays(
    tmp_path: Path,
) -> None:
    files = [otters_file("q1", [("pass", False, "")] * 3), otters_file("q2", [("pass", False, "")])]
    assert [row["name"] for row in written(files, tmp_path)["tests"]] == [
        "Public Tests",
        "f: the cases in the notebook",
        "f: edge sizes",
        "f: random sizes and seeds",
        "q2",
    ]


def test_a_doctest_without_a_verdict_is_no_zero_either(tmp_path: Path) -> None:
    cases = [
        {"code": f">>> from autograder.checks.verdict import {name}\n>>> {more}"}
        for name, more in (("Ungraded", "raise Ungraded('why.')"), ("check", ""))
    ]
    file = OKTestFile.from_spec({"name": "q1", "points": 2, "suites": [{"cases": cases}]})
    file.run({})
    row = written([file], tmp_path, {})["tests"][-1]
    assert row["name"] == "q1 (ungraded)"
    assert "autograder.checks.verdict.Ungraded: why." in row["output"]
    assert not {"score", "max_score"} & set(row)


def test_without_any_result_there_is_no_zero(tmp_path: Path) -> None:
    results = GradingResults.without_results(RuntimeError("the kernel died"))
    gradescope.write_from_now(
        results, file=tmp_path / "results.json", checks={}, worth={}, details={}, started=0.0
    )
    before = Path.cwd()
    found = results.to_gradescope_dict(AutograderConfig({}))
    os.chdir(before)
    assert "score" not in found


def test_a_failing_write_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "results.json"
    results.write(target, results.begun())
    target.with_suffix(".part").mkdir()
    with pytest.raises(OSError, match=r"results\.part"):
        results.write(target, results.refused("a reason"))
    assert json.loads(target.read_text()) == results.begun()


def test_each_test_file_is_run_before_the_next_is_taken(tmp_path: Path) -> None:
    """Binding names for one file may undo the bindings for another."""
    said: list[str] = []
    for name in ("q1", "q2"):
        source = HEAD.format(name=name, options="") + CASE.format(
            points=2, hidden=False, more="", number=0, body="env['say']('ran')"
        )
        (tmp_path / f"{name}.py").write_text(source)

    def bound() -> Iterator[tuple[Path, dict[str, Any]]]:
        for name in ("q1", "q2"):
            said.append(name)
            yield tmp_path / f"{name}.py", {"say": said.append}

    found = gradescope.run_tests(bound())
    assert said == ["q1", "ran", "q2", "ran"]
    assert (found.total, found.possible) == (4, 4)


def test_what_another_plugin_says_and_hides_stays_said_and_hidden(tmp_path: Path) -> None:
    """Otter's RateLimiting does this, before our plugin or after it."""
    files = [otters_file("q1", [("pass", False, ""), (FAILS, True, ""), (UNGRADED, True, "")])]
    found = GradingResults(files)
    found.set_output("You have exceeded the rate limit.")
    gradescope.settle(found, CHECKS, {})
    gradescope.write_from_now(
        found,
        file=tmp_path / "results.json",
        checks=CHECKS,
        worth={},
        details={"cells": [Stopped(1, "import x", 1, "ValueError: why").to_json()]},
        started=time.monotonic(),
    )
    found.hide_everything()
    before = Path.cwd()
    written = found.to_gradescope_dict(AutograderConfig({"show_hidden": True}))
    os.chdir(before)
    assert written["output"] == (
        "You have exceeded the rate limit.\n\n"
        "1 of 1 questions could not be graded completely. This is not your fault; please tell "
        "your instructor."
    )
    assert {row["visibility"] for row in written["tests"]} == {"hidden"}
    assert written["tests"][-1]["name"] == results.CELLS


@pytest.mark.parametrize("behind", [False, True], ids=["before-ours", "behind-ours"])
@pytest.mark.parametrize("third", ["pass", IMPRECISE, UNGRADED], ids=["right", "half", "ungraded"])
def test_points_that_another_plugin_gives_are_the_points(
    tmp_path: Path, third: str, behind: bool
) -> None:
    """Otter's GoogleSheetsGradeOverride does this, before our plugin or after it."""
    found = GradingResults(
        [otters_file("q1", [("pass", False, ""), (FAILS, True, ""), (third, True, "")])]
    )
    if not behind:
        found.update_score("q1", 5)
    gradescope.settle(found, CHECKS, {"f": 0.5})
    if behind:
        found.update_score("q1", 5)
    gradescope.write_from_now(
        found,
        file=tmp_path / "results.json",
        checks=CHECKS,
        worth={"f": 0.5},
        details={},
        started=time.monotonic(),
    )
    before = Path.cwd()
    (_, row) = found.to_gradescope_dict(AutograderConfig({"show_hidden": True}))["tests"]
    os.chdir(before)
    assert (row["name"], row["score"], row["max_score"]) == ("q1", 5, 6)


def test_of_very_many_stopped_cells_the_first_are_listed() -> None:
    stopped = [Stopped(number, "x", None, "ended the process").to_json() for number in range(1000)]
    (row,) = stopped_cells.row_of(stopped, hidden=False)
    lines = row["output"].splitlines()
    assert lines[-2:] == ["- Cell 29 (`x`) ended the process.", "- … and 970 more"]
    (row,) = stopped_cells.row_of(stopped[:30], hidden=False)
    assert "more" not in row["output"].splitlines()[-1]


def test_of_the_cells_that_ran_after_a_test_only_the_first_is_told() -> None:
    before = Stopped(1, "import x", 1, "ValueError: why")
    later = [Stopped(each, "f = 1", 7, "ValueError", said="ValueError: 5") for each in (3, 5, 9)]
    for count, more in ((1, ""), (3, "\n- Later cells stopped too.")):
        cells = [each.to_json() for each in (before, *later[:count])]
        (row,) = stopped_cells.row_of(cells, hidden=False)
        assert row["output"].partition("\n\n")[2] == (
            "- Cell 1 (`import x`) stopped at line 1: `ValueError: why`.\n"
            f"- Cell 3 (`f = 1`) stopped: `ValueError`.{more}"
        )
