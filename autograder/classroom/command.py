"""`autograder grade`: from a folder of submissions to a folder of grades, with progress for a
person or a script.
"""

from __future__ import annotations

import time
from pathlib import Path

from autograder.classroom import grades, grading, report
from autograder.classroom.ledger import Entry, Ledger
from autograder.classroom.progress import Shown
from autograder.classroom.report import REPORT
from autograder.classroom.submissions import SubmittedFiles, find


def run(
    folder: Path,
    archive: Path,
    out: Path,
    resume: bool,
    scheduler: str | None,
    workers: int | None,
    names: bool,
    tell: Shown,
) -> None:
    """Grade every submission in `folder`. Raises `autograder.errors.BuildError`; raises
    `KeyboardInterrupt` after reporting what is kept.
    """
    assignment = grading.assignment_of(archive)
    submissions = find(folder)
    content = archive.read_bytes()
    ledger = Ledger(out)
    todo = grading.plan(submissions, content, ledger, resume=resume)
    started = time.monotonic()
    tell.begin(todo)
    entries = {key: entry for key, entry in ledger.read().items() if key in todo.digests}
    for submission in todo.left:
        entries.pop(submission.key, None)
    try:
        for entry in grading.grade(todo, content, ledger, scheduler, workers):
            entries[entry.key] = entry
            tell.graded(entry, grades.of_results(entry.results))
    except KeyboardInterrupt:
        tell.stopped(len(entries), len(submissions))
        raise
    finally:
        _write(out, assignment, submissions, entries, names)
    tell.end(
        out,
        {key: grades.of_results(entry.results) for key, entry in entries.items()},
        time.monotonic() - started,
    )


def _write(
    out: Path,
    assignment: str,
    submissions: list[SubmittedFiles],
    entries: dict[str, Entry],
    names: bool,
) -> None:
    """Write the table and the report of what is graded so far."""
    known = [submission for submission in submissions if submission.key in entries]
    found = {
        submission.key: grades.of_results(entries[submission.key].results) for submission in known
    }
    people = {submission.key: submission.names for submission in known}
    out.mkdir(parents=True, exist_ok=True)
    grades.write_csv(
        out / grades.FILE,
        {submission.key: submission.path.name for submission in known},
        found,
        people if names else None,
    )
    numbers = {submission.key: number for number, submission in enumerate(submissions, 1)}
    labels = {
        submission.key: (submission.names or submission.path.name)
        if names
        else _label(submission, numbers[submission.key])
        for submission in known
    }
    part = (out / REPORT).with_suffix(".part")
    part.write_text(
        report.page(assignment, {key: entries[key] for key in found}, found, labels),
        encoding="utf-8",
    )
    part.replace(out / REPORT)


def _label(submission: SubmittedFiles, number: int) -> str:
    """A label that does not identify a student. Gradescope's name of a submission does not; a
    file's name may, so it becomes a number.
    """
    return submission.key if submission.path.is_dir() else f"submission {number}"
