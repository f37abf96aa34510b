"""Read a roster as platforms export it and spreadsheets save it: CSV with any of their column
names, separators and encodings.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.classroom.people import Person, same
from autograder.errors import BuildError


class RosterError(BuildError):
    """The roster cannot be used. The text names the file and its columns, and says what is
    needed.
    """


@dataclass(frozen=True)
class Student:
    """A student on the roster: what the columns mean, and the unchanged row. `ids` are all texts in
    the row that can identify the student.
    """

    person: Person
    row: Mapping[str, str]
    ids: frozenset[str]


@dataclass(frozen=True)
class Roster:
    """The students of a class, and the file's columns by their own names."""

    path: Path
    columns: Sequence[str]
    students: Sequence[Student]


_COLUMNS = {
    "name": (
        "student",
        "name",
        "full name",
        "student name",
        "display name",
        "vollständiger name",
        "nom complet",
    ),
    "first": ("first name", "firstname", "given name", "given names", "vorname", "prénom"),
    "last": (
        "last name",
        "lastname",
        "surname",
        "family name",
        "nachname",
        "nom",
        "nom de famille",
    ),
    "email": (
        "email",
        "e mail",
        "email address",
        "e mail address",
        "mail",
        "student email",
        "e mail adresse",
        "adresse de courriel",
        "school email",
    ),
    "number": (
        "sis user id",
        "sid",
        "student id",
        "student number",
        "id number",
        "idnumber",
        "student id number",
        "orgdefinedid",
        "org defined id",
        "matrikelnummer",
        "matriculation number",
        "sis id",
        "id nummer",
        "numéro d’identification",
    ),
    "login": (
        "sis login id",
        "username",
        "user name",
        "login",
        "login id",
        "user id",
        "netid",
        "net id",
        "github username",
        "benutzername",
        "anmeldename",
    ),
    "platform": ("id", "identifier", "lms user id", "canvas user id"),
}
"""The names of columns, in lower case and with spaces, in Canvas, Moodle, Gradescope, GitHub
Classroom, nbgrader, Blackboard, Brightspace and ILIAS.
"""

WANTED = (
    "one of: Student or Name, First Name and Last Name, Email, ID, SID, SIS User ID, ID number, "
    "SIS Login ID, Username, github_username, identifier"
)

_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def read(path: Path) -> Roster:
    """The roster in a file. Raises `RosterError`."""
    lines = _lines(path)
    head = [name.strip() for name in lines[0]] if lines else []
    meanings = {name: meaning for name in head if (meaning := _meaning(name))}
    if not meanings:
        listed = ", ".join(name for name in head if name) or "none"
        raise RosterError(
            f"{path} is not a roster: its columns are {listed}. A roster is a CSV table whose "
            f"first line names its columns, {WANTED}."
        )
    students: dict[tuple[str, ...], Student] = {}
    for line in lines[1:]:
        row = {
            name: value.strip()
            for name, value in zip(head, [*line, *[""] * len(head)], strict=False)
            if name
        }
        student = _student(row, meanings)
        if student is not None:
            students.setdefault(tuple(row.values()), student)
    if not students:
        raise RosterError(f"{path} is not a roster: it lists no students.")
    return Roster(path, [name for name in head if name], list(students.values()))


def _lines(path: Path) -> list[list[str]]:
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise RosterError(f"{path} cannot be read ({fault.strerror}).") from None
    if content.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        raise RosterError(
            f"{path} is a workbook, not a CSV roster. Save it as CSV: File, Save As, CSV UTF-8."
        )
    text = _decode(content)
    if re.search(r"[\x00-\x08\x0e-\x1f]", text):
        raise RosterError(f"{path} is not a CSV roster: it is not text.")
    first, _, rest = text.partition("\n")
    told = re.fullmatch(r'"?sep=(.)"?\s*', first)  # a line that Excel writes
    text = rest if told else text
    separator = told[1] if told else max(",;\t", key=lambda sign: _count_known(text, sign))
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as fault:
        raise RosterError(f"{path} is not a CSV roster: {fault}.") from None
    return [line for line in lines if any(value.strip() for value in line)]


def _decode(content: bytes) -> str:
    for mark, encoding in _BOMS.items():
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    if content[1:2] == b"\0" or content[:1] == b"\0":  # UTF-16 without a byte order mark
        return content.decode("utf-16-le" if content[1:2] == b"\0" else "utf-16-be", "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _count_known(text: str, separator: str) -> tuple[int, int]:
    """The number of columns with a known name if this is the separator, and the number of all
    columns.
    """
    head = next(csv.reader(io.StringIO(text.lstrip()), delimiter=separator), [])
    return sum(bool(_meaning(name)) for name in head), len(head)


def _meaning(column: str) -> str:
    return next((meaning for meaning, names in _COLUMNS.items() if _plain(column) in names), "")


def _plain(column: str) -> str:
    return " ".join(re.sub(r"[\s_\-]+", " ", column).split()).casefold()


def _student(row: Mapping[str, str], meanings: Mapping[str, str]) -> Student | None:
    """The student of a row; None for a row without one, such as Canvas's possible points."""
    plain = {_plain(column): value for column, value in row.items() if column in meanings}

    def first_of(meaning: str) -> str:
        return next((plain[name] for name in _COLUMNS[meaning] if plain.get(name)), "")

    name = f"{first_of('first')} {first_of('last')}".strip() or first_of("name")
    if name.casefold().startswith("points possible"):
        return None
    email, platform = first_of("email"), first_of("platform")
    number = first_of("number").removeprefix("#")  # as Brightspace writes it
    login = first_of("login").removeprefix("#")
    ids = {each for column, each in row.items() if meanings.get(column) in _IDENTIFYING}
    ids |= {number, login}
    if not name and not any(ids):
        return None
    if "identifier" in plain and "github username" in plain:
        # what the instructor has chosen to tell students apart by
        given, platform = plain["identifier"], ""  # GitHub's numbers are in no names
        if "@" in given:
            email = email or given
        elif any(sign.isdigit() for sign in given) or name:
            number = number or given
        else:
            name = given
    elif "identifier" in plain:
        found = re.fullmatch(r"\D*(\d+)", platform)  # Moodle's "Participant 123"
        platform = found[1] if found else platform
    elif "id" in plain and "student" not in plain:
        number = number or platform
    email = email or (login if "@" in login else "")
    return Student(
        Person(name, email, number, login, platform),
        row,
        frozenset(same(each) for each in ids if each),
    )


_IDENTIFYING = ("email", "number", "login", "platform")
