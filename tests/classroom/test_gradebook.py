"""The gradebooks of Canvas, Moodle and Gradescope: their columns, their empty fields, and what they
require.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from autograder.classroom.gradebook import (
    NoGradebook,
    Row,
    Target,
    check,
    rows_of,
    target_of,
    write,
)
from autograder.classroom.grades import Grade
from autograder.classroom.people import Person
from autograder.classroom.roster import Roster, read

GRADED = Grade("graded", {"q1": 3.0, "q2": 0.5}, {"q1": 4.0, "q2": 2.0})
UNGRADED = Grade("ungraded", {"q1": None, "q2": 1.0}, {}, "it was killed")
REFUSED = Grade("refused", {}, {}, "No notebook was submitted.")
POSSIBLE = {"q1": 4.0, "q2": 2.0}

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,hw (77),Final Score
    Points Possible,,,,,10,(read only)
"Lovelace, Ada",4001,01815,alove,"S1, S2",,
"=Kim()",4002,2,kim,S1,,
"Ono, Mia",4003,3,mia,S1,,
"Lost, Paul",4004,4,paul,S1,,
"""


def roster_of(tmp_path: Path, text: str) -> Roster:
    (tmp_path / "roster.csv").write_text(text)
    return read(tmp_path / "roster.csv")


def rows_with(roster: Roster, *grades: list[Grade]) -> list[Row]:
    return [Row(student, found) for student, found in zip(roster.students, grades, strict=True)]


def written(tmp_path: Path, platform: str, rows: list[Row]) -> list[list[str]]:
    write(Target(platform, tmp_path / "out" / "x.csv"), "hw", rows, POSSIBLE)
    with (tmp_path / "out" / "x.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_canvas(tmp_path: Path) -> None:
    """The assignment keeps the number that Canvas gave it, and ungraded submissions are empty."""
    rows = rows_with(roster_of(tmp_path, CANVAS), [GRADED], [UNGRADED], [], [REFUSED])
    assert written(tmp_path, "canvas", rows) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "hw (77)"],
        ["    Points Possible", "", "", "", "", "6"],
        ["Lovelace, Ada", "4001", "01815", "alove", "S1, S2", "3.5"],
        ["'=Kim()", "4002", "2", "kim", "S1", ""],
        ["Ono, Mia", "4003", "3", "mia", "S1", ""],
        ["Lost, Paul", "4004", "4", "paul", "S1", ""],
    ]


def test_moodle(tmp_path: Path) -> None:
    roster = roster_of(
        tmp_path,
        "First name,Last name,ID number,Email address\nAda,Lovelace,01815,ada@example.org\n"
        "Kim,Lee,2,kim@example.org\nMia,Ono,3,mia@example.org\n",
    )
    assert written(tmp_path, "moodle", rows_with(roster, [GRADED], [UNGRADED], [])) == [
        ["First name", "Last name", "ID number", "Email address", "hw", "hw feedback"],
        ["Ada", "Lovelace", "01815", "ada@example.org", "3.5", "q1: 3 of 4, q2: 0.5 of 2"],
        ["Kim", "Lee", "2", "kim@example.org", "", ""],
        ["Mia", "Ono", "3", "mia@example.org", "", ""],
    ]


def test_gradescope(tmp_path: Path) -> None:
    roster = roster_of(
        tmp_path,
        "First Name,Last Name,SID,Email\nAda,Lovelace,01815,ada@example.org\n"
        "Kim,Lee,2,kim@example.org\nMia,Ono,3,mia@example.org\n",
    )
    rows = rows_with(roster, [GRADED], [GRADED, GRADED], [])
    assert written(tmp_path, "gradescope", rows) == [
        ["First Name", "Last Name", "SID", "Email", "Total Score", "Max Points", "Status"],
        ["Ada", "Lovelace", "01815", "ada@example.org", "3.5", "6", "Graded"],
        ["Kim", "Lee", "2", "kim@example.org", "", "6", "Ungraded"],
        ["Mia", "Ono", "3", "mia@example.org", "", "6", "Missing"],
    ]


def test_without_a_roster_the_people_of_the_submissions_have_a_row_each(tmp_path: Path) -> None:
    ada, kim, lost = (
        Person(name, f"{name}@example.org", number)
        for name, number in (("Ada", "1"), ("Kim", "2"), ("Lost", "3"))
    )
    rows = rows_of({"a": (ada, kim), "b": (Person(clue="x"),)}, {"a": GRADED, "b": GRADED}, [lost])
    assert written(tmp_path, "gradescope", rows) == [
        ["Name", "SID", "Email", "Total Score", "Max Points", "Status"],
        ["Ada", "1", "Ada@example.org", "3.5", "6", "Graded"],
        ["Kim", "2", "Kim@example.org", "3.5", "6", "Graded"],
        ["Lost", "3", "Lost@example.org", "", "6", "Missing"],
    ]
    assert written(tmp_path, "moodle", rows)[0] == [
        "Full name",
        "ID number",
        "Email address",
        "hw",
        "hw feedback",
    ]


@pytest.mark.parametrize(
    ("given", "platform", "path"),
    [
        ("canvas", "canvas", "out/canvas.csv"),
        ("moodle.csv", "moodle", "out/moodle.csv"),
        ("hw1-Gradescope.CSV", "gradescope", "out/hw1-Gradescope.CSV"),
        ("/elsewhere/my_canvas.csv", "canvas", "/elsewhere/my_canvas.csv"),
        ("./canvas.csv", "canvas", "canvas.csv"),
    ],
)
def test_where_a_gradebook_goes(given: str, platform: str, path: str) -> None:
    assert target_of(given, Path("out")) == Target(platform, Path(path))


@pytest.mark.parametrize("given", ["grades.csv", "canvas-moodle.csv", "canvas.xlsx", ""])
def test_a_name_that_tells_no_platform(given: str) -> None:
    with pytest.raises(NoGradebook) as told:
        target_of(given, Path("out"))
    assert str(told.value) == (
        f"--into {given} does not name a platform; write canvas.csv, gradescope.csv or "
        "moodle.csv, or a path to a .csv file whose name contains canvas, gradescope or moodle"
    )


@pytest.mark.parametrize(
    ("platform", "head", "sentence"),
    [
        (
            "canvas",
            None,
            "--into canvas needs --students with the file from Canvas's Grades → Export: only "
            "that file has the columns Student and ID, which Canvas uses to find students",
        ),
        (
            "canvas",
            "Name,Email",
            "--into canvas needs the column Student and ID of Canvas's Grades → Export, but "
            "{roster} has Name, Email; name that file with --students",
        ),
        (
            "moodle",
            "Name,Section",
            "--into moodle needs an e-mail address, ID number or user name for each student, but "
            "has none; add --students with Moodle's list of participants or grades",
        ),
        (
            "gradescope",
            "Name,Section",
            "--into gradescope needs an e-mail address or SID for each student, but has none; "
            "add --students with Gradescope's roster",
        ),
    ],
)
def test_what_a_platform_needs_is_said_before_grading(
    tmp_path: Path, platform: str, head: str | None, sentence: str
) -> None:
    roster = None if head is None else roster_of(tmp_path, f"{head}\nAda,1\n")
    rows = [] if roster is None else rows_with(roster, [])
    with pytest.raises(NoGradebook) as told:
        check([Target(platform, tmp_path / "x.csv")], roster, rows)
    assert str(told.value) == sentence.format(roster=tmp_path / "roster.csv")
