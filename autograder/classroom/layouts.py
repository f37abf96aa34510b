"""Read what the names of downloaded files and folders say, by the conventions of the platforms: the
student, the attempt, and what the student called the file.

Sources of the conventions: Moodle's `mod/assign/classes/downloader.php`, Canvas's
`lib/content_zipper.rb`, and what people report of Blackboard, Brightspace (D2L), ILIAS and
Gradescope.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from autograder.classroom.people import Person

GRADESCOPE = "Gradescope"


@dataclass(frozen=True)
class Named:
    """What a name says. `key` is the same for everything from one student. `attempt` is larger for
    a later attempt, and `upload` for a later file. `file` is the student's own name of a file,
    without what the platform added.
    """

    platform: str
    key: str
    person: Person = field(default_factory=Person)
    file: str = ""
    attempt: tuple[int, ...] = ()
    upload: int = 0


_MOODLE = re.compile(
    r"(?P<name>.+?)(?:_(?P<id>\d+))?_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<file>.*))?"
)
_CANVAS = re.compile(
    r"(?P<name>\w*?[^\W\d_]\w*?)(?:_late)?_(?P<id>\d+)_(?P<upload>\d+)_(?P<file>.+)", re.IGNORECASE
)
_CANVAS_ANONYMOUS = re.compile(
    r"(?:late_)?anon_(?P<id>[^\W_]+)_(?P<upload>\d+)_(?P<file>.+)", re.IGNORECASE
)
_CANVAS_TEXT = re.compile(
    r"(?:(?P<name>\w*?[^\W\d_]\w*?)(?:_late)?|(?:late_)?anon)_(?P<id>[^\W_]+)_"
    r"(?P<file>(?:text|link)\.html)",
    re.IGNORECASE,
)
_BLACKBOARD = re.compile(
    r"(?P<before>.+)_attempt_(?P<when>\d{4}(?:-\d{1,2}){5})(?:_(?P<file>.+)|\.txt)"
)
_BRIGHTSPACE = re.compile(r"(?P<id>\d+-\d+) - (?P<name>.+?) - (?P<when>.*\b\d{4}\b.*?)")
_BRIGHTSPACE_FILE = re.compile(_BRIGHTSPACE.pattern + r" - (?P<file>.+\.\w+)")
_ILIAS = re.compile(r"(?P<last>[^\d_]+)_(?P<first>[^\d]+)_(?P<login>[^_]+)_(?P<id>\d+)")
_GRADESCOPE = re.compile(r"submission_\d+")

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_MANY = 3
"""A number with at least this many digits comes from a platform, not from a student."""


def of_folder(name: str) -> Named | None:
    """What the name of a student's folder says; None if no platform names folders like that."""
    if _GRADESCOPE.fullmatch(name):
        return Named(GRADESCOPE, name)
    if found := _MOODLE.fullmatch(name):
        return None if found["file"] else _of_moodle(found)
    if found := _BRIGHTSPACE.fullmatch(name):
        return _of_brightspace(found)
    if found := _ILIAS.fullmatch(name):
        person = Person(f"{found['first']} {found['last']}".replace("_", " "))
        return Named(
            "ILIAS",
            name,
            Person(person.name, login=found["login"], platform=found["id"], clue=name),
        )
    return None


def of_files(names: Iterable[str]) -> dict[str, Named]:
    """What the names of files that lie side by side say, for those that a platform named."""
    listed = sorted(names)
    found: dict[str, Named] = {}
    for name in listed:
        if (moodle := _MOODLE.fullmatch(name)) and moodle["file"]:
            found[name] = _of_moodle(moodle)
        elif brightspace := _BRIGHTSPACE_FILE.fullmatch(name):
            found[name] = _of_brightspace(brightspace, brightspace["file"])
    rest = [name for name in listed if name not in found]
    found |= _of_blackboard(rest)
    return found | _of_canvas([name for name in rest if name not in found])


def several(paths: Iterable[str]) -> bool:
    """Whether these paths come from a whole download, with submissions of more than one student."""
    places = [tuple(part for part in path.split("/") if part) for path in paths]
    for depth in range(3):
        folders = {place[depth] for place in places if len(place) > depth + 1}
        files = {place[depth] for place in places if len(place) == depth + 1}
        keys = {named.key for name in folders if (named := of_folder(name))}
        if len(keys | {named.key for named in of_files(files).values()}) > 1:
            return True
    return False


