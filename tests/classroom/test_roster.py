"""A roster in CSV: the column names of the platforms, what spreadsheets make of them, and the
message for a file that is not a roster.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from class_layouts import CLASS, ROSTERS, roster_of

from autograder.classroom.people import Person
from autograder.classroom.roster import RosterError, read

ADA = Person("Ada Lovelace", "ada@example.org", "01815", "alove")


@pytest.mark.parametrize(
    ("head", "row", "person"),
    [
        (
            "Student,ID,SIS User ID,SIS Login ID,Section",
            '"Lovelace, Ada",77,01815,alove,S1',
            Person("Lovelace, Ada", "", "01815", "alove", "77"),
        ),
        (
            "First name,Surname,ID number,Email address,Username",
            "Ada,Lovelace,01815,ada@example.org,alove",
            ADA,
        ),
        (
            "Identifier,Full name,Email address,Status,Grade",
            "Participant 456,Ada Lovelace,ada@example.org,,",
            Person("Ada Lovelace", "ada@example.org", platform="456"),
        ),
        (
            "First Name,Last Name,SID,Email,Role",
            "Ada,Lovelace,01815,ada@example.org,Student",
            Person("Ada Lovelace", "ada@example.org", "01815"),
        ),
        (
            "identifier,github_username,github_id,name",
            "01815,alove,99,Ada Lovelace",
            Person("Ada Lovelace", "", "01815", "alove"),
        ),
        (
            "identifier,github_username,github_id,name",
            '"Lovelace, Ada",alove,99,',
            Person("Lovelace, Ada", login="alove"),
        ),
        (
            "id,first_name,last_name,email",
            "alove,Ada,Lovelace,ada@example.org",
            Person("Ada Lovelace", "ada@example.org", "alove", "", "alove"),
        ),
        (
            "OrgDefinedId,Username,Last Name,First Name,Email,End-of-Line Indicator",
            "#01815,#alove,Lovelace,Ada,ada@example.org,#",
            ADA,
        ),
        (
            "Nachname;Vorname;Matrikelnummer;E-Mail-Adresse;Benutzername",
            "Lovelace;Ada;01815;ada@example.org;alove",
            ADA,
        ),
    ],
)
def test_the_columns_of_each_platform(tmp_path: Path, head: str, row: str, person: Person) -> None:
    (tmp_path / "r.csv").write_text(f"{head}\n{row}\n")
    (student,) = read(tmp_path / "r.csv").students
    assert student.person == person


@pytest.mark.parametrize("layout", ROSTERS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_what_spreadsheets_save(tmp_path: Path, layout: str, encoding: str) -> None:
    found = read(roster_of(layout, tmp_path / "r.csv", encoding)).students
    assert len(found) == len(CLASS)
    if layout in ("Moodle", "nbgrader", "Blackboard"):
        assert [each.person.name for each in found] == [f"{s.first} {s.last}" for s in CLASS]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators_and_the_line_in_which_excel_names_one(tmp_path: Path, separator: str) -> None:
    lines = ["Name,Email", '"Ada, L",ada@example.org', "", ",", "Bob,bob@example.org"]
    text = "\r\n".join(lines).replace(",", separator).replace(f"Ada{separator} L", "Ada, L")
    (tmp_path / "r.csv").write_text(f"sep={separator}\r\n{text}" if separator == "|" else text)
    found = read(tmp_path / "r.csv").students
    assert [each.person.email for each in found] == ["ada@example.org", "bob@example.org"]
    assert found[0].person.name == "Ada, L"


def test_equal_rows_are_one_student_and_canvass_points_are_none(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text(
        "Student,ID,Section,hw (7)\n    Points Possible,,,10\nAda,1,S,\nAda,1,S,\nKim,2,S,3\n"
    )
    found = read(tmp_path / "r.csv")
    assert [each.person.name for each in found.students] == ["Ada", "Kim"]
    assert found.students[1].row == {"Student": "Kim", "ID": "2", "Section": "S", "hw (7)": "3"}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            b"Course,Term\nJAX,2026\n",
            "is not a roster: its columns are Course, Term. A roster is a CSV table whose first "
            "line names its columns, one of: Student or Name, First Name and Last Name, Email, "
            "ID, SID, SIS User ID, ID number, SIS Login ID, Username, github_username, identifier.",
        ),
        (b"", "is not a roster: its columns are none. A roster is a CSV table whose"),
        (b"Name,Email\n,\n", "is not a roster: it lists no students."),
        (
            b"PK\x03\x04",
            "is a workbook, not a CSV roster. Save it as CSV: File, Save As, CSV UTF-8.",
        ),
        (b"Name\n\x00\x00\x00\x01", "is not a CSV roster: it is not text."),
        (b"\x89PNG\r\n\x1a\n\x0dIHDR", "is not a CSV roster: it is not text."),
    ],
    ids=["other columns", "empty", "nobody", "workbook", "binary", "picture"],
)
def test_what_is_no_roster_is_told(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "r.csv").write_bytes(content)
    with pytest.raises(RosterError) as told:
        read(tmp_path / "r.csv")
    assert str(told.value).startswith(f"{tmp_path / 'r.csv'} {sentence}")
