"""The grades of a class: points by question, as numbers and in the columns of `otter grade`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from autograder.classroom.people import Person, one_line
from autograder.grading import results
from autograder.runtime.file_names import put_in_place

FILE = "final_grades.csv"

GRADED, UNGRADED, REFUSED = "graded", "ungraded", "refused"


@dataclass(frozen=True)
class Grade:
    """One submission: its points (None without a verdict) and possible points by Otter's questions,
    and a sentence if it is not graded.

    `state` is "graded", "ungraded" (in whole or in part, through no fault of the answers), or
    "refused" (it cannot be graded as submitted, so it gets no points).
    """

    state: str
    points: Mapping[str, float | None]
    possible: Mapping[str, float]
    sentence: str = ""

    @property
    def total(self) -> float | None:
        """All points, or None if a question has no verdict."""
        if self.state == REFUSED:
            return 0.0
        known = [value for value in self.points.values() if value is not None]
        return sum(known) if known and len(known) == len(self.points) else None


def of_results(found: Mapping[str, Any]) -> Grade:
    """The grade in results that have Gradescope's format."""
    rows = results.question_rows(found)
    if [row["name"] for row in rows] == [results.ROW]:
        return Grade(
            REFUSED if found.get("score") == 0.0 else UNGRADED, {}, {}, str(rows[0]["output"])
        )
    points: dict[str, float | None] = {}
    possible: dict[str, float] = {}
    sentence = ""
    for row in rows:
        name = str(row.get("extra_data", {}).get("question", row["name"])).removesuffix(
            results.UNGRADED_MARK
        )
        if "score" not in row:
            points[name] = None
            sentence = sentence or str(row.get("output", ""))
        elif points.get(name, 0.0) is not None:
            points[name] = round((points.get(name) or 0.0) + float(row["score"]), 5)
        possible[name] = round(possible.get(name, 0.0) + float(row.get("max_score", 0.0)), 5)
    return Grade(UNGRADED if None in points.values() else GRADED, points, possible, sentence)


def possible_points(grades: Iterable[Grade]) -> dict[str, float]:
    """The points that each question is worth, from the first completely graded submission."""
    return next((dict(grade.possible) for grade in grades if grade.state == GRADED), {})


@dataclass(frozen=True)
class Line:
    """One line of the table: a submission with its grade, or something without one, with the
    reason.
    """

    file: str
    grade: Grade | None
    key: str = ""
    people: Sequence[Person] = ()
    notes: Sequence[str] = ()

    @property
    def status(self) -> str:
        """The field `grading_status`."""
        if self.grade is None:
            return "; ".join(self.notes)
        return "Completed" if self.grade.state == GRADED else self.grade.sentence.split("\n", 1)[0]


def write_csv(target: Path, lines: Sequence[Line], *, names: bool = False) -> None:
    """Write a table with the columns of `otter grade` (`file`, each question,
    `total_points_earned`, `percent_correct`, `grading_status`), followed by `id`, the key of the
    submission, and `notes`.

    The first row has the possible points. A question without a verdict has an empty field, where
    `otter grade` writes zero. `names` adds the columns `submitters`, `name`, `email` and
    `student_number`; for a group, each lists all members.
    """
    possible = possible_points(line.grade for line in lines if line.grade is not None)
    worth = sum(possible.values())
    rows: list[dict[str, Any]] = [
        {
            "file": "points-per-question",
            **possible,
            "total_points_earned": worth,
            "percent_correct": 1.0,
            "grading_status": "--",
        }
    ]
    for line in sorted(lines, key=lambda line: (line.file, line.key)):
        grade = line.grade or Grade(UNGRADED, {}, {})
        points = dict.fromkeys(possible, 0.0) if grade.state == REFUSED else grade.points
        rows.append(
            {
                "file": line.file,
                **points,
                "total_points_earned": grade.total,
                "percent_correct": None
                if grade.total is None or not worth
                else grade.total / worth,
                "grading_status": line.status,
                "id": line.key,
                "notes": "" if line.grade is None else "; ".join(line.notes),
            }
        )
        if names:
            rows[-1] |= {
                "submitters": "; ".join(each.label for each in line.people if each.label),
                "name": "; ".join(each.name for each in line.people),
                "email": "; ".join(each.email for each in line.people),
                "student_number": "; ".join(each.number for each in line.people),
            }
    last = ["total_points_earned", "percent_correct", "grading_status", "id", "notes"]
    last += ["submitters", "name", "email", "student_number"] if names else []
    columns = ["file", *sorted({name for row in rows for name in row} - {"file", *last}), *last]
    table = pd.DataFrame(rows, columns=columns)
    for name in set(columns) & {"file", *last[2:]}:
        table[name] = table[name].fillna("").map(no_formula)
    write_table(target, table)


def write_table(target: Path, table: pd.DataFrame) -> None:
    """Write a table as CSV, atomically."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    table.to_csv(part, index=False)
    put_in_place(part, target)


_SIGNS = "=+\\-@＝＋－＠"


def no_formula(text: str) -> str:
    """The text on one line, quoted if a spreadsheet would compute it as a formula, because students
    choose the names of their files. Some spreadsheets also treat a semicolon as a separator.
    """
    line = re.sub(rf"([;|]\s*)(?=[{_SIGNS}])", r"\1'", one_line(text))
    computed = re.match(rf"[\s\ufffd\"]*[{_SIGNS}]", line)
    return f"'{line}" if computed and line != "--" else line