def _of_moodle(found: re.Match[str]) -> Named:
    number = found["id"] or ""
    # with anonymous marking, "Participant" replaces every name
    name = "" if found["name"].casefold() == "participant" else found["name"].replace("_", " ")
    return Named(
        "Moodle",
        f"{found['name']}_{number}" if number else found["name"],
        Person(name.strip(), platform=number),
        found["file"] or "",
    )


def _of_brightspace(found: re.Match[str], file: str = "") -> Named:
    attempt = _moment(found["when"])
    # without a readable date, nothing tells which of two folders is later
    key = f"{found['id']} - {found['name']}" + ("" if attempt else f" - {found['when']}")
    return Named("Brightspace", key, Person(found["name"]), file, attempt)


def _moment(text: str) -> tuple[int, ...]:
    """Year, month, day, hour, minute in a text such as "Sep 24, 2024 926 PM"; () if it has none."""
    date = next((found for form in _DATES if (found := form.search(text))), None)
    if date is None or (month := _month(date["month"])) == 0:
        return ()
    clock = _CLOCK.fullmatch(text[date.end() :].strip(" ,"))
    if clock is None:
        return ()
    hour = int(clock["hour"])
    if clock["half"]:
        hour = hour % 12 + (12 if clock["half"] in "Pp" else 0)
    return (int(date["year"]), month, int(date["day"]), hour, int(clock["minute"]))


_DATES = (
    re.compile(r"(?P<month>[A-Za-z]{3})[a-z]*\.? (?P<day>\d{1,2}),? (?P<year>\d{4})"),
    re.compile(r"(?P<day>\d{1,2})\.? (?P<month>[A-Za-z]{3})[a-z]*\.?,? (?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"),
)
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2}?)[:.]?(?P<minute>\d{2})(?:[:.]\d{2})?\s*(?:(?P<half>[AaPp])[Mm])?"
)


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    return _MONTHS.index(text.lower()) + 1 if text.lower() in _MONTHS else 0


def _of_blackboard(names: Iterable[str]) -> dict[str, Named]:
    """The files of a Blackboard download: ASSIGNMENT_LOGIN_attempt_TIME_FILE, and a .txt for each
    attempt. The assignment is what all of them begin with.
    """
    matches = {name: found for name in names if (found := _BLACKBOARD.fullmatch(name))}
    befores = sorted({found["before"] for found in matches.values()})
    shared = 0
    if len(befores) > 1:
        first, last = befores[0], befores[-1]
        length = next(
            (at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b),
            min(len(first), len(last)),
        )
        shared = first.rfind("_", 0, length) + 1
    named = {}
    for name, found in matches.items():
        login = found["before"][shared:] if shared else found["before"].rpartition("_")[2]
        attempt = tuple(int(number) for number in found["when"].split("-"))
        named[name] = Named(
            "Blackboard", login, Person(login=login), found["file"] or f"{login}.txt", attempt
        )
    return named


def with_name(named: Named, content: bytes) -> Named:
    """The same with the name from the text that Blackboard puts beside each attempt: Ada Lovelace
    (login).
    """
    text = content[:1000].decode("utf-8", errors="replace")
    found = re.search(r"^Name:\s*(.+?)\s*\(([^()]+)\)\s*$", text, re.MULTILINE)
    return replace(named, person=Person(found[1], login=found[2])) if found else named


def _of_canvas(names: Iterable[str]) -> dict[str, Named]:
    """The files of a Canvas download: NAME_LATE_ID_UPLOAD_FILE.

    A student may also choose such a name, as in hw_1_2_ada.ipynb. So the numbers must behave like a
    platform's: no two uploads share a number, and each ID has one name.
    """
    named: dict[str, Named] = {}
    uploads: list[str] = []
    people: defaultdict[str, set[str]] = defaultdict(set)
    for name in names:
        found = (
            _CANVAS_TEXT.fullmatch(name)
            or _CANVAS_ANONYMOUS.fullmatch(name)
            or _CANVAS.fullmatch(name)
        )
        if found is None:
            continue
        parts: Mapping[str, str | None] = found.groupdict()
        who = (parts.get("name") or "").lower()
        upload = parts.get("upload") or ""
        uploads += [upload] if upload else []
        people[found["id"]].add(who)
        named[name] = Named(
            "Canvas",
            f"{who or 'anon'}_{found['id']}",
            Person(who, platform=found["id"] if who else ""),
            found["file"],
            upload=int(upload or 0),
        )
    given_out = len(uploads) == len(set(uploads)) and all(len(who) == 1 for who in people.values())
    several = len(people) > 1 or all(len(number) >= _MANY for number in people)
    return named if given_out and several else {}
