"""From results to points, and the table."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from autograder.classroom.grades import Grade, Line, no_formula, of_results, write_csv
from autograder.classroom.people import Person
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


def test_the_table_has_otter_grades_columns_and_an_id(tmp_path: Path) -> None:
    ada, kim = Person("Ada", "ada@example.org", "01815"), Person("-2", login="kim")
    lines = [
        Line(
            "=cmd()|b.ipynb",
            Grade("graded", {"q2": 1.0, "q1": 3.0}, {"q2": 2.0, "q1": 4.0}),
            "b",
            (ada, kim),
            ["=1", "x"],
        ),
        Line("a.ipynb", Grade("ungraded", {"q2": 1.0, "q1": None}, {}, "killed\nand more"), "a"),
        Line("c.zip", Grade("refused", {}, {}, "No notebook was submitted."), "c"),
        Line("d.pdf", None, "", (), ["not graded: a PDF cannot be graded"]),
    ]
    write_csv(tmp_path / "x.csv", lines)
    with (tmp_path / "x.csv").open(newline="") as file:
        head, *rows = csv.reader(file)
    columns = ["file", "q1", "q2", "total_points_earned", "percent_correct", "grading_status"]
    assert head == [*columns, "id", "notes"]
    assert rows == [
        ["points-per-question", "4.0", "2.0", "6.0", "1.0", "--", "", ""],
        ["'=cmd()|b.ipynb", "3.0", "1.0", "4.0", str(4 / 6), "Completed", "b", "'=1; x"],
        ["a.ipynb", "", "1.0", "", "", "killed", "a", ""],
        ["c.zip", "0.0", "0.0", "0.0", "0.0", "No notebook was submitted.", "c", ""],
        ["d.pdf", "", "", "", "", "not graded: a PDF cannot be graded", "", ""],
    ]
    write_csv(tmp_path / "x.csv", lines, names=True)
    with (tmp_path / "x.csv").open(newline="", encoding="utf-8") as file:
        people = [line[8:] for line in csv.reader(file)]
    assert people == [
        ["submitters", "name", "email", "student_number"],
        ["", "", "", ""],
        ["Ada <ada@example.org>; '-2 (kim)", "Ada; '-2", "ada@example.org; ", "01815; "],
        *[["", "", "", ""]] * 3,
    ]


def test_the_columns_are_those_that_otter_grade_writes() -> None:
    """Compared with Otter's own function."""
    from otter.grade.utils import merge_scores_to_df
    from otter.test_files import GradingResults

    grading = GradingResults([])
    grading.file = "a.ipynb"
    columns = [name for name in merge_scores_to_df([grading]).columns if name not in ("q1",)]
    assert columns == ["file", "total_points_earned", "percent_correct", "grading_status"]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("=1", "'=1"),
        ("-1", "'-1"),
        ("\r=cmd", "'\ufffd=cmd"),
        ("a\r=cmd", "a\ufffd=cmd"),
        ("a\n=cmd", "a\ufffd=cmd"),
        ("\t=cmd", "'\ufffd=cmd"),
        (" @SUM", "' @SUM"),
        ("\u3000＝1", "'\u3000＝1"),
        ("＋1", "'＋1"),
        ('"=1', "'\"=1"),
        ("a;=1", "a;'=1"),
        ("a; -1", "a; '-1"),
        ("a\u2028=1", "a\ufffd=1"),
        ("\udcff=1", "'\ufffd=1"),
        ("--", "--"),
        ("Núñez, José <a-b@c.de>", "Núñez, José <a-b@c.de>"),
        ("hw-1_final.ipynb", "hw-1_final.ipynb"),
    ],
)
def test_no_field_is_computed_by_a_spreadsheet(name: str, written: str, tmp_path: Path) -> None:
    assert no_formula(name) == written
    write_csv(tmp_path / "grades.csv", [Line(name, None, "k", [Person(name)], [name])], names=True)
    content = (tmp_path / "grades.csv").read_bytes().decode()
    assert "\r" not in content
    assert len(content.splitlines()) == 3
    fields = [field for row in csv.reader(content.splitlines()[1:]) for field in row]
    assert not [each for each in fields if each[:1] in (*"=+-@＝＋－＠",) and each and each != "--"]
