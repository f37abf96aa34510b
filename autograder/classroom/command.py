"""Run `autograder grade`: from a folder of submissions to a folder of grades, with progress for a
person or a script.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.classroom import gradebook, grades, grading, report, roster
from autograder.classroom.gradebook import Row, Target
from autograder.classroom.grades import Grade, Line
from autograder.classroom.joining import join
from autograder.classroom.layouts import GRADESCOPE
from autograder.classroom.ledger import FOLDER, Entry, Ledger
from autograder.classroom.notices import LEFT_OUT, MISSING, Notice, by_title
from autograder.classroom.progress import Shown
from autograder.classroom.report import REPORT
from autograder.classroom.roster import Roster
from autograder.classroom.submissions import SubmittedFiles, find
from autograder.container.choice import Wanted
from autograder.errors import BuildError
from autograder.runtime.file_names import put_in_place
from autograder.sandbox.files import forbid_others, remove
from autograder.sandbox.users import worker_uid


@dataclass(frozen=True)
class Options:
    """What a person asks for besides the folder and the zip; see the command's help."""

    resume: bool = False
    scheduler: str | None = None
    workers: int | None = None
    names: bool = False
    students: Path | None = None
    into: Sequence[str] = ()


class HeldOpen(BuildError):
    """A file of grades cannot be replaced. The text names it."""


@dataclass(frozen=True)
class _Class:
    """The submissions of a class, and what else is known about it."""

    submissions: Sequence[SubmittedFiles]
    notices: Sequence[Notice]
    roster: Roster | None
    keys: Sequence[Sequence[str]]

    @staticmethod
    def of(folder: Path, wanted: Wanted, students: Path | None, beside: list[Path]) -> _Class:
        known = None if students is None else roster.read(students)
        found = find(folder, wanted, beside if students is None else [*beside, students])
        if known is None:
            return _Class(found.submissions, found.notices, None, ())
        joined = join(found.submissions, known)
        return _Class(joined.submissions, [*found.notices, *joined.notices], known, joined.keys)

    def rows(self, graded: Mapping[str, Grade]) -> list[Row]:
        """The rows of a gradebook."""
        if self.roster is None:
            missing = [
                person
                for notice in self.notices
                if notice.kind == MISSING
                for person in notice.people
            ]
            people = {submission.key: submission.people for submission in self.submissions}
            return gradebook.rows_of(people, graded, missing)
        return [
            Row(student, [graded[key] for key in keys if key in graded])
            for student, keys in zip(self.roster.students, self.keys, strict=True)
        ]


def run(folder: Path, archive: Path, out: Path, options: Options, tell: Shown) -> None:
    """Grade every submission in `folder`. Raises `autograder.errors.BuildError`, and
    `KeyboardInterrupt` after reporting what is kept.
    """
    named_out = out
    folder, archive, out = folder.absolute(), archive.absolute(), out.absolute()
    students = None if options.students is None else options.students.absolute()
    assignment, wanted = grading.assignment_of(archive)
    targets = [gradebook.target_of(given, out) for given in options.into]
    targets = [replace(target, path=target.path.absolute()) for target in targets]
    beside = [archive, out, *(out / name for name in (FOLDER, grades.FILE, REPORT))]
    beside += [target.path for target in targets]
    found = _Class.of(folder, wanted, students, beside)
    gradebook.check(targets, found.roster, found.rows({}))
    content = archive.read_bytes()
    if worker_uid() is not None:  # a submission runs as another user, who must not read the zip
        forbid_others(archive)
    ledger = Ledger(out)
    todo = grading.plan(found.submissions, content, ledger, resume=options.resume)
    started = time.monotonic()
    named = options.names or options.students is not None
    tell.noticed(found.notices if named else [notice.without_names for notice in found.notices])
    tell.begin(todo)
    entries = {key: entry for key, entry in ledger.read().items() if key in todo.digests}
    for submission in todo.left:
        entries.pop(submission.key, None)
    try:
        with _in_an_empty_folder():
            for entry in grading.grade(todo, content, ledger, options.scheduler, options.workers):
                entries[entry.key] = entry
                tell.graded(entry, grades.of_results(entry.results))
    except KeyboardInterrupt:
        tell.stopped(len(entries), len(found.submissions))
        raise
    finally:
        try:
            _write(out, assignment, found, entries, named, targets)
        except PermissionError as fault:
            raise HeldOpen(
                f"{fault.filename2 or fault.filename} cannot be written ({fault.strerror}): close "
                "it in other programs, and type the same command with --resume; all results are "
                "kept"
            ) from None
    tell.end(
        named_out,
        {key: grades.of_results(entry.results) for key, entry in entries.items()},
        time.monotonic() - started,
    )


@contextlib.contextmanager
def _in_an_empty_folder() -> Iterator[None]:
    """Work in an empty folder, together with all processes that start meanwhile, because the
    submissions may lie in the current one, and Python imports from where it starts.
    """
    empty = Path(tempfile.mkdtemp())
    try:
        with contextlib.chdir(empty):
            yield
    finally:
        remove(empty)


def _write(
    out: Path,
    assignment: str,
    found: _Class,
    entries: dict[str, Entry],
    named: bool,
    targets: Sequence[Target],
) -> None:
    """Write the table, the report and the gradebooks of what has been graded so far."""
    known = [submission for submission in found.submissions if submission.key in entries]
    graded = {
        submission.key: grades.of_results(entries[submission.key].results) for submission in known
    }
    out.mkdir(parents=True, exist_ok=True)
    grades.write_csv(out / grades.FILE, _lines(known, graded, found.notices, named), names=named)
    numbers = {submission.key: number for number, submission in enumerate(found.submissions, 1)}
    labels = {
        submission.key: _label(submission, numbers[submission.key])
        for submission in found.submissions
    }
    notices = by_title(found.notices, None if named else labels)
    if named:
        labels |= _names(known)
    part = (out / REPORT).with_suffix(".part")
    part.write_text(
        report.page(assignment, {key: entries[key] for key in graded}, graded, labels, notices),
        encoding="utf-8",
    )
    put_in_place(part, out / REPORT)
    possible = grades.possible_points(graded.values())
    for target in targets:
        gradebook.write(target, assignment, found.rows(graded), possible)


def _lines(
    known: Sequence[SubmittedFiles],
    graded: Mapping[str, Grade],
    notices: Sequence[Notice],
    named: bool,
) -> list[Line]:
    """The lines of the table: submissions, what is left out, and what is missing."""
    lines = [
        Line(
            submission.file,
            graded[submission.key],
            submission.key,
            submission.people,
            [notice.why for notice in notices if notice.key == submission.key],
        )
        for submission in known
    ]
    for notice in notices:
        if notice.kind == LEFT_OUT:
            lines.append(Line(notice.what, None, "", (), [f"not graded: {notice.why}"]))
        elif notice.kind == MISSING:
            # a person's name belongs in the columns of names, not in that of files
            file = notice.public
            lines.append(Line(file, None, file, notice.people, [f"no submission: {notice.why}"]))
    return lines


def _names(known: Sequence[SubmittedFiles]) -> dict[str, str]:
    """The names of students as labels, with the key added if two submissions have the same name."""
    labels = {submission.key: submission.names or submission.file for submission in known}
    told = list(labels.values())
    return {
        key: label if told.count(label) == 1 else f"{label} ({key})"
        for key, label in labels.items()
    }


def _label(submission: SubmittedFiles, number: int) -> str:
    """A label that does not identify a student. Gradescope's name of a submission does not, but
    that of another file or folder may, so a number replaces it.
    """
    return submission.key if submission.platform == GRADESCOPE else f"submission {number}"
