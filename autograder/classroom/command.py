"""`autograder grade`: from a folder of submissions to a folder of grades, with what a person or a script sees meanwhile."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from autograder.classroom import grades, grading, overview
from autograder.classroom.grades import UNGRADED, Grade
from autograder.classroom.grading import Plan
from autograder.classroom.ledger import Entry, Ledger
from autograder.classroom.submissions import Submission, find

REPORT = "report.html"


class Shown(Protocol):
    """What is told while grading goes on."""

    def begin(self, todo: Plan) -> None: ...

    def graded(self, entry: Entry, grade: Grade) -> None: ...

    def end(self, out: Path, done: dict[str, Grade], seconds: float) -> None: ...

    def stopped(self, done: int, of: int) -> None: ...


def run(folder: Path, archive: Path, out: Path, resume: bool, scheduler: str | None, workers: int | None, names: bool, tell: Shown) -> None:
    """Grade every submission in `folder`. Raises `autograder.errors.BuildError`, or `KeyboardInterrupt` once it is told what is kept."""
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
    tell.end(out, {key: grades.of_results(entry.results) for key, entry in entries.items()}, time.monotonic() - started)


def _write(out: Path, assignment: str, submissions: list[Submission], entries: dict[str, Entry], names: bool) -> None:
    """The table and the report of what is graded so far."""
    known = [submission for submission in submissions if submission.key in entries]
    found = {submission.key: grades.of_results(entries[submission.key].results) for submission in known}
    people = {submission.key: submission.names for submission in known}
    out.mkdir(parents=True, exist_ok=True)
    grades.write_csv(out / grades.FILE, {submission.key: submission.path.name for submission in known}, found, people if names else None)
    numbers = {submission.key: number for number, submission in enumerate(submissions, 1)}
    labels = {
        submission.key: (submission.names or submission.path.name) if names else _label(submission, numbers[submission.key]) for submission in known
    }
    part = (out / REPORT).with_suffix(".part")
    part.write_text(overview.page(assignment, {key: entries[key] for key in found}, found, labels), encoding="utf-8")
    part.replace(out / REPORT)


def _label(submission: Submission, number: int) -> str:
    """Gradescope's name of a submission tells no student's; that of a file may."""
    return submission.key if submission.path.is_dir() else f"submission {number}"


def shown(*, quiet: bool, as_json: bool) -> Shown:
    """How to tell: lines of JSON, nothing, or a bar with what is done, how much of it has which state, the rate, and the time left."""
    return Lines() if as_json else Nothing() if quiet else Bar()


class Nothing:
    """Tells nothing but that it was stopped."""

    def begin(self, todo: Plan) -> None: ...

    def graded(self, entry: Entry, grade: Grade) -> None: ...

    def end(self, out: Path, done: dict[str, Grade], seconds: float) -> None: ...

    def stopped(self, done: int, of: int) -> None:
        print(f"Stopped: {done} of {of} are graded, and kept. Go on with --resume.", file=sys.stderr)


class Lines(Nothing):
    """One line of JSON for each submission, and one at the end."""

    def graded(self, entry: Entry, grade: Grade) -> None:
        self._print({"submission": entry.key, "state": grade.state, "points": grade.total, "seconds": round(entry.seconds, 2)})

    def end(self, out: Path, done: dict[str, Grade], seconds: float) -> None:
        self._print({"out": str(out), "submissions": len(done), **Counter(grade.state for grade in done.values()), "seconds": round(seconds, 1)})

    def _print(self, content: dict[str, object]) -> None:
        print(json.dumps(content), flush=True)


class Bar(Nothing):
    """A bar on the error stream, and sentences on the other."""

    def __init__(self) -> None:
        self._console = Console()
        self._bar = Progress(
            TextColumn("grading"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[counted]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self._states: Counter[str] = Counter()
        self._started = time.monotonic()

    def begin(self, todo: Plan) -> None:
        kept = len(todo.submissions) - len(todo.left)
        told = f"{len(todo.submissions)} submissions"
        told += f", {kept} graded already" if kept else ""
        told += f", {len(todo.changed)} of another content or zip than before" if todo.changed else ""
        self._console.print(f"{told}.", highlight=False)
        self._started = time.monotonic()
        self._task = self._bar.add_task("", total=len(todo.left), counted="")
        self._bar.start()

    def graded(self, entry: Entry, grade: Grade) -> None:
        worth = sum(grade.possible.values())
        self._states["ungraded" if grade.state == UNGRADED else "every point" if grade.total == worth and worth else "fewer points"] += 1
        rate = sum(self._states.values()) / max(time.monotonic() - self._started, 1e-9) * 60
        told = ", ".join(f"{count} {state}" for state, count in sorted(self._states.items()))
        self._bar.update(self._task, advance=1, counted=f"{told}; {rate:.0f} a minute")

    def end(self, out: Path, done: dict[str, Grade], seconds: float) -> None:
        self._bar.stop()
        states = Counter(grade.state for grade in done.values())
        told = ", ".join(f"{count} {state}" for state, count in states.items())
        self._console.print(f"{told} in {seconds:.0f} s. See {out / REPORT} and {out / grades.FILE}.", highlight=False, soft_wrap=True)

    def stopped(self, done: int, of: int) -> None:
        self._bar.stop()
        super().stopped(done, of)
