"""A roster of thirty students, and their submissions as five platforms deliver them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_FIRST = ("Ada", "José", "Mary-Ann", "Kim", "Søren", "Zoë", "Anh", "Li", "Björn", "Fatima")
_LAST = ("Núñez", "O'Neil", "Lovelace")


@dataclass(frozen=True)
class Known:
    """A student, with everything that a platform may use."""

    number: int
    first: str
    last: str

    @property
    def email(self) -> str:
        return f"student{self.number}@example.org"

    @property
    def login(self) -> str:
        return f"stud-{self.number}x"

    @property
    def sid(self) -> str:
        return f"0{70000 + self.number}"

    @property
    def platform(self) -> str:
        return str(4000 + self.number)


CLASS = [
    Known(number, first, last)
    for number, (first, last) in enumerate((first, last) for first in _FIRST for last in _LAST)
]


def _canvas(student: Known) -> str:
    name = "".join(sign for sign in f"{student.last}{student.first}".lower() if sign.isalnum())
    late = "_LATE" if student.number % 3 else ""
    return f"{name}{late}_{student.platform}_{90000 + student.number}_hw1-2.ipynb"


LAYOUTS: dict[str, Callable[[Known], str]] = {
    "Moodle": lambda student: (
        f"{student.first} {student.last}_{student.platform}_assignsubmission_file_/hw.ipynb"
    ),
    "Canvas": _canvas,
    "nbgrader": lambda student: f"submitted/{student.login}/ps1/hw.ipynb",
    "GitHub Classroom": lambda student: f"hw1-submissions/hw1-{student.login}/hw.ipynb",
    "Blackboard": lambda student: (
        f"HW_1_{student.login}_attempt_2026-01-01-10-00-{student.number:02}_hw.ipynb"
    ),
}

ROSTERS: dict[str, tuple[str, Callable[[Known], str]]] = {
    "Moodle": (
        "First name;Last name;ID number;Email address;Identifier",
        lambda each: (
            f"{each.first};{each.last};{each.sid};{each.email};Participant {each.platform}"
        ),
    ),
    "Canvas": (
        "Student,ID,SIS User ID,SIS Login ID,Section,hw (77)\n    Points Possible,,,,,10",
        lambda each: f'"{each.last}, {each.first}",{each.platform},{each.sid},{each.email},S1,',
    ),
    "nbgrader": (
        "id,first_name,last_name,email",
        lambda each: f"{each.login},{each.first},{each.last},{each.email}",
    ),
    "GitHub Classroom": (
        "identifier,github_username,github_id,name",
        lambda each: f"{each.email},{each.login},{each.platform},",
    ),
    "Blackboard": (
        "Last Name\tFirst Name\tUsername\tStudent ID",
        lambda each: f"{each.last}\t{each.first}\t{each.login}\t{each.sid}",
    ),
}
"""The columns of each platform's own roster, and a student's row in it."""


def roster_of(layout: str, path: Path, encoding: str = "utf-8") -> Path:
    """Write the roster of a platform, in the encoding of a spreadsheet."""
    head, row = ROSTERS[layout]
    path.write_text("\n".join([head, *map(row, CLASS), ""]), encoding=encoding)
    return path


def lay_out(layout: str, folder: Path, content: Callable[[Known], str]) -> Path:
    """Write every student's submission as a platform delivers it."""
    for student in CLASS:
        path = folder / LAYOUTS[layout](student)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content(student), encoding="utf-8")
    return folder
