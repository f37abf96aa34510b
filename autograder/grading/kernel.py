"""The code that runs in Otter's kernel. It has the tests and the bank, and never runs any code of
the submission.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import Any

from autograder.checks.in_grading import begin_grading, forget_rows, rows
from autograder.grading.hangs import Journal
from autograder.grading.test_file import fail_test, forget_last_test, run_test
from autograder.runtime import installed, log_server
from autograder.sandbox.expected_names import ExpectedNames
from autograder.sandbox.own_process import protect_this_process
from autograder.sandbox.own_time import limit, limited_memory
from autograder.sandbox.prestart import settings_of
from autograder.sandbox.submission import Submission
from autograder.sandbox.watchers import memory_limit

PRINTED_SHOWN = 200_000
"""The executed notebook shows at most this many characters of output, for all cells together."""

FOR_ALL_TESTS = 20.0
"""The seconds that tests, together, may still compute by themselves once a submission has no time
left.
"""

LEAST_MEMORY = 3 * 2**30
"""The bytes of memory that a test may always ask for, because JAX reserves more than it uses."""


class NotebookGrading:
    """The grading of one submission: its cells in order, the tests after each, and the remaining
    tests at the end.
    """

    def __init__(
        self, submission: Submission, tests: Path, report: Path | None, journal: Journal
    ) -> None:
        self._submission, self._tests, self._report = submission, tests, report
        self._journal = journal
        self._left_out, _ = journal.left_out()
        self._left = PRINTED_SHOWN
        self._checked: set[str] = set()

    def cell(self, source: str, tests: Sequence[str], namespace: MutableMapping[str, Any]) -> None:
        """Run one cell in the worker, show what it printed, and run the tests that follow it or
        that it asked for.
        """
        printed, asked = self._submission.cell(source)
        if printed and self._left:
            print(printed[: self._left], end="" if printed.endswith("\n") else "\n")
            self._left = max(0, self._left - len(printed))
        for test in dict.fromkeys((*tests, *asked)):
            self._check(test, namespace)

    def cells(
        self, batch: Sequence[tuple[str, Sequence[str]] | None], namespace: MutableMapping[str, Any]
    ) -> None:
        """Run several cells, each with its tests. None stands for a cell that is ignored."""
        for each in batch:
            try:
                if each is None:
                    self.skip_cell()
                else:
                    self.cell(*each, namespace)
            except Exception:  # noqa: BLE001 - one cell ends none of the others
                traceback.print_exc()

    def skip_cell(self) -> None:
        """Count a cell that its author or Otter marked to be ignored."""
        self._submission.skip_cell()

    def end(self, namespace: MutableMapping[str, Any]) -> None:
        """Run every test that has not run, then end the worker, so that nothing of the submission
        is left when results are written.
        """
        for test in self._submission.tests:
            if test not in self._checked:
                self._check(test, namespace)
        self._submission.close()
        self.write_report(self._submission.mended())

    def _check(self, test: str, namespace: MutableMapping[str, Any]) -> None:
        self._checked.add(test)
        done = len(rows())
        self._run(test, namespace)
        if self._submission.lost_to_a_shortcut():
            forget_last_test()
            forget_rows(done)
            self._run(test, namespace)

    def _run(self, test: str, namespace: MutableMapping[str, Any]) -> None:
        file = self._tests / f"{test}.py"
        if test in self._left_out:
            fail_test(file, self._left_out[test])
            return
        self._journal.begins(test)
        with (
            limit(self._own_seconds(), self._journal.mark),
            limited_memory(max(memory_limit(self._submission.limits), LEAST_MEMORY)),
        ):
            self._submission.bind(test, namespace)
            run_test(file, namespace, lambda: self._submission.functions.texts)
        self._submission.unbind(namespace)
        self._journal.note_end(test)

    def _own_seconds(self) -> float:
        """The seconds that a test may compute by itself now: as many as a cell, out of what is
        left.
        """
        least = max(1.0, FOR_ALL_TESTS / max(len(self._submission.tests), 1))
        return min(
            self._submission.limits.cell_seconds, max(self._submission.seconds_left(), least)
        )

    def write_report(self, mended: str = "") -> None:
        """Write the report for the instructor: the active layers, the findings of the checks, and
        what was `mended` without shortcuts.
        """
        if self._report is None:
            return
        findings = [row.to_json() for row in rows()]
        text: dict[str, Any] = {
            "problem": self._submission.problem,
            "findings": findings,
            "log_server": log_server.address(),
        }
        text |= {"mended": mended} if mended else {}
        text |= (
            {"cells": [stopped.to_json() for stopped in self._submission.stopped]}
            if self._submission.stopped
            else {}
        )
        started = self._submission.started
        if started is not None:
            text |= {
                "user": started.user,
                "active": list(started.active),
                "missing": dict(started.missing),
                "open": list(started.open_holes),
            }
        self._report.write_text(json.dumps(text), encoding="utf-8")


def begin(settings: Mapping[str, Any]) -> NotebookGrading:
    """Begin a grading, from the notebook's first cell.

    `settings` are bank, refusal, hidden, files, level, compiled, limits, tests, report, journal,
    seed, script, names, modules; see `Settings`, `Limits` and `Submission`.
    """
    protect_this_process()
    installed.import_only_that(Path.cwd())
    if settings["modules"]:
        sys.path.append(str(Path.cwd()))  # only the assignment's modules are there
    tests, journal = Path(settings["tests"]), Journal(Path(settings["journal"]))
    limits = dict(settings["limits"])
    limits["submission_seconds"] = max(limits["submission_seconds"] - journal.left_out()[1], 1.0)
    submission = Submission(
        settings_of({**settings, "limits": limits}),
        tests,
        settings["seed"],
        settings.get("script", ""),
        ExpectedNames.from_json(settings.get("names", {})),
    )
    begin_grading(settings["bank"], settings["refusal"], submission)
    report = Path(settings["report"]) if settings["report"] else None
    graded = NotebookGrading(submission, tests, report, journal)
    graded.write_report()
    return graded
