"""Which student on a roster a submission belongs to, and what is said if there is none.

Covers too: `classroom.people`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from class_layouts import CLASS, LAYOUTS, ROSTERS, lay_out, roster_of

from autograder.classroom.joining import Joined, join
from autograder.classroom.people import Person, parts_of, run_together
from autograder.classroom.roster import read
from autograder.classroom.submissions import SubmittedFiles, find

IN_NAMES = {
    "Moodle": "name",
    "Canvas": "name",
    "nbgrader": "login",
    "GitHub Classroom": "login",
    "Blackboard": "login",
}
IN_ROSTERS = {
    "Moodle": {"name"},
    "Canvas": {"name"},
    "nbgrader": {"name", "login"},
    "GitHub Classroom": {"login"},
    "Blackboard": {"name", "login"},
}


def content_of(joined: Joined) -> list[bytes]:
    """What is graded for each student, in the roster's order."""
    by_key = {submission.key: submission for submission in joined.submissions}
    return [
        b"".join(content for name, content in by_key[key].files().items() if name.endswith("ipynb"))
        for keys in joined.keys
        for key in keys
    ]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("roster", ROSTERS)
def test_thirty_students_are_read_alike_in_five_layouts_with_five_rosters(
    tmp_path: Path, layout: str, roster: str
) -> None:
    """Even with the roster of another platform, as far as the two have anything in common."""
    folder = lay_out(layout, tmp_path / "class", lambda student: f"notebook of {student.email}")
    joined = join(find(folder).submissions, read(roster_of(roster, tmp_path / "roster.csv")))
    if IN_NAMES[layout] in IN_ROSTERS[roster]:
        assert content_of(joined) == [f"notebook of {each.email}".encode() for each in CLASS]
        assert joined.notices == []
    else:
        assert not any(joined.keys)
        assert len(joined.notices) == 60


def students(tmp_path: Path, *rows: str, head: str = "Name,Email,SID") -> Path:
    (tmp_path / "roster.csv").write_text("\n".join([head, *rows]))
    return tmp_path / "roster.csv"


def joined_of(tmp_path: Path, roster: Path, *people: Person) -> Joined:
    submissions = [
        SubmittedFiles(f"key{number}", tmp_path / f"file{number}", (person,))
        for number, person in enumerate(people)
    ]
    return join(submissions, read(roster))


@pytest.mark.parametrize(
    "person",
    [
        Person(email="ADA@example.org"),
        Person(number="01815"),
        Person(name="Ada Lovelace"),
        Person(name="lovelaceada"),
        Person(clue="hw1_ada_lovelace (2)"),
        Person(clue="Lovelace, Ada - homework"),
        Person(clue="01815_hw"),
        Person(clue="ada"),
        Person(name="A. Lovelace", email="ada@example.org"),
        Person(platform="01815"),
    ],
)
def test_what_names_a_student(tmp_path: Path, person: Person) -> None:
    roster = students(tmp_path, "Ada Lovelace,ada@example.org,01815", "Bob,bob@example.org,2")
    joined = joined_of(tmp_path, roster, person)
    assert joined.keys == [["key0"], []]
    (known,) = joined.submissions[0].people
    assert known.label == "Ada Lovelace <ada@example.org>"
    assert [notice.sentence for notice in joined.notices] == [
        "Bob <bob@example.org>: on the roster roster.csv, but no submission matches"
    ]


def test_a_number_of_one_platform_does_not_name_a_student_of_another(tmp_path: Path) -> None:
    head = "Student,ID,SIS Login ID"
    roster = students(tmp_path, '"Lee, Kim",4001,kim', '"Ono, Mia",4002,mia', head=head)
    joined = joined_of(tmp_path, roster, Person(name="Mia Ono", platform="4001"))
    assert joined.keys == [[], ["key0"]]


@pytest.mark.parametrize(
    "person",
    [
        Person(),
        Person(name="Adam Lovelace"),
        Person(clue="hw1"),
        Person(clue="2"),
        Person(name="Eve", platform="01815"),
    ],
)
def test_what_names_nobody(tmp_path: Path, person: Person) -> None:
    roster = students(tmp_path, "Ada Lovelace,ada@example.org,01815")
    joined = joined_of(tmp_path, roster, person)
    assert joined.keys == [[]]
    assert joined.notices[0].sentence.endswith(
        "its name contains no e-mail address, number, login or name from the roster"
    )


def test_two_students_of_one_name_are_not_joined_by_it_but_told(tmp_path: Path) -> None:
    roster = students(tmp_path, "Kim Lee,kim1@example.org,1", "Kim Lee,kim2@example.org,2")
    joined = joined_of(
        tmp_path, roster, Person(name="Kim Lee"), Person("Kim Lee", "kim2@example.org")
    )
    assert joined.keys == [[], ["key1"]]
    assert [notice.sentence for notice in joined.notices] == [
        "file0 (Kim Lee): 2 students on the roster have the name Kim Lee",
        "Kim Lee <kim1@example.org>: on the roster roster.csv, but no submission matches; "
        "several students have this name, and nothing shows whose submission is whose",
    ]


def test_two_submissions_with_one_name_are_not_joined_by_it_but_told(tmp_path: Path) -> None:
    roster = students(tmp_path, "Kim Lee,kim1@example.org,1")
    joined = joined_of(tmp_path, roster, Person(name="Kim Lee"), Person(name="Lee, Kim"))
    assert joined.keys == [[]]
    assert [notice.why for notice in joined.notices][:2] == [
        "Kim Lee is also the name on key1, so autograder cannot match by name",
        "Kim Lee is also the name on key0, so autograder cannot match by name",
    ]


def test_a_file_name_that_fits_two_students_is_told(tmp_path: Path) -> None:
    roster = students(tmp_path, "Ada,ada@example.org,1001", "Bob,bob@example.org,1002")
    joined = joined_of(tmp_path, roster, Person(clue="1001_1002"))
    assert joined.notices[0].why == (
        "its name fits several students: Ada <ada@example.org>, Bob <bob@example.org>"
    )


def test_a_login_that_is_in_the_name_of_every_submission_is_passed_over(tmp_path: Path) -> None:
    roster = students(
        tmp_path,
        "a@x.org,jax,",
        "b@x.org,s1,",
        "c@x.org,bo-s1,",
        head="identifier,github_username,name",
    )
    repositories = ("jax-hw1-s1", "jax-hw1-bo-s1", "jax-hw1-jax")
    joined = joined_of(tmp_path, roster, *(Person(clue=clue) for clue in repositories))
    assert joined.keys == [["key2"], ["key0"], ["key1"]]


def test_two_submissions_of_one_student_are_told(tmp_path: Path) -> None:
    roster = students(tmp_path, "Ada,ada@example.org,1001")
    joined = joined_of(tmp_path, roster, Person(number="1001"), Person(email="ada@example.org"))
    assert joined.keys == [["key0", "key1"]]
    assert [notice.sentence for notice in joined.notices] == [
        "Ada <ada@example.org>: this student has 2 submissions (key0, key1); remove all but one, "
        "or no gradebook gets points for this student"
    ]


def test_names_that_are_one() -> None:
    assert parts_of("Núñez, José") == parts_of("jose  nunez") == ("jose", "nunez")
    assert parts_of("Mary-Ann O'Neil") == parts_of("ONeil, Mary Ann")
    assert parts_of("Søren Straße") == parts_of("soren strasse")
    assert parts_of("Kim Lee") != parts_of("Kim Li")
    assert "oneilmaryann" in run_together("Mary-Ann O'Neil") & run_together("O'Neil, Mary-Ann")
