"""From results to points, and the table."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from autograder.classroom.grades import Grade, of_results, write_csv
from autograder.grading import results


def row(name: str, score: float | None, worth: float = 2.0, question: str = "q1") -> dict[str, Any]:
    points = {} if score is None else {"score": score}
    return {
        "name": name,
        **points,
        "max_score": worth,
        "output": f"about {name}",
        "extra_data": {"question": question},
    }


def test_rows_add_up_by_question() -> None:
    grade = of_results({"tests": [row("f: a", 1.0), row("f: b", 2.0), row("g: a", 0.0, 3.0, "q2")]})
    assert grade == Grade("graded", {"q1": 3.0, "q2": 0.0}, {"q1": 4.0, "q2": 3.0})
    assert grade.total == 3.0


def test_a_row_without_a_verdict_leaves_its_question_without_points() -> None:
    grade = of_results(
        {
            "tests": [
                row("f: a", 1.0),
                row("f: b (ungraded)", None),
                row("f: c", 1.0),
                row("g: a", 3.0, 3.0, "q2"),
            ]
        }
    )
    assert (grade.state, grade.points, grade.total, grade.sentence) == (
        "ungraded",
        {"q1": None, "q2": 3.0},
        None,
        "about f: b (ungraded)",
    )


def test_rows_of_plain_otter_are_questions() -> None:
    found = {
        "tests": [
            {"name": "Public Tests", "output": "x"},
            {"name": "q1", "score": 1.0, "max_score": 1.0},
            {"name": "q2 (ungraded)", "output": "why"},
        ]
    }
    assert of_results(found).points == {"q1": 1.0, "q2": None}


@pytest.mark.parametrize(
    ("found", "state", "total"),
    [(results.begun(), "ungraded", None), (results.refused("No notebook."), "refused", 0.0)],
)
def test_what_was_not_graded_is_no_zero_and_what_was_refused_is(
    found: dict[str, Any], state: str, total: float | None
) -> None:
    assert (of_results(found).state, of_results(found).total) == (state, total)


def test_the_table_has_otter_grades_columns(tmp_path: Path) -> None:
    grades = {
        "b": Grade("graded", {"q2": 1.0, "q1": 3.0}, {"q2": 2.0, "q1": 4.0}),
        "a": Grade("ungraded", {"q2": 1.0, "q1": None}, {"q2": 2.0}, "it was killed\nand more"),
        "c": Grade("refused", {}, {}, "No notebook was submitted."),
    }
    files = {"a": "a.ipynb", "b": "=cmd()|b.ipynb", "c": "c.zip"}
    write_csv(tmp_path / "x.csv", files, grades)
    with (tmp_path / "x.csv").open(newline="") as file:
        head, *rows = csv.reader(file)
    assert head == ["file", "q1", "q2", "total_points_earned", "percent_correct", "grading_status"]
    assert rows == [
        ["points-per-question", "4.0", "2.0", "6.0", "1.0", "--"],
        ["'=cmd()|b.ipynb", "3.0", "1.0", "4.0", str(4 / 6), "Completed"],
        ["a.ipynb", "", "1.0", "", "", "it was killed"],
        ["c.zip", "0.0", "0.0", "0.0", "0.0", "No notebook was submitted."],
    ]
    write_csv(tmp_path / "x.csv", files, grades, {"a": "Ada", "b": "-2", "c": ""})
    with (tmp_path / "x.csv").open(newline="") as file:
        assert [line[-1] for line in csv.reader(file)] == ["submitters", "", "'-2", "Ada", ""]


def test_the_columns_are_those_that_otter_grade_writes() -> None:
    """Held against Otter's own function."""
    from otter.grade.utils import merge_scores_to_df
    from otter.test_files import GradingResults

    grading = GradingResults([])
    grading.file = "a.ipynb"
    columns = [name for name in merge_scores_to_df([grading]).columns if name not in ("q1",)]
    assert columns == ["file", "total_points_earned", "percent_correct", "grading_status"]
