"""Write grades in the columns that Canvas, Moodle and Gradescope use, with a row for each student.

Sources: Canvas's `lib/gradebook_importer.rb`; "Grade import" in Moodle's documentation; the columns
of Gradescope's "Download Grades".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from autograder.classroom.grades import GRADED, Grade, no_formula, write_table
from autograder.classroom.people import Person
from autograder.classroom.roster import Roster, Student
from autograder.errors import BuildError

PLATFORMS = ("canvas", "gradescope", "moodle")


class NoGradebook(BuildError):
    """A gradebook cannot be written. The text names it, and says what is needed."""


@dataclass(frozen=True)
class Target:
    """A platform, and where its file goes."""

    platform: str
    path: Path


@dataclass(frozen=True)
class Row:
    """A student, with the grades of their submissions: none, one, or several."""

    student: Student
    grades: Sequence[Grade]

    @property
    def points(self) -> str:
        """The points as a number, or "": an ungraded submission is not a zero."""
        if len(self.grades) != 1 or self.grades[0].state != GRADED:
            return ""
        return _number(self.grades[0].total)


def target_of(given: str, out: Path) -> Target:
    """The target that `--into` names: a platform, or a path whose name contains the platform. A
    name without a folder goes to `out`. Raises `NoGradebook`.
    """
    path = Path(given)
    platforms = [name for name in PLATFORMS if name in path.name.casefold()]
    if len(platforms) != 1 or path.suffix.lower() not in ("", ".csv"):
        raise NoGradebook(
            f"--into {given} does not name a platform; write canvas.csv, gradescope.csv or "
            "moodle.csv, or a path to a .csv file whose name contains canvas, gradescope or "
            "moodle"
        )
    if not path.suffix:
        path = path.with_suffix(".csv")
    bare = "/" not in given and "\\" not in given
    return Target(platforms[0], out / path if bare else path)


def check(targets: Sequence[Target], roster: Roster | None, rows: Sequence[Row]) -> None:
    """Check before grading that enough is known about the students. Raises `NoGradebook`."""
    for target in targets:
        if target.path.is_dir():
            raise NoGradebook(f"--into {target.path} is a folder; name a file")
        if target.platform != "canvas":
            _TABLES[target.platform]("", rows, "")
            continue
        if roster is None:
            raise NoGradebook(
                "--into canvas needs --students with the file from Canvas's Grades → Export: "
                "only that file has the columns Student and ID, which Canvas uses to find "
                "students"
            )
        missing = [name for name in ("Student", "ID") if name not in roster.columns]
        if missing:
            raise NoGradebook(
                f"--into canvas needs the column {' and '.join(missing)} of Canvas's Grades → "
                f"Export, but {roster.path} has {', '.join(roster.columns)}; name that file with "
                "--students"
            )


def rows_of(
    people: Mapping[str, Sequence[Person]],
    grades: Mapping[str, Grade],
    others: Sequence[Person] = (),
) -> list[Row]:
    """The rows of a class without a roster, by name: everybody who is known to have submitted, by
    key, and the `others`, who have not.
    """
    found: dict[Person, list[Grade]] = {}
    for key, members in [*people.items(), ("", others)]:
        for person in members:
            if person.name or person.email or person.number:
                found.setdefault(person, []).extend([grades[key]] if key in grades else [])
    return [
        Row(Student(person, {}, frozenset()), found[person])
        for person in sorted(found, key=lambda person: (person.name, person.email, person.number))
    ]


def write(
    target: Target, assignment: str, rows: Sequence[Row], possible: Mapping[str, float]
) -> None:
    """Write the gradebook of one platform. Raises `NoGradebook`."""
    table = _TABLES[target.platform](assignment, rows, _number(sum(possible.values()) or None))
    for column in table.columns:
        table[column] = table[column].map(no_formula)
    try:
        write_table(target.path, table)
    except OSError as fault:
        raise NoGradebook(f"--into {target.path} cannot be written ({fault.strerror})") from None


def _canvas(assignment: str, rows: Sequence[Row], worth: str) -> pd.DataFrame:
    """The columns of Canvas. If Canvas's export has a column for this assignment, with a number
    after its name, the name is kept, so that Canvas does not make a second one.
    """
    known = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
    exported = list(rows[0].student.row) if rows else []
    column = next(
        (
            name
            for name in exported
            if name not in known
            and re.sub(r" \(\d+\)$", "", name).casefold() == assignment.casefold()
        ),
        assignment,
    )
    first = {**dict.fromkeys(known, ""), "Student": "    Points Possible", column: worth}
    return pd.DataFrame(
        [
            first,
            *(
                {name: row.student.row.get(name, "") for name in known} | {column: row.points}
                for row in rows
            ),
        ],
        columns=[*known, column],
    )


def _moodle(assignment: str, rows: Sequence[Row], worth: str) -> pd.DataFrame:
    """The columns for Moodle's CSV import: those that identify a student, the grade, and feedback,
    which must be imported together with the grade.
    """
    people = {
        "First name": [_of_row(row, "first name", "firstname") for row in rows],
        "Last name": [_of_row(row, "last name", "lastname", "surname") for row in rows],
        "Full name": [row.student.person.name for row in rows],
        "ID number": [row.student.person.number for row in rows],
        "Username": [row.student.person.login for row in rows],
        "Email address": [row.student.person.email for row in rows],
    }
    if any(people["First name"]):
        del people["Full name"]
    columns = {name: values for name, values in people.items() if any(values)}
    if not {"ID number", "Username", "Email address"} & set(columns):
        raise NoGradebook(
            "--into moodle needs an e-mail address, ID number or user name for each student, but "
            "has none; add --students with Moodle's list of participants or grades"
        )
    columns[assignment] = [row.points for row in rows]
    columns[f"{assignment} feedback"] = [_feedback(row) for row in rows]
    return pd.DataFrame(columns)


def _gradescope(assignment: str, rows: Sequence[Row], worth: str) -> pd.DataFrame:
    """The columns of Gradescope's own download of grades."""
    split = any(_of_row(row, "first name", "firstname") for row in rows)
    people = (
        {
            "First Name": [_of_row(row, "first name", "firstname") for row in rows],
            "Last Name": [_of_row(row, "last name", "lastname", "surname") for row in rows],
        }
        if split
        else {"Name": [row.student.person.name for row in rows]}
    )
    if not any(row.student.person.email or row.student.person.number for row in rows):
        raise NoGradebook(
            "--into gradescope needs an e-mail address or SID for each student, but has none; "
            "add --students with Gradescope's roster"
        )
    return pd.DataFrame(
        {
            **people,
            "SID": [row.student.person.number for row in rows],
            "Email": [row.student.person.email for row in rows],
            "Total Score": [row.points for row in rows],
            "Max Points": [worth for _ in rows],
            "Status": [
                "Graded" if row.points else "Ungraded" if row.grades else "Missing" for row in rows
            ],
        }
    )


_TABLES: Mapping[str, Callable[[str, Sequence[Row], str], pd.DataFrame]] = {
    "canvas": _canvas,
    "moodle": _moodle,
    "gradescope": _gradescope,
}


def _of_row(row: Row, *names: str) -> str:
    """A field of the roster, under any of its column's names."""
    return next(
        (
            value
            for column, value in row.student.row.items()
            if column.replace("_", " ").casefold() in names and value
        ),
        "",
    )


def _feedback(row: Row) -> str:
    """The points of a graded submission, by question."""
    if not row.points:
        return ""
    (grade,) = row.grades
    return ", ".join(
        f"{name}: {_number(points)} of {_number(grade.possible.get(name))}"
        for name, points in grade.points.items()
    )


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return str(int(value)) if float(value).is_integer() else str(round(value, 5))
