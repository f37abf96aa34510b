"""Show progress while a class is graded."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from autograder.classroom import grades
from autograder.classroom.grades import UNGRADED, Grade
from autograder.classroom.grading import GradingPlan
from autograder.classroom.ledger import Entry
from autograder.classroom.notices import Notice, by_title
from autograder.classroom.report import REPORT


class Shown(Protocol):
    """The events that are reported during grading."""

    def noticed(self, notices: Sequence[Notice]) -> None: ...

    def begin(self, todo: GradingPlan) -> None: ...

    def graded(self, entry: Entry, grade: Grade) -> None: ...

    def end(self, out: Path, done: dict[str, Grade], seconds: float) -> None: ...

    def stopped(self, done: int, of: int) -> None: ...


def reporter(*, quiet: bool, as_json: bool) -> Shown:
    """The reporter to use: lines of JSON, nothing, or a bar with the number graded, their states,
    the rate, and the time left.
    """
    return Lines() if as_json else Nothing() if quiet else Bar()


class Nothing:
    """Report only an interruption."""

    def noticed(self, notices: Sequence[Notice]) -> None: ...

    def begin(self, todo: GradingPlan) -> None: ...

    def graded(self, entry: Entry, grade: Grade) -> None: ...

    def end(self, out: Path, done: dict[str, Grade], seconds: float) -> None: ...

    def stopped(self, done: int, of: int) -> None:
        print(
            f"Stopped: {done} of {of} are graded and kept. To continue, add --resume.",
            file=sys.stderr,
        )


class Lines(Nothing):
    """Print one line of JSON for each submission, and one at the end."""

    def __init__(self) -> None:
        self._notices: Sequence[Notice] = ()

    def noticed(self, notices: Sequence[Notice]) -> None:
        self._notices = notices

    def graded(self, entry: Entry, grade: Grade) -> None:
        self._print(
            {
                "submission": entry.key,
                "state": grade.state,
                "points": grade.total,
                "seconds": round(entry.seconds, 2),
            }
        )

    def end(self, out: Path, done: dict[str, Grade], seconds: float) -> None:
        self._print(
            {
                "out": str(out),
                "submissions": len(done),
                **Counter(grade.state for grade in done.values()),
                "seconds": round(seconds, 1),
                "notices": [
                    {
                        "kind": notice.kind,
                        "what": notice.what,
                        "why": notice.why,
                        "submission": notice.key or None,
                    }
                    for notice in self._notices
                ],
            }
        )

    def _print(self, content: dict[str, object]) -> None:
        print(json.dumps(content), flush=True)


class Bar(Nothing):
    """Show a bar on standard error, and sentences on standard output."""

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

    def noticed(self, notices: Sequence[Notice]) -> None:
        for title, sentences in by_title(notices).items():
            self._console.print(f"{title}:", highlight=False)
            for sentence in sentences:
                self._console.print(f"  {sentence}", highlight=False, markup=False, soft_wrap=True)

    def begin(self, todo: GradingPlan) -> None:
        kept = len(todo.submissions) - len(todo.left)
        told = f"{len(todo.submissions)} submissions"
        told += f", {kept} already graded" if kept else ""
        told += f", {len(todo.changed)} with a changed file or zip" if todo.changed else ""
        self._console.print(f"{told}.", highlight=False)
        self._started = time.monotonic()
        self._task = self._bar.add_task("", total=len(todo.left), counted="")
        self._bar.start()

    def graded(self, entry: Entry, grade: Grade) -> None:
        worth = sum(grade.possible.values())
        self._states[
            "ungraded"
            if grade.state == UNGRADED
            else "every point"
            if grade.total == worth and worth
            else "fewer points"
        ] += 1
        rate = sum(self._states.values()) / max(time.monotonic() - self._started, 1e-9) * 60
        told = ", ".join(f"{count} {state}" for state, count in sorted(self._states.items()))
        self._bar.update(self._task, advance=1, counted=f"{told}; {rate:.0f} a minute")

    def end(self, out: Path, done: dict[str, Grade], seconds: float) -> None:
        self._bar.stop()
        states = Counter(grade.state for grade in done.values())
        told = ", ".join(f"{count} {state}" for state, count in states.items())
        self._console.print(
            f"{told} in {seconds:.0f} s. See {out / REPORT} and {out / grades.FILE}.",
            highlight=False,
            soft_wrap=True,
        )

    def stopped(self, done: int, of: int) -> None:
        self._bar.stop()
        super().stopped(done, of)
