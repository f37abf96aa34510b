"""Choose which of a student's files to grade: those of the latest attempt, and among its notebooks
the one that `autograder.container.choice` finds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.classroom.contents import escape, is_answer, is_archive, is_folder, plain_files
from autograder.classroom.layouts import Named
from autograder.classroom.notices import CHOSEN, Notice
from autograder.container import choice
from autograder.container.choice import Wanted

_COPY = re.compile(r"(?:-(\d+)| ?\((\d+)\))?$")
"""What Canvas, browsers and systems add to the name of a file that already exists."""


MOST = "it has most of this assignment"


@dataclass(frozen=True)
class Entry:
    """A file or folder of a student, and what its name says."""

    path: Path
    named: Named


@dataclass(frozen=True)
class Chosen:
    """What is graded for one student: the file or folder that names the submission, all files by
    the student's own names, and a notice for each choice.
    """

    path: Path
    parts: dict[str, Path]
    notices: list[Notice]


def choose(entries: Sequence[Entry], wanted: Wanted) -> Chosen:
    """Choose among the files and folders of one student."""
    attempts = sorted({entry.named.attempt for entry in entries}, reverse=True)
    with_answer = {entry.named.attempt for entry in entries if _has_answer(entry.path)}
    latest = next((each for each in attempts if each in with_answer), attempts[0])
    taken = [entry for entry in entries if entry.named.attempt == latest]
    notices = _notices(
        [entry.path for entry in taken],
        "it is the latest attempt" if latest == attempts[0] else "later attempts have no notebook",
        [entry.path for entry in entries if entry not in taken],
    )
    folders = [entry.path for entry in taken if entry.path.is_dir()]
    if folders:
        folder = next((path for path in folders if _has_answer(path)), folders[0])
        notices += _notices(
            [folder],
            "the text that was typed into Moodle is not",
            [path for path in folders if path != folder],
        )
        within, more = of_folder(folder, wanted)
        return Chosen(folder, {"": within}, notices + more)
    files, more = _of_files(taken, wanted)
    named = [*(path for path in files.values() if is_answer(path)), *files.values()]
    notebooks = choice.best([path for path in named if choice.is_notebook(path)], wanted)
    return Chosen([*notebooks, *named][0], files, notices + more)


def of_folder(folder: Path, wanted: Wanted) -> tuple[Path, list[Notice]]:
    """The folder of a student, or the folder in it for this assignment, and a notice if one of
    several notebooks is graded.
    """
    inside = [path for path in sorted(folder.iterdir()) if is_folder(path) and _has_answer(path)]
    own = [path for path in inside if wanted.name and _word(path.name) == _word(wanted.name)]
    notices: list[Notice] = []
    if own and len(inside) > 1:
        notices = _notices(
            own[:1],
            "it has the name of this assignment",
            [path for path in inside if path != own[0]],
        )
        folder = own[0]
    notebooks = [
        path
        for path in plain_files(folder)
        if choice.is_notebook(path) and not path.name.startswith(".")
    ]
    best = choice.best(notebooks, wanted)
    if len({path.read_bytes() for path in best}) == 1:
        notices += _notices(
            best[:1],
            MOST if len(best) == 1 else "they are equal",
            [path for path in notebooks if path != best[0]],
        )
    return folder, notices


def _of_files(entries: Sequence[Entry], wanted: Wanted) -> tuple[dict[str, Path], list[Notice]]:
    """The files that are graded together. Only the latest counts among versions of a notebook,
    among notebooks with the same evidence, and among archives.
    """
    notices: list[Notice] = []
    left = sorted(entries, key=_age)

    def only_last(of: Sequence[Entry]) -> None:
        notices.extend(_notices([of[-1].path], "it is the latest", [each.path for each in of[:-1]]))
        for older in of[:-1]:
            left.remove(older)

    notebooks = [entry for entry in left if choice.is_notebook(entry.path)]
    for stem in {_stem(entry) for entry in notebooks}:
        versions = [entry for entry in notebooks if _stem(entry) == stem]
        own = choice.best([entry.path for entry in versions], wanted, answers=False)
        only_last([entry for entry in versions if entry.path in own])
    notebooks = [entry for entry in notebooks if entry in left]
    best = choice.best([entry.path for entry in notebooks], wanted)
    alike = [entry for entry in notebooks if entry.path in best]
    if alike and all(entry.named.upload for entry in alike):
        only_last(alike)
        best = [alike[-1].path]
    if len(best) == 1:
        others = [each.path for each in notebooks if each in left and each.path not in best]
        notices += _notices(best, MOST, others)
    archives = [entry for entry in left if is_archive(entry.named.file)]
    if not notebooks and len(archives) > 1 and all(entry.named.upload for entry in archives):
        only_last(archives)
    for name in {entry.named.file for entry in left}:
        only_last([entry for entry in left if entry.named.file == name])
    return {entry.named.file: entry.path for entry in left}, notices


def _notices(graded: Sequence[Path], why: str, others: Sequence[Path]) -> list[Notice]:
    if not others:
        return []
    once = len({path.name for path in (*graded, *others)}) == len(graded) + len(others)
    names, rest = (
        ", ".join(
            sorted(
                escape(path.name if once else f"{path.parent.name}/{path.name}") for path in each
            )
        )
        for each in (graded, others)
    )
    return [
        Notice(
            CHOSEN,
            names,
            f"graded, because {why}; not graded: {rest}",
            plain=f"one of {len(graded) + len(others)} is graded, because {why}",
        )
    ]


def _has_answer(path: Path) -> bool:
    return any(map(is_answer, plain_files(path))) if path.is_dir() else is_answer(path)


def _age(entry: Entry) -> tuple[int, int, str]:
    """A sort key that puts later files last."""
    found = _COPY.search(_without_ending(entry.named.file))
    assert found is not None  # it matches the empty text too
    return entry.named.upload, int(found[1] or found[2] or 0), entry.named.file


def _stem(entry: Entry) -> str:
    return _COPY.sub("", _without_ending(entry.named.file), count=1)


def _without_ending(name: str) -> str:
    return choice.ENDING.sub("", name)


def _word(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()
