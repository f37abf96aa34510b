"""Find the submissions in a folder as any platform delivers it: files side by side, a folder or
repository for each student, or a whole export.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from autograder.classroom import layouts
from autograder.classroom.archives import of_no_student
from autograder.classroom.contents import (
    escape,
    is_answer,
    is_archive,
    is_folder,
    of_files,
    of_system,
    plain_files,
    without_ending,
)
from autograder.classroom.gradescope_export import (
    METADATA,
    NoSubmissions,
    can_be_a_folder,
    is_export,
    people_of,
)
from autograder.classroom.keys import keys
from autograder.classroom.layouts import Named
from autograder.classroom.notices import CHOSEN, MISSING, Notice, left_out
from autograder.classroom.people import Person
from autograder.classroom.selection import Entry, choose, of_folder
from autograder.container import choice
from autograder.container.choice import Wanted

_NBGRADER = "submitted"
"""The folder of an nbgrader course that holds the submissions."""

_DEEPEST = 3
"""How many folders around the submissions, such as that of an unpacked zip, may be entered."""


@dataclass(frozen=True)
class SubmittedFiles:
    """One submission. `key` is unique and can name a folder. `path` is the file or folder that
    names it. `parts` are what is graded, by name, if that is not `path` itself.
    """

    key: str
    path: Path
    people: tuple[Person, ...] = ()
    parts: dict[str, Path] = field(default_factory=dict)
    platform: str = ""

    @property
    def file(self) -> str:
        """The name of the file or folder, in a form that can be written anywhere."""
        return escape(self.path.name)

    @property
    def names(self) -> str:
        """The people who submitted, as far as they are known."""
        return "; ".join(person.label for person in self.people if person.label)

    def files(self) -> dict[str, bytes]:
        """The content of every file in the submission, by path. An archive is unpacked; links and
        other special files in a folder are left out. Raises `Refused`.
        """
        usual = "" if self.path.is_dir() else self.path.name
        return of_files(self.parts or {usual: self.path})


@dataclass(frozen=True)
class Found:
    """What a folder contains: the submissions by name, and notices about the rest."""

    submissions: list[SubmittedFiles]
    notices: list[Notice]


def find(folder: Path, wanted: Wanted | None = None, beside: Collection[Path] = ()) -> Found:
    """The submissions in `folder`; `wanted` decides among several files of a student. Everything
    else there has a notice, unless it lies `beside` for another purpose. Raises `NoSubmissions`.
    """
    search = _Search(folder, wanted or Wanted(), beside)
    search.enter(folder)
    found = search.submissions()
    if not found:
        rest = "".join(f" {notice.sentence}." for notice in search.notices[:5])
        raise NoSubmissions(
            f"{folder} has no submissions: no *.ipynb, *.py, *.zip or *.tar.gz, no folder of a "
            f"student, and no {METADATA} of Gradescope's export. Name the folder that contains "
            f"them.{rest}"
        )
    return Found(found, search.notices)


class _Search:
    """One walk through a folder, with what it has found so far."""

    def __init__(self, folder: Path, wanted: Wanted, beside: Collection[Path]) -> None:
        self._folder, self._wanted = folder, wanted
        self._beside = {path.resolve() for path in beside}
        self._groups: dict[tuple[Path, str, str], list[Entry]] = {}
        self._people: dict[Path, tuple[Person, ...]] = {}
        self.notices: list[Notice] = []

    def enter(self, folder: Path, depth: int = 0) -> None:
        """Record what is in a folder of submissions, and in folders of submissions inside it."""
        entries = self._entries(folder)
        folders = [path for path in entries if is_folder(path)]
        exported = is_export(folder)
        if exported:
            self._read_export(folder)
            entries = [path for path in entries if path.name != METADATA]
        exports = [path for path in folders if is_export(path)]
        inner = folder / _NBGRADER
        if not exported and inner in folders and any(path.is_dir() for path in inner.iterdir()):
            for path in entries:
                if path != inner:
                    why = "it is beside nbgrader's folder of submissions, which is graded"
                    self._leave_out(path, why)
            self.enter(inner, depth + 1)
            return
        files = [path for path in entries if path not in folders]
        named = layouts.of_files(path.name for path in files if path.is_file())
        answers = [path for path in files if self._take(path, named.get(path.name))]
        # otherwise, a student has put an export into a folder
        every = len(exports) == len(folders) and not answers
        for path in folders:
            if path.name.startswith("."):
                self._leave_out(path)
            elif (
                depth < _DEEPEST
                and not (exported and path in self._people)
                and (every or path not in exports)
                and self._holds_submissions(path, depth, alone=len(folders) == 1 and not answers)
            ):
                self.enter(path, depth + 1)
            else:
                self._add(path, layouts.of_folder(path.name))

    def submissions(self) -> list[SubmittedFiles]:
        """What was found, by name, with one submission for each student of each folder."""
        found = []
        groups = sorted(self._groups.items(), key=lambda group: group[1][0].path)
        places = [
            PurePosixPath(above.relative_to(self._folder), key) for (above, _, key), _ in groups
        ]
        for key, (_, entries) in zip(keys(places), groups, strict=True):
            first = entries[-1]
            person = first.named.person
            for entry in entries:  # Blackboard's text has the name
                person = person.complete(entry.named.person)
            if first.named.platform:
                choice_made = choose(entries, self._wanted)
                path, parts = choice_made.path, choice_made.parts
                notices = choice_made.notices
            elif first.path.is_dir():
                inside, notices = of_folder(first.path, self._wanted)
                path, parts = first.path, {"": inside}
            else:
                path, parts, notices = first.path, {}, []
            people = self._people.get(path, () if person == Person() else (person,))
            self.notices += [
                Notice(CHOSEN, each.what, each.why, key, people, "", each.plain) for each in notices
            ]
            found.append(SubmittedFiles(key, path, people, parts, first.named.platform))
        return found

    def _entries(self, folder: Path) -> list[Path]:
        return [
            path
            for path in sorted(folder.iterdir())
            if not of_system(path) and path.resolve() not in self._beside
        ]

    def _read_export(self, folder: Path) -> None:
        for name, people in people_of(folder).items():
            if not can_be_a_folder(name):
                why = "no folder of an export has such a name"
            elif (folder / name).is_dir():
                self._people[folder / name] = people
                continue
            else:
                why = "its folder is missing"
            why = f"{METADATA} names it, but {why}; export it again"
            who = "; ".join(person.label for person in people)
            shown = escape(name[:100]) or "a submission without a name"
            what = f"{shown} ({who})" if who else shown
            self.notices.append(Notice(MISSING, what, why, people=people, public=shown))

    def _take(self, path: Path, named: Named | None) -> bool:
        """Record a file. Returns whether it is, or belongs to, a submission."""
        plain = path.is_file() and not path.is_symlink() and not path.name.startswith(".")
        if not plain or (named is None and not is_answer(path)):
            self._leave_out(path)
            return False
        if named is None and is_archive(path.name) and (why := of_no_student(path)):
            self._leave_out(path, why)
            return False
        self._add(path, named)
        return True

    def _add(self, path: Path, named: Named | None) -> None:
        clue = path.name if path.is_dir() else without_ending(path.name)
        named = named or Named("", path.name, Person(clue=clue))
        if named.platform == "Blackboard" and path.suffix == ".txt":
            named = layouts.with_name(named, path.read_bytes())
        self._groups.setdefault((path.parent, named.platform, named.key), []).append(
            Entry(path, named)
        )

    def _leave_out(self, path: Path, why: str = "") -> None:
        notice = left_out(path, escape(path.relative_to(self._folder).as_posix()))
        self.notices.append(
            Notice(notice.kind, notice.what, why or notice.why, public=notice.public)
        )

    def _holds_submissions(self, folder: Path, depth: int, alone: bool) -> bool:
        """Whether a folder is not a student's but holds those of students. `alone` says that
        nothing else lies beside it.
        """
        if depth >= _DEEPEST or layouts.of_folder(folder.name) is not None:
            return False
        if is_export(folder):
            return True
        entries = self._entries(folder)
        folders = [path for path in entries if is_folder(path) and not path.name.startswith(".")]
        files = [path for path in entries if path.is_file() and not path.is_symlink()]
        if any(layouts.of_folder(path.name) for path in folders):
            return True
        if len({named.key for named in layouts.of_files(p.name for p in files).values()}) > 1:
            return True
        only = alone and len(folders) == 1 and not any(map(is_answer, files))
        if any(self._holds_submissions(path, depth + 1, only) for path in folders):
            return True
        if not alone:
            return False
        if any(path.name.casefold() == self._wanted.name.casefold() for path in folders):
            return False  # nbgrader's folder of a student has one folder for each assignment
        answered = [path for path in folders if any(map(is_answer, plain_files(path)))]
        notebooks = [path for path in files if choice.is_notebook(path)]
        if not any(map(is_answer, files)):
            nested = len(answered) == 1 and folder.name.endswith(("-submissions", "_submissions"))
            return len(answered) > 1 or nested or folder.name == _NBGRADER
        return len(choice.best(notebooks, self._wanted)) > 1
