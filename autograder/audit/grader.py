"""Grade one answer through Otter's test files, in a confined process."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

from autograder.assignment.built import BuiltAssignment
from autograder.audit.answers import Answer
from autograder.audit.records import Verdict
from autograder.bank.groups import METHOD
from autograder.checks import in_grading
from autograder.checks.row import CheckRow
from autograder.grading.given import Given
from autograder.grading.settings import settings_of
from autograder.questions.sources import defines
from autograder.runtime import compiled_programs
from autograder.sandbox.expected_names import ExpectedNames
from autograder.sandbox.settings import Settings
from autograder.sandbox.submission import Submission


class AnswerGrader:
    """Grade the answers to one question one after another, as in a submission: with a worker that
    has run the notebook's other cells, and Otter's tests.
    """

    def __init__(self, built: BuiltAssignment, unpacked: Path, question: str) -> None:
        config = json.loads((unpacked / "otter_config.json").read_text(encoding="utf-8"))
        plugin = settings_of(config)
        assert plugin is not None  # this package built the zip
        self._question = question
        self._bank = str(unpacked / "files" / plugin["bank"])
        self._checks = plugin["checks"]
        self._worth = plugin["worth"]
        self._tests = {
            name: unpacked / "tests" / f"{name}.py"
            for name, rows in self._checks.items()
            if any(row and row[0] == question for row in rows)
        }
        self._cells = [
            str(cell.source)
            for cell in nbformat.read(built.untouched, as_version=4).cells
            if cell.cell_type == "code" and not defines(cell.source, question)
        ]
        handed_out = unpacked / "handed_out"
        given = Given.of(unpacked / "files")
        if not handed_out.exists():
            handed_out.mkdir()
            given.put(handed_out, set(given.places).intersection(plugin["public_files"]))
        self._settings = Settings(
            hidden=[str(unpacked)],
            files=str(handed_out),
            level="best",
            compiled=str(unpacked / "files" / compiled_programs.FILE),
        )
        self._folder = unpacked / "tests"
        self._expected = ExpectedNames.from_json(plugin.get("names", {}))
        self._submission = self._start()
        self.rows: list[CheckRow] = []

    def _start(self) -> Submission:
        submission = Submission(self._settings, self._folder, expected=self._expected)
        for cell in self._cells:
            submission.cell(cell)
        return submission

    def verdict(self, answer: Answer, *, right: bool) -> Verdict:
        """Grade one answer. `right` is its known verdict."""
        started = time.monotonic()
        found = self._grade(answer, look_twice=False)
        # The second observation, with JAX's caches empty, can only save points for the method, so
        # it matters only if nothing else is lost.
        lost = [row for row in self.rows if not row.right]
        if lost and all(row.cases == METHOD for row in lost):
            found = self._grade(answer, look_twice=True)
        score, possible = found
        lost = [row for row in self.rows if not row.right]
        distances = [
            row.error / row.allowed for row in lost if row.error is not None and row.allowed
        ]
        return Verdict(
            self._question,
            right,
            answer.kind,
            answer.name,
            answer.source,
            score,
            possible,
            tuple(row.check for row in lost),
            {row.cases: row.refused_on for row in lost if row.refused_on is not None},
            max(distances, default=None),
            next((row.diagnosis for row in lost if row.diagnosis), None),
            round(time.monotonic() - started, 3),
        )

    def _grade(self, answer: Answer, *, look_twice: bool) -> tuple[float, float]:
        from autograder.grading import gradescope

        if self._submission.problem is not None:
            self._submission.close()
            self._submission = self._start()
        in_grading.begin_grading(self._bank, None, self._submission, look_twice=look_twice)
        self._submission.cell(f"globals().pop({self._question!r}, None)\n{answer.source}")
        results = gradescope.run_tests(self._bindings())
        gradescope.settle(results, self._checks, self._worth)
        self.rows = [row for row in in_grading.rows() if row.question == self._question]
        return float(results.total), float(results.possible)

    def _bindings(self) -> Iterator[tuple[Path, dict[str, Any]]]:
        for name, path in self._tests.items():
            namespace: dict[str, Any] = {}
            self._submission.bind(name, namespace)
            yield path, namespace

    def close(self) -> None:
        """End the worker, and grading in this process."""
        self._submission.close()
        in_grading.end_grading()
