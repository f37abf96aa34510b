"""The grades of a class: points by question, as numbers and in the columns of `otter grade`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from autograder.grading import results

FILE = "final_grades.csv"

GRADED, UNGRADED, REFUSED = "graded", "ungraded", "refused"


@dataclass(frozen=True)
class Grade:
    """One submission: points and possible points by Otter's questions (points None without a
    verdict), and a sentence if it is not graded.

    `state` is "graded", "ungraded" (in whole or in part, through no fault of the answers), or
    "refused" (it cannot be graded as submitted: no points).
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
    """The grade in results in Gradescope's form."""
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


def write_csv(
    target: Path,
    files: Mapping[str, str],
    grades: Mapping[str, Grade],
    people: Mapping[str, str] | None = None,
) -> None:
    """Write a table with the columns of `otter grade`: `file`, each question,
    `total_points_earned`, `percent_correct`, `grading_status`.

    `files`, `grades` and `people` are by key. The first row has the possible points. A question
    without a verdict has an empty field, where `otter grade` writes zero. `people`, if given, adds
    the column `submitters`.
    """
    possible = possible_points(grades.values())
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
    for key in sorted(grades, key=lambda key: files[key]):
        grade = grades[key]
        points = dict.fromkeys(possible, 0.0) if grade.state == REFUSED else grade.points
        share = None if grade.total is None or not worth else grade.total / worth
        status = "Completed" if grade.state == GRADED else grade.sentence.split("\n", 1)[0]
        rows.append(
            {
                "file": files[key],
                **points,
                "total_points_earned": grade.total,
                "percent_correct": share,
                "grading_status": status,
            }
        )
        if people is not None:
            rows[-1]["submitters"] = people.get(key, "")
    last = [
        "total_points_earned",
        "percent_correct",
        "grading_status",
        *(["submitters"] if people is not None else []),
    ]
    if people is not None:
        rows[0]["submitters"] = ""
    columns = ["file", *sorted({name for row in rows for name in row} - {"file", *last}), *last]
    table = pd.DataFrame(rows, columns=columns)
    for name in {"file", "grading_status", "submitters"} & set(columns):
        table[name] = table[name].map(_no_formula)
    part = target.with_suffix(".part")
    table.to_csv(part, index=False)
    part.replace(target)


def _no_formula(text: str) -> str:
    """The text, quoted if a spreadsheet would compute it as a formula: students choose the names of
    their files.
    """
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) and text != "--" else text
