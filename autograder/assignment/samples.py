"""Make submissions with known answers from a built assignment, and grade them with real Otter.

The answers are the alternatives and misconceptions that the author declared beside the question.
They replace the prompt in the student notebook.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import nbformat

from autograder.assignment.built import BuiltAssignment
from autograder.grading.results import question_rows
from autograder.runtime import system


@dataclass(frozen=True)
class GradedSample:
    """The result of a sample: the parsed results.json (None if there is none), the exit code of the
    command, all output, and seconds of wall time.
    """

    results: dict[str, Any] | None
    exit_code: int
    printed: str
    seconds: float

    @property
    def score(self) -> float | None:
        """The points, or None if a question was not graded."""
        rows = self._question_rows()
        return (
            sum(row["score"] for row in rows)
            if rows and all("score" in row for row in rows)
            else None
        )

    @property
    def possible(self) -> float | None:
        rows = self._question_rows()
        return (
            sum(row["max_score"] for row in rows)
            if rows and all("max_score" in row for row in rows)
            else None
        )

    @property
    def share(self) -> float | None:
        """The share of the possible points, or None if a question was not graded."""
        return None if self.score is None or not self.possible else self.score / self.possible

    @property
    def sentence(self) -> str:
        """The first sentence in the results that tells the student what is wrong, or ""."""
        for row in self._question_rows():
            if row.get("status") != "passed" and row.get("output_format") == "md":
                return str(row["output"].split("\n", 1)[0])
            for line in row.get("output", "").splitlines():
                for mark in ("CheckFailed: ", "Ungraded: "):
                    if mark in line:
                        return str(line.split(mark, 1)[1])
        return ""

    def _question_rows(self) -> list[dict[str, Any]]:
        return question_rows(self.results or {"tests": []})


@dataclass(frozen=True)
class Sample:
    """A submission whose result is known in advance. `expects` checks the result."""

    built: BuiltAssignment
    label: str
    submission: nbformat.NotebookNode | Path
    expects: Callable[[GradedSample], bool]


def known_samples(built: BuiltAssignment) -> Iterable[Sample]:
    """The solution, the untouched notebook, and the wrong answer that comes closest to passing."""
    yield Sample(built, "solution", built.solution, lambda graded: graded.share == 1.0)
    yield Sample(built, "untouched", built.untouched, lambda graded: graded.share == 0.0)
    for question in built.record().questions:
        told = [
            known for known in built.misconceptions(question).values() if known.told_by == "values"
        ]
        if told:
            known = min(reversed(told), key=lambda known: len(known.refused_in))
            yield Sample(
                built,
                f"wrong: {known.name}",
                built.answered({question: known.source}),
                lambda graded: graded.share is not None and graded.share < 1.0,
            )
            return


def check_results(results: object) -> None:
    """Validate results in Gradescope's format against their schema. Raises
    `jsonschema.ValidationError`.
    """
    jsonschema.validate(
        results,
        json.loads(
            resources.files("autograder")
            .joinpath("results.schema.json")
            .read_text(encoding="utf-8")
        ),
    )


def otter_run(
    submission: nbformat.NotebookNode | Path,
    autograder: Path,
    *,
    name: str = "submission.ipynb",
    **popen: Any,
) -> GradedSample:
    """Grade one submission with the stock command `otter run`, in its own process and folder."""
    with tempfile.TemporaryDirectory() as scratch:
        path = submission
        if not isinstance(path, Path):
            path = Path(scratch, name)
            nbformat.write(submission, path)
        output = Path(scratch, "results")
        output.mkdir()
        started = time.monotonic()
        # -P, because a submission may be in the current folder.
        command = [
            sys.executable,
            "-P",
            "-m",
            "otter",
            "run",
            "--no-logo",
            "-a",
            str(autograder.resolve()),
            "-o",
            str(output),
            str(path.resolve()),
        ]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            **{"cwd": scratch, **popen, "env": {**popen.get("env", os.environ), **system.UTF8}},
        )
        seconds = time.monotonic() - started
        written = output / "results.json"
        results = (
            json.loads(written.read_text(encoding="utf-8"), parse_constant=_no_json)
            if written.exists()
            else None
        )
        if results is not None:
            check_results(results)
        return GradedSample(results, done.returncode, done.stdout + done.stderr, seconds)


def _no_json(constant: str) -> None:
    """Refuse NaN and Infinity, which Python reads but JSON does not have. Raises `ValueError`."""
    raise ValueError(f"results.json contains {constant}, which JSON does not allow")
