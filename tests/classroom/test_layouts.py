"""What the names of downloads say, and that names which students chose say nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from shared import ROOT

from autograder.classroom.layouts import Named, of_files, of_folder, several, with_name
from autograder.classroom.people import Person
from autograder.classroom.submissions import find


@pytest.mark.parametrize(
    ("name", "key", "person"),
    [
        ("submission_101", "submission_101", Person()),
        (
            "Ada Lovelace_123456_assignsubmission_file_",
            "Ada Lovelace_123456",
            Person("Ada Lovelace", platform="123456"),
        ),
        (
            "Ada Lovelace_123456_assignsubmission_onlinetext",
            "Ada Lovelace_123456",
            Person("Ada Lovelace", platform="123456"),
        ),
        ("Participant_12_assignsubmission_file_", "Participant_12", Person(platform="12")),
        ("Team A_assignsubmission_file_", "Team A", Person("Team A")),
        (
            "Lovelace_Ada_alove_1815",
            "Lovelace_Ada_alove_1815",
            Person("Ada Lovelace", "", "", "alove", "1815", "Lovelace_Ada_alove_1815"),
        ),
    ],
)
def test_folders(name: str, key: str, person: Person) -> None:
    found = of_folder(name)
    assert found is not None
    assert (found.key, found.person) == (key, person)


@pytest.mark.parametrize(
    ("moment", "attempt"),
    [
        ("Sep 24, 2026 926 PM", (2026, 9, 24, 21, 26)),
        ("September 24, 2026 12:05 AM", (2026, 9, 24, 0, 5)),
        ("24 September, 2026 9:26 PM", (2026, 9, 24, 21, 26)),
        ("2026-09-24 2126", (2026, 9, 24, 21, 26)),
    ],
)
def test_brightspaces_moments(moment: str, attempt: tuple[int, ...]) -> None:
    assert of_folder(f"39-25 - Ada Lovelace - {moment}") == Named(
        "Brightspace", "39-25 - Ada Lovelace", Person("Ada Lovelace"), "", attempt
    )


def test_a_moment_that_cannot_be_read_makes_no_attempt_the_later_one() -> None:
    first, second = (of_folder(f"39-25 - Ada - 24 févr. {year} 9:26") for year in (2025, 2026))
    assert first is not None
    assert second is not None
    assert first.key != second.key


@pytest.mark.parametrize("name", ["ada", "hw1-ada", "ps1", "submission", "Ada Lovelace", "a_b_1"])
def test_folders_that_no_platform_names(name: str) -> None:
    assert of_folder(name) is None


def test_moodle_without_folders() -> None:
    name = "Ada Lovelace_12_assignsubmission_file_my_hw.ipynb"
    assert of_files([name]) == {
        name: Named(
            "Moodle", "Ada Lovelace_12", Person("Ada Lovelace", platform="12"), "my_hw.ipynb"
        )
    }


def test_canvas() -> None:
    found = of_files(
        [
            "lovelaceada_LATE_1815_5001_hw1-2.ipynb",
            "lovelaceada_LATE_1815_5002_data_1_2.csv",
            "lovelaceada_LATE_1815_text.html",
            "leekim_77_5003_hw1.ipynb",
            "anon_x7Qz_5004_hw1.ipynb",
            "LATE_anon_y7Qz_5005_hw1.ipynb",
            "readme.txt",
        ]
    )
    assert {name: (each.key, each.file) for name, each in found.items()} == {
        "lovelaceada_LATE_1815_5001_hw1-2.ipynb": ("lovelaceada_1815", "hw1-2.ipynb"),
        "lovelaceada_LATE_1815_5002_data_1_2.csv": ("lovelaceada_1815", "data_1_2.csv"),
        "lovelaceada_LATE_1815_text.html": ("lovelaceada_1815", "text.html"),
        "leekim_77_5003_hw1.ipynb": ("leekim_77", "hw1.ipynb"),
        "anon_x7Qz_5004_hw1.ipynb": ("anon_x7Qz", "hw1.ipynb"),
        "LATE_anon_y7Qz_5005_hw1.ipynb": ("anon_y7Qz", "hw1.ipynb"),
    }
    assert found["leekim_77_5003_hw1.ipynb"].person == Person("leekim", platform="77")


@pytest.mark.parametrize(
    "names",
    [
        ["hw_1_2_ada.ipynb", "hw_1_2_bob.ipynb"],
        ["hw_1_20_ada.ipynb", "hw_1_21_bob.ipynb"],
        ["2026_11_20_ada.ipynb", "2026_12_21_bob.ipynb"],
        ["ada_hw_1.ipynb", "bob_hw_1.ipynb"],
        ["a_123_77_x.ipynb", "b_123_78_x.ipynb"],
    ],
)
def test_names_that_students_chose_are_not_canvass(names: list[str]) -> None:
    assert of_files(names) == {}


def test_blackboard() -> None:
    time = "attempt_2026-01-01-10-00-00"
    found = of_files(
        [f"HW_1_jane_doe_{time}_my hw.ipynb", f"HW_1_jane_doe_{time}.txt", f"HW_1_bob_{time}_x.py"]
    )
    assert {(each.key, each.file, each.person.login) for each in found.values()} == {
        ("jane_doe", "my hw.ipynb", "jane_doe"),
        ("jane_doe", "jane_doe.txt", "jane_doe"),
        ("bob", "x.py", "bob"),
    }
    (alone,) = of_files([f"HW_1_bob_{time}_x.py"]).values()
    assert (alone.key, alone.attempt) == ("bob", (2026, 1, 1, 10, 0, 0))


def test_the_text_that_blackboard_puts_beside_an_attempt_has_the_name() -> None:
    named = Named("Blackboard", "alove", Person(login="alove"), "alove.txt", (2026, 1))
    text = b"Name: Ada Lovelace (alove)\r\nAssignment: HW (1)\r\n"
    assert with_name(named, text).person == Person("Ada Lovelace", login="alove")
    assert with_name(named, b"Assignment: HW (1)") == named


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["leekim_77_5003_hw.ipynb", "onomia_78_5004_hw.ipynb"], True),
        (["A B_1_assignsubmission_file_/x.ipynb", "C D_2_assignsubmission_file_/y.ipynb"], True),
        (["export/submission_1/x.ipynb", "export/submission_2/x.ipynb"], True),
        (["hw/hw.ipynb", "hw/data/a.csv"], False),
        (["A B_1_assignsubmission_file_/x.ipynb", "A B_1_assignsubmission_file_/y.csv"], False),
    ],
)
def test_whole_downloads(paths: list[str], expected: bool) -> None:
    assert several(paths) is expected


EXAMPLES = re.findall(
    r"^\| ([^|]+) \| `([^`]+\.ipynb)` \|$",
    (ROOT / "docs" / "classes.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)


@pytest.mark.parametrize(("platform", "example"), EXAMPLES)
def test_the_examples_of_the_documents_are_read(
    tmp_path: Path, platform: str, example: str
) -> None:
    (tmp_path / example).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / example).write_text("{}")
    found = find(tmp_path)
    (submission,) = found.submissions
    assert found.notices == []
    assert submission.platform == (
        "" if platform.startswith(("nbgrader", "GitHub", "any")) else re.split(r"[ ,]", platform)[0]
    )


def test_the_documents_have_an_example_of_each() -> None:
    assert len(EXAMPLES) == 11
